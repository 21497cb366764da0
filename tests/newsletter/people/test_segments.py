"""Segments as the staff handles them, on both databases; and what happens when two do it at once."""

import threading
from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.errors import BadValue
from newsletter.issues import draft, editing, newsletters
from newsletter.issues import store as issues
from newsletter.issues.selection import of_issue
from newsletter.people import segments
from subscribers import attributebook, register, topicbook
from subscribers.attributes import AttributeKind
from subscribers.errors import RuleRefused, SegmentNotFound
from subscribers.segments import store, writing
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness.mailroom import Mailroom, open_mailroom
from tests.harness.postgres import waiting_for_locks


def test_rule_is_kept_in_its_one_spelling(database: Database, room: Mailroom, now: datetime) -> None:
    """Names as slugs, values as they are compared; read from its text or its tree."""
    with database.write() as tx:
        made = segments.create(
            tx, "A", 'list "Readers" AND domain IS Example.NET and missed the last 1 issues of "section news"', "ann", now
        )
        again = segments.create(tx, "B", ' {"field": "domain", "op": "=", "values": ["EXAMPLE.net"]}', "ann", now)

    assert "list readers and domain = example.net and missed any of the last 1 issues of section-news" == writing.text(
        made.rule
    )
    assert "domain = example.net" == writing.text(again.rule)


def test_rule_that_is_refused_changes_nothing(database: Database, room: Mailroom, now: datetime) -> None:
    """The one before stays."""
    with database.write() as tx:
        segments.create(tx, "A", "everybody", "ann", now)
    with database.write() as tx, pytest.raises(RuleRefused):
        segments.edit(tx, "A", "list nowhere", now)

    with database.read() as tx:
        assert "everybody" == writing.text(store.find(tx, "A").rule)


def test_people_are_looked_at(database: Database, room: Mailroom, now: datetime) -> None:
    """Of those who are known, or of a list; as many as asked for."""
    with database.read() as tx:
        rule = segments.read(tx, "not address starts with ann")
        seen = segments.look(tx, rule, room.list_id, 1, now)
        counted = segments.look(tx, rule, None, 0, now)

    assert (2, ["bob@example.net"]) == (seen.people, [one.address.text for one in seen.sample])
    assert (2, ()) == (counted.people, counted.sample)


def test_segment_of_an_issue_that_is_over_may_go(database: Database, room: Mailroom, now: datetime) -> None:
    """Cancelled, it will go to nobody."""
    with database.write() as tx:
        segments.create(tx, "A", "everybody", "ann", now)
        issue_id = drafted(tx, room, now)
        editing.select_people(tx, issue_id, now, included=["A"], excluded=[])
        with pytest.raises(BadValue, match=f"is part of the audience of issue {issue_id}"):
            segments.remove(tx, "A", now)
        issues.set_state(tx, issues.load(tx, issue_id), issues.S.CANCELLED, now)
        segments.remove(tx, "A", now)
        with pytest.raises(SegmentNotFound):
            segments.remove(tx, "A", now)

        assert ["A"] == [one.name for one in of_issue(tx, issues.load(tx, issue_id)).included]


def test_topic_that_a_segment_asks_for_keeps_its_name(database: Database, room: Mailroom, now: datetime) -> None:
    """Whether the rule names its list or any; the spelling may change, and everything else of it."""
    with database.write() as tx:
        jobs = topicbook.add(tx, room.list_id, "Jobs")
        slug = register.list_by_id(tx, room.list_id).slug
        segments.create(tx, "Here", f"topic Jobs of {slug}", "ann", now)
        segments.create(tx, "Anywhere", "not topic JOBS", "ann", now)
        with pytest.raises(BadValue, match="topic Jobs: is asked for by the segment Here, Anywhere;"):
            segments.edit_topic(tx, jobs, name="Vacancies")
        with pytest.raises(BadValue, match="is asked for by the segment Here, Anywhere;"):
            segments.remove_topic(tx, jobs, now)
        spelled = segments.edit_topic(tx, jobs, name="JOBS", description="Vacancies")
        segments.remove(tx, "Here", now)
        segments.edit(tx, "Anywhere", "everybody", now)
        renamed = segments.edit_topic(tx, jobs, name="Vacancies")
        segments.remove_topic(tx, renamed, now)

        assert ("JOBS", "Vacancies") == (spelled.name, spelled.description)
        assert () == topicbook.of_list(tx, room.list_id)


def test_topic_of_another_list_is_another_one(database: Database, room: Mailroom, now: datetime) -> None:
    """Though it has the same name."""
    with database.write() as tx:
        slug = register.list_by_id(tx, room.list_id).slug
        topicbook.add(tx, room.list_id, "Jobs")
        board = register.create_list(tx, "Board", now)
        elsewhere = topicbook.add(tx, board.id, "Jobs")
        segments.create(tx, "Here", f"topic Jobs of {slug}", "ann", now)
        segments.remove_topic(tx, elsewhere, now)

        assert () == topicbook.of_list(tx, board.id)


def test_choice_that_a_segment_asks_for_stays(database: Database, now: datetime) -> None:
    """Until it asks for another; however the choice is spelled."""
    with database.write() as tx:
        attributebook.define(tx, "kind", AttributeKind.CHOICE, now, choices=("Public", "Academic", "School"))
        segments.create(tx, "Schools", "kind = school", "ann", now)
        with pytest.raises(BadValue, match="choice SCHOOL: is asked for by the segment Schools;"):
            segments.edit_attribute(tx, "kind", removes=["SCHOOL"])
        others = segments.edit_attribute(tx, "kind", adds=["Museum"], removes=["Public"])
        segments.edit(tx, "Schools", "kind = academic", now)
        left = segments.edit_attribute(tx, "kind", removes=["School"])

    assert ("Academic", "School", "Museum") == others.choices
    assert ("Academic", "Museum") == left.choices


def drafted(tx: Transaction, room: Mailroom, now: datetime) -> int:
    """Draft an issue."""
    return draft.draft_empty(tx, newsletters.by_id(tx, room.newsletter_id), "A one-off", now).id


@pytest.mark.parametrize("is_removed_first", [True, False])
def test_segment_is_chosen_or_removed_and_never_both(
    postgres_url: str, keyring: Keyring, now: datetime, *, is_removed_first: bool
) -> None:
    """Whoever comes second waits, and is told; SQLite has one writer."""
    database = Database(postgres_url)
    with database.write() as tx:
        room = open_mailroom(tx, keyring, now, ("ann",))
        segments.create(tx, "A", "everybody", "ann", now)
        issue_id = drafted(tx, room, now)

    def remove(tx: Transaction) -> None:
        segments.remove(tx, "A", now)

    def choose(tx: Transaction) -> None:
        editing.select_people(tx, issue_id, now, included=["A"], excluded=[])

    first, second = (remove, choose) if is_removed_first else (choose, remove)
    told: list[Exception] = []

    def come_second() -> None:
        try:
            with database.write() as tx:
                second(tx)
        except (BadValue, SegmentNotFound) as refusal:
            told.append(refusal)

    thread = threading.Thread(target=come_second)
    with database.write() as tx:
        first(tx)
        thread.start()
        while not waiting_for_locks(database):
            assert thread.is_alive()
    thread.join(30)
    database.close()

    assert [SegmentNotFound if is_removed_first else BadValue] == [type(one) for one in told]
