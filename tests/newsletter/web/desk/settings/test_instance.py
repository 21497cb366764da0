"""What the settings tell of the instance: domains, health, retention, and what needs somebody."""

from dataclasses import replace

import pytest

from newsletter import nameserver
from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.feeds import store as feeds
from newsletter.issues.model import Newsletter
from newsletter.mail import dkimkeys
from newsletter.mail.dkimkeys import KeyState
from newsletter.nameserver import Texts
from newsletter.staff.permissions import Actor, Role
from newsletter.web.desk.settings import system
from newsletter.web.spelled import ENGLISH_WORDS
from tests.conftest import SECRET
from tests.newsletter.web.conftest import Hands, browser_of
from tests.newsletter.web.desk.conftest import OpenDesk

HERE = "/desk/settings"


def test_a_key_signs_once_its_record_is_there(
    desk: OpenDesk, database: Database, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before, the page says what is missing; the private half is on none."""
    published: list[str] = []
    monkeypatch.setattr(nameserver, "texts", lambda *_: Texts(tuple(published)))
    desk.press(f"{HERE}/domains/keys", domain="example.org", kind="rsa")
    with database.read() as tx:
        [key] = dkimkeys.all_keys(tx)
    its = {"domain": key.domain, "selector": key.selector}
    early = desk.press(f"{HERE}/domains/activate", **its)
    published.append(key.record.value)
    desk.press(f"{HERE}/domains/activate", **its)
    with database.read() as tx:
        signing = dkimkeys.find(tx, key.domain, key.selector)
    page = desk.page(f"{HERE}/domains")
    desk.press(f"{HERE}/domains/retire", **its)

    assert "no such TXT record yet" in early.text
    assert 422 == early.status_code
    assert KeyState.ACTIVE is signing.state
    assert f"Signed by {key.selector} of example.org" in page
    assert key.record.value in page.replace("&#43;", "+")
    assert "PRIVATE KEY" not in page


def test_that_nothing_can_be_mailed_is_said_once_and_in_words_of_the_desk(application: Application) -> None:
    """Of the relays, where it is mended; no command stands on the page."""
    bare = replace(application, settings=replace(application.settings, relay=None))
    page = browser_of(bare, Actor("Ann", Role.ADMIN)).get(HERE).text

    assert 1 == page.count("Nothing can be mailed.")
    assert "newsletter relays" not in page


def test_a_domain_that_is_none_makes_no_key(desk: OpenDesk, database: Database) -> None:
    """It is refused in words."""
    assert 422 == desk.press(f"{HERE}/domains/keys", domain="not a domain").status_code
    with database.read() as tx:
        assert () == dkimkeys.all_keys(tx)


def test_secrets_are_told_to_be_set_and_no_more(desk: OpenDesk, application: Application) -> None:
    """Where each setting was set stands beside it, and no secret anywhere."""
    page = desk.page(f"{HERE}/system")
    told = {one.name: one for one in system.settings_of(application.settings, ENGLISH_WORDS)}

    assert SECRET not in page
    assert "set, and not shown" == told["NEWSLETTER_SECRET_KEY"].value
    assert "NEWSLETTER_PUBLIC_URL" == told["NEWSLETTER_PUBLIC_URL"].where
    assert "" == told["NEWSLETTER_TICK_SECONDS"].where


def test_a_password_in_an_address_is_not_shown(application: Application) -> None:
    """Neither the database's nor the relay's."""
    where = {"database_url": "NEWSLETTER_DATABASE_URL", "wordpress_password": "NEWSLETTER_WORDPRESS_PASSWORD"}
    given = replace(
        application.settings,
        database_url="postgresql://me:s3cret@db/name",
        wordpress_password="s3cret",
        where=where,
    )

    assert "s3cret" not in " ".join(one.value for one in system.settings_of(given, ENGLISH_WORDS))


def test_a_rehearsal_counts_what_is_due(desk: OpenDesk) -> None:
    """Only when it is asked for: counting walks everybody who left."""
    head = '<th class="rows__right" scope="col">Due now</th>'

    assert head in desk.page(f"{HERE}/retention/rehearsal")
    assert head not in desk.page(f"{HERE}/retention")


def test_the_overview_says_what_needs_somebody(
    desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands
) -> None:
    """A feed that is down, a newsletter without a calendar, a sender nobody signs for."""
    with database.write() as tx:
        feed = feeds.add(tx, newsletter.id, "https://blog.example.org/feed/", clock())
        feeds.record_trouble(tx, feed.id, trouble="It answered 503.", failures=1, not_before=clock())

    page = desk.page(HERE)

    assert "https://blog.example.org/feed/ could not be read." in page
    assert "Section News has no calendar." in page
    assert "No key signs the mail of example.org." in page
    assert "has no feed" not in page
