"""One issue at the desk: how it stands, what is in it, what it will look like, and what can be done."""

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from starlette.responses import Response

from newsletter import inspection
from newsletter.errors import BadValue, RenderFailed, TookTooLong
from newsletter.issues import alerts, newsletters, store
from newsletter.issues.model import EDITABLE, Issue, IssueState, Month, Newsletter
from newsletter.mail import audiences, dispatch, relaybook
from newsletter.mail.delivery import Report
from newsletter.review import gathering, preflight
from newsletter.review import store as approvals
from newsletter.review.facts import Facts, Reach
from newsletter.staff.permissions import Actor, Permission, allowed
from newsletter.web import reports
from newsletter.web.desk import frame
from newsletter.web.desk.composing import compose
from newsletter.web.desk.issue import audience, bars, states, steps
from newsletter.web.desk.issue.bars import Bar
from newsletter.web.spelled import people
from newsletter.web.visits import Site, Visit
from subscribers.transaction import Transaction

S = IssueState

# Approved: what would be sent is frozen, and nothing is checked anew.
_TO_BE_CHECKED = frozenset({S.DRAFT, S.IN_REVIEW, S.HELD})
_TO_BE_TIMED = frozenset({S.APPROVED, S.SCHEDULED})

# Seconds. A million people by a simple rule take one or two; nobody waits longer for a page that a number is missing on.
LONGEST_COUNT = 10.0


@dataclass(frozen=True, slots=True)
class Desked:
    """An issue with what the page around it says."""

    issue: Issue
    newsletter: Newsletter
    # The list, and its topics and segments where the issue is not for everybody.
    list_name: str
    # How many would get it now, or, once it was sent, were to get it; None: nobody has counted them.
    readers: int | None
    # Figures of its mailing; None before there is one.
    report: Report | None
    # There is a relay that takes mail.
    can_mail: bool
    # Why nobody can tell whom it goes to; empty when everybody can.
    trouble: str = ""
    # Why they are not counted although it is known who they are; empty when they are, or nobody asked.
    uncounted: str = ""

    @property
    def how_many(self) -> str:
        """How many get it: `nobody`, `412 people`."""
        return "an unknown number of people" if self.readers is None else people(self.readers)


@dataclass(frozen=True, slots=True)
class Remark:
    """A finding as the page shows it."""

    text: str
    is_blocking: bool
    # The command that mends it; empty where there is none.
    hint: str


@dataclass(frozen=True, slots=True)
class Check:
    """What the preflight found."""

    findings: tuple[Remark, ...] = ()
    # Why it could not be composed at all.
    trouble: str = ""

    @property
    def is_blocked(self) -> bool:
        """Whether something must be mended, or overridden with a reason."""
        return bool(self.trouble) or any(finding.is_blocking for finding in self.findings)

    @property
    def can_be_set_aside(self) -> bool:
        """Whether a reason is enough to let it pass."""
        return self.is_blocked and not self.trouble


def load(site: Site, tx: Transaction, issue_id: int) -> Desked:
    """Read what the pages of an issue show, but for the number of its readers before it is sent (`counted`)."""
    issue = store.load(tx, issue_id)
    report = None if issue.state in EDITABLE else site.reports.report(tx, issue)
    return Desked(
        issue=issue,
        newsletter=newsletters.by_id(tx, issue.newsletter_id),
        list_name=audiences.whom(tx, issue),
        readers=report.audience if report is not None else None,
        report=report,
        can_mail=relaybook.missing(tx, site.application.relay) is None,
    )


def counted(site: Site, desked: Desked) -> Desked:
    """Count who would get an issue now, if it was not sent, for as long as a page can wait.

    A transaction of its own: PostgreSQL ends the one in which it stops a question.
    """
    if desked.report is not None:
        return desked
    try:
        with site.application.database.read(within=LONGEST_COUNT) as tx:
            return replace(desked, readers=audiences.count(tx, desked.issue, site.application.clock()))
    except BadValue as error:
        # A segment of it speaks of what is gone. The page is there to say so.
        return replace(desked, trouble=str(error))
    except TookTooLong:
        told = (
            f"Its readers could not be counted within {LONGEST_COUNT:g} seconds. It goes to all of them all the same; "
            f"“newsletter issues audience {desked.issue.id}” counts for as long as it takes."
        )
        return replace(desked, uncounted=told)


