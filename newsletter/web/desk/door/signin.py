"""Signing in: address and password, then the second factor where there is one; a passkey stands for both."""

from dataclasses import asdict

from starlette.responses import RedirectResponse, Response

from newsletter.languages.catalogue import later
from newsletter.staff import accounts, audit, ceremonies, identities, passkeys, providersigning, sessions, signing
from newsletter.staff.accounts import Account
from newsletter.staff.providersigning import Binding
from newsletter.staff.refusals import SlowDown
from newsletter.staff.secrets import new_secret, remembered
from newsletter.staff.signing import Visitor
from newsletter.web.cookies import Cookie, give, take_back
from newsletter.web.desk.door import steps
from newsletter.web.desk.door.steps import Step, StepKind
from newsletter.web.visits import Site, Visit

SEE_OTHER = 303
REFUSED = 403
TOO_MANY = 429

NOT_KNOWN = later("No account has this address and this password. Nothing says which of the two is wrong.")
NO_ROLE = later("Your account has no role any more. Ask an administrator.")

# What was done before somebody came here.
SAID = {
    "password": later("The password is set. Sign in with it."),
    "ended": later("You are signed out."),
    "late": later("That took longer than ten minutes. Sign in again."),
}


def form(site: Site, visit: Visit) -> Response:
    """Ask for address and password; whoever is signed in goes on."""
    onward = steps.own_path(visit.query.get("next", ""))
    if visit.session is not None:
        return RedirectResponse(onward, SEE_OTHER)
    return shown(site, visit, onward)


def sign_in(site: Site, visit: Visit) -> Response:
    """Let somebody in who knows an address and its password, or ask for their second factor."""
    onward, address = steps.own_path(visit.text("next")), visit.text("address")
    try:
        known = signing.by_password(
            site.application.database, address, visit.form.get("password", ""), visitor(visit), visit.wall
        )
    except SlowDown as slow:
        return shown(site, visit, onward, address=address, error=str(slow), status=TOO_MANY)
    if known is None:
        return shown(site, visit, onward, address=address, error=visit.words.gettext(NOT_KNOWN), status=REFUSED)
    return admit(site, visit, known, onward)


def admit(
    site: Site, visit: Visit, known: Account, onward: str, *, is_whole: bool = False, binding: Binding | None = None
) -> Response:
    """Let somebody in whose first factor was right, or ask for the second; *is_whole*: what they showed stands for both.

    A *binding* is done when all was right that is asked for, and not before.
    """
    if known.role is None and not known.roles:
        return shown(site, visit, onward, error=visit.words.gettext(NO_ROLE), status=REFUSED)
    if is_whole or not known.is_guarded:
        bind(site, visit, known, binding)
        return let_in(site, visit, known, onward)
    response = RedirectResponse("/desk/sign-in/second", SEE_OTHER)
    # Another password ends this step; a passkey answers the challenge.
    proof = {"password": remembered(known.password), "challenge": new_secret()}
    proof |= asdict(binding) if binding is not None else {}
    steps.begin(site, visit, response, Step(StepKind.SECOND_FACTOR, known.id, onward, proof))
    return response


def let_in(site: Site, visit: Visit, known: Account, onward: str) -> Response:
    """Begin a session under a secret that was never seen before, and end the one that this browser had."""
    with site.application.database.write() as tx:
        sessions.end(tx, visit.cookies.get(Cookie.SESSION, ""))
        device = sessions.renew_device(tx, known.id, visit.cookies.get(Cookie.DEVICE, ""), visit.wall)
        secret = sessions.begin(tx, known.id, visit.wall, agent=visit.agent, network=visit.network)
        audit.record(tx, known.actor, "session.begin", f"account {known.name}", {}, visit.now)
    response = RedirectResponse(onward, SEE_OTHER)
    give(response, Cookie.SESSION, secret, is_secure=visit.is_secure)
    give(response, Cookie.DEVICE, device, is_secure=visit.is_secure)
    take_back(response, Cookie.STEP, is_secure=visit.is_secure)
    return response


def leave(site: Site, visit: Visit) -> Response:
    """End this session."""
    with site.application.database.write() as tx:
        sessions.end(tx, visit.cookies[Cookie.SESSION])
        audit.record(tx, visit.actor, "session.end", f"account {visit.actor.name}", {}, visit.now)
    response = RedirectResponse("/desk/sign-in?said=ended", SEE_OTHER)
    take_back(response, Cookie.SESSION, is_secure=visit.is_secure)
    return response


def visitor(visit: Visit) -> Visitor:
    """Say who stands at the door."""
    return Visitor(visit.network, visit.agent, visit.cookies.get(Cookie.DEVICE, ""))


def shown(site: Site, visit: Visit, onward: str, *, address: str = "", error: str = "", status: int = 200) -> Response:
    """Show the page on which somebody signs in, with what was wrong before."""
    place = ceremonies.place_of(site.application.settings.public_url)
    with site.application.database.read() as tx:
        is_empty = accounts.first_administrator(tx) is None
        provider = identities.provider_name(tx)
        has_passkeys = place is not None and passkeys.are_any(tx)
    response = site.pages.page(
        "desk/door/sign_in.html",
        onward=onward,
        address=address,
        error=error,
        said=visit.words.gettext(SAID.get(visit.query.get("said", ""), "")),
        is_empty=is_empty,
        # What stands on the button of the identity provider; empty: there is none.
        provider=provider,
        # Where the pages are that a passkey is good for; empty: there is none.
        origin=place.origin if place is not None and has_passkeys else "",
    )
    response.status_code = status
    return response


def late() -> Response:
    """Lead back to the beginning whoever took too long."""
    return RedirectResponse("/desk/sign-in?said=late", SEE_OTHER)


def bind(site: Site, visit: Visit, known: Account, binding: Binding | None) -> None:
    """Let somebody come in by the provider from now on, when all was right that is asked for."""
    if binding is None:
        return
    with site.application.database.write() as tx:
        providersigning.bind(tx, site.application.keyring, known, binding, visit.wall)
        audit.record(tx, known.actor, "identity.bind", f"account {known.name}", {"issuer": binding.issuer}, visit.now)
