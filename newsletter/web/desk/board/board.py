"""The board: for each newsletter what comes next, what stands in its way, and how its issues are doing."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from starlette.responses import Response

from newsletter.errors import TookTooLong
from newsletter.feeds import store as feeds
from newsletter.feeds.model import Feed
from newsletter.issues import alerts, calendar, draft, newsletters, store
from newsletter.issues.model import EDITABLE, IssueState, Month, Newsletter
from newsletter.issues.readers import list_of
from newsletter.issues.schedule import Slot, SlotState
from newsletter.issues.store import IssueLine
from newsletter.languages.catalogue import Words
from newsletter.mail import relaybook
from newsletter.mail.delivery import Report
from newsletter.people import departures
from newsletter.returns import tallies
from newsletter.returns.model import Kind
from newsletter.staff.permissions import Permission, allowed
from newsletter.web import reports
from newsletter.web.desk import frame, mends
from newsletter.web.desk.board import beginning, settling
from newsletter.web.desk.issue import bars, readiness, states
from newsletter.web.desk.issue.bars import Bar
from newsletter.web.desk.issue.readiness import Block, Readiness
from newsletter.web.desk.issue.states import ShownState
from newsletter.web.spelled import moment
from newsletter.web.visits import Site, Visit
from subscribers import audience, register
from subscribers.transaction import Transaction

S = IssueState

# A year of a monthly newsletter, and one more to compare with.
MOST_ISSUES = 13
# How long after an issue whoever leaves is counted with it.
LEAVING = timedelta(days=14)

# Seconds that somebody waits for the number of readers, which comes behind the page.
LONGEST_COUNT = 10.0

# Mailbox providers ask for fewer than one bounce in fifty; of a handful of people one is none.
ONE_IN = 50
FEWEST_TO_JUDGE = 50

# How many alerts stand in front of everything else before they are only counted.
MOST_ALERTS = 5


@dataclass(frozen=True, slots=True)
class Next:
    """What a newsletter's readers get next, and what stands in its way."""

    kicker: str
    # Without a moment the title stands in its place.
    at: datetime | None = None
    title: str = ""
    text: str = ""
    ready: Readiness | None = None
    # What is in the way where there is no issue yet.
    blocks: tuple[Block, ...] = ()
    issue_id: int | None = None
    button: str = ""
    # Of the issue it leads to.
    state: ShownState | None = None
    # False: nothing says yet when its issues go out.
    has_calendar: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """An issue as a row of the table."""

    id: int
    number: int
    title: str
    state: ShownState
    at: datetime | None
    # "409 accepted of 412", and what did not arrive; empty before it was mailed.
    figures: str
    more: str


