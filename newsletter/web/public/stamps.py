"""Stamps of forms: a program sends one back in the moment it has it, a person needs some seconds to type."""

from datetime import UTC, datetime, timedelta

from subscribers.errors import TokenInvalid
from subscribers.tokens import Keyring, Purpose

# The name of its field.
FIELD = "stamp"

# Nobody types an address sooner, not even with one that the browser fills in.
LEAST_AGE = timedelta(seconds=2)
# A tab that is left open over night still works; a stamp that was collected for a flood of next week does not.
LONGEST_AGE = timedelta(days=1)


def stamp(keyring: Keyring, now: datetime) -> str:
    """Give the stamp of a form that is shown now."""
    return keyring.seal(Purpose.FORM, int(now.timestamp()))


def is_good(keyring: Keyring, token: str, now: datetime) -> bool:
    """Whether a form was shown by us, and neither a moment ago nor days ago."""
    try:
        shown_at = datetime.fromtimestamp(keyring.open(Purpose.FORM, token), UTC)
    except (TokenInvalid, ValueError, OverflowError):
        return False
    return LEAST_AGE <= now - shown_at <= LONGEST_AGE
