"""Relays at the desk: a password goes in and never comes out (A45, W13)."""

import json

from sqlalchemy import select

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.mail import domains, relaybook
from newsletter.mail.relaybook import Entry
from newsletter.staff import audit
from newsletter.strongbox import Strongbox
from newsletter.tables.relays import relay as table
from tests.harness.aside import aside
from tests.harness.sink import Sink
from tests.newsletter.web.desk.conftest import OpenDesk

HERE = "/desk/settings/relays"
PASSWORD = "pa55 word/that?nobody=sees"
RELAY = {
    "name": "main",
    "host": "mail.example.org",
    "port": "587",
    "tls": "starttls",
    "username": "news",
    "connections": "4",
    "weight": "2",
    "rate": "300/min",
}


def kept(application: Application, database: Database, name: str = "main") -> Entry:
    """Give a relay as it is kept."""
    with database.read() as tx:
        return relaybook.find(tx, name, application.relay)


def password_of(application: Application, database: Database) -> str:
    """Open what is sealed."""
    return relaybook.opened(kept(application, database), Strongbox.of(application.keyring)).password


def test_a_password_is_sealed_and_shown_nowhere(desk: OpenDesk, application: Application, database: Database) -> None:
    """Not on a page, not in the audit and its files, not in the database, not when the form is refused."""
    desk.press(f"{HERE}/new", **RELAY, password=PASSWORD)
    refused = desk.press(f"{HERE}/new", **RELAY, password=PASSWORD)
    seen = [desk.page(path) for path in (HERE, f"{HERE}/main", "/desk/settings/audit", "/desk/settings/audit.json")]
    seen.append(desk.press(f"{HERE}/main/test").text)

    assert 422 == refused.status_code
    assert PASSWORD == password_of(application, database)
    assert not [page for page in (*seen, refused.text) if PASSWORD in page or "pa55" in page]
    with database.read() as tx:
        assert PASSWORD not in str(tx.execute(select(table)).all())
        assert PASSWORD not in json.dumps([dict(one.detail) for one in audit.recent(tx)])


def test_a_password_that_is_left_empty_stays(desk: OpenDesk, application: Application, database: Database) -> None:
    """Also when the limits change, and another one takes its place."""
    desk.press(f"{HERE}/new", **RELAY, password=PASSWORD)
    desk.press(f"{HERE}/main", **RELAY | {"rate": "10/s", "weight": "1"})
    first = password_of(application, database)
    desk.press(f"{HERE}/main", **RELAY, password="another")

    assert [PASSWORD, "another"] == [first, password_of(application, database)]
    assert "300/min" == kept(application, database).relay.limits.words


def test_a_password_is_never_taken_along_to_another_server(
    desk: OpenDesk, application: Application, database: Database
) -> None:
    """Whoever changes the host gives it anew, or there is none."""
    desk.press(f"{HERE}/new", **RELAY, password=PASSWORD)
    desk.press(f"{HERE}/main", **RELAY | {"host": "evil.example.net"})

    assert "evil.example.net" == kept(application, database).relay.host
    assert "" == password_of(application, database)


def test_a_login_in_the_clear_is_refused(desk: OpenDesk, database: Database) -> None:
    """And so is mail in the clear over a network that nobody says is meant."""
    open_login = desk.press(f"{HERE}/new", **RELAY | {"tls": "none", "is_insecure": "1"}, password=PASSWORD)
    unsaid = desk.press(f"{HERE}/new", **RELAY | {"tls": "none", "username": ""})
    numbers = desk.press(f"{HERE}/new", **RELAY | {"port": "many"})

    assert 'name="is_insecure" value="1" checked' in open_login.text
    assert 'name="is_insecure" value="1">' in unsaid.text
    assert [422, 422, 422] == [answer.status_code for answer in (open_login, unsaid, numbers)]
    with database.read() as tx:
        assert [] == list(tx.execute(select(table.c.name)).scalars())


