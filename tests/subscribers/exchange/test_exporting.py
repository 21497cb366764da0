import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.database import Database
from subscribers import attributebook, directory, privacy, register, suppression, terms, topicbook
from subscribers.address import parse
from subscribers.attributes import AttributeKind
from subscribers.exchange import exporting
from subscribers.exchange.exporting import export_csv, export_people
from subscribers.exchange.importing import import_people
from subscribers.exchange.model import ImportOrder, ImportReport
from subscribers.model import EVERY_LIST, Cadence, Reason
from subscribers.narrowing import Wanted
from subscribers.terms import Terms
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import plans
from tests.harness.people import FORM, ONE_CLICK, a_list, ask, audience_of, join, later

BASIS = "Taken over"
DAY = timedelta(days=1)


def take(database: Database, keyring: Keyring, list_id: int, text: str, now: datetime, *, is_raw: bool = False) -> ImportReport:
    """Import a file of this content."""
    order = ImportOrder(list_id, BASIS, is_confirmed=True, is_raw=is_raw)
    return import_people(database.write, keyring, io.BytesIO(text.encode()), order, now)


def exported_csv(tx: Transaction, list_id: int, *, is_raw: bool = False) -> str:
    """Give the whole of an export, as it is within a transaction."""
    return "".join(export_csv(lambda: nullcontext(tx), list_id, is_raw=is_raw))


def rows_of(text: str) -> list[dict[str, str]]:
    """Read an export by its titles."""
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def friends(database: Database, now: datetime) -> int:
    """Give a list."""
    with database.write() as tx:
        return a_list(tx, now).id


def test_export_has_everybody_and_how_they_stand(database: Database, keyring: Keyring, now: datetime, friends: int) -> None:
    """With the evidence of consent, the header first; what could be a formula is none."""
    with database.write() as tx:
        joined = join(tx, keyring, friends, "Ann@x.test", now, "Ann, Lee")
        ask(tx, keyring, friends, "bob@x.test", now, "=HYPERLINK(1)")
        register.withdraw(tx, keyring, joined.subscription.id, later(now), ONE_CLICK)
        lines = list(export_csv(lambda: nullcontext(tx), friends))

    asked, left = "2020-02-01T08:00:00+00:00", "2020-02-02T08:00:01+00:00"
    assert [
        (
            "email,name,language,list,state,requested_at,confirmed_at,withdrawn_at,suppressed,"
            "cadence,paused_until,topics,consent,consent_at,consent_by,consent_form,consent_words\r\n"
        ),
        (
            f'Ann@x.test,"Ann, Lee",,friends,withdrawn,{asked},{asked},{left},unsubscribed,every-issue,,,'
            f"withdrawn,{left},one-click,,List-Unsubscribe=One-Click\r\n"
        ),
        (
            f"bob@x.test,'=HYPERLINK(1),,friends,requested,{asked},,,,every-issue,,,"
            f'requested,{asked},form,,"Yes, write to me once a month."\r\n'
        ),
    ] == lines


def test_export_has_the_terms_and_topics_as_a_list(database: Database, keyring: Keyring, now: datetime, friends: int) -> None:
    """Empty for all of them; of what is offered no more nothing is told, and a name may hold anything."""
    with database.write() as tx:
        jobs, talks, books = (topicbook.add(tx, friends, name) for name in ('Jobs; "now"', "Talks", "Books"))
        chosen = {
            "ann": Terms(Cadence.QUARTERLY, now + DAY, frozenset({books.id, jobs.id})),
            "bob": Terms(topic_ids=frozenset({talks.id})),
            "cy": Terms(),
        }
        for name, wanted in chosen.items():
            standing = join(tx, keyring, friends, f"{name}@x.test", now).subscription
            terms.agree(tx, keyring, standing.id, wanted, now, FORM)
        topicbook.remove(tx, talks, now)
        rows = rows_of(exported_csv(tx, friends))

    assert [
        ("quarterly", (now + DAY).isoformat(), '["Jobs; \\"now\\"", "Books"]'),
        ("every-issue", "", "[]"),
        ("every-issue", "", ""),
    ] == [(row["cadence"], row["paused_until"], row["topics"]) for row in rows]


