"""Guests who ask for their data: who were asked for a text, or to look an issue over, without being on any list."""

import json

from fastapi import Response

from newsletter.errors import BadValue, NotPermitted
from newsletter.issues import store
from newsletter.people import erase as erasing
from newsletter.people import personfile
from newsletter.people.personfile import PersonFile
from newsletter.staff.permissions import Permission
from newsletter.web.api.calls import Call, Calling
from newsletter.web.api.fields import Given, Line
from newsletter.web.api.routing import Routes
from newsletter.web.faults import PageNotFound
from newsletter.web.visits import Of
from subscribers import register
from subscribers.address import EmailAddress, parse
from subscribers.errors import SubscriberNotFound
from subscribers.model import Subscriber
from subscribers.sentence import say
from subscribers.transaction import Transaction

PEOPLE = Permission.MANAGE_PEOPLE

routes = Routes("data of guests", "What is held about guests who are on no list.")


class Guest(Given):
    """Whose data, in the body and not in the address of the request, where logs keep it."""

    address: Line


@routes.post("/guests/data", PEOPLE, Of.ANY_NEWSLETTER)
def hand_out_guest(call: Calling, given: Guest, response: Response) -> dict[str, object]:
    """Give everything that is held about a guest; who took it stands in the audit. The answer is not kept for a repetition."""
    address = parse(given.address)
    with call.acting() as acting:
        everything: dict[str, object] = json.loads(_held(acting.tx, call, address).to_json())
        acting.record("privacy.export", "guest")
    response.headers["Content-Disposition"] = 'attachment; filename="guest.json"'
    return everything


@routes.post("/guests/erase", PEOPLE, Of.ANY_NEWSLETTER, status_code=204)
def erase_guest(call: Calling, given: Guest) -> None:
    """Forget a guest; of the address a keyed hash stays."""
    address = parse(given.address)
    with call.acting() as acting:
        _held(acting.tx, call, address)
        erasing.erase_guest(acting.tx, call.application.keyring, address, acting.now)
        acting.record("subscriber.erase", "guest")
    call.application.database.scrub()


def _held(tx: Transaction, call: Call, address: EmailAddress) -> PersonFile:
    """Give what is held about a guest who is nothing else.

    Raises:
        PageNotFound: nobody whom the key reaches was one.
        BadValue: the key reaches them as a person, where everything stands.
        NotPermitted: a part of it belongs to newsletters that others look after.

    """
    known = _subscriber(tx, address)
    if known is not None and _is_seen(tx, call, known):
        raise BadValue(say("address"), "", say("is that of subscriber %(id)s; ask there", id=known.id))
    held, seen = personfile.gather_guest(tx, address), call.newsletters(PEOPLE)
    links = held.as_guest if held is not None else ()
    own = [one for one in links if seen is None or store.newsletter_of(tx, one.issue_id) in seen]
    if held is None or not own:
        raise PageNotFound
    if known is not None or len(own) < len(links):
        raise NotPermitted(call.actor.name, "do this: others look after a part of what is held about them", ["admin"])
    return held


def _subscriber(tx: Transaction, address: EmailAddress) -> Subscriber | None:
    try:
        return register.find(tx, address)
    except SubscriberNotFound:
        return None


def _is_seen(tx: Transaction, call: Call, person: Subscriber) -> bool:
    seen = call.lists(tx)
    return seen is None or any(one.list_id in seen for one in register.subscriptions_of(tx, person.id))
