"""An issue on its way: looked over, approved, given a time, sent, paused, taken back, and reported."""

import asyncio
from dataclasses import asdict
from datetime import datetime

from pydantic import Field

from newsletter import inspection
from newsletter.issues import agenda, newsletters, store
from newsletter.issues.model import IssueState
from newsletter.letters import store as letters
from newsletter.letters.illustrate import illustrate
from newsletter.mail import audiences, dispatch, further, orders, rest
from newsletter.mail.delivery import Report
from newsletter.mail.further import Nothing
from newsletter.review import approval
from newsletter.review.approval import LookedOver
from newsletter.review.facts import Facts
from newsletter.review.finding import Finding
from newsletter.staff.acting import Acting
from newsletter.staff.permissions import Permission
from newsletter.web.api.calls import Call, Calling
from newsletter.web.api.fields import Answer, Given, Line, Moment, Words
from newsletter.web.api.resources.issues import Over
from newsletter.web.api.routing import Routes
from newsletter.web.api.saving import seen
from newsletter.web.visits import LARGEST_NUMBER, Of
from subscribers.address import parse

P = Permission

routes = Routes("sending", "An issue on its way: looked over, approved, sent and reported.")

ISSUE = "/issues/{issue_id:int}"

# Seconds that whoever approves waits for pictures; most often the worker has brought them long before.
LONGEST_WAIT = 25.0
# Seconds that whoever counts waits.
LONGEST_COUNT = 20.0


class FindingAnswer(Answer):
    """Something to be mended, or worth a look."""

    code: str
    text: str
    is_blocking: bool
    article_id: int | None
    section: str | None
    mend: str = Field(description="How it is mended.")


class Standing(Answer):
    """How an issue stands after what was done."""

    issue_id: int
    state: IssueState
    is_paused: bool
    version: int
    send_at: datetime | None


class Approval(Answer):
    """What was approved, and what was found on the way."""

    standing: Standing
    letter_id: int
    content_hash: str
    findings: list[FindingAnswer]


class ReportAnswer(Answer):
    """What became of a mailing; everybody is in exactly one of the seven."""

    audience: int
    accepted: int
    refused: int
    deferred: int
    uncertain: int
    skipped: int
    cancelled: int
    pending: int


class Approving(Given):
    """The word that an issue may go out."""

    override: Words = Field("", description="Why what blocks it may stand; it is recorded.")
    as_read: bool = Field(False, description="Do not read the feeds once more before.")
    version: Over = None


class Sending(Given):
    """Which version is meant."""

    version: Over = None


class Scheduling(Given):
    """When an issue goes out."""

    at: Moment
    version: Over = None


class Proof(Given):
    """Who gets a proof."""

    address: Line


class Further(Given):
    """Who is meant, of those who have not got an issue."""

    also_new: bool = Field(False, description="Also people who confirmed after it was sent.")


class Owed(Answer):
    """Who has not got an issue."""

    people: int


class Ordered(Answer):
    """An order to mail more, which can be taken back for a minute."""

    order_id: int | None = Field(description="Null: nobody is left.")


@routes.get(f"{ISSUE}/findings", P.VIEW, Of.ISSUE)
def list_findings(call: Calling, issue_id: int) -> list[FindingAnswer]:
    """Look an issue over as it is now: what must be mended before it is approved, and what is worth a look."""
    return [_finding(one) for one in _looked(call, issue_id).findings]


@routes.post(f"{ISSUE}/approve", P.APPROVE, Of.ISSUE)
def approve_issue(call: Calling, issue_id: int, given: Approving) -> Approval:
    """Freeze the letter and say that it may go out; any later edit ends that. What blocks it is answered with 409."""
    application = call.application
    with call.reading() as tx:
        issue = store.load(tx, issue_id)
    if not given.as_read:
        application.reader().read_again(issue)
    asyncio.run(illustrate(application.bringer(LONGEST_WAIT), issue_id, again=True))
    looked = _looked(call, issue_id)
    with call.acting() as acting:
        seen(acting, issue_id, given.version)
        done = approval.approve(acting.tx, looked, acting.actor, acting.now, override_reason=given.override)
        # Nobody approves an issue for a segment that cannot be asked any more.
        audiences.among(acting.tx, done.issue, acting.now)
        return Approval(
            standing=_standing(acting, issue_id),
            letter_id=done.letter.id,
            content_hash=done.letter.draft.content_hash,
            findings=[_finding(one) for one in done.findings],
        )


