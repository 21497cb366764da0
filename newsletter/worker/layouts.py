"""What a tick does about templates of one's own: says what this host has, and tells when hosts have different ones."""

import socket

import structlog

from newsletter.bootstrap import Application
from newsletter.issues import alerts
from newsletter.letters import hostbook

log = structlog.get_logger()

KEY = "templates"


def compare(application: Application) -> None:
    """Say what this host has, and tell a person while another has something else; on SQLite there is one host."""
    if application.database.is_sqlite:
        return
    digest, now = application.templates.digest(), application.clock()
    with application.database.write() as tx:
        hostbook.say(tx, socket.gethostname(), digest, now)
        sides = hostbook.sides(tx, now)
        if len(sides) < 2:  # noqa: PLR2004 -- there is no other
            alerts.settle_alert(tx, KEY, now)
            return
        alerts.raise_alert(tx, KEY, _text(sides), now)
    log.warning("hosts have different templates of their own", hosts=hostbook.told(sides))


def _text(sides: tuple[tuple[str, ...], ...]) -> str:
    return (
        f"Hosts have different templates of their own: {hostbook.told(sides)}. A letter is laid out by whichever host drafts, "
        "shows or approves it, so it may look otherwise than it did when it was shown. Put the same files into the folder "
        "“templates” of the data folder of each; what is approved stays as it is."
    )
