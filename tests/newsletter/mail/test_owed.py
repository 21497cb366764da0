"""What stands in the rows of those who get an issue later, on both databases."""

from collections import Counter

import pytest
from sqlalchemy import select, update

from newsletter.mail import dispatch, figures, rest
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.rest import Planned
from newsletter.people import clicking
from newsletter.tables.mail import delivery
from tests.harness import mailroom, people
from tests.harness.mailed import being_mailed
from tests.newsletter.mail.conftest import Ledger
from tests.newsletter.mail.test_rest import KEYRING, come, leave, move, send_rest

S = DeliveryState


@pytest.mark.parametrize("fate", [S.REFUSED, S.SKIPPED, S.CANCELLED])
def test_whoever_took_their_yes_to_clicks_back_is_not_named_in_what_comes_later(book: Ledger, fate: S) -> None:
    """Ann said no and Bob joined anew without a word of it, since it was planned; Cem still allows it."""
    standings = allowing(book)
    mailed = being_mailed(book.database, book.room, book.now)
    with book.database.write() as tx:
        of_letter = delivery.c.letter_id == mailed.letter_id
        tx.execute(update(delivery).where(of_letter).values(state=fate, settled_at=mailed.now))
        figures.add(tx, Counter({figures.Change(mailed.letter_id, fate): 3}))
        dispatch.finish(tx, mailed.now)
        assert clicking.refuse(tx, KEYRING, standings["ann"], mailed.now, people.LINK)
        leave(tx, "bob")
        come(tx, "bob")

    assert Planned(again=3, new=0) == send_rest(mailed)
    with book.database.read() as tx:
        allows = select(delivery.c.subscription_id).where(of_letter, delivery.c.allows_clicks == 1)
        assert [standings["cem"]] == list(tx.execute(allows).scalars())


def allowing(book: Ledger) -> dict[str, int]:
    """Let everybody allow that it is kept which links they follow; gives their subscriptions by name."""
    with book.database.write() as tx:
        standings = {name: mailroom.subscription_of(tx, name).id for name in ("ann", "bob", "cem")}
        for number in standings.values():
            assert clicking.allow(tx, KEYRING, number, book.now, people.LINK)
    return standings


def test_whoever_has_the_old_address_of_somebody_is_mailed_as_it_was_counted(book: Ledger) -> None:
    """Bob moved away, and another has his address: not in the count, and so not in what is planned with it."""
    mailed = being_mailed(book.database, book.room, book.now)
    with book.database.write() as tx:
        dispatch.cancel(tx, mailed.issue_id, mailed.now)
        move(tx, "bob", "robert")
        come(tx, "bob")
        counted = rest.look(tx, mailed.issue_id, mailed.now)
    planned = send_rest(mailed, also_new=True)

    assert Planned(counted.again, counted.new) == planned == Planned(3, 0)
