"""System health: what the doctor says of this machine and its database, who works, and the settings that stand in files."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from starlette.responses import Response

from newsletter import bootstrap, checkup, instance, journal
from newsletter.issues import newsletters
from newsletter.languages.catalogue import Words, later
from newsletter.mail import workers
from newsletter.mail.senderproof import Point, Standing
from newsletter.mail.workers import Known
from newsletter.settingbook import SETTINGS
from newsletter.settings import Settings
from newsletter.web.desk.settings import sheets
from newsletter.web.spelled import number
from newsletter.web.visits import Site, Visit
from subscribers.transaction import Transaction

# Every start is a new worker; who wants to know is asking about today.
MOST_WORKERS = 5

# What is wrong stands first.
_ORDER = (Standing.WRONG, Standing.ADVICE, Standing.UNKNOWN, Standing.RIGHT)

# A secret may stand in them; whether they are set is all that is told.
_SECRET = frozenset({"secret_key", "former_secret_key", "wordpress_password"})


@dataclass(frozen=True, slots=True)
class Set:
    """A setting as the page shows it."""

    name: str
    meaning: str
    # What holds, as far as it may be shown.
    value: str
    # The variable, or the key and its file; empty: nobody set it.
    where: str


@dataclass(frozen=True, slots=True)
class Hand:
    """A worker as the page shows it."""

    known: Known
    words: str
    mark: str


def show(site: Site, visit: Visit) -> Response:
    """Show how this machine and its database are."""
    application = site.application
    settings = application.settings
    with application.database.read() as tx:
        zone = newsletters.zone_of_house(tx)
        points = (*looked_at(site, tx, visit.now), *checkup.about_programs(settings))
        hands = tuple(_hand(one, visit.now) for one in workers.latest(tx, MOST_WORKERS))
        standing = instance.standing(tx)
    files = journal.files(settings.journal_dir)
    return sheets.page(
        site,
        visit,
        "system",
        at="system",
        points=sorted(points, key=lambda point: _ORDER.index(point.standing)),
        wrong=sum(point.standing is Standing.WRONG for point in points),
        workers=hands,
        is_ticking=site.health(),
        place=bootstrap.place_of(application.database),
        standing=standing,
        journal_folder=settings.journal_dir,
        journal=[(file.name, number(file.stat().st_size)) for file in files],
        settings=settings_of(settings, visit.words),
        zone=zone,
    )


def looked_at(site: Site, tx: Transaction, now: datetime) -> tuple[Point, ...]:
    """Look at what can be looked at without asking anybody else: disk, key, copy, clock, feeds, relays."""
    application = site.application
    return (
        *checkup.about_settings(application.settings),
        *checkup.about_database(tx, application.settings, now),
        *checkup.about_clock(application.ahead()),
    )


def settings_of(settings: Settings, words: Words) -> tuple[Set, ...]:
    """Give every setting there is, with what holds and where it was set; never a secret."""
    return tuple(
        Set(one.name, one.meaning, _value(settings, one.key, one.default, words), settings.where.get(one.key, ""))
        for one in SETTINGS
    )


def _value(settings: Settings, key: str, default: str, words: Words) -> str:
    if key in _SECRET:
        is_set = key in settings.where or (key == "secret_key" and settings.secret_key is not None)
        return words.gettext("set, and not shown") if is_set else words.gettext("not set")
    if key not in settings.where:
        return default.replace("`", "")
    if key == "relay_url":
        return str(settings.relay)
    if key == "database_url":
        # A password may stand in it; the page tells the place above.
        return words.gettext("set; see “Where it is kept”")
    value = getattr(settings, key, None)
    return str(value) if isinstance(value, str | int | Path) and value != "" else words.gettext("set")


def _hand(known: Known, now: datetime) -> Hand:
    if known.stopped_at is not None:
        return Hand(known, later("stopped"), "gone")
    return (
        Hand(known, later("at work"), "done") if known.lease_until > now else Hand(known, later("gave no sign lately"), "waits")
    )
