"""Passkeys: made and removed on one's own page, and the way through the door with one."""

from starlette.responses import RedirectResponse, Response

from newsletter.errors import AlreadyThere, BadValue
from newsletter.languages.catalogue import later
from newsletter.staff import accounts, audit, ceremonies, keysigning, losses, passkeys, secondfactor, sessions, signing
from newsletter.staff.accounts import Account
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
GONE = "/desk/account/passkeys/{passkey_id:int}/remove"
AT_DOOR = "/desk/sign-in/passkey"

KEPT = later("The passkey is kept. It lets you in without a password, and the password alone lets nobody in any more.")


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
    try:
        codes = _keep(site, visit, step, known)
    except (PasskeyRefused, BadValue, AlreadyThere) as wrong:
        words = wrong.reason if isinstance(wrong, BadValue) else str(wrong)
        return account.shown(site, visit, errors={"passkey": words})
    if codes:
        return factor.show_codes(site, visit, codes, KEPT)
    return RedirectResponse(f"{account.HERE}?said=passkey", SEE_OTHER)


def _keep(site: Site, visit: Visit, step: Step, known: Account) -> tuple[str, ...]:
    """Keep it with all that comes with the first one, or nothing; gives the codes on paper, where they had none."""
    place, values, answer = _place(site), step.values, visit.form.get("credential", "")
    codes: tuple[str, ...] = ()
    with site.application.database.write() as tx:
        name = keysigning.keep(tx, place, known, values["name"], values["handle"], values["challenge"], answer, visit.wall)
        audit.record(tx, visit.actor, "passkey.add", f"account {known.name}", {"passkey": name}, visit.now)
        if not secondfactor.codes_left(tx, known.id):
            codes = secondfactor.new_codes(tx, known.id)
        if not known.is_guarded:
            assert visit.session is not None
            # Whoever came in with the password alone is asked for both from now on.
            sessions.end_all(tx, known.id, but=visit.session.id)
    return codes


def remove(site: Site, visit: Visit) -> Response:
    """Let one passkey open nothing any more; the password is asked for, which may be all that is left to come in with."""
    known, number = account.own(site, visit), visit.number("passkey_id")
    with site.application.database.read() as tx:
        if number not in {one.id for one in passkeys.of_account(tx, known.id)}:
            raise PageNotFound
    try:
        factor.require_password(site, visit, known)
    except (BadValue, SlowDown) as wrong:
        return account.shown(site, visit, errors={f"passkey_{number}": factor.said(wrong)})
    with site.application.database.write() as tx:
        name = losses.remove_passkey(tx, known.id, number)
        if name is None:
            raise PageNotFound
        audit.record(tx, visit.actor, "passkey.remove", f"account {visit.actor.name}", {"passkey": name}, visit.now)
        is_guarded = accounts.by_id(tx, known.id).is_guarded
    return RedirectResponse(f"{account.HERE}?said={'passkey_gone' if is_guarded else 'last_gone'}", SEE_OTHER)


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
    try:
        step = steps.under_way(site, visit, StepKind.PASSKEY)
    except StepOver:
        return signin.late()
    try:
        known = answered(site, visit, step)
    except (PasskeyCopied, PasskeyRefused) as wrong:
        return signin.shown(site, visit, step.onward, error=str(wrong), status=REFUSED)
    return signin.admit(site, visit, known, step.onward, is_whole=True)


def answered(site: Site, visit: Visit, step: Step) -> Account:
    """Give whose passkey answered to the challenge of *step*; a copied one is written down.

    Raises:
        PasskeyRefused: nobody's, or what the browser says is not true here.
        PasskeyCopied: there are two of it.

    """
    place, application, answer = _place(site), site.application, visit.form.get("credential", "")
    try:
        return keysigning.by_passkey(application.database, place, step.values["challenge"], answer, visit.wall)
    except PasskeyCopied as copied:
        with application.database.write() as tx:
            owner = accounts.by_id(tx, copied.account_id)
            audit.record(tx, owner.actor, "passkey.copied", f"account {owner.name}", {"passkey": copied.name}, visit.now)
        raise


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
