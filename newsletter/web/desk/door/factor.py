"""Taking up a second factor, dropping it, and the codes on paper for when it is lost."""

import base64

from starlette.responses import RedirectResponse, Response

from newsletter.errors import BadValue
from newsletter.languages.catalogue import later
from newsletter.staff import accounts, audit, secondfactor, sessions, signing
from newsletter.staff.accounts import Account
from newsletter.staff.refusals import SlowDown
from newsletter.web.desk.door import account, steps
from newsletter.web.desk.door.steps import Step, StepKind
from newsletter.web.desk.frame import Area, page
from newsletter.web.faults import PageNotFound
from newsletter.web.guard import CONTENT_POLICY
from newsletter.web.visits import Site, Visit

SEE_OTHER = 303
UNPROCESSABLE = 422
HERE = "/desk/account/second-factor"

# The picture of the secret is part of its page: there is no address by which anybody else could ask for it.
DATA_PICTURES = CONTENT_POLICY.replace("img-src 'self'", "img-src 'self' data:")

WRONG_CODE = later("This code does not fit. Type the one that the app shows now; the clock of your phone must be right.")
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
        _require_password(site, visit, known)
        number = _step_of(secret, visit)
    except (BadValue, SlowDown) as wrong:
        return _offered(site, visit, step, error=wrong)
    with application.database.write() as tx:
        codes = secondfactor.take(tx, steps.strongbox(site), known.id, secret, number)
        assert visit.session is not None
        # Whoever came in with the password alone is asked for both from now on.
        sessions.end_all(tx, known.id, but=visit.session.id)
        audit.record(tx, visit.actor, "factor.take", f"account {known.name}", {}, visit.now)
    return _codes(site, visit, codes, is_new=True)


def drop(site: Site, visit: Visit) -> Response:
    """Let the password alone open the door again."""
    known = account.own(site, visit)
    try:
        _require_password(site, visit, known)
    except (BadValue, SlowDown) as wrong:
        return account.shown(site, visit, errors={"factor": _said(wrong)})
    with site.application.database.write() as tx:
        secondfactor.drop(tx, known.id)
        audit.record(tx, visit.actor, "factor.drop", f"account {known.name}", {}, visit.now)
    return RedirectResponse(f"{account.HERE}?said=factor_off", SEE_OTHER)


def renew_codes(site: Site, visit: Visit) -> Response:
    """Make new codes instead of those that may have been seen."""
    known = account.own(site, visit)
    if not known.has_second_factor:
        raise PageNotFound
    try:
        _require_password(site, visit, known)
    except (BadValue, SlowDown) as wrong:
        return account.shown(site, visit, errors={"codes": _said(wrong)})
    with site.application.database.write() as tx:
        codes = secondfactor.new_codes(tx, known.id)
        audit.record(tx, visit.actor, "factor.codes", f"account {known.name}", {}, visit.now)
    return _codes(site, visit, codes, is_new=False)


def _step_of(secret: str, visit: Visit) -> int:
    number = secondfactor.step_of(secret, visit.text("code"), visit.wall)
    if number is None:
        raise BadValue("code", "", visit.words.gettext(WRONG_CODE))
    return number


def _require_password(site: Site, visit: Visit, known: Account) -> None:
    if not signing.knows_password(site.application.database, known, visit.form.get("current", ""), visit.wall):
        raise BadValue("password", "", visit.words.gettext(NOT_YOURS))


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
        code_error=_said(error) if is_of_code else "",
        password_error="" if is_of_code or error is None else _said(error),
    )
    response.headers["Content-Security-Policy"] = DATA_PICTURES
    response.status_code = UNPROCESSABLE if error is not None else 200
    return response


def _said(error: BadValue | SlowDown | None) -> str:
    return error.reason if isinstance(error, BadValue) else str(error)


def _codes(site: Site, visit: Visit, codes: tuple[str, ...], *, is_new: bool) -> Response:
    return page(site, visit, "desk/door/codes.html", here=Area.ACCOUNT, codes=codes, is_new=is_new)
