"""Segments kept, found, changed, let go and counted, on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import true

from newsletter.database import Database
from subscribers import suppression
from subscribers.errors import SegmentExists, SegmentNotFound, SegmentUnnamed
from subscribers.model import Reason
from subscribers.segments import store
from subscribers.segments.reading import read
from subscribers.tokens import Keyring
from tests.harness import people

FRENCH = read("language = fr")
DUTCH = read("language = nl")


def test_segment_is_kept(database: Database, now: datetime) -> None:
    """With its rule, who made it, and when; a changed rule has a time of its own."""
    later = now + timedelta(days=1)
    with database.write() as tx:
        made = store.create(tx, "French  readers", FRENCH, "Ann", now)
        changed = store.change(tx, made, DUTCH, later)
        found = store.find(tx, "French readers")

    assert ("French readers", FRENCH, "Ann", now, now) == (made.name, made.rule, made.made_by, made.created_at, made.changed_at)
    assert (DUTCH, now, later) == (changed.rule, changed.created_at, changed.changed_at)
    assert changed == found


def test_name_is_given_once(database: Database, now: datetime) -> None:
    """Until the segment is let go; then whatever was addressed by it still knows the rule."""
    with database.write() as tx:
        first = store.create(tx, "Readers", FRENCH, "Ann", now)
        with pytest.raises(SegmentExists):
            store.create(tx, "Readers", DUTCH, "Bob", now)
        store.remove(tx, first, now)
        second = store.create(tx, "Readers", DUTCH, "Bob", now)

        assert (second,) == store.all_segments(tx)
        assert [FRENCH, DUTCH] == [one.rule for one in store.by_ids(tx, [second.id, first.id])]


def test_segment_that_is_gone_is_not_changed(database: Database, now: datetime) -> None:
    """Whoever had it open is told."""
    with database.write() as tx:
        known = store.create(tx, "Readers", FRENCH, "Ann", now)
        store.remove(tx, known, now)
        with pytest.raises(SegmentNotFound):
            store.change(tx, known, DUTCH, now)
        with pytest.raises(SegmentNotFound):
            store.find(tx, "Readers")

        assert FRENCH == store.by_ids(tx, [known.id])[0].rule


@pytest.mark.parametrize("name", ["", " \u202e ", "\x00"])
def test_segment_has_a_name(database: Database, now: datetime, name: str) -> None:
    """One that can be read."""
    with database.write() as tx:
        with pytest.raises(SegmentUnnamed):
            store.create(tx, name, FRENCH, "Ann", now)
        with pytest.raises(SegmentNotFound):
            store.find(tx, name)


def test_people_are_counted_and_shown(database: Database, keyring: Keyring, now: datetime) -> None:
    """All who are known, or who may be written to on a list; the first ones first."""
    with database.write() as tx:
        friends = people.a_list(tx, now).id
        for name in ("ann", "bob", "cem"):
            people.join(tx, keyring, friends, f"{name}@example.net", now)
        people.ask(tx, keyring, friends, "dot@example.net", now)
        suppression.suppress(tx, keyring.hash_address("ann@example.net"), Reason.COMPLAINED, now)

        assert [4, 2] == [store.count(tx, true(), each) for each in (None, friends)]
        assert ["ann", "bob"] == [one.address.text[:3] for one in store.sample(tx, true(), None, 2)]
        assert ["bob"] == [one.address.text[:3] for one in store.sample(tx, true(), friends, 1)]
