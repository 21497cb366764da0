"""Signing in by a provider, and what is tried on the way there and back (W05, A13, A14, A16, A17)."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx2
import pyotp
import pytest
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.staff import accounts, audit, doorlinks, identities, passkeys, secondfactor
from newsletter.staff.accounts import Account
from newsletter.staff.ceremonies import Made
from newsletter.staff.permissions import LOCAL_OPERATOR
from newsletter.staff.provider import Provider
from newsletter.strongbox import Strongbox
from tests.harness.openid import OpenId
from tests.newsletter.web.conftest import PUBLIC_URL, Hands
from tests.newsletter.web.desk.door.conftest import Browsers, press, sign_in

# The rows are tried on both databases where they are made (tests/newsletter/staff).
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

THERE, BACK = "/desk/sign-in/provider", "/desk/sign-in/provider/back"


@pytest.fixture
def openid(clock: Hands) -> Iterator[OpenId]:
    """Give a provider that goes by the clock of the test."""
    with OpenId(clock) as opened:
        yield opened


@pytest.fixture
def application(application: Application) -> Application:
    """Give an application that may speak to this machine."""
    policy = replace(application.settings.fetch_policy, allow_loopback=True)
    return replace(application, settings=replace(application.settings, fetch_policy=policy))


def trust(application: Application, openid: OpenId, *, is_enough: bool = False) -> None:
    """Let the staff come in by the provider."""
    known = Provider("Example", openid.issuer, openid.client_id, openid.secret, is_enough)
    with application.database.write() as tx:
        identities.set_provider(tx, Strongbox.of(application.keyring), known)


@pytest.fixture(autouse=True)
def _trusted(application: Application, openid: OpenId) -> None:
    trust(application, openid)


def come(client: TestClient, openid: OpenId, path: str = THERE) -> httpx2.Response:
    """Go to the provider, which says yes, and come back."""
    sent = client.get(path)
    assert (303, openid.issuer) == (sent.status_code, sent.headers["location"].partition("/authorize")[0])
    return client.get(openid.answers(sent.headers["location"]).removeprefix(PUBLIC_URL))


def refusal(answer: httpx2.Response) -> str:
    """Give why somebody was not let in."""
    assert 403 == answer.status_code, answer.headers
    found = re.search(r'role="alert"><p>([^<]+)<', answer.text)
    assert found is not None
    return html.unescape(found[1])


def bound(application: Application, account: Account, openid: OpenId) -> str:
    """Give the subject that somebody is bound to; empty: none."""
    with application.database.read() as tx:
        found = identities.of_account(tx, account.id, openid.issuer)
    return found.subject if found is not None else ""


def test_a_verified_address_binds_once_and_the_subject_counts_from_then_on(
    browsers: Browsers, ann: Account, openid: OpenId, application: Application
) -> None:
    """Whatever becomes of the address; and nobody who has it later comes in by it."""
    client = browsers()
    assert "Sign in with Example" in client.get("/desk/sign-in").text
    assert "/desk/figures" == come(client, openid, f"{THERE}?next=/desk/figures").headers["location"]
    assert "You can sign in with Example" in client.get("/desk/account").text
    openid.address = "ann.berg@example.org"
    assert "/desk" == come(browsers(), openid).headers["location"]
    openid.subject, openid.address = "2002", "ann@example.org"

    assert "Ask an administrator" in refusal(come(browsers(), openid))
    assert "1001" == bound(application, ann, openid)
    with application.database.read() as tx:
        acts = [one.act for one in reversed(audit.recent(tx))]
    assert ["identity.bind", "session.begin", "session.begin"] == acts


@pytest.mark.parametrize(
    "who",
    [{"address": "eve@example.org"}, {"is_verified": False}, {"address": ""}, {"address": "ann@example.org.evil.example"}],
)
def test_nobody_gets_an_account_by_signing_in(
    browsers: Browsers, ann: Account, openid: OpenId, database: Database, who: dict[str, object]
) -> None:
    """Neither somebody unknown, nor somebody whose address was not verified."""
    for name, value in who.items():
        setattr(openid, name, value)
    client = browsers()

    assert "nobody on the staff here" in refusal(come(client, openid))
    assert 303 == client.get("/desk/account").status_code
    with database.read() as tx:
        assert 2 == len(accounts.all_accounts(tx))


def with_second_factor(application: Application, ann: Account) -> pyotp.TOTP:
    """Give somebody a second factor."""
    secret = secondfactor.new_secret()
    with application.database.write() as tx:
        secondfactor.take(tx, Strongbox.of(application.keyring), ann.id, secret, 0)
    return pyotp.TOTP(secret)


@pytest.mark.parametrize("is_enough", [False, True])
def test_our_second_factor_is_asked_and_nothing_is_bound_before(
    browsers: Browsers,
    ann: Account,
    openid: OpenId,
    application: Application,
    clock: Hands,
    is_enough: bool,  # noqa: FBT001 -- a parameter
) -> None:
    """The first time in any case; later unless an administrator says that the provider's is enough (W05, A14)."""
    trust(application, openid, is_enough=is_enough)
    app = with_second_factor(application, ann)
    for _ in range(2):
        assert "/desk/sign-in/second" == come(browsers(), openid).headers["location"]
    assert not bound(application, ann, openid)
    client = browsers()
    come(client, openid)
    assert 403 == client.post("/desk/sign-in/second", data={"code": "000000"}).status_code
    assert not bound(application, ann, openid)
    assert "/desk" == client.post("/desk/sign-in/second", data={"code": app.at(clock())}).headers["location"]

    assert "1001" == bound(application, ann, openid)
    expected = "/desk" if is_enough else "/desk/sign-in/second"
    assert expected == come(browsers(), openid).headers["location"]


