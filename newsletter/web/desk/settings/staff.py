"""The staff: who is on it, what each may do and where, and the links by which they choose a password."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from starlette.responses import RedirectResponse, Response

from newsletter.errors import AlreadyThere, BadValue
from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.languages.catalogue import later
from newsletter.people import colleagues
from newsletter.staff import accounts, audit, doorlinks, identities, losses, passkeys, sessions
from newsletter.staff.accounts import Account
from newsletter.staff.doorlinks import DoorLink
from newsletter.staff.permissions import Role
from newsletter.staff.refusals import LastAdministrator, OwnRole
from newsletter.web.desk.settings import sheets
from newsletter.web.visits import Site, Visit
from subscribers.errors import AddressRefused
from subscribers.sentence import say
from subscribers.transaction import Transaction

HERE = "/desk/settings/staff"
SEE_OTHER = 303
NO_ROLE = "none"
# Before the id of a newsletter, the name of the field with a role in it.
IN_ONE = "role-"

# What somebody typed and can type otherwise, or what cannot be.
REFUSALS = (BadValue, AlreadyThere, AddressRefused, OwnRole, LastAdministrator)

ROLES = (
    (Role.VIEWER, later("Viewer: reads everything")),
    (Role.EDITOR, later("Editor: writes")),
    (Role.PUBLISHER, later("Publisher: approves, sends and looks after people")),
    (Role.ADMIN, later("Administrator: everything")),
)


# As they stand in a line about somebody.
_ROLE_WORDS = {
    Role.VIEWER: later("viewer"),
    Role.EDITOR: later("editor"),
    Role.PUBLISHER: later("publisher"),
    Role.ADMIN: later("admin"),
}


def show_all(site: Site, visit: Visit) -> Response:
    """Show who is on the staff."""
    with site.application.database.read() as tx:
        known = accounts.all_accounts(tx)
        names = {one.id: one.name for one in newsletters.all_newsletters(tx)}
        provider = identities.provider_name(tx)
    return sheets.page(site, visit, "staff", at="staff", accounts=known, names=names, provider=provider, role_words=_ROLE_WORDS)


def ask(site: Site, visit: Visit) -> Response:
    """Ask who comes."""
    return _new(site, visit)


def add(site: Site, visit: Visit) -> Response:
    """Put somebody on the staff, and make the link by which they choose a password."""
    application = site.application
    try:
        with application.database.write() as tx:
            if not visit.text("address"):
                raise BadValue(say("address"), "", say("is what they sign in with; it cannot be empty"))
            made = accounts.add(tx, visit.text("name"), None, visit.now, visit.text("address"))
            made = accounts.set_roles(tx, visit.actor, made, *_roles(tx, visit))
            audit.record(tx, visit.actor, "staff.add", f"account {made.name}", _granted(made), visit.now)
    except REFUSALS as refused:
        return _new(site, visit, refused)
    return _link(site, visit, made)


def show(site: Site, visit: Visit) -> Response:
    """Show one of the staff."""
    return _one(site, visit)


def save(site: Site, visit: Visit) -> Response:
    """Give somebody another address or other roles; whose roles change signs in anew."""
    try:
        with site.application.database.write() as tx:
            known = _known(tx, visit)
            changed = accounts.set_address(tx, known.name, visit.text("address"))
            if "role" in visit.form:
                changed = accounts.set_roles(tx, visit.actor, changed, *_roles(tx, visit))
            if (changed.role, changed.roles) != (known.role, known.roles):
                sessions.end_all(tx, known.id)
            audit.record(tx, visit.actor, "staff.edit", f"account {known.name}", _granted(changed), visit.now)
    except REFUSALS as refused:
        return _one(site, visit, refused)
    return _back(known, "staff-saved")


def link(site: Site, visit: Visit) -> Response:
    """Make a link by which somebody chooses a password, and mail it where that is asked for."""
    with site.application.database.read() as tx:
        known = _known(tx, visit)
    try:
        _require_address(known)
    except BadValue as refused:
        return _one(site, visit, refused)
    return _link(site, visit, known)


def _require_address(known: Account) -> None:
    if not known.address:
        raise BadValue(say("address"), "", say("is missing, and they sign in with it"))


def sign_out(site: Site, visit: Visit) -> Response:
    """End every session of somebody."""
    with site.application.database.write() as tx:
        known = _known(tx, visit)
        ended = losses.sign_out(tx, known.id).sessions
        audit.record(tx, visit.actor, "staff.sign_out", f"account {known.name}", {"ended": ended}, visit.now)
    return _back(known, "staff-out")


def drop(site: Site, visit: Visit) -> Response:
    """Let somebody sign in without what they lost: their second factor, their passkeys; every session of theirs ends."""
    is_lost, has_lost_keys = "second_factor" in visit.form, "passkeys" in visit.form
    try:
        with site.application.database.write() as tx:
            known = _known(tx, visit)
            _require_loss(visit, known, is_any=is_lost or has_lost_keys)
            ended = losses.sign_out(tx, known.id, second_factor=is_lost, all_passkeys=has_lost_keys)
            what = {"ended": ended.sessions, "second_factor_off": is_lost, "passkeys": ended.passkeys}
            audit.record(tx, visit.actor, "staff.sign_out", f"account {known.name}", what, visit.now)
    except REFUSALS as refused:
        return _one(site, visit, refused)
    return _back(known, "staff-dropped")


def _require_loss(visit: Visit, known: Account, *, is_any: bool) -> None:
    # One's own takes the password, on one's own page: whoever finds a desk open must not make it theirs for good.
    if known.id == visit.actor.account_id:
        raise BadValue(say("account"), known.name, say("is your own; what you sign in with is changed on your own page"))
    if not is_any:
        raise BadValue(say("choice"), "", say("say what they lost"))


def ask_to_remove(site: Site, visit: Visit) -> Response:
    """Ask whether somebody is to leave the staff."""
    with site.application.database.read() as tx:
        known = _known(tx, visit)
    return sheets.page(site, visit, "staff_remove", at="staff", account=known)


def remove(site: Site, visit: Visit) -> Response:
    """Take somebody off the staff."""
    try:
        with site.application.database.write() as tx:
            known = _known(tx, visit)
            accounts.remove(tx, visit.actor, known)
            audit.record(tx, visit.actor, "staff.remove", f"account {known.name}", {}, visit.now)
    except REFUSALS as refused:
        return _one(site, visit, refused)
    return RedirectResponse(f"{HERE}?said=staff-gone", SEE_OTHER)


def _link(site: Site, visit: Visit, known: Account) -> Response:
    application, letter = site.application, None
    if "mail" in visit.form:
        letter = colleagues.invitation(
            application.database, application.templates, application.keyring, known, visit.actor.name
        )
    with application.database.write() as tx:
        made = doorlinks.make(tx, known, visit.wall, doorlinks.INVITED)
        if letter is not None:
            colleagues.write(tx, application.keyring, letter, known, made, visit.now)
        audit.record(tx, visit.actor, "staff.link", f"account {known.name}", {"mailed": letter is not None}, visit.now)
    return _back(known, "staff-mailed" if letter is not None else "staff-linked")


def _one(site: Site, visit: Visit, refused: Exception | None = None) -> Response:
    application = site.application
    with application.database.read() as tx:
        known = _known(tx, visit)
        papers = newsletters.all_newsletters(tx)
        open_link = doorlinks.newest_open(tx, known, visit.wall)
        places = sessions.of_account(tx, known.id, visit.wall)
        keys = passkeys.of_account(tx, known.id)
    return sheets.page(
        site,
        visit,
        "staff_one",
        at="staff",
        refused=refused,
        account=known,
        typed=_typed_of(visit, known, papers),
        papers=papers,
        roles=ROLES,
        is_own=known.id == visit.actor.account_id,
        link=_address(site, open_link),
        ends_at=open_link.ends_at if open_link is not None else None,
        sessions=len(places),
        passkeys=len(keys),
        is_copied=any(one.barred_at for one in keys),
        wall=visit.wall,
    )


def _new(site: Site, visit: Visit, refused: Exception | None = None) -> Response:
    with site.application.database.read() as tx:
        papers = newsletters.all_newsletters(tx)
    return sheets.page(
        site,
        visit,
        "staff_new",
        at="staff",
        refused=refused,
        papers=papers,
        roles=ROLES,
        # What was not typed yet is empty.
        typed=defaultdict(str, visit.form),
        single=_single_typed(visit, papers),
        is_mailed="mail" in visit.form if refused is not None else bool(papers),
    )


def _typed_of(visit: Visit, known: Account, papers: Collection[Newsletter]) -> Mapping[str, object]:
    """Give address and roles for the form of an account: as they were typed, where they were."""
    if "address" not in visit.form:
        return {"address": known.address, "role": known.role or "", "single": known.roles}
    return {"address": visit.text("address"), "role": visit.text("role"), "single": _single_typed(visit, papers)}


def _single_typed(visit: Visit, papers: Collection[Newsletter]) -> Mapping[int, str]:
    return {one.id: visit.text(f"{IN_ONE}{one.id}") for one in papers}


def _address(site: Site, made: DoorLink | None) -> str:
    application = site.application
    return application.links.door(doorlinks.token(application.keyring, made.id)) if made is not None else ""


def _known(tx: Transaction, visit: Visit) -> Account:
    return accounts.by_id(tx, visit.number("account_id"))


def _roles(tx: Transaction, visit: Visit) -> tuple[Role | None, dict[int, Role]]:
    """Read the roles that a form gives: on the whole instance, and in single newsletters."""
    known = {str(one.id): one.id for one in newsletters.all_newsletters(tx)}
    single: dict[int, Role] = {}
    for name, value in visit.form.items():
        if not name.startswith(IN_ONE) or value == NO_ROLE:
            continue
        role = _role(value)
        newsletter_id = known.get(name.removeprefix(IN_ONE))
        if newsletter_id is None:
            raise BadValue(say("newsletter"), name.removeprefix(IN_ONE), say("is not there any more; look at the page again"))
        if role is not None:
            single[newsletter_id] = role
    return _role(visit.text("role")), single


def _role(text: str) -> Role | None:
    if text in {"", NO_ROLE}:
        return None
    try:
        return Role(text)
    except ValueError as error:
        raise BadValue(say("role"), text, say("is none of viewer, editor, publisher and admin")) from error


def _granted(account: Account) -> Mapping[str, object]:
    return {"role": account.role or NO_ROLE, "roles": {str(one): role.value for one, role in account.roles.items()}}


def _back(known: Account, said: str) -> Response:
    return RedirectResponse(f"{HERE}/{known.id}?said={said}", SEE_OTHER)
