"""Rules asked of a database: of whom they are true, compared with a model, and what hostile values do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, Connection, func, select

from newsletter.database import Database
from subscribers import attributebook, register, topicbook
from subscribers.address import parse
from subscribers.attributes import AttributeKind
from subscribers.errors import RuleRefused
from subscribers.model import SubscriptionState
from subscribers.segments import query, store
from subscribers.segments.checking import checked
from subscribers.segments.query import Mail
from subscribers.segments.reading import read
from subscribers.segments.rule import (
    All,
    Asked,
    Compared,
    Condition,
    Confirmed,
    Either,
    Everybody,
    Field,
    Mailed,
    Not,
    OnList,
    Operator,
    Rule,
    Takes,
)
from subscribers.segments.writing import text
from subscribers.tables.lists import subscription, subscription_topic
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import people
from tests.harness.rules import RULES

By = Operator
S = SubscriptionState
NOW = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)
LISTS = ("friends", "jobs")
TOPICS = {"friends": ("Travel", "Work"), "jobs": ("work abroad", "WORK")}


@dataclass(frozen=True)
class Known:
    """Somebody as the model knows them."""

    address: str
    name: str = ""
    language: str = ""
    joined: datetime = NOW
    # How they stand to each list, and since when they are confirmed.
    standing: Mapping[str, S] = field(default_factory=dict)
    confirmed: Mapping[str, datetime] = field(default_factory=dict)
    # What they chose of a list's topics; of a list that is not here they take all.
    topics: Mapping[str, frozenset[str]] = field(default_factory=dict)
    # Folded words, or what can be compared.
    answers: Mapping[str, str | float | date] = field(default_factory=dict)


def at(text: str) -> datetime:
    """Read a moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


PEOPLE = (
    Known(
        "ann@example.org",
        "Ann Lee",
        "fr",
        at("2019-12-31T23:59:59"),
        {"friends": S.CONFIRMED},
        {"friends": at("2020-01-01T00:00:00")},
        {"friends": frozenset({"Travel"})},
        {"country": "nl", "town": "den haag", "age": 18.0, "born": date(2002, 1, 31), "member": 1.0},
    ),
    Known(
        "bob@lists.example.org",
        "Bob",
        "fr-CA",
        at("2020-01-01T00:00:00"),
        {"friends": S.WITHDRAWN, "jobs": S.CONFIRMED},
        {"friends": at("2019-06-01T12:00:00"), "jobs": at("2020-01-01T23:59:59")},
        {"jobs": frozenset()},
        {"country": "be", "town": "100% sûr", "age": 17.5, "born": date(2020, 1, 31)},
    ),
    Known("cem@other.example", "Cem O'Hara", "en", at("2020-01-02T00:00:00"), {"jobs": S.REQUESTED}, {}, {}, {"member": 0.0}),
    Known(
        "Dot@EXAMPLE.org",
        "",
        "",
        at("2020-01-31T09:00:00"),
        {"jobs": S.CONFIRMED},
        {"jobs": at("2020-01-31T09:00:00")},
        {},
        {"country": "nl", "age": -3.0},
    ),
)


@dataclass(frozen=True)
class World:
    """A database with everybody in it, read by one transaction."""

    tx: Transaction

    def true_of(self, rule: Rule | str) -> list[str]:
        """Give the names of those a rule is true of."""
        asked = read(rule) if isinstance(rule, str) else rule
        condition = query.holds(asked, store.vocabulary(self.tx), MAIL, NOW)
        found = self.tx.execute(select(subscriber.c.email).where(condition).order_by(subscriber.c.id)).scalars()
        return [email.partition("@")[0].lower() for email in found]


# Of mail the rooms below know nothing: here issue 1 reached Ann and Bob, and no other anybody.
def holds_of_mail(rule: Mailed) -> ColumnElement[bool]:
    """Give the condition of the issue in SQL."""
    reached = ["ann@example.org", "bob@lists.example.org"] if getattr(rule.issues, "issue_id", 0) == 1 else []
    return subscriber.c.email_key.in_(reached)


MAIL = Mail(checked=lambda rule: rule, holds=holds_of_mail)


