"""What a tick does about issues whose time has come: they are sent, held or missed, and called sent when all are settled."""

import structlog

from newsletter import failpoints
from newsletter.bootstrap import Application
from newsletter.errors import NewsletterError, NotAdopted
from newsletter.issues import agenda, alerts, calendar, store
from newsletter.issues.agenda import Step
from newsletter.issues.schedule import Due
from newsletter.mail import dispatch
from newsletter.review import approval
from newsletter.staff import audit
from newsletter.staff.permissions import WORKER
from subscribers.sentence import say

log = structlog.get_logger()


def send_due(application: Application) -> None:
    """Send, hold or miss every issue whose time has come; one that cannot be sent is told, and holds up no other."""
    with application.database.read() as tx:
        waiting = calendar.due(tx, application.clock())
    for due in waiting:
        try:
            _depart(application, due)
        except NewsletterError as refusal:
            _tell_refusal(application, due, refusal)


def finish(application: Application) -> None:
    """Call the issues sent whose people are all settled."""
    with application.database.write() as tx:
        for issue_id in dispatch.finish(tx, application.clock()):
            log.info("issue sent", issue=issue_id)


def _depart(application: Application, due: Due) -> None:
    now = application.clock()
    with application.database.write() as tx:
        store.hold(tx, due.issue_id)
        # Asked again: since it was read, somebody may have sent, moved or cancelled it, or taken back that it goes out.
        if due not in calendar.due(tx, now):
            return
        step = agenda.decide(due, is_approved=approval.holds(tx, store.load(tx, due.issue_id)), now=now)
        if step is Step.SEND:
            report = dispatch.send_issue(tx, due.issue_id, now)
            audit.record(tx, WORKER, "issue.send", f"issue {due.issue_id}", {"audience": report.audience}, now)
        elif step is Step.HOLD:
            agenda.hold(tx, due, now)
        else:
            agenda.miss(tx, due, now)
    failpoints.hit("issue.departed")
    log.info("its time has come", issue=due.issue_id, slot=due.slot_key, done=step.value)


def _tell_refusal(application: Application, due: Due, refusal: NewsletterError) -> None:
    log.warning("issue cannot be sent", issue=due.issue_id, reason=str(refusal))
    now = application.clock()
    with application.database.write() as tx:
        known = store.load(tx, due.issue_id)
        text = f"{known.title} is due and cannot be sent: {_why(refusal)}. It goes out by itself as soon as it can."
        alerts.raise_alert(tx, agenda.refused_key(known.id), text, now, newsletter_id=known.newsletter_id, issue_id=known.id)


def _why(refusal: NewsletterError) -> str:
    # What is said of it elsewhere names commands that an editor cannot give.
    if isinstance(refusal, NotAdopted):
        return say("this instance is a copy, and mails nothing before whoever runs it has adopted it")
    return str(refusal).rstrip(".")
