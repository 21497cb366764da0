"""The bar of a mailing that is under way."""

from dataclasses import dataclass

from newsletter.issues.model import Issue, IssueState
from newsletter.issues.store import IssueLine
from newsletter.mail.delivery import Report
from newsletter.web.reports import in_words, settled
from newsletter.web.spelled import number
from newsletter.web.visits import Site

# Of what is told aloud, in percent.
STEP = 10


@dataclass(frozen=True, slots=True)
class Bar:
    """How far a mailing is."""

    issue_id: int
    title: str
    audience: int
    settled: int
    # "287 accepted of 415, 126 waiting, 2 refused"
    figures: str
    # "36 a second, about 4 minutes left", or why it rests.
    pace: str
    # Nothing of it changes any more; the page around it has news.
    is_over: bool
    # Whether the bar says which issue it belongs to.
    is_named: bool
    # For whoever hears the page; another one at milestones only, so that nobody is talked to all the time.
    told: str


def bar(site: Site, issue: Issue | IssueLine, report: Report, *, is_named: bool, can_mail: bool) -> Bar:
    """Give the bar of an issue that is being sent, or was a moment ago; *can_mail*: there is a relay that takes it."""
    return Bar(
        issue_id=issue.id,
        title=issue.title,
        audience=report.audience,
        settled=settled(report),
        figures=in_words(report),
        pace=_pace(site, issue, report, can_mail=can_mail),
        is_over=issue.state is not IssueState.SENDING,
        is_named=is_named,
        told=_told(issue, report),
    )


def _pace(site: Site, issue: Issue | IssueLine, report: Report, *, can_mail: bool) -> str:
    if issue.is_paused:
        return "Paused"
    if not can_mail:
        return "Waits for a mail server"
    return site.speed.words(issue.id, report)


def _told(issue: Issue | IssueLine, report: Report) -> str:
    if issue.state is not IssueState.SENDING:
        return f"{issue.title} is {issue.state.words}: {number(report.accepted)} accepted of {number(report.audience)}."
    percent = 100 * settled(report) // max(report.audience, 1) // STEP * STEP
    return f"{issue.title}: {'paused at' if issue.is_paused else 'mailed to'} {percent} percent."
