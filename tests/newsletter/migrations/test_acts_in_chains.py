"""The migration that chains the acts there are."""

from datetime import datetime

from alembic import command
from sqlalchemy import select, text

from newsletter.database import Database
from newsletter.shape import config
from subscribers import acts, chain, privacy, register
from subscribers.consent import Act, Door, Evidence
from subscribers.tables.evidence import consent
from subscribers.tokens import Keyring
from tests.harness import chains
from tests.harness.people import ONE_CLICK, a_list, join, later

ANN = "ann@x.test"
BOB = "bob@x.test"


def back_and_forth(database: Database) -> None:
    """Go to the shape before, and come to this one from there."""
    with database.write() as tx:
        command.downgrade(config(tx), "0008")
    with database.write() as tx:
        command.upgrade(config(tx), "head")


def test_acts_there_are_become_chains(database: Database, keyring: Keyring, now: datetime) -> None:
    """Of known people, of one who was erased, and of one who came back after it."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        ann = join(tx, keyring, friends, ANN, now)
        gone = join(tx, keyring, friends, BOB, now)
        privacy.erase(tx, keyring, gone.subscriber.id, now)
        back = join(tx, keyring, friends, BOB, later(now))
        register.withdraw(tx, keyring, ann.subscription.id, later(now), ONE_CLICK)
        before = [register.consent_of(tx, keyring.hash_address(key)) for key in (ANN, BOB)]
    back_and_forth(database)
    with database.read() as tx:
        after = [register.consent_of(tx, keyring.hash_address(key)) for key in (ANN, BOB)]
        rows = {(row.chain, row.seq): row for row in chains.rows(tx)}

        assert [[(one.id, one.act, one.at, one.evidence, one.version) for one in said] for said in before] == [
            [(one.id, one.act, one.at, one.evidence, one.version) for one in said] for said in after
        ]
        assert [ann.subscriber.id] * 3 == [one.chain for one in after[0]]
        assert [-after[1][0].id] * 3 + [back.subscriber.id] * 2 == [one.chain for one in after[1]]
        assert [] == chains.broken(tx)
        first, erasure = rows[ann.subscriber.id, 1], rows[-after[1][0].id, 3]
        assert chain.person_digest(first.person_salt, ANN) == first.person_digest
        assert chain.person_digest(erasure.person_salt, keyring.hash_address(BOB)) == erasure.person_digest


def test_ids_are_not_given_anew(database: Database, keyring: Keyring, now: datetime) -> None:
    """Not even that of an act which is gone: a seal names the last id that it covers."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        join(tx, keyring, friends, ANN, now)
        last = tx.execute(select(consent.c.id).where(consent.c.act == Act.CONFIRMED)).scalar_one()
        tx.execute(text("DELETE FROM consent"))
    back_and_forth(database)
    with database.write() as tx:
        join(tx, keyring, friends, BOB, now)

        assert [last + 1, last + 2] == [row.id for row in chains.rows(tx)]


def test_more_acts_than_are_copied_at_once(database: Database, keyring: Keyring, now: datetime) -> None:
    """Nobody is left behind between two pieces."""
    basis = Evidence(Door.IMPORT_, "Members")
    with database.write() as tx:
        ann = join(tx, keyring, a_list(tx, now).id, ANN, now).subscriber
        for _ in range(1_100):
            acts.append_many(tx, {ann.id: ann.address.key}, None, Act.IMPORTED, now, basis)
    back_and_forth(database)
    with database.read() as tx:
        assert 1_102 == len(chains.rows(tx))
        assert [] == chains.broken(tx)
