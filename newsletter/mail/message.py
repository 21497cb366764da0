"""The finished message of one person: bytes that are the same at every attempt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from newsletter.letters.letter import NAMELESS, Draft, LetterKind, SlotName, fill_html, fill_text
from newsletter.letters.links import Links
from newsletter.mail import headers, quotedprintable
from newsletter.mail.delivery import Delivery
from subscribers.oneline import one_line
from subscribers.tokens import Keyring, Purpose

# Letters about a list carry its headers; a confirmation asks whether there is to be one.
OF_A_LIST = frozenset({LetterKind.ISSUE, LetterKind.PROOF, LetterKind.WELCOME})
# Sent because somebody did something, not because an issue was published (RFC 3834).
NOTICES = frozenset({LetterKind.CONFIRMATION, LetterKind.WELCOME})

# Gmail's Feedback-ID wants a sender of 5 to 15 characters, and folding it would break it.
SHORTEST_SENDER_ID = 5
LONGEST_SENDER_ID = 15
LONGEST_FEEDBACK_LABEL = 20


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

    @property
    def sender_domain(self) -> str:
        """The domain that signs for this mail, in Message-ID and List-Id."""
        return self.draft.sender_address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a message is for, and what stands in the letter's slots for them."""

    address: str
    name: str
    # Stands for the delivery in Message-ID and in the envelope sender.
    token: str
    values: Mapping[SlotName, str]


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message ready for the wire."""

    sender: str
    recipient: str
    data: bytes

    @property
    def needs_smtputf8(self) -> bool:
        """Whether the relay must offer SMTPUTF8."""
        return not self.recipient.isascii()


@dataclass(frozen=True, slots=True)
class Stationery:
    """What this instance puts into all its messages."""

    keyring: Keyring
    links: Links
    # Where returned mail comes back to; empty: the sender's own domain.
    return_domain: str = ""

    def envelope(self, facts: Facts, delivery: Delivery) -> Envelope:
        """Write the message of one delivery.

        Raises:
            HeaderUnsafe: the letter's sender is no address that can stand in a header.

        """
        person = self.person(facts, delivery)
        sender = f"b-{person.token}@{self.return_domain or facts.sender_domain}"
        return Envelope(sender, person.address, self.write(facts, person))

    def person(self, facts: Facts, delivery: Delivery) -> Person:
        """Give the person a delivery is for, with the links that are theirs alone."""
        seal = self.keyring.seal
        values = {
            SlotName.NAME: one_line(delivery.name) or NAMELESS,
            SlotName.UNSUBSCRIBE: self.links.unsubscribe(seal(Purpose.UNSUBSCRIBE, delivery.subscription_id or 0)),
            SlotName.PREFERENCES: self.links.preferences(seal(Purpose.PREFERENCES, delivery.subscriber_id or 0)),
            SlotName.CONFIRM: self.links.confirm(seal(Purpose.CONFIRM, delivery.confirmation_id)),
            SlotName.WEB_COPY: self._web_copy(facts),
        }
        return Person(delivery.email, one_line(delivery.name), seal(Purpose.DELIVERY, delivery.id), values)

    def write(self, facts: Facts, person: Person) -> bytes:
        """Write the message of one person, headers and both bodies, every line ending in CRLF."""
        draft = facts.draft
        # "=_" cannot occur in quoted-printable.
        boundary = f"=_{draft.content_hash[:32]}"
        head = "".join([*_headers(facts, person, self.links), *_mime_headers(draft, boundary)])
        text = fill_text(draft.text, draft.slots, person.values)
        html = fill_html(draft.html, draft.slots, person.values)
        return b"".join(
            [
                head.encode("utf-8" if not person.address.isascii() else "ascii"),
                b"\r\n",
                _part(boundary, "text/plain", text),
                _part(boundary, "text/html", html),
                f"--{boundary}--\r\n".encode("ascii"),
            ],
        )

    def _web_copy(self, facts: Facts) -> str:
        if facts.newsletter_slug and facts.issue_number:
            return self.links.issue(facts.newsletter_slug, facts.issue_number)
        return self.links.archive()


def _headers(facts: Facts, person: Person, links: Links) -> Iterator[str]:
    draft = facts.draft
    yield headers.token("Date", format_datetime(facts.planned_at))
    yield headers.mailbox("From", one_line(draft.sender_name), draft.sender_address)
    if draft.reply_to:
        yield headers.mailbox("Reply-To", "", draft.reply_to)
    yield headers.mailbox("To", person.name, person.address)
    yield headers.text("Subject", one_line(draft.subject))
    yield headers.token("Message-ID", f"<{person.token}@{facts.sender_domain}>")
    if facts.kind in OF_A_LIST:
        yield from _list_headers(facts, person, links)
    if facts.kind in NOTICES:
        yield headers.token("Auto-Submitted", "auto-generated")


def _list_headers(facts: Facts, person: Person, links: Links) -> Iterator[str]:
    if facts.list_slug:
        yield headers.token("List-Id", f"<{facts.list_slug}.{facts.sender_domain}>")
    yield headers.uris("List-Unsubscribe", [person.values[SlotName.UNSUBSCRIBE]])
    yield headers.token("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    yield headers.token("List-Post", "NO")
    if facts.newsletter_slug:
        yield headers.uris("List-Archive", [links.newsletter(facts.newsletter_slug)])
    if facts.kind not in NOTICES:
        # Not in any standard, and still what hushes vacation replies.
        yield headers.token("Precedence", "bulk")
        yield headers.token("Feedback-ID", _feedback_id(facts))


def _feedback_id(facts: Facts) -> str:
    sender = "".join(char for char in facts.sender_domain if char.isalnum()).ljust(SHORTEST_SENDER_ID, "0")
    label = facts.list_slug[:LONGEST_FEEDBACK_LABEL]
    return f"i{facts.letter_id}:{label}:{facts.kind}:{sender[:LONGEST_SENDER_ID]}"


def _mime_headers(draft: Draft, boundary: str) -> Iterator[str]:
    yield headers.token("MIME-Version", "1.0")
    if draft.language:
        yield headers.token("Content-Language", draft.language)
    yield f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n'


def _part(boundary: str, media_type: str, text: str) -> bytes:
    head = f"--{boundary}\r\nContent-Type: {media_type}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    return head.encode("ascii") + quotedprintable.encode(text) + b"\r\n"
