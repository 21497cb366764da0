"""A letter: an issue or notice rendered once and frozen, with slots for the person who reads it."""

import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from html import escape

# 96 bits: nobody can guess one and put it into an article.
_TOKEN_DIGITS = 24


class LetterKind(StrEnum):
    """What a letter is about, which decides who may get it."""

    ISSUE = "issue"
    PROOF = "proof"
    # The issues of a quarter, for whoever does not want each.
    DIGEST = "digest"
    CONFIRMATION = "confirmation"
    REMINDER = "reminder"
    WELCOME = "welcome"
    GOODBYE = "goodbye"
    # The link to one's preferences, or to everything that is kept; asked for by the person.
    LINK = "link"
    DATA = "data"
    # To the new address, which is asked, and to the old one, which is told.
    MOVE = "move"
    MOVED = "moved"
    # One more mail to somebody from whom several came back, before they are kept out for it.
    PROBE = "probe"
    # To the staff, of what waits for them.
    DUTY = "duty"
    # To somebody of the staff who is to choose a password.
    ACCOUNT = "account"
    # To somebody who is asked to look an issue over, and need not be known as a reader.
    REVIEW = "review"
    # To somebody who is asked to write for an issue: asked, reminded, told that the text was edited.
    INVITATION = "invitation"
    DUE = "due"
    EDITED = "edited"
    # What a reader answered to the return address, on its way to where the newsletter is answered.
    ANSWER = "answer"


# Letters to one address for the sake of the work, to the staff and their guests: no subscription is asked for, and whoever
# left by their own wish gets them all the same.
FOR_GUESTS = frozenset(
    {
        LetterKind.DUTY,
        LetterKind.ACCOUNT,
        LetterKind.REVIEW,
        LetterKind.INVITATION,
        LetterKind.DUE,
        LetterKind.EDITED,
        LetterKind.ANSWER,
    }
)

# Those of them that carry the link of a guest.
BY_LINK = FOR_GUESTS - {LetterKind.DUTY, LetterKind.ACCOUNT, LetterKind.ANSWER}

# Letters that answer what somebody did at our door, perhaps somebody else: they need no confirmed subscription, carry nothing
# that anybody typed, and whoever left by their own wish gets them all the same.
ANSWERS = frozenset(
    {
        LetterKind.CONFIRMATION,
        LetterKind.REMINDER,
        LetterKind.GOODBYE,
        LetterKind.LINK,
        LetterKind.DATA,
        LetterKind.MOVE,
        LetterKind.MOVED,
    }
)

# Mailed to many: paused as a whole when a relay objects to it, behind everything that somebody waits for.
FOR_MANY = frozenset({LetterKind.ISSUE, LetterKind.DIGEST})


class SlotName(StrEnum):
    """The holes that are filled for each person; a letter carries an opaque token for each."""

    # The person's name, or the fallback of the letter's language.
    NAME = "name"
    UNSUBSCRIBE = "unsubscribe"
    PREFERENCES = "preferences"
    # The web copy of this letter.
    WEB_COPY = "web_copy"
    # Only in letters that ask for it: the page with the one button.
    CONFIRM = "confirm"
    # Everything that is kept of the person.
    DATA = "data"
    # Where a new address says yes, and where the old one takes it back.
    MOVE = "move"
    MOVE_BACK = "move_back"
    # Where a guest looks an issue over, and where one writes for it.
    REVIEW = "review"
    CONTRIBUTE = "contribute"
    # Where somebody of the staff chooses a password.
    DOOR = "door"


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
    # SHA-256 over all of this, hex.
    content_hash: str
    # `key|otherwise` -> token that stands where the person's answer to an attribute goes, or else these other words.
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Letter:
    """A frozen letter."""

    id: int
    draft: Draft
    newsletter_id: int | None
    issue_id: int | None
    list_id: int | None
    created_at: datetime


def slot_tokens(seed: bytes, about: str, names: Iterable[SlotName]) -> dict[SlotName, str]:
    """Give the token of each slot of the letter *about* something; the same each time, so that letters compare.

    Only letters and digits, so that a token passes through MJML, HTML and quoted-printable unchanged.
    """
    return {name: "slot" + hmac.digest(seed, f"{about}:{name}".encode(), "sha256").hex()[:_TOKEN_DIGITS] for name in names}


def sealed(draft: Draft) -> Draft:
    """Give *draft* with the hash of its content."""
    content = asdict(replace(draft, content_hash=""))
    if not draft.answers:
        # As it was hashed before letters could ask for answers: approvals of then still hold.
        del content["answers"]
    text = json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return replace(draft, content_hash=sha256(text.encode()).hexdigest())


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
