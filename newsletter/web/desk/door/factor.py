"""Taking up a second factor, dropping it, and the codes on paper for when it is lost."""

import base64

from starlette.responses import RedirectResponse, Response

from newsletter.errors import BadValue
from newsletter.languages.catalogue import later
from newsletter.staff import accounts, audit, losses, secondfactor, sessions, signing
from newsletter.staff.accounts import Account
from newsletter.staff.refusals import SlowDown
from newsletter.web.desk.door import account, steps
from newsletter.web.desk.door.steps import Step, StepKind
from newsletter.web.desk.frame import Area, page
from newsletter.web.faults import PageNotFound
from newsletter.web.guard import CONTENT_POLICY
from newsletter.web.visits import Site, Visit
from subscribers.sentence import say

SEE_OTHER = 303
UNPROCESSABLE = 422
HERE = "/desk/account/second-factor"

# The picture of the secret is part of its page: there is no address by which anybody else could ask for it.
DATA_PICTURES = CONTENT_POLICY.replace("img-src 'self'", "img-src 'self' data:")

WRONG_CODE = later("This code does not fit. Type the one that the app shows now; the clock of your phone must be right.")
DONE = later("Your second factor is on. Your other sessions are over.")
NOT_YOURS = later("This is not your password.")


def begin(site: Site, visit: Visit) -> Response:
    """Make a secret, and carry it to the page that shows it; it counts once a code of it was typed."""
    response = RedirectResponse(HERE, SEE_OTHER)
    step = Step(StepKind.NEW_FACTOR, account.account_id(visit), values={"secret": secondfactor.new_secret()})
    steps.begin(site, visit, response, step)
    return response


def offer(site: Site, visit: Visit) -> Response:
    """Show the secret as a picture for the app."""
    return _offered(site, visit, _under_way(site, visit))


def take(site: Site, visit: Visit) -> Response:
    """Make it the second factor of whoever typed a right code and knows the password; shows the codes for when it is lost."""
    application, step, known = site.application, _under_way(site, visit), account.own(site, visit)
    secret = step.values["secret"]
    try:
        require_password(site, visit, known)
        number = _step_of(secret, visit)
    except (BadValue, SlowDown) as wrong:
        return _offered(site, visit, step, error=wrong)
    with application.database.write() as tx:
        codes = secondfactor.take(tx, steps.strongbox(site), known.id, secret, number)
        assert visit.session is not None
        # Whoever came in with the password alone is asked for both from now on.
        sessions.end_all(tx, known.id, but=visit.session.id)
        audit.record(tx, visit.actor, "factor.take", f"account {known.name}", {}, visit.now)
    return show_codes(site, visit, codes, DONE)


def drop(site: Site, visit: Visit) -> Response:
    """Ask for no code of an app any more; passkeys go on being asked for."""
    known = account.own(site, visit)
    try:
        require_password(site, visit, known)
    except (BadValue, SlowDown) as wrong:
        return account.shown(site, visit, errors={"factor": said(wrong)})
    with site.application.database.write() as tx:
        losses.drop_app(tx, known.id)
        audit.record(tx, visit.actor, "factor.drop", f"account {known.name}", {}, visit.now)
    what = "app_off" if known.has_passkeys else "factor_off"
    return RedirectResponse(f"{account.HERE}?said={what}", SEE_OTHER)


def renew_codes(site: Site, visit: Visit) -> Response:
    """Make new codes instead of those that may have been seen."""
    known = account.own(site, visit)
    if not known.is_guarded:
        raise PageNotFound
    try:
        require_password(site, visit, known)
    except (BadValue, SlowDown) as wrong:
        return account.shown(site, visit, errors={"codes": said(wrong)})
    with site.application.database.write() as tx:
        codes = secondfactor.new_codes(tx, known.id)
        audit.record(tx, visit.actor, "factor.codes", f"account {known.name}", {}, visit.now)
    return show_codes(site, visit, codes)


def require_password(site: Site, visit: Visit, known: Account) -> None:
    """Ask before what matters whether it is they.

    Raises:
        BadValue: this is not their password.
        SlowDown: too many attempts failed before.

    """
    if not signing.knows_password(site.application.database, known, visit.form.get("current", ""), visit.wall):
        raise BadValue(say("password"), "", visit.words.gettext(NOT_YOURS))


def said(error: BadValue | SlowDown | None) -> str:
    """Say what is wrong, beside its field."""
    return error.reason if isinstance(error, BadValue) else str(error)


def show_codes(site: Site, visit: Visit, codes: tuple[str, ...], done: str = "") -> Response:
    """Show codes for when everything else is lost, this once; with what was *done* before."""
    done = visit.words.gettext(done) if done else ""
    return page(site, visit, "desk/door/codes.html", here=Area.ACCOUNT, codes=codes, done=done)


def _step_of(secret: str, visit: Visit) -> int:
    number = secondfactor.step_of(secret, visit.text("code"), visit.wall)
    if number is None:
        raise BadValue(say("code"), "", visit.words.gettext(WRONG_CODE))
    return number


def _under_way(site: Site, visit: Visit) -> Step:
    step = steps.under_way(site, visit, StepKind.NEW_FACTOR)
    if step.account_id != account.account_id(visit):
        raise PageNotFound
    return step


def _offered(site: Site, visit: Visit, step: Step, error: BadValue | SlowDown | None = None) -> Response:
    with site.application.database.read() as tx:
        known = accounts.by_id(tx, account.account_id(visit))
    made = secondfactor.offer(step.values["secret"], known.address or known.name)
    is_of_code = isinstance(error, BadValue) and error.what == "code"
    picture = base64.b64encode(made.picture()).decode()
    response = page(
        site,
        visit,
        "desk/door/factor.html",
        here=Area.ACCOUNT,
        account=known,
        offer=made,
        picture=f"data:image/svg+xml;base64,{picture}",
        code_error=said(error) if is_of_code else "",
        password_error="" if is_of_code or error is None else said(error),
    )
    response.headers["Content-Security-Policy"] = DATA_PICTURES
    response.status_code = UNPROCESSABLE if error is not None else 200
    return response
