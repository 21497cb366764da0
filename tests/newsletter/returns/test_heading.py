"""From and Subject of a returned message, as they are shown."""

import pytest

from newsletter.returns import heading


@pytest.mark.parametrize(
    "charset", [b"\xc3\xbc", b"\xff", b"a\x00b", b"zlib", b"undefined", b"idna", b"utf-7", b"unknown-8bit", b""]
)
def test_a_charset_that_is_none_stands_in_nobodys_way(charset: bytes) -> None:
    """One whose name has letters that no charset has made the mail a poison: fetched, never written down, for ever."""
    shown = heading.read(b"From: Ann <ann@example.net>\r\nSubject: =?" + charset + b"?q?=ff-?= January\r\n\r\n")

    assert "Ann <ann@example.net>" == shown.sender
    assert shown.subject.endswith("January")
