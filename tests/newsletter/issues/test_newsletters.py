"""Newsletters: made, found, changed."""

from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.errors import AlreadyThere, BadValue, NewsletterNotFound
from newsletter.issues import newsletters
from newsletter.issues.plan import DEFAULT_PLAN
from subscribers import register
from subscribers.errors import AddressRefused
from tests.harness.newsroom import a_newsletter

FACTS = {
    "name": "Section News",
    "sender_name": "The Section",
    "sender_address": "news@example.org",
    "postal_address": "1 Library Road",
}


def test_a_newsletter_comes_back_as_it_was_made(database: Database, now: datetime) -> None:
    """Every fact is kept, the plan among them."""
    with database.write() as tx:
        made = a_newsletter(tx)

    with database.read() as tx:
        assert made == newsletters.by_id(tx, made.id)
        assert made == newsletters.of_list(tx, made.list_id)
        assert (made,) == newsletters.all_newsletters(tx)
    assert "section-news" == made.slug
    assert DEFAULT_PLAN == made.plan
    assert "1 Library Road\nUtrecht" == made.postal_address


def test_found_by_name_or_slug(database: Database) -> None:
    """In any letter case; the name of one counts before the slug of another."""
    with database.write() as tx:
        first = a_newsletter(tx, "Section News")
        second = a_newsletter(tx, "section-news")

    with database.read() as tx:
        assert first == newsletters.find(tx, "SECTION news")
        assert second == newsletters.find(tx, "section-news")
        assert second == newsletters.find(tx, "section-news-2")


def test_unknown_newsletters(database: Database) -> None:
    """Absence is told in the words it was asked in."""
    with database.write() as tx:
        with pytest.raises(NewsletterNotFound, match="Weekly"):
            newsletters.find(tx, "Weekly")
        with pytest.raises(NewsletterNotFound, match="7"):
            newsletters.by_id(tx, 7)
        with pytest.raises(NewsletterNotFound, match="7"):
            newsletters.set_plan(tx, 7, DEFAULT_PLAN)
        assert None is newsletters.of_list(tx, 7)


def test_a_name_is_taken_once(database: Database) -> None:
    """Two newsletters cannot be told apart by the same name."""
    with database.write() as tx:
        a_newsletter(tx)
        with pytest.raises(AlreadyThere, match="Section News"):
            newsletters.create(
                tx,
                name=" Section  News",
                sender_name="",
                sender_address="news@example.org",
                list_id=1,
                postal_address="1 Library Road",
                now=datetime.fromisoformat("2020-01-01T00:00Z"),
            )


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"name": " \n"}, BadValue),
        ({"zone": "Amsterdam"}, BadValue),
        ({"postal_address": " \n"}, BadValue),
        ({"language": "English!"}, BadValue),
        ({"sender_address": "news@"}, AddressRefused),
        ({"reply_to": "nobody"}, AddressRefused),
        # In the header of everybody's mail, which hardly a relay takes then.
        ({"sender_address": "jörg@bücher.example"}, BadValue),
        ({"reply_to": "jörg@example.org"}, BadValue),
        ({"sender_address": "news@example.org>\r\nBcc: <x@example.org"}, AddressRefused),
        ({"language": "en\r\nBcc: x@example.org"}, BadValue),
    ],
)
def test_unusable_facts_are_refused(database: Database, now: datetime, change: dict[str, str], error: type[Exception]) -> None:
    """What no mail could carry is refused at the door."""
    with database.write() as tx:
        list_id = register.create_list(tx, "Readers", now).id
        facts = {**FACTS, **change}
        with pytest.raises(error):
            newsletters.create(
                tx,
                name=facts["name"],
                sender_name=facts["sender_name"],
                sender_address=facts["sender_address"],
                list_id=list_id,
                postal_address=facts["postal_address"],
                zone=facts.get("zone", "UTC"),
                reply_to=facts.get("reply_to", ""),
                language=facts.get("language", "en"),
                now=now,
            )


def test_names_and_addresses_are_made_safe(database: Database, now: datetime) -> None:
    """A line break in a name would be a header of somebody's choice."""
    with database.write() as tx:
        made = newsletters.create(
            tx,
            name="News\r\nBcc: x@example.org",
            sender_name="",
            sender_address="News@EXAMPLE.org",
            list_id=register.create_list(tx, "Readers", now).id,
            postal_address="\n 1 Library\tRoad \n\n Utrecht\x00",
            reply_to=" ",
            now=now,
        )

    assert "News Bcc: x@example.org" == made.name == made.sender_name
    assert "News@example.org" == made.sender_address
    assert "1 Library Road\nUtrecht" == made.postal_address
    assert "" == made.reply_to


def test_edit_changes_what_is_named_and_nothing_else(database: Database) -> None:
    """A missing postal address can be mended."""
    with database.write() as tx:
        made = a_newsletter(tx)
        edited = newsletters.edit(tx, made.id, postal_address="2 Museum Square", reply_to="desk@example.org")

    assert ("2 Museum Square", "desk@example.org") == (edited.postal_address, edited.reply_to)
    assert (made.sender_name, made.sender_address) == (edited.sender_name, edited.sender_address)


def test_another_plan(database: Database) -> None:
    """The plan can be changed at any time."""
    with database.write() as tx:
        made = a_newsletter(tx)
        newsletters.set_plan(tx, made.id, DEFAULT_PLAN[:2])

        assert DEFAULT_PLAN[:2] == newsletters.by_id(tx, made.id).plan
