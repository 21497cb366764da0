"""Signing in, and what strangers try at the door (W05, W11, A13, A14, A17, A39, A42)."""

import re

import pyotp
import pytest
from argon2 import Parameters, Type, extract_parameters
from argon2.low_level import verify_secret
from sqlalchemy import delete
from starlette.testclient import TestClient

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.staff import accounts, audit, doorlinks
from newsletter.staff.accounts import Account
from newsletter.staff.permissions import LOCAL_OPERATOR, Role
from newsletter.tables.staff import account
from newsletter.web.app import create_app
from newsletter.web.desk.door.signin import NOT_KNOWN
from newsletter.web.desk.door.steps import own_path
from tests.newsletter.web.conftest import DESK_TOKEN, PUBLIC_URL, Hands, csrf_of, letters_planned, planned
from tests.newsletter.web.desk.conftest import overheard
from tests.newsletter.web.desk.door.conftest import ADDRESS, PASSWORD, Browsers, press, sign_in

# The rows are tried on both databases where they are made (tests/newsletter/staff).
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def second_factor(client: TestClient, clock: Hands) -> tuple[pyotp.TOTP, list[str]]:
    """Set up a second factor as its page says; gives the app, and the codes on paper."""
    begun = press(client, "/desk/account/second-factor/begin")
    page = client.get(begun.headers["location"]).text
    found = re.search(r'door__secret">([^<]+)<', page)
    assert found is not None
    app = pyotp.TOTP(found[1].replace(" ", ""))
    done = press(client, "/desk/account/second-factor", code=app.at(clock()), current=PASSWORD)
    assert 200 == done.status_code
    return app, re.findall(r"<li><code>([^<]+)</code>", done.text)


def test_somebody_signs_in_and_comes_back_to_where_they_were(browsers: Browsers, ann: Account, database: Database) -> None:
    """By address and password; it is written down."""
    client = browsers()
    led = client.get("/desk/account?said=named").headers["location"]
    form = client.get(led).text

    assert 'value="/desk/account?said=named"' in form
    assert "/desk/account?said=named" == sign_in(client, onward="/desk/account?said=named").headers["location"]
    assert "Ann" in client.get("/desk/account").text
    assert "/desk" == client.get("/desk/sign-in").headers["location"]
    with database.read() as tx:
        assert ("Ann", "session.begin") == (audit.recent(tx)[0].actor, audit.recent(tx)[0].act)


@on_sqlite
def test_nothing_tells_which_of_the_two_was_wrong(browsers: Browsers, ann: Account) -> None:
    """The same words, the same status, for an account and for none (A42)."""
    answers = [
        sign_in(browsers(), address=one, password="some other words") for one in (ADDRESS, "bob@example.org", "no address")
    ]

    assert [403] * 3 == [one.status_code for one in answers]
    assert all(NOT_KNOWN in one.text for one in answers)
    assert 1 == len({re.sub(r'value="[^"]*"', "", one.text) for one in answers})


