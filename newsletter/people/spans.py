"""How long what may be kept: the periods the staff chooses among, and the night from which a choice holds; pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

# In UTC: when hardly anybody reads or writes in most places, and behind the day that is sealed.
NIGHT_HOUR = 2

MONTH = 30
YEAR = 365

# In days, by the names of `retention.Keep`. Whoever needs another one, or to keep something for ever, says so in the settings
# of the instance and answers for it.
CHOICES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        # Mail that comes back, a complaint and what is uncertain are found by the names in the deliveries: the last of them
        # after some weeks.
        "deliveries": (3 * MONTH, 6 * MONTH, YEAR, 2 * YEAR, 3 * YEAR, 5 * YEAR),
        # Whose yes it was is hardly doubted after years; a network address tells where somebody lives.
        "networks": (MONTH, 3 * MONTH, 6 * MONTH, YEAR, 2 * YEAR, 3 * YEAR),
        # Whoever wrote to somebody must be able to prove for as long as they can be sued that they were allowed to (GDPR 7.1).
        "left": (YEAR, 2 * YEAR, 3 * YEAR, 5 * YEAR, 10 * YEAR),
        # The next issues are made with the same guests.
        "guests": (3 * MONTH, 6 * MONTH, YEAR, 2 * YEAR, 3 * YEAR),
        # What somebody reads is told by it: two years are the most that the authorities let pass.
        "clicks": (MONTH, 3 * MONTH, 6 * MONTH, YEAR, 2 * YEAR),
        # Servers try for five days, and what came back is looked at in the weeks after an issue.
        "returns": (MONTH, 3 * MONTH, 6 * MONTH, YEAR),
    },
)


def night_behind(moment: datetime) -> datetime:
    """Give the next night in which something is forgotten."""
    night = moment.astimezone(UTC).replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    return night if moment < night else night + timedelta(days=1)
