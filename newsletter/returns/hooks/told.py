"""What one event of a provider says, before it is an event of ours; pure."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.returns.model import Reading


@dataclass(frozen=True, slots=True)
class Told:
    """One event, read."""

    # The provider's own, or made of what does not change when it is sent again.
    event_id: str
    # Of the delivery, where the provider repeats it; else, or beside it, the Message-ID as we wrote it.
    token: str
    message_id: str
    reading: Reading
    at: datetime
