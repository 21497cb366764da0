"""Answers of people in their letters, frozen with the audience."""

import quopri
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from newsletter.letters import store as letters
from newsletter.letters.letter import Draft, sealed
from newsletter.letters.links import Links
from newsletter.mail import answers, ledger, mailings, owed
from newsletter.mail.stationery import Stationery
from newsletter.people import erase
from newsletter.tables.mail import delivery_answer
from subscribers import attributebook
from subscribers.attributes import AttributeKind
from subscribers.audience import Audience
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import mailroom, people
from tests.newsletter.mail.conftest import Ledger


def asking_draft() -> Draft:
    """Give a letter that asks for a library and a day."""
    asks = {"library|your library": "slotlibrarytoken", "since|": "slotsincetoken"}
    words = "How is slotlibrarytoken since slotsincetoken?"
    draft = mailroom.a_draft()
    return sealed(replace(draft, html=f"{draft.html}<p>{words}</p>", text=draft.text + words, answers=asks, content_hash=""))


def said(tx: Transaction, name: str, **given: str) -> None:
    """Answer for somebody."""
    subscriber_id = mailroom.subscription_of(tx, name).subscriber_id
    attributebook.answer(tx, subscriber_id, given)


@pytest.fixture
def asking(book: Ledger) -> Ledger:
    """Give a ledger whose letter asks; Ann and Bob had answered when it was planned."""
    with book.database.write() as tx:
        attributebook.define(tx, "library", AttributeKind.TEXT, book.now)
        attributebook.define(tx, "since", AttributeKind.DATE, book.now)
        said(tx, "ann", library="<The> & Co", since="2020-01-31")
        said(tx, "bob", since="2019-12-01")
        letter_id = mailroom.plan(tx, book.room.newsletter_id, book.room.list_id, book.now, asking_draft())
    book.room = replace(book.room, letter_id=letter_id)
    return book


def messages(book: Ledger, keyring: Keyring, worker_id: str) -> dict[str, bytes]:
    """Claim and write the messages of the letter that asks."""
    book.start(worker_id)
    claimed = [one for one in book.claim(worker_id) if one.letter_id == book.room.letter_id]
    with book.database.read() as tx:
        facts = mailings.load(tx, book.room.letter_id)
    stationery = Stationery(keyring, Links("https://news.example.org"))
    compiled = stationery.compile(facts)
    return {one.email.partition("@")[0]: stationery.envelope(compiled, one).data for one in claimed}


def words_of(message: bytes) -> str:
    """Give what a message says in both parts."""
    return quopri.decodestring(message).decode()


def test_answers_stand_in_the_letter(asking: Ledger, keyring: Keyring) -> None:
    """Escaped in the HTML, as they are in the text; other words for whoever has not answered."""
    written = messages(asking, keyring, "w")
    ann, bob, cem = (words_of(written[name]) for name in ("ann", "bob", "cem"))

    assert "How is <The> & Co since 2020-01-31?" in ann
    assert "How is &lt;The&gt; &amp; Co since 2020-01-31?" in ann
    assert "How is your library since 2019-12-01?" in bob
    assert "How is your library since ?" in cem


def test_second_try_has_the_same_bytes(asking: Ledger, keyring: Keyring) -> None:
    """Whatever the person answers meanwhile, and if the attribute is gone."""
    first = messages(asking, keyring, "w")
    with asking.database.write() as tx:
        said(tx, "ann", library="Another")
        attributebook.remove(tx, "since")
        ledger.give_back(tx, asking.room.letter_id)

    assert first == messages(asking, keyring, "x")


def test_letter_that_asks_nothing_keeps_no_answers(book: Ledger, keyring: Keyring) -> None:
    """Not a row, whatever people answered."""
    with book.database.write() as tx:
        attributebook.define(tx, "library", AttributeKind.TEXT, book.now)
        said(tx, "ann", library="Public")
        mailroom.plan(tx, book.room.newsletter_id, book.room.list_id, book.now)
        kept = tx.execute(select(func.count()).select_from(delivery_answer)).scalar_one()
    book.start("w")

    assert 0 == kept
    assert {None} == {one.answers for one in book.claim("w")}


def test_newcomers_answers_are_frozen_when_they_are_planned(asking: Ledger, keyring: Keyring) -> None:
    """And those of the first audience stay what they were."""
    with asking.database.write() as tx:
        people.join(tx, keyring, asking.room.list_id, "dee@example.net", asking.now)
        said(tx, "dee", library="New")
        said(tx, "ann", library="Another")
        owed.plan_new(tx, asking.room.letter_id, Audience(asking.room.list_id, asking.now), asking.now)
    written = messages(asking, keyring, "w")

    assert "How is New since ?" in words_of(written["dee"])
    assert "<The> & Co" in words_of(written["ann"])


def test_erased_person_leaves_no_answer(asking: Ledger, keyring: Keyring) -> None:
    """Neither with them nor in the ledger."""
    with asking.database.write() as tx:
        erase.erase(tx, keyring, mailroom.subscription_of(tx, "ann").subscriber_id, asking.now)
        left = tx.execute(select(delivery_answer.c.text).where(delivery_answer.c.text.is_not(None))).scalars().all()

    assert [] == left


def test_frozen_letter_remembers_what_it_asks(asking: Ledger) -> None:
    """Byte for byte, with its hash."""
    with asking.database.read() as tx:
        assert asking_draft() == letters.load(tx, asking.room.letter_id).draft
        assert answers.with_answers(tx, ()) == ()
