from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from newsletter.database import Database
from subscribers import acts, chain, intake, privacy, records, register
from subscribers.address import parse
from subscribers.consent import Act, Door, Evidence
from subscribers.exchange import imports
from subscribers.exchange.model import ImportOrder
from subscribers.intake import Intake, Newcomer
from subscribers.model import Subscriber
from subscribers.tables.evidence import wording
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import chains
from tests.harness.people import FORM, LINK, ONE_CLICK, a_list, ask, join, later

ANN = "ann@x.test"
BASIS = Evidence(Door.IMPORT_, "Members' list of 2019")


def newcomers(keyring: Keyring, *names: str) -> list[Newcomer]:
    """Give people of a file."""
    return [
        Newcomer(f"{name}@x.test", f"{name}@x.test", keyring.hash_address(f"{name}@x.test"), "", "", True) for name in names
    ]


def move(tx: Transaction, keyring: Keyring, person: Subscriber, address: str, now: datetime) -> Subscriber:
    """Give a person another address, and say so in their chain."""
    new = parse(address)
    values = {"email": new.text, "email_key": new.key, "email_hash": keyring.hash_address(new.key)}
    tx.execute(update(subscriber).where(subscriber.c.id == person.id).values(values))
    moved = replace(person, address=new)
    records.record_move(tx, keyring, person.address, moved, now, LINK)
    return moved


def test_acts_of_a_person_are_one_chain(database: Database, keyring: Keyring, now: datetime) -> None:
    """Each holds on to the one before; the chain is the person's own."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        ann = join(tx, keyring, friends, ANN, now)
        bob = join(tx, keyring, friends, "bob@x.test", now)
        register.withdraw(tx, keyring, ann.subscription.id, now, ONE_CLICK)
        said = acts.of_address(tx, keyring.hash_address(ANN))

        assert [(ann.subscriber.id, 1), (ann.subscriber.id, 2), (ann.subscriber.id, 3)] == [
            (one.chain, one.seq) for one in said
        ]
        assert [bob.subscriber.id] * 2 == [one.chain for one in acts.of_address(tx, keyring.hash_address("bob@x.test"))]
        assert [] == chains.broken(tx)


def test_all_that_is_known_of_an_act_is_kept(database: Database, keyring: Keyring, now: datetime) -> None:
    """Form, language, the version of the wording and the Message-ID among it."""
    evidence = replace(FORM, form="embedded", language="fr", message_id="<x@y.test>")
    with database.write() as tx:
        friends = a_list(tx, now).id
        register.request(tx, keyring, friends, parse(ANN), "", now, evidence)
        kept = acts.of_address(tx, keyring.hash_address(ANN))[0]

        assert (evidence, Act.REQUESTED, now, friends) == (kept.evidence, kept.act, kept.at, kept.list_id)
        assert chain.wording_digest(evidence.wording) == kept.version
        assert [] == chains.broken(tx)


def test_one_wording_is_kept_once(database: Database, keyring: Keyring, now: datetime) -> None:
    """However many people it was shown to; another word makes another version."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        for name in ("ann", "bob", "cem"):
            ask(tx, keyring, friends, f"{name}@x.test", now)
        register.request(tx, keyring, friends, parse("dee@x.test"), "", now, replace(FORM, wording="Yes, do write to me."))

        assert 2 == tx.execute(select(func.count()).select_from(wording)).scalar_one()


def test_many_acts_are_appended_to_the_chain_of_each(database: Database, keyring: Keyring, now: datetime) -> None:
    """To those there are, and to new ones."""
    with database.write() as tx:
        friends, others = a_list(tx, now).id, a_list(tx, now, "Others").id
        ann = join(tx, keyring, friends, ANN, now)
        intake.take_in(tx, Intake(others, 1, BASIS, now), newcomers(keyring, "bob", "ann", "cem"))
        said = {name: acts.of_address(tx, keyring.hash_address(f"{name}@x.test")) for name in ("ann", "bob", "cem")}

        assert [Act.REQUESTED, Act.CONFIRMED, Act.IMPORTED] == [one.act for one in said["ann"]]
        assert {ann.subscriber.id} == {one.chain for one in said["ann"]}
        assert [(Act.IMPORTED, 1, others, BASIS)] * 2 == [
            (one.act, one.seq, one.list_id, one.evidence) for name in ("bob", "cem") for one in said[name]
        ]
        assert [] == chains.broken(tx)


def test_appending_for_nobody_does_nothing(database: Database, now: datetime) -> None:
    """A batch may be all people who are there already."""
    with database.write() as tx:
        acts.append_many(tx, acts.hold(tx, []), None, Act.IMPORTED, now, BASIS)

        assert [] == chains.rows(tx)


def test_import_and_person_at_once_do_not_wait_for_each_other_for_ever(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    """Ten people press their buttons while a file with all of them is taken in."""
    names = [f"name{number}" for number in range(10)]
    with database.write() as tx:
        friends = a_list(tx, now).id
        dues = [ask(tx, keyring, friends, f"{name}@x.test", now) for name in names]
        import_id = imports.begin(tx, ImportOrder(friends, "", is_confirmed=True), "", "", now).id

    def press(number: int) -> None:
        with database.write() as tx:
            register.confirm(tx, keyring, dues[number].confirmation_id, now, LINK)

    def take_in(_: int) -> None:
        with database.write() as tx:
            intake.take_in(tx, Intake(friends, import_id, BASIS, now), newcomers(keyring, *names))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: take_in(number) if number % 5 == 0 else press(number), range(10)))

    with database.read() as tx:
        said = [[one.act for one in acts.of_address(tx, keyring.hash_address(f"{name}@x.test"))] for name in names]
        assert [] == chains.broken(tx)
        assert [[Act.REQUESTED, Act.IMPORTED]] * 2 == said[::5]
        # Whom the file confirmed first pressed all the same.
        ways = ([Act.REQUESTED, Act.CONFIRMED], [Act.REQUESTED, Act.IMPORTED, Act.CONFIRMED])
        assert [] == [one for number, one in enumerate(said) if number % 5 and one not in ways]


