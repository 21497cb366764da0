"""What of an issue is mailed once more: by an order of the desk, or by the setting for what is uncertain."""

import structlog

from newsletter import failpoints
from newsletter.bootstrap import Application
from newsletter.errors import NewsletterError
from newsletter.mail import doubts, further, furtherbook
from newsletter.mail.further import Carried
from newsletter.mail.furtherbook import Whom
from newsletter.staff import audit
from newsletter.staff.permissions import WORKER

log = structlog.get_logger()

# The detail says who ordered it.
_ACTS = {Whom.REST: "issue.send_rest", Whom.UNCERTAIN: "uncertain.resend"}


def resend(application: Application) -> None:
    """Mail again what has been uncertain for half an hour."""
    with application.database.write() as tx:
        resent = doubts.resend_due(tx, application.clock())
    if resent:
        log.warning("what was uncertain is mailed again", deliveries=resent)


def carry_out(application: Application) -> None:
    """Carry out every order whose minute is over; one that cannot be holds up no other."""
    with application.database.read() as tx:
        waiting = furtherbook.due(tx, application.clock())
    for order_id in waiting:
        try:
            _carry_out(application, order_id)
        except NewsletterError as refusal:
            _give_up(application, order_id, refusal)


def _carry_out(application: Application, order_id: int) -> None:
    now = application.clock()
    with application.database.write() as tx:
        done = further.carry_out(tx, order_id, now)
        if done is None:
            return
        order = done.order
        audit.record(tx, WORKER, _act(done), f"issue {order.issue_id}", _detail(done), now)
        failpoints.hit("order.done")
    failpoints.hit("order.departed")
    log.info("an order is carried out", issue=order.issue_id, done=_act(done), again=done.again, new=done.new)


def _give_up(application: Application, order_id: int, refusal: NewsletterError) -> None:
    now = application.clock()
    with application.database.write() as tx:
        order = further.give_up(tx, order_id, refusal, now)
        if order is None:
            return
        detail = {"whom": order.whom.value, "ordered_by": order.given_by, "reason": str(refusal)}
        audit.record(tx, WORKER, "order.give_up", f"issue {order.issue_id}", detail, now)
    log.warning("an order cannot be carried out", issue=order.issue_id, reason=str(refusal))


def _act(done: Carried) -> str:
    return "order.miss" if done.is_late else _ACTS[done.order.whom]


def _detail(done: Carried) -> dict[str, object]:
    order = done.order
    if done.is_late:
        return {"whom": order.whom.value, "ordered_by": order.given_by}
    if order.whom is Whom.REST:
        return {"again": done.again, "new": done.new, "ordered_by": order.given_by}
    return {"resent": done.again, "erased": done.erased, "ordered_by": order.given_by}
