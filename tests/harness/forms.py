"""Fields of our forms as a browser sends them some seconds after it was shown the page."""

from datetime import datetime, timedelta

from newsletter.web.public import stamps
from subscribers.tokens import Keyring

# What a person takes to type an address.
TYPING = timedelta(seconds=10)


def joining(keyring: Keyring, now: datetime, email: str, **fields: str) -> dict[str, str]:
    """Give the form of a list, filled in by a person."""
    return {"email": email, "name": "", "website": "", stamps.FIELD: stamps.stamp(keyring, now - TYPING)} | fields
