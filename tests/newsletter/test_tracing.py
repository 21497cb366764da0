"""Traces: told to a collector where one is named, and never what an error says."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from newsletter import tracing

SECRET = "somebody@example.org"


@contextmanager
def collector() -> Iterator[tuple[str, list[bytes]]]:
    """Give the address of a collector, and what it was told."""
    told: list[bytes] = []

    class Take(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(self.path.encode() + b"\n" + self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Take)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_nothing_is_traced_where_no_collector_is_named() -> None:
    """It costs nothing: the same object, again and again."""
    assert tracing.span("one") is tracing.span("other", issue=7)
    assert not tracing.current()


def test_spans_are_told_without_the_words_of_errors() -> None:
    """The kind of an error is told, for an address may stand in its words; logs hold the number of the trace."""
    with collector() as (address, told):
        tracing.start(address)
        numbers: list[str] = []

        def fail() -> None:
            with tracing.span("GET /desk", issue=7):
                numbers.append(tracing.current())
                raise ValueError(SECRET)

        with pytest.raises(ValueError, match="somebody"):
            fail()
        tracing.stop()

    everything = b"".join(told)
    assert everything.startswith(b"/v1/traces\n")
    assert all(part in everything for part in (b"GET /desk", b"issue", b"ValueError", b"newsletter"))
    assert bytes.fromhex(numbers[0]) in everything
    assert SECRET.encode() not in everything
    assert not tracing.current()


def test_a_collector_that_is_away_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spans are dropped."""
    monkeypatch.setattr(tracing, "LAST_WORDS", 0.05)
    tracing.start("http://127.0.0.1:9")
    with tracing.span("a step"):
        pass
    tracing.stop()