def test_a_passkey_is_asked_before_an_address_is_bound(
    browsers: Browsers, ann: Account, openid: OpenId, application: Application, clock: Hands
) -> None:
    """An account whose only second factor it is comes to nobody by what a provider says of a mailbox (A14)."""
    trust(application, openid, is_enough=True)
    with application.database.write() as tx:
        passkeys.add(tx, ann.id, "Phone", "AAAA", Made("AAAA", "AAAA", 0), clock())
        codes = secondfactor.new_codes(tx, ann.id)
    client = browsers()

    assert "/desk/sign-in/second" == come(client, openid).headers["location"]
    assert not bound(application, ann, openid)
    assert "/desk" == client.post("/desk/sign-in/second", data={"code": codes[0]}).headers["location"]
    assert "1001" == bound(application, ann, openid)


def test_nobody_is_bound_to_an_account_by_a_foreign_page(
    browsers: Browsers, ann: Account, openid: OpenId, application: Application, clock: Hands
) -> None:
    """A page or a mail that leads past the question whose link it is ends before that question (A11, W05)."""
    with application.database.write() as tx:
        link = doorlinks.make(tx, ann, clock(), timedelta(days=7))
    path = f"/desk/link/{doorlinks.token(application.keyring, link.id)}"
    lured = browsers()
    for site in ("cross-site", "same-site", "none"):
        led = lured.get(f"{path}/provider", headers={"Sec-Fetch-Site": site})

        assert path == led.headers["location"]
        assert "set-cookie" not in led.headers
    assert (
        lured.get(f"{path}/provider", headers={"Sec-Fetch-Site": "same-origin"}).headers["location"].startswith(openid.issuer)
    )


def test_a_link_binds_another_address_and_ends_all_sessions(
    browsers: Browsers, ann: Account, openid: OpenId, application: Application, clock: Hands
) -> None:
    """Once; it takes the place of who was bound before (A13, A14)."""
    own = browsers()
    come(own, openid)
    openid.subject, openid.address = "2002", "ann@elsewhere.example"
    with application.database.write() as tx:
        link = doorlinks.make(tx, ann, clock(), timedelta(days=7))
    path = f"/desk/link/{doorlinks.token(application.keyring, link.id)}"
    assert "Sign in with Example instead" in browsers().get(path).text
    for _ in range(2):
        # Looking, and going there without coming back, use nothing up.
        assert 303 == browsers().get(f"{path}/provider").status_code
    client = browsers()
    assert "/desk" == come(client, openid, f"{path}/provider").headers["location"]

    assert "2002" == bound(application, ann, openid)
    assert [303, 200] == [one.get("/desk/account").status_code for one in (own, client)]
    assert 404 == browsers().get(f"{path}/provider").status_code
    openid.subject = "1001"
    assert "nobody on the staff" in refusal(come(browsers(), openid))


def test_the_way_back_belongs_to_the_browser_that_went(browsers: Browsers, ann: Account, openid: OpenId) -> None:
    """And is good once: neither another's code nor one's own again signs anybody in (A11)."""
    client, victim = browsers(), browsers()
    sent = client.get(THERE).headers["location"]
    back = openid.answers(sent).removeprefix(PUBLIC_URL)
    assert "/desk/sign-in?said=late" == victim.get(back).headers["location"]
    victim.get(THERE)
    assert "/desk/sign-in?said=late" == victim.get(back).headers["location"]
    step = client.cookies["__Host-newsletter-door"]
    assert "/desk" == client.get(back).headers["location"]
    thief = browsers()
    thief.cookies.set("__Host-newsletter-door", step, domain="news.example.org")

    assert "once already" in refusal(thief.get(back))
    for odd in ("", "?state=", "?state=%C3%BC&code=x", "?error=access_denied"):
        assert "/desk/sign-in?said=late" == browsers().get(BACK + odd).headers["location"]


