import json
from datetime import datetime

import pytest
from sqlalchemy import Table, select

from newsletter.database import Database
from subscribers import privacy, register, suppression
from subscribers.address import parse
from subscribers.consent import Act
from subscribers.errors import SubscriberNotFound
from subscribers.model import EVERY_LIST, Reason
from subscribers.outcomes import Confirmed, Expired, Unknown
from subscribers.tables import evidence, lists, people
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness.people import LINK, ONE_CLICK, a_list, ask, audience_of, join, later, move

ANN = "Canary.Ann@x.test"
KEY = "canary.ann@x.test"


def everything(tx: Transaction) -> str:
    """Give all that is kept about people as one text."""
    tables: list[Table] = [people.subscriber, lists.subscription, lists.confirmation, evidence.consent, evidence.suppression]
    return "\n".join(str(row) for table in tables for row in tx.execute(select(table)))


def test_erasing_leaves_only_the_hash(database: Database, keyring: Keyring, now: datetime) -> None:
    """Neither address nor name, network nor browser; the acts stay as evidence."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        joined = join(tx, keyring, friends, ANN, now, "Canary Lee")
        privacy.erase(tx, keyring, joined.subscriber.id, later(now))
        kept = everything(tx)
        said = register.consent_of(tx, keyring.hash_address(KEY))

        for canary in ("canary", "Lee", "192.0.2.7", "Lynx"):
            assert canary.lower() not in kept.lower()
        assert [Act.REQUESTED, Act.CONFIRMED, Act.ERASED] == [one.act for one in said]
        assert ["Yes, write to me once a month.", "Confirm", ""] == [one.evidence.wording for one in said]
        assert Reason.ERASED == suppression.reason_of(tx, keyring.hash_address(KEY), friends)
        assert [] == audience_of(tx, friends)
        with pytest.raises(SubscriberNotFound):
            register.find(tx, parse(ANN))


def test_links_of_an_erased_person_open_nothing(database: Database, keyring: Keyring, now: datetime) -> None:
    """And numbers are never given to somebody else."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        due = ask(tx, keyring, friends, ANN, now)
        privacy.erase(tx, keyring, due.subscriber.id, now)
        another = ask(tx, keyring, friends, "bob@x.test", now)

        assert due.confirmation_id != another.confirmation_id
        assert due.subscription_id != another.subscription_id
        assert due.subscriber.id != another.subscriber.id
        assert Expired() == register.confirm(tx, keyring, due.confirmation_id, now, LINK)
        assert Unknown() == register.withdraw(tx, keyring, due.subscription_id, now, ONE_CLICK)


def test_complaint_outlives_the_erasure(database: Database, keyring: Keyring, now: datetime) -> None:
    """It can only be lifted by the staff, so a form does not even ask."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        joined = join(tx, keyring, friends, ANN, now)
        suppression.suppress(tx, keyring.hash_address(KEY), Reason.COMPLAINED, now)
        privacy.erase(tx, keyring, joined.subscriber.id, now)

        assert Reason.COMPLAINED == suppression.reason_of(tx, keyring.hash_address(KEY), EVERY_LIST)


def test_erased_person_may_come_back_alone(database: Database, keyring: Keyring, now: datetime) -> None:
    """By asking and confirming, to the list they ask for and to no other."""
    with database.write() as tx:
        friends, other = a_list(tx, now).id, a_list(tx, now, "Other").id
        joined = join(tx, keyring, friends, ANN, now)
        join(tx, keyring, other, ANN, later(now))
        privacy.erase(tx, keyring, joined.subscriber.id, later(now))
        back = join(tx, keyring, friends, ANN, later(later(now)))

        assert isinstance(back, Confirmed)
        assert [ANN] == audience_of(tx, friends)
        assert [] == audience_of(tx, other)
        assert Reason.ERASED == suppression.reason_of(tx, keyring.hash_address(KEY), other)


def test_erasing_nobody_is_told(database: Database, keyring: Keyring, now: datetime) -> None:
    """By the id."""
    with pytest.raises(SubscriberNotFound, match="7"), database.write() as tx:
        privacy.erase(tx, keyring, 7, now)


def test_export_holds_everything_known(database: Database, keyring: Keyring, now: datetime) -> None:
    """As JSON that programs and people can read."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        joined = join(tx, keyring, friends, ANN, now, "Zoë")
        register.withdraw(tx, keyring, joined.subscription.id, later(now), ONE_CLICK)
        export = privacy.export_person(tx, joined.subscriber.id)
    document = json.loads(export.to_json())

    assert "Zoë" in export.to_json()
    assert ANN == document["subscriber"]["address"]["text"]
    assert ["withdrawn"] == [one["state"] for one in document["subscriptions"]]
    assert ["requested", "confirmed", "withdrawn"] == [one["act"] for one in document["consent"]]
    assert "192.0.2.7" == document["consent"][0]["evidence"]["network"]
    assert [["unsubscribed", friends]] == [[one["reason"], one["list_id"]] for one in document["suppressions"]]
    assert ["2020-02-01T08:00:00+00:00"] == document["asked_at"]


def test_export_tells_nothing_of_who_had_the_address_before(database: Database, keyring: Keyring, now: datetime) -> None:
    """Ann moved on, and Bob has her old address: each gets their own acts, wherever they said them."""
    with database.write() as tx:
        friends, other = a_list(tx, now).id, a_list(tx, now, "Other").id
        ann = join(tx, keyring, friends, ANN, now).subscriber
        ann = move(tx, keyring, ann, "new@x.test", later(now))
        bob = join(tx, keyring, other, ANN, later(later(now))).subscriber
        of_ann, of_bob = (privacy.export_person(tx, one.id) for one in (ann, bob))

    assert [Act.REQUESTED, Act.CONFIRMED, Act.CHANGED] == [one.act for one in of_ann.consent]
    assert [(Act.REQUESTED, other), (Act.CONFIRMED, other)] == [(one.act, one.list_id) for one in of_bob.consent]
    assert [(now,), (later(later(now)),)] == [of_ann.asked_at, of_bob.asked_at]


def test_export_of_nobody_is_told(database: Database) -> None:
    """By the id."""
    with pytest.raises(SubscriberNotFound, match="7"), database.read() as tx:
        privacy.export_person(tx, 7)
