"""The product's own pages as a process, and visitors of them: each from a network of its own, over HTTP, timed.

Every address of 127.0.0.0/8 is one of this machine, so a visitor comes from whichever of its 65,536 networks they say.
"""

import contextlib
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from benchmarks import instance
from benchmarks.postfix import ROOT
from newsletter.web.public import stamps
from tests.harness.processes import own_environment

HERE = "127.0.0.1"

# Of those that `visitor_from` gives; the first 256 are left to servers.
MOST_NETWORKS = 65_000
_RESERVED = 256

# A server that does not answer by then fails the benchmark. In seconds.
PATIENCE = 60
LONGEST_STOP = 45

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"

_OF_THE_MOMENT = re.compile(rb"(?mi)^(?:date|x-request-id):[^\r\n]*\r\n")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    # All of it but the lines that tell the second (Date) and the number of the request (X-Request-ID).
    plain: bytes
    body: bytes
    # From the first byte of the question to the last one of the answer; the connection stood already.
    seconds: float


@dataclass(frozen=True, slots=True)
class Server:
    """Pages that are open."""

    port: int
    pid: int


def visitor_from(number: int) -> str:
    """Give an address of this machine in the network of that number: a /24, which is what the limits count as one."""
    assert 0 <= number < MOST_NETWORKS
    high, low = divmod(number + _RESERVED, 256)
    return f"127.{high}.{low}.1"


def get(port: int, path: str, *headers: str) -> Answer:
    """Ask for a page."""
    lines = (f"GET {path} HTTP/1.1", f"Host: {HERE}:{port}", *headers, "Connection: close")
    return _talk(port, HERE, "\r\n".join((*lines, "", "")).encode())


def waited(port: int, path: str, *headers: str) -> float:
    """Ask for a page that is there; gives in how many seconds it came."""
    answer = get(port, path, *headers)
    assert answer.status == HTTPStatus.OK, f"{path}: {answer.status}"
    return answer.seconds


def post(port: int, visitor: str, path: str, fields: Mapping[str, str], kind: str = FORM) -> Answer:
    """Send a form, or a JSON object, as *visitor*."""
    body = (json.dumps(dict(fields)) if kind == JSON else urlencode(fields)).encode()
    lines = (
        f"POST {path} HTTP/1.1",
        f"Host: {HERE}:{port}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    return _talk(port, visitor, "\r\n".join((*lines, "", "")).encode() + body)


def stamp_of(port: int, list_slug: str) -> str:
    """Give a stamp that the forms of all lists take from now on, for a day."""
    described = json.loads(get(port, f"/subscribe/{list_slug}/json").body)
    time.sleep(stamps.LEAST_AGE.total_seconds())
    return str(described[stamps.FIELD])


@contextlib.contextmanager
def serving(settings: Mapping[str, str], folder: Path) -> Iterator[Server]:
    """Run `newsletter serve`: pages and worker."""
    command = [sys.executable, "-m", "newsletter.cli", "serve", "--host", HERE, "--port", "0", "--json"]
    log = folder / "serve.log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command, cwd=ROOT, env={**own_environment(), **settings}, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        assert process.stdout is not None
        try:
            said = process.stdout.readline()
            if not said:
                sys.exit(f"The pages did not open: {log.read_text()[-500:]}")
            yield Server(urlsplit(json.loads(said)["url"]).port or 0, process.pid)
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(LONGEST_STOP)
            process.kill()


def settings_of(url: str, folder: Path, **more: str) -> dict[str, str]:
    """Give the settings of an instance in a folder; *more* by their names in lower case, without the prefix."""
    given = {"database_url": url, "data_dir": str(folder), "secret_key": instance.SECRET, "log": "warning"} | more
    return {f"NEWSLETTER_{name.upper()}": text for name, text in given.items()}


def _talk(port: int, visitor: str, question: bytes) -> Answer:
    received = bytearray()
    with socket.create_connection((HERE, port), timeout=PATIENCE, source_address=(visitor, 0)) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        begun = ended = time.perf_counter()
        line.sendall(question)
        while data := line.recv(1 << 16):
            ended = time.perf_counter()
            received += data
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", head)
    if found is None:
        sys.exit(f"The pages answered {bytes(received[:80])!r}.")
    return Answer(int(found[1]), _OF_THE_MOMENT.sub(b"", head + b"\r\n") + body, body, ended - begun)
