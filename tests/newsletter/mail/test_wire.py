"""Bytes of a relay, cut into replies however they arrive."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
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

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Hear when to complain of a relay that takes nothing."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Remember *data*."""
        self.written += bytes(data)

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        """Remember all of it."""
        for data in list_of_data:
            self.write(data)

    def get_write_buffer_size(self) -> int:
        """Give how much is unsent: nothing."""
        return 0

    def abort(self) -> None:
        """Remember that the connection was cut."""
        self.is_aborted = True

    def close(self) -> None:
        """Forget the connection."""


def on_a_wire(act: Callable[[Wire, Line], Awaitable[None]]) -> None:
    """Run *act* inside an event loop."""

    async def run() -> None:
        line = Line()
        await act(Wire(line), line)

    asyncio.run(run())


REPLY = b"250-first\r\n250-second\r\n250 last\r\n354 go\r\n550 5.1.1 no\r\n"
ANSWERS = [Answer(250, ("first", "second", "last")), Answer(354, ("go",)), Answer(550, ("5.1.1 no",))]


@given(st.lists(st.integers(1, len(REPLY)), max_size=12))
def test_replies_are_the_same_however_they_are_cut(cuts: list[int]) -> None:
    """Segments end anywhere."""
    edges = sorted({0, len(REPLY), *cuts})

    async def act(wire: Wire, _line: Line) -> None:
        wire.send(b"x", replies=3)
        for start, end in pairwise(edges):
            wire.data_received(REPLY[start:end])

        assert ANSWERS == [await wire.answer(1) for _ in range(3)]
        assert "" == wire.trouble

    on_a_wire(act)


@given(st.binary(max_size=600))
def test_whatever_comes_is_an_answer_or_the_end(noise: bytes) -> None:
    """Never an exception, never an answer out of nothing."""

    async def act(wire: Wire, _line: Line) -> None:
        wire.send(b"x")
        wire.data_received(noise)
        wire.close()
        try:
            await wire.answer(1)
        except WireLost:
            assert wire.trouble
        else:
            assert noise[:1] in {b"2", b"3", b"4", b"5"}

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

    async def act(wire: Wire, line: Line) -> None:
        wire.send(b"x")
        wire.data_received(bytes_)

        assert line.is_aborted
        assert wire.trouble

    on_a_wire(act)


def test_whoever_waits_hears_of_the_end() -> None:
    """And nobody who comes later is left waiting."""

    async def act(wire: Wire, line: Line) -> None:
        wire.send(b"x", replies=2)
        waiting = asyncio.create_task(wire.answer(60))
        await asyncio.sleep(0)
        wire.connection_lost(ConnectionResetError("reset"))

        with pytest.raises(WireLost, match="reset"):
            await waiting
        with pytest.raises(WireLost, match="reset"):
            await wire.answer(60)
        with pytest.raises(WireLost, match="reset"):
            wire.send(b"y")
        assert b"x" == line.written

    on_a_wire(act)


def test_bare_code_is_a_reply() -> None:
    """Some servers say no more."""

    async def act(wire: Wire, _line: Line) -> None:
        wire.send(b"x")
        wire.data_received(b"250\r\n")

        assert Answer(250, ("",)) == await wire.answer(1)

    on_a_wire(act)


def test_reply_that_came_before_the_end_is_still_an_answer() -> None:
    """A relay that answers and hangs up has answered."""

    async def act(wire: Wire, _line: Line) -> None:
        wire.send(b"x", replies=2)
        wire.data_received(b"250 taken\r\n")
        wire.eof_received()

        assert Answer(250, ("taken",)) == await wire.answer(1)
        with pytest.raises(WireLost, match="closed the connection"):
            await wire.answer(1)

    on_a_wire(act)


def test_silence_cuts_the_connection() -> None:
    """Also when the wait before it was allowed to be longer, and when bytes drip without a line's end."""

    async def act(wire: Wire, line: Line) -> None:
        wire.send(b"x", replies=2)
        wire.data_received(b"250 ok\r\n")
        await wire.answer(600)
        dripping = asyncio.get_running_loop().call_later(0.01, wire.data_received, b"25")
        with pytest.raises(WireLost, match="said nothing"):
            await wire.answer(0.03)
        dripping.cancel()

        assert line.is_aborted

    on_a_wire(act)


def test_giving_up_a_wait_cuts_the_connection() -> None:
    """The reply that comes later must not be paired with the next command."""

    async def act(wire: Wire, line: Line) -> None:
        wire.send(b"x")
        waiting = asyncio.create_task(wire.answer(60))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)

        assert line.is_aborted

    on_a_wire(act)


def test_slow_relay_is_waited_for_until_it_has_taken_what_was_written() -> None:
    """So that at most one message a connection is in memory."""

    async def act(wire: Wire, _line: Line) -> None:
        wire.send(b"x")
        wire.pause_writing()
        draining = asyncio.create_task(wire.drained(60))
        await asyncio.sleep(0)
        assert not draining.done()
        wire.resume_writing()
        await draining

        wire.pause_writing()
        with pytest.raises(WireLost, match="said nothing"):
            await wire.drained(0.01)

    on_a_wire(act)
