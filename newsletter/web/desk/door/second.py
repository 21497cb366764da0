"""The second factor at the door, asked for behind the password: a code of an app, a passkey, or a code on paper."""

from starlette.responses import RedirectResponse, Response

from newsletter.languages.catalogue import later
from newsletter.staff import accounts, ceremonies, signing
from newsletter.staff.accounts import Account
from newsletter.staff.providersigning import Binding
from newsletter.staff.refusals import PasskeyCopied, PasskeyRefused, SlowDown
from newsletter.staff.secrets import remembered
from newsletter.web.desk.door import passkeys, signin, steps
from newsletter.web.desk.door.steps import Step, StepKind
from newsletter.web.faults import StepOver
from newsletter.web.visits import Site, Visit

REFUSED = 403
TOO_MANY = 429
SEE_OTHER = 303

WRONG_CODE = later("This code is not right, or was used before. A new one appears in your app every 30 seconds.")
WRONG_RECOVERY = later("This code is not right, or was used before.")
ANOTHERS = later("This is the passkey of another account. Sign in again, and choose one of yours.")


def ask(site: Site, visit: Visit) -> Response:
    """Ask for the second factor of whoever knew the password."""
    try:
        step = _under_way(site, visit)
    except StepOver:
        return signin.late()
    return _asked(site, step)


def check(site: Site, visit: Visit) -> Response:
    """Let somebody in whose code is right, or whose passkey answered."""
    try:
        step = _under_way(site, visit)
    except StepOver:
        return signin.late()
    known = _owner(site, step)
    # Another password was chosen meanwhile, perhaps because somebody else knew this one.
    if known is None or remembered(known.password) != step.values["password"]:
        return signin.late()
    refused = _by_passkey(site, visit, step, known) if "credential" in visit.form else _by_code(site, visit, step, known)
    if refused is not None:
        return refused
    signin.bind(site, visit, known, _binding(step))
    return signin.let_in(site, visit, known, step.onward)


def _by_code(site: Site, visit: Visit, step: Step, known: Account) -> Response | None:
    """Say what is wrong with a code; None: it is right, and used up."""
    application = site.application
    try:
        is_right = signing.by_code(application.database, steps.strongbox(site), known.id, visit.text("code"), visit.wall)
    except SlowDown as slow:
        return _asked(site, step, error=str(slow), status=TOO_MANY)
    if is_right:
        return None
    words = WRONG_CODE if known.has_second_factor else WRONG_RECOVERY
    return _asked(site, step, error=visit.words.gettext(words), status=REFUSED)


def _by_passkey(site: Site, visit: Visit, step: Step, known: Account) -> Response | None:
    """Say why a passkey opens nothing; None: it is theirs."""
    try:
        owner = passkeys.answered(site, visit, step)
    except (PasskeyCopied, PasskeyRefused) as wrong:
        # A challenge is answered once: from the beginning, with another one.
        return signin.shown(site, visit, step.onward, error=str(wrong), status=REFUSED)
    if owner.id == known.id:
        return None
    return signin.shown(site, visit, step.onward, error=visit.words.gettext(ANOTHERS), status=REFUSED)


def _under_way(site: Site, visit: Visit) -> Step:
    return steps.under_way(site, visit, StepKind.SECOND_FACTOR)


def _owner(site: Site, step: Step) -> Account | None:
    with site.application.database.read() as tx:
        return next((one for one in accounts.all_accounts(tx) if one.id == step.account_id), None)


def _binding(step: Step) -> Binding | None:
    values = step.values
    return Binding(values["issuer"], values["subject"], values["link"]) if "issuer" in values else None


def _asked(site: Site, step: Step, *, error: str = "", status: int = 200) -> Response:
    known = _owner(site, step)
    # Taken off the staff meanwhile, or what was lost was taken away: the password is asked for anew.
    if known is None or not known.is_guarded:
        return RedirectResponse("/desk/sign-in?said=late", SEE_OTHER)
    place = ceremonies.place_of(site.application.settings.public_url)
    is_good_here = known.has_passkeys and place is not None
    response = site.pages.page(
        "desk/door/second.html",
        error=error,
        has_app=known.has_second_factor,
        # What the script asks the browser; empty: no passkey of theirs is good here.
        options=ceremonies.request(place, step.values["challenge"]) if place is not None and is_good_here else "",
        origin=place.origin if place is not None else "",
    )
    response.status_code = status
    return response