def test_export_gives_the_strongest_reason_of_others_and_the_own(
    database: Database, keyring: Keyring, now: datetime, friends: int
) -> None:
    """Whichever scope they have: an import would else keep less than was said."""
    with database.write() as tx:
        for name, everywhere, here in (
            ("ann", Reason.UNSUBSCRIBED, Reason.COMPLAINED),
            ("bob", Reason.MANUAL, Reason.BOUNCED),
            ("cy", Reason.ERASED, Reason.UNSUBSCRIBED),
        ):
            join(tx, keyring, friends, f"{name}@x.test", now)
            suppression.suppress(tx, keyring.hash_address(f"{name}@x.test"), everywhere, now)
            suppression.suppress(tx, keyring.hash_address(f"{name}@x.test"), here, now, list_id=friends)
        rows = rows_of(exported_csv(tx, friends))

    assert ["complained,unsubscribed", "manual", "erased"] == [row["suppressed"] for row in rows]


def test_no_cell_of_an_export_is_a_formula_unless_it_is_raw(
    database: Database, keyring: Keyring, now: datetime, friends: int
) -> None:
    """W09: whatever a name or an address begins with."""
    take(database, keyring, friends, "email,name\n-oQ@x.test,=1+1\n+1@x.test,@SUM(A1)\n", now)
    with database.read() as tx:
        careful, raw = (exported_csv(tx, friends, is_raw=is_raw) for is_raw in (False, True))

    cells = [cell for row in csv.reader(io.StringIO(careful)) for cell in row]
    assert [] == [cell for cell in cells if cell[:1] in set("=+-@\t\r")]
    assert [("-oQ@x.test", "=1+1"), ("+1@x.test", "@SUM(A1)")] == [(row["email"], row["name"]) for row in rows_of(raw)]


def test_no_of_any_kind_comes_back_as_a_no(database: Database, keyring: Keyring, now: datetime, friends: int) -> None:
    """Whoever left, bounced or complained here is kept off the other list for the same reason."""
    with database.write() as tx:
        other = a_list(tx, now, "Other").id
        for name in ("ann", "bob", "cy", "di"):
            joined = join(tx, keyring, friends, f"{name}@x.test", now)
            if name == "ann":
                register.withdraw(tx, keyring, joined.subscription.id, later(now), ONE_CLICK)
        suppression.suppress(tx, keyring.hash_address("bob@x.test"), Reason.BOUNCED, now, list_id=friends)
        suppression.suppress(tx, keyring.hash_address("cy@x.test"), Reason.COMPLAINED, now, list_id=friends)
        exported = exported_csv(tx, friends)
    report = take(database, keyring, other, exported, now)

    with database.read() as tx:
        reasons = [suppression.reason_of(tx, keyring.hash_address(f"{name}@x.test"), other) for name in ("ann", "bob", "cy")]
        assert (1, 3) == (report.added, report.said_no)
        assert [Reason.UNSUBSCRIBED, Reason.BOUNCED, Reason.COMPLAINED] == reasons
        assert ["di@x.test"] == audience_of(tx, other)


@pytest.mark.parametrize("of_others", [Reason.COMPLAINED, Reason.BOUNCED, Reason.MANUAL])
@pytest.mark.parametrize("has_left", [True, False])
def test_own_no_behind_another_reason_is_kept_when_that_is_lifted_elsewhere(
    database: Database,
    keyring: Keyring,
    now: datetime,
    of_others: Reason,
    has_left: bool,  # noqa: FBT001 -- one of two
) -> None:
    """In an instance that knows nothing but the file; without an own no, nothing is in the way any more."""
    ann = keyring.hash_address("ann@x.test")
    with undone(database) as tx:
        there = a_list(tx, now).id
        joined = join(tx, keyring, there, "ann@x.test", now)
        suppression.suppress(tx, ann, of_others, now, list_id=there)
        if has_left:
            register.withdraw(tx, keyring, joined.subscription.id, later(now), ONE_CLICK)
        exported = exported_csv(tx, there)
    with database.write() as tx:
        here = a_list(tx, now).id
    take(database, keyring, here, exported, now)
    with database.write() as tx:
        suppression.lift(tx, ann, later(now), list_id=here)
    report = take(database, keyring, here, "email\nann@x.test\n", later(now))

    with database.read() as tx:
        assert has_left is (report.said_no == 1)
        assert ([] if has_left else ["ann@x.test"]) == audience_of(tx, here)


