from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from newsletter.database import Database
from subscribers import privacy, register, seals, walk
from subscribers.address import parse
from subscribers.tokens import Keyring
from subscribers.verification import Fault, Finding
from subscribers.walk import Verification
from tests.harness import chains
from tests.harness.people import COMMAND, ONE_CLICK, a_list, join, later
from tests.harness.tampering import found_in_steps
from tests.subscribers.test_acts import move

ANN = "ann@x.test"
BOB = "bob@x.test"
CEM = "cem@x.test"


class Book:
    """Evidence of three people: Ann left, Bob was erased and came back, Cem moved; sealed on two days."""

    def __init__(self, database: Database, keyring: Keyring, now: datetime) -> None:
        self.database = database
        self.keyring = keyring
        with database.write() as tx:
            self.friends = a_list(tx, now).id
            ann = join(tx, keyring, self.friends, ANN, now)
            bob = join(tx, keyring, self.friends, BOB, now)
            register.add(tx, keyring, self.friends, parse(CEM), "", now, COMMAND, is_confirmed=True)
            privacy.erase(tx, keyring, bob.subscriber.id, now)
        seals.seal(database.write, database.read, keyring, now + timedelta(hours=1))
        with database.write() as tx:
            register.withdraw(tx, keyring, ann.subscription.id, later(now), ONE_CLICK)
            join(tx, keyring, self.friends, BOB, later(now))
            move(tx, keyring, register.find(tx, parse(CEM)), "cem@y.test", later(now))
        seals.seal(database.write, database.read, keyring, later(now) + timedelta(hours=1))
        self.ann, self.bob = ann.subscriber.id, bob.subscriber.id

    def change(self, statement: str, **values: object) -> None:
        """Change something behind everybody's back; names in braces stand for numbers of people, or for *values*."""
        filled = statement.format(ann=self.ann, bob=self.bob, friends=self.friends, **values)
        with self.database.write() as tx:
            assert tx.execute(text(filled)).rowcount

    def verified(self) -> Verification:
        """Walk it; in steps of any size the same is found."""
        with self.database.read() as tx:
            seen = walk.verify(tx, self.keyring)
            for most in (1, 2, 3, 1_000):
                found = found_in_steps(tx, self.keyring, most)
                assert seen.faults == len(found)
                assert set(seen.findings) <= set(found)
            return seen

    def first(self) -> Finding:
        """Give the first thing that does not fit."""
        return self.verified().findings[0]


@pytest.fixture
def book(database: Database, keyring: Keyring, now: datetime) -> Book:
    """Give some evidence."""
    return Book(database, keyring, now)


def test_what_nobody_touched_is_whole(book: Book) -> None:
    """Those who were erased, came back and moved among it."""
    seen = book.verified()

    assert () == seen.findings
    assert seen.is_sound
    assert (10, 4, 2, 0) == (seen.acts, seen.chains, seen.seals, seen.unsealed)


def test_empty_book_is_whole(database: Database, keyring: Keyring) -> None:
    """There is nothing in it that could be wrong."""
    with database.read() as tx:
        assert Verification(0, 0, 0, 0, 0, ()) == walk.verify(tx, keyring)


CHANGED = {
    "act": "act = 'withdrawn'",
    "moment": "at = (SELECT max(at) FROM consent)",
    "door": "door = 'link'",
    "list": "list_id = NULL",
    "form": "form = 'another'",
    "language": "language = 'fr'",
    "message_id": "message_id = '<x@y.test>'",
    "person": "person_digest = ''",
    "digest": "digest = 'ab'",
    "no wording": "wording_id = NULL",
}


@pytest.mark.parametrize("change", CHANGED.values(), ids=CHANGED)
def test_changed_act_is_named(book: Book, change: str) -> None:
    """Whose it is, and which (row G05)."""
    book.change("UPDATE consent SET {change} WHERE chain = {ann} AND seq = 1", change=change)
    first = book.first()

    assert (Fault.ACT_CHANGED, book.ann, 1) == (first.fault, first.chain, first.seq)
    assert f"Of subscriber {book.ann}, act 1 (" in first.text
    assert f"row {first.act_id})" in first.text


