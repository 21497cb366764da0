"""What a person wrote back, taken out of their mail to be mailed on: words only, whatever else stands in it; pure."""

import re
from dataclasses import dataclass
from html import escape

from newsletter.letters.letter import Draft, LetterKind, sealed
from newsletter.returns import parts
from subscribers.address import EmailAddress, parse
from subscribers.errors import AddressRefused
from subscribers.oneline import one_line

LONGEST_SUBJECT = 200
LONGEST_TEXT = 50_000
MOST_NAMED = 10

_IN_BRACKETS = re.compile(r"<([^<>\s]{3,254})>\s*$")
_FILE_NAME = re.compile(r"(?:file)?name\s*=\s*(?:\"([^\"]{1,100})\"|([^\s;\"]{1,100}))", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Answer:
    """A mail that a person wrote."""

    # As it says itself, which proves nothing; None: there is none in it that every server takes.
    sender: EmailAddress | None
    shown_sender: str
    subject: str
    text: str
    # Of what else hangs on it.
    attachments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class About:
    """Of what it is an answer, and how the newsletter writes."""

    message_id: int
    subject: str
    # To whom that letter went.
    email: str
    sender_name: str
    sender_address: str


def read(raw: bytes) -> Answer:
    """Take the words of a mail out of it."""
    mail = parts.read(raw)
    shown = one_line(mail.fields.words("from"), LONGEST_SUBJECT)
    words = mail.first("text/plain") or mail.first("text/html")
    others = [part for part in mail.parts if part is not words and part.kind not in {"text/plain", "text/html"}]
    return Answer(
        sender=_address(mail.fields.words("reply-to")) or _address(shown),
        shown_sender=shown,
        subject=one_line(mail.fields.words("subject"), LONGEST_SUBJECT),
        text=_CONTROLS.sub("", words.text())[:LONGEST_TEXT] if words is not None else "",
        attachments=tuple(_file(part) for part in others[:MOST_NAMED]),
    )


def letter(answer: Answer, about: About) -> Draft:
    """Compose what goes on to the newsletter: the words as text, and an answer to it goes to whoever wrote them."""
    head = [
        f"{answer.shown_sender or about.email} answered to “{about.subject}”, at the address to which returned mail goes.",
        "An answer to this mail goes to them."
        if answer.sender
        else "There is no address in it to answer to that every server takes.",
    ]
    if answer.attachments:
        head.append(f"Attached to it: {', '.join(answer.attachments)}.")
    head.append(f"The whole mail: newsletter returns show {about.message_id} --raw")
    text = "\n".join(head) + "\n\n" + "-" * 72 + "\n\n" + answer.text.replace("\r\n", "\n").strip() + "\n"
    page = (
        f'<!doctype html><html><body><pre style="white-space:pre-wrap;font-family:inherit;">{escape(text)}</pre></body></html>'
    )
    return sealed(
        Draft(
            kind=LetterKind.ANSWER,
            sender_name=about.sender_name,
            sender_address=about.sender_address,
            reply_to=answer.sender.text if answer.sender else "",
            subject=answer.subject or f"Re: {about.subject}",
            preheader="",
            language="",
            html=page,
            text=text,
            slots={},
            content_hash="",
        )
    )


def _address(field: str) -> EmailAddress | None:
    found = _IN_BRACKETS.search(field)
    try:
        address = parse(found[1] if found else field)
    except AddressRefused:
        return None
    # A field with other letters only some relays take (RFC 6531), and the answer would be lost at the others.
    return address if address.text.isascii() else None


def _file(part: parts.Part) -> str:
    for name in ("content-disposition", "content-type"):
        found = _FILE_NAME.search(part.fields.words(name))
        if found is not None:
            return one_line(found[1] or found[2], LONGEST_SUBJECT)
    return part.kind
