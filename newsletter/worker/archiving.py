"""What a tick does about the archive: takes in what was published since, and prints it."""

import structlog

from newsletter.archive import press, shelving
from newsletter.bootstrap import Application

log = structlog.get_logger()


def fill(application: Application) -> None:
    """Take in published issues that are not there yet."""
    seed = application.keyring.derive("slots")
    taken = shelving.take_in(application.database, application.templates, application.links, seed, application.clock)
    for issue_id in taken:
        log.info("an issue was taken into the archive", issue=issue_id)


def print_one(application: Application) -> None:
    """Print one issue that was taken in since it was last printed; the next tick prints the next."""
    place = application.settings.templates
    printed = press.print_next(application.database, place, application.links, application.clock)
    if printed is not None:
        log.info("an issue was printed", issue=printed)
