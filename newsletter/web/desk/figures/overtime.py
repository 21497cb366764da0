"""Figures of a newsletter over time: its issues, its list month by month, who asked and confirmed, and why people leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from starlette.responses import Response

from newsletter.issues import newsletters, store
from newsletter.issues.model import Month, Newsletter
from newsletter.issues.schedule import start_of
from newsletter.languages.catalogue import Words, later
from newsletter.mail import blamed
from newsletter.mail.delivery import Report
from newsletter.people import departures
from newsletter.staff.permissions import Permission, allowed
from newsletter.web.desk import frame
from newsletter.web.desk.figures import files, growth, reading, returned
from newsletter.web.desk.figures.reading import Joined, Mailed
from newsletter.web.desk.figures.sheet import Chart, Line, Sheet, count, share
from newsletter.web.faults import PageNotFound
from newsletter.web.spelled import month, people
from newsletter.web.visits import Site, Visit
from subscribers import register, suppressionbook
from subscribers.transaction import Transaction

# How far back reasons are counted.
REASONS_SINCE = timedelta(days=365)

# Of a newsletter in thirteen months; one that comes out every day has as many.
MOST_ISSUES = 400

UNCOUNTED = later("Much was said about this list lately. The worker is counting it; these figures are whole in a few minutes.")


@dataclass(frozen=True, slots=True)
class Complaints:
    """How often the mail of a newsletter was called spam."""

    by_month: Mapping[Month, int]
    # Of the whole instance, and about nothing that is known.
    nowhere: int


def show(site: Site, visit: Visit) -> Response:
    """Show the figures of one newsletter."""
    with site.application.database.read() as tx:
        papers = _papers(tx, visit)
        chosen = _chosen(papers, visit)
        sheets: tuple[Sheet, ...] = ()
        list_name = ""
        if chosen is not None:
            sheets = _sheets(site, tx, chosen, visit)
            list_name = register.list_by_id(tx, chosen.list_id).name
    return frame.page(
        site,
        visit,
        "desk/figures/overtime.html",
        here=frame.Area.FIGURES,
        papers=papers,
        may_begin=allowed(visit.actor, Permission.MANAGE_NEWSLETTERS),
        newsletter=chosen,
        list_name=list_name,
        sheets=sheets,
        file=f"/desk/figures/{{key}}.csv?newsletter={chosen.id}" if chosen is not None else "",
    )


def size(site: Site, visit: Visit) -> Response:
    """Show how many stood on the list at the end of each month; asked for apart, because it walks all of them."""
    with site.application.database.read() as tx:
        chosen = _chosen(_papers(tx, visit), visit)
    if chosen is None:
        raise PageNotFound
    return frame.page(
        site,
        visit,
        "desk/figures/size.html",
        here=frame.Area.FIGURES,
        newsletter=chosen,
        sheet=growth.sheet(site, visit, chosen),
        file=f"/desk/figures/{{key}}.csv?newsletter={chosen.id}",
    )


def csv(site: Site, visit: Visit) -> Response:
    """Give one table of the page as a file."""
    with site.application.database.read() as tx:
        chosen = _chosen(_papers(tx, visit), visit)
        if chosen is None:
            raise PageNotFound
        key = str(visit.path["key"])
        if key != growth.KEY:
            return files.of(_sheets(site, tx, chosen, visit), key, chosen.slug)
    return files.of((growth.sheet(site, visit, chosen),), key, chosen.slug)


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


def _sheets(site: Site, tx: Transaction, newsletter: Newsletter, visit: Visit) -> tuple[Sheet, ...]:
    now, words = visit.now, visit.words
    last = reading.this_month(newsletter, now)
    months, is_complete = reading.months_of(tx, newsletter.list_id, last)
    complaints = _complaints(tx, newsletter, months)
    mailed = reading.issues_of(site, tx, newsletter)
    return (
        _issues(mailed, newsletter, words),
        returned.over_time(tx, mailed, words),
        _growth(months, complaints, words, is_complete=is_complete),
        _funnel(months[1:], words),
        _reasons(departures.reasons_between(tx, newsletter.list_id, now - REASONS_SINCE, now + timedelta(days=1)), words),
    )


def _issues(mailed: tuple[Mailed, ...], newsletter: Newsletter, words: Words) -> Sheet:
    lines = tuple(
        _issue(one, mailed[at + 1].report if at + 1 < len(mailed) else None, newsletter, words) for at, one in enumerate(mailed)
    )
    return Sheet(
        "issues",
        words.gettext("Issues"),
        (
            words.gettext("Issue"),
            words.gettext("Audience"),
            words.gettext("Accepted"),
            words.gettext("of it"),
            words.gettext("Refused"),
            words.gettext("of it"),
        ),
        lines,
        summary=_in_short(mailed, words),
        chart=Chart("lines", (0, 1)) if len(lines) > 1 else None,
        empty=words.gettext("No issue was mailed yet. Each one that is appears here with what became of it."),
        notes=(words.gettext("“Accepted” is what a relay took over. Whether it was read, nobody knows."),),
    )


def _issue(one: Mailed, before: Report | None, newsletter: Newsletter, words: Words) -> Line:
    report = one.report
    return Line(
        words.gettext("No. %(number)s: %(title)s", number=one.line.number, title=one.line.title),
        (
            count(report.audience, before.audience if before else None, words=words),
            count(report.accepted, words=words),
            share(report.accepted, report.audience, words=words),
            count(report.refused, before.refused if before else None, words=words),
            share(report.refused, report.audience, words=words),
        ),
        f"/desk/issues/{one.line.id}/figures",
        words.day(one.planned_at, newsletter.zone),
        one.line.title,
    )


def _in_short(mailed: tuple[Mailed, ...], words: Words) -> str:
    if not mailed:
        return ""
    latest, earliest = mailed[0], mailed[-1]
    said = words.gettext(
        "The latest issue was for %(people)s; relays accepted %(accepted)s.",
        people=people(latest.report.audience, words),
        accepted=words.number(latest.report.accepted),
    )
    before = len(mailed) - 1
    if not before:
        return said
    earlier = words.ngettext(
        "One issue before, “%(issue)s” was for %(people)s.",
        "%(num)s issues before, “%(issue)s” was for %(people)s.",
        before,
        issue=earliest.line.title,
        people=people(earliest.report.audience, words),
    )
    return f"{said} {earlier}"


def _growth(months: tuple[Joined, ...], complaints: Complaints, words: Words, *, is_complete: bool) -> Sheet:
    counted = partial(count, words=words)
    lines = tuple(
        Line(
            month(one.month, words),
            (
                counted(one.asked),
                counted(one.confirmed),
                counted(one.brought),
                counted(one.left),
                counted(complaints.by_month[one.month]),
            ),
        )
        for one in reversed(months)
    )
    notes = (
        words.gettext(
            "Months begin at midnight UTC. Whoever was brought by an import and then asked to confirm counts in both columns."
        ),
        words.gettext("A complaint names an address. It counts for the last issue that address got in the month before."),
        *(
            (
                words.ngettext(
                    "%(num)s complaint of this instance belongs to no issue that is known still, and is counted nowhere.",
                    "%(num)s complaints of this instance belong to no issue that is known still, and are counted nowhere.",
                    complaints.nowhere,
                ),
            )
            if complaints.nowhere
            else ()
        ),
    )
    return Sheet(
        "list",
        words.gettext("The list, month by month"),
        (
            words.gettext("Month"),
            words.gettext("Asked"),
            words.gettext("Confirmed"),
            words.gettext("Brought"),
            words.gettext("Left"),
            words.gettext("Complaints"),
        ),
        lines if any(one.asked or one.confirmed or one.brought or one.left for one in months) else (),
        empty=words.gettext("Nobody has joined this list or left it in thirteen months."),
        summary=_grown(months[-1], words),
        chart=Chart("bars", (1, 2, 3)),
        notes=notes if is_complete else (words.gettext(UNCOUNTED), *notes),
    )


def _grown(latest: Joined, words: Words) -> str:
    return words.gettext(
        "In %(month)s so far %(confirmed)s confirmed and %(left)s left.",
        month=month(latest.month, words),
        confirmed=words.number(latest.confirmed),
        left=words.number(latest.left),
    )


def _funnel(months: tuple[Joined, ...], words: Words) -> Sheet:
    asked, confirmed = sum(one.asked for one in months), sum(one.confirmed for one in months)
    counted, part = partial(count, words=words), partial(share, words=words)
    lines = (
        Line(
            words.gettext("Asked by a form"),
            (counted(asked), part(asked, asked)),
            about=words.gettext("Somebody typed an address."),
        ),
        Line(
            words.gettext("Confirmed"),
            (counted(confirmed), part(confirmed, asked)),
            about=words.gettext("They pressed the button in the mail."),
        ),
        Line(words.gettext("Did not"), (counted(max(asked - confirmed, 0)), part(max(asked - confirmed, 0), asked))),
    )
    summary = words.gettext(
        "Of %(asked)s who asked, %(confirmed)s confirmed.", asked=words.number(asked), confirmed=words.number(confirmed)
    )
    return Sheet(
        "sign-up",
        words.gettext("From asking to confirming, in twelve months"),
        (words.gettext("Step"), words.gettext("Times"), words.gettext("of those who asked")),
        lines if asked or confirmed else (),
        summary=summary if asked else "",
        empty=words.gettext("Nobody has asked to join by a form in the last twelve months."),
        notes=(words.gettext("Whoever asks twice counts twice; what was asked in one month may be confirmed in the next."),),
    )


def _reasons(found: dict[str, int], words: Words) -> Sheet:
    return reasons_sheet("reasons", words.gettext("Why people left, in twelve months"), found, words)


def reasons_sheet(key: str, title: str, found: dict[str, int], words: Words) -> Sheet:
    """Give the reasons people gave for leaving as a table, the most frequent first."""
    left = sum(found.values())
    said = sorted(found.items(), key=lambda item: (not item[0], -item[1]))
    counted, part = partial(count, words=words), partial(share, words=words)
    return Sheet(
        key,
        title,
        (words.gettext("Reason"), words.gettext("People"), words.gettext("of all who left")),
        tuple(Line(_reason(reason, words), (counted(gone), part(gone, left))) for reason, gone in said),
        summary=words.ngettext(
            "%(num)s person left; %(reasons)s said why.",
            "%(num)s people left; %(reasons)s said why.",
            left,
            reasons=words.number(left - found.get("", 0)),
        )
        if left
        else "",
        empty=words.gettext("Nobody left."),
        total=Line(words.gettext("All who left"), (counted(left), part(left, left))) if len(found) > 1 else None,
    )


def _reason(reason: str, words: Words) -> str:
    return words.gettext(reading.REASONS[reason]) if reason in reading.REASONS else reason


def _complaints(tx: Transaction, newsletter: Newsletter, months: tuple[Joined, ...]) -> Complaints:
    own = {line.letter_id for line in store.issues_of(tx, newsletter.id, MOST_ISSUES)}
    by_month: dict[Month, int] = {}
    nowhere = 0
    # Month by month: what somebody complains of was mailed shortly before.
    for one in months:
        month, zone = one.month, newsletter.zone
        found = blamed.blamed(tx, suppressionbook.complaints(tx, start_of(month, zone), start_of(month.following, zone)))
        by_month[month] = sum(len(moments) for letter, moments in found.by_letter.items() if letter in own)
        nowhere += len(found.nowhere)
    return Complaints(by_month, nowhere)
