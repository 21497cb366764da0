"""System health: what the doctor says of this machine and its database, who works, and the settings that stand in files."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from starlette.responses import Response

from newsletter import bootstrap, checkup, instance, journal
from newsletter.issues import newsletters
from newsletter.languages.catalogue import Words, later
from newsletter.mail import roster
from newsletter.mail.roster import Listed, WorkerNotFound
from newsletter.mail.roster import Standing as How
from newsletter.mail.senderproof import Point, Standing
from newsletter.settingbook import SETTINGS
from newsletter.settings import Settings
from newsletter.web.desk.settings import sheets
from newsletter.web.spelled import number
from newsletter.web.visits import Site, Visit
from subscribers.transaction import Transaction

HERE = "/desk/settings/system"
WORKERS = f"{HERE}/workers"

# How a worker is, in words and by the colour beside them.
_HOW: Mapping[How, tuple[str, str]] = {
    How.MAILING: (later("at work"), "done"),
    How.DRAINING: (later("finishes what it holds"), "waits"),
    How.DRAINED: (later("claims nothing"), "waits"),
    How.SILENT: (later("gave no sign lately"), "stopped"),
    How.STOPPED: (later("stopped"), "gone"),
}

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

    known: Listed
    words: str
    mark: str
    # Whether it can be told to claim nothing more, or to claim again; where its host is drained, that is said of the host.
    can_drain: bool
    can_resume: bool


def show(site: Site, visit: Visit) -> Response:
    """Show how this machine and its database are."""
    application = site.application
    settings = application.settings
    with application.database.read() as tx:
        zone = newsletters.zone_of_house(tx)
        points = (*looked_at(site, tx, visit.now), *checkup.about_programs(settings))
        drained = roster.drained_hosts(tx)
        hosts = {one.name for one in drained}
        hands = tuple(_hand(one, visit.now, is_host_drained=one.host in hosts) for one in roster.listed(tx, visit.now))
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
        hosts=_hosts(hands, hosts),
        drained=drained,
        is_ticking=site.health(),
        place=bootstrap.place_of(application.database),
        standing=standing,
        journal_folder=settings.journal_dir,
        journal=[(file.name, number(file.stat().st_size)) for file in files],
        settings=settings_of(settings, visit.words),
        zone=zone,
    )


def tell_workers(site: Site, visit: Visit) -> Response:
    """Let a worker, or all of a host, claim nothing more, or claim again."""
    is_drained, host, worker = visit.text("act") == "drain", visit.text("host"), visit.text("worker")
    try:
        with site.application.database.write() as tx:
            if host:
                _tell_host(tx, host, visit.now, is_drained=is_drained)
            else:
                worker = roster.find(tx, worker, visit.now).id
                _tell_one(tx, worker, visit.now, is_drained=is_drained)
            kind = "host" if host else "worker"
            sheets.record(tx, visit, f"{kind}.drain" if is_drained else f"{kind}.resume", f"{kind} {host or worker}")
    except WorkerNotFound:
        # It ended since the page was made.
        return sheets.done(HERE, "worker-gone")
    return sheets.done(HERE, "worker-drained" if is_drained else "worker-resumed")


def _tell_host(tx: Transaction, host: str, now: datetime, *, is_drained: bool) -> None:
    if is_drained:
        roster.drain_host(tx, host, now)
    else:
        roster.resume_host(tx, host)


def _tell_one(tx: Transaction, worker_id: str, now: datetime, *, is_drained: bool) -> None:
    if is_drained:
        roster.drain(tx, worker_id, now)
    else:
        roster.resume(tx, worker_id)


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


def _hand(known: Listed, now: datetime, *, is_host_drained: bool) -> Hand:
    how = known.standing(now)
    words, mark = _HOW[how]
    can_resume = how in {How.DRAINING, How.DRAINED} and not is_host_drained
    return Hand(known, words, mark, can_drain=how is How.MAILING, can_resume=can_resume)


def _hosts(hands: Sequence[Hand], drained: Collection[str]) -> tuple[str, ...]:
    """Give the hosts from which somebody mails and that are not drained: worth saying where there are several."""
    names = {one.known.host for one in hands if one.known.host and one.known.stopped_at is None}
    return tuple(sorted(names - set(drained)))
