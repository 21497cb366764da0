"""What a server of mailboxes may say in answer to one question."""

import io

import pytest

from newsletter.returns import measure
from newsletter.returns.measure import Endless, Measure


class Slow(io.BufferedReader):
    """Gives one byte at a time, and each takes a minute."""

    def __init__(self, said: bytes) -> None:
        super().__init__(io.BytesIO(said))
        self.minutes = 0

    def read1(self, _size: int = -1, /) -> bytes:
        """Give a byte."""
        self.minutes += 1
        return super().read1(1)

    def ticks(self) -> float:
        """Give the time."""
        return self.minutes * 60.0


def test_lines_and_blocks_are_read_as_they_are() -> None:
    """To the end of the connection."""
    measured = Measure(io.BufferedReader(io.BytesIO(b"a\r\n\nbcd" + b"e" * 200_000)))

    assert [b"a\r\n", b"\n", b"bc"] == [measured.readline(), measured.readline(), measured.read(2)]
    assert b"d" + b"e" * 200_000 == measured.read(1_000_000)
    assert (b"", b"") == (measured.readline(), measured.read(1))


def test_each_answer_may_be_so_long_and_take_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """One byte a minute keeps any time-out of a socket happy, and the thread for ever."""
    monkeypatch.setattr(measure, "MOST_SAID", 10)
    lines = Measure(io.BufferedReader(io.BytesIO(b"123\r\n" * 9)))
    for _ in range(2):
        lines.begin()
        assert [b"123\r\n"] * 2 == [lines.readline(), lines.readline()]
    with pytest.raises(Endless, match="longer than 10 bytes"):
        lines.readline()
    with pytest.raises(Endless, match="longer than 10 bytes"):
        Measure(io.BufferedReader(io.BytesIO())).read(2**31)
    monkeypatch.undo()
    mail, line = Slow(b"x" * 100), Slow(b"x" * 100)
    with pytest.raises(Endless, match="15 minutes"):
        Measure(mail, mail.ticks).read(100)
    with pytest.raises(Endless, match="15 minutes"):
        Measure(line, line.ticks).readline()