@routes.post(f"{ISSUE}/schedule", P.SEND, Of.ISSUE)
def schedule_issue(call: Calling, issue_id: int, given: Scheduling) -> Standing:
    """Give an approved issue a time; it can be taken back by `undo` for a minute, and by `unschedule` until then."""
    with call.acting() as acting:
        seen(acting, issue_id, given.version)
        order = orders.schedule(acting.tx, issue_id, given.at, acting.actor.name, acting.now)
        acting.record("issue.schedule", f"issue {issue_id}", at=order.send_at.isoformat())
        return _standing(acting, issue_id)


@routes.post(f"{ISSUE}/unschedule", P.SEND, Of.ISSUE)
def unschedule_issue(call: Calling, issue_id: int, given: Sending) -> Standing:
    """Take the time of an approved issue away."""
    with call.acting() as acting:
        seen(acting, issue_id, given.version)
        agenda.unschedule(acting.tx, issue_id, acting.now)
        acting.record("issue.unschedule", f"issue {issue_id}")
        return _standing(acting, issue_id)


@routes.post(f"{ISSUE}/send", P.SEND, Of.ISSUE)
def send_issue(call: Calling, issue_id: int, given: Sending) -> Standing:
    """Let an approved issue go out in a minute, until when it can be taken back by `undo`."""
    with call.acting() as acting:
        seen(acting, issue_id, given.version)
        order = orders.send(acting.tx, issue_id, acting.actor.name, acting.now)
        acting.record("issue.order", f"issue {issue_id}", at=order.send_at.isoformat())
        return _standing(acting, issue_id)


@routes.post(f"{ISSUE}/undo", P.SEND, Of.ISSUE)
def undo_order(call: Calling, issue_id: int) -> Standing:
    """Take back that an issue goes out, within the minute."""
    with call.acting() as acting:
        orders.take_back(acting.tx, issue_id, acting.now)
        acting.record("issue.undo", f"issue {issue_id}")
        return _standing(acting, issue_id)


@routes.post(f"{ISSUE}/orders/{{order_id:int}}/undo", P.SEND, Of.ISSUE)
def undo_further_order(call: Calling, issue_id: int, order_id: int) -> Standing:
    """Take back that more of an issue is mailed, by the `order_id` that was answered, within the minute."""
    with call.acting() as acting:
        order = further.take_back(acting.tx, issue_id, min(order_id, LARGEST_NUMBER))
        acting.record("issue.undo", f"issue {issue_id}", whom=order.whom.value, ordered_by=order.given_by)
        return _standing(acting, issue_id)


@routes.post(f"{ISSUE}/pause", P.SEND, Of.ISSUE)
def pause_issue(call: Calling, issue_id: int) -> Standing:
    """Let a mailing rest; what was sent stays sent."""
    with call.acting() as acting:
        dispatch.pause(acting.tx, issue_id, acting.now)
        acting.record("issue.pause", f"issue {issue_id}")
        return _standing(acting, issue_id)


@routes.post(f"{ISSUE}/resume", P.SEND, Of.ISSUE)
def resume_issue(call: Calling, issue_id: int) -> Standing:
    """Let a mailing go on."""
    with call.acting() as acting:
        dispatch.resume(acting.tx, issue_id, acting.now)
        acting.record("issue.resume", f"issue {issue_id}")
        return _standing(acting, issue_id)


