"""Which exit code an outcome has, in one table."""

from collections.abc import Mapping
from enum import IntEnum

from newsletter.database import DatabaseAway
from newsletter.errors import (
    Blocked,
    DatabaseNotReady,
    InstanceMismatch,
    JournalUnwritable,
    NewsletterError,
    NotFound,
    RelayMissing,
    RelayUnreachable,
    SealBroken,
    SettingWrong,
    WorkerRunning,
)
from newsletter.web.static import PagesNotBuilt
from subscribers.errors import (
    AttributeNotFound,
    ImportNotFound,
    ListNotFound,
    SecretTooShort,
    SegmentNotFound,
    SubscriberNotFound,
    SubscribersError,
    SubscriptionNotFound,
    TopicNotFound,
)


class Exit(IntEnum):
    """What the shell is told."""

    DONE = 0
    BUG = 1
    USAGE = 2
    BLOCKED = 3
    NOT_FOUND = 4
    REFUSED = 5
    NOT_READY = 6
    NO_MAILER = 7
    UNSOUND = 8
    # EX_TEMPFAIL of sysexits.h: whoever pipes a mail into a command keeps it, and tries again.
    TRY_LATER = 75
    INTERRUPTED = 130


MEANINGS: Mapping[Exit, str] = {
    Exit.DONE: "Done. Rows of a CSV that were refused and feeds that could not be read are told, and are no error.",
    Exit.BUG: "A bug: a traceback stands on stderr, please report it.",
    Exit.USAGE: "The command was not understood.",
    Exit.BLOCKED: "The issue has findings that must be mended, or overridden with a reason.",
    Exit.NOT_FOUND: (
        "No newsletter, issue, section, article, image, feed, list, topic, attribute, segment, import, person, account, "
        "worker or relay so named, or no file where `returns classify` was to read one."
    ),
    Exit.REFUSED: "Understood and not granted: wrong state, bad value, not permitted, name taken, no feed could be read.",
    Exit.NOT_READY: "A setting is wrong or missing, the database is not ready, or `doctor` found something wrong.",
    Exit.NO_MAILER: (
        "Mail waits: another worker owns this SQLite database, no relay is configured, it takes nothing, or a drained worker "
        "holds some."
    ),
    Exit.UNSOUND: "`issues verify` or `consent verify` found what does not fit together, `templates check` a wrong template.",
    Exit.TRY_LATER: "`returns read -` could not write the mail down: the mail server keeps it and tries again.",
    Exit.INTERRUPTED: "Stopped before the end: by Ctrl-C, by answering no, or a `worker --until-idle` by a signal.",
}

# The first entry that fits counts, so leaves stand before their roots.
EXITS: Mapping[type[Exception], Exit] = {
    Blocked: Exit.BLOCKED,
    NotFound: Exit.NOT_FOUND,
    ImportNotFound: Exit.NOT_FOUND,
    ListNotFound: Exit.NOT_FOUND,
    AttributeNotFound: Exit.NOT_FOUND,
    SegmentNotFound: Exit.NOT_FOUND,
    SubscriberNotFound: Exit.NOT_FOUND,
    SubscriptionNotFound: Exit.NOT_FOUND,
    TopicNotFound: Exit.NOT_FOUND,
    SettingWrong: Exit.NOT_READY,
    SecretTooShort: Exit.NOT_READY,
    InstanceMismatch: Exit.NOT_READY,
    DatabaseNotReady: Exit.NOT_READY,
    PagesNotBuilt: Exit.NOT_READY,
    JournalUnwritable: Exit.NOT_READY,
    SealBroken: Exit.NOT_READY,
    # The database went away in the middle: restarted, its disk full, its file locked by somebody else.
    DatabaseAway: Exit.NOT_READY,
    WorkerRunning: Exit.NO_MAILER,
    RelayMissing: Exit.NO_MAILER,
    RelayUnreachable: Exit.NO_MAILER,
    NewsletterError: Exit.REFUSED,
    SubscribersError: Exit.REFUSED,
}


def exit_for(error: Exception) -> Exit:
    """Give the exit code of *error*; what the table does not know is a bug."""
    return next((code for kind, code in EXITS.items() if isinstance(error, kind)), Exit.BUG)