OTHERS = {
    "network": ("network = '192.0.2.8'", Fault.ORIGIN_CHANGED),
    "agent": ("agent = ''", Fault.ORIGIN_CHANGED),
    "digest of the origin": ("origin_digest = ''", Fault.ORIGIN_CHANGED),
    "salt of the origin": ("origin_salt = NULL", Fault.ORIGIN_CHANGED),
    "salt of the person": ("person_salt = NULL", Fault.PERSON_CHANGED),
    "wording there is none of": ("wording_id = 4711", Fault.WORDING_CHANGED),
}


@pytest.mark.parametrize(("change", "fault"), OTHERS.values(), ids=OTHERS)
def test_changed_part_behind_a_digest_is_named(book: Book, change: str, fault: Fault) -> None:
    """What stands in the chain as a digest only is held against it as long as it is there."""
    book.change("UPDATE consent SET {change} WHERE chain = {ann} AND seq = 1", change=change)
    first = book.first()

    assert (fault, book.ann, 1) == (first.fault, first.chain, first.seq)


def test_changed_wording_is_named(book: Book) -> None:
    """For each act that it proves."""
    book.change("UPDATE wording SET text = 'Whatever.' WHERE text LIKE 'Yes%'")

    assert [Fault.WORDING_CHANGED] * 3 == [finding.fault for finding in book.verified().findings]


def test_deleted_act_in_the_middle_is_named(book: Book) -> None:
    """By the gap that it leaves."""
    book.change("DELETE FROM consent WHERE chain = {ann} AND seq = 2")
    first = book.first()

    assert (Fault.ACT_MISSING, book.ann, 2, None) == (first.fault, first.chain, first.seq, first.act_id)
    assert "act 2 is missing" in first.text


def test_gap_that_was_closed_is_named(book: Book) -> None:
    """Renumbering does not help: each act has its number in its digest."""
    book.change("DELETE FROM consent WHERE chain = {ann} AND seq = 2")
    book.change("UPDATE consent SET seq = 2 WHERE chain = {ann} AND seq = 3")

    assert (Fault.ACT_CHANGED, 2) == (book.first().fault, book.first().seq)


def test_swapped_acts_are_named(book: Book) -> None:
    """Their order is what the chain is."""
    for before, after in ((1, 9), (2, 1), (9, 2)):
        book.change("UPDATE consent SET seq = {after} WHERE chain = {ann} AND seq = {before}", before=before, after=after)

    assert (Fault.ACT_CHANGED, 1) == (book.first().fault, book.first().seq)


def test_act_moved_to_another_person_is_named(book: Book) -> None:
    """A yes is nobody else's."""
    book.change("UPDATE consent SET chain = {bob}, seq = 4 WHERE chain = {ann} AND seq = 3")

    assert (Fault.ACT_CHANGED, book.bob, 4) == (book.first().fault, book.first().chain, book.first().seq)


def test_inserted_act_is_named(book: Book) -> None:
    """A copy with another number is no act."""
    book.change(
        "INSERT INTO consent (chain, seq, list_id, act, at, door, form, language, message_id, network, agent, origin_digest, "
        "person_digest, digest) SELECT chain, 4, list_id, 'confirmed', at, door, form, language, message_id, '', '', '', '', "
        "digest FROM consent WHERE chain = {ann} AND seq = 3"
    )

    assert (Fault.ACT_CHANGED, book.ann, 4) == (book.first().fault, book.first().chain, book.first().seq)


def test_tail_cut_off_under_a_seal_is_noticed(book: Book) -> None:
    """The chain alone would look whole without its last act."""
    book.change("DELETE FROM consent WHERE chain = {ann} AND seq = 3")
    first = book.first()

    assert (Fault.SEALED_ACTS_MISSING, 2) == (first.fault, first.seal)
    assert "covers 4 acts, among them 1 that begin a chain; 3 and 1 are there" in first.text


def test_whole_chain_that_is_gone_is_noticed(book: Book) -> None:
    """As if the person had never been there."""
    book.change("DELETE FROM consent WHERE chain = {bob}")

    assert [(Fault.SEALED_ACTS_MISSING, 1)] == [(one.fault, one.seal) for one in book.verified().findings]


def test_chain_computed_anew_is_noticed(book: Book) -> None:
    """Whoever can write can also compute; what they cannot do is make a seal."""
    book.change("UPDATE consent SET chain = {ann} + 100 WHERE chain = {ann}")
    with book.database.write() as tx:
        chains.rehash(tx)

    assert {Fault.SEALED_ACTS_CHANGED, Fault.UNPROVEN} >= {one.fault for one in book.verified().findings} != set()


