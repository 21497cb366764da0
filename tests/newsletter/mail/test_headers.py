"""Header fields: exact for whoever reads them, and never more than one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail import headers
from newsletter.mail.headers import HeaderUnsafe
from subscribers.oneline import one_line
from tests.harness import rawmail

# What people put into names and subjects, and what others put there to break something.
NASTY = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from(list('\r\n\t\x00\x0b\x85\u2028\u202e\u200d"\\<>()@,;:=?_ é👨\U0001f3fdß')),
    ),
    max_size=200,
)
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"


def written(field: str) -> rawmail.Field:
    """Read one field back."""
    [found] = rawmail.read(field.encode() + b"\r\n").fields
    return found


@given(NASTY)
def test_subject_is_exact_for_any_text(text: str) -> None:
    """Whatever a feed calls its post."""
    subject = one_line(text)
    field = written(headers.text("Subject", subject))

    assert ("Subject", subject) == (field.name, rawmail.words(field.value))


@given(NASTY)
def test_display_name_never_changes_the_address(text: str) -> None:
    """One mailbox, the one that was meant."""
    name = one_line(text)
    field = written(headers.mailbox("To", name, "ann@example.net"))

    assert (name, "ann@example.net") == rawmail.mailbox(field.value)


@given(NASTY)
def test_what_could_end_a_line_is_refused(text: str) -> None:
    """Even where nobody cleaned it before."""
    try:
        field = headers.text("Subject", text) + headers.mailbox("From", text, "news@example.org")
    except HeaderUnsafe:
        return

    assert ["Subject", "From"] == rawmail.read(field.encode() + b"\r\n").names


@pytest.mark.parametrize(
    "value",
    ["hi\r\nBcc: evil@example.com", "hi\nthere", "a\rb", "nul\x00", "next\x85line", "line\u2028separator", "half \ud800"],
)
def test_line_ends_of_every_kind_are_refused(value: str) -> None:
    """Also those that only some programs know."""
    with pytest.raises(HeaderUnsafe):
        headers.text("Subject", value)
    with pytest.raises(HeaderUnsafe):
        headers.mailbox("From", value, "news@example.org")


@pytest.mark.parametrize("address", ["a@x>\r\nBcc: b@y", "a@x> <b@y", "a b@x", "a@x\n"])
def test_address_that_is_more_than_one_is_refused(address: str) -> None:
    """It would be another header, or another recipient."""
    with pytest.raises(HeaderUnsafe):
        headers.mailbox("To", "Ann", address)


@pytest.mark.parametrize(
    "subject",
    [
        "x" * 300,
        FAMILY * 40,
        "cost =?utf-8?q?evil?= x",
        "two  blanks",
        "e\u0301" * 60,
        "Ωμέγα " * 30,
        "short",
        "",
        "a " * 100 + "end",
    ],
)
def test_hard_subjects_are_exact(subject: str) -> None:
    """Each of these was changed by some writer."""
    field = written(headers.text("Subject", subject))

    assert subject.strip() == rawmail.words(field.value)
    assert max(map(len, field.lines)) <= 76


def test_no_emoji_is_cut_in_two() -> None:
    """Some programs show each word by itself."""
    field = written(headers.text("Subject", FAMILY * 10))

    assert all(set(rawmail.words(line.strip().removeprefix("Subject: ")).split(FAMILY)) == {""} for line in field.lines)


@pytest.mark.parametrize(
    "name",
    [
        'Doe, "Jo" <x> (c)',
        "abc\\",
        "xxx (paren) 100% <x>",
        "Größe & Söhne, GmbH",
        "ä" * 70 + ", Inc.",
        "a@b",
        "=?utf-8?q?evil?=",
        "李小龍",
        "x" * 70,
    ],
)
def test_hard_names_are_exact(name: str) -> None:
    """Quoted or encoded, the address behind them stays."""
    field = written(headers.mailbox("From", name, "news@example.org"))

    assert (name, "news@example.org") == rawmail.mailbox(field.value)


def test_short_uri_stays_on_its_line() -> None:
    """Servers on the way encode a List-Unsubscribe of 78 columns or more, which hides the button."""
    uri = "https://news.example.org/u/" + "a" * 26

    assert f"List-Unsubscribe: <{uri}>\r\n" == headers.uris("List-Unsubscribe", [uri])


def test_long_uri_is_folded_before_it_and_never_inside() -> None:
    """A blank in it would be another address."""
    uri = "https://news.example.org/" + "a" * 200

    assert f"List-Unsubscribe:\r\n <{uri}>,\r\n <mailto:u@example.org>\r\n" == headers.uris(
        "List-Unsubscribe", [uri, "mailto:u@example.org"]
    )


@pytest.mark.parametrize("uri", ["https://x/ y", "https://x/>", "https://x/\r\nBcc: a", "https://ü/", ""])
def test_uri_with_more_in_it_is_refused(uri: str) -> None:
    """It stands in the header as it is."""
    with pytest.raises(HeaderUnsafe):
        headers.uris("List-Unsubscribe", [uri])


@pytest.mark.parametrize("value", ["a\r\nb", "ü"])
def test_machines_field_takes_plain_ascii_only(value: str) -> None:
    """There is no encoding for it."""
    with pytest.raises(HeaderUnsafe):
        headers.token("Feedback-ID", value)
