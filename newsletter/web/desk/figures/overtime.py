"""Figures of a newsletter over time: its issues, its list month by month, who asked and confirmed, and why people leave."""

from datetime import datetime, timedelta

from starlette.responses import Response

from newsletter.issues import newsletters
from newsletter.issues.model import Month, Newsletter
from newsletter.issues.schedule import start_of
from newsletter.people import departures
from newsletter.staff.permissions import Permission
from newsletter.web.desk import frame
from newsletter.web.desk.figures import files, reading
from newsletter.web.desk.figures.reading import Joined, Mailed
from newsletter.web.desk.figures.sheet import Chart, Line, Sheet, count, share
from newsletter.web.faults import PageNotFound
from newsletter.web.spelled import day, number, people
from newsletter.web.visits import Site, Visit
from subscribers import register, suppressionbook
from subscribers.transaction import Transaction

# How far back reasons are counted.
REASONS_SINCE = timedelta(days=365)

UNCOUNTED = "Much was said about this list lately. The worker is counting it; these figures are whole in a few minutes."


def show(site: Site, visit: Visit) -> Response:
    """Show the figures of one newsletter."""
    with site.application.database.read() as tx:
        papers = _papers(tx, visit)
        chosen = _chosen(papers, visit)
        sheets: tuple[Sheet, ...] = ()
        list_name = ""
        if chosen is not None:
            sheets = _sheets(site, tx, chosen, visit.now)
            list_name = register.list_by_id(tx, chosen.list_id).name
    return frame.page(
        site,
        visit,
        "desk/figures/overtime.html",
        here=frame.Area.FIGURES,
        papers=papers,
        newsletter=chosen,
        list_name=list_name,
        sheets=sheets,
        file=f"/desk/figures/{{key}}.csv?newsletter={chosen.id}" if chosen is not None else "",
    )


def csv(site: Site, visit: Visit) -> Response:
    """Give one table of the page as a file."""
    with site.application.database.read() as tx:
        chosen = _chosen(_papers(tx, visit), visit)
        if chosen is None:
            raise PageNotFound
        return files.of(_sheets(site, tx, chosen, visit.now), str(visit.path["key"]), chosen.slug)


def _papers(tx: Transaction, visit: Visit) -> tuple[Newsletter, ...]:
    wanted = visit.actor.newsletters(Permission.VIEW)
    return tuple(one for one in newsletters.all_newsletters(tx) if wanted is None or one.id in wanted)


def _chosen(papers: tuple[Newsletter, ...], visit: Visit) -> Newsletter | None:
    """Give the newsletter that the address names, or the first one; None: there is none.

    Raises:
        PageNotFound: it names one that the actor does not see.

    """
    named = visit.query.get("newsletter", "")
    if not named:
        return papers[0] if papers else None
    found = next((one for one in papers if str(one.id) == named), None)
    if found is None:
        raise PageNotFound
    return found


def _sheets(site: Site, tx: Transaction, newsletter: Newsletter, now: datetime) -> tuple[Sheet, ...]:
    last = reading.this_month(newsletter, now)
    months, is_complete = reading.months_of(tx, newsletter.list_id, last)
    complaints = _complaints(tx, newsletter, months)
    return (
        _issues(reading.issues_of(site, tx, newsletter), newsletter),
        _growth(months, complaints, is_complete=is_complete),
        _funnel(months[1:]),
        _reasons(departures.reasons_between(tx, newsletter.list_id, now - REASONS_SINCE, now + timedelta(days=1))),
    )


def _issues(mailed: tuple[Mailed, ...], newsletter: Newsletter) -> Sheet:
    lines = []
    for at, one in enumerate(mailed):
        report, before = one.report, mailed[at + 1].report if at + 1 < len(mailed) else None
        cells = (
            count(report.audience, before.audience if before else None),
            count(report.accepted),
            share(report.accepted, report.audience),
            count(report.refused, before.refused if before else None),
            share(report.refused, report.audience),
        )
        href = f"/desk/issues/{one.line.id}/figures"
        lines.append(Line(f"No. {one.line.number}: {one.line.title}", cells, href, day(one.planned_at, newsletter.zone)))
    return Sheet(
        "issues",
        "Issues",
        ("Issue", "Audience", "Accepted", "of it", "Refused", "of it"),
        tuple(lines),
        summary=_in_short(mailed),
        chart=Chart("lines", (0, 1)) if len(lines) > 1 else None,
        empty="No issue was mailed yet. Each one that is appears here with what became of it.",
        notes=("“Accepted” is what a relay took over. Whether it was read, nobody knows.",),
    )


