"""Guests who ask for their data: asked for a text, or to look an issue over, without being on any list."""

from dataclasses import dataclass, field
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from newsletter.errors import NotPermitted
from newsletter.issues import store
from newsletter.people import erase as erasing
from newsletter.people import personfile
from newsletter.people.personfile import PersonFile
from newsletter.review.guestbook import GuestFile
from newsletter.staff import audit
from newsletter.web.desk.people.acts import SEE_OTHER
from newsletter.web.desk.people.scope import seen_lists, seen_newsletters
from newsletter.web.visits import Site, Visit
from subscribers import register
from subscribers.address import EmailAddress, parse
from subscribers.errors import AddressRefused, SubscriberNotFound
from subscribers.model import Subscriber
from subscribers.transaction import Transaction

HERE = "/desk/people/requests"


@dataclass(frozen=True, slots=True)
class Found:
    """What is known by an address, for somebody who may see a part of it."""

    # As it was typed, and what is wrong with it.
    text: str = ""
    wrong: str = ""
    address: EmailAddress | None = None
    # Known by it and seen by the actor: everything stands on their own page, also what they did as a guest.
    subscriber: Subscriber | None = None
    # For which issues of the actor's newsletters they were asked.
    links: tuple[GuestFile, ...] = field(default_factory=tuple)
    # None of it belongs to others, so it can be handed out and forgotten here.
    is_whole: bool = True


def look_up(tx: Transaction, visit: Visit, text: str) -> Found:
    """Find who was a guest by an address that somebody typed."""
    if not text:
        return Found()
    try:
        address = parse(text)
    except AddressRefused as error:
        return Found(text, error.reason)
    known = _subscriber(tx, address)
    if known is not None and _is_seen(tx, visit, known):
        return Found(text, address=address, subscriber=known)
    held = personfile.gather_guest(tx, address)
    all_links = held.as_guest if held is not None else ()
    seen = seen_newsletters(visit)
    links = tuple(one for one in all_links if seen is None or store.newsletter_of(tx, one.issue_id) in seen)
    return Found(text, address=address, links=links, is_whole=known is None and len(links) == len(all_links))


def hand_out(site: Site, visit: Visit) -> Response:
    """Give everything that is held about a guest as a file; that it was taken stands in the audit."""
    address = parse(visit.text("address"))
    with site.application.database.write() as tx:
        held = _held(tx, visit, address)
        if held is None:
            return _back(guest=address.text)
        audit.record(tx, visit.actor, "privacy.export", "guest", {}, visit.now)
    headers = {"Content-Disposition": 'attachment; filename="guest.json"'}
    return Response(held.to_json(), headers=headers, media_type="application/json")


def erase(site: Site, visit: Visit) -> Response:
    """Forget a guest; of the address a keyed hash stays."""
    address = parse(visit.text("address"))
    with site.application.database.write() as tx:
        if _held(tx, visit, address) is None:
            return _back(guest=address.text)
        erasing.erase_guest(tx, site.application.keyring, address, visit.now)
        audit.record(tx, visit.actor, "subscriber.erase", "guest", {}, visit.now)
    site.application.database.scrub()
    return _back(said="guest-erased")


def _held(tx: Transaction, visit: Visit, address: EmailAddress) -> PersonFile | None:
    """Give what is held about a guest who is nothing else; None: nobody the actor may see was one.

    Raises:
        NotPermitted: a part of it belongs to newsletters that others look after.

    """
    found = look_up(tx, visit, address.text)
    if not found.links:
        return None
    if not found.is_whole:
        raise NotPermitted(visit.actor.name, "do this: others look after a part of what is held about them", ["admin"])
    return personfile.gather_guest(tx, address)


def _subscriber(tx: Transaction, address: EmailAddress) -> Subscriber | None:
    try:
        return register.find(tx, address)
    except SubscriberNotFound:
        return None


def _is_seen(tx: Transaction, visit: Visit, person: Subscriber) -> bool:
    seen = seen_lists(tx, visit)
    return seen is None or any(one.list_id in seen for one in register.subscriptions_of(tx, person.id))


def _back(**query: str) -> Response:
    return RedirectResponse(f"{HERE}?{urlencode(query)}", SEE_OTHER)
