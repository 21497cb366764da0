"""Looking for bursts of departures, as a tick does."""

from datetime import datetime

from newsletter.database import Database
from newsletter.worker.people import Lookout


def look(database: Database, now: datetime, lookout: Lookout | None = None) -> None:
    """Look until there is nothing more to judge."""
    watching = lookout or Lookout()
    while watching.look(database, now):
        pass
