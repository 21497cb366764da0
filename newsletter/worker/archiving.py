"""What a tick does about the archive: takes in what was published since."""

import structlog

from newsletter.archive import shelving
from newsletter.bootstrap import Application

log = structlog.get_logger()


def fill(application: Application) -> None:
    """Take in published issues that are not there yet."""
    seed = application.keyring.derive("slots")
    taken = shelving.take_in(application.database, application.templates, application.links, seed, application.clock)
    for issue_id in taken:
        log.info("an issue was taken into the archive", issue=issue_id)
