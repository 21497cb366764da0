"""What happened is written down in its transaction, for whoever wants to be told."""

import pytest
from sqlalchemy import func, select

from newsletter.issues import draft
from newsletter.issues.model import Month
from newsletter.people import erase
from newsletter.tables.webhooks import telling, tiding
from newsletter.webhooks import hookbook
from subscribers import news, register
from subscribers.address import parse
from subscribers.consent import Door, Evidence
from subscribers.news import News
from tests.harness.newsroom import a_month, a_newsletter
from tests.harness.people import LINK, join
from tests.newsletter.webhooks.conftest import Outside, outside

__all__ = ["outside"]


def happened(outside: Outside) -> list[str]:
    """Give what was written down, in order."""
    with outside.database.read() as tx:
        return list(tx.execute(select(tiding.c.kind).order_by(tiding.c.id)).scalars())


def test_what_people_do_is_written_down_by_numbers_alone(outside: Outside) -> None:
    """Joining, saying yes, leaving, being erased; no row names anybody."""
    outside.hook()
    ben = outside.join("ben.canary@example.org")
    with outside.database.write() as tx:
        register.withdraw(tx, outside.keyring, ben.subscription.id, outside.clock(), LINK)
    with outside.database.write() as tx:
        erase.erase(tx, outside.keyring, ben.subscriber.id, outside.clock(), LINK)

    told = ["subscribed", "confirmed", "unsubscribed", "erased"]
    assert [f"subscriber.{one}" for one in told] == happened(outside)
    with outside.database.read() as tx:
        rows = tx.execute(select(tiding)).all()
    assert {ben.subscriber.id} == {row.subscriber_id for row in rows}
    assert "canary" not in str(rows)
    assert ["readers-of-section-news"] * 3 + [None] == [row.document["list"] for row in rows]


def test_what_is_rolled_back_never_happened(outside: Outside) -> None:
    """Nor is it told by the next transaction of the connection."""
    outside.hook()

    def fail() -> None:
        with outside.database.write() as tx:
            join(tx, outside.keyring, outside.newsletter.list_id, "ben@example.org", outside.clock())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    outside.join("eva@example.org")

    assert ["subscriber.subscribed", "subscriber.confirmed"] == happened(outside)


def test_without_anybody_who_listens_nothing_is_kept(outside: Outside) -> None:
    """A program that is switched off, or was forgotten, listens to nothing."""
    hook = outside.hook()
    with outside.database.write() as tx:
        hookbook.switch(tx, hook.id, outside.clock(), is_enabled=False)
    outside.join()

    assert [] == happened(outside)


def test_each_program_is_told_what_it_wants(outside: Outside) -> None:
    """By kind, and by newsletter: of the people of its list, and of whoever leaves all lists."""
    with outside.database.write() as tx:
        other = a_newsletter(tx, "Other News")
    hooks = (
        outside.hook("all"),
        outside.hook("some", kinds=("subscriber.confirmed", "issue.drafted")),
        outside.hook("ours", newsletter_id=outside.newsletter.id),
        outside.hook("theirs", newsletter_id=other.id),
    )
    outside.join()
    with outside.database.write() as tx:
        a_month(tx, outside.newsletter)
        draft.draft_month(tx, outside.newsletter, Month(2020, 1), outside.clock())
        news.note(tx, News(news.Kind.ERASED, outside.clock(), subscriber_id=7))

    told = [[one.tiding.kind.rpartition(".")[2] for one in outside.log(hook)] for hook in hooks]
    everything = ["subscribed", "confirmed", "drafted", "erased"]
    assert [everything, ["confirmed", "drafted"], everything, ["erased"]] == told


def test_a_file_of_people_is_no_thousand_events(outside: Outside) -> None:
    """What the staff enters by hand is: somebody joined, and may be written to."""
    outside.hook()
    for door in (Door.IMPORT_, Door.COMMAND):
        with outside.database.write() as tx:
            address, evidence = parse(f"{door}@example.org"), Evidence(door, "They asked for it.")
            register.add(
                tx, outside.keyring, outside.newsletter.list_id, address, "", outside.clock(), evidence, is_confirmed=True
            )

    assert ["subscriber.subscribed", "subscriber.confirmed"] == happened(outside)


def test_hundreds_at_once_are_one_transaction(outside: Outside) -> None:
    """Each with a number of its own, in the order they happened."""
    outside.hook()
    with outside.database.write() as tx:
        for number in range(1, 301):
            news.note(tx, News(news.Kind.CONFIRMED, outside.clock(), subscriber_id=number, list_id=outside.newsletter.list_id))

    with outside.database.read() as tx:
        people = tx.execute(select(tiding.c.subscriber_id).order_by(tiding.c.id)).scalars().all()
        numbers = tx.execute(select(func.count(tiding.c.uid.distinct()))).scalar_one()
        waiting = tx.execute(select(func.count()).select_from(telling)).scalar_one()
    assert (list(range(1, 301)), 300, 300) == (people, numbers, waiting)