def test_door_and_form_of_a_consent_come_back_before_its_words(
    database: Database, keyring: Keyring, now: datetime, friends: int
) -> None:
    """As part of what stands behind the basis; a second move keeps what the first had kept."""
    with database.write() as tx:
        there, beyond = a_list(tx, now, "There").id, a_list(tx, now, "Beyond").id
        said = replace(FORM, form="footer")
        register.add(tx, keyring, friends, parse("ann@x.test"), "", now, said, is_confirmed=True)
        exported = exported_csv(tx, friends)
    take(database, keyring, there, exported, now)
    with database.read() as tx:
        moved = exported_csv(tx, there)
    take(database, keyring, beyond, moved, now)

    with database.read() as tx:
        [row] = rows_of(exported_csv(tx, beyond))
        once = f"{BASIS} Formerly (form, footer): {FORM.wording}"
        assert ("import", f"{BASIS} Formerly (import): {once}") == (row["consent_by"], row["consent_words"])


@contextmanager
def undone(database: Database) -> Iterator[Transaction]:
    """Give a transaction of which nothing stays."""
    with suppress(_EnoughError), database.write() as tx:
        yield tx
        raise _EnoughError


class _EnoughError(Exception):
    """Ends a transaction that is not wanted."""


LINE = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=12)
# Two topics are offered; the numbers are their places. Not the first moments: a pause that is over is none.
TERMS = st.builds(
    Terms,
    st.sampled_from(Cadence),
    st.none() | st.integers(10, 366).map(lambda days: datetime(2020, 2, 1, 8, tzinfo=UTC) + timedelta(days=days)),
    st.none() | st.frozensets(st.sampled_from([0, 1])),
)


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody as an export has them."""

    name: str
    language: str
    is_confirmed: bool
    town: str
    shelves: float | None
    has_left: bool
    terms: Terms


PEOPLE = st.lists(
    st.builds(
        Reader,
        LINE,
        st.sampled_from(["", "nl", "pt-BR"]),
        st.booleans(),
        LINE,
        st.none() | st.floats(-1e6, 1e6),
        st.booleans(),
        TERMS,
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(people=PEOPLE, is_raw=st.booleans())
def test_export_comes_back_as_it_went(
    database: Database,
    keyring: Keyring,
    now: datetime,
    people: list[Reader],
    is_raw: bool,  # noqa: FBT001 -- drawn by Hypothesis
) -> None:
    """Names, languages, states, times, terms, words of consent and attributes, whatever stands in them."""
    with undone(database) as tx:
        friends = a_list(tx, now).id
        attributebook.define(tx, "town", AttributeKind.TEXT, now)
        attributebook.define(tx, "shelves", AttributeKind.NUMBER, now)
        topics = [topicbook.add(tx, friends, name).id for name in ("Jobs; and [more]", "Books")]
        for number, one in enumerate(people):
            _enter(tx, keyring, friends, f"-p{number}@x.test", one, topics, now)
        before = exported_csv(tx, friends, is_raw=is_raw)
        for row in rows_of(before):
            privacy.erase(tx, keyring, register.find(tx, parse(row["email"].removeprefix("'"))).id, now)
            for scope in (EVERY_LIST, friends):
                email_hash = keyring.hash_address(row["email"].removeprefix("'"))
                suppression.lift(tx, email_hash, now, list_id=scope, is_own=True)
        order = ImportOrder(friends, BASIS, is_confirmed=True, is_raw=is_raw)
        import_people(lambda: _same(tx), keyring, io.BytesIO(before.encode()), order, now + timedelta(days=9))
        after = rows_of(exported_csv(tx, friends, is_raw=is_raw))

    stayed = sorted((row for row in rows_of(before) if not row["suppressed"]), key=lambda row: row["email"])
    after.sort(key=lambda row: row["email"])
    kept = ("email", "name", "language", "state", "confirmed_at", "cadence", "paused_until", "topics", "town", "shelves")
    assert [{key: row[key] for key in kept} for row in stayed] == [{key: row[key] for key in kept} for row in after]
    assert all(old["consent_words"] in new["consent_words"] for old, new in zip(stayed, after, strict=True))


def _enter(
    tx: Transaction, keyring: Keyring, list_id: int, address: str, one: Reader, topics: Sequence[int], now: datetime
) -> None:
    (join if one.is_confirmed else ask)(tx, keyring, list_id, address, now, one.name)
    person = register.find(tx, parse(address))
    register.edit(tx, person.id, language=one.language)
    said = {"town": one.town, "shelves": "" if one.shelves is None else f"{one.shelves:.3f}"}
    attributebook.answer(tx, person.id, said)
    chosen = one.terms.topic_ids
    wanted = replace(one.terms, topic_ids=None if chosen is None else frozenset(topics[place] for place in chosen))
    terms.agree(tx, keyring, register.subscriptions_of(tx, person.id)[0].id, wanted, now, FORM)
    if one.has_left:
        _leave(tx, keyring, person.id, now)


def _leave(tx: Transaction, keyring: Keyring, subscriber_id: int, now: datetime) -> None:
    register.withdraw(tx, keyring, register.subscriptions_of(tx, subscriber_id)[0].id, later(now), ONE_CLICK)


@contextmanager
def _same(tx: Transaction) -> Iterator[Transaction]:
    yield tx


def test_long_list_is_written_piece_by_piece(
    database: Database, keyring: Keyring, now: datetime, friends: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same bytes as in one piece: everybody once, in order, however they stand to it, and nobody of another list."""
    addresses = [f"p{number}@x.test" for number in range(10)]
    take(database, keyring, friends, "\n".join(["email", *addresses]), now)
    with database.write() as tx:
        other = a_list(tx, now, "Other").id
        attributebook.define(tx, "town", AttributeKind.TEXT, now)
        for name in ("qi", "ray", "sam"):
            ask(tx, keyring, friends, f"{name}@x.test", now)
            join(tx, keyring, other, f"{name}@x.test", later(now))
            attributebook.answer(tx, register.find(tx, parse(f"{name}@x.test")).id, {"town": name})
        for name in ("p2", "p7"):
            _leave(tx, keyring, register.find(tx, parse(f"{name}@x.test")).id, now)
    whole = "".join(export_csv(database.read, friends))
    monkeypatch.setattr(exporting, "CHUNK", 3)

    assert whole == "".join(export_csv(database.read, friends))
    expected = [*addresses, "qi@x.test", "ray@x.test", "sam@x.test"]
    assert sorted(expected) == sorted(row["email"] for row in rows_of(whole))
    assert {"confirmed": 8, "requested": 3, "withdrawn": 2} == Counter(row["state"] for row in rows_of(whole))


