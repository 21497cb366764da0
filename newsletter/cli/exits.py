"""Which exit code an outcome has, in one table."""

from collections.abc import Mapping
from enum import IntEnum

from sqlalchemy.exc import OperationalError

from newsletter.errors import (
    Blocked,
    DatabaseNotReady,
    InstanceMismatch,
    NewsletterError,
    NotFound,
    RelayMissing,
    RelayUnreachable,
    SettingWrong,
    WorkerRunning,
)
from subscribers.errors import ListNotFound, SecretTooShort, SubscriberNotFound, SubscribersError


class Exit(IntEnum):
    """What the shell is told."""

    DONE = 0
    # A traceback on stderr; please report it.
    BUG = 1
    # The command was not understood.
    USAGE = 2
    # The preflight found what must be mended, or overridden with a reason.
    BLOCKED = 3
    # No newsletter, issue, feed, list, person or account of this name.
    NOT_FOUND = 4
    # Understood and not granted: wrong state, bad value, not permitted, name taken.
    REFUSED = 5
    # A setting is wrong, or the database is not ready.
    NOT_READY = 6
    # Mail waits: another worker owns this SQLite database, no relay is configured, or it takes nothing.
    NO_MAILER = 7
    # Stopped by Ctrl-C.
    INTERRUPTED = 130


# The first entry that fits counts, so leaves stand before their roots.
EXITS: Mapping[type[Exception], Exit] = {
    Blocked: Exit.BLOCKED,
    NotFound: Exit.NOT_FOUND,
    ListNotFound: Exit.NOT_FOUND,
    SubscriberNotFound: Exit.NOT_FOUND,
    SettingWrong: Exit.NOT_READY,
    SecretTooShort: Exit.NOT_READY,
    InstanceMismatch: Exit.NOT_READY,
    DatabaseNotReady: Exit.NOT_READY,
    # The database went away in the middle: restarted, its disk full, its file locked by somebody else.
    OperationalError: Exit.NOT_READY,
    WorkerRunning: Exit.NO_MAILER,
    RelayMissing: Exit.NO_MAILER,
    RelayUnreachable: Exit.NO_MAILER,
    NewsletterError: Exit.REFUSED,
    SubscribersError: Exit.REFUSED,
}


def exit_for(error: Exception) -> Exit:
    """Give the exit code of *error*; what the table does not know is a bug."""
    return next((code for kind, code in EXITS.items() if isinstance(error, kind)), Exit.BUG)
