from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from newsletter.database import Database
from subscribers import audience, privacy, register, terms, topicbook
from subscribers.audience import Audience
from subscribers.consent import Act
from subscribers.errors import PauseRefused, SubscriptionNotFound, TopicNotFound
from subscribers.model import Cadence, Topic
from subscribers.tables.lists import subscription_topic
from subscribers.terms import LONGEST_PAUSE, Terms
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness.people import LINK, ONE_CLICK, a_list, join, later

ANN = "ann@x.test"
DAY = timedelta(days=1)
EVERY, QUARTERLY = Cadence.EVERY_ISSUE, Cadence.QUARTERLY


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody on a list with two topics."""

    subscription_id: int
    list_id: int
    jobs: Topic
    books: Topic


def a_reader(tx: Transaction, keyring: Keyring, now: datetime, address: str = ANN) -> Reader:
    """Join a fresh list."""
    friends = a_list(tx, now).id
    standing = join(tx, keyring, friends, address, now).subscription
    return Reader(standing.id, friends, topicbook.add(tx, friends, "Jobs"), topicbook.add(tx, friends, "Books"))


def reached(tx: Transaction, wanted: Audience) -> list[str]:
    """Give the addresses a letter would go to."""
    return sorted(row.email for row in tx.execute(audience.people(wanted)))


def test_terms_begin_with_everything(database: Database, keyring: Keyring, now: datetime) -> None:
    """Whoever says nothing gets every issue and all topics, also those that come later."""
    with database.write() as tx:
        ann = a_reader(tx, keyring, now)
        standing = register.subscription_by_id(tx, ann.subscription_id)
        assert standing is not None
        congresses = topicbook.add(tx, ann.list_id, "Congresses")

        assert Terms() == terms.terms_of(tx, standing, now)
        assert (ann.jobs, ann.books, congresses) == terms.topics_taken(tx, standing)
        assert [ANN] == reached(tx, Audience(ann.list_id, now, topics=frozenset({congresses.id})))


def test_terms_are_kept_and_written_down(database: Database, keyring: Keyring, now: datetime) -> None:
    """Once in the evidence for each change; saying the same again is no change."""
    wanted = Terms(QUARTERLY, now + 30 * DAY, frozenset())
    with database.write() as tx:
        ann = a_reader(tx, keyring, now)
        wanted = replace(wanted, topic_ids=frozenset({ann.jobs.id}))
        changed = terms.agree(tx, keyring, ann.subscription_id, wanted, now, LINK)
        same = terms.agree(tx, keyring, ann.subscription_id, wanted, now, LINK)
        said = register.consent_of(tx, keyring.hash_address(ANN))

        assert wanted == terms.terms_of(tx, changed, now)
        assert changed == same
        assert (ann.jobs,) == terms.topics_taken(tx, changed)
        assert [Act.REQUESTED, Act.CONFIRMED, Act.CHANGED] == [one.act for one in said]
        assert "one mail a quarter; the topics Jobs; paused until 2020-03-02" == terms.words(
            wanted, (ann.jobs, ann.books), "UTC"
        )


def test_terms_in_words() -> None:
    """What evidence and command say."""
    jobs = Topic(7, 1, "Jobs", "", 1, None)

    assert "every issue" == terms.words(Terms(), (), "UTC")
    assert "every issue; all topics" == terms.words(Terms(), (jobs,), "UTC")
    # A day begins where the newsletter is.
    until = datetime(2020, 8, 31, 22, 0, tzinfo=UTC)
    assert "every issue; paused until 2020-09-01" == terms.words(Terms(paused_until=until), (), "Europe/Amsterdam")
    assert "every issue; no topics, only what is for everybody" == terms.words(Terms(topic_ids=frozenset()), (jobs,), "UTC")


def test_paused_person_comes_back_by_themselves(database: Database, keyring: Keyring, now: datetime) -> None:
    """At that very moment; until then they are in no audience, and still on the list."""
    until = now + 30 * DAY
    with database.write() as tx:
        ann = a_reader(tx, keyring, now)
        terms.agree(tx, keyring, ann.subscription_id, Terms(paused_until=until), now, LINK)

        assert [] == reached(tx, Audience(ann.list_id, now))
        assert [] == reached(tx, Audience(ann.list_id, until - timedelta(microseconds=1)))
        assert [ANN] == reached(tx, Audience(ann.list_id, until))
        assert 1 == audience.count(tx, ann.list_id)
        assert 0 == audience.size(tx, Audience(ann.list_id, now))


def test_fresh_yes_ends_a_pause(database: Database, keyring: Keyring, now: datetime) -> None:
    """Whoever left while it lasted and joins again wants to hear now; how often and what of it stays as it was."""
    with database.write() as tx:
        ann = a_reader(tx, keyring, now)
        terms.agree(tx, keyring, ann.subscription_id, Terms(QUARTERLY, now + 90 * DAY), now, LINK)
        register.withdraw(tx, keyring, ann.subscription_id, now, ONE_CLICK)
        standing = join(tx, keyring, ann.list_id, ANN, later(now)).subscription

        assert Terms(QUARTERLY) == terms.terms_of(tx, standing, later(now))


@pytest.mark.parametrize("away", [-DAY, timedelta(0), LONGEST_PAUSE + DAY])
def test_pause_that_makes_no_sense_is_refused(database: Database, keyring: Keyring, now: datetime, away: timedelta) -> None:
    """Over before it begins, or longer than anybody means; nothing else of the wish is written either."""
    with database.write() as tx:
        ann = a_reader(tx, keyring, now)
        with pytest.raises(PauseRefused):
            terms.agree(tx, keyring, ann.subscription_id, Terms(QUARTERLY, now + away), now, LINK)

        assert [ANN] == reached(tx, Audience(ann.list_id, now))


def test_topic_of_another_list_cannot_be_taken(database: Database, keyring: Keyring, now: datetime) -> None:
    """Nor one that never was, nor by a subscription that is none."""
    with database.write() as tx:
        ann = a_reader(tx, keyring, now)
        foreign = topicbook.add(tx, a_list(tx, now, "Board").id, "Jobs")
        with pytest.raises(TopicNotFound):
            terms.agree(tx, keyring, ann.subscription_id, Terms(topic_ids=frozenset({foreign.id})), now, LINK)
        with pytest.raises(SubscriptionNotFound):
            terms.agree(tx, keyring, ann.subscription_id + 9, Terms(), now, LINK)


def test_removed_topic_stays_chosen(database: Database, keyring: Keyring, now: datetime) -> None:
    """An issue that was for it still reaches who chose it, though no form shows it any more, and nobody else."""
    with database.write() as tx:
        ann = a_reader(tx, keyring, now)
        only_jobs = Terms(topic_ids=frozenset({ann.jobs.id}))
        terms.agree(tx, keyring, ann.subscription_id, only_jobs, now, LINK)
        topicbook.remove(tx, ann.jobs, now)
        terms.agree(tx, keyring, ann.subscription_id, Terms(topic_ids=frozenset({ann.books.id})), now, LINK)

        assert [ANN] == reached(tx, Audience(ann.list_id, now, topics=frozenset({ann.jobs.id})))
        assert [ANN] == reached(tx, Audience(ann.list_id, now, topics=frozenset({ann.books.id})))


def test_terms_are_handed_out_and_forgotten_with_the_person(database: Database, keyring: Keyring, now: datetime) -> None:
    """They are something that is known about them."""
    with database.write() as tx:
        ann = a_reader(tx, keyring, now)
        wanted = Terms(QUARTERLY, now + DAY, frozenset({ann.jobs.id}))
        standing = terms.agree(tx, keyring, ann.subscription_id, wanted, now, LINK)
        handed_out = privacy.export_person(tx, standing.subscriber_id)
        privacy.erase(tx, keyring, standing.subscriber_id, now)

        assert (ann.jobs,) == handed_out.topics
        assert (standing,) == handed_out.subscriptions
        assert '"cadence": "quarterly"' in handed_out.to_json()
        assert [] == tx.execute(select(subscription_topic)).all()


@contextmanager
def undone(database: Database) -> Iterator[Transaction]:
    """Give a transaction of which nothing stays."""
    with database.write() as tx:
        yield tx
        tx.rollback()


PEOPLE = ("ann@x.test", "bob@x.test", "cy@x.test")
WHO = st.sampled_from(PEOPLE)
TOPICS = st.frozensets(st.sampled_from(("Jobs", "Books")))


@dataclass(slots=True)
class Known:
    """What the model knows of somebody."""

    subscription_id: int
    is_on: bool = True
    cadence: Cadence = EVERY
    paused_until: datetime | None = None
    # None: all.
    topics: frozenset[str] | None = None


class Wishes(RuleBasedStateMachine):
    """Joining, leaving, choosing and pausing in any order, against a model of whom each letter must reach."""

    def __init__(self, database: Database, keyring: Keyring, now: datetime) -> None:
        super().__init__()
        self.keyring = keyring
        self.now = now
        self.scratch = undone(database)
        self.tx = self.scratch.__enter__()
        self.list_id = a_list(self.tx, now).id
        self.topics = {name: topicbook.add(self.tx, self.list_id, name) for name in ("Jobs", "Books")}
        self.known: dict[str, Known] = {}

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.scratch.__exit__(None, None, None)

    @rule(days=st.integers(1, 120))
    def wait(self, days: int) -> None:
        """Let time pass."""
        self.now += days * DAY

    @rule(who=WHO)
    def come(self, who: str) -> None:
        """Join, or join again; terms of before hold, a pause does not."""
        if who in self.known and self.known[who].is_on:
            return
        self.now += 2 * DAY
        standing = join(self.tx, self.keyring, self.list_id, who, self.now).subscription
        known = self.known.setdefault(who, Known(standing.id))
        known.is_on, known.paused_until = True, None

    @precondition(lambda self: self.known)
    @rule(who=WHO)
    def leave(self, who: str) -> None:
        """Say no."""
        if who in self.known:
            register.withdraw(self.tx, self.keyring, self.known[who].subscription_id, self.now, ONE_CLICK)
            self.known[who].is_on, self.known[who].paused_until = False, None

    @precondition(lambda self: self.known)
    @rule(who=WHO, cadence=st.sampled_from(Cadence), days=st.none() | st.integers(1, 200), topics=st.none() | TOPICS)
    def choose(self, who: str, cadence: Cadence, days: int | None, topics: frozenset[str] | None) -> None:
        """Take the list on other terms."""
        if who not in self.known:
            return
        known = self.known[who]
        until = None if days is None else self.now + days * DAY
        ids = None if topics is None else frozenset(self.topics[name].id for name in topics)
        terms.agree(self.tx, self.keyring, known.subscription_id, Terms(cadence, until, ids), self.now, LINK)
        known.cadence, known.paused_until, known.topics = cadence, until, topics

    @rule(cadence=st.sampled_from(Cadence), topics=TOPICS)
    def send(self, cadence: Cadence, topics: frozenset[str]) -> None:
        """Freeze an audience: exactly those of the model."""
        wanted = Audience(self.list_id, self.now, cadence, frozenset(self.topics[name].id for name in topics))

        expected = sorted(who for who, known in self.known.items() if self.wants(known, cadence, topics))
        assert expected == reached(self.tx, wanted)
        assert len(expected) == audience.size(self.tx, wanted)

    def wants(self, known: Known, cadence: Cadence, topics: frozenset[str]) -> bool:
        """Whether a letter is for somebody."""
        if not known.is_on or known.cadence is not cadence:
            return False
        if known.paused_until is not None and known.paused_until > self.now:
            return False
        return not topics or known.topics is None or not topics.isdisjoint(known.topics)


def test_every_wish_is_respected(database: Database, keyring: Keyring, now: datetime) -> None:
    """Nobody gets what they did not choose, and everybody gets what they did."""
    run_state_machine_as_test(
        lambda: Wishes(database, keyring, now),  # type: ignore[arg-type]  # whatever makes one will do, says its manual
        settings=settings(max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)),
    )
