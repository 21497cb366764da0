"""Bytes of a relay, cut into replies however they arrive."""

import asyncio
from collections.abc import Callable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.wire import LONGEST_LINE, MOST_LINES, Answer, Wire, WireLost


class Line(asyncio.Transport):
    """A transport that remembers what was written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_aborted = False

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Be taken over."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Remember *data*."""
        self.written += bytes(data)

    def get_write_buffer_size(self) -> int:
        """Give how much is unsent: nothing."""
        return 0

    def abort(self) -> None:
        """Remember that the connection was cut."""
        self.is_aborted = True

    def close(self) -> None:
        """Forget the connection."""


def on_a_wire(act: Callable[[Wire, Line], None]) -> None:
    """Run *act* inside an event loop."""

    async def run() -> None:
        line = Line()
        act(Wire(line), line)

    asyncio.run(run())


REPLY = b"250-first\r\n250-second\r\n250 last\r\n354 go\r\n550 5.1.1 no\r\n"
ANSWERS = [Answer(250, ("first", "second", "last")), Answer(354, ("go",)), Answer(550, ("5.1.1 no",))]


@given(st.lists(st.integers(1, len(REPLY)), max_size=12))
def test_replies_are_the_same_however_they_are_cut(cuts: list[int]) -> None:
    """Segments end anywhere."""
    edges = sorted({0, len(REPLY), *cuts})

    def act(wire: Wire, _line: Line) -> None:
        futures = wire.send(b"x", replies=3)
        for start, end in pairwise(edges):
            wire.data_received(REPLY[start:end])

        assert ANSWERS == [future.result() for future in futures]
        assert "" == wire.trouble

    on_a_wire(act)


@given(st.binary(max_size=600))
def test_whatever_comes_is_an_answer_or_the_end(noise: bytes) -> None:
    """Never an exception, never an answer out of nothing."""

    def act(wire: Wire, _line: Line) -> None:
        [future] = wire.send(b"x")
        wire.data_received(noise)
        if future.done() and future.exception() is None:
            assert noise[:1] in {b"2", b"3", b"4", b"5"}
        else:
            assert wire.trouble or b"\n" not in noise or noise[3:4] == b"-"

    on_a_wire(act)


@pytest.mark.parametrize(
    "bytes_",
    [
        b"250 ok\r\n250 unasked\r\n",
        b"hello\r\n",
        b"25\r\n",
        b"150 odd\r\n",
        b"650 odd\r\n",
        b"250+ok\r\n",
        b"\r\n",
        b"x" * (LONGEST_LINE + 1),
        b"250 " + b"x" * LONGEST_LINE + b"\r\n",
        b"250-more\r\n" * (MOST_LINES + 1),
    ],
    ids=range(10),
)
def test_what_is_no_reply_cuts_the_connection(bytes_: bytes) -> None:
    """And says why."""

    def act(wire: Wire, line: Line) -> None:
        wire.send(b"x")
        wire.data_received(bytes_)

        assert line.is_aborted
        assert wire.trouble

    on_a_wire(act)


def test_everybody_who_waits_hears_of_the_end() -> None:
    """And nobody who comes later is left waiting."""

    def act(wire: Wire, line: Line) -> None:
        futures = wire.send(b"x", replies=2)
        wire.connection_lost(ConnectionResetError("reset"))

        assert all(isinstance(future.exception(), WireLost) for future in futures)
        with pytest.raises(WireLost, match="reset"):
            wire.send(b"y")
        assert b"x" == line.written

    on_a_wire(act)


def test_bare_code_is_a_reply() -> None:
    """Some servers say no more."""

    def act(wire: Wire, _line: Line) -> None:
        [future] = wire.send(b"x")
        wire.data_received(b"250\r\n")

        assert Answer(250, ("",)) == future.result()

    on_a_wire(act)