def test_erasure_keeps_the_chain_and_the_hash(database: Database, keyring: Keyring, now: datetime) -> None:
    """What named the person is gone with its salt; what was said, and when, can still be shown to be whole."""
    with database.write() as tx:
        ann = join(tx, keyring, a_list(tx, now).id, ANN, now)
        digests = [one.digest for one in acts.of_address(tx, keyring.hash_address(ANN))]
        privacy.erase(tx, keyring, ann.subscriber.id, now)
        kept = chains.rows(tx)

        assert [*digests, kept[-1].digest] == [row.digest for row in kept]
        assert [] == chains.broken(tx)
        assert [None, None] == [row.person_salt for row in kept[:-1]]
        assert [(None, "", "")] * 3 == [(row.origin_salt, row.network, row.agent) for row in kept]
        assert [None, None, keyring.hash_address(ANN)] == [row.email_hash for row in kept]
        assert chain.person_digest(kept[-1].person_salt, keyring.hash_address(ANN)) == kept[-1].person_digest


def test_person_who_comes_back_begins_another_chain(database: Database, keyring: Keyring, now: datetime) -> None:
    """The evidence shows both, because both are about this address."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        gone = join(tx, keyring, friends, ANN, now)
        privacy.erase(tx, keyring, gone.subscriber.id, now)
        back = join(tx, keyring, friends, ANN, later(now))
        said = acts.of_address(tx, keyring.hash_address(ANN))

        assert [gone.subscriber.id] * 3 + [back.subscriber.id] * 2 == [one.chain for one in said]
        assert [] == chains.broken(tx)


def test_under_an_address_stands_what_was_said_by_who_had_it_then(database: Database, keyring: Keyring, now: datetime) -> None:
    """Ann moved on and left, Bob came to her address: nothing she said since is taken for his, and what she said before is."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        joined = join(tx, keyring, friends, ANN, now)
        move(tx, keyring, joined.subscriber, "new@x.test", now)
        bob = join(tx, keyring, friends, ANN, later(now)).subscriber
        register.withdraw(tx, keyring, joined.subscription.id, later(now), ONE_CLICK)
        under_old, under_new = (acts.under_address(tx, keyring.hash_address(one)) for one in (ANN, "new@x.test"))

        asked_and_said = [Act.REQUESTED, Act.CONFIRMED]
        assert [*asked_and_said, Act.CHANGED, *asked_and_said] == [one.act for one in under_old]
        assert [*asked_and_said, Act.CHANGED, Act.WITHDRAWN] == [one.act for one in under_new]
        assert asked_and_said == [one.act for one in acts.of_person(tx, bob.id)]
        assert under_new == acts.of_person(tx, joined.subscriber.id)


def test_move_to_another_address_carries_the_evidence(database: Database, keyring: Keyring, now: datetime) -> None:
    """It is found under both, and after an erasure under the last."""
    with database.write() as tx:
        ann = join(tx, keyring, a_list(tx, now).id, ANN, now).subscriber
        moved = move(tx, keyring, ann, "new@x.test", now)
        under_new = acts.of_address(tx, keyring.hash_address("new@x.test"))
        under_old = acts.of_address(tx, keyring.hash_address(ANN))
        row = chains.rows(tx)[-1]

        assert [Act.REQUESTED, Act.CONFIRMED, Act.CHANGED] == [one.act for one in under_new]
        assert under_new == under_old
        assert chain.person_digest(row.person_salt, moved.address.key) == row.person_digest

        privacy.erase(tx, keyring, ann.id, now)
        assert 4 == len(acts.of_address(tx, keyring.hash_address("new@x.test")))
        assert () == acts.of_address(tx, keyring.hash_address(ANN))
        assert [] == chains.broken(tx)


def test_networks_are_kept_for_a_while_only(database: Database, keyring: Keyring, now: datetime) -> None:
    """Those from before a moment go, the oldest first and as many as asked for; the chain holds."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        for days, name in enumerate(("ann", "bob", "cem")):
            ask(tx, keyring, friends, f"{name}@x.test", now + timedelta(days=days))
        limit = now + timedelta(days=2)

        assert 2 == acts.origins_before(tx, limit)
        assert [1, 1, 0] == [acts.forget_origins(tx, limit, 1) for _ in range(3)]
        assert 0 == acts.origins_before(tx, limit)
        assert [("", ""), ("", ""), ("192.0.2.7", "Lynx/2.9")] == [(row.network, row.agent) for row in chains.rows(tx)]
        assert [] == chains.broken(tx)


def test_acts_of_very_many_people_are_asked_for_at_once(database: Database, keyring: Keyring, now: datetime) -> None:
    """More than either database takes as values of a statement one by one."""
    very_many = range(1, 70_000)
    with database.write() as tx:
        friends = a_list(tx, now).id
        ann = join(tx, keyring, friends, ANN, now).subscriber.id
        last = acts.last_acts(tx, very_many)
        about = acts.last_about(tx, very_many, friends)
        acts.unname(tx, very_many)

        assert {ann: Act.CONFIRMED} == last
        assert [ann] == list(about)
        assert [] == chains.broken(tx)
