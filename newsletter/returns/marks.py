"""Which of our tokens a returned message carries, and where; pure, over bytes, and proving nothing yet.

Whoever verifies them (`attribution`) believes the first that is ours, in this order: what servers wrote about the envelope,
the address the message is to, what it answers, and last the mail it says came back.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from subscribers.tokens import TOKEN_LENGTH, Purpose

# A token stands in headers, and those of the returned mail come within the first pages; a bounce may carry a whole letter.
LOOKED_AT = 1_000_000

# A forged message may hold a million tokens; each costs two hashes for each key there ever was.
MOST_MARKS = 50


class Where(IntEnum):
    """In which place a token stands; the lower, the more it is believed."""

    # The recipient of the envelope, as our listener or a provider was told.
    ENVELOPE = 1
    # The same, as the server wrote it that put the message into the mailbox.
    DELIVERED_TO = 2
    # The address the message is to.
    TO = 3
    # In-Reply-To and References.
    ANSWERED = 4
    # In the report, or in the mail that it says came back.
    RETURNED = 5


@dataclass(frozen=True, slots=True)
class Mark:
    """A token in one place."""

    where: Where
    purpose: Purpose
    # Lower case.
    token: str


_TOKEN = rb"[a-z2-7]{%d}" % TOKEN_LENGTH
# Servers on the way change the case of letters.
_ADDRESS = re.compile(rb"(?<![a-z0-9._+-])([bu])-(%s)@" % _TOKEN, re.IGNORECASE)
_MESSAGE_ID = re.compile(rb"<(%s)@" % _TOKEN, re.IGNORECASE)
_BARE = re.compile(rb"(?<![a-z0-9])(%s)(?![a-z0-9])" % _TOKEN, re.IGNORECASE)
_LEAVING = re.compile(rb"(?:/|u-)(%s)(?![a-z0-9])" % _TOKEN, re.IGNORECASE)

_FOLD = re.compile(rb"\r?\n[ \t]+")
_SOFT_BREAK = re.compile(rb"=\r?\n")
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_OF_ENVELOPE = re.compile(
    rb"^(?:delivered-to|x-original-to|envelope-to|x-envelope-to|x-delivered-to|x-rcpt-to|apparently-to)[ \t]*:([^\r\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
_TO = re.compile(rb"^(?:resent-to|to|cc)[ \t]*:([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
_ANSWERED = re.compile(rb"^(?:in-reply-to|references)[ \t]*:([^\r\n]*)", re.IGNORECASE | re.MULTILINE)
# In a bounce that is only text the returned header stands in the text, perhaps indented or quoted.
_RETURNED = re.compile(
    rb"^[>| \t]*(?:(message-id|x-message-id|original-message-id|x-original-message-id|original-envelope-id|x-envelope-id"
    rb"|cfbl-feedback-id)|(list-unsubscribe))[ \t]*:([^\r\n]*)",
    re.IGNORECASE | re.MULTILINE,
)
_BASE64 = re.compile(rb"^content-transfer-encoding[ \t]*:[ \t]*base64", re.IGNORECASE)
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]{4,}={0,2}")

_PURPOSES = {b"b": Purpose.DELIVERY, b"u": Purpose.UNSUBSCRIBE}


def find(raw: bytes, recipient: str = "") -> tuple[Mark, ...]:
    """Give the tokens of a message, the most believed first; *recipient* is the one of its envelope, where that is known."""
    found: dict[Mark, None] = {}
    for mark in _all(raw[:LOOKED_AT], recipient):
        found.setdefault(mark)
        if len(found) >= MOST_MARKS:
            break
    return tuple(found)


def of_message_id(text: str) -> str:
    """Give the token in a Message-ID, with its angle brackets or without; empty when none stands in it."""
    local = text.strip().strip("<>").partition("@")[0]
    return local.lower() if _BARE.fullmatch(local.encode(errors="replace")) else ""


def _all(raw: bytes, recipient: str) -> Iterator[Mark]:
    yield from _addresses(recipient.encode(errors="replace"), Where.ENVELOPE)
    parted = _END_OF_HEAD.split(raw, maxsplit=1)
    head, body = _FOLD.sub(b" ", parted[0]), parted[1] if len(parted) > 1 else b""
    for fields, where in ((_OF_ENVELOPE, Where.DELIVERED_TO), (_TO, Where.TO)):
        for field in fields.finditer(head):
            yield from _addresses(field[1], where)
    for field in _ANSWERED.finditer(head):
        for token in _MESSAGE_ID.findall(field[1]):
            yield _mark(Where.ANSWERED, Purpose.DELIVERY, token)
    yield from _returned(body)
    for part in _decoded(body):
        yield from _returned(part)


def _returned(body: bytes) -> Iterator[Mark]:
    text = _FOLD.sub(b" ", _SOFT_BREAK.sub(b"", body))
    for field in _RETURNED.finditer(text):
        if field[1]:
            for token in _BARE.findall(field[3]):
                yield _mark(Where.RETURNED, Purpose.DELIVERY, token)
        else:
            for token in _LEAVING.findall(field[3]):
                yield _mark(Where.RETURNED, Purpose.UNSUBSCRIBE, token)
    # Return-Path, Original-Mail-From, or named in the words of a server.
    yield from _addresses(text, Where.RETURNED)


def _addresses(text: bytes, where: Where) -> Iterator[Mark]:
    for letter, token in _ADDRESS.findall(text):
        yield _mark(where, _PURPOSES[letter.lower()], token)


def _mark(where: Where, purpose: Purpose, token: bytes) -> Mark:
    return Mark(where, purpose, token.decode("ascii").lower())


def _decoded(body: bytes) -> Iterator[bytes]:
    """Give the parts in base64 as the bytes they are; a standard forbids it for a returned mail, and some do it."""
    is_one, lines = False, list[bytes]()
    for line in body.splitlines():
        if _BASE64.match(line):
            is_one = True
        elif is_one and _BASE64_LINE.fullmatch(line.strip()):
            lines.append(line.strip())
        elif lines:
            yield _plain(lines)
            is_one, lines = False, []
    if lines:
        yield _plain(lines)


def _plain(lines: list[bytes]) -> bytes:
    text = b"".join(lines)
    try:
        return base64.b64decode(text[: len(text) // 4 * 4])
    except binascii.Error:
        return b""
