"""Takes in one message as it came: read in a child that may be killed, then written down in one short transaction."""

import structlog

from newsletter.clock import Clock
from newsletter.confined import Child, ChildFailed
from newsletter.database import UNAVAILABLE, Database
from newsletter.errors import NotAdopted
from newsletter.returns import apply, classify
from newsletter.returns.apply import Returned, Taken
from newsletter.returns.fate import Fate
from newsletter.returns.model import CameBy, Kind, Reading
from subscribers.tokens import Keyring

log = structlog.get_logger()

# The longest that was tried takes a tenth of a second; what takes this long was made to. In seconds.
READING_SECONDS = 10.0
READING_MB = 512


class Reception:
    """Where everything arrives that comes back; any thread may call it."""

    def __init__(self, database: Database, keyring: Keyring, clock: Clock, child: Child) -> None:
        self._database, self._keyring, self._clock, self._child = database, keyring, clock, child

    def take(self, raw: bytes, came_by: CameBy, recipient: str = "") -> Taken:
        """Take in one message; the same bytes a second time change nothing.

        Raises:
            DBAPIError: the database is away, and nothing was written.
            NotAdopted: it is a copy that nobody has adopted yet, and nothing was written.

        """
        returned = Returned(raw, came_by, recipient)
        try:
            return self._record(returned, self._read(raw))
        except (*UNAVAILABLE, NotAdopted):
            raise
        except Exception:
            # Whatever is in it that nobody thought of: it is kept, and stands in nobody's way.
            log.exception("a returned message could not be acted on; it is kept as unreadable")
            return self._record(returned, Reading(Kind.UNREADABLE, reason="it could not be acted on; see the log"))

    def from_mailbox(self, raw: bytes) -> bool:
        """Take in a mail of a mailbox; gives whether it could be read."""
        return self.take(raw, CameBy.IMAP).fate is not Fate.UNREADABLE

    def from_server(self, raw: bytes, recipient: str) -> None:
        """Take in a mail that a server handed over."""
        self.take(raw, CameBy.SMTP, recipient)

    def _read(self, raw: bytes) -> Reading:
        try:
            return self._child.run(classify.read, raw, seconds=READING_SECONDS, memory_mb=READING_MB)
        except ChildFailed as failed:
            return Reading(Kind.UNREADABLE, reason=f"reading it {failed.reason}")

    def _record(self, returned: Returned, reading: Reading) -> Taken:
        with self._database.write() as tx:
            return apply.take(tx, self._keyring, returned, reading, self._clock())
