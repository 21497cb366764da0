"""One issue at the desk: how ready it is, what is in it, what it will look like, and what is to be done next."""

from starlette.responses import Response

from newsletter.archive.index import PUBLIC
from newsletter.issues import alerts
from newsletter.issues.model import EDITABLE, IssueState
from newsletter.mail import dispatch
from newsletter.review import store as approvals
from newsletter.web import reports
from newsletter.web.desk import mends
from newsletter.web.desk.issue import around, bars, checked, desked, readiness, review, states, steps
from newsletter.web.desk.issue.around import Tab
from newsletter.web.desk.issue.bars import Bar
from newsletter.web.desk.issue.desked import Desked
from newsletter.web.visits import Site, Visit

S = IssueState


def show(site: Site, visit: Visit) -> Response:
    """Show an issue."""
    with site.application.database.read() as tx:
        known = desked.load(site, tx, visit)
        issue, report = known.issue, known.report
        waiting = [alert for alert in alerts.open_alerts(tx) if alert.issue_id == issue.id]
        approval = approvals.standing(tx, issue)
        ready = readiness.of_issue(tx, issue, visit) if issue.state in EDITABLE else None
    # Composed after the transaction: a read that stays open for a render keeps SQLite's log from shrinking.
    check = checked.check(site, known, visit) if issue.state in review.TO_BE_CHECKED else None
    is_blocked = check is not None and check.is_blocked
    return around.page(
        site,
        visit,
        "desk/issue/overview.html",
        known.around,
        tab=Tab.OVERVIEW,
        readers=known.how_many,
        said=steps.SAID.get(visit.query.get("said", "")),
        alerts=[mends.mended(visit.actor, one) for one in waiting],
        is_open=issue.state in EDITABLE,
        list_name=known.list_name,
        approval=approval,
        ready=ready,
        steps=steps.steps(issue, known.newsletter, visit.actor, is_blocked=is_blocked),
        bar=_bar(site, known) if issue.state is S.SENDING else None,
        figures=reports.lines(report) if report is not None and report.audience else (),
        checked=check.told(visit.words) if check is not None else "",
        stages=states.STAGES,
        web_copy=site.application.links.issue(known.newsletter.slug, issue.number) if issue.state in PUBLIC else "",
    )


def _bar(site: Site, known: Desked) -> Bar:
    return bars.bar(site, known.words, known.issue, known.report or dispatch.NOBODY, is_named=False, can_mail=known.can_mail)
