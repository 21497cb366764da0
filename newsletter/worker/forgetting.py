"""The nightly forgetting of what is kept no longer; a night that was cut short is ended by the next tick."""

from datetime import UTC
from itertools import islice

import structlog

from newsletter import instance
from newsletter.bootstrap import Application
from newsletter.people import keepbook, retention
from newsletter.people.spans import NIGHT_HOUR

log = structlog.get_logger()

# Of one tick: what else is due is not to wait.
MOST_BATCHES = 20


def forget(application: Application) -> None:
    """Forget some of what is due tonight; nothing when that is through, or the night has not come."""
    now = application.clock().astimezone(UTC)
    night = now.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    day = night.date().isoformat()
    with application.database.read() as tx:
        if now < night or instance.has_forgotten(tx, day):
            return
        # A shorter period that was chosen since holds from the next night on, a longer one from the next tick.
        keep = keepbook.keep(tx, application.settings.keep, application.settings.fixed_keeps, night=night)
    followed = retention.rules(keep, application.keyring, now)
    batches = tuple(islice(retention.forget(application.database, followed, night), MOST_BATCHES))
    is_through = len(batches) < MOST_BATCHES
    if is_through:
        application.database.scrub()
    with application.database.write() as tx:
        forgotten = instance.note_forgotten(tx, day, batches[-1] if batches else {}, now if is_through else None)
    if is_through and forgotten:
        log.info("what is kept no longer was forgotten", **forgotten)
