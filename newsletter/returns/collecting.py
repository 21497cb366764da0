"""Empties a mailbox: each mail is copied, taken, and only then moved; whatever ends it in between, it begins again there."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from newsletter import failpoints
from newsletter.database import UNAVAILABLE
from newsletter.errors import NotAdopted
from newsletter.returns.mailbox import MailboxTrouble, Session

log = structlog.get_logger()

# Mails whose numbers are asked for, and that are moved, at a time.
BATCH = 50

# Writes a mail down; gives whether it could be read. What was written down before is no error.
Take = Callable[[bytes], bool]


@dataclass(frozen=True, slots=True)
class Collected:
    """What came of going through a mailbox."""

    processed: int = 0
    # Written down and moved apart: nobody could tell what they are.
    unparsed: int = 0
    # Neither written down nor moved, because of a bug; they are tried again the next time.
    left: int = 0


def collect(
    session: Session,
    take: Take,
    is_stopped: Callable[[], bool] = lambda: False,
    tell: Callable[[Collected], None] = lambda _: None,
) -> Collected:
    """Take every mail that lies there, and what comes meanwhile; *tell* is told after each batch.

    Raises:
        MailboxTrouble: the mailbox was lost, or does not move what it is told to.
        DBAPIError: the database is away; what was not taken lies where it lay.
        NotAdopted: it became a copy meanwhile; the same.

    """
    done = Collected()
    last: frozenset[int] = frozenset()
    while not is_stopped():
        uids = session.look(done.left, BATCH)
        if last.intersection(uids):
            raise MailboxTrouble(session.mailbox, "the server says that it moved a mail, and did not")
        if not uids:
            break
        batch = _Batch(session)
        try:
            for uid in uids:
                if is_stopped():
                    break
                batch.take(uid, take)
        finally:
            batch.move()
        last = frozenset(uids) - frozenset(batch.left)
        done = Collected(
            done.processed + len(batch.processed), done.unparsed + len(batch.unparsed), done.left + len(batch.left)
        )
        tell(done)
    return done


class _Batch:
    """Some mails that are taken one after the other and moved together."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.processed: list[int] = []
        self.unparsed: list[int] = []
        self.left: list[int] = []

    def take(self, uid: int, take: Take) -> None:
        """Take one; one that cannot be taken stands in nobody's way."""
        raw = self._session.copy(uid)
        if raw is None:
            return
        failpoints.hit("return.fetched")
        try:
            is_readable = take(raw)
        except (*UNAVAILABLE, NotAdopted):
            raise
        except Exception:
            log.exception("a returned mail cannot be written down; it stays where it is", uid=uid)
            self.left.append(uid)
            return
        failpoints.hit("return.recorded")
        (self.processed if is_readable else self.unparsed).append(uid)

    def move(self) -> None:
        """Move what was taken."""
        mailbox = self._session.mailbox
        self._session.move(self.processed, mailbox.processed)
        self._session.move(self.unparsed, mailbox.unparsed)
        failpoints.hit("return.moved")
