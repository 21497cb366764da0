"""A letter: an issue or notice rendered once and frozen, with slots for the person who reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from html import escape


class LetterKind(StrEnum):
    """What a letter is about, which decides who may get it."""

    ISSUE = "issue"
    PROOF = "proof"
    CONFIRMATION = "confirmation"
    WELCOME = "welcome"


class SlotName(StrEnum):
    """The holes that are filled for each person; a letter carries an opaque token for each."""

    # The person's name, or the fallback of the letter's language.
    NAME = "name"
    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    # The web copy of this letter.
    WEB_COPY = "web_copy"
    # Only in a confirmation: the page with the one button.
    CONFIRM = "confirm"


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter as composed, before it has an id; what two compositions of the same content share byte for byte."""

    kind: LetterKind
    sender_name: str
    sender_address: str
    reply_to: str
    subject: str
    preheader: str
    language: str
    html: str
    text: str
    # Slot name -> token that stands in html and text where the person's value goes. Opaque and unguessable,
    # so no article can contain one.
    slots: Mapping[SlotName, str]
    # SHA-256 over all of the above, hex.
    content_hash: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A frozen letter."""

    id: int
    draft: Draft
    newsletter_id: int | None
    issue_id: int | None
    list_id: int | None
    created_at: datetime


def fill_html(html: str, slots: Mapping[SlotName, str], values: Mapping[SlotName, str]) -> str:
    """Put *values* where their tokens stand in *html*, escaped for text and for quoted attributes alike."""
    for name, token in slots.items():
        html = html.replace(token, escape(values[name], quote=True))
    return html


def fill_text(text: str, slots: Mapping[SlotName, str], values: Mapping[SlotName, str]) -> str:
    """Put *values* where their tokens stand in plain text."""
    for name, token in slots.items():
        text = text.replace(token, values[name])
    return text
