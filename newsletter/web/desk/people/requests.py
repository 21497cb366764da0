"""What a person may ask of the house about themselves: everything that is held, to take along or to be forgotten."""

from starlette.responses import RedirectResponse, Response

from newsletter.people import erase as erasing
from newsletter.people import personfile
from newsletter.staff import audit
from newsletter.web.desk import frame
from newsletter.web.desk.frame import Area
from newsletter.web.desk.people.acts import SEE_OTHER, acting
from newsletter.web.desk.people.scope import require_all_lists_of
from newsletter.web.visits import Site, Visit
from subscribers import register
from subscribers.consent import Door as By
from subscribers.consent import Evidence


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
    )


def erase(site: Site, visit: Visit) -> Response:
    """Forget the person."""
    with acting(site, visit) as act:
        require_all_lists_of(act.tx, visit, act.person.id)
        evidence = Evidence(By.COMMAND, "Told the staff.")
        erasing.erase(act.tx, site.application.keyring, act.person.id, visit.now, evidence)
        audit.record(act.tx, visit.actor, "subscriber.erase", f"subscriber {act.person.id}", {}, visit.now)
    site.application.database.scrub()
    return RedirectResponse("/desk/people?said=erased", SEE_OTHER)
