"""Figures of one issue: what became of it, who refused it and why, who left after it, and where its people are."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from starlette.responses import Response

from newsletter.errors import TookTooLong
from newsletter.issues import newsletters, readers, store
from newsletter.issues.model import Issue, Newsletter
from newsletter.issues.recurrence import instant
from newsletter.languages.catalogue import Words, later
from newsletter.mail import blamed, mailings, refusalbook
from newsletter.mail.delivery import Report
from newsletter.mail.refusalbook import DomainFigures, Refused
from newsletter.people import departures
from newsletter.staff.permissions import Permission
from newsletter.web import reports
from newsletter.web.desk import frame
from newsletter.web.desk.figures import clicks, files, reading
from newsletter.web.desk.figures.overtime import reasons_sheet
from newsletter.web.desk.figures.reading import Mailed
from newsletter.web.desk.figures.sheet import Chart, Line, Sheet, count, share
from newsletter.web.desk.issue import around
from newsletter.web.desk.issue.around import Tab
from newsletter.web.spelled import people
from newsletter.web.visits import Site, Visit
from subscribers import suppressionbook
from subscribers.transaction import Transaction

# Who leaves later does not leave because of this issue.
LONGEST_AFTER = timedelta(days=31)

# A million people take one or two seconds; nobody waits longer for a table.
LONGEST_COUNT = 10.0
MOST_DOMAINS = 20

# RFC 3463, as an editor would say it; what is not among them is told by its class.
_WORDS: Mapping[str, str] = {
    "5.1.1": later("No such mailbox"),
    "5.1.2": later("No such host"),
    "5.1.3": later("The address is written wrongly"),
    "5.1.6": later("The mailbox moved"),
    "5.1.10": later("The domain takes no mail"),
    "5.2.1": later("The mailbox is closed"),
    "5.2.2": later("The mailbox is full"),
    "5.2.3": later("The message is too long for this mailbox"),
    "5.3.4": later("The message is too large"),
    "5.4.7": later("Not delivered in time"),
    "5.7.1": later("Not allowed by the receiver"),
    "5.7.26": later("Nothing proves who it is from"),
}
_CLASSES: Mapping[str, str] = {
    "5.1": later("Something about the address"),
    "5.2": later("Something about the mailbox"),
    "5.3": later("Something about the receiver’s system"),
    "5.4": later("Something about the way there"),
    "5.5": later("A misunderstanding between servers"),
    "5.6": later("Something about the contents"),
    "5.7": later("Refused by a rule of the receiver"),
}
OTHERWISE = later("Refused without a reason that is known")


def show(site: Site, visit: Visit) -> Response:
    """Show the figures of an issue; where its people are is asked for apart, because it walks all of them."""
    with site.application.database.read() as tx:
        known = around.look(tx, visit.number("issue_id"), visit.now)
        issue = known.issue
        sheets = _sheets(site, tx, issue, known.newsletter, visit)
        readers = people(site.reports.report(tx, issue).audience, visit.words) if sheets else ""
    return around.page(
        site,
        visit,
        "desk/figures/issue.html",
        known,
        tab=Tab.FIGURES,
        readers=readers,
        sheets=sheets,
        # Who followed links is seen by those who look after people.
        people_of=clicks.KEY if around.may(visit, Permission.MANAGE_PEOPLE, known) else "",
        file=f"/desk/issues/{issue.id}/figures/{{key}}.csv",
    )


def domains(site: Site, visit: Visit) -> Response:
    """Show where the people of an issue are."""
    with site.application.database.read() as tx:
        issue, newsletter = _issue(tx, visit)
    return frame.page(
        site,
        visit,
        "desk/figures/domains.html",
        here=frame.Area.FIGURES,
        issue=issue,
        newsletter=newsletter,
        sheet=_domains_sheet(site, issue, visit.words),
        file=f"/desk/issues/{issue.id}/figures/{{key}}.csv",
    )


def csv(site: Site, visit: Visit) -> Response:
    """Give one table of an issue as a file."""
    key = str(visit.path["key"])
    with site.application.database.read() as tx:
        issue, newsletter = _issue(tx, visit)
        sheets = _sheets(site, tx, issue, newsletter, visit)
    if key == "domains":
        sheets = (_domains_sheet(site, issue, visit.words),)
    return files.of(sheets, key, f"{newsletter.slug}-{issue.number}")


def _issue(tx: Transaction, visit: Visit) -> tuple[Issue, Newsletter]:
    issue = store.load(tx, visit.number("issue_id"))
    return issue, newsletters.by_id(tx, issue.newsletter_id)


def _sheets(site: Site, tx: Transaction, issue: Issue, newsletter: Newsletter, visit: Visit) -> tuple[Sheet, ...]:
    planned_at = mailings.planned_at(tx, issue.letter_id) if issue.letter_id is not None else None
    if planned_at is None:
        return ()
    mailed = reading.issues_of(site, tx, newsletter)
    others = [one for one in mailed if one.line.id != issue.id]
    before = next((one for one in others if one.planned_at < planned_at), None)
    after = min((one.planned_at for one in others if one.planned_at > planned_at), default=visit.now + timedelta(days=1))
    until = min(after, planned_at + LONGEST_AFTER)
    assert issue.letter_id is not None
    list_id = readers.list_of(tx, issue)
    left = departures.reasons_between(tx, list_id, planned_at, until)
    days = _days(planned_at, min(until, visit.now), newsletter.zone)
    gone = departures.between_each(tx, list_id, (planned_at, *days[1:], until) if days else ())
    # Until as late as somebody can mean this issue: who has got the next one since is counted with that.
    said = suppressionbook.complaints(tx, planned_at, planned_at + blamed.LONGEST_AFTER + timedelta(days=1))
    complaints = len(blamed.blamed(tx, said).by_letter.get(issue.letter_id, ()))
    report, words = site.reports.report(tx, issue), visit.words
    followed = clicks.sheet(tx, issue.letter_id, words)
    return (
        _outcome(report, before, words),
        *((followed,) if followed is not None else ()),
        _refusals(_refused(site, tx, issue.letter_id, report), report, words),
        _left(left, complaints, words.day(until, newsletter.zone), report, words),
        *_left_by_day(days, gone, newsletter.zone, words),
    )


def _refused(site: Site, tx: Transaction, letter_id: int, report: Report) -> tuple[Refused, ...]:
    # On PostgreSQL every refused row is looked at where nothing was vacuumed lately: 80 ms for 50,000. As long as the figures
    # stay the same, so do the reasons.
    return site.refusals.get(letter_id, report, lambda: refusalbook.refused(tx, letter_id))


def _outcome(report: Report, before: Mailed | None, words: Words) -> Sheet:
    former = {one.words: one.count for one in reports.lines(before.report)} if before is not None else {}
    lines = [
        Line(
            words.gettext(one.words),
            (count(one.count, former.get(one.words), words=words), share(one.count, report.audience, words=words)),
            about=words.gettext(one.meaning),
        )
        for one in reports.lines(report)
    ]
    beside: tuple[str, ...] = ()
    if before is not None:
        beside = (words.gettext("Beside each number: how it differs from “%(issue)s”.", issue=before.line.title),)
    return Sheet(
        "outcome",
        words.gettext("What became of it"),
        (words.gettext("People"), words.gettext("Number"), words.gettext("of the audience")),
        tuple(lines[:-1]),
        summary=_came_of_it(report, words),
        total=lines[-1],
        notes=beside,
    )


def _came_of_it(report: Report, words: Words) -> str:
    accepted, audience = words.number(report.accepted), words.number(report.audience)
    if not reports.waiting(report):
        return words.gettext("Relays accepted %(accepted)s of %(audience)s.", accepted=accepted, audience=audience)
    return words.ngettext(
        "Relays accepted %(accepted)s of %(audience)s, and %(num)s wait.",
        "Relays accepted %(accepted)s of %(audience)s, and %(num)s wait.",
        reports.waiting(report),
        accepted=accepted,
        audience=audience,
    )


def _refusals(refused: tuple[Refused, ...], report: Report, words: Words) -> Sheet:
    by_reason: Counter[str] = Counter()
    codes: dict[str, set[str]] = {}
    for one in refused:
        reason = words.gettext(words_of(one))
        by_reason[reason] += one.people
        codes.setdefault(reason, set()).add(one.enhanced or str(one.code or words.gettext("no answer")))
    total = sum(by_reason.values())
    counted, part = partial(count, words=words), partial(share, words=words)
    summary = words.ngettext(
        "%(num)s of %(audience)s were refused for good.",
        "%(num)s of %(audience)s were refused for good.",
        total,
        audience=words.number(report.audience),
    )
    everybody = Line(words.gettext("All who were refused"), (counted(total), part(total, report.audience)))
    return Sheet(
        "refused",
        words.gettext("Why it was refused"),
        (words.gettext("Reason"), words.gettext("People"), words.gettext("of the audience")),
        tuple(
            Line(reason, (counted(gone), part(gone, report.audience)), about=words.beside(sorted(codes[reason])))
            for reason, gone in by_reason.most_common()
        ),
        summary=summary if total else "",
        empty=words.gettext("Nobody was refused."),
        total=everybody if len(by_reason) > 1 else None,
    )


def words_of(refused: Refused) -> str:
    """Say why somebody was refused, in a text of the catalogue."""
    known = _WORDS.get(refused.enhanced) or _CLASSES.get(refused.enhanced[:3])
    return known or OTHERWISE


def _left(found: dict[str, int], complaints: int, until: str, report: Report, words: Words) -> Sheet:
    sheet = reasons_sheet("left", words.gettext("Who left after it"), found, words)
    spam = words.ngettext(
        "%(num)s person called it spam, %(share)s of those it was accepted for.",
        "%(num)s people called it spam, %(share)s of those it was accepted for.",
        complaints,
        share=share(complaints, report.accepted, words=words).text,
    )
    notes = (
        words.gettext("Counted until %(day)s, or until the next issue.", day=until),
        spam if complaints else words.gettext("Nobody called it spam, as far as is known here."),
        words.gettext("A complaint names an address. It counts for the last issue that address got in the month before."),
    )
    return replace(sheet, notes=notes)


def _days(since: datetime, until: datetime, zone: str) -> tuple[datetime, ...]:
    """Give the days from one moment to another, each by its beginning in *zone*."""
    begins = since.astimezone(ZoneInfo(zone)).date()
    ends = until.astimezone(ZoneInfo(zone)).date()
    count = (ends - begins).days + 1
    return tuple(instant(datetime.combine(begins + timedelta(days=nth), time()), zone) for nth in range(count))


def _left_by_day(days: tuple[datetime, ...], gone: tuple[int, ...], zone: str, words: Words) -> tuple[Sheet, ...]:
    """Give the table of days up to the last on which somebody left; one day makes none."""
    last = max((at for at, people in enumerate(gone) if people), default=0)
    if not last:
        return ()
    return (
        Sheet(
            "left-by-day",
            words.gettext("When they left"),
            (words.gettext("Day"), words.gettext("People")),
            tuple(
                Line(words.day(days[at], zone), (count(gone[at], words=words),), short=f"{day.day} {words.month(day)}")
                for at, day in reversed(list(enumerate(one.astimezone(ZoneInfo(zone)).date() for one in days[: last + 1])))
            ),
            chart=Chart("bars", (0,)),
            notes=(words.gettext("Days of %(place)s, up to the last on which somebody left.", place=words.city(zone)),),
        ),
    )


def _domains(site: Site, issue: Issue) -> tuple[DomainFigures, ...]:
    if issue.letter_id is None:
        return ()
    with site.application.database.read(within=LONGEST_COUNT) as tx:
        return refusalbook.domains(tx, issue.letter_id, MOST_DOMAINS)


def _domains_sheet(site: Site, issue: Issue, words: Words) -> Sheet:
    nowhere = Sheet(
        "domains",
        words.gettext("Where they are"),
        (
            words.gettext("Domain"),
            words.gettext("People"),
            words.gettext("Accepted"),
            words.gettext("Refused"),
            words.gettext("of its people"),
        ),
        (),
        empty=words.gettext("Nobody."),
    )
    try:
        found = site.reports.domains(issue, lambda: _domains(site, issue))
    except TookTooLong:
        told = words.gettext(
            "Its people could not be counted by domain within %(seconds)s seconds. Try again when less is mailed.",
            seconds=f"{LONGEST_COUNT:g}",
        )
        return replace(nowhere, empty=told)
    return replace(
        nowhere,
        lines=tuple(_domain_line(one, words) for one in found),
        chart=Chart("across", (1, 2)) if len(found) > 1 else None,
        summary=_largest(found, words),
        notes=(words.gettext("The %(count)s largest domains.", count=MOST_DOMAINS),) if len(found) == MOST_DOMAINS else (),
    )


def _domain_line(one: DomainFigures, words: Words) -> Line:
    counted = partial(count, words=words)
    cells = (counted(one.people), counted(one.accepted), counted(one.refused), share(one.refused, one.people, words=words))
    return Line(one.name or words.gettext("not known any more"), cells)


def _largest(found: tuple[DomainFigures, ...], words: Words) -> str:
    if not found or not found[0].name:
        return ""
    return words.gettext(
        "Most of its people are at %(domain)s: %(people)s.", domain=found[0].name, people=words.number(found[0].people)
    )
