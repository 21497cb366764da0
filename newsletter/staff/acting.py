"""One change under way at any door of ours: in which transaction, by whom, when, and how it is written down."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.staff import audit
from newsletter.staff.permissions import Actor
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Acting:
    """One change under way: its transaction, its author and its moment."""

    tx: Transaction
    actor: Actor
    now: datetime

    def record(self, act: str, subject: str, **detail: object) -> None:
        """Write down what was done, in the same transaction."""
        audit.record(self.tx, self.actor, act, subject, detail, self.now)
