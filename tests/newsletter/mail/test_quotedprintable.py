"""Bodies as quoted-printable."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail import quotedprintable
from tests.harness import rawmail

TEXT = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from(list(".= \t\r\nFrom é"))), max_size=400)


def as_read(text: str) -> str:
    """Give what a reader gets of *text*: one kind of line end, and one at the end."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return lines if lines.endswith("\n") else lines + "\n"


@given(TEXT)
def test_decoding_gives_the_text_back(text: str) -> None:
    """Exactly, but for the kind of its line ends."""
    assert as_read(text) == rawmail.unquote(quotedprintable.encode(text)).decode()


@given(TEXT)
def test_lines_are_short_and_seven_bit(text: str) -> None:
    """So every server on the way leaves them alone."""
    encoded = quotedprintable.encode(text)

    assert encoded.isascii()
    assert max(map(len, encoded.split(b"\r\n"))) <= 76
    assert encoded.count(b"\n") == encoded.count(b"\r\n") == encoded.count(b"\r")


@pytest.mark.parametrize(
    "line", [".", "..", ".x", "From x", "." * 200, "From " + "y" * 100, "trailing ", "tab\t", "=", "x" * 100_000]
)
def test_lines_that_servers_rewrite_survive(line: str) -> None:
    """Neither a lone dot nor "From " opens a line on the wire unless a long line is cut there."""
    encoded = quotedprintable.encode(f"before\n{line}\nafter")

    assert f"before\n{line}\nafter\n" == rawmail.unquote(encoded).decode()
    assert b"\r\n.\r\n" not in encoded
    assert b"\r\nFrom " not in encoded


def test_empty_text_is_an_empty_line() -> None:
    """A part without a line end fails in some verifiers of signatures."""
    assert b"\r\n" == quotedprintable.encode("")
