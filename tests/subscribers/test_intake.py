from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import select

from newsletter.database import Database
from subscribers import acts, privacy, register, terms
from subscribers.address import parse
from subscribers.consent import Act
from subscribers.exchange.model import ImportReport
from subscribers.model import Cadence, Subscription, SubscriptionState
from subscribers.tables.people import subscriber
from subscribers.terms import Terms
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import chains
from tests.harness.people import COMMAND, FORM, a_list, ask, audience_of, join, take_in_file
from tests.harness.postgres import waiting_for_locks


class Friends:
    """A list that files are imported into."""

    def __init__(self, database: Database, keyring: Keyring, now: datetime) -> None:
        self.database = database
        self.keyring = keyring
        self.now = now
        with database.write() as tx:
            self.list_id = a_list(tx, now).id

    def take(self, *rows: str, basis: str = "a trial") -> ImportReport:
        """Import a file of these rows."""
        lines = [f"{row}\n".encode() for row in ("email,state", *rows)]
        return take_in_file(self.database.write, self.keyring, self.list_id, lines, self.now, basis=basis)

    def standing(self, tx: Transaction, name: str) -> Subscription:
        """Give how somebody stands to the list."""
        return register.subscriptions_of(tx, register.find(tx, parse(f"{name}@x.test")).id)[0]


@pytest.fixture
def friends(database: Database, keyring: Keyring, now: datetime) -> Friends:
    """Give an empty list."""
    return Friends(database, keyring, now)


def test_no_in_a_later_file_takes_off_whom_only_files_had_brought(friends: Friends) -> None:
    """New to the list, or confirmed by a file then or now: none of them has said yes here."""
    with friends.database.write() as tx:
        ask(tx, friends.keyring, friends.list_id, "bob@x.test", friends.now)
        ask(tx, friends.keyring, friends.list_id, "cy@x.test", friends.now)
    friends.take("ann@x.test,", "bob@x.test,", "di@x.test,")
    report = friends.take("ann@x.test,unsubscribed", "bob@x.test,bounced", "cy@x.test,", "cy@x.test,removed", "di@x.test,")

    with friends.database.read() as tx:
        said = register.consent_of(tx, friends.keyring.hash_address("ann@x.test"))
        assert (1, 1, 3) == (report.confirmed, report.there, report.said_no)
        assert ["di@x.test"] == audience_of(tx, friends.list_id)
        assert [SubscriptionState.WITHDRAWN] * 3 == [friends.standing(tx, name).state for name in ("ann", "bob", "cy")]
        assert [Act.IMPORTED, Act.WITHDRAWN] == [one.act for one in said]
        assert [] == chains.broken(tx)


def test_yes_given_here_stands_against_a_no_in_a_file(friends: Friends) -> None:
    """The person's own, the staff's, or other terms asked for since a file brought them; nobody is called left out."""
    friends.take("cy@x.test,")
    with friends.database.write() as tx:
        join(tx, friends.keyring, friends.list_id, "ann@x.test", friends.now)
        register.add(tx, friends.keyring, friends.list_id, parse("bob@x.test"), "", friends.now, COMMAND, is_confirmed=True)
        quarterly = Terms(Cadence.QUARTERLY)
        terms.agree(tx, friends.keyring, friends.standing(tx, "cy").id, quarterly, friends.now, FORM)
    report = friends.take("ann@x.test,withdrawn", "bob@x.test,cleaned", "cy@x.test,blocklisted")

    with friends.database.read() as tx:
        assert (3, 0) == (report.there, report.said_no)
        assert ["ann@x.test", "bob@x.test", "cy@x.test"] == audience_of(tx, friends.list_id)


def test_whoever_is_erased_while_a_file_waits_for_it_is_not_written_down_again(friends: Friends) -> None:
    """The file had asked who said no before; it looks again at whom it wrote down."""
    with friends.database.write() as tx:
        bob = join(tx, friends.keyring, friends.list_id, "bob@x.test", friends.now).subscriber
        waits = tx.dialect.name == "postgresql"

    with ThreadPoolExecutor(1) as other:
        with friends.database.write() as tx:
            privacy.erase(tx, friends.keyring, bob.id, friends.now)
            taking = other.submit(friends.take, "ann@x.test,", "bob@x.test,")
            while waits and not waiting_for_locks(friends.database):
                assert not taking.done()
        report = taking.result()

    with friends.database.read() as tx:
        assert (1, 1) == (report.added, report.said_no)
        assert ["ann@x.test"] == list(tx.execute(select(subscriber.c.email)).scalars())


def test_file_and_whoever_holds_several_people_at_once_do_not_wait_for_each_other_for_ever(friends: Friends) -> None:
    """All take them in the order of their numbers, whatever the order of their addresses."""
    with friends.database.write() as tx:
        first, second = (
            join(tx, friends.keyring, friends.list_id, email, friends.now).subscriber.id
            for email in ("zoe@x.test", "ann@x.test")
        )
        waits = tx.dialect.name == "postgresql"

    with ThreadPoolExecutor(1) as other:
        with friends.database.write() as tx:
            acts.hold(tx, [first])
            taking = other.submit(friends.take, "ann@x.test,", "zoe@x.test,")
            while waits and not waiting_for_locks(friends.database):
                assert not taking.done()
            acts.hold(tx, [second])
        report = taking.result()

    assert 2 == report.there


def test_two_files_each_with_a_no_of_whom_the_other_brings_do_not_wait_for_each_other_for_ever(friends: Friends) -> None:
    """All people of a batch are held at once. Both are stopped where they write down the basis, until both have begun."""
    friends.take("ann@x.test,", "zoe@x.test,")
    with friends.database.write() as tx:
        waits = tx.dialect.name == "postgresql"

    with ThreadPoolExecutor(2) as others:
        with friends.database.write() as tx:
            register.add(tx, friends.keyring, friends.list_id, parse("eve@x.test"), "", friends.now, COMMAND, is_confirmed=True)
            crossing = [
                others.submit(friends.take, "ann@x.test,", "bob@x.test,", "zoe@x.test,removed", basis=COMMAND.wording),
                others.submit(friends.take, "zoe@x.test,", "cy@x.test,", "ann@x.test,removed", basis=COMMAND.wording),
            ]
            while waits and waiting_for_locks(friends.database) < len(crossing):
                assert not any(taking.done() for taking in crossing)
        reports = [taking.result() for taking in crossing]

    assert [1, 1] == [report.added for report in reports]
    with friends.database.read() as tx:
        assert ["bob@x.test", "cy@x.test", "eve@x.test"] == audience_of(tx, friends.list_id)
        assert [] == chains.broken(tx)
