"""What is left when an issue was mailed: deliveries nobody knows the fate of, and people who did not get it.

What is to be mailed because of it waits for a minute, in which it can be taken back (`mail/further.py`).
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from newsletter.errors import BadValue, TookTooLong
from newsletter.mail import doubts, further, furtherbook, orders, rest
from newsletter.mail.further import Nothing
from newsletter.mail.owed import Owed
from newsletter.mail.uncertain import Doubt
from newsletter.web.desk.issue import around, desked, steps
from newsletter.web.desk.issue.around import Tab
from newsletter.web.desk.issue.back import record, seen, to_send
from newsletter.web.visits import Site, Visit
from subscribers.sentence import say
from subscribers.transaction import Transaction

# There is one for each connection that was lost; more on a page are for the command.
MOST_SHOWN = 200

NOBODY = Owed(0, 0, 0)

SENT, RESEND = "sent", "resend"
# Stands before the number of a delivery in the name of its box.
TICK = "d"

# What is said where nothing was ordered.
_NOTHING = {Nothing.NOBODY: "rest_nobody", Nothing.ORDERED_ALREADY: "ordered_already"}


@dataclass(frozen=True, slots=True)
class Row:
    """Somebody whose delivery is uncertain."""

    # The name of their box in the form.
    field: str
    address: str
    at: datetime | None
    why: str
    message_id: str
    # It is mailed again by an order that waits.
    is_ordered: bool


def uncertain(site: Site, visit: Visit) -> Response:
    """Show whose delivery is uncertain, and ask what is to become of those who are ticked."""
    with site.application.database.read() as tx:
        known = desked.load(site, tx, visit)
        found = doubts.of_issue(tx, known.issue.id)
        ordered = furtherbook.awaited(tx, known.issue.id)
        no_relay = desked.no_relay(site, tx, visit.words)
    act = visit.query.get("act", "")
    chosen = _ticked(found, visit.query) if act in {SENT, RESEND} else ()
    # Whoever is mailed again by an order that waits is left to that one.
    meant = chosen if act == SENT else tuple(one for one in chosen if one.delivery_id not in ordered)
    rows = [_row(site, one, is_ordered=one.delivery_id in ordered) for one in (meant or found)[:MOST_SHOWN]]
    return around.page(
        site,
        visit,
        "desk/issue/settle.html" if meant else "desk/issue/uncertain.html",
        known.around,
        tab=Tab.SEND,
        readers=known.how_many,
        said=steps.SAID.get(visit.query.get("said", "")),
        rows=rows,
        more=max(len(found) - MOST_SHOWN, 0),
        act=act,
        is_nobody_ticked=act in {SENT, RESEND} and not chosen,
        is_ordered_already=bool(chosen) and not meant,
        count=len(meant),
        list_name=known.list_name,
        undo=_undo_seconds(),
        no_relay=no_relay,
    )


def settle(site: Site, visit: Visit) -> Response:
    """Do with the ticked ones what was asked: call them accepted by somebody's word, or have them mailed again."""
    act = visit.text("act")
    with site.application.database.write() as tx:
        issue = seen(tx, visit)
        chosen = _ticked(doubts.of_issue(tx, issue.id), visit.form)
        if not chosen:
            raise BadValue(say("people"), "nobody", say("is ticked whose delivery is still uncertain"))
        said = _settle(tx, visit, issue.id, act, chosen)
    return to_send(issue.id, said)


def ask_rest(site: Site, visit: Visit) -> Response:
    """Tell who did not get an issue and could get it now, and ask whether they are to."""
    with site.application.database.read() as tx:
        known = desked.load(site, tx, visit)
        no_relay = desked.no_relay(site, tx, visit.words)
    is_counted = desked.is_to_be_counted(visit)
    owed, trouble = _owed(site, visit, known.issue.id) if is_counted else (NOBODY, "")
    also_new = "also_new" in visit.query
    people = owed.again + (owed.new if also_new else 0)
    return around.page(
        site,
        visit,
        "desk/issue/rest.html",
        known.around,
        tab=Tab.SEND,
        readers=known.how_many,
        is_counted=is_counted,
        counting=f"/desk/issues/{known.issue.id}/rest?counted=1{'&also_new=1' if also_new else ''}",
        owed=owed,
        also_new=also_new,
        people=people,
        trouble=trouble,
        is_ordered=further.covers_rest(known.around.further, also_new=also_new),
        list_name=known.list_name,
        undo=_undo_seconds(),
        no_relay=no_relay,
    )


def send_rest(site: Site, visit: Visit) -> Response:
    """Let an issue go to everybody who did not get it, as soon as that cannot be taken back any more."""
    also_new = "also_new" in visit.form
    with site.application.database.read() as tx:
        people = further.count_rest(tx, visit.number("issue_id"), visit.now, also_new=also_new)
    with site.application.database.write() as tx:
        issue = seen(tx, visit)
        order = further.order_rest(tx, issue.id, visit.actor.name, visit.now, also_new=also_new, people=people)
        if isinstance(order, Nothing):
            return to_send(issue.id, _NOTHING[order])
        record(tx, visit, "issue.order_rest", issue.id, people=order.people, also_new=also_new, at=order.until.isoformat())
    return to_send(issue.id, "rest")


def _settle(tx: Transaction, visit: Visit, issue_id: int, act: str, chosen: Sequence[Doubt]) -> str:
    """Do it; gives what is said then."""
    if act == SENT:
        accepted = doubts.call_sent(tx, chosen, visit.actor.name, visit.now)
        record(tx, visit, "uncertain.sent", issue_id, accepted=accepted)
        return "settled"
    if act != RESEND:
        raise BadValue(say("act"), act, say("is neither “%(sent)s” nor “%(resend)s”", sent=SENT, resend=RESEND))
    order = further.order_resend(tx, issue_id, chosen, visit.actor.name, visit.now)
    if isinstance(order, Nothing):
        return _NOTHING[order]
    record(tx, visit, "uncertain.order", issue_id, people=order.people, at=order.until.isoformat())
    return "resent"


def _row(site: Site, one: Doubt, *, is_ordered: bool) -> Row:
    message_id = doubts.message_id(site.application.keyring, one)
    return Row(_field(one), one.email, one.sending_at, one.why, message_id, is_ordered)


def _undo_seconds() -> int:
    return round(orders.UNDO.total_seconds())


def _owed(site: Site, visit: Visit, issue_id: int) -> tuple[Owed, str]:
    try:
        with site.application.database.read(within=desked.LONGEST_COUNT) as tx:
            return rest.look(tx, issue_id, visit.now), ""
    except TookTooLong:
        told = visit.words.gettext(
            "They could not be counted within %(seconds)s seconds. Try again in a while; whoever looks after this "
            "instance can count and mail them for as long as it takes.",
            seconds=f"{desked.LONGEST_COUNT:g}",
        )
        return NOBODY, told


def _ticked(found: Sequence[Doubt], said: Container[str]) -> tuple[Doubt, ...]:
    return tuple(one for one in found if _field(one) in said)


def _field(one: Doubt) -> str:
    return f"{TICK}{one.delivery_id}"
