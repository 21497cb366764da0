"""Caught mail read for people: who, what, when, and its parts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesHeaderParser

_NAME_AND_ADDRESS = re.compile(r'\s*"?(?P<name>.*?)"?\s*<(?P<address>[^<>]+)>\s*', re.DOTALL)
_FOLD = re.compile(r"\r?\n(?=[ \t])")
_WEB_LINK = re.compile(r"<(https?://[^<>\s]+)>")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an address; the name is the address where there is none."""

    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Heading:
    """What a list of mails shows of one."""

    subject: str
    sender: Mailbox
    recipient: Mailbox

    def mentions(self, words: str) -> bool:
        """Whether all of *words* stand in names, addresses or subject; without case."""
        text = f"{self.subject} {self.sender.name} {self.recipient.name} {self.recipient.address}".casefold()
        return all(word in text for word in words.casefold().split())


@dataclass(frozen=True, slots=True)
class Header:
    """One header line, decoded."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Mail:
    """One message, taken apart."""

    heading: Heading
    headers: tuple[Header, ...]
    html: str
    text: str
    source: str
    # The web address of List-Unsubscribe when the message promises that one POST to it suffices (RFC 8058), else empty.
    one_click: str


def read_heading(content: bytes) -> Heading:
    """Read the headers only, which is enough for a list."""
    return _heading(BytesHeaderParser().parsebytes(content))


def read_mail(content: bytes) -> Mail:
    """Take a message apart; whatever it is, something can be shown of it."""
    message = message_from_bytes(content)
    return Mail(
        heading=_heading(message),
        headers=tuple(Header(name, _decoded(value)) for name, value in message.items()),
        html=_first_part(message, "text/html"),
        text=_first_part(message, "text/plain"),
        source=content.decode("utf-8", "replace"),
        one_click=one_click_address(message),
    )


def one_click_address(message: Message) -> str:
    """Give the address that a mail program would POST to, empty where the message does not promise RFC 8058."""
    if str(message.get("List-Unsubscribe-Post", "")).strip().lower() != "list-unsubscribe=one-click":
        return ""
    match = _WEB_LINK.search(str(message.get("List-Unsubscribe", "")))
    return match[1] if match else ""


def _heading(message: Message) -> Heading:
    return Heading(
        subject=_decoded(message.get("Subject", "")),
        sender=_mailbox(message.get("From", "")),
        recipient=_mailbox(message.get("To", "")),
    )


def _mailbox(value: str) -> Mailbox:
    text = _decoded(value)
    match = _NAME_AND_ADDRESS.fullmatch(text)
    if match is None:
        return Mailbox(text, text)
    return Mailbox(match["name"].replace('\\"', '"') or match["address"], match["address"])


def _decoded(value: str) -> str:
    """Undo folding and encoded words (RFC 2047); what cannot be decoded is shown as it came."""
    text = _FOLD.sub("", str(value))
    try:
        return str(make_header(decode_header(text)))
    except (HeaderParseError, LookupError, UnicodeError):
        return text


def _first_part(message: Message, media_type: str) -> str:
    return next(_parts(message, media_type), "")


def _parts(message: Message, media_type: str) -> Iterator[str]:
    for part in message.walk():
        if part.get_content_type() == media_type and not part.is_multipart():
            payload = part.get_payload(decode=True)
            yield _text(payload if isinstance(payload, bytes) else b"", part.get_content_charset("utf-8"))


def _text(payload: bytes, charset: str) -> str:
    try:
        return payload.decode(charset, "replace")
    except LookupError:
        return payload.decode("utf-8", "replace")
