"""What the desk does with an issue: given to readers, approved, given a time, sent, paused, resumed, cancelled."""

import asyncio
from datetime import datetime

from starlette.responses import RedirectResponse, Response

from newsletter import inspection
from newsletter.errors import BadValue, Blocked, Outdated, WrongState
from newsletter.issues import agenda, authors, newsletters, store
from newsletter.issues.model import EDITABLE, Issue, IssueState
from newsletter.issues.recurrence import instant
from newsletter.letters.illustrate import illustrate
from newsletter.mail import audiences, dispatch, relaybook
from newsletter.review import approval
from newsletter.review.facts import Facts
from newsletter.staff import audit
from newsletter.web import reports
from newsletter.web.desk import frame
from newsletter.web.desk.issue import audience
from newsletter.web.desk.issue.overview import Desked, counted, load
from newsletter.web.spelled import number, people
from newsletter.web.visits import Site, Visit
from subscribers.transaction import Transaction

S = IssueState
SEE_OTHER = 303

# Seconds that whoever approves waits for pictures; most often the worker has brought them long before.
LONGEST_WAIT = 25.0


def approve(site: Site, visit: Visit) -> Response:
    """Freeze the letter and say that it may go out."""
    application = site.application
    issue_id = visit.number("issue_id")
    with application.database.read() as tx:
        issue = store.load(tx, issue_id)
    unread = application.reader().read_again(issue)
    asyncio.run(illustrate(application.bringer(LONGEST_WAIT), issue_id, again=True))
    try:
        with application.database.read() as tx:
            seed = application.keyring.derive("slots")
            known = Facts(now=visit.now, reach=inspection.reach(tx, issue_id, visit.now), support=application.support)
            looked = approval.look_over(tx, application.templates, issue_id, links=application.links, seed=seed, known=known)
        with application.database.write() as tx:
            _seen(tx, visit)
            approved = approval.approve(tx, looked, visit.actor, visit.now, override_reason=visit.text("reason"))
            # Nobody approves an issue for a segment that cannot be asked any more.
            audiences.among(tx, approved.issue, visit.now)
    except Blocked:
        return _back(issue_id, "blocked")
    return _back(issue_id, "approved_unread" if unread else "approved")


def choose(site: Site, visit: Visit) -> Response:
    """Let an issue that is not approved go to some of its list, or to all of it."""
    with site.application.database.write() as tx:
        issue = _seen(tx, visit)
        audience.choose(tx, visit, issue)
    return _back(issue.id, "chosen")


def schedule(site: Site, visit: Visit) -> Response:
    """Give an approved issue a time, spelled as the wall clock of its newsletter's zone."""
    with site.application.database.write() as tx:
        issue = _seen(tx, visit)
        at = _wall_time(visit.text("at"), newsletters.by_id(tx, issue.newsletter_id).zone)
        agenda.schedule_issue(tx, issue.id, at, visit.now)
        _record(tx, visit, "issue.schedule", issue, at=at.isoformat())
    return _back(issue.id, "scheduled")


def ask_to_send(site: Site, visit: Visit) -> Response:
    """Ask whether an approved issue is to go out now, naming how many people get it."""
    with site.application.database.read() as tx:
        desked = load(site, tx, visit.number("issue_id"))
        missing = relaybook.missing(tx, site.application.relay)
    if desked.issue.state not in {S.APPROVED, S.SCHEDULED}:
        raise WrongState(desked.issue.id, "sent", desked.issue.state.words)
    trouble = f"{missing}. It is planned, and goes out when there is one." if missing is not None else ""
    return _page(site, visit, "desk/issue/send.html", counted(site, desked), trouble=trouble)


def send(site: Site, visit: Visit) -> Response:
    """Freeze the audience and let the mailer do the rest."""
    with site.application.database.write() as tx:
        issue = _seen(tx, visit)
        report = dispatch.send_issue(tx, issue.id, visit.now)
        _record(tx, visit, "issue.send", issue, audience=report.audience)
    return _back(issue.id, "sending")


