"""Raw bytes become parts, within bounds, whatever somebody sent."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.returns import parts
from newsletter.returns.parts import DEEPEST, LARGEST, MOST_FIELDS, MOST_PARTS

HEAD = b"From: MAILER-DAEMON@example.net\nSubject: Returned\n"


def a_mail(*pieces: bytes, kind: bytes = b"multipart/report") -> bytes:
    """Give a message of parts."""
    body = b"".join(b"--b\n" + piece + b"\n" for piece in pieces)
    return HEAD + b"Content-Type: " + kind + b"; boundary=b\n\n" + body + b"--b--\n"


def test_parts_are_given_in_their_order_with_what_came_back_apart() -> None:
    """A report is text, fields, and the header of ours."""
    mail = parts.read(
        a_mail(
            b"\nIt failed.",
            b"Content-Type: message/delivery-status\n\nAction: failed",
            b"Content-Type: message/rfc822\n\nMessage-ID: <token@example.org>\nSubject: Ours\n\nOurs",
        )
    )

    assert ("text/plain", "message/delivery-status", "message/rfc822") == tuple(part.kind for part in mail.parts)
    assert "<token@example.org>" == mail.returned.get("message-id")
    assert "It failed." == mail.parts[0].text()


def test_a_report_that_was_cut_off_keeps_what_it_has() -> None:
    """The last boundary is the first to be lost."""
    whole = a_mail(b"\nIt failed.", b"Content-Type: message/delivery-status\n\nAction: failed")

    assert b"Action: failed" == parts.read(whole.removesuffix(b"\n--b--\n")).parts[1].content


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_lines_may_end_as_they_like(end: bytes) -> None:
    """Old servers and pipes change them."""
    mail = parts.read(a_mail(b"\nIt failed.").replace(b"\n", end))

    assert ["It failed."] == [part.text() for part in mail.parts]


@pytest.mark.parametrize("raw", [b"", b"\n\n\n", b"\0" * 100, b"no header", b"\xff\xfe\xff" * 50, b"From x@example.net Mon\n"])
def test_what_is_no_message_is_told_as_trouble(raw: bytes) -> None:
    """Garbage, emptiness and what a crashed disk leaves."""
    assert parts.read(raw).trouble


def test_only_so_many_levels_parts_and_fields_are_looked_at() -> None:
    """Work is bounded by numbers, whatever the message says."""
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(2000))
    many = a_mail(*[b"\nx"] * 5000)
    flooded = b"".join(b"X-%d: y\n" % number for number in range(300_000)) + b"\nbody"

    assert f"more than {DEEPEST} levels" in parts.read(HEAD + nested).trouble
    assert MOST_PARTS == len(parts.read(many).parts)
    assert MOST_FIELDS >= len(parts.read(flooded).fields.raw)


def test_of_a_large_message_the_beginning_is_read() -> None:
    """A bounce that returns 5 MB says why before that."""
    mail = parts.read(a_mail(b"\nIt failed.", b"Content-Type: message/rfc822\n\nSubject: Ours\n\n" + b"x" * 5 * LARGEST))

    assert mail.is_cut
    assert ("It failed.", "Ours") == (mail.parts[0].text(), mail.returned.get("subject"))


def test_a_header_without_end_is_trouble() -> None:
    """5 MB of it are no mail."""
    assert "header does not end" in parts.read(b"Subject: x\n" + b"X-Long: y\n" * LARGEST).trouble


@pytest.mark.parametrize("charset", ["utf-8", "unknown-8bit", "punycode", "rot13", "iso-8859-1", "x-klingon", ""])
def test_any_charset_is_read_somehow(charset: str) -> None:
    """Names that nobody knows, and codecs that are no character sets."""
    raw = (
        HEAD
        + f"Content-Type: text/plain; charset={charset}\n\n".encode()
        + "Empfänger".encode("utf-8" if charset != "iso-8859-1" else charset)
    )

    assert "Empfänger" == parts.read(raw).parts[0].text()


def test_japanese_is_known_by_its_escapes() -> None:
    """Servers there leave the charset out."""
    raw = HEAD + b"\n" + "宛先不明".encode("iso2022_jp")

    assert "宛先不明" == parts.read(raw).parts[0].text()


def test_encoded_words_are_decoded_also_side_by_side() -> None:
    """RFC 2047 6.2: the blank between two of them is none."""
    word = base64.b64encode("配信".encode()).decode()

    mail = parts.read(f"Subject: =?utf-8?B?{word}?=\n =?utf-8?q?_failed=21?= now\n\n".encode())

    assert "配信 failed! now" == mail.fields.words("subject")


def test_html_says_what_it_says_and_no_more() -> None:
    """Neither its style nor what stands in its head."""
    markup = "<head><title>t</title></head><style>p{}</style><p>Mailbox&nbsp;full</p><script>x()</script>"

    assert "Mailbox full" == parts.plain(markup).strip()


@given(st.binary(max_size=2000))
def test_any_bytes_are_taken_apart(raw: bytes) -> None:
    """There is trouble or there are parts, and nothing raises."""
    mail = parts.read(raw)

    assert bool(mail.trouble) != bool(mail.parts)
    assert all(isinstance(part.text(), str) for part in mail.parts)


def test_lines_of_a_mailbox_file_are_passed_by_once_each() -> None:
    """A megabyte of them is no work: it took a quarter of a minute when each was cut off by itself."""
    mail = parts.read(b"From x\n" * 140_000 + b">From y\nSubject: a\n\nb\n")

    assert "a" == mail.fields.get("subject")
    assert "There is nothing in it." == parts.read(b"From x").trouble
