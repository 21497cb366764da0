"""Passkeys at the door, and what is tried with them (W05, A13, A16)."""

import html
import re

import httpx2
import pyotp
import pytest
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.staff import accounts, audit, doorlinks, losses, passkeys, secondfactor
from newsletter.staff.accounts import Account
from newsletter.staff.permissions import LOCAL_OPERATOR, Role
from newsletter.strongbox import Strongbox
from tests.harness.authenticator import Authenticator
from tests.newsletter.web.conftest import PUBLIC_URL, Hands
from tests.newsletter.web.desk.door.conftest import PASSWORD, Browsers, press, sign_in

# The rows are tried on both databases where they are made (tests/newsletter/staff).
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

NEW, AT_DOOR, SECOND = "/desk/account/passkeys/new", "/desk/sign-in/passkey", "/desk/sign-in/second"


def options_on(page: httpx2.Response) -> str:
    """Give what a page has its script ask the browser."""
    found = re.search(r'data-options="([^"]+)"', page.text)
    assert found is not None
    return html.unescape(found[1])


def make(client: TestClient, device: Authenticator, name: str = "Phone") -> httpx2.Response:
    """Make a passkey on one's own page, as its script does."""
    begun = press(client, "/desk/account/passkeys/begin", passkey=name, current=PASSWORD)
    assert NEW == begun.headers["location"]
    return press(client, NEW, credential=device.create(options_on(client.get(NEW))))


def come_in(client: TestClient, device: Authenticator, onward: str = "/desk") -> httpx2.Response:
    """Sign in with a passkey, as the script of the door does."""
    begun = client.post(f"{AT_DOOR}/begin", data={"next": onward})
    assert AT_DOOR == begun.headers["location"]
    return client.post(AT_DOOR, data={"credential": device.get(options_on(client.get(AT_DOOR)))})


def with_passkey(browsers: Browsers, step: int = 1) -> tuple[TestClient, Authenticator]:
    """Give a browser in which Ann is signed in, and a device that has a passkey of hers."""
    client, device = browsers(), Authenticator(PUBLIC_URL, step)
    sign_in(client)
    assert 200 == make(client, device).status_code
    return client, device


def answer_second(client: TestClient, device: Authenticator, password: str = PASSWORD) -> httpx2.Response:
    """Sign in with the password, and answer with a passkey what is asked behind it."""
    assert SECOND == sign_in(client, password).headers["location"]
    return client.post(SECOND, data={"credential": device.get(options_on(client.get(SECOND)))})


def codes_on(page: httpx2.Response) -> list[str]:
    """Give the recovery codes that a page shows."""
    return re.findall(r"<li><code>([^<]+)</code>", page.text)


def test_a_passkey_is_made_used_and_removed(browsers: Browsers, ann: Account, database: Database, clock: Hands) -> None:
    """It leads back to where somebody was, in a session of its own, and is told in the audit."""
    assert "with a passkey" not in browsers().get("/desk/sign-in").text
    own, device = with_passkey(browsers)
    other = browsers()
    assert "Sign in with a passkey" in other.get("/desk/sign-in").text
    assert "not used yet" in own.get("/desk/account").text
    clock.forward(hours=3)
    assert "/desk/figures" == come_in(other, device, "/desk/figures").headers["location"]
    page = other.get("/desk/account").text

    assert "made 3 hours ago · used now" in page
    assert 404 == press(other, "/desk/account/passkeys/99/remove").status_code
    found = re.search(r"/desk/account/passkeys/\d+/remove", page)
    assert found is not None
    assert "/desk/account?said=last_gone" == press(other, found[0], current=PASSWORD).headers["location"]
    assert 403 == come_in(browsers(), device).status_code
    with database.read() as tx:
        acts = [one.act for one in reversed(audit.recent(tx))]
    assert ["session.begin", "passkey.add", "session.begin", "passkey.remove"] == acts


def test_it_stands_for_both_factors(browsers: Browsers, ann: Account, application: Application, clock: Hands) -> None:
    """Of the device and of whoever holds it: neither the password nor a code is asked for (W05)."""
    _own, device = with_passkey(browsers)
    secret = secondfactor.new_secret()
    with application.database.write() as tx:
        secondfactor.take(tx, Strongbox.of(application.keyring), ann.id, secret, 0)
    client = browsers()

    assert "/desk/sign-in/second" == sign_in(browsers()).headers["location"]
    assert "/desk" == come_in(client, device).headers["location"]
    assert 200 == client.get("/desk/account").status_code