def test_a_relay_is_tried_by_a_button(desk: OpenDesk) -> None:
    """It says what the server is, sends a mail where one is asked for, and tells where it got stuck."""
    sink = Sink()
    with aside(sink):
        given = RELAY | {"host": "127.0.0.1", "port": str(sink.port), "tls": "none", "username": ""}
        desk.press(f"{HERE}/new", **given)
        works = desk.press(f"{HERE}/main/test")
        mailed = desk.press(f"{HERE}/main/test", to="me@example.org")
        nowhere = desk.press(f"{HERE}/main/test", to="typed at home")
    away = desk.press(f"{HERE}/main/test")

    assert "It works: the connection" in works.text
    assert "It took the mail for me@example.org" in mailed.text
    assert 'value="typed at home"' in nowhere.text
    assert "No connection" in away.text


def test_a_relay_is_switched_and_forgotten(desk: OpenDesk, application: Application, database: Database) -> None:
    """The one of the setting is switched only."""
    desk.press(f"{HERE}/new", **RELAY)
    desk.press(f"{HERE}/main/switch", act="disable")
    is_off = not kept(application, database).is_enabled
    asked = desk.page(f"{HERE}/main/remove")
    desk.press(f"{HERE}/main/remove")
    of_setting = desk.press(f"{HERE}/setting/remove")

    assert is_off
    assert "Forget the relay main?" in asked
    assert 404 == desk.client.get(f"{HERE}/main").status_code
    assert "NEWSLETTER_RELAY_URL" in of_setting.text
    assert 422 == of_setting.status_code


def test_of_the_relay_of_the_setting_only_limits_are_changed(
    desk: OpenDesk, application: Application, database: Database
) -> None:
    """How it is reached stands in a file, whatever a form says."""
    desk.press(f"{HERE}/setting", **RELAY | {"daily_cap": "2000"})

    relay = kept(application, database, "setting").relay
    assert ("127.0.0.1", 2, 2000) == (relay.host, relay.weight, relay.limits.daily_cap)


def test_what_one_connection_takes_and_how_long_it_is_waited_for_is_set(
    desk: OpenDesk, application: Application, database: Database
) -> None:
    """Each phase by itself, an empty one as usual; whoever gives the last one too little is told."""
    desk.press(f"{HERE}/new", **RELAY)
    tuned = {"messages": "20", "idle": "60", "pipelining": "no", "dsn": "no", "timeout-mail": "30", "timeout-dot": "60"}
    answer = desk.press(f"{HERE}/main", **RELAY | tuned)
    hasty, page = kept(application, database).relay, desk.page(f"{HERE}/main")
    desk.press(f"{HERE}/main", **RELAY | tuned | {"timeout-dot": ""})

    assert (20, 60, False, True, False) == (hasty.messages, hasty.idle, hasty.pipelining, hasty.chunking, hasty.dsn)
    assert {"mail": 30.0, "dot": 60.0} == hasty.timeouts
    assert "less than ten minutes" in desk.page(answer.headers["location"])
    assert 'name="timeout-mail" type="number" value="30"' in page
    assert {"mail": 30.0} == kept(application, database).relay.timeouts


def test_a_timeout_that_cannot_be_is_refused(desk: OpenDesk, application: Application, database: Database) -> None:
    """With what was typed still in the form, and nothing changed."""
    desk.press(f"{HERE}/new", **RELAY)
    answers = [
        desk.press(f"{HERE}/main", **RELAY | wrong)
        for wrong in ({"timeout-dot": "0"}, {"timeout-dot": "3601"}, {"timeout-data": "-5"}, {"messages": "100001"})
    ]

    assert [422] * 4 == [answer.status_code for answer in answers]
    assert 'value="3601"' in answers[1].text
    assert {} == kept(application, database).relay.timeouts


def test_rates_of_domains_are_set_and_taken_back(desk: OpenDesk, database: Database) -> None:
    """What is no rate is refused with what was typed."""
    desk.press(f"{HERE}/rates", domain="gmail.com", rate="600/h")
    refused = desk.press(f"{HERE}/rates", domain="yahoo.com", rate="fast")
    page = desk.page(HERE)
    desk.press(f"{HERE}/rates", domain="gmail.com", act="remove")

    assert "600/h" in page
    assert 'value="yahoo.com"' in refused.text
    with database.read() as tx:
        assert [] == [one.domain for one in domains.rates(tx) if one.rate is not None]