@routes.post(f"{ISSUE}/cancel", P.SEND, Of.ISSUE)
def cancel_issue(call: Calling, issue_id: int, given: Sending) -> ReportAnswer:
    """Give an issue up, or what is left of its mailing."""
    with call.acting() as acting:
        seen(acting, issue_id, given.version)
        report = dispatch.cancel(acting.tx, issue_id, acting.now)
        acting.record("issue.cancel", f"issue {issue_id}", cancelled=report.cancelled)
    return _report(report)


@routes.get(f"{ISSUE}/report", P.VIEW, Of.ISSUE)
def report_issue(call: Calling, issue_id: int) -> ReportAnswer:
    """Say what became of the mailing of an issue."""
    with call.reading() as tx:
        return _report(dispatch.report(tx, issue_id))


@routes.get(f"{ISSUE}/rest", P.SEND, Of.ISSUE)
def count_rest(call: Calling, issue_id: int, *, also_new: bool = False) -> Owed:
    """Count who has not got an issue that was sent, and may get it."""
    return Owed(people=_rest(call, issue_id, also_new=also_new))


@routes.post(f"{ISSUE}/rest", P.SEND, Of.ISSUE)
def send_rest(call: Calling, issue_id: int, given: Further) -> Ordered:
    """Send an issue to those who have not got it, in a minute."""
    people = _rest(call, issue_id, also_new=given.also_new)
    with call.acting() as acting:
        by, also_new = acting.actor.name, given.also_new
        order = further.order_rest(acting.tx, issue_id, by, acting.now, also_new=also_new, people=people)
        if isinstance(order, Nothing):
            return Ordered(order_id=None)
        acting.record("issue.order_rest", f"issue {issue_id}", people=order.people, also_new=also_new)
        return Ordered(order_id=order.id)


@routes.post(f"{ISSUE}/proof", P.EDIT, Of.ISSUE)
def send_proof(call: Calling, issue_id: int, given: Proof) -> Standing:
    """Mail the issue as it stands to one address, without counting it as sent."""
    recipient, application = parse(given.address), call.application
    with call.reading() as tx:
        issue = store.load(tx, issue_id)
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
        frozen = letters.load(tx, issue.letter_id).draft if issue.letter_id is not None else None
    if frozen is None:
        asyncio.run(illustrate(application.bringer(LONGEST_WAIT), issue_id))
        frozen = _looked(call, issue_id).composition.draft
    with call.acting() as acting:
        owned = {"newsletter_id": newsletter.id, "issue_id": issue_id, "list_id": newsletter.list_id}
        dispatch.proof(acting.tx, application.keyring, frozen, recipient, acting.now, **owned)
        acting.record("issue.proof", f"issue {issue_id}")
        return _standing(acting, issue_id)


def _rest(call: Call, issue_id: int, *, also_new: bool) -> int:
    with call.reading(LONGEST_COUNT) as tx:
        rest.require_possible(tx, issue_id)
        return further.count_rest(tx, issue_id, call.now, also_new=also_new)


def _looked(call: Call, issue_id: int) -> LookedOver:
    application = call.application
    with call.reading() as tx:
        seed = application.keyring.derive("slots")
        known = Facts(now=call.now, reach=inspection.reach(tx, issue_id, call.now), support=application.support)
        return approval.look_over(tx, application.templates, issue_id, links=application.links, seed=seed, known=known)


def _standing(acting: Acting, issue_id: int) -> Standing:
    issue = store.load(acting.tx, issue_id)
    return Standing(
        issue_id=issue.id, state=issue.state, is_paused=issue.is_paused, version=issue.version, send_at=issue.send_at
    )


def _finding(one: Finding) -> FindingAnswer:
    return FindingAnswer(
        code=one.code.value,
        text=str(one.text),
        is_blocking=one.is_blocking,
        article_id=one.article_id,
        section=one.section,
        mend=str(one.mend.words),
    )


def _report(report: Report) -> ReportAnswer:
    return ReportAnswer(**asdict(report))
