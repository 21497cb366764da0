"""What a tick does about partitions: makes the next one of the deliveries when the newest is full."""

import structlog

from newsletter.bootstrap import Application
from newsletter.database import DatabaseAway
from newsletter.mail import partitions

log = structlog.get_logger()


def divide(application: Application) -> None:
    """Let the letters to come lie in a partition of their own when the newest is full; on PostgreSQL."""
    database = application.database
    if database.is_sqlite:
        return
    with database.read() as tx:
        known = partitions.newest(tx)
    if known.is_reached and not known.is_full:
        return
    try:
        with database.write() as tx:
            is_new = partitions.open_next(tx)
    except DatabaseAway as error:
        # Somebody writes deliveries for longer than we hold up all others for it; the next tick asks again.
        log.info("the next partition of the deliveries is not made yet", reason=str(error.orig))
        return
    with database.write() as tx:
        partitions.go_on_there(tx)
    if is_new:
        with database.write() as tx:
            partitions.learn(tx)
        log.info("the deliveries of letters to come lie in a partition of their own")
