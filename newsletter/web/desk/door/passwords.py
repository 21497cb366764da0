"""Choosing a password by a link, and asking for such a link when the old one is forgotten."""

from contextlib import suppress

from starlette.responses import RedirectResponse, Response

from newsletter.errors import BadValue
from newsletter.people import colleagues
from newsletter.staff import accounts, audit, backoff, doorlinks, failures, identities, passwords, signing
from newsletter.staff.failures import Counter
from newsletter.staff.refusals import SlowDown
from newsletter.web.visits import Site, Visit
from subscribers.address import parse
from subscribers.errors import AddressRefused
from subscribers.networks import network_of

SEE_OTHER = 303
UNPROCESSABLE = 422


def question(site: Site, visit: Visit) -> Response:
    """Ask for a new password; looking uses nothing up."""
    return _question(site, visit)


def choose(site: Site, visit: Visit) -> Response:
    """Set the password, end every session of its owner, and lead to the door: nobody is signed in by a link."""
    application = site.application
    try:
        known = signing.choose_by_link(
            application.database, application.keyring, visit.token, visit.form.get("password", ""), visit.wall
        )
    except BadValue as bad:
        return _question(site, visit, error=bad.reason, status=UNPROCESSABLE)
    with application.database.write() as tx:
        audit.record(tx, known.actor, "password.choose", f"account {known.name}", {}, visit.now)
    return RedirectResponse("/desk/sign-in?said=password", SEE_OTHER)


def forgotten(site: Site, _visit: Visit) -> Response:
    """Ask whose password is forgotten."""
    return site.pages.page("desk/door/forgotten.html", is_sent=False)


def send(site: Site, visit: Visit) -> Response:
    """Mail a link, if there is an account of this address; the answer is the same if there is none."""
    # Whoever asks too often, or for nobody, is told what everybody is told.
    with suppress(AddressRefused, SlowDown):
        _send(site, visit)
    return RedirectResponse("/desk/sign-in/forgotten/sent", SEE_OTHER)


def sent(site: Site, _visit: Visit) -> Response:
    """Say where the link is, if there is one."""
    return site.pages.page("desk/door/forgotten.html", is_sent=True)


def _send(site: Site, visit: Visit) -> None:
    application = site.application
    address = parse(visit.text("address"))
    counters = (
        Counter(f"forgotten:{signing.digest(address.key)}", backoff.OF_MAIL),
        Counter(f"forgotten:{network_of(visit.network)}", backoff.OF_NETWORK),
    )
    with application.database.write() as tx:
        failures.begin(tx, counters, visit.wall)
        known = accounts.by_address(tx, address)
    if known is None:
        return
    letter = colleagues.forgotten(application.database, application.templates, application.keyring, known)
    if letter is None:
        return
    with application.database.write() as tx:
        link = doorlinks.make(tx, known, visit.wall, doorlinks.FORGOTTEN)
        colleagues.write(tx, application.keyring, letter, known, link, visit.now)
        audit.record(tx, known.actor, "password.forgotten", f"account {known.name}", {}, visit.now)


def _question(site: Site, visit: Visit, *, error: str = "", status: int = 200) -> Response:
    application = site.application
    with application.database.read() as tx:
        known = doorlinks.opened(tx, application.keyring, visit.token, visit.wall)
        provider = identities.provider_name(tx)
    response = site.pages.page(
        "desk/door/password.html", token=visit.token, account=known, error=error, shortest=passwords.SHORTEST, provider=provider
    )
    response.status_code = status
    return response
