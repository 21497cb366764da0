"""Figures of one issue: what became of it, who refused it and why, who left after it, and where its people are."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from starlette.responses import Response

from newsletter.errors import TookTooLong
from newsletter.issues import newsletters, readers, store
from newsletter.issues.model import Issue, Newsletter
from newsletter.mail import mailings, refusalbook
from newsletter.mail.delivery import Report
from newsletter.mail.refusalbook import DomainFigures, Refused
from newsletter.people import departures
from newsletter.web import reports
from newsletter.web.desk import frame
from newsletter.web.desk.figures import files, reading
from newsletter.web.desk.figures.overtime import reasons_sheet
from newsletter.web.desk.figures.reading import Mailed
from newsletter.web.desk.figures.sheet import Line, Sheet, count, share
from newsletter.web.desk.issue import around
from newsletter.web.desk.issue.around import Tab
from newsletter.web.spelled import day, number, people
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
    "5.1.1": "No such mailbox",
    "5.1.2": "No such host",
    "5.1.3": "The address is written wrongly",
    "5.1.6": "The mailbox moved",
    "5.1.10": "The domain takes no mail",
    "5.2.1": "The mailbox is closed",
    "5.2.2": "The mailbox is full",
    "5.2.3": "The message is too long for this mailbox",
    "5.3.4": "The message is too large",
    "5.4.7": "Not delivered in time",
    "5.7.1": "Not allowed by the receiver",
    "5.7.26": "Nothing proves who it is from",
}
_CLASSES: Mapping[str, str] = {
    "5.1": "Something about the address",
    "5.2": "Something about the mailbox",
    "5.3": "Something about the receiver’s system",
    "5.4": "Something about the way there",
    "5.5": "A misunderstanding between servers",
    "5.6": "Something about the contents",
    "5.7": "Refused by a rule of the receiver",
}
OTHERWISE = "Refused without a reason that is known"


def show(site: Site, visit: Visit) -> Response:
    """Show the figures of an issue; where its people are is asked for apart, because it walks all of them."""
    with site.application.database.read() as tx:
        known = around.look(tx, visit.number("issue_id"), visit.now)
        issue = known.issue
        sheets = _sheets(site, tx, issue, known.newsletter, visit.now)
        readers = people(site.reports.report(tx, issue).audience) if sheets else ""
    return around.page(
        site,
        visit,
        "desk/figures/issue.html",
        known,
        tab=Tab.FIGURES,
        readers=readers,
        sheets=sheets,
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
        sheet=_domains_sheet(site, issue),
        file=f"/desk/issues/{issue.id}/figures/{{key}}.csv",
    )


def csv(site: Site, visit: Visit) -> Response:
    """Give one table of an issue as a file."""
    key = str(visit.path["key"])
    with site.application.database.read() as tx:
        issue, newsletter = _issue(tx, visit)
        sheets = _sheets(site, tx, issue, newsletter, visit.now)
    if key == "domains":
        sheets = (_domains_sheet(site, issue),)
    return files.of(sheets, key, f"{newsletter.slug}-{issue.number}")


def _issue(tx: Transaction, visit: Visit) -> tuple[Issue, Newsletter]:
    issue = store.load(tx, visit.number("issue_id"))
    return issue, newsletters.by_id(tx, issue.newsletter_id)


def _sheets(site: Site, tx: Transaction, issue: Issue, newsletter: Newsletter, now: datetime) -> tuple[Sheet, ...]:
    planned_at = mailings.planned_at(tx, issue.letter_id) if issue.letter_id is not None else None
    if planned_at is None:
        return ()
    mailed = reading.issues_of(site, tx, newsletter)
    others = [one for one in mailed if one.line.id != issue.id]
    before = next((one for one in others if one.planned_at < planned_at), None)
    after = min((one.planned_at for one in others if one.planned_at > planned_at), default=now + timedelta(days=1))
    until = min(after, planned_at + LONGEST_AFTER)
    assert issue.letter_id is not None
    left = departures.reasons_between(tx, readers.list_of(tx, issue), planned_at, until)
    complaints = len(suppressionbook.complaints(tx, planned_at, until))
    report = site.reports.report(tx, issue)
    return (
        _outcome(report, before),
        _refusals(refusalbook.refused(tx, issue.letter_id), report),
        _left(left, complaints, day(until, newsletter.zone)),
    )


def _outcome(report: Report, before: Mailed | None) -> Sheet:
    former = {one.words: one.count for one in reports.lines(before.report)} if before is not None else {}
    lines = [
        Line(one.words, (count(one.count, former.get(one.words)), share(one.count, report.audience)), about=one.meaning)
        for one in reports.lines(report)
    ]
    waits = f", and {number(reports.waiting(report))} wait" if reports.waiting(report) else ""
    return Sheet(
        "outcome",
        "What became of it",
        ("People", "Number", "of the audience"),
        tuple(lines[:-1]),
        summary=f"Relays accepted {number(report.accepted)} of {number(report.audience)}{waits}.",
        total=lines[-1],
        notes=(f"Beside each number: how it differs from “{before.line.title}”.",) if before is not None else (),
    )


def _refusals(refused: tuple[Refused, ...], report: Report) -> Sheet:
    by_words: Counter[str] = Counter()
    codes: dict[str, set[str]] = {}
    for one in refused:
        words = words_of(one)
        by_words[words] += one.people
        codes.setdefault(words, set()).add(one.enhanced or str(one.code or "no answer"))
    total = sum(by_words.values())
    return Sheet(
        "refused",
        "Why it was refused",
        ("Reason", "People", "of the audience"),
        tuple(
            Line(words, (count(gone), share(gone, report.audience)), about=", ".join(sorted(codes[words])))
            for words, gone in by_words.most_common()
        ),
        summary=f"{number(total)} of {number(report.audience)} were refused for good." if total else "",
        empty="Nobody was refused.",
        total=Line("All who were refused", (count(total), share(total, report.audience))) if len(by_words) > 1 else None,
    )


def words_of(refused: Refused) -> str:
    """Say why somebody was refused."""
    known = _WORDS.get(refused.enhanced) or _CLASSES.get(refused.enhanced[:3])
    return known or OTHERWISE


def _left(found: dict[str, int], complaints: int, until: str) -> Sheet:
    sheet = reasons_sheet("left", "Who left after it", found)
    told = "1 complaint" if complaints == 1 else f"{number(complaints)} complaints"
    note = f"Counted until {until}, or until the next issue. On the whole instance there came {told} in this time."
    return Sheet(
        sheet.key, sheet.title, sheet.columns, sheet.lines, sheet.summary, empty=sheet.empty, total=sheet.total, notes=(note,)
    )


def _domain_line(one: DomainFigures) -> Line:
    cells = (count(one.people), count(one.accepted), count(one.refused), share(one.refused, one.people))
    return Line(one.name or "not known any more", cells)


def _domains(site: Site, issue: Issue) -> tuple[DomainFigures, ...]:
    if issue.letter_id is None:
        return ()
    with site.application.database.read(within=LONGEST_COUNT) as tx:
        return refusalbook.domains(tx, issue.letter_id, MOST_DOMAINS)


def _domains_sheet(site: Site, issue: Issue) -> Sheet:
    columns = ("Domain", "People", "Accepted", "Refused", "of its people")
    try:
        found = site.reports.domains(issue, lambda: _domains(site, issue))
    except TookTooLong:
        told = f"Its people could not be counted by domain within {LONGEST_COUNT:g} seconds. Try again when less is mailed."
        return Sheet("domains", "Where they are", columns, (), empty=told)
    lines = tuple(
        Line(
            one.name or "not known any more",
            (count(one.people), count(one.accepted), count(one.refused), share(one.refused, one.people)),
        )
        for one in found
    )
    largest = f"Most of its people are at {found[0].name}: {number(found[0].people)}." if found and found[0].name else ""
    notes = (f"The {MOST_DOMAINS} largest domains.",) if len(found) == MOST_DOMAINS else ()
    return Sheet("domains", "Where they are", columns, lines, summary=largest, empty="Nobody.", notes=notes)
