"""One's own account: name, password, second factor, passkeys, and where one is signed in."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from starlette.responses import RedirectResponse, Response

from newsletter.errors import AlreadyThere, BadValue
from newsletter.languages.catalogue import later
from newsletter.staff import accounts, audit, ceremonies, identities, passkeys, passwords, secondfactor, sessions, signing
from newsletter.staff.accounts import Account
from newsletter.staff.refusals import SlowDown
from newsletter.staff.sessions import Shown
from newsletter.web.cookies import Cookie
from newsletter.web.desk.door import signin
from newsletter.web.desk.door.browsers import browser_in_words
from newsletter.web.desk.frame import Area, Said, page
from newsletter.web.faults import PageNotFound
from newsletter.web.visits import Site, Visit

SEE_OTHER = 303
UNPROCESSABLE = 422
HERE = "/desk/account"

SAID: Mapping[str, Said] = MappingProxyType(
    {
        "named": Said(later("Your name is changed. What you did before stays under the name you had.")),
        "password": Said(later("Your password is changed. All other sessions of yours are over.")),
        "factor_off": Said(later("Your second factor is off: the password alone lets you in."), is_done=False),
        "app_off": Said(later("No code of an app is asked for any more. Your passkeys are.")),
        "ended": Said(later("That session is over.")),
        "ended_all": Said(later("All other sessions of yours are over.")),
        "passkey": Said(later("The passkey is kept. It lets you in without a password.")),
        "unbound": Said(later("Nobody comes in here by the provider any more, until it is bound again.")),
        "passkey_gone": Said(later("The passkey opens nothing here any more. Remove it from your device as well.")),
        "last_gone": Said(
            later(
                "The passkey opens nothing here any more, and the password alone lets you in. Remove it from your device too."
            ),
            is_done=False,
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Place:
    """One session, in words."""

    shown: Shown
    browser: str
    is_this: bool


def own(site: Site, visit: Visit) -> Account:
    """Give the account of whoever is signed in."""
    with site.application.database.read() as tx:
        return accounts.by_id(tx, account_id(visit))


def account_id(visit: Visit) -> int:
    """Give the id of the account of whoever is signed in."""
    assert visit.actor.account_id is not None
    return visit.actor.account_id


def show(site: Site, visit: Visit) -> Response:
    """Show all that is one's own."""
    return shown(site, visit)


def shown(site: Site, visit: Visit, *, errors: Mapping[str, str] = MappingProxyType({})) -> Response:
    """Show the page, with what is wrong beside the fields it is wrong in."""
    assert visit.session is not None
    with site.application.database.read() as tx:
        account = accounts.by_id(tx, account_id(visit))
        places = [
            Place(one, browser_in_words(one.agent, visit.words), one.id == visit.session.id)
            for one in sessions.of_account(tx, account.id, visit.wall)
        ]
        codes = secondfactor.codes_left(tx, account.id)
        kept = passkeys.of_account(tx, account.id)
        provider = identities.called(tx)
        identity = identities.of_account(tx, account.id, provider.issuer) if provider is not None else None
    place = ceremonies.place_of(site.application.settings.public_url)
    response = page(
        site,
        visit,
        "desk/door/account.html",
        here=Area.ACCOUNT,
        said=SAID.get(visit.query.get("said", "")),
        account=account,
        name=visit.text("name") or account.name,
        places=places,
        codes=codes,
        most_codes=secondfactor.MOST_CODES,
        passkeys=kept,
        provider=provider,
        identity=identity,
        # Where the pages are that a passkey is good for; empty: browsers make none there.
        origin=place.origin if place is not None else "",
        public_url=site.application.settings.public_url,
        passkey=visit.text("passkey") or browser_in_words(visit.agent, visit.words)[: passkeys.LONGEST_NAME],
        longest_name=passkeys.LONGEST_NAME,
        # What nothing is wrong with has no words.
        errors=defaultdict(str, errors),
        shortest=passwords.SHORTEST,
        wall=visit.wall,
    )
    response.status_code = UNPROCESSABLE if errors else 200
    return response


def rename(site: Site, visit: Visit) -> Response:
    """Call oneself otherwise."""
    try:
        with site.application.database.write() as tx:
            known = accounts.by_id(tx, account_id(visit))
            renamed = accounts.rename(tx, known, visit.text("name"))
            if renamed.name != known.name:
                audit.record(tx, visit.actor, "account.rename", f"account {renamed.name}", {"was": known.name}, visit.now)
    except (BadValue, AlreadyThere) as wrong:
        return shown(site, visit, errors={"name": str(wrong)})
    return _back("named")


def change_password(site: Site, visit: Visit) -> Response:
    """Choose another password: every session ends, and this browser gets a new one."""
    known = own(site, visit)
    current, wanted = visit.form.get("current", ""), visit.form.get("password", "")
    try:
        signing.change(site.application.database, known, current, wanted, visit.wall)
    except SlowDown as slow:
        return shown(site, visit, errors={"current": str(slow)})
    except BadValue as bad:
        field = "current" if bad.what == signing.CURRENT else "password"
        return shown(site, visit, errors={field: bad.reason})
    _record(site, visit, "password.change", known)
    return signin.let_in(site, visit, own(site, visit), f"{HERE}?said=password")


def end_session(site: Site, visit: Visit) -> Response:
    """End one session, wherever it is."""
    with site.application.database.write() as tx:
        if not sessions.end_one(tx, account_id(visit), visit.number("session_id")):
            raise PageNotFound
        audit.record(tx, visit.actor, "session.end", f"account {visit.actor.name}", {}, visit.now)
    return _back("ended")


def end_others(site: Site, visit: Visit) -> Response:
    """End all sessions but this one."""
    assert visit.session is not None
    with site.application.database.write() as tx:
        ended = sessions.end_all(tx, account_id(visit), but=visit.session.id)
        sessions.forget_devices(tx, account_id(visit), but=visit.cookies.get(Cookie.DEVICE, ""))
        audit.record(tx, visit.actor, "session.end", f"account {visit.actor.name}", {"ended": ended}, visit.now)
    return _back("ended_all")


def _record(site: Site, visit: Visit, act: str, known: Account) -> None:
    with site.application.database.write() as tx:
        audit.record(tx, visit.actor, act, f"account {known.name}", {}, visit.now)


def _back(said: str) -> Response:
    return RedirectResponse(f"{HERE}?said={said}", SEE_OTHER)