@pytest.mark.parametrize(
    ("bent", "words"),
    [
        ({"claims": {"nonce": "another"}}, "another sign-in"),
        ({"claims": {"aud": "another"}}, "somebody else"),
        ({"claims": {"iss": "https://evil.example"}}, "another issuer"),
        ({"claims": {"exp": 1}}, "run out"),
        ({"header": {"alg": "ES256", "kid": "nine"}}, "none of its keys"),
        ({"keys": []}, "none of its keys"),
        ({"secret": "changed"}, "status 401"),
        ({"returns": {"iss": "https://evil.example"}}, "another issuer"),
        ({"returns": {"code": ""}}, "no code"),
        ({"returns": {"code": "guessed"}}, "status 400"),
        ({"returns": {"code": "x" * 5000}}, "no code"),
        ({"returns": {"error": "access_denied"}}, "Nothing came of it"),
        ({"returns": {"error": "<script>\r\nx"}}, "The provider says: <script> x"),
    ],
    ids=str,
)
def test_what_does_not_hold_signs_nobody_in(
    browsers: Browsers, ann: Account, openid: OpenId, bent: dict[str, object], words: str
) -> None:
    """Whichever part of it; what is wrong is said."""
    client = browsers()
    for name, value in bent.items():
        setattr(openid, name, value)

    assert words in refusal(come(client, openid))
    assert 303 == client.get("/desk/account").status_code


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": None},
        {"token_endpoint": "http://192.0.2.1/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": 5},
    ],
    ids=str,
)
def test_a_provider_that_says_odd_things_is_not_gone_to(
    browsers: Browsers, ann: Account, openid: OpenId, document: dict[str, object]
) -> None:
    """Another issuer, or addresses without TLS."""
    openid.document = document

    assert "The provider" in refusal(browsers().get(THERE))


def test_a_provider_that_is_away_does_not_keep_anybody_out(
    browsers: Browsers, ann: Account, application: Application, openid: OpenId
) -> None:
    """The password does, and who asks on and on waits."""
    openid.document = {"issuer": "https://evil.example"}
    client = browsers()
    codes = [client.get(THERE).status_code for _ in range(33)]

    assert {403, 429} == set(codes)
    assert 303 == sign_in(browsers()).status_code


def test_it_is_asked_once_an_hour_and_for_its_keys_each_time(
    browsers: Browsers, ann: Account, openid: OpenId, clock: Hands
) -> None:
    """So a key that is withdrawn counts no more."""
    for _ in range(2):
        come(browsers(), openid)
    assert [1, 2] == [openid.asked.count(path) for path in ("/.well-known/openid-configuration", "/keys")]
    clock.forward(hours=1)
    come(browsers(), openid)
    assert 2 == openid.asked.count("/.well-known/openid-configuration")


def test_an_address_that_the_token_does_not_tell_is_asked_for(
    browsers: Browsers, ann: Account, openid: OpenId, application: Application
) -> None:
    """Once they are bound it is not needed any more."""
    openid.tells_address = False
    assert "/desk" == come(browsers(), openid).headers["location"]

    assert "1001" == bound(application, ann, openid)
    assert "/me" in openid.asked


def test_the_provider_is_told_the_address_of_this_instance(browsers: Browsers, ann: Account, openid: OpenId) -> None:
    """Whatever a request calls us, and it leads to paths of the desk only (A16, A17)."""
    client = browsers()
    odd = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    sent = client.get(f"{THERE}?next=https://evil.example/", headers=odd).headers["location"]
    back = openid.answers(sent)

    assert back.startswith(PUBLIC_URL + BACK)
    assert "/desk" == client.get(back.removeprefix(PUBLIC_URL)).headers["location"]


def test_whoever_has_no_role_stays_outside(browsers: Browsers, ann: Account, openid: OpenId, database: Database) -> None:
    """Whoever they are elsewhere."""
    with database.write() as tx:
        accounts.set_roles(tx, LOCAL_OPERATOR, accounts.by_id(tx, ann.id), None, {})

    assert "no role" in refusal(come(browsers(), openid))


def test_it_is_taken_back_by_its_owner(browsers: Browsers, ann: Account, openid: OpenId, application: Application) -> None:
    """And bound anew the next time, by the same rules."""
    client = browsers()
    come(client, openid)

    assert "/desk/account?said=unbound" == press(client, "/desk/account/provider/unbind").headers["location"]
    assert not bound(application, ann, openid)
    assert 404 == press(client, "/desk/account/provider/unbind").status_code


def test_without_a_provider_there_is_no_such_way(browsers: Browsers, ann: Account, application: Application) -> None:
    """Nor a button for it."""
    with application.database.write() as tx:
        identities.remove_provider(tx)
    client = browsers()

    assert 404 == client.get(THERE).status_code
    assert "Sign in with Example" not in client.get("/desk/sign-in").text