def pause(site: Site, visit: Visit) -> Response:
    """Let the mailing rest."""
    with site.application.database.write() as tx:
        issue = _seen(tx, visit)
        dispatch.pause(tx, issue.id, visit.now)
        _record(tx, visit, "issue.pause", issue)
    return _back(issue.id, "paused")


def resume(site: Site, visit: Visit) -> Response:
    """Let the mailing go on."""
    with site.application.database.write() as tx:
        issue = _seen(tx, visit)
        dispatch.resume(tx, issue.id, visit.now)
        _record(tx, visit, "issue.resume", issue)
    return _back(issue.id, "resumed")


def ask_to_cancel(site: Site, visit: Visit) -> Response:
    """Ask whether an issue is to be cancelled, naming how many people go without it."""
    with site.application.database.read() as tx:
        desked = load(site, tx, visit.number("issue_id"))
    issue = desked.issue
    if issue.state is S.SENDING and desked.report is not None:
        left = reports.waiting(desked.report)
        return _page(
            site,
            visit,
            "desk/issue/cancel.html",
            desked,
            question=f"Cancel “{issue.title}” for the {people(left)} who wait for it?",
            lines=(
                f"{number(desked.report.accepted)} of {people(desked.report.audience)} have it already, and keep it.",
                "The others never get it. This cannot be undone.",
            ),
            button=f"Cancel it for {people(left)}",
        )
    if issue.state not in EDITABLE:
        raise WrongState(issue.id, "cancelled", issue.state.words)
    desked = counted(site, desked)
    return _page(
        site,
        visit,
        "desk/issue/cancel.html",
        desked,
        question=f"Cancel “{issue.title}”?",
        lines=(
            f"It will not be sent to {desked.how_many} on {desked.list_name}.",
            "The posts in it are free for another issue. The issue itself cannot be taken up again.",
        ),
        button="Cancel this issue",
    )


def cancel(site: Site, visit: Visit) -> Response:
    """Cancel an issue, or what is left of its mailing."""
    with site.application.database.write() as tx:
        issue = _seen(tx, visit)
        report = dispatch.cancel(tx, issue.id, visit.now)
        _record(tx, visit, "issue.cancel", issue, cancelled=report.cancelled)
    return _back(issue.id, "cancelled")


def _seen(tx: Transaction, visit: Visit) -> Issue:
    """Give the issue, if it is still the one that the page with the button showed.

    Raises:
        Outdated: it was edited after the page was made.

    """
    authors.sign(tx, visit.actor.name)
    issue = store.load(tx, visit.number("issue_id"))
    seen = visit.text("version")
    if seen != str(issue.version):
        raise Outdated(issue.id, issue.version, int(seen) if seen.isdecimal() else 0)
    return issue


def _record(tx: Transaction, visit: Visit, act: str, issue: Issue, **detail: object) -> None:
    audit.record(tx, visit.actor, act, f"issue {issue.id}", detail, visit.now)


def _wall_time(text: str, zone: str) -> datetime:
    try:
        local = datetime.strptime(text, "%Y-%m-%dT%H:%M")  # noqa: DTZ007 -- a wall time; its zone is the newsletter's
    except ValueError as error:
        raise BadValue("time", text, "write it as 2020-02-03T09:00") from error
    return instant(local, zone)


def _back(issue_id: int, said: str) -> Response:
    return RedirectResponse(f"/desk/issues/{issue_id}?said={said}", SEE_OTHER)


def _page(
    site: Site,
    visit: Visit,
    name: str,
    desked: Desked,
    *,
    trouble: str = "",
    question: str = "",
    lines: tuple[str, ...] = (),
    button: str = "",
) -> Response:
    return frame.page(
        site,
        visit,
        name,
        issue=desked.issue,
        newsletter=desked.newsletter,
        list_name=desked.list_name,
        readers=desked.how_many,
        uncounted=desked.uncounted,
        trouble=trouble,
        question=question,
        lines=lines,
        button=button,
    )
