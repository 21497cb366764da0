from datetime import datetime, timedelta

import pytest

from newsletter.database import Database
from subscribers import register, seals, stages
from subscribers.address import parse
from subscribers.stages import Place, Round, Stage
from subscribers.tokens import Keyring
from subscribers.verification import Fault, Stand
from tests.harness import plans
from tests.harness.people import a_list, join
from tests.harness.tampering import found_in_steps, tamper

PEOPLE = 12
DAY = timedelta(days=1)


@pytest.fixture
def people(database: Database, keyring: Keyring, now: datetime) -> list[int]:
    """Give people whose evidence is sealed."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        made = [join(tx, keyring, friends, f"p{number}@x.test", now).subscriber.id for number in range(PEOPLE)]
    seals.seal(database.write, database.read, keyring, now)
    return made


def through(database: Database, keyring: Keyring, most: int) -> list[Round]:
    """Take every step that is due, each kept before the next one; give them."""
    made: list[Round] = []
    while True:
        with database.write() as tx:
            known = stages.due(tx)
            if known is None:
                return made
            made.append(stages.taken(tx, keyring, known, most))
            assert stages.keep(tx, made[-1])


def test_round_goes_on_where_it_was_kept(database: Database, keyring: Keyring, people: list[int]) -> None:
    """In steps of four rows: two acts of each person, under a seal, and one standing each."""
    made = through(database, keyring, 4)

    assert [Stage.CHAINS] * 7 == [one.place.stage for one in made][:7]
    assert made[-1].place.is_through
    assert list(range(1, len(made) + 1)) == [one.steps for one in made]
    assert not made[-1].faults


def test_next_round_begins_behind_the_next_seal(database: Database, keyring: Keyring, now: datetime, people: list[int]) -> None:
    """And not before: whoever asks until then has nothing to do."""
    count = len(through(database, keyring, 1_000))
    assert [] == through(database, keyring, 1_000)
    seals.seal(database.write, database.read, keyring, now + DAY)
    again = through(database, keyring, 1_000)

    assert count + 1 == again[0].steps
    assert 2 == again[-1].place.last_seal


def test_nothing_is_due_before_the_first_seal(database: Database) -> None:
    """What is not sealed can be cut off unseen anyway."""
    with database.read() as tx:
        assert stages.due(tx) is None


def test_what_was_found_is_kept_over_steps(database: Database, keyring: Keyring, people: list[int]) -> None:
    """Everything is counted, and told at the end."""
    with database.write() as tx:
        for number in people[:3]:
            tamper(tx, number, door="window")
    made = through(database, keyring, 5)

    assert 3 == made[-1].faults
    assert people[:3] == [one.chain for one in made[-1].findings]
    assert {Fault.ACT_CHANGED} == {one.fault for one in made[-1].findings}


def test_step_is_taken_once_by_two(database: Database, keyring: Keyring, people: list[int]) -> None:
    """The second that comes with it keeps nothing."""
    with database.write() as tx:
        known = stages.due(tx)
        assert known is not None
        made = stages.taken(tx, keyring, known, 5)

        assert stages.keep(tx, made)
        assert not stages.keep(tx, made)
        assert made == stages.current(tx)


def test_person_who_says_more_between_steps_is_whole(
    database: Database, keyring: Keyring, now: datetime, people: list[int]
) -> None:
    """Their chain is cut in its middle, gets longer, and goes on behind the cut; the same where its person has moved."""
    with database.write() as tx:
        known = stages.due(tx)
        assert known is not None
        first = stages.taken(tx, keyring, known, 1)
        cut = stages.taken(tx, keyring, first, 3)
        assert stages.keep(tx, first)
        assert stages.keep(tx, cut)
        assert (people[1], 1) == (cut.place.stand.chain, cut.place.stand.seq)
        other = a_list(tx, now, "Other").id
        join(tx, keyring, other, "p1@x.test", now + DAY)
        assert register.find(tx, parse("p1@x.test")).id == people[1]
    made = through(database, keyring, 3)

    assert made[-1].place.is_through
    assert not made[-1].faults


def test_person_changed_behind_the_cut_is_found(database: Database, keyring: Keyring, people: list[int]) -> None:
    """Between the two acts of one chain: what stands before the cut is remembered by its digest."""
    with database.write() as tx:
        known = stages.due(tx)
        assert known is not None
        cut = stages.taken(tx, keyring, stages.taken(tx, keyring, known, 1), 3)
        tamper(tx, people[1], act="blessed")
        after = stages.taken(tx, keyring, cut, 3)

    assert [(Fault.ACT_CHANGED, people[1])] == [(one.fault, one.chain) for one in after.findings]


@pytest.mark.parametrize("stage", [Stage.CHAINS, Stage.SEALED, Stage.STANDINGS])
def test_no_step_walks_or_sorts_a_table(database: Database, keyring: Keyring, people: list[int], stage: Stage) -> None:
    """With a million acts it costs what it costs with a thousand."""
    place = Place(1, stage, Stand(people[2], 1, ""), act_id=3, subscriber_id=people[2])
    with database.read() as tx:
        steps = plans.walks(tx, lambda: stages.step(tx, keyring, place, 5), may_sort=True)

    # There is a seal for each day, and a name for each list.
    assert [] == [step for step in steps if not any(name in step for name in ("consent_seal", "mailing_list", "anon_"))]


def test_many_quiet_days_are_more_than_a_step(database: Database, keyring: Keyring, now: datetime) -> None:
    """Each seal costs something, also where nothing is under it."""
    for day in range(6):
        seals.seal(database.write, database.read, keyring, now + day * DAY)
    with database.read() as tx:
        made = stages.step(tx, keyring, Place(6, Stage.SEALED), 3 * stages.COST_OF_SEAL)

        assert (Stage.SEALED, 3) == (made.place.stage, made.place.seal)
        assert [] == found_in_steps(tx, keyring, 100)
