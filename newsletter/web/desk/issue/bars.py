"""The bar of a mailing that is under way."""

from dataclasses import dataclass

from newsletter.issues.model import Issue, IssueState
from newsletter.issues.store import IssueLine
from newsletter.languages.catalogue import Words
from newsletter.mail.delivery import Report
from newsletter.web.desk.issue import states
from newsletter.web.reports import in_words, settled
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


def bar(site: Site, words: Words, issue: Issue | IssueLine, report: Report, *, is_named: bool, can_mail: bool) -> Bar:
    """Give the bar of an issue that is being sent, or was a moment ago; *can_mail*: there is a relay that takes it."""
    return Bar(
        issue_id=issue.id,
        title=issue.title,
        audience=report.audience,
        settled=settled(report),
        figures=in_words(report, words),
        pace=_pace(site, words, issue, report, can_mail=can_mail),
        is_over=issue.state is not IssueState.SENDING,
        is_named=is_named,
        told=_told(issue, report, words),
    )


def _pace(site: Site, words: Words, issue: Issue | IssueLine, report: Report, *, can_mail: bool) -> str:
    if issue.is_paused:
        return words.gettext("Paused")
    if not can_mail:
        return words.gettext("Waits for a mail server")
    return site.speed.words(issue.id, report, words)


def _told(issue: Issue | IssueLine, report: Report, words: Words) -> str:
    if issue.state is not IssueState.SENDING:
        return words.gettext(
            "%(issue)s is %(state)s: %(accepted)s accepted of %(audience)s.",
            issue=issue.title,
            state=words.gettext(states.shown(issue.state, is_paused=False).words),
            accepted=words.number(report.accepted),
            audience=words.number(report.audience),
        )
    percent = 100 * settled(report) // max(report.audience, 1) // STEP * STEP
    if issue.is_paused:
        return words.gettext("%(issue)s: paused at %(percent)s percent.", issue=issue.title, percent=percent)
    return words.gettext("%(issue)s: mailed to %(percent)s percent.", issue=issue.title, percent=percent)
