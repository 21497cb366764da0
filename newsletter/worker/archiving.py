"""What a tick does about the archive: takes in what was published since, and prints it."""

import structlog

from newsletter.archive import press, shelving
from newsletter.bootstrap import Application

log = structlog.get_logger()


def fill(application: Application) -> None:
    """Take in published issues that are not there yet."""
    taken = shelving.take_in(application.database, application.links, application.clock)
    for issue_id in taken:
        log.info("an issue was taken into the archive", issue=issue_id)


def print_one(application: Application) -> None:
    """Print one issue that was taken in or corrected since it was last printed; the next tick prints the next."""
    printed = press.print_next(application.database, application.templates, application.links, application.clock)
    if printed is not None:
        log.info("an issue was printed", issue=printed)
