from datetime import datetime, timedelta

import pytest

from newsletter.database import Database
from subscribers import journal, suppression
from subscribers.model import EVERY_LIST, Reason
from tests.harness.people import a_list

ANN = "a" * 64
BOB = "b" * 64


def test_one_list_is_meant_unless_every_list_is_said(database: Database, now: datetime) -> None:
    """A no to one list leaves the others, a no to all leaves none."""
    with database.write() as tx:
        suppression.suppress(tx, ANN, Reason.UNSUBSCRIBED, now, list_id=1)
        suppression.suppress(tx, BOB, Reason.ERASED, now)

        assert [True, False] == [suppression.is_suppressed(tx, ANN, list_id) for list_id in (1, 2)]
        assert [True, True] == [suppression.is_suppressed(tx, BOB, list_id) for list_id in (1, 2)]


def test_saying_it_twice_is_no_error(database: Database, now: datetime) -> None:
    """And changes nothing."""
    with database.write() as tx:
        suppression.suppress(tx, ANN, Reason.UNSUBSCRIBED, now, list_id=1)
        suppression.suppress(tx, ANN, Reason.UNSUBSCRIBED, now, list_id=1)

        assert Reason.UNSUBSCRIBED == suppression.reason_of(tx, ANN, 1)


@pytest.mark.parametrize("first", Reason)
@pytest.mark.parametrize("second", Reason)
def test_stronger_reason_stays(sqlite_url: str, now: datetime, first: Reason, second: Reason) -> None:
    """Whoever called a mail spam and then unsubscribes has still called it spam."""
    strength = ["unsubscribed", "erased", "bounced", "complained", "manual"]
    database = Database(sqlite_url)
    with database.write() as tx:
        suppression.suppress(tx, ANN, first, now)
        suppression.suppress(tx, ANN, second, now)
        reason = suppression.reason_of(tx, ANN, 1)
    database.close()

    assert max(first, second, key=strength.index) == reason


def test_strongest_reason_of_both_scopes_counts(database: Database, now: datetime) -> None:
    """A complaint on one list outweighs an unsubscription from all."""
    with database.write() as tx:
        suppression.suppress(tx, ANN, Reason.UNSUBSCRIBED, now, list_id=EVERY_LIST)
        suppression.suppress(tx, ANN, Reason.COMPLAINED, now, list_id=1)

        assert Reason.COMPLAINED == suppression.reason_of(tx, ANN, 1)
        assert Reason.UNSUBSCRIBED == suppression.reason_of(tx, ANN, 2)
        assert suppression.reason_of(tx, BOB, 1) is None


@pytest.mark.parametrize("complained_after", [0, 2])
def test_what_a_journal_lifts_again_is_what_was_said_by_then(database: Database, now: datetime, complained_after: int) -> None:
    """A complaint that came behind it was not lifted with it."""
    hour = timedelta(hours=1)
    words = [(Reason.MANUAL, now), (Reason.COMPLAINED, now + complained_after * hour)]
    with database.write() as tx:
        for reason, at in words:
            suppression.suppress(tx, ANN, reason, at)
        assert suppression.lift_older(tx, ANN, now + hour, list_id=EVERY_LIST, is_own=False)
        left = suppression.said_by_others(tx, ANN, EVERY_LIST)

    assert (words[1] if complained_after else None) == (left and (left.reason, left.at))


def test_lifting_means_one_scope(database: Database, now: datetime) -> None:
    """What was said of every list stays when one list is lifted."""
    with database.write() as tx:
        suppression.suppress(tx, ANN, Reason.MANUAL, now, list_id=1)
        suppression.suppress(tx, ANN, Reason.BOUNCED, now)
        suppression.lift(tx, ANN, now, list_id=1)

        assert Reason.BOUNCED == suppression.reason_of(tx, ANN, 1)

        suppression.lift(tx, ANN, now, list_id=EVERY_LIST)

        assert not suppression.is_suppressed(tx, ANN, 1)


@pytest.mark.parametrize("other", [Reason.BOUNCED, Reason.COMPLAINED, Reason.MANUAL])
@pytest.mark.parametrize("own", [Reason.UNSUBSCRIBED, Reason.ERASED])
def test_what_the_person_said_and_what_others_say_are_lifted_apart(
    database: Database, now: datetime, own: Reason, other: Reason
) -> None:
    """In whatever order it was said, of somebody who is known by nothing else."""
    with database.write() as tx:
        for scope, said in enumerate(((own, other), (other, own)), 1):
            for reason in said:
                assert suppression.suppress(tx, ANN, reason, now, list_id=scope)
            assert other is suppression.reason_of_scope(tx, ANN, scope)
            suppression.lift(tx, ANN, now, list_id=scope)

            assert own is suppression.reason_of(tx, ANN, scope)
        suppression.suppress(tx, ANN, other, now, list_id=1)
        suppression.lift(tx, ANN, now, list_id=1, is_own=True)

        assert [other, own] == [suppression.reason_of(tx, ANN, list_id) for list_id in (1, 2)]


def test_no_behind_a_complaint_is_journalled_once(database: Database, now: datetime) -> None:
    """Saying it again owes nothing."""
    with database.write() as tx:
        for reason in (Reason.COMPLAINED, Reason.UNSUBSCRIBED, Reason.UNSUBSCRIBED):
            suppression.suppress(tx, ANN, reason, now)

        assert [Reason.COMPLAINED, Reason.UNSUBSCRIBED] == [line.reason for line in journal.settle(tx)]


def test_taking_back_a_no_to_all_keeps_the_no_to_the_others(database: Database, now: datetime) -> None:
    """Who was erased and joins one list again has not said yes to the rest."""
    with database.write() as tx:
        joined, other = a_list(tx, now, "Joined").id, a_list(tx, now, "Other").id
        suppression.suppress(tx, ANN, Reason.ERASED, now)
        suppression.take_back(tx, ANN, joined)

        assert suppression.reason_of(tx, ANN, joined) is None
        assert Reason.ERASED == suppression.reason_of(tx, ANN, other)


def test_taking_back_leaves_what_only_the_staff_may_lift(database: Database, now: datetime) -> None:
    """A bounce is not the person's word."""
    with database.write() as tx:
        joined = a_list(tx, now).id
        suppression.suppress(tx, ANN, Reason.BOUNCED, now, list_id=joined)
        suppression.take_back(tx, ANN, joined)

        assert Reason.BOUNCED == suppression.reason_of(tx, ANN, joined)


def test_among_many_the_suppressed_are_found(database: Database, now: datetime) -> None:
    """In one question."""
    with database.write() as tx:
        suppression.suppress(tx, ANN, Reason.MANUAL, now, list_id=1)
        suppression.suppress(tx, BOB, Reason.MANUAL, now, list_id=2)

        assert frozenset({ANN}) == suppression.among(tx, [ANN, BOB, "c" * 64], 1)
        assert frozenset() == suppression.among(tx, [], 1)
