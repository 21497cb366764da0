"""Passkeys: made and removed on one's own page, and the way through the door with one."""

from starlette.responses import RedirectResponse, Response

from newsletter.errors import AlreadyThere, BadValue
from newsletter.staff import accounts, audit, ceremonies, keysigning, passkeys, signing
from newsletter.staff.ceremonies import Owner, Place
from newsletter.staff.refusals import PasskeyCopied, PasskeyRefused, SlowDown
from newsletter.staff.secrets import new_secret
from newsletter.web.desk.door import account, factor, signin, steps
from newsletter.web.desk.door.steps import Step, StepKind
from newsletter.web.desk.frame import Area, page
from newsletter.web.faults import PageNotFound, StepOver
from newsletter.web.visits import Site, Visit

SEE_OTHER = 303
REFUSED = 403
NEW = "/desk/account/passkeys/new"
AT_DOOR = "/desk/sign-in/passkey"


def begin_new(site: Site, visit: Visit) -> Response:
    """Let somebody who knows their password go on to the page that makes a passkey."""
    _place(site)
    known = account.own(site, visit)
    try:
        if not signing.knows_password(site.application.database, known, visit.form.get("current", ""), visit.wall):
            return account.shown(site, visit, errors={"passkey_current": factor.NOT_YOURS})
    except SlowDown as slow:
        return account.shown(site, visit, errors={"passkey_current": str(slow)})
    with site.application.database.read() as tx:
        owner = keysigning.owner_of(tx, known)
    values = {"challenge": new_secret(), "handle": owner.handle, "name": visit.text("passkey")}
    response = RedirectResponse(NEW, SEE_OTHER)
    steps.begin(site, visit, response, Step(StepKind.NEW_PASSKEY, known.id, values=values))
    return response


def offer(site: Site, visit: Visit) -> Response:
    """Show the page whose script asks the browser for a new passkey."""
    place, step, known = _place(site), _new(site, visit), account.own(site, visit)
    with site.application.database.read() as tx:
        kept = passkeys.of_account(tx, known.id)
    owner = Owner(step.values["handle"], known.address, known.name)
    options = ceremonies.creation(place, step.values["challenge"], owner, [one.credential for one in kept])
    return page(
        site,
        visit,
        "desk/door/new_passkey.html",
        here=Area.ACCOUNT,
        options=options,
        name=step.values["name"],
        origin=place.origin,
    )


def keep(site: Site, visit: Visit) -> Response:
    """Keep the passkey that the browser made."""
    step, known = _new(site, visit), account.own(site, visit)
    values, answer = step.values, visit.form.get("credential", "")
    try:
        name = keysigning.keep(
            site.application.database,
            _place(site),
            known,
            values["name"],
            values["handle"],
            values["challenge"],
            answer,
            visit.wall,
        )
    except (PasskeyRefused, BadValue, AlreadyThere) as wrong:
        words = wrong.reason if isinstance(wrong, BadValue) else str(wrong)
        return account.shown(site, visit, errors={"passkey": words})
    with site.application.database.write() as tx:
        audit.record(tx, visit.actor, "passkey.add", f"account {known.name}", {"passkey": name}, visit.now)
    return RedirectResponse(f"{account.HERE}?said=passkey", SEE_OTHER)


def remove(site: Site, visit: Visit) -> Response:
    """Let one passkey open nothing any more."""
    with site.application.database.write() as tx:
        name = passkeys.remove(tx, account.account_id(visit), visit.number("passkey_id"))
        if name is None:
            raise PageNotFound
        audit.record(tx, visit.actor, "passkey.remove", f"account {visit.actor.name}", {"passkey": name}, visit.now)
    return RedirectResponse(f"{account.HERE}?said=passkey_gone", SEE_OTHER)


def begin(site: Site, visit: Visit) -> Response:
    """Go on to the page that asks the browser for a passkey, whoever it is."""
    _place(site)
    onward = steps.own_path(visit.text("next"))
    step = Step(StepKind.PASSKEY, steps.NOBODY, onward, {"challenge": new_secret()})
    response = RedirectResponse(AT_DOOR, SEE_OTHER)
    steps.begin(site, visit, response, step)
    return response


def ask(site: Site, visit: Visit) -> Response:
    """Show the page whose script asks the browser for a passkey."""
    place = _place(site)
    try:
        step = steps.under_way(site, visit, StepKind.PASSKEY)
    except StepOver:
        return signin.late()
    options = ceremonies.request(place, step.values["challenge"])
    return site.pages.page("desk/door/passkey.html", options=options, origin=place.origin)


def check(site: Site, visit: Visit) -> Response:
    """Let somebody in whose passkey answered."""
    place, application = _place(site), site.application
    try:
        step = steps.under_way(site, visit, StepKind.PASSKEY)
    except StepOver:
        return signin.late()
    answer = visit.form.get("credential", "")
    try:
        known = keysigning.by_passkey(application.database, place, step.values["challenge"], answer, visit.wall)
    except PasskeyCopied as copied:
        with application.database.write() as tx:
            owner = accounts.by_id(tx, copied.account_id)
            audit.record(tx, owner.actor, "passkey.copied", f"account {owner.name}", {"passkey": copied.name}, visit.now)
        return signin.shown(site, visit, step.onward, error=str(copied), status=REFUSED)
    except PasskeyRefused as wrong:
        return signin.shown(site, visit, step.onward, error=str(wrong), status=REFUSED)
    return signin.admit(site, visit, known, step.onward, is_whole=True)


def _place(site: Site) -> Place:
    place = ceremonies.place_of(site.application.settings.public_url)
    if place is None:
        raise PageNotFound
    return place


def _new(site: Site, visit: Visit) -> Step:
    step = steps.under_way(site, visit, StepKind.NEW_PASSKEY)
    if step.account_id != account.account_id(visit):
        raise PageNotFound
    return step