def settle(tx: Transaction, keyring: Keyring) -> None:
    """Let everybody be known as the model knows them."""
    for key, kind in (("town", "text"), ("age", "number"), ("born", "date"), ("member", "yes-no")):
        attributebook.define(tx, key, AttributeKind(kind), NOW)
    attributebook.define(tx, "country", AttributeKind.CHOICE, NOW, choices=["NL", "BE", "FR"])
    ids = {name: people.a_list(tx, NOW, name).id for name in LISTS}
    for name, topics in TOPICS.items():
        for topic in topics:
            topicbook.add(tx, ids[name], topic)
    for one in PEOPLE:
        address = parse(one.address)
        values = {"email": address.text, "email_key": address.key, "email_hash": keyring.hash_address(address.key)}
        row = {**values, "name": one.name, "language": one.language, "created_at": one.joined}
        made = tx.execute(subscriber.insert().values(row).returning(subscriber.c.id)).scalar_one()
        for name, state in one.standing.items():
            row = {"subscriber_id": made, "list_id": ids[name], "state": state, "confirmed_at": one.confirmed.get(name)}
            row["takes_all_topics"] = name not in one.topics
            stands = tx.execute(subscription.insert().values(row).returning(subscription.c.id)).scalar_one()
            for topic in one.topics.get(name, ()):
                chosen = topicbook.find(tx, ids[name], topic).id
                tx.execute(subscription_topic.insert().values(subscription_id=stands, topic_id=chosen))
        attributebook.answer(tx, made, {key: spelled(answer) for key, answer in one.answers.items()})


def spelled(answer: str | float | date) -> str:
    """Write an answer as a person would."""
    return {1.0: "1", 0.0: "0"}.get(answer, str(answer)) if isinstance(answer, float) else str(answer)


@pytest.fixture
def world(database: Database, keyring: Keyring) -> Iterator[World]:
    """Give everybody, once on each kind of database."""
    with database.write() as tx:
        settle(tx, keyring)
    with database.read() as tx:
        yield World(tx)


