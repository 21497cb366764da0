"""Watches a mailbox as long as a process runs: takes what comes, comes back when it was lost, and says so when it cannot.

A copy that nobody has adopted does not even log in: what lies there is the original's, which never saw what a copy moved away.
"""

from collections.abc import Callable

import structlog

from newsletter.clock import Clock
from newsletter.database import UNAVAILABLE, Database
from newsletter.errors import NotAdopted
from newsletter.issues import alerts
from newsletter.mail import mailings
from newsletter.returns.collecting import Take, collect
from newsletter.returns.intakes import Mailbox
from newsletter.returns.mailbox import Call, MailboxTrouble, Session, opened
from subscribers.transaction import Transaction

log = structlog.get_logger()

ALERT = "returns:mailbox"

# Lost connections happen every day; what goes on through so many tries is told to a person.
TRIES_BEFORE_ALERT = 3
# Seconds before it tries again, twice as long each time, up to the last.
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 300.0
# More would be no number any more after some days.
_MOST_DOUBLINGS = 10


def pause_behind(tries: int, first: float) -> float:
    """Give how many seconds to wait when so many tries failed in a row, *first* after none and after one."""
    return min(first * (1 << min(max(tries - 1, 0), _MOST_DOUBLINGS)), LONGEST_PAUSE)


class Watcher:
    """One for each process that takes what comes back; it lives in a thread of its own."""

    def __init__(
        self,
        mailbox: Mailbox,
        take: Take,
        database: Database,
        clock: Clock,
        seconds: float,
        *,
        first_pause: float = FIRST_PAUSE,
    ) -> None:
        self._mailbox, self._take = mailbox, take
        self._database, self._clock = database, clock
        self._seconds, self._first_pause = seconds, first_pause
        self._call = Call()
        self._tries = 0
        self._is_held = False
        # A process before this one may have told that it cannot be read.
        self._is_settled = False

    def run(self) -> None:
        """Watch until it is stopped."""
        with self._call:
            while not self._call.is_made:
                self._call.wait(self._pause(self._try()))

    def stop(self) -> None:
        """End behind the mail under way; what it did not come to lies where it lay."""
        self._call.make()

    def _try(self) -> bool:
        """Watch until something goes wrong; gives whether it was stopped."""
        try:
            self._require_adopted()
            with opened(self._mailbox) as session:
                session.make_folders()
                self._watch(session)
        except MailboxTrouble as trouble:
            self._tries += 1
            log.warning("the mailbox of returned mail cannot be read now", reason=trouble.reason, tries=self._tries)
            if self._tries >= TRIES_BEFORE_ALERT:
                self._tell(trouble)
        except NotAdopted:
            self._hold()
        except UNAVAILABLE as error:
            self._tries += 1
            log.warning("returned mail waits for the database", reason=str(error.orig))
        except Exception:
            # The door of the thread: whatever it is, mail that lies in a mailbox can wait.
            self._tries += 1
            log.exception("the watch over returned mail failed; it goes on")
        return self._call.is_made

    def _watch(self, session: Session) -> None:
        while not self._call.is_made:
            self._require_adopted()
            collect(session, self._take, lambda: self._call.is_made)
            # Once it worked it works, whatever was before.
            self._tries, self._is_held = 0, False
            self._settle()
            session.wait(self._seconds, self._call)

    def _pause(self, is_stopped: bool) -> float:  # noqa: FBT001 -- one fact
        return 0.0 if is_stopped else pause_behind(self._tries, self._first_pause)

    def _require_adopted(self) -> None:
        with self._database.read() as tx:
            mailings.require_adopted(tx)

    def _hold(self) -> None:
        """Look again after the first pause, however long: whoever adopts it has nothing to start anew. An alert tells of it."""
        if not self._is_held:
            log.warning("returned mail stays in the mailbox: this database is a copy that nobody has adopted")
        self._tries, self._is_held = 0, True

    def _tell(self, trouble: MailboxTrouble) -> None:
        self._is_settled = False
        text = (
            f"Returned mail is not read: {trouble} Bounces, complaints and unsubscribes by mail wait there; mailing goes on. "
            "Mend its setting (NEWSLETTER_RETURNS_URL), and try it: newsletter returns check"
        )
        self._write(lambda tx: alerts.raise_alert(tx, ALERT, text, self._clock()))

    def _settle(self) -> None:
        if not self._is_settled:
            self._write(lambda tx: alerts.settle_alert(tx, ALERT, self._clock()))
            self._is_settled = True

    def _write(self, change: Callable[[Transaction], None]) -> None:
        try:
            with self._database.write() as tx:
                change(tx)
        except UNAVAILABLE as error:
            log.warning("an alert about returned mail waits for the database", reason=str(error.orig))