def test_making_one_takes_the_password(browsers: Browsers, ann: Account, database: Database, clock: Hands) -> None:
    """Whoever finds an open desk keeps no key to it, and without the step before there is nothing to answer."""
    client, device = browsers(), Authenticator(PUBLIC_URL)
    sign_in(client)
    refused = press(client, "/desk/account/passkeys/begin", passkey="Mine", current="not it at all")

    assert (422, True) == (refused.status_code, "This is not your password" in refused.text)
    assert 409 == client.get(NEW).status_code
    assert 409 == press(client, NEW, credential="{}").status_code
    press(client, "/desk/account/passkeys/begin", passkey="Mine", current=PASSWORD)
    answer = device.create(options_on(client.get(NEW)))
    clock.forward(minutes=11)
    assert 409 == press(client, NEW, credential=answer).status_code
    with database.read() as tx:
        assert not passkeys.are_any(tx)


def test_a_step_is_its_owners(browsers: Browsers, ann: Account, database: Database, kept_password: str, clock: Hands) -> None:
    """One that somebody else began is none of mine, though the browser carries it."""
    with database.write() as tx:
        bob = accounts.add(tx, "Bob", Role.ADMIN, clock(), "bob@example.org")
        accounts.set_password(tx, bob.id, kept_password)
    client = browsers()
    sign_in(client)
    press(client, "/desk/account/passkeys/begin", passkey="Phone", current=PASSWORD)
    step = client.cookies["__Host-newsletter-door"]
    other = browsers()
    sign_in(other, address="bob@example.org")
    other.cookies.set("__Host-newsletter-door", step, domain="news.example.org")

    assert 404 == other.get(NEW).status_code
    # Nor is a step of one kind one of another.
    assert "/desk/sign-in?said=late" == other.get(AT_DOOR).headers["location"]


def test_an_answer_is_shown_twice(browsers: Browsers, ann: Account) -> None:
    """With the cookie that it belonged to: the second time it opens nothing."""
    _own, device = with_passkey(browsers, step=0)
    client, thief = browsers(), browsers()
    client.post(f"{AT_DOOR}/begin", data={"next": "/desk"})
    thief.cookies.set("__Host-newsletter-door", client.cookies["__Host-newsletter-door"], domain="news.example.org")
    answer = device.get(options_on(client.get(AT_DOOR)))

    assert 303 == client.post(AT_DOOR, data={"credential": answer}).status_code
    refused = thief.post(AT_DOOR, data={"credential": answer})
    assert (403, True) == (refused.status_code, "was not accepted" in refused.text)
    assert 303 == thief.get("/desk/account").status_code
    # Without the step there is no challenge that it could answer.
    assert "/desk/sign-in?said=late" == browsers().post(AT_DOOR, data={"credential": answer}).headers["location"]


