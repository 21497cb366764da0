"""What a message is made of: the facts all messages of a mailing share, the person one is for, and its header fields."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from newsletter.letters.letter import ANSWERS, FOR_GUESTS, Draft, LetterKind, SlotName
from newsletter.letters.links import Links
from newsletter.mail import headers
from newsletter.mail.returnpath import NOWHERE, TOKEN, ReturnPath, bounce_address
from subscribers.oneline import one_line

# Letters about a list carry its headers; a confirmation asks whether there is to be one.
OF_A_LIST = frozenset({LetterKind.ISSUE, LetterKind.DIGEST, LetterKind.PROOF, LetterKind.WELCOME, LetterKind.PROBE})
# Sent because somebody did something, not because an issue was published (RFC 3834).
NOTICES = ANSWERS | FOR_GUESTS | {LetterKind.WELCOME, LetterKind.PROBE}

# Gmail's Feedback-ID wants a sender of 5 to 15 characters, and folding it would break it.
SHORTEST_SENDER_ID = 5
LONGEST_SENDER_ID = 15
LONGEST_FEEDBACK_LABEL = 20

# On a line of its own, between a blank and its brackets: servers on the way encode longer lines, which hides the button.
LONGEST_MAILTO = headers.LINE - 3


@dataclass(frozen=True, slots=True)
class Facts:
    """What all messages of one mailing have in common."""

    letter_id: int
    draft: Draft
    # How it is mailed: a proof carries the draft of an issue.
    kind: LetterKind
    planned_at: datetime
    # Empty or 0 where the letter has none.
    list_slug: str
    newsletter_slug: str
    issue_number: int
    issue_id: int = 0
    # Whether its newsletter is on the web for everybody.
    is_shown: bool = True
    # The token of each address whose links are counted.
    counted: Mapping[str, str] = field(default_factory=dict)

    @property
    def sender_domain(self) -> str:
        """The domain that signs for this mail, in Message-ID and List-Id."""
        return self.draft.sender_address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a message is for, and what stands in the letter's slots for them."""

    address: str
    # On one line.
    name: str
    # Stands for the delivery in Message-ID and in the envelope sender.
    token: str
    values: Mapping[SlotName, str]
    # What they answered, by the attributes' keys; None: nothing.
    answers: Mapping[str, str] | None = None
    # Stands behind the addresses of counted links for whoever allowed it; empty for everybody else.
    click_token: str = ""
    # By which they leave the list by mail; empty where nobody would read it.
    leaving_address: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message ready for the wire."""

    sender: str
    recipient: str
    # Lines end in CRLF, the last one too, and none begins with a dot.
    data: bytes
    # By which a report about it is known again; empty: nobody waits for one.
    token: str = ""

    @property
    def needs_smtputf8(self) -> bool:
        """Whether the relay must offer SMTPUTF8."""
        return not self.recipient.isascii()


def message_id(token: str, sender_domain: str) -> str:
    """Give the Message-ID of the delivery of this token, the same at every attempt, with its angle brackets."""
    return f"<{token}@{sender_domain}>"


# A header field that differs from person to person.
PersonalField = Callable[[Person], str]


def fields(facts: Facts, links: Links, boundary: str, returns: ReturnPath = NOWHERE) -> Iterator[str | PersonalField]:
    """Give the header fields of a mailing's messages in order, each complete or as a function of the person.

    Complaints are asked for whether the message is signed or not; who does not sign gives a path that asks for none.

    Raises:
        HeaderUnsafe: the letter's sender is no address that can stand in a header.

    """
    draft = facts.draft
    yield headers.token("Date", format_datetime(facts.planned_at))
    yield headers.mailbox("From", one_line(draft.sender_name), draft.sender_address)
    if draft.reply_to:
        yield headers.mailbox("Reply-To", "", draft.reply_to)
    yield lambda person: headers.mailbox("To", person.name, person.address)
    yield headers.text("Subject", one_line(draft.subject))
    yield lambda person: headers.token("Message-ID", message_id(person.token, facts.sender_domain))
    if facts.kind in OF_A_LIST:
        yield from _list_fields(facts, links)
        if domain := returns.complaints_domain(facts.sender_domain):
            yield from _complaint_fields(domain)
    for name, value in returns.provider_fields.items():
        yield _provider_field(name, value)
    if facts.kind in NOTICES:
        yield headers.token("Auto-Submitted", "auto-generated")
    yield from _mime_fields(draft, boundary)


def needed_slots(facts: Facts) -> frozenset[SlotName]:
    """Give the slots whose values the header asks for, whatever the bodies do."""
    return frozenset({SlotName.UNSUBSCRIBE}) if facts.kind in OF_A_LIST else frozenset()


def _list_fields(facts: Facts, links: Links) -> Iterator[str | PersonalField]:
    if facts.list_slug:
        yield headers.token("List-Id", f"<{facts.list_slug}.{facts.sender_domain}>")
    yield lambda person: headers.uris("List-Unsubscribe", _ways_to_leave(person))
    yield headers.token("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    yield headers.token("List-Post", "NO")
    if facts.newsletter_slug and facts.is_shown:
        yield headers.uris("List-Archive", [links.newsletter(facts.newsletter_slug)])
    if facts.kind not in NOTICES:
        # Not in any standard, and still what hushes vacation replies.
        yield headers.token("Precedence", "bulk")
        yield headers.token("Feedback-ID", _feedback_id(facts))


def _ways_to_leave(person: Person) -> list[str]:
    # RFC 8058 3.1: the one for a button first.
    ways = [person.values[SlotName.UNSUBSCRIBE]]
    mailto = f"mailto:{person.leaving_address}"
    if person.leaving_address and len(mailto) <= LONGEST_MAILTO:
        ways.append(mailto)
    return ways


def _complaint_fields(domain: str) -> Iterator[PersonalField]:
    """Give where a complaint goes and what it is known by (RFC 9477): an address that is anybody's could be forged."""
    yield lambda person: headers.parameters("CFBL-Address", bounce_address(person.token, domain), "report=arf")
    yield lambda person: headers.token("CFBL-Feedback-ID", person.token)


def _provider_field(name: str, value: str) -> PersonalField:
    return lambda person: headers.token(name, value.replace(TOKEN, person.token))


def _feedback_id(facts: Facts) -> str:
    sender = "".join(char for char in facts.sender_domain if char.isalnum()).ljust(SHORTEST_SENDER_ID, "0")
    label = facts.list_slug[:LONGEST_FEEDBACK_LABEL]
    return f"i{facts.letter_id}:{label}:{facts.kind}:{sender[:LONGEST_SENDER_ID]}"


def _mime_fields(draft: Draft, boundary: str) -> Iterator[str]:
    yield headers.token("MIME-Version", "1.0")
    if draft.language:
        yield headers.token("Content-Language", draft.language)
    yield f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'
