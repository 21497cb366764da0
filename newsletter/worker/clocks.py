"""What a tick does about clocks: asks the database for the time, and tells when this machine's own clock is far from it."""

import socket
from datetime import timedelta

import structlog

from newsletter.bootstrap import Application
from newsletter.clock import MOST_APART, apart
from newsletter.issues import alerts
from newsletter.meters import CLOCK_AHEAD

log = structlog.get_logger()


def compare(application: Application) -> None:
    """Set the clock of this process by the database's, and tell a person while the machine's own is far from it."""
    ahead = application.ahead()
    if ahead is None:
        return
    CLOCK_AHEAD.put(ahead.total_seconds())
    host, now = socket.gethostname(), application.clock()
    with application.database.write() as tx:
        if abs(ahead) <= MOST_APART:
            alerts.settle_alert(tx, key_of(host), now)
        else:
            alerts.raise_alert(tx, key_of(host), _text(host, ahead), now)
            log.warning("the clock of this machine is wrong", seconds=round(ahead.total_seconds()))


def key_of(host: str) -> str:
    """Give the key of the alert that the clock of a host is wrong."""
    return f"clock:{host}"


def _text(host: str, ahead: timedelta) -> str:
    return (
        f"The clock of {host} is {apart(ahead)} the database's. Nothing is drafted or sent early or late by it, because the "
        "database's clock decides; what this machine writes into its logs is wrong. Set it right, best by NTP."
    )
