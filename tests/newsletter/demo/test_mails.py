from hypothesis import given
from hypothesis import strategies as st

from newsletter.demo.mails import Header, Mailbox, read_heading, read_mail
from tests.harness.caught import LETTER


def test_a_heading_is_decoded() -> None:
    """Encoded words of one header belong together, and a space between them is no space."""
    heading = read_heading(LETTER)

    assert "January 2020 – the issue" == heading.subject
    assert Mailbox("CPDWL Newsletter", "letter@news.example") == heading.sender
    assert Mailbox("Hélène Lefèvre", "helene@members.example") == heading.recipient


def test_both_parts_are_read() -> None:
    """Text and HTML, decoded."""
    mail = read_mail(LETTER)

    assert "Dear Hélène" == mail.text
    assert "<p>Dear reader</p>" in mail.html


def test_headers_are_unfolded() -> None:
    """One line each, in their order."""
    expected = Header("List-Unsubscribe", "<https://news.example/u/abcdefgh>, <mailto:leave@news.example>")

    assert expected == read_mail(LETTER).headers[3]


def test_the_one_click_address_is_the_web_one() -> None:
    """RFC 8058: the HTTPS address among those of List-Unsubscribe."""
    assert "https://news.example/u/abcdefgh" == read_mail(LETTER).one_click


def test_no_one_click_without_the_promise() -> None:
    """RFC 8058: List-Unsubscribe alone may not be posted to."""
    assert not read_mail(LETTER.replace(b"-Post:", b"-Past:")).one_click


def test_search_wants_every_word_anywhere() -> None:
    """Names, addresses and subject; without case."""
    heading = read_heading(LETTER)

    assert heading.mentions("LEFÈVRE january")
    assert heading.mentions("members.example")
    assert heading.mentions("")
    assert not heading.mentions("Lefèvre february")


def test_what_is_no_mail_is_shown_all_the_same() -> None:
    """Without headers, charset or known encoding."""
    mail = read_mail(b"Subject: =?x-none?q?a?=\r\nContent-Type: text/plain; charset=x-none\r\n\r\nhello")

    assert "=?x-none?q?a?=" == mail.heading.subject
    assert "hello" == mail.text


@given(st.binary(max_size=400))
def test_any_bytes_can_be_read(content: bytes) -> None:
    """The catcher accepts everything, so its pages must stand everything."""
    read_heading(content)
    read_mail(content)


@given(st.binary(max_size=60), st.sampled_from([b"Subject", b"From", b"To", b"Content-Type", b"List-Unsubscribe"]))
def test_any_header_can_be_read(value: bytes, name: bytes) -> None:
    """Also those that begin like a header."""
    read_mail(name + b": " + value + b"\r\n\r\nbody")
