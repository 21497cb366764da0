"""Addresses: read, refused or normalised, and compared."""

from dataclasses import dataclass


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
