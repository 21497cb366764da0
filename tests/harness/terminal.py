"""The command line as a script uses it: arguments in, exit code, stdout and stderr out.

terminal = Terminal(settings)
told = terminal("lists", "create", "readers", "--json")
told.code, told.answer["list"]
"""

import contextlib
import io
import json
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from newsletter.cli.__main__ import run
from newsletter.cli.door import Door
from newsletter.clock import Clock, system_clock
from tests.harness import logs


@dataclass(frozen=True, slots=True)
class Told:
    """What a command said."""

    code: int
    out: str
    err: str

    @property
    def answer(self) -> Any:  # noqa: ANN401 -- JSON
        """Give the object that ends stdout."""
        return json.loads(self.out.splitlines()[-1])


class _Stream(io.TextIOWrapper):
    """A stream that may pretend to be a terminal."""

    def __init__(self, data: bytes = b"", *, is_terminal: bool = False) -> None:
        super().__init__(io.BytesIO(data), encoding="utf-8")
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal

    def text(self) -> str:
        self.flush()
        raw = self.buffer
        assert isinstance(raw, io.BytesIO)
        return raw.getvalue().decode()


class Terminal:
    """Runs commands in this process with an environment of their own."""

    def __init__(self, settings: Mapping[str, str], clock: Clock | None = None, *, host: Clock = system_clock) -> None:
        self.settings = dict(settings)
        self.clock = clock
        self._host = host

    def __call__(self, *arguments: str, stdin: bytes = b"", is_terminal: bool = False, **settings: str) -> Told:
        """Run one command; keywords are settings for this one only."""
        out, err = _Stream(), _Stream()
        with contextlib.ExitStack() as stack:
            stack.enter_context(self._environment(settings))
            stack.enter_context(_logging_restored())
            stack.enter_context(contextlib.redirect_stdout(out))
            stack.enter_context(contextlib.redirect_stderr(err))
            stack.enter_context(patch.object(sys, "stdin", _Stream(stdin, is_terminal=is_terminal)))
            code = int(run(arguments, Door(self.clock, host=self._host)))
        return Told(code, out.text(), err.text())

    def ok(self, *arguments: str, stdin: bytes = b"") -> Any:  # noqa: ANN401 -- JSON
        """Run a command that must succeed, with `--json`; give its answer."""
        told = self(*arguments, "--json", stdin=stdin)
        assert 0 == told.code, told.err
        return told.answer

    def _environment(self, settings: dict[str, str]) -> contextlib.AbstractContextManager[object]:
        others = {name: text for name, text in os.environ.items() if not name.startswith("NEWSLETTER_")}
        return patch.dict(os.environ, others | self.settings | settings, clear=True)


@contextlib.contextmanager
def _logging_restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        logs.write_plainly()
