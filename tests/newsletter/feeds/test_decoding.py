"""Bytes into text: every encoding that feeds claim, have, or only pretend to have."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feeds.decoding import decode, document, is_truncated

TEXT = "<rss>Žluťoučký kůň – naïve café</rss>"
LATIN = "<rss>Ænne ønsker å møte Grüße – “naïve” café</rss>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"])
def test_unicode_is_recognised_without_any_declaration(encoding: str) -> None:
    """By its mark, by its first character, or by being valid."""
    assert TEXT == decode(TEXT.encode(encoding), "")


@pytest.mark.parametrize("encoding", ["windows-1252", "iso-8859-2", "koi8-r", "shift_jis", "iso-2022-jp", "gb18030"])
@pytest.mark.parametrize("place", ["xml", "http"])
def test_declared_encodings_are_used(encoding: str, place: str) -> None:
    """Whether the document or the server declares it."""
    text = {
        "koi8-r": "книги",
        "shift_jis": "図書館だより",
        "iso-2022-jp": "図書館",
        "gb18030": "图书馆学",
        "iso-8859-2": "kůň",
    }.get(encoding, "Grüße – “café”")
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>' if place == "xml" else ""
    content_type = f'text/xml; charset="{encoding}"' if place == "http" else "text/xml"
    body = f"{declaration}<rss>{text}</rss>"

    assert body == decode(body.encode(encoding), content_type)


def test_latin_1_means_what_the_web_means_by_it() -> None:
    """Dashes and quotation marks of Windows are not lost."""
    body = f'<?xml version="1.0" encoding="ISO-8859-1"?>{LATIN}'

    assert body == decode(body.encode("cp1252"), "text/xml")


def test_utf_8_is_believed_before_a_wrong_declaration() -> None:
    """A server that says latin-1 about UTF-8 makes no mojibake."""
    body = f'<?xml version="1.0" encoding="iso-8859-1"?>{TEXT}'

    assert body == decode(body.encode(), "text/xml; charset=iso-8859-15")


def test_one_bad_byte_does_not_spoil_the_rest() -> None:
    """The parser alone would read the whole feed as iso-8859-2."""
    body = TEXT.encode() + b"\xff" + TEXT.encode()

    assert f"{TEXT}\ufffd{TEXT}" == decode(body, "text/xml")


def test_undeclared_windows_text_is_guessed() -> None:
    """What is no UTF-8 at all was written on Windows."""
    assert LATIN == decode(LATIN.encode("cp1252"), "")


@pytest.mark.parametrize("name", ["utf-7", "zlib", "punycode", "unicode_escape", "no-such", "x" * 300, "idna"])
def test_dangerous_and_unknown_encodings_are_ignored(name: str) -> None:
    """No declaration makes us run a codec that is none for text."""
    body = f'<?xml version="1.0" encoding="{name}"?><rss>+ADw-script+AD4- \\u003c é</rss>'

    assert body == decode(body.encode(), f"text/xml; charset={name}")


@given(st.binary(max_size=200), st.text(max_size=40))
def test_any_bytes_become_text(body: bytes, content_type: str) -> None:
    """Whatever comes, it is text in the end, without a character that XML forbids."""
    xml = document(decode(body, content_type))

    xml.encode()
    assert not set(xml) & set(map(chr, [*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF]))


def test_what_stands_before_the_feed_is_dropped() -> None:
    """Warnings of PHP and blank lines, and the declaration whose encoding is ours now."""
    assert "<rss>x</rss>" == document('\n<b>Warning</b> in line 7\n<?xml version="1.0" encoding="x"?><rss>x</rss>')


def test_web_page_that_mentions_a_feed_stays_a_web_page() -> None:
    """An example in an article is no feed."""
    page = "<!DOCTYPE html><html><body><rss>x</rss></body></html>"

    assert page == document(page)


@pytest.mark.parametrize(
    ("xml", "is_cut"),
    [
        ("<rss><item/></rss>", False),
        ("<rss><item/></rss>\n<!-- served from a cache -->", False),
        ("<rss><item/></RSS >", False),
        ("<atom:feed><atom:entry/></atom:feed>", False),
        ("<rss><item><title>half a ti", True),
        ("<feed><entry/></fe", True),
        ("<html></html>", False),
    ],
)
def test_broken_off_documents_are_noticed(xml: str, *, is_cut: bool) -> None:
    """Only the end of the outermost element proves that all came through."""
    assert is_cut == is_truncated(xml)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("&#8211; &#x1F600; &#9;", "&#8211; &#x1F600; &#9;"),
        ("a&#0;b", "a b"),
        ("a&#x1F;b", "a b"),
        ("a&#xD83D;&#xDE00;b", "a  b"),
        ("a&#55296b", "a b"),
        ("a&#1114112;b", "a b"),
        ("a&#" + "9" * 5000 + ";b", "a b"),
        ("a&#&#0;55296;b", "a&# 55296;b"),
        ("a&#\x0055296;b", "a b"),
        ("a&amp;#55296;b", "a&amp;#55296;b"),
    ],
)
def test_references_to_no_character_are_taken_out(written: str, read: str) -> None:
    """One of them in one title would stop the parser, and all posts of the feed would be lost."""
    assert f"<rss>{read}</rss>" == document(f"<rss>{written}</rss>")