@dataclass(frozen=True, slots=True)
class Bounced:
    """An issue of which too much bounced."""

    issue_id: int
    text: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A newsletter on the board."""

    newsletter: Newsletter
    list_name: str
    next: Next
    # Months that nobody was there to draft.
    missed: tuple[Month, ...]
    # Feeds that could not be read.
    feeds: tuple[Feed, ...]
    running: tuple[Bar, ...]
    issues: tuple[Row, ...]
    has_older: bool
    # So many of the last issue bounced that somebody should look.
    bounced: Bounced | None = None
    # Its button is the page's first.
    is_first: bool = False
    # What whoever looks may do with it.
    may_edit: bool = False
    may_set: bool = False


def board(site: Site, visit: Visit) -> Response:
    """Show the board."""
    with site.application.database.read() as tx:
        waiting = mends.seen_by(visit.actor, alerts.open_alerts(tx))
        missing = relaybook.missing(tx, site.application.relay)
        seen = [one for one in newsletters.all_newsletters(tx) if allowed(visit.actor, Permission.VIEW, one.id)]
        papers = [_as_seen(visit, _paper(site, tx, one, visit, can_mail=missing is None)) for one in seen]
        begun = beginning.steps(tx, seen, has_relay=missing is None)
    is_beginning = any(not step.is_done for step in begun) and not any(paper.issues for paper in papers)
    return frame.page(
        site,
        visit,
        "desk/board/board.html",
        said=settling.SAID.get(visit.query.get("said", "")),
        alerts=[mends.mended(visit.actor, one) for one in waiting[:MOST_ALERTS]],
        more_alerts=len(waiting[MOST_ALERTS:]),
        newsletters=_with_one_first(papers),
        # That there is none yet is one of the steps.
        no_relay=mends.no_relay(missing, visit.words)
        if papers and missing is not None and (missing.disabled or not is_beginning)
        else "",
        begun=begun if is_beginning else (),
        may_begin=allowed(visit.actor, Permission.MANAGE_NEWSLETTERS),
        is_healthy=site.health(),
    )


def readers(site: Site, visit: Visit) -> Response:
    """Count who is on the list of a newsletter, on a page of its own that the board takes the number from."""
    with site.application.database.read() as tx:
        newsletter = newsletters.by_id(tx, visit.number("newsletter_id"))
        list_name = register.list_by_id(tx, newsletter.list_id).name
    try:
        with site.application.database.read(within=LONGEST_COUNT) as tx:
            count: int | None = audience.count(tx, newsletter.list_id)
    except TookTooLong:
        count = None
    return frame.page(site, visit, "desk/board/readers.html", newsletter=newsletter, list_name=list_name, count=count)


def _with_one_first(papers: list[Paper]) -> tuple[Paper, ...]:
    first = next((paper for paper in papers if paper.next.issue_id is not None), None)
    return tuple(replace(paper, is_first=paper is first) for paper in papers)


def _as_seen(visit: Visit, paper: Paper) -> Paper:
    newsletter_id = paper.newsletter.id
    return replace(
        paper,
        may_edit=allowed(visit.actor, Permission.EDIT, newsletter_id),
        may_set=allowed(visit.actor, Permission.MANAGE_NEWSLETTERS, newsletter_id),
    )


def _paper(site: Site, tx: Transaction, newsletter: Newsletter, visit: Visit, *, can_mail: bool) -> Paper:
    found = store.issues_of(tx, newsletter.id, MOST_ISSUES + 1)
    shown = found[:MOST_ISSUES]
    known = {one.id: site.reports.report(tx, one) for one in shown if one.state not in EDITABLE}
    own_feeds = feeds.feeds_of(tx, newsletter.id)
    last = next((one for one in shown if one.state is S.SENT and one.sent_at is not None), None)
    left = _left(tx, last)
    back = _came_back(tx, shown)
    words = visit.words
    return Paper(
        newsletter=newsletter,
        list_name=register.list_by_id(tx, newsletter.list_id).name,
        next=_next(tx, newsletter, shown, visit, has_feeds=bool(own_feeds)),
        missed=draft.missed_months(tx, newsletter.id),
        feeds=tuple(feed for feed in own_feeds if feed.trouble),
        running=tuple(
            bars.bar(site, words, one, known[one.id], is_named=True, can_mail=can_mail)
            for one in shown
            if one.state is S.SENDING
        ),
        issues=tuple(
            _row(one, known.get(one.id), left if last is not None and one.id == last.id else 0, back.get(one.id, 0), words)
            for one in shown
        ),
        has_older=len(found) > MOST_ISSUES,
        bounced=_bounced(last, known[last.id], back.get(last.id, 0), words) if last is not None else None,
    )


def _came_back(tx: Transaction, shown: tuple[IssueLine, ...]) -> dict[int, int]:
    """Count what did not arrive after a relay had accepted it, by issue."""
    letters = {line.letter_id: line.id for line in shown if line.letter_id is not None}
    return {letters[letter]: found.of(Kind.BOUNCE) for letter, found in tallies.of_letters(tx, letters).items()}


def _row(line: IssueLine, report: Report | None, left: int, back: int, words: Words) -> Row:
    return Row(
        id=line.id,
        number=line.number,
        title=line.title,
        state=states.shown(line.state, is_paused=line.is_paused),
        at=line.sent_at or line.send_at,
        figures=reports.in_a_row(report, words) if report is not None else "",
        more=_not_arrived(report, left, back, words) if report is not None else "",
    )


def _left(tx: Transaction, last: IssueLine | None) -> int:
    if last is None or last.sent_at is None:
        return 0
    return departures.count(tx, list_of(tx, last), last.sent_at, last.sent_at + LEAVING)


def _bounced(line: IssueLine, report: Report, back: int, words: Words) -> Bounced | None:
    lost = report.refused + back
    if report.audience < FEWEST_TO_JUDGE or lost * ONE_IN < report.audience:
        return None
    text = words.gettext(
        "%(share)s %% of %(issue)s bounced, %(refused)s of %(audience)s. Mailbox providers mind that.",
        share=f"{100 * lost / report.audience:.1f}",
        issue=line.title,
        refused=words.number(lost),
        audience=words.number(report.audience),
    )
    return Bounced(line.id, text)


def _not_arrived(report: Report, left: int, back: int, words: Words) -> str:
    """Say what became of the others, and who left after it."""
    parts = []
    if report.refused:
        parts.append(words.ngettext("%(num)s refused", "%(num)s refused", report.refused))
    if back:
        parts.append(words.ngettext("%(num)s came back", "%(num)s came back", back))
    if report.uncertain:
        parts.append(reports.uncertain(report.uncertain, words))
    if left:
        parts.append(words.ngettext("%(num)s unsubscribed", "%(num)s unsubscribed", left))
    return words.beside(parts)


def _next(tx: Transaction, newsletter: Newsletter, shown: tuple[IssueLine, ...], visit: Visit, *, has_feeds: bool) -> Next:
    held = [line for line in shown if line.state is S.HELD]
    if held:
        return _held(tx, held[-1], visit)
    timed = sorted((line for line in shown if line.state in EDITABLE and line.send_at), key=_time)
    if timed:
        return _timed(tx, timed[0], visit)
    begun = [line for line in shown if line.state in EDITABLE]
    if begun:
        return _untimed(tx, begun[0], visit)
    coming = calendar.upcoming(tx, newsletter.id, visit.now, count=1)
    if coming:
        return _coming(coming[0], newsletter, visit.words, has_feeds=has_feeds)
    words = visit.words
    return Next(
        words.gettext("Next issue"),
        title=words.gettext("No calendar yet"),
        text=words.gettext("A calendar says when issues go out."),
        has_calendar=False,
    )


def _time(line: IssueLine) -> datetime:
    assert line.send_at is not None
    return line.send_at


def _held(tx: Transaction, line: IssueLine, visit: Visit) -> Next:
    words = visit.words
    return Next(
        words.gettext("Held"),
        title=words.gettext("“%(issue)s” waits for a decision", issue=line.title),
        text=words.gettext("Its time came and nobody had approved it. It was not sent."),
        ready=readiness.of_issue(tx, store.load(tx, line.id), visit),
        state=states.shown(line.state, is_paused=False),
        issue_id=line.id,
        button=words.gettext("Open the issue"),
    )


def _timed(tx: Transaction, line: IssueLine, visit: Visit) -> Next:
    words, articles = visit.words, _articles(line.articles, visit.words)
    is_ready = line.state in {S.APPROVED, S.SCHEDULED}
    approved = words.gettext("“%(issue)s”, %(articles)s, approved", issue=line.title, articles=articles)
    return Next(
        words.gettext("Next issue goes out") if is_ready else words.gettext("Next issue is due"),
        at=line.send_at,
        text=approved if is_ready else words.gettext("“%(issue)s”, %(articles)s", issue=line.title, articles=articles),
        ready=readiness.of_issue(tx, store.load(tx, line.id), visit),
        state=states.shown(line.state, is_paused=False),
        issue_id=line.id,
        button=words.gettext("Open the issue") if is_ready else words.gettext("Open the draft"),
    )


def _untimed(tx: Transaction, line: IssueLine, visit: Visit) -> Next:
    words = visit.words
    is_ready = line.state is S.APPROVED
    return Next(
        words.gettext("Approved, and without a time") if is_ready else words.gettext("A draft without a time"),
        title=words.gettext("“%(issue)s”, %(articles)s", issue=line.title, articles=_articles(line.articles, words)),
        ready=readiness.of_issue(tx, store.load(tx, line.id), visit),
        state=states.shown(line.state, is_paused=False),
        issue_id=line.id,
        button=words.gettext("Open the issue") if is_ready else words.gettext("Open the draft"),
    )


def _coming(slot: Slot, newsletter: Newsletter, words: Words, *, has_feeds: bool) -> Next:
    text = words.gettext("Its draft is being made now.")
    if slot.state is not SlotState.DRAFTING:
        text = words.gettext("Its draft is made %(moment)s.", moment=moment(slot.draft_at, newsletter.zone, words))
    blocks = (Block(slot.note.capitalize()),) if slot.note else ()
    if not has_feeds:
        blocks = (*blocks, Block(words.gettext("No feed to draft it from"), "/desk/settings/feeds"))
    return Next(words.gettext("Next issue goes out"), at=slot.send_at, text=text, blocks=blocks)


def _articles(count: int, words: Words) -> str:
    return words.ngettext("%(num)s article", "%(num)s articles", count)
