"""The finished message: its headers, its bodies, and that it is the same at every attempt."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.letters.letter import LetterKind, SlotName
from newsletter.letters.links import Links
from newsletter.mail.delivery import Delivery
from newsletter.mail.dkim import Signer, SigningKey
from newsletter.mail.dkimrecord import Algorithm
from newsletter.mail.headers import HeaderUnsafe
from newsletter.mail.message import Envelope, Facts
from newsletter.mail.returnpath import TOKEN as PLACE
from newsletter.mail.returnpath import ReturnPath
from newsletter.mail.stationery import Stationery
from newsletter.people import mailto
from subscribers.tokens import Keyring, Purpose
from tests.conftest import SECRET
from tests.harness import rawmail
from tests.harness.mailroom import a_draft
from tests.newsletter.mail.test_headers import NASTY

PLANNED = datetime(2020, 2, 3, 8, 0, 0, 123456, tzinfo=UTC)
FACTS = Facts(7, a_draft(), LetterKind.ISSUE, PLANNED, "readers", "section-news", 3)
ANN = Delivery(11, 7, 21, 31, 1, "ann@example.net", "hash", "Ann Lee", 0, 0)
KEYRING = Keyring(SECRET)
STATIONERY = Stationery(KEYRING, Links("https://news.example.org"))
TOKEN = KEYRING.seal(Purpose.DELIVERY, 11)
LEAVE = f"https://news.example.org/u/{KEYRING.seal(Purpose.UNSUBSCRIBE, 31)}"


def envelope(facts: Facts = FACTS, delivery: Delivery = ANN, stationery: Stationery = STATIONERY) -> Envelope:
    """Compile the letter and write one message."""
    return stationery.envelope(stationery.compile(facts), delivery)


def read(facts: Facts = FACTS, delivery: Delivery = ANN) -> rawmail.Raw:
    """Write a message and take it apart."""
    return rawmail.read(envelope(facts, delivery).data)


def test_fields_are_exactly_these() -> None:
    """One of each, in this order, and nothing that nobody planned."""
    assert [
        "Date",
        "From",
        "Reply-To",
        "To",
        "Subject",
        "Message-ID",
        "List-Id",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "List-Post",
        "List-Archive",
        "Precedence",
        "Feedback-ID",
        "MIME-Version",
        "Content-Language",
        "Content-Type",
    ] == read().names


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("From", '"Section News" <news@example.org>'),
        ("Reply-To", "<editor@example.org>"),
        ("To", '"Ann Lee" <ann@example.net>'),
        ("Subject", "January 2020"),
        ("Message-ID", f"<{TOKEN}@example.org>"),
        ("List-Id", "<readers.example.org>"),
        ("List-Unsubscribe", f"<{LEAVE}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("List-Post", "NO"),
        ("List-Archive", "<https://news.example.org/archive/section-news/>"),
        ("Feedback-ID", "i7:readers:issue:exampleorg"),
    ],
)
def test_fields_say_what_they_should(name: str, value: str) -> None:
    """As machines on the way read them."""
    field = read().one(name)

    assert value == field.value
    assert 1 == len(field.lines)
    assert len(field.lines[0]) <= 76


def test_what_is_not_on_the_web_names_no_archive() -> None:
    """The address would be found by nobody."""
    assert "List-Archive" not in read(replace(FACTS, is_shown=False)).names


@pytest.mark.parametrize(
    ("is_shown", "address"),
    [
        (True, "https://news.example.org/archive/section-news/3"),
        (False, f"https://news.example.org/read/{KEYRING.seal(Purpose.READ, 5)}"),
    ],
)
def test_the_web_copy_is_where_it_can_be_read(is_shown: bool, address: str) -> None:  # noqa: FBT001 -- a case
    """In the archive, or, where the newsletter has none for everybody, by a link that only its readers have."""
    draft = replace(FACTS.draft, text="read: slotweb\n", slots={**FACTS.draft.slots, SlotName.WEB_COPY: "slotweb"})
    (_, text), _ = rawmail.parts(read(replace(FACTS, draft=draft, is_shown=is_shown, issue_id=5)))

    assert f"read: {address}\n" == text


def test_date_is_the_moment_of_planning() -> None:
    """Not of the attempt: days may lie between two."""
    assert PLANNED.replace(microsecond=0) == parsedate_to_datetime(read().one("Date").value)


def test_bodies_are_filled_for_the_person() -> None:
    """Text first, HTML last, the same content."""
    text, html = rawmail.parts(read())

    assert ("text/plain; charset=utf-8", f"Dear Ann Lee,\n.\nleave: {LEAVE}\n") == text
    assert ("text/html; charset=utf-8", f"<p>Dear Ann Lee, <a href='{LEAVE}'>leave</a></p>\n") == html


def test_name_is_text_in_html() -> None:
    """Whatever somebody calls themselves."""
    _, (_, html) = rawmail.parts(read(delivery=replace(ANN, name="<script>alert(1)</script>")))

    assert "&lt;script&gt;" in html
    assert "<script>" not in html


def test_nameless_are_addressed_all_the_same() -> None:
    """No name, no empty quotes."""
    raw = read(delivery=replace(ANN, name=""))

    assert "<ann@example.net>" == raw.one("To").value
    assert rawmail.parts(raw)[0][1].startswith("Dear reader,")


def test_every_attempt_is_the_same_bytes() -> None:
    """So whoever gets a second copy can tell that it is one."""
    assert envelope() == envelope(delivery=replace(ANN, attempts=3))


def test_envelope_carries_what_reports_are_known_by() -> None:
    """The same token as its sender and its Message-ID."""
    assert TOKEN == envelope().token


READ = ReturnPath("returns.example.org", is_read=True, asks_complaints=True)
SIGNER = Signer([SigningKey.generate("example.org", "s1", Algorithm.RSA)])


def signed_and_read(returns: ReturnPath, facts: Facts = FACTS) -> rawmail.Raw:
    """Write a signed message whose returns go by that path, and take it apart."""
    stationery = Stationery(KEYRING, Links("https://news.example.org"), returns)
    return rawmail.read(stationery.envelope(stationery.compile(facts, SIGNER), ANN).data)


def test_list_is_left_by_mail_where_somebody_reads_it() -> None:
    """The button first; folded at the comma; by the address that leaving by mail knows."""
    field = signed_and_read(READ).one("List-Unsubscribe")

    assert (f"List-Unsubscribe: <{LEAVE}>,", f" <mailto:{mailto.address(KEYRING, 31, 'returns.example.org')}>") == field.lines
    assert max(map(len, field.lines)) <= 76


@pytest.mark.parametrize(
    "returns",
    [
        ReturnPath(),
        ReturnPath("returns.example.org", asks_complaints=True),
        ReturnPath(is_read=True, asks_complaints=True),
        # A line of more than 76 columns is encoded on the way, and hides the button.
        ReturnPath(f"{'a' * 40}.example.net", is_read=True, asks_complaints=True),
    ],
    ids=["nothing", "nobody reads it", "no domain", "too long a line"],
)
def test_nobody_is_told_to_write_where_it_does_not_arrive(returns: ReturnPath) -> None:
    """Neither who leaves nor who complains."""
    raw = signed_and_read(returns)

    assert f"<{LEAVE}>" == raw.one("List-Unsubscribe").value
    assert not [name for name in raw.names if name.startswith("CFBL-")]


def test_complaints_come_back_by_what_they_are_known_by() -> None:
    """As RFC 9477 spells it, and signed."""
    raw = signed_and_read(READ)

    assert f"b-{TOKEN}@returns.example.org; report=arf" == raw.one("CFBL-Address").value
    assert TOKEN == raw.one("CFBL-Feedback-ID").value
    assert {"cfbl-address", "cfbl-feedback-id"} <= set(
        raw.one("DKIM-Signature").value.partition("h=")[2].split(";")[0].split(":")
    )


@pytest.mark.parametrize("domain", ["example.net", "notexample.org", "org"])
def test_complaints_are_not_asked_for_by_another_domain(domain: str) -> None:
    """No signature of the sender speaks for it."""
    assert "CFBL-Address" not in signed_and_read(replace(READ, domain=domain)).names


def test_complaints_are_not_asked_for_without_a_signature() -> None:
    """Nobody would send one."""
    stationery = Stationery(KEYRING, Links("https://news.example.org"), READ)

    assert "CFBL-Address" not in rawmail.read(envelope(stationery=stationery).data).names


def test_long_return_domain_folds_the_address_for_complaints() -> None:
    """Behind the semicolon."""
    lines = signed_and_read(replace(READ, domain=f"{'a' * 30}.example.org")).one("CFBL-Address").lines

    assert (f"CFBL-Address: b-{TOKEN}@{'a' * 30}.example.org;", " report=arf") == lines


def test_providers_get_the_token_in_their_own_fields() -> None:
    """Which they repeat in their events."""
    fields = {"X-PM-Metadata-delivery": PLACE, "X-SMTPAPI": f'{{"unique_args": {{"delivery": "{PLACE}"}}}}'}
    raw = signed_and_read(ReturnPath(provider_fields=fields))

    assert TOKEN == raw.one("X-PM-Metadata-delivery").value
    assert f'{{"unique_args": {{"delivery": "{TOKEN}"}}}}' == raw.one("X-SMTPAPI").value
    assert 1 == len(raw.one("X-SMTPAPI").lines)


def test_two_people_have_different_ids() -> None:
    """Message-ID, envelope sender and links are theirs alone."""
    ann, bob = (envelope(delivery=one) for one in (ANN, replace(ANN, id=12, subscription_id=32)))

    assert ann.sender != bob.sender
    assert rawmail.read(ann.data).one("Message-ID") != rawmail.read(bob.data).one("Message-ID")


def test_envelope_sender_leads_back_to_the_delivery() -> None:
    """Returned mail is known by where it comes back to, and the local part fits into 64 octets."""
    sender = envelope(stationery=Stationery(KEYRING, Links("https://x.example"), ReturnPath("returns.example.org"))).sender
    local, _, domain = sender.partition("@")

    assert "returns.example.org" == domain
    assert 11 == KEYRING.open(Purpose.DELIVERY, local.removeprefix("b-"))
    assert len(local) <= 64


@pytest.mark.parametrize("kind", [LetterKind.CONFIRMATION, LetterKind.WELCOME])
def test_notices_say_that_nobody_wrote_them(kind: LetterKind) -> None:
    """So that no machine answers; and they are no bulk mail."""
    raw = read(replace(FACTS, kind=kind))

    assert "auto-generated" == raw.one("Auto-Submitted").value
    assert "Precedence" not in raw.names


def test_confirmation_has_no_list_to_leave() -> None:
    """Whoever does nothing is on none."""
    assert not [name for name in read(replace(FACTS, kind=LetterKind.CONFIRMATION)).names if name.startswith("List-")]


def test_welcome_can_be_left_again() -> None:
    """From the first letter on."""
    assert f"<{LEAVE}>" == read(replace(FACTS, kind=LetterKind.WELCOME)).one("List-Unsubscribe").value


@given(NASTY, NASTY, NASTY)
def test_no_text_makes_another_header(subject: str, sender: str, name: str) -> None:
    """Neither a feed's title, nor a setting, nor a person's name; seen by our parser and by CPython's."""
    draft = replace(a_draft(), subject=subject, sender_name=sender)
    data = envelope(replace(FACTS, draft=draft), replace(ANN, name=name)).data
    raw = rawmail.read(data)
    stdlib = message_from_bytes(data, policy=policy.default)

    assert read().names == raw.names == stdlib.keys()
    assert "news@example.org" == rawmail.mailbox(raw.one("From").value)[1]
    assert "ann@example.net" == rawmail.mailbox(raw.one("To").value)[1]


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_any_text_survives_in_the_body(text: str) -> None:
    """Feeds bring everything."""
    draft = replace(a_draft(), text=text, slots={})
    got = rawmail.parts(read(replace(FACTS, draft=draft)))[0][1]

    assert text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n") == got.rstrip("\n")