def test_an_account_that_is_not_there_costs_the_same_work(
    browsers: Browsers, ann: Account, database: Database, clock: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One hash of the same cost, and the same questions to the database: told by what is done, not by a stopwatch (W05)."""
    verified: list[tuple[Parameters, int]] = []

    def verify(kept: bytes, secret: bytes, kind: Type) -> bool:
        verified.append((extract_parameters(kept.decode()), len(secret)))
        return verify_secret(kept, secret, kind)

    monkeypatch.setattr("argon2._password_hasher.verify_secret", verify)
    with database.write() as tx:
        accounts.add(tx, "Cem", Role.EDITOR, clock(), "cem@example.org")
    asked = []
    for address in (ADDRESS, "cem@example.org", "bob@example.org", "no address"):
        with overheard() as questions:
            assert 403 == sign_in(browsers(), address=address, password="some other words").status_code
        asked.append([one.partition("WHERE")[0] for one in questions])

    assert [(extract_parameters(ann.password), len("some other words"))] * 4 == verified
    known, without_password, unknown, _damaged = asked
    assert known == without_password == unknown
    assert known


@on_sqlite
def test_who_guesses_waits_and_the_owner_does_not(browsers: Browsers, ann: Account) -> None:
    """A stranger's flood slows strangers; the browser that was here before comes in at once (A42)."""
    own, stranger = browsers(), browsers()
    assert 303 == sign_in(own).status_code
    codes = [sign_in(stranger, f"guess number {number}").status_code for number in range(12)]

    assert 429 == codes[-1]
    assert 429 == sign_in(browsers()).status_code
    own.cookies.delete("__Host-newsletter-desk")
    assert 303 == sign_in(own).status_code


@on_sqlite
def test_a_session_has_a_new_secret_each_time(browsers: Browsers, ann: Account) -> None:
    """One that was planted opens nothing, and the one before ends with the next (A13)."""
    client = browsers()
    client.cookies.set("__Host-newsletter-desk", "planted", domain="news.example.org")
    sign_in(client)
    first = client.cookies["__Host-newsletter-desk"]
    sign_in(client)
    second = client.cookies["__Host-newsletter-desk"]

    assert 3 == len({"planted", first, second})
    client.cookies.set("__Host-newsletter-desk", first, domain="news.example.org", path="/")
    other = browsers()
    other.cookies.set("__Host-newsletter-desk", first, domain="news.example.org")
    assert 303 == other.get("/desk/account").status_code


@on_sqlite
def test_every_cookie_is_for_this_host_and_no_script(browsers: Browsers, ann: Account) -> None:
    """The session's goes with the browser (A46, W14)."""
    given = sign_in(browsers()).headers.get_list("set-cookie")

    assert all(re.match(r"__Host-newsletter-(desk|device|door)=", one) for one in given)
    for one in given:
        assert all(word in one for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"))
        assert "Domain" not in one
    assert not any("Max-Age" in one for one in given if "newsletter-desk=" in one)


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/desk//evil.example",
        "/desk/../../x",
        "/desk@evil.example",
        "/deskevil",
        "javascript:alert(1)",
        "/desk\r\nSet-Cookie: x=1",
        "/desk%0d%0aX:y",
        "\t/desk",
        "/desk#x",
        "/archive/",
        "/desk/sign-in?next=/desk",
        "/desk/" + "x" * 600,
        "/desk/\u2028x",
        "",
    ],
)
def test_next_leads_nowhere_else(wanted: str) -> None:
    """Only to a path of the desk, spelled as we spell them (A17, W11)."""
    assert "/desk" == own_path(wanted)


@pytest.mark.parametrize("wanted", ["/desk", "/desk/issues/5", "/desk/people?q=ann%40example.org&page=2"])
def test_next_leads_back(wanted: str) -> None:
    """To where somebody was."""
    assert wanted == own_path(wanted)


@on_sqlite
def test_a_second_factor_is_asked_for(browsers: Browsers, ann: Account, clock: Hands) -> None:
    """The password alone opens nothing; each code opens once; one on paper does as well."""
    app, codes = set_up(browsers(), clock)
    client = browsers()
    clock.forward(seconds=60)
    asked = sign_in(client, onward="/desk/account")

    assert "/desk/sign-in/second" == asked.headers["location"]
    assert 303 == client.get("/desk/account").status_code
    assert 403 == client.post("/desk/sign-in/second", data={"code": "000000"}).status_code
    code = app.at(clock())
    assert "/desk/account" == client.post("/desk/sign-in/second", data={"code": code}).headers["location"]
    other = browsers()
    sign_in(other)
    assert 403 == other.post("/desk/sign-in/second", data={"code": code}).status_code
    assert 303 == other.post("/desk/sign-in/second", data={"code": codes[0]}).status_code
    assert "9 of 10 recovery codes" in other.get("/desk/account").text


def set_up(client: TestClient, clock: Hands) -> tuple[pyotp.TOTP, list[str]]:
    """Sign in and set up a second factor."""
    sign_in(client)
    return second_factor(client, clock)


