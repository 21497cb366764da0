"""The tutorial is followed from its first line to its last, and what it shows is what is said."""

import contextlib
import re
import shlex
import signal
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import pytest

from newsletter.cli.exits import Exit
from tests.harness import documented
from tests.harness.documented import Step
from tests.harness.ports import free_port
from tests.harness.processes import STARTS, own_environment
from tests.harness.terminal import Terminal, Told
from tests.harness.trial import wait_until

PAGE = "docs/tutorial.md"

# What is typed before there is a `newsletter`: a clone is what this test runs in, `make env` and `activate` what it runs with.
BEFORE = ("git clone … newsletter && cd newsletter", "make env", ". .venv/bin/activate")
OUTSIDE = "python -m newsletter.demo.blog & python -m newsletter.demo.catcher"
SERVE = "newsletter serve"

# A letter that is missing blocks the issue; that nobody would get it does not.
BLOCKED = ["newsletter issues check 1"]


@dataclass(slots=True)
class Reader:
    """Somebody who follows the page in a folder, with ports that are free here."""

    folder: Path
    ports: dict[int, int]
    settings: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    blocked: list[str] = field(default_factory=lambda: list(BLOCKED))

    def steps(self) -> tuple[Step, ...]:
        """Give what is to be done, with the ports of this reader."""
        text = (documented.ROOT / PAGE).read_text()
        for usual, taken in self.ports.items():
            text = text.replace(f"127.0.0.1:{usual}", f"127.0.0.1:{taken}")
        return documented.steps_in(text)

    def follow(self, step: Step) -> None:
        """Write the files, type the lines, and compare what is said."""
        for name, text in step.files.items():
            (self.folder / name).write_text(text)
        said = "".join(self._type(line) for line in step.lines)
        self.wrong += [f"not said: {line}" for line in step.shown if not _is_in(line, said)]

    def _type(self, line: str) -> str:
        if line.startswith("export "):
            name, _, value = shlex.split(line)[1].partition("=")
            self.settings[name] = value.replace("$PWD", str(self.folder))
            return ""
        if line == SERVE:
            return self._serve()
        told = self._run(shlex.split(line)[1:])
        if told.code != (Exit.BLOCKED if line in self.blocked else Exit.DONE):
            self.wrong.append(f"{line}: {told.code} {told.err}")
        if line in self.blocked:
            self.blocked.remove(line)
        return told.out + told.err

    def _run(self, words: list[str]) -> Told:
        with contextlib.chdir(self.folder):
            return Terminal(self.settings)(*words)

    def _serve(self) -> str:
        environment = {**own_environment(), **self.settings}
        log = self.folder / "serve.log"
        with (
            log.open("w+") as out,
            STARTS.started("newsletter.cli", ("serve", "--port", str(self.ports[8000])), environment, stdout=out) as process,
        ):
            wait_until(lambda: "Desk:" in log.read_text() or process.poll() is not None, "the pages")
            said = log.read_text()
            self.visit(said)
            process.send_signal(signal.SIGINT)
            process.wait(30)
        return said

    def visit(self, said: str) -> None:
        """Look at what the page sends a reader to, while somebody serves it."""
        pages = f"http://127.0.0.1:{self.ports[8000]}"
        (mail, *_) = (path for path in (self.folder / "caught").rglob("*.eml") if b"boats" in path.read_bytes())
        leave = re.search(rb"List-Unsubscribe: <(\S+?)>", mail.read_bytes().replace(b"\r\n ", b""))
        assert leave is not None
        desk = re.search(r"Desk:\s+(\S+)", said)
        assert desk is not None
        for address, words in {
            f"{pages}/archive/": "January 2020",
            f"{pages}/subscribe/readers": "<form",
            leave[1].decode(): "<button",
            desk[1]: "",
        }.items():
            with urllib.request.urlopen(address) as answer:  # noqa: S310 -- our own server
                if words not in unescape(answer.read().decode()):
                    self.wrong.append(f"{address}: no {words}")


def _is_in(line: str, said: str) -> bool:
    """Whether a line that a page shows was said; an ellipsis stands for anything, and columns may be wider."""
    wanted = r"\s+".join(re.escape(word).replace("…", ".*") for word in line.split())
    return re.search(wanted, said) is not None


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """Give a reader beside whom the blog and the catcher run, as in the second terminal."""
    ports = {usual: free_port() for usual in (8100, 8025, 1025, 8000)}
    blog = ("--port", str(ports[8100]))
    catcher = ("--port", str(ports[1025]), "--http", str(ports[8025]), "--folder", str(tmp_path / "caught"))
    log = (tmp_path / "outside.log").open("w+")
    with (
        log,
        STARTS.started("newsletter.demo.blog", blog, own_environment(), stderr=log) as one,
        STARTS.started("newsletter.demo.catcher", catcher, own_environment(), stderr=log) as other,
    ):
        wait_until(lambda: all(_answers(ports[port]) for port in (8100, 8025)) or one.poll() or other.poll(), "the blog")
        # Where links lead; with the usual port it is what nobody has to say.
        yield Reader(tmp_path, ports, {"NEWSLETTER_PUBLIC_URL": f"http://127.0.0.1:{ports[8000]}"})


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/"):
        return True
    return False


def test_tutorial_does_what_it_says(reader: Reader) -> None:
    """Every line in order, on a blog, a relay and pages that are really there."""
    steps = reader.steps()
    typed = [line for step in steps for line in step.lines]
    (reader.folder / "chair.md").write_text("A few lines.\n")
    for step in steps:
        if not {*step.lines} & {*BEFORE, OUTSIDE}:
            reader.follow(step)

    assert [] == reader.wrong
    assert [*BEFORE, BEFORE[-1], OUTSIDE] == typed[:5]
    assert SERVE in typed
