"""What a run of the mailer has done so far, for progress bars and closing lines."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from newsletter.clock import monotonic
from newsletter.mail.delivery import DeliveryState

S = DeliveryState

# A terminal does not show more than this, and a million calls would cost more than the mail. In seconds.
BETWEEN_CALLS = 0.1


@dataclass(frozen=True, slots=True)
class Progress:
    """The figures of one run, at one moment."""

    # How many were to be reached when the run began.
    waiting: int
    accepted: int
    refused: int
    deferred: int
    uncertain: int
    skipped: int
    seconds: float
    # It ended with mail waiting, because the limits of the relays let nothing go for so many seconds more.
    rests_for: float = 0.0

    @property
    def done(self) -> int:
        """How many have come to a verdict."""
        return self.accepted + self.refused + self.deferred + self.uncertain + self.skipped

    @property
    def per_second(self) -> float:
        """How many came to a verdict in a second."""
        return self.done / self.seconds if self.seconds > 0 else 0.0


class Tally:
    """Counts verdicts, and tells whoever wants to know, now and then."""

    def __init__(self, tell: Callable[[Progress], None] | None, waiting: int) -> None:
        self._tell = tell
        self._waiting = waiting
        self._counts: Counter[DeliveryState] = Counter()
        self._began = monotonic()
        self._told = 0.0

    def count(self, state: DeliveryState) -> None:
        """Count one verdict."""
        self._counts[state] += 1
        if self._tell is not None and monotonic() - self._told >= BETWEEN_CALLS:
            self.tell()

    def tell(self) -> None:
        """Tell how it stands, at once."""
        self._told = monotonic()
        if self._tell is not None:
            self._tell(self.progress())

    def progress(self) -> Progress:
        """Give the figures of this moment."""
        return Progress(
            waiting=self._waiting,
            accepted=self._counts[S.ACCEPTED],
            refused=self._counts[S.REFUSED],
            deferred=self._counts[S.DEFERRED],
            uncertain=self._counts[S.UNCERTAIN],
            skipped=self._counts[S.SKIPPED],
            seconds=monotonic() - self._began,
        )
