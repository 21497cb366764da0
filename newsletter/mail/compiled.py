"""A letter compiled once: a person's message is bytes joined, with no MIME work for anybody."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from html import escape
from typing import Protocol

from newsletter.letters.answers import key_of, otherwise_of
from newsletter.letters.counted import exchanged
from newsletter.letters.letter import SlotName
from newsletter.letters.links import Links
from newsletter.mail import quotedprintable
from newsletter.mail.message import Facts, Person, fields, needed_slots
from newsletter.mail.returnpath import NOWHERE, ReturnPath

_PART_HEAD = "--{}\r\nContent-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"


class Signer(Protocol):
    """Signs the messages of one sender (DKIM, RFC 6376)."""

    def sign(self, fields: Sequence[bytes], body_digest: bytes, at: int) -> bytes:
        """Give the signature fields for a message of these header fields and the SHA-256 of its body, at a Unix time."""
        ...


@dataclass(frozen=True, slots=True)
class Unwritable:
    """A letter that cannot be compiled, and why."""

    facts: Facts
    reason: str


@dataclass(frozen=True, slots=True)
class _Hole:
    """Where a person's value goes in a body, and whether as text of HTML."""

    name: SlotName
    is_html: bool


@dataclass(frozen=True, slots=True)
class _Question:
    """Where a person's answer to an attribute goes, or other words where there is none."""

    key: str
    otherwise: str
    is_html: bool


@dataclass(frozen=True, slots=True)
class _Follower:
    """Where it goes, behind the address of a counted link, who follows it."""

    token: str


_Piece = bytes | _Hole | _Question | _Follower


class _Body:
    """The bodies of a letter: bytes that are the same for everybody, and what goes between them for one person."""

    def __init__(self, pieces: Iterator[_Piece]) -> None:
        body = list(_joined(pieces))
        self.constant = [piece if isinstance(piece, bytes) else b"" for piece in body]
        # Each once: a letter of two hundred counted links asks as often for the same.
        self.asked = tuple(dict.fromkeys(piece for piece in body if not isinstance(piece, bytes)))
        # A place in the body, and what of `asked` goes there.
        self._places = [(place, self.asked.index(piece)) for place, piece in enumerate(body) if not isinstance(piece, bytes)]
        # The signature's hash begins the same for everybody, up to the first hole.
        self.begun = sha256(self.constant[0])

    def filled(self, person: Person) -> list[bytes]:
        """Give it for one person."""
        body = self.constant.copy()
        values = [_filled(hole, person) for hole in self.asked]
        for place, number in self._places:
            body[place] = values[number]
        return body


class CompiledLetter:
    """The messages of one mailing: what is the same for all is encoded, with holes for the person.

    Byte-identical at every attempt: date, boundary, Message-ID and signature come from the letter and the delivery.

    Counted links lead by the same address for everybody, and stand among what is encoded once; for those who allowed it the
    letter is compiled a second time, with a hole behind each.

    Raises:
        HeaderUnsafe: the letter's sender is no address that can stand in a header.

    """

    def __init__(self, facts: Facts, links: Links, signer: Signer | None = None, returns: ReturnPath = NOWHERE) -> None:
        self.facts = facts
        # "=_" cannot occur in quoted-printable.
        boundary = f"=_{facts.draft.content_hash[:32]}"
        # RFC 9477 3.1: nobody sends a complaint to an address that no signature speaks for.
        returns = replace(returns, asks_complaints=returns.asks_complaints and signer is not None)
        header = list(fields(facts, links, boundary, returns))
        # What is the same for everybody, with empty places, and what goes into these for one person.
        self._header = [field.encode("ascii") if isinstance(field, str) else b"" for field in header]
        self._personal = [(place, field) for place, field in enumerate(header) if not isinstance(field, str)]
        self._body = _Body(_body(facts, boundary, {url: links.click(token) for url, token in facts.counted.items()}))
        self._body_by_name = self._body
        if facts.counted:
            follower = _Follower(f"slot{facts.draft.content_hash[:32]}")
            by_name = {url: links.click(token, follower.token) for url, token in facts.counted.items()}
            self._body_by_name = _Body(_body(facts, boundary, by_name, follower))
        self._signer = signer
        self._signed_at = int(facts.planned_at.timestamp())
        self.slots = frozenset({hole.name for hole in self._body.asked if isinstance(hole, _Hole)} | needed_slots(facts))

    def write(self, person: Person) -> bytes:
        """Write the message of one person, headers and both bodies, every line ending in CRLF."""
        header = self._header.copy()
        compiled = self._body_by_name if person.click_token else self._body
        body = compiled.filled(person)
        for place, field in self._personal:
            header[place] = field(person).encode()
        if self._signer is not None:
            header.insert(0, self._signer.sign(header, _digest(compiled, body), self._signed_at))
        return b"".join([*header, b"\r\n", *body])


def _digest(compiled: _Body, body: Sequence[bytes]) -> bytes:
    digest = compiled.begun.copy()
    digest.update(b"".join(body[1:]))
    return digest.digest()


def _body(facts: Facts, boundary: str, counted: Mapping[str, str], follower: _Follower | None = None) -> Iterator[_Piece]:
    draft = facts.draft
    names: dict[str, SlotName | str | _Follower] = {token: name for name, token in draft.slots.items()}
    names |= {token: name for name, token in draft.answers.items()}
    if follower is not None:
        names[follower.token] = follower
    yield _PART_HEAD.format(boundary, "text/plain").encode("ascii")
    yield from _pieces(draft.text, names, is_html=False)
    yield b"\r\n" + _PART_HEAD.format(boundary, "text/html").encode("ascii")
    yield from _pieces(exchanged(draft.html, counted), names, is_html=True)
    yield f"\r\n--{boundary}--\r\n".encode("ascii")


def _pieces(text: str, names: Mapping[str, SlotName | str | _Follower], *, is_html: bool) -> Iterator[_Piece]:
    tokens = re.compile("|".join(map(re.escape, names)) or r"(?!)")
    text = quotedprintable.with_line_ends(text)
    position = 0
    for found in tokens.finditer(text):
        yield quotedprintable.encode_before_slot(text[position : found.start()])
        yield _hole(names[found[0]], is_html=is_html)
        yield quotedprintable.SOFT_BREAK
        position = found.end()
    yield quotedprintable.encode(text[position:])


def _hole(name: SlotName | str | _Follower, *, is_html: bool) -> _Hole | _Question | _Follower:
    if isinstance(name, _Follower):
        return name
    if isinstance(name, SlotName):
        return _Hole(name, is_html)
    return _Question(key_of(name), otherwise_of(name), is_html)


def _joined(pieces: Iterator[_Piece]) -> Iterator[_Piece]:
    """Join what stands side by side and is the same for everybody."""
    constant = b""
    for piece in pieces:
        if isinstance(piece, bytes):
            constant += piece
            continue
        yield constant
        yield piece
        constant = b""
    yield constant


def _filled(hole: _Hole | _Question | _Follower, person: Person) -> bytes:
    if isinstance(hole, _Follower):
        return quotedprintable.encode_value(person.click_token)
    value = person.values[hole.name] if isinstance(hole, _Hole) else (person.answers or {}).get(hole.key, hole.otherwise)
    # For text and for quoted attributes alike.
    return quotedprintable.encode_value(escape(value, quote=True) if hole.is_html else value)
