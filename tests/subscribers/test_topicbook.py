from datetime import datetime

import pytest

from newsletter.database import Database
from subscribers import topicbook
from subscribers.errors import ListNotFound, TopicNotFound, TopicUnfit
from subscribers.topicbook import MOST_TOPICS
from subscribers.transaction import Transaction
from tests.harness.people import a_list


def names(tx: Transaction, list_id: int) -> list[str]:
    """Give what a list offers, in order."""
    return [one.name for one in topicbook.of_list(tx, list_id)]


def test_topics_stand_in_their_order(database: Database, now: datetime) -> None:
    """Where they were put; a place beyond the end is the end."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        jobs = topicbook.add(tx, friends, "Jobs", description="Vacancies\u2028of our members")
        topicbook.add(tx, friends, "Books")
        topicbook.add(tx, friends, "Congresses", position=1)
        before = names(tx, friends)
        topicbook.edit(tx, jobs, position=99)

        assert ["Congresses", "Jobs", "Books"] == before
        assert ["Congresses", "Books", "Jobs"] == names(tx, friends)
        assert [1, 2, 3] == [one.position for one in topicbook.of_list(tx, friends)]
        assert "Vacancies of our members" == topicbook.find(tx, friends, "JOBS").description


def test_topic_is_renamed_and_found(database: Database, now: datetime) -> None:
    """Its own name in other letters is no other topic's."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        jobs = topicbook.add(tx, friends, "jobs")
        topicbook.add(tx, friends, "Books")
        changed = topicbook.edit(tx, jobs, name="Jobs", description="Vacancies")

        assert ("Jobs", "Vacancies") == (changed.name, changed.description)
        with pytest.raises(TopicUnfit, match="already"):
            topicbook.edit(tx, jobs, name="books")
        with pytest.raises(TopicUnfit, match="needs a name"):
            topicbook.edit(tx, jobs, name="\u202e")


def test_lists_have_topics_of_their_own(database: Database, now: datetime) -> None:
    """The same name may stand on two."""
    with database.write() as tx:
        friends, board = a_list(tx, now).id, a_list(tx, now, "Board").id
        topicbook.add(tx, friends, "Jobs")
        topicbook.add(tx, board, "Jobs")

        assert topicbook.find(tx, friends, "Jobs") != topicbook.find(tx, board, "Jobs")
        with pytest.raises(ListNotFound):
            topicbook.add(tx, board + 9, "Jobs")


def test_removed_topic_is_offered_no_more(database: Database, now: datetime) -> None:
    """It is known by its number, and its name is free for another one."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        jobs = topicbook.add(tx, friends, "Jobs")
        topicbook.add(tx, friends, "Books")
        topicbook.remove(tx, jobs, now)
        again = topicbook.add(tx, friends, "Jobs")

        assert ["Books", "Jobs"] == names(tx, friends)
        assert now == topicbook.by_id(tx, jobs.id).removed_at
        assert jobs.id != again.id
        with pytest.raises(TopicNotFound):
            topicbook.edit(tx, jobs, name="Vacancies")
        with pytest.raises(TopicNotFound):
            topicbook.by_id(tx, again.id + 1)


def test_topics_have_an_end(database: Database, now: datetime) -> None:
    """Nobody reads more boxes on a page."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        for number in range(MOST_TOPICS):
            topicbook.add(tx, friends, f"T{number}")
        with pytest.raises(TopicUnfit, match="remove one first"):
            topicbook.add(tx, friends, "more")
