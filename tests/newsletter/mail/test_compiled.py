"""A letter compiled once: what stands in its slots, for everybody who may stand there."""

import re
from collections.abc import Sequence
from dataclasses import replace
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.letters.letter import SlotName
from newsletter.letters.links import Links
from newsletter.mail.compiled import CompiledLetter
from newsletter.mail.dkim import Signer, SigningKey
from newsletter.mail.dkimrecord import Algorithm
from newsletter.mail.message import Person
from tests.harness import rawmail
from tests.harness.mailroom import SLOTS, a_draft
from tests.harness.signatures import verdicts
from tests.newsletter.mail.test_message import FACTS

LINKS = Links("https://news.example.org")
LEAVE = "https://news.example.org/u/abcdefghijklmnopqrstuvwxyz"
# What makes trouble in quoted-printable: long words, blanks at ends, dots and "From " at heads, signs of its own.
VALUE = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from(list(".= \tFrom é"))), max_size=200).map(
    lambda text: " ".join(text.split())
)
AROUND = st.text(st.one_of(st.characters(codec="utf-8"), st.sampled_from(list(".= \t\r\nFrom é"))), max_size=160)


def person(name: str) -> Person:
    """Give somebody with this value in the slot of the name."""
    values = dict.fromkeys(SlotName, LEAVE) | {SlotName.NAME: name}
    return Person("ann@example.net", "Ann", "abcdefghijklmnopqrstuvwxyz", values)


def bodies(text: str, html: str, name: str) -> tuple[str, str]:
    """Compile a letter with these bodies, write it for somebody, and give both as they are read."""
    draft = replace(a_draft(), text=text, html=html)
    raw = rawmail.read(CompiledLetter(replace(FACTS, draft=draft), LINKS).write(person(name)))
    assert max(map(len, raw.body.split(b"\r\n"))) <= 76
    assert not re.search(rb"(?m)^(\.|From )", raw.body)
    (_, plain), (_, rich) = rawmail.parts(raw)
    return plain, rich


@given(AROUND, VALUE, AROUND)
def test_any_value_stands_between_any_texts_as_it_is(before: str, name: str, after: str) -> None:
    """Exactly, in text; escaped for text and attributes, in HTML; and every line is short, seven bits and harmless."""
    token = SLOTS[SlotName.NAME]
    plain, rich = bodies(f"{before}{token}{after}", f"{before}{token}{after}", name)

    def as_read(value: str) -> str:
        text = f"{before}{token}{after}".replace("\r\n", "\n").replace("\r", "\n")
        # A letter ends in a line end, whatever the slot at its end is filled with.
        return (text if text.endswith("\n") else text + "\n").replace(token, value)

    assert as_read(name) == plain
    assert as_read(escape(name, quote=True)) == rich


@pytest.mark.parametrize(
    "name", ["", ".", "From me", "x" * 300, "é" * 100, "a" * 75, "a" * 76, "=", "trailing=", "100 % 3D=3D"]
)
@pytest.mark.parametrize("before", ["", "x" * 69, "x" * 70, "x" * 74, "x" * 75, "x" * 76, "é" * 12 + "x", "line\n", "blank "])
def test_edges_of_lines_are_kept(before: str, name: str) -> None:
    """Where a line of 76 columns is just full, a soft break still has its place."""
    token = SLOTS[SlotName.NAME]
    plain, _ = bodies(f"{before}{token}\n", "", name)

    assert f"{before}{name}\n" == plain


def test_slot_beside_slot_is_filled() -> None:
    """With nothing between them, at the head and at the end."""
    name, leave = SLOTS[SlotName.NAME], SLOTS[SlotName.UNSUBSCRIBE]
    plain, _ = bodies(f"{name}{leave}{name}", "", "Ann")

    assert f"Ann{LEAVE}Ann\n" == plain


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no line end",
        "one\r\rtwo\rthree",
        "שלום 世界 مرحبا\u200f and back\n" * 20,
        "x" * 100_000,
        ".\n..\n.x\nFrom x\n>From y\n",
        "--=_not a boundary\n--\n",
    ],
)
def test_hard_bodies_are_exact_in_both_parts(text: str) -> None:
    """Empty, endless, with line ends of every kind, and with what ends other things."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    wanted = lines if lines.endswith("\n") else lines + "\n"

    assert (wanted, wanted) == bodies(text, text, "Ann")


def test_only_what_a_letter_uses_is_asked_for() -> None:
    """Links are sealed for each person, and that is the larger part of writing a message."""
    plain = CompiledLetter(replace(FACTS, draft=replace(a_draft(), text="Dear all", html="<p>Dear all</p>")), LINKS)
    named = CompiledLetter(FACTS, LINKS)

    assert {SlotName.UNSUBSCRIBE} == plain.slots
    assert {SlotName.UNSUBSCRIBE, SlotName.NAME} == named.slots


def signed(keys: Sequence[SigningKey], name: str) -> bytes:
    """Write a signed message."""
    return CompiledLetter(FACTS, LINKS, Signer(keys)).write(person(name))


@pytest.mark.parametrize("name", ["Ann", "Zoé Lefèvre", "." * 80])
def test_signature_is_good_whoever_it_is_for(name: str) -> None:
    """The hash begins with what is the same for everybody, and goes on with what is not."""
    keys = [SigningKey.generate("example.org", algorithm.value, algorithm) for algorithm in Algorithm]
    message = signed(keys, name)

    assert [True, True] == verdicts(message, [key.record for key in keys])
    assert message == signed(keys, name)


def test_signature_is_broken_by_another_name() -> None:
    """Nothing of the body is left out of it."""
    key = SigningKey.generate("example.org", "one", Algorithm.RSA)

    message = signed([key], "Ann").replace(b"\r\nAnn=", b"\r\nBob=")

    assert [False] == verdicts(message, [key.record])
