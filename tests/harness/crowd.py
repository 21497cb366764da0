"""A crowd of any size, made inside the database: on a list, with answers, and with issues that reached most of them.

Putting a million people there by the product's own verbs takes minutes; what is measured or explained here is asking for them.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Double, Select, Text, case, cast, func, insert, literal, select
from sqlalchemy.sql.selectable import CTE

from newsletter.database import Database
from newsletter.instance import claim_instance
from newsletter.issues import draft as drafts
from newsletter.issues import editing, newsletters
from newsletter.issues import store as issues
from newsletter.issues.model import IssueState
from newsletter.letters.letter import LetterKind
from newsletter.mail import fates, mailings
from newsletter.tables.mail import attempt, delivery
from subscribers import attributebook, audience, register, topicbook
from subscribers.attributes import AttributeKind, fold
from subscribers.model import EVERY_LIST, Reason, SubscriptionState
from subscribers.segments import query, store
from subscribers.segments.reading import read
from subscribers.tables.attributes import attribute_value
from subscribers.tables.evidence import suppression
from subscribers.tables.kinds import Instant, Number
from subscribers.tables.lists import subscription, subscription_topic
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import mailroom

NOW = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=1000)
COUNTRIES = ("NL", "BE", "FR", "DE", "RU", "ES", "CN", "EG")
LANGUAGES = ("en", "fr", "de", "ru", "es", "zh", "ar", "")
ISSUES = 3

# Something of everything that the language can say.
RULES = (
    "country = NL",
    "country in (NL, BE) and age >= 18",
    "not country = NL",
    "country is not set or age < 18",
    "got issue 1",
    "not got issue 1",
    "missed issue 1 or may have got issue 2",
    "bounced in the last 3 issues",
    "got all of the last 3 issues",
    "list jobs or list readers is withdrawn",
    "confirmed for readers in the last 30 days",
    "not confirmed before 2019-01-01",
    "language = fr and (country in (NL, BE) or got issue 2) and not list jobs",
    "topic Work",
    "domain = d7.example.org or name starts with Ann or joined in the last 30 days",
)


@dataclass(frozen=True, slots=True)
class Crowd:
    """People on the list `readers`, and the issues they were sent, the first first."""

    list_id: int
    newsletter_id: int
    issue_ids: tuple[int, ...]


def gather(database: Database, keyring: Keyring, people: int) -> Crowd:
    """Let so many people be there, and gather the figures that PostgreSQL plans by."""
    with database.write() as tx:
        claim_instance(tx, keyring.key_check, NOW)
        readers = register.create_list(tx, "Readers", NOW).id
        register.create_list(tx, "Jobs", NOW)
        paper = newsletters.create(
            tx,
            name="Section News",
            sender_name="The Section",
            sender_address="news@example.org",
            list_id=readers,
            postal_address="1 Library Road",
            now=NOW,
        )
        _people(tx, people)
        _subscriptions(tx, readers)
        _suppressions(tx)
        _answers(tx)
        issue_ids = tuple(_issue(tx, paper.id, readers, number) for number in range(1, ISSUES + 1))
    if not database.is_sqlite:
        with database.write() as tx:
            tx.exec_driver_sql("ANALYZE")
    return Crowd(readers, paper.id, issue_ids)


def asked(tx: Transaction, rule: str, list_id: int | None) -> Select[Any]:
    """Give the query that counts the people of a rule: of all, or of a list."""
    condition = query.holds(read(rule), store.vocabulary(tx), fates.mail(tx), NOW)
    people = (
        audience.confirmed(list_id).where(condition).order_by(None) if list_id else select(subscriber.c.id).where(condition)
    )
    return select(func.count()).select_from(people.subquery())


def _numbers(most: int) -> CTE:
    first = select(cast(literal(1), BigInteger).label("n")).cte("numbers", recursive=True)
    return first.union_all(select(first.c.n + 1).where(first.c.n < most))


def _one_of(words: tuple[str, ...], number: ColumnElement[int]) -> ColumnElement[str]:
    return case(dict(enumerate(words)), value=number % len(words))


def _people(tx: Transaction, people: int) -> None:
    n = _numbers(people).c.n
    number = cast(n, Text)
    address = literal("person", Text) + number + "@d" + cast(n % 50, Text) + ".example.org"
    rows: Select[Any] = select(
        n,
        address,
        address,
        literal("hash", Text) + number,
        literal("Person ", Text) + number,
        _one_of(LANGUAGES, n),
        case((n % 10 == 0, literal(NOW, Instant())), else_=literal(LONG_AGO, Instant())),
        # As `names.columns` makes them.
        literal("person ", Text) + number,
        number + literal(" person", Text),
    )
    columns = ["id", "email", "email_key", "email_hash", "name", "language", "created_at", "name_key", "name_turned"]
    tx.execute(insert(subscriber).from_select(columns, rows))


def _subscriptions(tx: Transaction, list_id: int) -> None:
    of_list = literal(list_id, Number)
    state = literal(SubscriptionState.CONFIRMED.value)
    takes_all = case((subscriber.c.id % 2 == 0, literal(1)), else_=literal(0))
    rows = select(subscriber.c.id, of_list, state, literal(LONG_AGO, Instant()), subscriber.c.created_at, takes_all)
    columns = ["subscriber_id", "list_id", "state", "requested_at", "confirmed_at", "takes_all_topics"]
    tx.execute(insert(subscription).from_select(columns, rows))
    topic = topicbook.add(tx, list_id, "Work").id
    chosen = select(subscription.c.id, literal(topic, Number)).where(subscription.c.subscriber_id % 4 == 1)
    tx.execute(insert(subscription_topic).from_select(["subscription_id", "topic_id"], chosen))


def _suppressions(tx: Transaction) -> None:
    """Let one in fifty never be written to."""
    n = subscriber.c.id
    rows = select(
        subscriber.c.email_hash,
        literal(EVERY_LIST, Number),
        literal(0),
        literal(Reason.COMPLAINED.value),
        literal(NOW, Instant()),
    ).where(n % 50 == 0)
    tx.execute(insert(suppression).from_select(["email_hash", "list_id", "is_own", "reason", "at"], rows))


def _answers(tx: Transaction) -> None:
    """Let seven of eight have a country, and everybody an age below 100."""
    country = attributebook.define(tx, "country", AttributeKind.CHOICE, NOW, choices=COUNTRIES)
    age = attributebook.define(tx, "age", AttributeKind.NUMBER, NOW)
    columns = ["subscriber_id", "attribute_id", "text", "folded"]
    n = subscriber.c.id
    words = (_one_of(COUNTRIES, n), _one_of(tuple(fold(word) for word in COUNTRIES), n))
    has_answered = n % len(COUNTRIES) != len(COUNTRIES) - 1
    tx.execute(insert(attribute_value).from_select(columns, select(n, literal(country.id, Number), *words).where(has_answered)))
    amounts = select(n, literal(age.id, Number), cast(n % 100, Double()))
    tx.execute(insert(attribute_value).from_select(["subscriber_id", "attribute_id", "number"], amounts))


def _issue(tx: Transaction, newsletter_id: int, list_id: int, number: int) -> int:
    """Send an issue: one in twenty was refused, the others have it."""
    at = LONG_AGO + timedelta(days=30 * number)
    made = drafts.draft_empty(tx, newsletters.by_id(tx, newsletter_id), f"Issue {number}", at)
    editing.write_letter(tx, made.id, "A word", "<p>Dear colleagues.</p>", "Ann Other", at)
    issue_id = mailroom.approve(tx, issues.load(tx, made.id), at)
    known = issues.load(tx, issue_id)
    assert known.letter_id is not None
    mailings.begin(tx, known.letter_id, LetterKind.ISSUE, at)
    state = case((subscriber.c.id % 20 == number, literal("refused")), else_=literal("accepted"))
    rows = select(
        literal(known.letter_id, Number),
        subscriber.c.id,
        subscription.c.id,
        literal(list_id, Number),
        subscriber.c.email,
        subscriber.c.email_hash,
        state,
        literal(at, Instant()),
    ).join_from(subscriber, subscription, subscription.c.subscriber_id == subscriber.c.id)
    columns = ["letter_id", "subscriber_id", "subscription_id", "list_id", "email", "email_hash", "state", "not_before"]
    tx.execute(insert(delivery).from_select(columns, rows))
    _attempts(tx, known.letter_id, at)
    issues.set_state(tx, known, IssueState.SENDING, at)
    mailings.set_audience(tx, known.letter_id, tx.execute(select(func.count()).select_from(subscriber)).scalar_one())
    return issue_id


def _attempts(tx: Transaction, letter_id: int, at: datetime) -> None:
    """Write down the tries at which people were refused."""
    said = {"number": literal(1), "at": literal(at, Instant()), "code": literal(550)}
    said |= {"verdict": literal("refused"), "phase": literal("rcpt"), "enhanced": literal("5.7.1"), "reply": literal("no")}
    rows = select(delivery.c.id, *said.values()).where(delivery.c.letter_id == letter_id, delivery.c.state == "refused")
    tx.execute(insert(attempt).from_select(["delivery_id", *said], rows))
