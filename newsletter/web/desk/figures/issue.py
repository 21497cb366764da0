"""Figures of one issue: what became of it, who refused it and why, who left after it, and where its people are."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
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
from newsletter.returns import tallies as came_back
from newsletter.returns.model import Kind
from newsletter.staff.permissions import Permission
from newsletter.web import reports
from newsletter.web.desk import frame
from newsletter.web.desk.figures import clicks, files, reading, returned
from newsletter.web.desk.figures.overtime import reasons_sheet
from newsletter.web.desk.figures.reading import Planned
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


@dataclass(frozen=True, slots=True)
class _Mailed:
    """An issue that was mailed, and what its tables are read with."""

    site: Site
    tx: Transaction
    visit: Visit
    issue: Issue
    newsletter: Newsletter
    letter_id: int
    planned_at: datetime
    # The issue before it; None: it is the first.
    before: Planned | None
    # Who leaves later does not leave because of it.
    until: datetime

    @property
    def report(self) -> Report:
        """What became of it."""
        return self.site.reports.report(self.tx, self.issue)

    @property
    def days(self) -> tuple[datetime, ...]:
        """The days on which somebody can have left because of it, each by its beginning."""
        return _days(self.planned_at, min(self.until, self.visit.now), self.newsletter.zone)


def show(site: Site, visit: Visit) -> Response:
    """Show the figures of an issue; where its people are is asked for apart, because it walks all of them."""
    with site.application.database.read() as tx:
        known = around.look(tx, visit.number("issue_id"), visit.now)
        issue = known.issue
        mailed = _mailed(site, tx, issue, known.newsletter, visit)
        sheets = _sheets(mailed) if mailed is not None else ()
        warned = returned.warning(_letter(mailed)) if mailed is not None else None
        readers = people(site.reports.report(tx, issue).audience, visit.words) if sheets else ""
    return around.page(
        site,
        visit,
        "desk/figures/issue.html",
        known,
        tab=Tab.FIGURES,
        readers=readers,
        sheets=sheets,
        warned=warned,
        may_look=around.may(visit, Permission.MANAGE_PEOPLE, known),
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
        # Each table walks rows of its own, and the file holds one.
        mailed = _mailed(site, tx, issue, newsletter, visit) if key in _SHEETS else None
        found = _SHEETS[key](mailed) if mailed is not None else None
    if key == "domains":
        found = _domains_sheet(site, issue, visit.words)
    return files.of((found,) if found is not None else (), key, f"{newsletter.slug}-{issue.number}")


def _issue(tx: Transaction, visit: Visit) -> tuple[Issue, Newsletter]:
    issue = store.load(tx, visit.number("issue_id"))
    return issue, newsletters.by_id(tx, issue.newsletter_id)


def _sheets(mailed: _Mailed) -> tuple[Sheet, ...]:
    found = [make(mailed) for make in _SHEETS.values()]
    return tuple(one for one in found if one is not None)


def _mailed(site: Site, tx: Transaction, issue: Issue, newsletter: Newsletter, visit: Visit) -> _Mailed | None:
    planned_at = mailings.planned_at(tx, issue.letter_id) if issue.letter_id is not None else None
    if issue.letter_id is None or planned_at is None:
        return None
    others = [one for one in reading.planned_of(tx, newsletter) if one.line.id != issue.id]
    before = next((one for one in others if one.at < planned_at), None)
    after = min((one.at for one in others if one.at > planned_at), default=visit.now + timedelta(days=1))
    until = min(after, planned_at + LONGEST_AFTER)
    return _Mailed(site, tx, visit, issue, newsletter, issue.letter_id, planned_at, before, until)


def _outcome(mailed: _Mailed) -> Sheet:
    report, before, words = mailed.report, mailed.before, mailed.visit.words
    former: Mapping[str, int] = {}
    beside: tuple[str, ...] = ()
    if before is not None:
        former = {one.words: one.count for one in reports.lines(mailed.site.reports.report(mailed.tx, before.line))}
        beside = (words.gettext("Beside each number: how it differs from “%(issue)s”.", issue=before.line.title),)
    lines = [
        Line(
            words.gettext(one.words),
            (count(one.count, former.get(one.words), words=words), share(one.count, report.audience, words=words)),
            about=words.gettext(one.meaning),
        )
        for one in reports.lines(report)
    ]
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


def _followed(mailed: _Mailed) -> Sheet | None:
    return clicks.sheet(mailed.tx, mailed.letter_id, mailed.visit.words)


def _refused(mailed: _Mailed, report: Report) -> tuple[Refused, ...]:
    # On PostgreSQL every refused row is looked at where nothing was vacuumed lately: 80 ms for 50,000. As long as the figures
    # stay the same, so do the reasons.
    letter_id = mailed.letter_id
    return mailed.site.refusals.get(letter_id, report, lambda: refusalbook.refused(mailed.tx, letter_id))


def _refusals(mailed: _Mailed) -> Sheet:
    report, words = mailed.report, mailed.visit.words
    by_reason: Counter[str] = Counter()
    codes: dict[str, set[str]] = {}
    for one in _refused(mailed, report):
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


def _left(mailed: _Mailed) -> Sheet:
    tx, words = mailed.tx, mailed.visit.words
    found = departures.reasons_between(tx, readers.list_of(tx, mailed.issue), mailed.planned_at, mailed.until)
    sheet = reasons_sheet("left", words.gettext("Who left after it"), found, words)
    complaints = _complaints(mailed)
    spam = words.ngettext(
        "%(num)s person called it spam, %(share)s of those it was accepted for.",
        "%(num)s people called it spam, %(share)s of those it was accepted for.",
        complaints,
        share=share(complaints, mailed.report.accepted, words=words).text,
    )
    # Reports that came back name the issue, and stand in a table of their own.
    if came_back.of_letter(tx, mailed.letter_id).of(Kind.COMPLAINT):
        said = [words.gettext("How many were reported to have called it spam stands in the table above.")]
        said += [words.gettext("Besides these: %(complaints)s", complaints=spam)] if complaints else []
    else:
        said = [spam if complaints else words.gettext("Nobody called it spam, as far as is known here.")]
    notes = (
        words.gettext("Counted until %(day)s, or until the next issue.", day=words.day(mailed.until, mailed.newsletter.zone)),
        *said,
        words.gettext("A complaint names an address. It counts for the last issue that address got in the month before."),
    )
    return replace(sheet, notes=notes)


def _complaints(mailed: _Mailed) -> int:
    """Count the complaints about an issue of which no report came back: what the staff, a file or another tool said."""
    # Until as late as somebody can mean this issue: who has got the next one since is counted with that.
    until = mailed.planned_at + blamed.LONGEST_AFTER + timedelta(days=1)
    reported = came_back.complained(mailed.tx, mailed.planned_at - blamed.LONGEST_AFTER, until)
    said = [one for one in suppressionbook.complaints(mailed.tx, mailed.planned_at, until) if one.email_hash not in reported]
    return len(blamed.blamed(mailed.tx, said).by_letter.get(mailed.letter_id, ()))


def _days(since: datetime, until: datetime, zone: str) -> tuple[datetime, ...]:
    """Give the days from one moment to another, each by its beginning in *zone*."""
    begins = since.astimezone(ZoneInfo(zone)).date()
    ends = until.astimezone(ZoneInfo(zone)).date()
    count = (ends - begins).days + 1
    return tuple(instant(datetime.combine(begins + timedelta(days=nth), time()), zone) for nth in range(count))


def _left_by_day(mailed: _Mailed) -> Sheet | None:
    """Give the table of days up to the last on which somebody left; one day makes none."""
    tx, words, zone, days = mailed.tx, mailed.visit.words, mailed.newsletter.zone, mailed.days
    bounds = (mailed.planned_at, *days[1:], mailed.until) if days else ()
    gone = departures.between_each(tx, readers.list_of(tx, mailed.issue), bounds)
    last = max((at for at, people in enumerate(gone) if people), default=0)
    if not last:
        return None
    return Sheet(
        "left-by-day",
        words.gettext("When they left"),
        (words.gettext("Day"), words.gettext("People")),
        tuple(
            Line(words.day(days[at], zone), (count(gone[at], words=words),), short=f"{day.day} {words.month(day)}")
            for at, day in reversed(list(enumerate(one.astimezone(ZoneInfo(zone)).date() for one in days[: last + 1])))
        ),
        chart=Chart("bars", (0,)),
        notes=(words.gettext("Days of %(place)s, up to the last on which somebody left.", place=words.city(zone)),),
    )


def _letter(mailed: _Mailed) -> returned.Letter:
    return returned.Letter(mailed.site, mailed.tx, mailed.letter_id, mailed.report, mailed.visit.words)


def _returned(make: Callable[[returned.Letter], Sheet | None], mailed: _Mailed) -> Sheet | None:
    return make(_letter(mailed))


# Each table by its key, in the order of the page; None: there is nothing to tell.
_SHEETS: Mapping[str, Callable[[_Mailed], Sheet | None]] = {
    "outcome": _outcome,
    clicks.KEY: _followed,
    "refused": _refusals,
    **{key: partial(_returned, make) for key, make in returned.SHEETS.items()},
    "left": _left,
    "left-by-day": _left_by_day,
}


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