def test_person_swapped_under_the_evidence_is_named(book: Book) -> None:
    """Ann's yes does not become Dee's by writing another address into her row."""
    book.change("UPDATE subscriber SET email_key = 'dee@x.test' WHERE id = {ann}")

    assert (Fault.PERSON_CHANGED, book.ann) == (book.first().fault, book.first().chain)


def test_hash_swapped_under_an_erasure_is_named(book: Book, keyring: Keyring) -> None:
    """Who was erased does not become somebody else."""
    book.change("UPDATE consent SET email_hash = '{hash}' WHERE act = 'erased'", hash=keyring.hash_address("dee@x.test"))

    assert (Fault.PERSON_CHANGED, book.bob) == (book.first().fault, book.first().chain)


def test_subscription_without_evidence_is_named(book: Book, now: datetime) -> None:
    """Somebody was written onto the list."""
    with book.database.write() as tx:
        other = a_list(tx, now, "Others").id
    book.change("UPDATE subscription SET list_id = {other}, state = 'confirmed'", other=other)

    assert [Fault.UNPROVEN] * 3 == [one.fault for one in book.verified().findings]
    assert "stands on Others as confirmed, and their last word about it is no yes" in book.first().text


def test_no_that_was_turned_into_a_yes_is_named(book: Book) -> None:
    """Whoever left is not brought back by writing another state into a row."""
    book.change("UPDATE subscription SET state = 'confirmed' WHERE subscriber_id = {ann}")

    assert [(Fault.UNPROVEN, book.ann)] == [(one.fault, one.chain) for one in book.verified().findings]


SEALS = {
    "day": "day = '2019-01-01'",
    "moment": "at = (SELECT min(at) FROM consent)",
    "begin": "after_id = 1",
    "acts": "acts = 3",
    "chains": "chains = 0",
    "digest": "digest = 'ab'",
    "code": "code = 'ab'",
    "key": "key_id = 'abcdef01'",
}


@pytest.mark.parametrize("change", SEALS.values(), ids=SEALS)
@pytest.mark.parametrize("number", [1, 2])
def test_changed_seal_is_named(book: Book, change: str, number: int) -> None:
    """Each part of it stands under its code."""
    book.change("UPDATE consent_seal SET {change} WHERE number = {number}", change=change, number=number)
    found = [finding for finding in book.verified().findings if finding.fault is Fault.SEAL_CHANGED]

    assert found
    assert found[0].seal in {number, 2}


def test_missing_seal_is_named(book: Book) -> None:
    """By the gap; and one that was renumbered to close it, by its code."""
    book.change("DELETE FROM consent_seal WHERE number = 1")
    assert (Fault.SEAL_MISSING, 1) == (book.first().fault, book.first().seal)

    book.change("UPDATE consent_seal SET number = 1")
    assert (Fault.SEAL_CHANGED, 1) == (book.first().fault, book.first().seal)


def test_key_that_made_no_seal_proves_nothing(book: Book) -> None:
    """Seals that cannot be checked are not called good."""
    with book.database.read() as tx:
        seen = walk.verify(tx, Keyring("another secret of the tests, also long"))

    assert [Fault.SEAL_CHANGED] == [one.fault for one in seen.findings]
    assert "a key that is not at hand" in seen.findings[0].text


def test_acts_of_today_wait_for_their_seal(book: Book, now: datetime) -> None:
    """How many of them is said, because their end could still be cut off."""
    with book.database.write() as tx:
        join(tx, book.keyring, book.friends, "dee@x.test", later(now) + timedelta(hours=2))

    assert (0, 2) == (book.verified().faults, book.verified().unsealed)


def test_many_findings_are_counted(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the first of them told."""
    monkeypatch.setattr(walk, "MOST_FINDINGS", 2)
    book.change("UPDATE consent SET door = 'mail'")
    seen = book.verified()

    assert (10, 2) == (seen.faults, len(seen.findings))
    assert not seen.is_sound


def test_progress_is_told(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    """In acts, and to the end."""
    monkeypatch.setattr(walk, "CHUNK", 4)
    told: list[int] = []
    with book.database.read() as tx:
        walk.verify(tx, book.keyring, progress=told.append)

        assert 10 == walk.count(tx)
    assert [4, 8, 10] == told