def _in_short(mailed: tuple[Mailed, ...]) -> str:
    if not mailed:
        return ""
    latest, earliest = mailed[0], mailed[-1]
    said = f"The latest issue was for {people(latest.report.audience)}; relays accepted {number(latest.report.accepted)}."
    before = len(mailed) - 1
    if not before:
        return said
    earlier = "One issue" if before == 1 else f"{before} issues"
    return f"{said} {earlier} before, “{earliest.line.title}” was for {people(earliest.report.audience)}."


def _growth(months: tuple[Joined, ...], complaints: dict[Month, int], *, is_complete: bool) -> Sheet:
    lines = tuple(
        Line(
            one.month.words,
            (
                count(one.asked),
                count(one.confirmed),
                count(one.brought),
                count(one.left),
                count(complaints.get(one.month, 0)),
            ),
        )
        for one in reversed(months)
    )
    latest = months[-1]
    notes = (
        "Months begin at midnight UTC. Whoever was brought by an import and then asked to confirm counts in both columns.",
        "Complaints are those of the whole instance: a complaint names an address and no list.",
    )
    return Sheet(
        "list",
        "The list, month by month",
        ("Month", "Asked", "Confirmed", "Brought", "Left", "Complaints"),
        lines if any(one.asked or one.confirmed or one.brought or one.left for one in months) else (),
        empty="Nobody has joined this list or left it in thirteen months.",
        summary=f"In {latest.month.words} so far {number(latest.confirmed)} confirmed and {number(latest.left)} left.",
        chart=Chart("bars", (1, 2, 3)),
        notes=notes if is_complete else (UNCOUNTED, *notes),
    )


def _funnel(months: tuple[Joined, ...]) -> Sheet:
    asked, confirmed = sum(one.asked for one in months), sum(one.confirmed for one in months)
    lines = (
        Line("Asked by a form", (count(asked), share(asked, asked)), about="Somebody typed an address."),
        Line("Confirmed", (count(confirmed), share(confirmed, asked)), about="They pressed the button in the mail."),
        Line("Did not", (count(max(asked - confirmed, 0)), share(max(asked - confirmed, 0), asked))),
    )
    return Sheet(
        "sign-up",
        "From asking to confirming, in twelve months",
        ("Step", "Times", "of those who asked"),
        lines if asked or confirmed else (),
        summary=f"Of {number(asked)} who asked, {number(confirmed)} confirmed." if asked else "",
        empty="Nobody has asked to join by a form in the last twelve months.",
        notes=("Whoever asks twice counts twice; what was asked in one month may be confirmed in the next.",),
    )


def _reasons(found: dict[str, int]) -> Sheet:
    return reasons_sheet("reasons", "Why people left, in twelve months", found)


def reasons_sheet(key: str, title: str, found: dict[str, int]) -> Sheet:
    """Give the reasons people gave for leaving as a table, the most frequent first."""
    left = sum(found.values())
    said = sorted(found.items(), key=lambda item: (not item[0], -item[1]))
    return Sheet(
        key,
        title,
        ("Reason", "People", "of all who left"),
        tuple(Line(reading.REASONS.get(reason, reason), (count(gone), share(gone, left))) for reason, gone in said),
        summary=f"{people(left)[:1].upper()}{people(left)[1:]} left; {number(left - found.get('', 0))} said why."
        if left
        else "",
        empty="Nobody left.",
        total=Line("All who left", (count(left), share(left, left))) if len(found) > 1 else None,
    )


def _complaints(tx: Transaction, newsletter: Newsletter, months: tuple[Joined, ...]) -> dict[Month, int]:
    found: dict[Month, int] = {}
    until = start_of(months[-1].month.following, newsletter.zone)
    for at in suppressionbook.complaints(tx, start_of(months[0].month, newsletter.zone), until):
        month = Month.of(at.date())
        found[month] = found.get(month, 0) + 1
    return found
