"""What a person may ask of the house about themselves: everything that is held, to take along or to be forgotten."""

from collections.abc import Mapping

from starlette.responses import RedirectResponse, Response

from newsletter.errors import BadValue
from newsletter.issues import newsletters
from newsletter.languages.catalogue import later
from newsletter.people import datarequests, personfile
from newsletter.people import erase as erasing
from newsletter.people.datarequests import Kind
from newsletter.review.guests import GuestPurpose
from newsletter.staff import audit
from newsletter.web.desk import frame
from newsletter.web.desk.frame import Area, Said
from newsletter.web.desk.people import guests, words
from newsletter.web.desk.people.acts import SEE_OTHER, acting, back
from newsletter.web.desk.people.scope import require_all_lists_of, seen_lists
from newsletter.web.visits import Site, Visit, whole_number
from subscribers import register
from subscribers.consent import Door as By
from subscribers.consent import Evidence
from subscribers.sentence import say

SAID: Mapping[str, Said] = {
    "guest-erased": Said(later("The guest is forgotten. Only a keyed hash of the address stays.")),
}

# How it is said for what a guest was asked.
_ERRANDS: Mapping[str, str] = {GuestPurpose.REVIEW: later("to look it over"), GuestPurpose.CONTRIBUTION: later("for a text")}


def show(site: Site, visit: Visit) -> Response:
    """Show who waits for an answer, the most urgent first, and what is held about a guest where one is asked for."""
    with site.application.database.read() as tx:
        waiting = datarequests.open_ones(tx, seen_lists(tx, visit))
        zone = newsletters.zone_of_house(tx)
        guest = guests.look_up(tx, visit, visit.query.get("guest", "").strip())
    return frame.page(
        site,
        visit,
        "desk/people/requests.html",
        here=Area.PEOPLE,
        said=SAID.get(visit.query.get("said", "")),
        requests=waiting,
        zone=zone,
        kinds=words.KINDS,
        guest=guest,
        errands=_ERRANDS,
    )


def note(site: Site, visit: Visit) -> Response:
    """Write down that the person asked, by letter or telephone."""
    kind = visit.text("kind")
    if kind not in set(Kind):
        raise BadValue(say("request"), kind[:40], say("choose one of those offered"))
    with acting(site, visit) as act:
        datarequests.note(act.tx, act.person.id, Kind(kind), visit.text("note"), visit.actor.name, visit.now)
        act.record("privacy.request", kind=kind)
    return back(visit, "noted")


def answered(site: Site, visit: Visit) -> Response:
    """Write down that a request is answered."""
    request_id = whole_number(visit.text("request")) or 0
    with acting(site, visit) as act:
        closed = datarequests.close(act.tx, act.person.id, request_id, visit.actor.name, visit.now)
        act.record("privacy.answered", was_open=closed)
    return RedirectResponse("/desk/people/requests", SEE_OTHER)


def hand_out(site: Site, visit: Visit) -> Response:
    """Give everything that is held about a person as a file; who took it stands in the audit."""
    with acting(site, visit) as act:
        require_all_lists_of(act.tx, visit, act.person.id)
        everything = personfile.gather(act.tx, act.person.id).to_json()
        act.record("privacy.export")
    headers = {"Content-Disposition": f'attachment; filename="person-{act.person.id}.json"'}
    return Response(everything, headers=headers, media_type="application/json")


def ask_to_erase(site: Site, visit: Visit) -> Response:
    """Name what goes and what stays, and ask; nothing is changed."""
    with site.application.database.read() as tx:
        person = register.subscriber_by_id(tx, visit.number("subscriber_id"))
        require_all_lists_of(tx, visit, person.id)
        held = personfile.gather(tx, person.id)
    assert held.known is not None  # a subscriber
    return frame.page(
        site,
        visit,
        "desk/people/erase.html",
        here=Area.PEOPLE,
        person=person,
        lists=len(held.known.subscriptions),
        acts=len(held.known.consent),
        letters=len(held.mailed),
        answers=len(held.known.attributes),
        misfits=held.not_fitting,
    )


def erase(site: Site, visit: Visit) -> Response:
    """Forget the person."""
    with acting(site, visit) as act:
        require_all_lists_of(act.tx, visit, act.person.id)
        evidence = Evidence(By.COMMAND, visit.words.gettext("Told the staff."))
        erasing.erase(act.tx, site.application.keyring, act.person.id, visit.now, evidence)
        audit.record(act.tx, visit.actor, "subscriber.erase", f"subscriber {act.person.id}", {}, visit.now)
    site.application.database.scrub()
    return RedirectResponse("/desk/people?said=erased", SEE_OTHER)