class Model:
    """Says of whom a checked rule is true, without SQL."""

    def holds(self, rule: Rule, one: Known) -> bool:
        """Whether *rule* is true of somebody."""
        match rule:
            case All(parts=parts):
                return all(self.holds(part, one) for part in parts)
            case Either(parts=parts):
                return any(self.holds(part, one) for part in parts)
            case Not(part=part):
                return not self.holds(part, one)
            case _:
                return self.condition(rule, one)

    def condition(self, condition: Condition, one: Known) -> bool:
        """Whether a condition is true of somebody."""
        match condition:
            case Everybody():
                return True
            case OnList(mailing_list=name, state=state):
                return one.standing.get(name) is state
            case Confirmed(mailing_list=name):
                names = [name] if name else LISTS
                since = [one.confirmed[each] for each in names if one.standing.get(each) is S.CONFIRMED]
                return any(self.moment(moment, condition) for moment in since)
            case Takes(topic=topic, mailing_list=name):
                return any(self.takes(one, each, topic) for each in ([name] if name else LISTS))
            case Mailed():
                return one.address.startswith(("ann@", "bob@")) and getattr(condition.issues, "issue_id", 0) == 1
            case Compared():
                return self.compared(condition, one)

    def takes(self, one: Known, mailing_list: str, topic: str) -> bool:
        """Whether somebody takes a topic of one list."""
        offered = {each.casefold() for each in TOPICS[mailing_list]}
        chosen = {each.casefold() for each in one.topics.get(mailing_list, TOPICS[mailing_list])}
        return one.standing.get(mailing_list) is S.CONFIRMED and topic.casefold() in offered & chosen

    def compared(self, rule: Compared, one: Known) -> bool:
        """Whether a comparison is true of somebody."""
        if isinstance(rule.what, Asked):
            answer = one.answers.get(rule.what.key)
            return answer is not None and self.answered(answer, rule)
        address = one.address.lower()
        match rule.what:
            case Field.JOINED:
                return self.moment(one.joined, rule)
            case Field.NAME:
                return bool(one.name) and self.words(one.name, rule)
            case Field.ADDRESS:
                return self.words(address, rule)
            case Field.DOMAIN:
                return self.words(address.partition("@")[2], rule)
            case Field.LANGUAGE:
                tag = one.language.lower()
                is_one = any(tag == value or tag.startswith(f"{value}-") for value in rule.values)
                return bool(tag) and (rule.by is By.IS_SET or is_one != (rule.by is By.IS_NOT))

    def answered(self, answer: str | float | date, rule: Compared) -> bool:
        """Whether an answer compares so."""
        if isinstance(answer, str):
            return self.words(answer, Compared(rule.what, rule.by, tuple(value.casefold() for value in rule.values)))
        if rule.by is By.IS_SET:
            return True
        if rule.by is By.LAST_DAYS:
            assert isinstance(answer, date)
            return NOW.date() - timedelta(days=int(rule.values[0])) <= answer <= NOW.date()
        amounts: list[float] = [self.amount(value) for value in rule.values]
        given = answer if isinstance(answer, float) else float(answer.toordinal())
        return {
            By.IS: given in amounts,
            By.IN: given in amounts,
            By.IS_NOT: given not in amounts,
            By.BELOW: given < amounts[0],
            By.AT_MOST: given <= amounts[0],
            By.ABOVE: given > amounts[0],
            By.AT_LEAST: given >= amounts[0],
        }[rule.by]

    def amount(self, value: str) -> float:
        """Read what is compared as an amount."""
        if value in {"yes", "no"}:
            return float(value == "yes")
        return float(date.fromisoformat(value).toordinal()) if value.count("-") == 2 else float(value)

    def words(self, known: str, rule: Compared) -> bool:
        """Whether words compare so."""
        match rule.by:
            case By.IS_SET:
                return True
            case By.IS_NOT:
                return known not in rule.values
            case By.CONTAINS:
                return rule.values[0] in known
            case By.STARTS:
                return known.startswith(rule.values[0])
            case By.ENDS:
                return known.endswith(rule.values[0])
            case _:
                return known in rule.values

    def moment(self, known: datetime, rule: Compared | Confirmed) -> bool:
        """Whether a moment compares so with a day."""
        if rule.by is By.LAST_DAYS:
            return known >= NOW - timedelta(days=int(rule.values[0]))
        day, other = known.date(), date.fromisoformat(rule.values[0])
        return {
            By.IS: day == other,
            By.BELOW: day < other,
            By.AT_MOST: day <= other,
            By.ABOVE: day > other,
            By.AT_LEAST: day >= other,
        }[rule.by]


# What these people could be asked, and what compares with it: the neighbours of each bound among them.
DAYS = st.sampled_from(["2019-12-31", "2020-01-01", "2020-01-02", "2020-01-31", "2020-02-01"])
SPANS = st.sampled_from(["1", "2", "30", "31", "365"])
TEXTS = st.sampled_from(
    ["nl", "NL", "be", "Den Haag", "den", "haag", "%", "100%", "a", "sûr", "_", "b", "Ann Lee", "Lee", "O'Hara"]
)
AMOUNTS = st.sampled_from(["18", "17.5", "17", "-3", "0"])
VALUES: Mapping[Field | str, "st.SearchStrategy[str]"] = {
    Field.LANGUAGE: st.sampled_from(["fr", "fr-ca", "en", "f", "de"]),
    Field.NAME: TEXTS,
    Field.ADDRESS: st.sampled_from(["dot", "example", "ann", ".org", "n", "other.example", "ann@example.org"]),
    Field.DOMAIN: st.sampled_from(["example.org", "lists.example.org", ".org", "org", "example", "other.example"]),
    Field.JOINED: DAYS,
    "country": st.sampled_from(["NL", "be", "FR"]),
    "town": TEXTS,
    "age": AMOUNTS,
    "born": DAYS,
    "member": st.sampled_from(["yes", "no"]),
}


