"""What stands in the DNS for a signing key, and what is made of what is found there; pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from newsletter.errors import BadValue
from subscribers import address
from subscribers.errors import AddressRefused
from subscribers.sentence import say

# RFC 1035 3.3: a TXT record is made of strings of at most 255 octets; receivers join them.
LONGEST_STRING = 255
# RFC 1035 2.3.4, without the dot of the root.
LONGEST_NAME = 253

# RFC 6376 3.1: labels of letters, digits and hyphens, with dots between them.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SELECTOR = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)
_BLANKS = re.compile(r"\s+")


class Algorithm(StrEnum):
    """What a key signs with."""

    # Every receiver knows it (RFC 8301).
    RSA = "rsa"
    # Short and quick; not every receiver knows it, so it only ever stands beside an RSA signature (RFC 8463).
    ED25519 = "ed25519"


class Published(StrEnum):
    """How the DNS stands to a key."""

    RIGHT = "right"
    MISSING = "missing"
    OTHER = "other"
    REVOKED = "revoked"
    SEVERAL = "several"
    TESTING = "testing"
    UNUSABLE = "unusable"

    @property
    def words(self) -> str:
        """What was found, as a sentence goes on after the name of the record and a colon."""
        return _WORDS[self]


_WORDS: Mapping[Published, str] = {
    Published.RIGHT: "the DNS has this key",
    Published.MISSING: "the DNS has no such TXT record yet",
    Published.OTHER: "the DNS has something else there, not this key",
    Published.REVOKED: "the DNS says that this key is revoked (p= is empty)",
    Published.SEVERAL: "the DNS has several TXT records there, and receivers use none of them then",
    Published.TESTING: "the DNS marks the key as a test (t=y), and receivers treat the mail as unsigned then",
    Published.UNUSABLE: "the DNS has this key with tags (v=, h=, s=) by which receivers do not use it for mail",
}


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """A TXT record to be published."""

    name: str
    value: str

    @property
    def strings(self) -> tuple[str, ...]:
        """The value cut into strings that a TXT record can hold."""
        return tuple(self.value[at : at + LONGEST_STRING] for at in range(0, len(self.value), LONGEST_STRING))

    @property
    def zone_line(self) -> str:
        """The record as a line of a zone file."""
        quoted = " ".join(f'"{part}"' for part in self.strings)
        return f"{self.name}. IN TXT ( {quoted} )"


def domain_name(text: str) -> str:
    """Give the domain that *text* names, as A-label in lower case.

    Raises:
        BadValue: it names none.

    """
    bare = text.strip().removesuffix(".")
    try:
        # What may stand after the @ of a sender is exactly what may sign.
        return address.parse(f"x@{bare}").domain
    except AddressRefused as error:
        raise BadValue(say("domain"), text, "is no name of a domain, such as example.org") from error


def selector_name(text: str, domain: str) -> str:
    """Give the selector that *text* is, in lower case.

    Raises:
        BadValue: it cannot stand in the name of a DNS record of *domain*.

    """
    selector = text.strip().lower()
    if not _SELECTOR.fullmatch(selector):
        raise BadValue(say("selector"), text, "is made of letters, digits and hyphens, such as nl202611")
    if len(_record_name(domain, selector)) > LONGEST_NAME:
        raise BadValue(say("selector"), text, f"makes the name of the DNS record longer than {LONGEST_NAME} characters")
    return selector


def key_record(domain: str, selector: str, algorithm: Algorithm, public: str) -> DnsRecord:
    """Give the record by which receivers find a key (RFC 6376 3.6.1); *public* is the key in base64."""
    return DnsRecord(_record_name(domain, selector), f"v=DKIM1; k={algorithm}; p={public}")


def compare(record: DnsRecord, found: Sequence[str]) -> Published:
    """Decide what receivers make of the TXT records *found* where *record* is wanted."""
    if not found:
        return Published.MISSING
    # RFC 6376 3.6.2.2: there must be one; what happens with several is undefined.
    if len(found) > 1:
        return Published.SEVERAL
    wanted, tags = _tags(record.value), _tags(found[0])
    if tags.get("p") == "":
        return Published.REVOKED
    if (tags.get("p"), tags.get("k", "rsa")) != (wanted["p"], wanted["k"]):
        return Published.OTHER
    if not _is_usable(tags, found[0]):
        return Published.UNUSABLE
    return Published.TESTING if "y" in tags.get("t", "").split(":") else Published.RIGHT


def _is_usable(tags: Mapping[str, str], text: str) -> bool:
    # RFC 6376 3.6.1: v= must be the first tag where it is there at all.
    is_version = "v" not in tags or (tags["v"] == "DKIM1" and text.lstrip().startswith("v"))
    is_hash = "sha256" in tags.get("h", "sha256").split(":")
    is_service = not {"*", "email"}.isdisjoint(tags.get("s", "*").split(":"))
    return is_version and is_hash and is_service


def _tags(text: str) -> dict[str, str]:
    """Take a tag list (RFC 6376 3.2) apart; blanks mean nothing in the tags we look at."""
    pairs = (part.partition("=") for part in _BLANKS.sub("", text).split(";"))
    return {name: value for name, mark, value in pairs if mark}


def _record_name(domain: str, selector: str) -> str:
    return f"{selector}._domainkey.{domain}"