def test_people_are_written_piece_by_piece(
    database: Database, keyring: Keyring, now: datetime, friends: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same bytes as in one piece; whoever is erased while the file is read is not in what is still to come."""
    addresses = [f"p{number}@x.test" for number in range(10)]
    take(database, keyring, friends, "\n".join(["email", *addresses]), now)
    everybody = directory.everybody(Wanted())
    whole = list(export_people(database.read, everybody, None))
    monkeypatch.setattr(exporting, "CHUNK", 3)
    pieces = export_people(database.read, everybody, None)
    begun = [next(pieces), next(pieces)]
    last = rows_of("".join([whole[0], whole[-1]]))[0]["email"]
    with database.write() as tx:
        privacy.erase(tx, keyring, register.find(tx, parse(last)).id, now)

    assert whole[:-1] == [*begun, *pieces]


def test_next_piece_of_a_list_is_found_without_walking_the_others(database: Database, friends: int) -> None:
    """However many there are: each state by its index, and no more than a piece of it."""
    with database.read() as tx:
        statement = exporting._next(friends, 7)  # noqa: SLF001 -- its plan is looked at
        steps = plans.walks(tx, lambda: tx.execute(statement), may_sort=True)

    # What is walked once more is a piece and no table.
    assert [] == [step for step in steps if step.split()[1] not in {"piece", "merged"} and "anon_" not in step]


def test_erased_person_is_not_in_the_export(database: Database, keyring: Keyring, now: datetime, friends: int) -> None:
    """Nothing is left that could be exported."""
    with database.write() as tx:
        joined = join(tx, keyring, friends, "ann@x.test", now)
        privacy.erase(tx, keyring, joined.subscriber.id, now)

        assert 1 == len(list(export_csv(lambda: nullcontext(tx), friends)))
        assert suppression.is_suppressed(tx, keyring.hash_address("ann@x.test"), EVERY_LIST)