def test_it_is_good_for_the_address_of_this_instance_only(browsers: Browsers, ann: Account) -> None:
    """Which is what the settings say, whatever a request calls us (A16)."""
    _own, device = with_passkey(browsers)
    client = browsers()
    page = client.get("/desk/sign-in", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"})
    assert f'data-passkeys-at="{PUBLIC_URL}"' in page.text
    local = client.get("http://127.0.0.1/desk/sign-in")
    assert f'data-passkeys-at="{PUBLIC_URL}"' in local.text
    device.origin = "https://evil.example"

    assert 403 == come_in(client, device).status_code
    for nonsense in ("", "{}", "[" * 9_000, "ü"):
        client.post(f"{AT_DOOR}/begin")
        assert 403 == client.post(AT_DOOR, data={"credential": nonsense}).status_code


def test_a_copied_passkey_is_refused_and_told(browsers: Browsers, ann: Account, database: Database) -> None:
    """To whoever stands at the door, to its owner, and in the audit."""
    own, device = browsers(), Authenticator(PUBLIC_URL, 1)
    sign_in(own)
    codes = codes_on(make(own, device))
    come_in(browsers(), device)
    device.step = 0
    refused = come_in(browsers(), device)

    assert (403, True) == (refused.status_code, "counted backwards" in html.unescape(refused.text))
    assert 303 == own.get("/desk/account").status_code
    sign_in(own)
    # Nor does its copy make the password enough.
    assert 303 == own.get("/desk/account").status_code
    own.post(SECOND, data={"code": codes[0]})
    assert "somebody else may have a copy of it" in own.get("/desk/account").text
    with database.read() as tx:
        [told] = audit.page(tx, audit.Asked(act="passkey.copied"), None, 5)
    assert ("Ann", "account Ann", {"passkey": "Phone"}) == (told.actor, told.subject, told.detail)


def test_whoever_has_no_role_stays_outside(browsers: Browsers, ann: Account, database: Database) -> None:
    """A key opens no desk that there is nothing to do at."""
    _own, device = with_passkey(browsers)
    with database.write() as tx:
        accounts.set_roles(tx, LOCAL_OPERATOR, accounts.by_id(tx, ann.id), None, {})

    assert 403 == come_in(browsers(), device).status_code


def test_names_are_text(browsers: Browsers, ann: Account) -> None:
    """Of one line, and a name that was left out is made up."""
    client = browsers()
    sign_in(client)
    for name in ("<b>x</b>\r\n" + "y" * 200, ""):
        make(client, Authenticator(PUBLIC_URL), name)
    page = client.get("/desk/account").text

    assert "<b>x</b>" not in page
    assert "&lt;b&gt;x&lt;/b&gt; yyy" in page
    assert "<strong>A passkey</strong>" in page


def test_a_reset_still_asks_for_the_passkey(browsers: Browsers, ann: Account, application: Application, clock: Hands) -> None:
    """Whoever reads a mailbox chooses a password by it, and stays outside; so does whoever learns the password (A14, W05)."""
    own, device = with_passkey(browsers)
    with application.database.write() as tx:
        link = doorlinks.make(tx, ann, clock(), doorlinks.FORGOTTEN)
    stranger = browsers()
    stranger.post(f"/desk/link/{doorlinks.token(application.keyring, link.id)}", data={"password": "another few words"})

    assert 303 == own.get("/desk/account").status_code
    assert SECOND == sign_in(stranger, "another few words").headers["location"]
    assert 303 == stranger.get("/desk/account").status_code
    for code in ("", "000000", "aaaa-bbbb-cccc-dddd"):
        refused = stranger.post(SECOND, data={"code": code})
        assert (403, True) == (refused.status_code, "This code is not right" in refused.text)
    assert "/desk" == answer_second(own, device, "another few words").headers["location"]
    assert 200 == own.get("/desk/account").status_code


def test_a_recovery_code_stands_for_a_lost_passkey(browsers: Browsers, ann: Account, clock: Hands) -> None:
    """The first passkey comes with ten; each opens once; they end with the last passkey."""
    own, device = browsers(), Authenticator(PUBLIC_URL)
    sign_in(own)
    first = make(own, device)
    codes = codes_on(first)
    second = make(own, Authenticator(PUBLIC_URL))
    client = browsers()

    assert (10, True) == (len(codes), "the password alone lets nobody in" in first.text)
    assert "/desk/account?said=passkey" == second.headers["location"]
    assert [SECOND, "/desk"] == [
        sign_in(client).headers["location"],
        client.post(SECOND, data={"code": codes[0].upper()}).headers["location"],
    ]
    assert "9 of 10 recovery codes" in client.get("/desk/account").text
    other = browsers()
    sign_in(other)
    assert 403 == other.post(SECOND, data={"code": codes[0]}).status_code
    for path in re.findall(r"/desk/account/passkeys/\d+/remove", client.get("/desk/account").text):
        press(client, path, current=PASSWORD)
    assert "recovery codes are left" not in client.get("/desk/account").text
    assert "/desk" == sign_in(browsers()).headers["location"]


def test_the_first_passkey_ends_other_sessions(browsers: Browsers, ann: Account) -> None:
    """Whoever came in by the password alone is asked for both from now on; a second one ends none."""
    there = browsers()
    sign_in(there)
    own, device = with_passkey(browsers)
    assert [200, 303] == [one.get("/desk/account").status_code for one in (own, there)]
    come_in(there, device)
    make(own, Authenticator(PUBLIC_URL))

    assert 200 == there.get("/desk/account").status_code


def test_the_first_passkey_is_kept_with_its_codes_or_not_at_all(browsers: Browsers, ann: Account, database: Database) -> None:
    """Else the password alone would let nobody in, and no code on paper would either."""
    client, device = browsers(), Authenticator(PUBLIC_URL)
    sign_in(client)
    full = "CREATE TRIGGER full BEFORE INSERT ON recovery_code BEGIN SELECT RAISE(ABORT, 'full'); END"
    with database.write() as tx:
        tx.exec_driver_sql(full)
    assert 500 == make(client, device).status_code
    with database.write() as tx:
        assert () == passkeys.of_account(tx, ann.id)
        tx.exec_driver_sql("DROP TRIGGER full")

    assert 10 == len(codes_on(make(client, device)))


def test_a_passkey_is_removed_by_the_password_only(browsers: Browsers, ann: Account) -> None:
    """Whoever finds an open desk does not make the password enough."""
    own, _device = with_passkey(browsers)
    found = re.search(r"/desk/account/passkeys/\d+/remove", own.get("/desk/account").text)
    assert found is not None
    for wrong in ({}, {"current": "not it at all"}):
        refused = press(own, found[0], **wrong)
        assert (422, True) == (refused.status_code, "This is not your password" in refused.text)

    assert SECOND == sign_in(browsers()).headers["location"]


def test_the_passkey_of_another_account_is_no_second_factor(
    browsers: Browsers, ann: Account, database: Database, kept_password: str, clock: Hands
) -> None:
    """Whoever knows a colleague's password has a passkey of their own, and stays outside."""
    with database.write() as tx:
        bob = accounts.add(tx, "Bob", Role.ADMIN, clock(), "bob@example.org")
        accounts.set_password(tx, bob.id, kept_password)
    with_passkey(browsers)
    of_bob, device = browsers(), Authenticator(PUBLIC_URL)
    sign_in(of_bob, address="bob@example.org")
    make(of_bob, device)
    refused = answer_second(browsers(), device)

    assert (403, True) == (refused.status_code, "the passkey of another account" in html.unescape(refused.text))


def test_an_answer_behind_the_password_opens_once(browsers: Browsers, ann: Account) -> None:
    """It belongs to its step: shown again, without the step or with none of the three, it opens nothing."""
    _own, device = with_passkey(browsers, step=0)
    client, thief = browsers(), browsers()
    sign_in(client)
    thief.cookies.set("__Host-newsletter-door", client.cookies["__Host-newsletter-door"], domain="news.example.org")
    answer = device.get(options_on(client.get(SECOND)))

    assert 303 == client.post(SECOND, data={"credential": answer}).status_code
    assert 403 == thief.post(SECOND, data={"credential": answer}).status_code
    for nonsense in ("", "{}", "[" * 9_000, "ü"):
        sign_in(thief)
        assert 403 == thief.post(SECOND, data={"credential": nonsense}).status_code
    assert "/desk/sign-in?said=late" == browsers().post(SECOND, data={"credential": answer}).headers["location"]


def test_either_is_enough_behind_the_password(browsers: Browsers, ann: Account, clock: Hands) -> None:
    """Of a code of the app and a passkey; without the app, the passkeys are asked for still."""
    own, device = with_passkey(browsers)
    begun = press(own, "/desk/account/second-factor/begin")
    found = re.search(r'door__secret">([^<]+)<', own.get(begun.headers["location"]).text)
    assert found is not None
    app = pyotp.TOTP(found[1].replace(" ", ""))
    press(own, "/desk/account/second-factor", code=app.at(clock()), current=PASSWORD)
    clock.forward(minutes=1)

    assert "/desk" == answer_second(browsers(), device).headers["location"]
    client = browsers()
    sign_in(client)
    assert "/desk" == client.post(SECOND, data={"code": app.at(clock())}).headers["location"]
    off = press(client, "/desk/account/second-factor/off", current=PASSWORD)
    assert "/desk/account?said=app_off" == off.headers["location"]
    assert "10 of 10 recovery codes" in client.get("/desk/account").text
    assert SECOND == sign_in(browsers()).headers["location"]


def test_what_was_taken_away_is_not_asked_for(browsers: Browsers, ann: Account, database: Database) -> None:
    """By an administrator, while somebody stands before the question: the password does from then on."""
    with_passkey(browsers)
    client = browsers()
    sign_in(client)
    with database.write() as tx:
        losses.sign_out(tx, ann.id, all_passkeys=True)

    assert "/desk/sign-in?said=late" == client.get(SECOND).headers["location"]
    assert "/desk" == sign_in(client).headers["location"]
