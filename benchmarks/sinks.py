"""Where mail goes while it is measured: Postfix's smtp-sink, or the harness's own where that is not to be had."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import postfix
from tests.harness.processes import sink_process


@dataclass(frozen=True, slots=True)
class Target:
    """A listening mail server that takes everything."""

    port: int
    name: str
    # What the yardstick runs with; None: there is none.
    tools: postfix.Tools | None
    # 0: it is not known which process.
    pid: int = 0

    def cpu_seconds(self) -> float:
        """Give what it has used so far, user and system time; 0 when that is not known."""
        return postfix.cpu_seconds(Path(f"/proc/{self.pid}/stat").read_text()) if self.pid else 0.0

    def relay(self, connections: int, port: int = 0) -> str:
        """Give its address as a setting; *port* when the way to it leads through another."""
        return f"smtp://127.0.0.1:{port or self.port}?tls=none&connections={connections}"

    def pace_of_source(self, messages: int, connections: int, size: int) -> postfix.Pace | None:
        """Measure the yardstick."""
        return None if self.tools is None else postfix.source(self.tools, self.port, messages, connections, size)


@contextlib.contextmanager
def open_sink(folder: str) -> Iterator[Target]:
    """Run the best sink there is."""
    try:
        tools = postfix.find()
    except postfix.NotToBeHad as reason:
        print(f"No yardstick: {reason}. Mail goes to the harness's sink, which bounds what is measured.", file=sys.stderr)
        with sink_process(Path(folder) / "sink.jsonl") as port:
            yield Target(port, "tests.harness.sink", None)
        return
    with postfix.sink(tools) as listening:
        yield Target(listening.port, "smtp-sink", tools, listening.pid)
