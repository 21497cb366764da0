"""Delivery reports by the standards, and by halves of them."""

import pytest

from newsletter.returns import dsn, parts
from newsletter.returns.model import Cause, Kind, Reading

HEAD = "From: MAILER-DAEMON@example.net\nContent-Type: multipart/report; boundary=b\n\n--b\n\n"


def read(
    *entries: str, text: str = "It failed.", kind: str = "message/delivery-status", transfer: str = "7bit"
) -> Reading | None:
    """Read a report of these entries beside a text."""
    fields = "\n\n".join(["Reporting-MTA: dns; mx.example.net", *entries])
    part = f"Content-Type: {kind}\nContent-Transfer-Encoding: {transfer}\n\n{fields}"
    return dsn.read(parts.read(f"{HEAD}{text}\n--b\n{part}\n--b--\n".encode()))


def entry(action: str = "failed", status: str = "5.1.1", said: str = "smtp; 550 5.1.1 User unknown", more: str = "") -> str:
    """Give what a report says of one recipient."""
    return f"{more}Final-Recipient: rfc822; ann@example.com\nAction: {action}\nStatus: {status}\nDiagnostic-Code: {said}"


def test_a_report_says_of_whom_what_and_why() -> None:
    """RFC 3464 2.3."""
    reading = read(entry())

    assert reading is not None
    assert (Kind.BOUNCE, Cause.ADDRESS_DEAD, "5.1.1") == (reading.kind, reading.cause, reading.status)
    assert "550 5.1.1 User unknown" == reading.reason
    assert ["ann@example.com"] == [one.address for one in reading.recipients]


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("failed", Kind.BOUNCE),
        ("delayed", Kind.DELAY),
        ("delivered", Kind.DELIVERED),
        ("relayed", Kind.DELIVERED),
        ("", Kind.BOUNCE),
    ],
)
def test_the_action_decides_the_kind(action: str, kind: Kind) -> None:
    """Delayed and relayed never count as failed."""
    reading = read(entry(action))

    assert reading is not None
    assert kind is reading.kind


def test_of_several_recipients_the_gravest_counts() -> None:
    """One was reached, one waits, one is gone."""
    reading = read(entry("delivered", "2.1.5", "smtp; 250 ok"), entry("delayed", "4.4.1", "smtp; 421 later"), entry())

    assert reading is not None
    assert (Kind.BOUNCE, Cause.ADDRESS_DEAD, 3) == (reading.kind, reading.cause, len(reading.recipients))


def test_whom_we_wrote_to_is_named_not_whom_it_was_forwarded_to() -> None:
    """RFC 3464 2.3.1."""
    reading = read(entry(more="Original-Recipient: rfc822; her@example.org\n"))

    assert reading is not None
    assert "her@example.org" == reading.recipients[0].address


def test_the_text_is_asked_where_the_report_says_too_little() -> None:
    """Domino writes 5.0.0 and tells people the rest."""
    reading = read(
        entry(status="5.0.0", said="X-Notes; failed"), text="User ann (ann@example.com) not listed in Domino Directory"
    )

    assert reading is not None
    assert Cause.ADDRESS_DEAD is reading.cause


def test_the_category_is_the_last_thing_asked() -> None:
    """PowerMTA sorts what it could not deliver."""
    said = "smtp; 500 no"
    sorted_out = read(entry(status="5.0.0", said=said, more="X-PowerMTA-BounceCategory: quota-issues\n"))
    told = read(entry(more="X-PowerMTA-BounceCategory: quota-issues\n"))

    assert sorted_out is not None
    assert told is not None
    assert (Cause.FULL, Cause.ADDRESS_DEAD) == (sorted_out.cause, told.cause)


@pytest.mark.parametrize("kind", ["message/global-delivery-status", "text/plain", "application/octet-stream"])
def test_a_report_is_one_under_any_type(kind: str) -> None:
    """RFC 6533, and gateways that know no such type."""
    assert read(entry(), kind=kind) is not None


def test_what_is_about_nobody_is_no_report() -> None:
    """Only who reports, and nothing of whom."""
    assert read() is None


def test_recipients_without_an_empty_line_between_them_are_several() -> None:
    """Some servers forget it."""
    reading = read(f"{entry()}\n{entry(status='5.2.2', said='smtp; 552 mailbox full')}")

    assert reading is not None
    assert [Cause.ADDRESS_DEAD, Cause.FULL] == [one.cause for one in reading.recipients]
