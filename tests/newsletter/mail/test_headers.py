"""Header fields: exact for whoever reads them, and never more than one."""

from email import message_from_bytes, policy
from email.utils import getaddresses

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
        # Words of Arabic, Hebrew and Japanese beside each other, with the marks that keep them apart.
        "שלום \u200f世界\u200e مرحبا ✓ 日本語 " * 9,
        "x" * 76,
        "x " * 38,
        "=?",
        "?= =?utf-8?b?",
    ],
)
def test_hard_subjects_are_exact(subject: str) -> None:
    """Each of these was changed by some writer."""
    field = written(headers.text("Subject", subject))

    assert subject.strip() == rawmail.words(field.value)
    assert max(map(len, field.lines)) <= 76


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("two  blanks   and   three", "two  blanks   and   three"),
        (" leading and trailing ", "leading and trailing"),
        ("a no-break\u00a0space", "a no-break\u00a0space"),
        ("a\u3000wide one", "a\u3000wide one"),
    ],
)
def test_blanks_of_a_subject_are_kept_inside_and_dropped_at_its_ends(subject: str, shown: str) -> None:
    """Folding eats one of two, and readers cut them off at the ends."""
    assert shown == rawmail.words(written(headers.text("Subject", subject)).value)


@pytest.mark.parametrize(("subject", "shown"), [("a\ttab", "a tab"), ("a\u2028line\u2029end", "a line end"), ("a\x85b", "a b")])
def test_blanks_that_end_lines_are_one_blank_by_then(subject: str, shown: str) -> None:
    """Whoever composes a letter makes one line of it; as they are they would be refused."""
    assert shown == rawmail.words(written(headers.text("Subject", one_line(subject))).value)
    with pytest.raises(HeaderUnsafe):
        headers.text("Subject", subject)


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
        '"quoted" = (paren) a,b ' + "x" * 70,
        "evil@example.com>, <other@example.com",
        "comment (with) <evil@example.com>",
        "group: evil@example.com;",
        "one, two, three@example.com",
        "\\",
        '"',
        "שלום 世界 مرحبا",
    ],
)
def test_hard_names_are_exact(name: str) -> None:
    """Quoted or encoded, the address behind them stays: by our reader and by both of CPython's."""
    line = headers.mailbox("From", name, "news@example.org")
    parsed = message_from_bytes(line.encode() + b"\r\n", policy=policy.default)["From"].addresses

    assert (name, "news@example.org") == rawmail.mailbox(written(line).value)
    # The name is not asked of it: it puts a blank between two encoded words of a phrase.
    assert ["news@example.org"] == [one.addr_spec for one in parsed]
    unfolded = line.partition(": ")[2].replace("\r\n", "")
    assert ["news@example.org"] == [address for _, address in getaddresses([unfolded])]


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
