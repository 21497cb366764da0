"""What a tick does about the evidence of consent: seals it once a day, and counts its acts so that no page walks them."""

import structlog

from newsletter.bootstrap import Application
from subscribers import daybook, seals

log = structlog.get_logger()

# Fewer are counted by whoever asks: a lock for each act would cost more than it saves.
LEAST = 500

# Of one tick: what else is due is not to wait. A hundred thousand acts.
MOST_CHUNKS = 20


def seal(application: Application) -> None:
    """Seal what was said until now, once a day."""
    database = application.database
    made = seals.seal(database.write, database.read, application.keyring, application.clock())
    if made is not None:
        log.info("evidence of consent sealed", seal=made.number, day=made.day.isoformat(), acts=made.acts, code=made.code)


def count(application: Application) -> None:
    """Count the acts of each day, as far as there is much that is not counted yet."""
    database = application.database
    with database.read() as tx:
        if not daybook.is_due(tx, LEAST):
            return
    daybook.count(database.write, MOST_CHUNKS)