@on_sqlite
def test_the_way_between_password_and_code_ends(browsers: Browsers, ann: Account, clock: Hands) -> None:
    """After ten minutes, and when the password is changed meanwhile; a made-up step opens nothing."""
    own = browsers()
    app, _codes = set_up(own, clock)
    late, changed, forged = browsers(), browsers(), browsers()
    sign_in(changed)
    clock.forward(minutes=5)
    press(own, "/desk/account/password", current=PASSWORD, password="another few words")
    forged.cookies.set("__Host-newsletter-door", "v1.xxxx", domain="news.example.org")
    sign_in(late, "another few words")

    for one in (changed, forged):
        answer = one.post("/desk/sign-in/second", data={"code": app.at(clock())})
        assert "/desk/sign-in?said=late" == answer.headers["location"]
    clock.forward(minutes=10)
    assert "/desk/sign-in?said=late" == late.get("/desk/sign-in/second").headers["location"]


@on_sqlite
def test_a_reset_signs_nobody_in_and_still_asks_the_second_factor(
    browsers: Browsers, ann: Account, application: Application, clock: Hands
) -> None:
    """All sessions end, and both factors are asked for afterwards (A14, W05)."""
    own = browsers()
    set_up(own, clock)
    with application.database.write() as tx:
        link = doorlinks.make(tx, ann, clock(), doorlinks.FORGOTTEN)
    path = f"/desk/link/{doorlinks.token(application.keyring, link.id)}"
    stranger = browsers()
    assert "12 characters" in stranger.post(path, data={"password": "short"}).text
    done = stranger.post(path, data={"password": "another few words"})

    assert "/desk/sign-in?said=password" == done.headers["location"]
    assert "__Host-newsletter-desk" not in stranger.cookies
    assert 303 == own.get("/desk/account").status_code
    assert "/desk/sign-in/second" == sign_in(stranger, "another few words").headers["location"]
    assert 404 == stranger.post(path, data={"password": "a third few words"}).status_code


def test_a_forgotten_password_is_mailed_and_tells_nothing(
    browsers: Browsers, ann: Account, database: Database, newsletter: object
) -> None:
    """The same answer for everybody; the mail has the link of this instance, and a flood fills no inbox (A15, A16)."""
    client = browsers()
    answers = [
        client.post("/desk/sign-in/forgotten", data={"address": one}, headers={"X-Forwarded-Host": "evil.example"})
        for one in (ADDRESS, ADDRESS, "bob@example.org", "no address", ADDRESS, ADDRESS, ADDRESS)
    ]

    assert 1 == len({(one.status_code, one.headers["location"], one.text) for one in answers})
    assert [ADDRESS] * 3 == planned(database)
    assert "/desk/link/" not in letters_planned(database)
    assert "evil.example" not in letters_planned(database)


@on_sqlite
def test_fields_that_no_page_has_are_refused(browsers: Browsers, ann: Account, database: Database) -> None:
    """Whatever they are called, nothing is changed (A39)."""
    client = browsers()
    sign_in(client)
    refused = press(client, "/desk/account/name", name="Ann Other", role="admin")

    assert 422 == refused.status_code
    assert 422 == client.post("/desk/sign-in", data={"address": ADDRESS, "password": PASSWORD, "role": "admin"}).status_code
    with database.read() as tx:
        assert ("Ann", Role.EDITOR) == (accounts.by_id(tx, ann.id).name, accounts.by_id(tx, ann.id).role)


@on_sqlite
def test_nobody_is_signed_in_by_a_foreign_page(browsers: Browsers, ann: Account) -> None:
    """Nor sent a mail (A11, W03)."""
    client = browsers()
    for path, form in (("sign-in", {"address": ADDRESS, "password": PASSWORD}), ("sign-in/forgotten", {"address": ADDRESS})):
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
            assert 403 == client.post(f"/desk/{path}", data=form, headers=headers).status_code


@on_sqlite
def test_a_session_is_what_its_owner_may_do_now(browsers: Browsers, ann: Account, database: Database) -> None:
    """A role that is taken away is gone with the next page."""
    client = browsers()
    sign_in(client)
    with database.write() as tx:
        accounts.set_roles(tx, LOCAL_OPERATOR, accounts.by_id(tx, ann.id), None, {})

    assert 403 == client.get("/desk").status_code
    assert 200 == client.get("/desk/account").status_code
    assert 403 == sign_in(browsers()).status_code