def test_address_outside_ascii_is_the_only_thing_that_is_not_seven_bit() -> None:
    """It goes only to a relay that takes it."""
    jorg = envelope(delivery=replace(ANN, email="jörg@example.net", name="Jörg"))

    assert jorg.needs_smtputf8
    assert "jörg@example.net" == rawmail.mailbox(rawmail.read(jorg.data).one("To").value)[1]
    assert jorg.data.replace("jörg".encode(), b"").isascii()


def test_sender_that_is_no_address_is_refused() -> None:
    """Nothing is sent under a name that could be read as another."""
    with pytest.raises(HeaderUnsafe):
        STATIONERY.compile(replace(FACTS, draft=a_draft(sender="a@x>\r\nBcc: b@example.com")))


@pytest.mark.parametrize(
    "public_url",
    [
        "https://n.example",
        "https://news.example.org",
        "https://newsletter.city-library.example.org",
        "https://news.example.org:8443",
        "http://127.0.0.1:8000",
    ],
)
def test_unsubscribe_line_is_short_at_usual_hosts(public_url: str) -> None:
    """Servers encode a longer one, and an encoded one has no button; it is one address of the web and nothing else."""
    stationery = Stationery(KEYRING, Links(public_url))
    field = rawmail.read(envelope(stationery=stationery).data).one("List-Unsubscribe")

    assert f"<{public_url}/u/{LEAVE.rpartition('/')[2]}>" == field.value
    assert max(map(len, field.lines)) <= 76
    assert "=?" not in "".join(field.lines)


@pytest.mark.parametrize("kind", [LetterKind.ISSUE, LetterKind.PROOF])
@pytest.mark.parametrize("sender", ["n@a.example", "news@a-rather-long-name-of-a-library.example.org", "n@x.y"])
def test_feedback_id_has_four_parts_on_one_line(kind: LetterKind, sender: str) -> None:
    """Gmail wants the last one to be of 5 to 15 characters."""
    field = read(replace(FACTS, kind=kind, draft=a_draft(sender=sender), letter_id=10**9, list_slug="y" * 60)).one(
        "Feedback-ID"
    )
    parts = field.value.split(":")

    assert (1, 4) == (len(field.lines), len(parts))
    assert 5 <= len(parts[-1]) <= 15
    assert len(field.lines[0]) <= 76


def test_long_list_name_does_not_break_the_feedback_id() -> None:
    """It must stay on one line."""
    raw = read(replace(FACTS, list_slug="x" * 60, letter_id=10**12))

    assert len(raw.one("Feedback-ID").lines[0]) <= 76
