"""The link that `serve` prints: it makes the first administrator's account, or lets that administrator in, once."""

from starlette.responses import Response

from newsletter.errors import AlreadyThere, BadValue
from newsletter.staff import accounts, audit, passwords
from newsletter.staff.accounts import Account
from newsletter.staff.permissions import LOCAL_OPERATOR, Role
from newsletter.web.desk.door.signin import let_in
from newsletter.web.faults import LinkUsedUp
from newsletter.web.visits import Site, Visit
from subscribers.address import parse
from subscribers.errors import AddressRefused

UNPROCESSABLE = 422


def question(site: Site, visit: Visit) -> Response:
    """Show the button, or the form of the first account; only that uses the link up, so that a preview in a chat does not."""
    if not site.first_key.opens(visit.token):
        raise LinkUsedUp
    return _question(site, visit)


def enter(site: Site, visit: Visit) -> Response:
    """Let this browser in, and nobody else by this link."""
    try:
        with site.first_key.turned(visit.token):
            with site.application.database.read() as tx:
                known = accounts.first_administrator(tx)
            if known is None:
                known = _first(site, visit)
            return let_in(site, visit, known, "/desk")
    except (BadValue, AddressRefused, AlreadyThere) as wrong:
        return _question(site, visit, error=str(wrong), status=UNPROCESSABLE)


def _first(site: Site, visit: Visit) -> Account:
    """Make the account of whoever owns this machine."""
    name, address, password = visit.text("name"), visit.text("address"), visit.form.get("password", "")
    # Without one nobody could sign in tomorrow.
    address = parse(address).text
    passwords.require_good(password, about=(name, address))
    kept = passwords.hashed(password)
    with site.application.database.write() as tx:
        made = accounts.add(tx, name, Role.ADMIN, visit.now, address)
        accounts.set_password(tx, made.id, kept)
        audit.record(tx, LOCAL_OPERATOR, "staff.add", f"account {made.name}", {"role": Role.ADMIN}, visit.now)
    return made


def _question(site: Site, visit: Visit, *, error: str = "", status: int = 200) -> Response:
    with site.application.database.read() as tx:
        known = accounts.first_administrator(tx)
    response = site.pages.page(
        "desk/door/enter.html",
        token=visit.token,
        account=known,
        name=visit.text("name"),
        address=visit.text("address"),
        error=error,
        shortest=passwords.SHORTEST,
    )
    response.status_code = status
    return response
