"""By which marks a message is known again when it, or word of it, comes back; pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# What begins an address that returned mail goes to, and one by which somebody leaves a list: a token follows.
BOUNCES = "b-"
LEAVING = "u-"

# Where the token goes in a field for a provider.
TOKEN = "{token}"  # noqa: S105 -- the name of a place, not a secret


@dataclass(frozen=True, slots=True)
class ReturnPath:
    """What this instance puts into its mail so that returns find the way back."""

    # Where returned mail comes back to; empty: the sender's own domain.
    domain: str = ""
    # Whether something of ours reads what comes to that domain: nobody is ever told to write where nobody reads.
    is_read: bool = False
    # Whether mailbox providers are told where complaints go (RFC 9477).
    asks_complaints: bool = False
    # Fields that a provider repeats in its events, by name, with `TOKEN` in them.
    provider_fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def leaving_domain(self) -> str:
        """Where somebody can leave a list by mail; empty: nowhere."""
        return self.domain if self.is_read else ""

    def complaints_domain(self, sender_domain: str) -> str:
        """Give where complaints about mail from *sender_domain* go; empty: nowhere.

        RFC 9477 3.1: the signature of the sender's domain speaks for itself and for the domains below it.
        """
        is_covered = self.domain == sender_domain or self.domain.endswith(f".{sender_domain}")
        return self.domain if self.is_read and self.asks_complaints and is_covered else ""


NOWHERE = ReturnPath()


def bounce_address(token: str, domain: str) -> str:
    """Give the address that the delivery of *token* comes back to."""
    return f"{BOUNCES}{token}@{domain}"


def leaving_address(token: str, domain: str) -> str:
    """Give the address by which the subscription of *token* is left."""
    return f"{LEAVING}{token}@{domain}"
