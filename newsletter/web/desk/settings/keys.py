"""Keys of the API: what programs come with, made for oneself, shown once, and revoked."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from starlette.responses import RedirectResponse, Response

from newsletter.errors import BadValue
from newsletter.issues import newsletters
from newsletter.languages.catalogue import later
from newsletter.staff import accounts, apikeys, audit
from newsletter.staff.apikeys import Key, Terms
from newsletter.staff.permissions import Permission
from newsletter.web.desk.settings import sheets
from newsletter.web.visits import Site, Visit
from subscribers.sentence import say

HERE = "/desk/settings/keys"
SEE_OTHER = 303

# Before the name of a permission, and the id of a newsletter.
SCOPE, PAPER = "scope-", "paper-"
FIELDS = ("name", "days", f"{SCOPE}*", f"{PAPER}*")

SCOPES: Mapping[Permission, str] = MappingProxyType(
    {
        Permission.VIEW: later("Read"),
        Permission.EDIT: later("Write issues"),
        Permission.APPROVE: later("Approve issues"),
        Permission.SEND: later("Send issues"),
        Permission.MANAGE_PEOPLE: later("Look after people"),
        Permission.MANAGE_NEWSLETTERS: later("Change newsletters and feeds"),
        Permission.MANAGE_RELAYS: later("Change relays"),
        Permission.MANAGE_STAFF: later("See the staff and the audit log"),
        Permission.LIFT_COMPLAINTS: later("Let complaints be lifted"),
        Permission.MANAGE_INSTANCE: later("Run the instance"),
    }
)
# In days; 0: until it is revoked.
LIVES: Mapping[int, str] = MappingProxyType(
    {30: later("30 days"), 90: later("90 days"), 365: later("A year"), 0: later("Until it is revoked")}
)


def show(site: Site, visit: Visit) -> Response:
    """Show all keys, and the form for another one."""
    return _page(site, visit)


def add(site: Site, visit: Visit) -> Response:
    """Make a key for whoever asks, and show it this once."""
    try:
        with site.application.database.write() as tx:
            assert visit.actor.account_id is not None  # whoever is signed in has an account
            owner = accounts.by_id(tx, visit.actor.account_id)
            made, secret = apikeys.make(tx, owner, visit.text("name"), _terms(visit), visit.wall)
            detail = {"name": made.name, "account": owner.name, "scopes": sorted(made.terms.scopes)}
            audit.record(tx, visit.actor, "apikey.add", f"key {made.id}", detail, visit.now)
    except BadValue as refused:
        return _page(site, visit, refused)
    return _page(site, visit, made=made, secret=secret)


def revoke(site: Site, visit: Visit) -> Response:
    """Let a key open nothing any more."""
    with site.application.database.write() as tx:
        gone = apikeys.revoke(tx, visit.number("key_id"), visit.wall)
        audit.record(tx, visit.actor, "apikey.revoke", f"key {gone.id}", {"name": gone.name}, visit.now)
    return RedirectResponse(f"{HERE}?said=key-revoked", SEE_OTHER)


def _terms(visit: Visit) -> Terms:
    scopes = apikeys.scopes_of([name.removeprefix(SCOPE) for name in visit.form if name.startswith(SCOPE)])
    papers = [name.removeprefix(PAPER) for name in visit.form if name.startswith(PAPER)]
    days = visit.text("days")
    if days not in {str(one) for one in LIVES} or not all(one.isascii() and one.isdecimal() for one in papers):
        raise BadValue(say("choice"), "", say("choose one of those offered"))
    ends_at = visit.wall + timedelta(days=int(days)) if int(days) else None
    return Terms(scopes, frozenset(int(one[:15]) for one in papers) or None, ends_at)


def _page(site: Site, visit: Visit, refused: BadValue | None = None, *, made: Key | None = None, secret: str = "") -> Response:
    with site.application.database.read() as tx:
        known = apikeys.all_keys(tx)
        papers = newsletters.all_newsletters(tx)
        zone = newsletters.zone_of_house(tx)
    typed = visit.form if refused is not None else {}
    return sheets.page(
        site,
        visit,
        "keys",
        at="keys",
        refused=refused,
        keys=known,
        zone=zone,
        wall=visit.wall,
        scopes=SCOPES,
        lives=LIVES,
        papers=papers,
        names={one.id: one.name for one in papers},
        typed=typed,
        made=made,
        secret=secret,
    )