WORDS_BY = (By.IS, By.IS_NOT, By.IN, By.CONTAINS, By.STARTS, By.ENDS)
AMOUNTS_BY = (By.IS, By.BELOW, By.AT_MOST, By.ABOVE, By.AT_LEAST)
FITTING: Mapping[Field | str, tuple[Operator, ...]] = {
    Field.LANGUAGE: (By.IS, By.IS_NOT, By.IN, By.IS_SET),
    Field.NAME: WORDS_BY,
    Field.ADDRESS: (By.CONTAINS, By.STARTS, By.ENDS),
    Field.DOMAIN: (By.IS, By.IS_NOT, By.IN, By.ENDS),
    "country": (By.IS, By.IS_NOT, By.IN, By.IS_SET),
    "town": WORDS_BY,
    "member": (By.IS, By.IS_NOT, By.IS_SET),
}


@st.composite
def apt_conditions(draw: st.DrawFn) -> Rule:
    """Give a condition that these people can be asked."""
    kind = draw(st.sampled_from(["list", "topic", "confirmed", "mailed", "compared", "compared", "compared"]))
    if kind == "list":
        return OnList(draw(st.sampled_from(LISTS)), draw(st.sampled_from(S)))
    if kind == "topic":
        topics = st.sampled_from(["Travel", "work", "Work abroad", "none"])
        return Takes(draw(topics), draw(st.sampled_from(["", *LISTS])))
    if kind == "mailed":
        return read(f"got issue {draw(st.integers(1, 2))}")
    by = draw(st.sampled_from(By))
    most = 3 if by is By.IN else int(by is not By.IS_SET)
    if kind == "confirmed":
        values = draw(st.lists(SPANS if by is By.LAST_DAYS else DAYS, min_size=min(most, 1), max_size=most))
        return Confirmed(draw(st.sampled_from(["", *LISTS])), by, tuple(values))
    what = draw(st.sampled_from(list(VALUES)))
    # Mostly such as it can be compared by.
    by = draw(st.one_of(st.sampled_from(FITTING.get(what, AMOUNTS_BY)), st.sampled_from(By)))
    most = 3 if by is By.IN else int(by is not By.IS_SET)
    values = draw(st.lists(SPANS if by is By.LAST_DAYS else VALUES[what], min_size=min(most, 1), max_size=most))
    return Compared(what if isinstance(what, Field) else Asked(what), by, tuple(values))


def deeper(parts: st.SearchStrategy[Rule]) -> st.SearchStrategy[Rule]:
    """Join conditions."""
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, parts), st.builds(All, several), st.builds(Either, several))


APT = st.recursive(apt_conditions(), deeper, max_leaves=5)
# The world is only read.
MANY = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=300)


@MANY
@given(rule=APT)
def test_database_and_model_agree(world: World, rule: Rule) -> None:
    """On whom any rule is true of; what cannot be compared is refused by both."""
    try:
        spelled_rule = checked(rule, store.vocabulary(world.tx), MAIL.checked)
    except RuleRefused:
        with pytest.raises(RuleRefused):
            world.true_of(rule)
        return
    expected = [one.address.partition("@")[0].lower() for one in PEOPLE if Model().holds(spelled_rule, one)]

    assert expected == world.true_of(rule)


@MANY
@given(rule=RULES)
def test_hostile_rule_is_answered_or_refused(world: World, rule: Rule) -> None:
    """Whatever stands in its values is compared and never run; what is checked once is in its one spelling."""
    try:
        found = world.true_of(rule)
    except RuleRefused:
        return

    known = store.vocabulary(world.tx)
    once = checked(rule, known, MAIL.checked)
    assert once == checked(read(text(once)), known, MAIL.checked)
    assert set(found) <= {"ann", "bob", "cem", "dot"}


@pytest.mark.parametrize(
    "hostile", ["' OR '1'='1", "'; DROP TABLE subscriber; --", "%", "_nn", "\\", '"', "a' UNION SELECT 1 --"]
)
@pytest.mark.parametrize("what", ["name", "town"])
def test_words_of_sql_are_words(world: World, what: str, hostile: str) -> None:
    """True of nobody, because nobody is called so; and everybody is there afterwards."""
    key = Field.NAME if what == "name" else Asked(what)
    for by in (By.IS, By.IN, By.STARTS, By.ENDS):
        assert [] == world.true_of(Compared(key, by, (hostile,)))

    assert 4 == world.tx.execute(select(func.count()).select_from(subscriber)).scalar_one()