@on_sqlite
def test_before_the_first_administrator_only_the_link_works(application: Application, clock: Hands, database: Database) -> None:
    """It makes their account, once; a mistake in the form uses nothing up (A40, W17)."""
    with database.write() as tx:
        tx.execute(delete(account))
    app = create_app(application, health=lambda: True, desk_token=DESK_TOKEN, wall=clock)
    client = TestClient(app, PUBLIC_URL, follow_redirects=False)
    link = f"/desk/enter/{DESK_TOKEN}"
    assert "newsletter serve" in client.get("/desk/sign-in").text
    for _ in range(2):
        assert 403 == sign_in(client, "", "").status_code
    assert 404 == client.post("/desk/enter/guess", data={"name": "Eve"}).status_code
    given = {"name": "Ann", "address": ADDRESS, "password": PASSWORD}
    for wrong in ({"name": ""}, {"address": "at home"}, {"address": ""}, {"password": "short"}):
        assert 422 == client.post(link, data=given | wrong).status_code
    done = client.post(link, data=given)

    assert (303, "/desk") == (done.status_code, done.headers["location"])
    assert 404 == TestClient(app, PUBLIC_URL).post(link, data=given).status_code
    with database.read() as tx:
        assert [("Ann", Role.ADMIN)] == [(one.name, one.role) for one in accounts.all_accounts(tx)]
    client.post("/desk/leave", data={"csrf": csrf_of(client)})
    assert 303 == sign_in(client).status_code


@on_sqlite
def test_sessions_are_listed_and_ended(browsers: Browsers, ann: Account, clock: Hands) -> None:
    """One's own, and nobody else's."""
    here, there = browsers(), browsers()
    there.headers["user-agent"] = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) AppleWebKit Version/17.0 Safari/604.1"
    sign_in(here)
    sign_in(there)
    page = here.get("/desk/account").text
    found = re.findall(r"/desk/account/sessions/(\d+)/end", page)

    assert "Safari on iPhone" in page
    assert 1 == len(found)
    assert 404 == press(here, "/desk/account/sessions/99/end").status_code
    assert 303 == press(here, f"/desk/account/sessions/{found[0]}/end").status_code
    assert 303 == there.get("/desk/account").status_code
    sign_in(there)
    press(here, "/desk/account/sessions/end-others")
    assert [200, 303] == [one.get("/desk/account").status_code for one in (here, there)]


@on_sqlite
def test_a_new_password_ends_all_other_sessions(browsers: Browsers, ann: Account) -> None:
    """And gives this one a new secret (A13, A14)."""
    here, there = browsers(), browsers()
    sign_in(here)
    sign_in(there)
    before = here.cookies["__Host-newsletter-desk"]
    assert 422 == press(here, "/desk/account/password", current="not it at all", password="another few words").status_code
    assert 422 == press(here, "/desk/account/password", current=PASSWORD, password="short").status_code
    done = press(here, "/desk/account/password", current=PASSWORD, password="another few words")

    assert "/desk/account?said=password" == done.headers["location"]
    assert before != here.cookies["__Host-newsletter-desk"]
    assert [200, 303] == [one.get("/desk/account").status_code for one in (here, there)]


@on_sqlite
def test_a_second_factor_is_switched_off_by_the_password_only(browsers: Browsers, ann: Account, clock: Hands) -> None:
    """And new codes void the old ones."""
    client = browsers()
    _app, codes = set_up(client, clock)
    renewed = press(client, "/desk/account/codes", current=PASSWORD)
    fresh = re.findall(r"<li><code>([^<]+)</code>", renewed.text)

    assert 10 == len(fresh)
    assert not set(fresh) & set(codes)
    assert 422 == press(client, "/desk/account/second-factor/off", current="not it").status_code
    assert 303 == press(client, "/desk/account/second-factor/off", current=PASSWORD).status_code
    assert "/desk" == sign_in(browsers()).headers["location"]


@on_sqlite
def test_a_page_with_a_token_in_its_address_names_itself_to_nobody(client: TestClient) -> None:
    """Browsers say "null" for where its form comes from, because it keeps its address to itself; the token is enough."""
    entered = client.post(f"/desk/enter/{DESK_TOKEN}", headers={"Origin": "null"})

    assert "no-referrer" == client.get(f"/desk/enter/{DESK_TOKEN}").headers["referrer-policy"]
    assert "/desk" == entered.headers["location"]