def show(site: Site, visit: Visit) -> Response:
    """Show an issue."""
    with site.application.database.read() as tx:
        desked = load(site, tx, visit.number("issue_id"))
        issue, report = desked.issue, desked.report
        waiting = [alert for alert in alerts.open_alerts(tx) if alert.issue_id == issue.id]
        approval = approvals.standing(tx, issue)
    desked = counted(site, desked)
    # Composed after the transaction: a read that stays open for a render keeps SQLite's log from shrinking.
    check = _check(site, desked) if issue.state in _TO_BE_CHECKED or desked.trouble else None
    is_blocked = check is not None and check.is_blocked
    return frame.page(
        site,
        visit,
        "desk/issue/overview.html",
        alerts=waiting,
        said=steps.SAID.get(visit.query.get("said", "")),
        issue=issue,
        is_open=issue.state in EDITABLE,
        state=states.shown(issue.state, is_paused=issue.is_paused),
        standing=states.standing(issue, desked.how_many),
        month=_month_beside_title(issue),
        newsletter=desked.newsletter,
        list_name=desked.list_name,
        readers=desked.how_many,
        uncounted=desked.uncounted,
        approval=approval,
        steps=steps.steps(issue, desked.newsletter, desked.how_many, visit.actor, is_blocked=is_blocked),
        bar=_bar(site, desked) if issue.state is S.SENDING else None,
        figures=reports.lines(report) if report is not None and report.audience else (),
        check=check,
        can_override=check is not None
        and check.can_be_set_aside
        and allowed(visit.actor, Permission.APPROVE, issue.newsletter_id),
        choice=audience.choice(site.application, issue, visit.actor),
        suggestion=_suggestion(desked, visit) if _can_time(issue, visit.actor) else "",
    )


def _bar(site: Site, desked: Desked) -> Bar:
    return bars.bar(site, desked.issue, desked.report or dispatch.NOBODY, is_named=False, can_mail=desked.can_mail)


def progress(site: Site, visit: Visit) -> Response:
    """Give the bar and the figures alone, for the page that refreshes them."""
    with site.application.database.read() as tx:
        desked = load(site, tx, visit.number("issue_id"))
    figures = reports.lines(desked.report or dispatch.NOBODY)
    return site.pages.page("desk/issue/progress.html", bar=_bar(site, desked), figures=figures)


def _check(site: Site, desked: Desked) -> Check:
    if desked.trouble:
        return Check(trouble=desked.trouble)
    try:
        composition = compose(site, desked.issue, desked.newsletter)
    except RenderFailed as error:
        return Check(trouble=str(error))
    with site.application.database.read() as tx:
        before = inspection.audience_before(tx, desked.issue)
        reach = None if desked.readers is None else Reach(desked.readers, before)
        known = Facts(now=site.application.clock(), reach=reach, support=site.application.support)
        facts = gathering.gather(tx, desked.issue, desked.newsletter, composition, known)
    findings = preflight.check(desked.issue, desked.newsletter, composition, site.application.links, facts)
    return Check(tuple(Remark(f"{one.text} {one.mend.words}", one.is_blocking, one.mend.command) for one in findings))


def _month_beside_title(issue: Issue) -> str:
    """Name the month an issue covers where its title does not."""
    month = Month.parse(issue.month).words if issue.month else ""
    return "" if month == issue.title else month


def _can_time(issue: Issue, actor: Actor) -> bool:
    return issue.state in _TO_BE_TIMED and allowed(actor, Permission.SEND, issue.newsletter_id)


def _suggestion(desked: Desked, visit: Visit) -> str:
    """Give the time a form begins with, as a local wall time."""
    at = desked.issue.send_at or visit.now
    return at.astimezone(ZoneInfo(desked.newsletter.zone)).strftime("%Y-%m-%dT%H:%M")
