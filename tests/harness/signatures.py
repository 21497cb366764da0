"""Reads DKIM signatures as a receiver does, with dkimpy, which shares no code with our signer."""

import re
from collections.abc import Iterable, Mapping

import dkim

from newsletter.mail.dkimrecord import DnsRecord


def verdicts(message: bytes, records: Iterable[DnsRecord]) -> list[bool]:
    """Whether each signature of *message* is good, in order, when the DNS has *records*."""
    published = {f"{record.name}.": record.value for record in records}
    head = message.partition(b"\r\n\r\n")[0]
    count = len(re.findall(rb"^DKIM-Signature:", head, re.MULTILINE | re.IGNORECASE))
    return [_is_good(message, index, published) for index in range(count)]


def fields_of(message: bytes) -> list[bytes]:
    """Give the raw header fields of a message, each with its folds and its last CRLF."""
    head = message.partition(b"\r\n\r\n")[0] + b"\r\n"
    return re.findall(rb"[^ \t\r\n][^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*", head)


def _is_good(message: bytes, index: int, published: Mapping[str, str]) -> bool:
    def ask(name: bytes, timeout: int = 5) -> bytes | None:
        text = published.get(name.decode())
        return None if text is None else text.encode()

    try:
        return bool(dkim.DKIM(message).verify(idx=index, dnsfunc=ask))
    except dkim.DKIMException:
        return False
