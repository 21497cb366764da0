"""Alerts: what waits for a person."""

from datetime import datetime

from newsletter.issues import alerts
from newsletter.staff.permissions import Permission, allowed
from newsletter.web.api import paging
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.routing import Routes
from newsletter.web.faults import PageNotFound
from newsletter.web.visits import LARGEST_NUMBER, Of

VIEW, EDIT = Permission.VIEW, Permission.EDIT

routes = Routes("alerts", "What waits for a person.")


class AlertAnswer(Answer):
    """Something that waits for a person."""

    id: int
    key: str
    text: str
    newsletter_id: int | None
    issue_id: int | None
    raised_at: datetime


@routes.get("/alerts", VIEW, Of.ANY_NEWSLETTER)
def list_alerts(call: Calling, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[AlertAnswer]:
    """List what waits for a person in the newsletters that the key reaches; of the whole instance to whoever looks after it."""
    seen = call.newsletters(VIEW)
    with call.reading() as tx:
        known = [one for one in alerts.open_alerts(tx) if seen is None or one.newsletter_id in seen]
    shown, more = paging.page_of(sorted(known, key=lambda one: one.id), lambda one: one.id, cursor, limit)
    return Page(items=[AlertAnswer.model_validate(one) for one in shown], next=more)


@routes.post("/alerts/{alert_id:int}/settle", EDIT, Of.ANY_NEWSLETTER)
def settle_alert(call: Calling, alert_id: int) -> AlertAnswer:
    """Say that something is dealt with; saying it twice is no error."""
    with call.acting() as acting:
        known = alerts.find(acting.tx, min(alert_id, LARGEST_NUMBER))
        if known is None or not allowed(call.actor, EDIT, known.newsletter_id):
            raise PageNotFound
        alerts.settle_alert(acting.tx, known.key, acting.now)
        acting.record("alert.settle", f"alert {known.key}")
    return AlertAnswer.model_validate(known)
