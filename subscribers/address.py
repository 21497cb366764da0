"""Addresses: read, refused or normalised, and compared."""

import re
import unicodedata
from dataclasses import dataclass

from subscribers.errors import AddressRefused
from subscribers.sentence import say

# RFC 5321 4.5.3.1.3 allows 256 octets for a path, of which two are the angle brackets.
LONGEST_ADDRESS = 254
# RFC 5321 4.5.3.1.1, in octets. Servers cut or refuse longer ones.
LONGEST_LOCAL_PART = 64
# What of a refused text is kept for the report; a cell of a broken file may hold megabytes.
LONGEST_QUOTE = 320

# Pasted from a spreadsheet or a web page, these stand around an address and mean nothing.
_PADDING = " \t\u00a0"

# What nearly everybody has. Much stricter than the rules and ten times as fast as reading them; `_parse_slowly` says the
# same of everything that matches (a test holds the two together). No two hyphens in a row, so no A-labels; at most 63
# characters of domain, so no label can be too long.
_PLAIN = re.compile(
    r"(?=[^@]{1,64}@.{1,63}\Z)"
    r"[A-Za-z0-9_+'-]+(?:\.[A-Za-z0-9_+'-]+)*"
    r"@(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\.)+(?!(?:arpa|onion)\Z)[A-Za-z]{2,}",
    re.ASCII | re.IGNORECASE,
)

# Names that mean nothing on the internet, but much to a relay in the house, a demo or a test.
_HOUSE_NAME = re.compile(r"(?:(?<=\.)|\A)(?:local|localhost|invalid)\Z", re.ASCII | re.IGNORECASE)

# The usual accidents of a pasted cell, each with a sentence that says more than the grammar could.
_ACCIDENTS = (
    (re.compile(r"\A\Z"), say("It is empty.")),
    (re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]"), say("It has a line break or another control character in it.")),
    (
        # Soft hyphens, joiners, fillers, variation selectors, tags, and the marks that turn the reading direction.
        re.compile(
            "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
            "\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
        ),
        say("It has an invisible character in it."),
    ),
    (re.compile(r"[<>]"), say("Only the bare address can be taken, without a name and angle brackets.")),
    (re.compile(r"[,;]|@.*@", re.DOTALL), say("It looks like more than one address.")),
    (re.compile(r'["\\]'), say("Quoted names before the @ are not supported.")),
    (re.compile(r"[()]"), say("Comments in brackets are not supported.")),
    (re.compile(r"\s"), say("It has a space in it.")),
    (re.compile(r"[\[\]]|@[0-9.]+\Z"), say("An IP address after the @ is not supported.")),
)


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """An address we may write to."""

    # What goes into RCPT TO and To: the local part as typed, the domain as A-label in lower case.
    text: str
    # What two spellings of one mailbox share: NFC, local part lower case, domain as A-label.
    key: str

    @property
    def domain(self) -> str:
        """The domain as A-label."""
        return self.text.rpartition("@")[2]

    @property
    def needs_smtputf8(self) -> bool:
        """Whether only a relay with SMTPUTF8 can take it (RFC 6531: a local part outside ASCII)."""
        return not self.text.isascii()

    def __str__(self) -> str:
        return self.text


def parse(text: str) -> EmailAddress:
    """Read the one address that *text* is; blanks around it do not count.

    Whatever a server or a header could read as another address is refused: quoted local parts, comments, names with
    angle brackets, several addresses, IP literals, control, invisible and direction-changing characters, and letters
    that only look like others (fullwidth forms). Nothing is asked of the network.

    Raises:
        AddressRefused: with a sentence for the person who typed it.

    """
    bare = text.strip(_PADDING)
    if _PLAIN.fullmatch(bare):
        local, _, domain = bare.rpartition("@")
        domain = domain.lower()
        return EmailAddress(f"{local}@{domain}", f"{local.lower()}@{domain}")
    return _parse_slowly(bare)


def _parse_slowly(bare: str) -> EmailAddress:
    if reason := _accident_of(bare):
        raise AddressRefused(bare[:LONGEST_QUOTE], reason)
    composed = unicodedata.normalize("NFC", bare)
    # RFC 5321 2.4: only the host of the mailbox may say what the local part means, so it stays as typed.
    local = composed.rpartition("@")[0]
    domain = _domain_of(bare, composed)
    address = EmailAddress(f"{local}@{domain}", unicodedata.normalize("NFC", local.lower()) + f"@{domain}")
    if len(local.encode()) > LONGEST_LOCAL_PART:
        raise AddressRefused(
            bare[:LONGEST_QUOTE], say("The part before the @ is longer than %(most)s octets.", most=LONGEST_LOCAL_PART)
        )
    if len(address.text.encode()) > LONGEST_ADDRESS:
        raise AddressRefused(bare[:LONGEST_QUOTE], say("It is longer than %(most)s octets.", most=LONGEST_ADDRESS))
    return address


def _accident_of(bare: str) -> str:
    if len(bare) > LONGEST_ADDRESS:
        return say("It is longer than %(most)s characters.", most=LONGEST_ADDRESS)
    for pattern, reason in _ACCIDENTS:
        if pattern.search(bare):
            return reason
    # UTS 39 3.3 asks it of identifiers: "ｇｍａｉｌ" and "gmail" look alike and are two mailboxes.
    if unicodedata.normalize("NFKC", bare) != unicodedata.normalize("NFC", bare):
        return say("It has characters in it that only look like others (fullwidth letters, ligatures).")
    return ""


def _domain_of(bare: str, composed: str) -> str:
    """Give the domain as A-label in lower case, after the library has looked at the whole."""
    # Hardly any address comes this far, and its tables take as long to load as thirty modules of ours.
    from email_validator import EmailNotValidError, validate_email  # noqa: PLC0415

    house_name = _HOUSE_NAME.search(composed.rpartition("@")[2])
    # The library refuses names of the house but has an option for ".test": it is asked about that instead.
    asked = composed[: -len(house_name[0])] + "test" if house_name else composed
    try:
        seen = validate_email(asked, strict=True, test_environment=True, check_deliverability=False)
    except EmailNotValidError as error:
        raise AddressRefused(bare[:LONGEST_QUOTE], str(error)) from error
    if house_name is None:
        return seen.ascii_domain
    return seen.ascii_domain[: -len("test")] + house_name[0].lower()