def test_values_are_bound_and_columns_are_ours(world: World) -> None:
    """Nothing that somebody typed stands in the statement itself."""
    typed = 'name contains "nobody\'s" or town = "nobody\'s" or address starts with nobody'
    condition = query.holds(read(typed), store.vocabulary(world.tx), MAIL, NOW)

    assert isinstance(world.tx, Connection)
    assert "nobody" not in str(select(subscriber.c.id).where(condition).compile(world.tx.engine))


@pytest.mark.parametrize(
    ("rule", "names"),
    [
        ("everybody", ["ann", "bob", "cem", "dot"]),
        ("language = fr", ["ann", "bob"]),
        ("language != fr", ["cem"]),
        ("not language = fr", ["cem", "dot"]),
        ("country in (NL, BE)", ["ann", "bob", "dot"]),
        ("domain = example.org", ["ann", "dot"]),
        ("domain ends with .example.org", ["bob"]),
        ("address contains DOT", ["dot"]),
        ("address starts with dot or address ends with lists.example.org", ["bob", "dot"]),
        ("member = no", ["cem"]),
        ("town starts with DEN", ["ann"]),
        ("town starts with haag", []),
        ("town ends with SÛR", ["bob"]),
        ('town contains "% "', ["bob"]),
        ("name contains a", ["cem"]),
        ("name starts with Ann", ["ann"]),
        ("confirmed for jobs on 2020-01-01", ["bob"]),
        ("confirmed before 2020-01-01", []),
        ("topic travel", ["ann"]),
        ("topic Work", ["dot"]),
        ("topic work of friends", []),
        ("joined in the last 31 days", ["cem", "dot"]),
        ("born in the last 1 days", ["bob"]),
        ('country = "nl" and not list friends', ["dot"]),
    ],
)
def test_rule_is_true_of(world: World, rule: str, names: list[str]) -> None:
    """Those whom a reader of the rule would name."""
    assert names == world.true_of(rule)


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("shoe = 42", "there is no attribute “shoe”"),
        ("list enemies", "there is no list “enemies”"),
        ("topic Sport", "there is no topic “Sport”"),
        ("topic Travel of jobs", "jobs offers no topic “Travel”"),
        ("topic Travel of enemies", "there is no list “enemies”"),
        ("confirmed for enemies on 2020-01-01", "there is no list “enemies”"),
        ("age = old", "age: 'old' is no number; write it as 12 or 12.5"),
        ("country = XX", "is none of NL, BE, FR"),
        ("born before yesterday", "is no day"),
        ("joined before yesterday", "“yesterday” is no day; write it as 2020-01-31"),
        ("joined after 9999-12-31", "is no day"),
        ("joined in the last 9999 days", "is no number of days from 1 to 3,660"),
        ("joined contains 2020", "joined cannot be compared by “contains”; it can by =, <, <=, >, >=, in the last"),
        ("country > NL", "country cannot be compared by “>”; it can by =, !=, in, is set"),
        ("member in (yes, no)", "member cannot be compared by “in”"),
        ("domain = nonsense", "“nonsense” is no domain"),
        ("domain ends with @example.org", "“@example.org” goes beyond the @"),
        ("address starts with ann@", "“ann@” goes beyond the @"),
        ("address = ann@example.org", "address cannot be compared by “=”; it can by contains, starts with, ends with"),
        ("language = 5", "is no language"),
        ('name = ""', "a value is empty"),
        ('town = ""', "town is compared with nothing"),
    ],
)
def test_what_cannot_be_asked_is_refused(world: World, rule: str, reason: str) -> None:
    """With what to write instead."""
    with pytest.raises(RuleRefused) as caught:
        world.true_of(rule)

    assert reason in caught.value.reason


def test_list_is_meant_by_slug_before_name(database: Database) -> None:
    """A rule that is kept never comes to mean another list because that was given the name."""
    with database.write() as tx:
        register.create_list(tx, "News", NOW)
        register.create_list(tx, "news", NOW)
        known = store.vocabulary(tx)

    assert ["news", "news-2"] == [known.mailing_list(name).slug for name in ("news", "news-2")]
    assert "news" == known.mailing_list("News").slug
