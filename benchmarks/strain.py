"""Whether others wait while somebody strains the desk (row W10): two pages, asked for before and meanwhile.

    python -m benchmarks.strain --json

Somebody who is signed in holds five hundred connections to `newsletter serve` whose heads and forms never end. On others they
send, one after the other and again, forms of a hundred thousand parts and fields, a field of a gigabyte for as long as it is
taken, and questions for ten thousand ranges. A page of the desk and one for readers are asked for in turns, each on a
connection of its own; of a hundred answers the slowest but one comes within a second.
"""

import argparse
import itertools
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import instance, visitors
from benchmarks.figures import milliseconds, percentile
from newsletter.clock import system_clock
from newsletter.database import Database
from tests.harness.staff import a_session, an_administrator

ASKED = 300
HELD = 500
# What others ask for: a page of the desk, and one for readers.
PAGES = ("/desk/account", "/archive/")

FORM = "Content-Type: application/x-www-form-urlencoded"
FILES = "Content-Type: multipart/form-data; boundary=b"
UPLOADS = "/desk/people/imports"
_PART = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
_RANGES = "Range: bytes=" + ",".join(f"{at}-{at}" for at in range(10_000))
_GIGABYTE = 10**9
_PIECE = b"x" * 65_536


@dataclass(frozen=True, slots=True)
class Result:
    """What others waited, in milliseconds."""

    alone_p50_ms: float
    alone_p99_ms: float
    meanwhile_p50_ms: float
    meanwhile_p99_ms: float
    meanwhile_longest_ms: float
    asked: int
    # Connections that were held, and how often each of the other strains was gone through meanwhile.
    held: int
    rounds: int


@dataclass(frozen=True, slots=True)
class _Desk:
    port: int
    cookie: str

    def opened(self) -> socket.socket:
        """Give a new connection."""
        return socket.create_connection((visitors.HERE, self.port), timeout=visitors.PATIENCE)

    def head(self, line: str, *more: str) -> bytes:
        """Put the head of a request together."""
        return "\r\n".join((f"{line} HTTP/1.1", f"Host: {visitors.HERE}", self.cookie, *more, "", "")).encode()

    def say(self, *parts: bytes) -> bool:
        """Send these bytes as far as they are taken; whether somebody answered."""
        with self.opened() as wire, suppress(ConnectionError):
            for part in parts:
                wire.sendall(part)
            return bool(wire.recv(1 << 16))
        return False


def measure(folder: Path) -> Result:
    """Ask for pages, begin to strain, and ask for them meanwhile."""
    database = Database(instance.sqlite_in(str(folder)))
    with instance.gathering(database, 10):
        pass
    with database.write() as tx:
        cookie = f"Cookie: newsletter-desk={a_session(tx, an_administrator(tx, system_clock()), system_clock())}"
    database.close()
    with visitors.serving(visitors.settings_of(instance.sqlite_in(str(folder)), folder), folder) as server:
        desk = _Desk(server.port, cookie)
        alone = list(_asked(desk))
        with _held(desk), _strained(desk) as rounds:
            meanwhile = list(_asked(desk))
            gone_through = len(rounds)
    return Result(
        alone_p50_ms=milliseconds(percentile(alone, 0.5)),
        alone_p99_ms=milliseconds(percentile(alone, 0.99)),
        meanwhile_p50_ms=milliseconds(percentile(meanwhile, 0.5)),
        meanwhile_p99_ms=milliseconds(percentile(meanwhile, 0.99)),
        meanwhile_longest_ms=milliseconds(max(meanwhile)),
        asked=len(meanwhile),
        held=HELD,
        rounds=gone_through,
    )


@contextmanager
def _held(desk: _Desk) -> Iterator[None]:
    """Hold connections on which nothing ends."""
    form, upload = (
        desk.head("POST /desk/sign-in", FORM, "Content-Length: 50"),
        desk.head(f"POST {UPLOADS}", FILES, "Content-Length: 20000000"),
    )
    beginnings = itertools.cycle((b"GET /desk HT", form[:-2], form + b"address=", upload + b"--b\r\nContent-"))
    with ExitStack() as stack:
        for _, beginning in zip(range(HELD), beginnings, strict=False):
            stack.enter_context(desk.opened()).sendall(beginning)
        yield


@contextmanager
def _strained(desk: _Desk) -> Iterator[list[None]]:
    """Strain the desk in a thread of its own for as long as the block lasts; gives one for each round."""
    is_over, rounds = threading.Event(), list[None]()

    def strain() -> None:
        while not is_over.is_set():
            for parts in _strains(desk):
                desk.say(*parts)
            rounds.append(None)

    thread = threading.Thread(target=strain, name="strain")
    thread.start()
    try:
        yield rounds
    finally:
        is_over.set()
        thread.join()


def _strains(desk: _Desk) -> Iterator[tuple[bytes, ...]]:
    for kind, body in ((FORM, b"a=1&" * 100_000), (FILES, _PART * 100_000 + b"--b--\r\n")):
        yield desk.head(f"POST {UPLOADS}", kind, f"Content-Length: {len(body)}"), body
    # A gigabyte that says so, and one that does not say how long it is.
    yield desk.head(f"POST {UPLOADS}", FILES, f"Content-Length: {_GIGABYTE}"), _PART[:-3], *[_PIECE] * 16
    chunk = b"%x\r\n%b\r\n" % (len(_PIECE), _PIECE)
    yield (desk.head(f"POST {UPLOADS}", FILES, "Transfer-Encoding: chunked"), *[chunk] * (_GIGABYTE // len(_PIECE)))
    yield (desk.head("GET /desk/settings/audit.csv", _RANGES, "Connection: close"),)


def _asked(desk: _Desk) -> Iterator[float]:
    for _, path in zip(range(ASKED), itertools.cycle(PAGES), strict=False):
        yield visitors.waited(desk.port, path, desk.cookie)


def main() -> None:
    """Measure, and say it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="End with one JSON object.")
    asked = parser.parse_args()
    with instance.folder() as folder:
        result = measure(Path(folder))
    if asked.json:
        print(json.dumps(asdict(result)))
        return
    print(
        f"Others wait {result.alone_p99_ms} ms at most (99 of 100), and {result.meanwhile_p99_ms} ms while {result.held} "
        f"connections are held and the desk is strained {result.rounds} times."
    )


if __name__ == "__main__":
    main()
