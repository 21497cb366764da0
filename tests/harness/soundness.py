"""Whether a reading of a returned message is one that somebody can act on, whatever the message was."""

from newsletter.returns.dsn import MOST_RECIPIENTS
from newsletter.returns.model import LONGEST_REASON, Kind, Reading
from subscribers.oneline import is_one_line

# What readers make of a bug of their own; a stranger's bytes must not find one.
OWN_FAULT = "It could not be read ("


def is_sound(reading: Reading) -> bool:
    """Whether it is within its bounds, and no bug was met on the way."""
    has_cause = reading.kind in {Kind.BOUNCE, Kind.DELAY}
    return (
        not reading.reason.startswith(OWN_FAULT)
        and 0.0 <= reading.confidence <= 1.0
        and len(reading.reason) <= LONGEST_REASON
        and is_one_line(reading.reason)
        and all(is_one_line(one.address) and is_one_line(one.diagnostic) for one in reading.recipients)
        and (reading.cause is not None) == has_cause
        and len(reading.recipients) <= MOST_RECIPIENTS
    )
