"""Retention: what is kept of people for how long; chosen here, tried before, and to be had back until the night behind it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from starlette.responses import Response

from newsletter.errors import BadValue, TookTooLong
from newsletter.issues import newsletters
from newsletter.languages.catalogue import Words, later
from newsletter.people import keepbook, retention
from newsletter.people.keepbook import Chosen
from newsletter.people.retention import Keep, Rule
from newsletter.people.spans import CHOICES, MONTH, YEAR, night_behind
from newsletter.web.desk.issue.audience import Option
from newsletter.web.desk.settings import sheets
from newsletter.web.visits import Site, Visit, whole_number
from subscribers.sentence import say
from subscribers.transaction import Transaction

HERE = "/desk/settings/retention"

# Counting walks everybody who left; whoever dry-runs it sits in front of it.
LONGEST_COUNT = 20.0

# Which of the periods each rule follows, by the names of the rules.
_FOLLOWS = {
    "deliveries": "deliveries",
    "networks": "networks",
    "departures": "networks",
    "left": "left",
    "evidence": "left",
    "clicks": "clicks",
    "returns": "returns",
    "guests": "guests",
}

# What each period is about.
_ABOUT: Mapping[str, str] = {
    "deliveries": later("To whom each letter went"),
    "networks": later("Network addresses and browsers in the evidence"),
    "left": later("Who left every list, and how erased people are found in the evidence"),
    "guests": later("Who was asked for a text or to look an issue over"),
    "clicks": later("Which links somebody followed who allowed it"),
    "returns": later("Messages that came back, as they came"),
}
_FROM: Mapping[str, str] = {
    "deliveries": later("From the day the letter was planned. Until then mail that comes back is found by it."),
    "networks": later("From the act on."),
    "left": later("From the day they left. So long it can be proved that writing to them was allowed."),
    "guests": later("From the end of their link. What they handed in stays with the issue."),
    "clicks": later("From the first click on. The numbers of the issue stay."),
    "returns": later("From the day they came. What counted of them stays with the letter it is about."),
}


@dataclass(frozen=True, slots=True)
class Period:
    """One period, as the page shows it."""

    name: str
    about: str
    since: str
    kept: str
    options: tuple[Option, ...]
    # The setting that says it, which this page cannot change; empty where none does.
    setting: str
    chosen: Chosen | None
    # Until when the last change can be taken back; None: there is none, or it is too late.
    until: datetime | None
    # In words, before the last change.
    former: str


def show(site: Site, visit: Visit) -> Response:
    """Show how long what is kept."""
    return _page(site, visit)


def rehearse(site: Site, visit: Visit) -> Response:
    """Count what would be forgotten now; forgets nothing."""
    return _counted(site, visit, {})


def change(site: Site, visit: Visit) -> Response:
    """Say what would be forgotten by the periods that somebody chose, or keep them for the next night."""
    try:
        wanted = _wanted(site, visit)
    except BadValue as error:
        typed = {name: whole_number(visit.text(name)) for name in CHOICES}
        offered = {name: days for name, days in typed.items() if days is not None and days in CHOICES[name]}
        return _page(site, visit, refused=error, marked=offered)
    if not wanted:
        return sheets.done(HERE, "kept-same")
    if visit.text("act") != "keep":
        return _counted(site, visit, wanted)
    with site.application.database.write() as tx:
        before = asdict(site.application.keep(tx))
        for name, days in wanted.items():
            keepbook.choose(tx, name, days, visit.actor.name, visit.now)
            was = before[name]
            sheets.record(tx, visit, "retention.set", f"keep {name}", days=days, before=was.days if was else None)
    return sheets.done(HERE, "kept-for")


def have_back(site: Site, visit: Visit) -> Response:
    """Let a period be as it was before the last change."""
    name = visit.text("name")
    with site.application.database.write() as tx:
        is_back = name not in site.application.settings.fixed_keeps and keepbook.have_back(tx, name, visit.now)
        if is_back:
            sheets.record(tx, visit, "retention.set-back", f"keep {name}")
    return sheets.done(HERE, "kept-back" if is_back else "kept-late")


def lasting(keep: timedelta | None, words: Words) -> str:
    """Say how long something is kept."""
    if keep is None:
        return words.gettext("for ever")
    if keep.days and not keep.days % YEAR:
        return words.ngettext("%(num)s year", "%(num)s years", keep.days // YEAR)
    if keep.days and not keep.days % MONTH:
        return words.ngettext("%(num)s month", "%(num)s months", keep.days // MONTH)
    return words.ngettext("%(num)s day", "%(num)s days", keep.days)


def _wanted(site: Site, visit: Visit) -> Mapping[str, int]:
    """Read which periods are to be others, in days."""
    with site.application.database.read() as tx:
        now = asdict(site.application.keep(tx))
    wanted = {}
    for name, choices in CHOICES.items():
        text = visit.text(name)
        if not text or name in site.application.settings.fixed_keeps:
            continue
        days = whole_number(text)
        is_now = now[name] is not None and days == now[name].days
        if days is None or (days not in choices and not is_now):
            raise BadValue(say("period"), text[:40], say("choose one of those offered"))
        if not is_now:
            wanted[name] = days
    return wanted


def _counted(site: Site, visit: Visit, wanted: Mapping[str, int]) -> Response:
    with site.application.database.read() as tx:
        keep = replace(site.application.keep(tx), **{name: timedelta(days=days) for name, days in wanted.items()})
    followed = retention.rules(keep, site.application.keyring, visit.now)
    try:
        with site.application.database.read(within=LONGEST_COUNT) as tx:
            found = retention.due(tx, followed, visit.now)
    except TookTooLong as error:
        told = visit.words.gettext(
            "%(problem)s “newsletter retention run --dry-run” counts for as long as it takes.", problem=error
        )
        return _page(site, visit, wanted=wanted, trouble=told)
    return _page(site, visit, wanted=wanted, found=found)


def _page(
    site: Site,
    visit: Visit,
    *,
    wanted: Mapping[str, int] | None = None,
    found: Mapping[str, int] | None = None,
    trouble: str = "",
    refused: BadValue | None = None,
    marked: Mapping[str, int] | None = None,
) -> Response:
    """Show the periods: those that are *wanted*, or were typed and refused, are *marked* in the form."""
    with site.application.database.read() as tx:
        now = site.application.keep(tx)
        periods = _periods(site, visit, tx, now, marked or wanted or {})
        zone = newsletters.zone_of_house(tx)
    shown = replace(now, **{name: timedelta(days=days) for name, days in (wanted or {}).items()})
    rules = retention.rules(shown, site.application.keyring, visit.now)
    return sheets.page(
        site,
        visit,
        "retention",
        at="retention",
        refused=refused,
        periods=periods,
        rows=[_row(rule, visit.words) for rule in rules],
        wanted=wanted or {},
        found=found,
        trouble=trouble,
        night=night_behind(visit.now),
        zone=zone,
        can_choose=any(not one.setting for one in periods),
    )


def _row(rule: Rule, words: Words) -> tuple[Rule, str]:
    return rule, lasting(rule.keep, words)


def _periods(site: Site, visit: Visit, tx: Transaction, now: Keep, wanted: Mapping[str, int]) -> tuple[Period, ...]:
    chosen = keepbook.chosen(tx)
    spans: Mapping[str, timedelta | None] = asdict(now)
    return tuple(_period(site, visit, name, spans[name], chosen.get(name), wanted.get(name)) for name in CHOICES)


def _period(site: Site, visit: Visit, name: str, kept: timedelta | None, chosen: Chosen | None, wanted: int | None) -> Period:
    words = visit.words
    settings = site.application.settings
    is_fixed = name in settings.fixed_keeps
    marked = wanted if wanted is not None else kept.days if kept else None
    usual = asdict(Keep())[name]
    # A period that was chosen when others were offered is still one that can be kept.
    days = sorted({*CHOICES[name], *((kept.days,) if kept else ())})
    can_be_had_back = not is_fixed and chosen is not None and chosen.can_be_had_back(visit.now)
    former = timedelta(days=chosen.former) if chosen is not None and chosen.former is not None else usual
    return Period(
        name=name,
        about=words.gettext(_ABOUT[name]),
        since=words.gettext(_FROM[name]),
        kept=lasting(kept, words),
        options=tuple(Option(str(one), _said(one, usual, words), is_chosen=one == marked) for one in days),
        setting=settings.where[f"keep_{name}"] if is_fixed else "",
        chosen=None if is_fixed else chosen,
        until=night_behind(chosen.at) if chosen is not None and can_be_had_back else None,
        former=lasting(former, words),
    )


def _said(days: int, usual: timedelta | None, words: Words) -> str:
    said = lasting(timedelta(days=days), words)
    return words.gettext("%(period)s, as is usual", period=said) if usual is not None and days == usual.days else said
