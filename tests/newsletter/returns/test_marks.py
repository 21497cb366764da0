"""Where our tokens stand in what comes back."""

import base64

import pytest

from newsletter.returns import marks
from newsletter.returns.marks import MOST_MARKS, Mark, Where
from subscribers.tokens import Purpose

A, B = "a" * 26, "b" * 26


def found(raw: str, recipient: str = "") -> list[tuple[Where, str]]:
    """Give places and tokens."""
    return [(mark.where, mark.token) for mark in marks.find(raw.encode(), recipient)]


def test_the_envelope_is_believed_before_what_stands_in_the_message() -> None:
    """Whoever puts another's token into the text of a bounce has their own in front of it."""
    raw = f"To: x@y.example\nDelivered-To: b-{B}@r.example\n\nMessage-ID: <{B}@y.example>\n"

    assert [(Where.ENVELOPE, A), (Where.DELIVERED_TO, B), (Where.RETURNED, B)] == found(raw, f"b-{A}@r.example")


@pytest.mark.parametrize(
    ("raw", "where"),
    [
        (f"Delivered-To: <B-{A.upper()}@R.EXAMPLE>\n\n", Where.DELIVERED_TO),
        (f"X-Original-To: b-{A}@r.example\r\n\r\n", Where.DELIVERED_TO),
        (f"Envelope-To: b-{A}@r.example\n\n", Where.DELIVERED_TO),
        (f"To: Somebody\n <b-{A}@r.example>\n\n", Where.TO),
        (f"In-Reply-To: <{A}@x.example>\n\nYes.", Where.ANSWERED),
        (f"References: <1@x.example>\n <{A}@x.example>\n\nYes.", Where.ANSWERED),
        (f"X: y\n\nMessage-ID: <{A}@x.example>\n", Where.RETURNED),
        (f"X: y\n\n> Message-Id:\n  <{A.upper()}@x.example>\n", Where.RETURNED),
        (f"X: y\n\nOriginal-Envelope-Id: {A}\n", Where.RETURNED),
        (f"X: y\n\nCFBL-Feedback-ID: {A}\n", Where.RETURNED),
        (f"X: y\n\nReturn-Path: <b-{A}@r.example>\n", Where.RETURNED),
        (f"X: y\n\nMessage-ID: <{A[:10]}=\n{A[10:]}@x.example>\n", Where.RETURNED),
    ],
)
def test_a_token_is_found_in_each_of_its_places(raw: str, where: Where) -> None:
    """In capitals, folded, quoted, and broken by quoted-printable."""
    assert [(where, A)] == found(raw)


def test_a_returned_mail_in_base64_is_looked_into() -> None:
    """No standard allows it."""
    inner = base64.encodebytes(f"Message-ID: <{A}@x.example>\n\nHello\n".encode()).decode()

    assert [(Where.RETURNED, A)] == found(f"X: y\n\n--b\nContent-Transfer-Encoding: base64\n\n{inner}--b--\n")


def test_the_link_for_leaving_is_of_a_subscription() -> None:
    """In the returned mail as in the address of a mail that says no."""
    raw = f"X: y\n\nList-Unsubscribe: <https://n.example/u/{A}>,\n <mailto:u-{A}@r.example>\n".encode()

    assert (Mark(Where.RETURNED, Purpose.UNSUBSCRIBE, A),) == marks.find(raw)
    assert (Mark(Where.ENVELOPE, Purpose.UNSUBSCRIBE, A),) == marks.find(b"", f"u-{A}@r.example")


def test_a_message_full_of_tokens_costs_no_more_than_a_few() -> None:
    """Each costs two hashes."""
    raw = "X: y\n\n" + "".join(f"b-{number:x>26}@r.example\n".replace("0", "a").replace("1", "b") for number in range(9_000))

    assert MOST_MARKS >= len(found(raw))


def test_whatever_stands_in_it_is_no_error() -> None:
    """Nothing, no end, and bytes that are no text."""
    for raw in (
        b"",
        b"\x00\xff" * 100,
        b"To:" + b" " * 10_000,
        b"content-transfer-encoding: base64\n\nAAAAA\n",
        b"\n" * 10_000,
    ):
        assert () == marks.find(raw, "\ud800")
