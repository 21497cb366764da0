"""Deliveries nobody knows the fate of: listed, called accepted by somebody's word, or ordered to be mailed again."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from newsletter.mail import doubts, further, furtherbook
from newsletter.mail.further import Nothing
from newsletter.mail.uncertain import Doubt
from newsletter.staff.permissions import Permission
from newsletter.web.api import paging
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer, Given, Number
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.problems import Invalid, Wrong
from newsletter.web.api.resources.issues import Over
from newsletter.web.api.routing import Routes
from newsletter.web.api.saving import seen
from newsletter.web.visits import Of

SEND = Permission.SEND
HERE = "/issues/{issue_id:int}/uncertain"

routes = Routes("uncertain mail", "Deliveries that nobody knows the fate of.")


class Fate(StrEnum):
    """What becomes of deliveries whose fate nobody knows."""

    SENT = "sent"
    RESEND = "resend"


class DoubtAnswer(Answer):
    """A delivery that was on the wire when its answer was lost."""

    delivery_id: int
    address: str = Field(description="Empty: the person was erased.")
    sending_at: datetime | None
    why: str
    message_id: str = Field(description="By which the log of a mail server has it.")
    is_ordered: bool = Field(description="It is mailed again by an order that waits for its minute.")


class Settling(Given):
    """What becomes of which deliveries."""

    fate: Fate = Field(description="`sent`: they arrived, by your word. `resend`: they are mailed again in a minute.")
    deliveries: Annotated[list[Number], Field(min_length=1, max_length=paging.MOST)]
    version: Over = None


class Settled(Answer):
    """What was done."""

    accepted: int
    order_id: int | None = Field(description="An order to mail them again; null: nothing was ordered.")


@routes.get(HERE, SEND, Of.ISSUE)
def list_uncertain(call: Calling, issue_id: int, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[DoubtAnswer]:
    """List the deliveries of an issue that nobody knows the fate of."""
    with call.reading() as tx:
        found = sorted(doubts.of_issue(tx, issue_id), key=_number)
        ordered = furtherbook.awaited(tx, issue_id)
    shown, more = paging.page_of(found, _number, cursor, limit)
    keyring = call.application.keyring
    items = [
        DoubtAnswer(
            delivery_id=one.delivery_id,
            address=one.email,
            sending_at=one.sending_at,
            why=one.why,
            message_id=doubts.message_id(keyring, one),
            is_ordered=one.delivery_id in ordered,
        )
        for one in shown
    ]
    return Page(items=items, next=more)


@routes.post(HERE, SEND, Of.ISSUE)
def settle_uncertain(call: Calling, issue_id: int, given: Settling) -> Settled:
    """Say what became of deliveries that are still uncertain, or have them mailed again; of others nothing is changed."""
    wanted = set(given.deliveries)
    with call.acting() as acting:
        seen(acting, issue_id, given.version)
        chosen = [one for one in doubts.of_issue(acting.tx, issue_id) if one.delivery_id in wanted]
        if not chosen:
            raise Invalid([Wrong("body/deliveries", "names none whose fate is still unknown")])
        if given.fate is Fate.SENT:
            accepted = doubts.call_sent(acting.tx, chosen, acting.actor.name, acting.now)
            acting.record("uncertain.sent", f"issue {issue_id}", accepted=accepted)
            return Settled(accepted=accepted, order_id=None)
        order = further.order_resend(acting.tx, issue_id, chosen, acting.actor.name, acting.now)
        if isinstance(order, Nothing):
            return Settled(accepted=0, order_id=None)
        acting.record("uncertain.order", f"issue {issue_id}", people=order.people, at=order.until.isoformat())
        return Settled(accepted=0, order_id=order.id)


def _number(one: Doubt) -> int:
    return one.delivery_id
