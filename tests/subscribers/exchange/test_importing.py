import io
import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from newsletter.database import Database
from subscribers import acts, attributebook, listbook, privacy, register, suppression, terms, topicbook
from subscribers.address import parse
from subscribers.attributes import Answer, AttributeKind
from subscribers.consent import Act, Door
from subscribers.errors import BasisMissing, FileUnreadable, ListArchived
from subscribers.exchange import importing, reading
from subscribers.exchange.importing import import_people, rehearse_import
from subscribers.exchange.model import Cleaning, ImportOrder, ImportReport, Refusal
from subscribers.model import Cadence, Reason, SubscriptionState
from subscribers.tables.evidence import consent
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.terms import LONGEST_PAUSE, Terms
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness.people import FORM, ONE_CLICK, a_list, ask, audience_of, join

BASIS = "Members' form of 3 May 2019"


@pytest.fixture
def friends(database: Database, now: datetime) -> int:
    """Give a list to import into."""
    with database.write() as tx:
        return a_list(tx, now).id


@pytest.fixture
def take(database: Database, keyring: Keyring, now: datetime, friends: int) -> "Take":
    """Give a function that imports a file of this content."""
    return Take(database, keyring, now, friends)


class Take:
    """Imports a file of some content into the list, confirmed unless told otherwise."""

    def __init__(self, database: Database, keyring: Keyring, now: datetime, list_id: int) -> None:
        self.database = database
        self.keyring = keyring
        self.now = now
        self.list_id = list_id

    def __call__(self, text: str | bytes, *, is_confirmed: bool = True, updates: bool = False) -> ImportReport:
        """Import *text*, after a rehearsal that said the same."""
        file = io.BytesIO(text if isinstance(text, bytes) else text.encode())
        order = ImportOrder(self.list_id, BASIS, is_confirmed, updates=updates)
        said = rehearse_import(self.database.write, self.keyring, file, order, self.now)
        done = import_people(self.database.write, self.keyring, file, order, self.now)
        assert said == replace(done, id=None, continued_at=0)
        return done


def figures(report: ImportReport) -> dict[str, int]:
    """Give the figures that are not zero."""
    names = ("rows", "added", "confirmed", "updated", "there", "said_no", "duplicates", "refused", "cleaned")
    return {name: getattr(report, name) for name in names if getattr(report, name)}


def test_people_are_put_on_the_list_with_the_basis(take: Take, database: Database, friends: int) -> None:
    """Address as typed, name, language, and the evidence."""
    report = take("email,name,language\nAnn@X.test,Ann Lee,nl\nbob@x.test,,\n")

    with database.read() as tx:
        ann = register.find(tx, parse("ann@x.test"))
        said = register.consent_of(tx, take.keyring.hash_address("ann@x.test"))
        assert {"rows": 2, "added": 2} == figures(report)
        assert ["Ann@x.test", "bob@x.test"] == audience_of(tx, friends)
        assert ("Ann Lee", "nl") == (ann.name, ann.language)
        assert [(Act.IMPORTED, take.now, friends)] == [(one.act, one.at, one.list_id) for one in said]
        assert (Door.IMPORT_, BASIS) == (said[0].evidence.door, said[0].evidence.wording)


def test_unconfirmed_people_wait_for_their_own_yes(take: Take, database: Database, friends: int) -> None:
    """They stand as requested and are not written to."""
    report = take("email\nann@x.test\n", is_confirmed=False)

    with database.read() as tx:
        ann = register.find(tx, parse("ann@x.test"))
        assert {"rows": 1, "added": 1} == figures(report)
        assert [] == audience_of(tx, friends)
        assert [SubscriptionState.REQUESTED] == [one.state for one in register.subscriptions_of(tx, ann.id)]


def test_no_address_no_person(take: Take, database: Database, friends: int) -> None:
    """Rows that are refused carry number and reason, and the rest proceeds."""
    report = take(
        'email,name\nann@x.test,Ann\nnonsense,Bob\n\n,Nobody\nName <cy@x.test>,Cy\n"d@x.test,e@x.test",Di\nfay@x.test,Fay\n'
    )

    with database.read() as tx:
        assert {"rows": 6, "added": 2, "refused": 4} == figures(report)
        assert [3, 5, 6, 7] == [refusal.row for refusal in report.refusals]
        assert (
            Refusal(6, "Name <cy@x.test>", "Only the bare address can be taken, without a name and angle brackets.")
            == (report.refusals[2])
        )
        assert ["ann@x.test", "fay@x.test"] == audience_of(tx, friends)


def test_nasty_name_is_cleaned_and_its_person_kept(take: Take, database: Database) -> None:
    """What breaks a line or turns the reading direction goes, and is told."""
    report = take(
        'email,name\nann@x.test,"Ann\r\nBcc: x@y.test"\nbob@x.test,\u202eboB\n'
        "cy@x.test,C\x00y\ndi@x.test,{{7*7}}\ned@x.test,Zoë\n"
    )

    with database.read() as tx:
        names = [register.find(tx, parse(f"{one}@x.test")).name for one in ("ann", "bob", "cy", "di", "ed")]
        assert ["Ann Bcc: x@y.test", "boB", "C y", "{{7*7}}", "Zoë"] == names
        assert {"rows": 5, "added": 5, "cleaned": 3} == figures(report)
        assert Cleaning(4, "\u202eboB", "boB") == report.cleanings[1]


def test_quotation_mark_out_of_place_keeps_its_person(take: Take, database: Database, friends: int) -> None:
    """And everybody after it."""
    report = take('email,name\nann@x.test,"Ann\nbob@x.test,Bob\n"nobody,Cy\n')

    with database.read() as tx:
        assert {"rows": 3, "added": 2, "refused": 1, "cleaned": 1} == figures(report)
        assert ["ann@x.test", "bob@x.test"] == audience_of(tx, friends)
        assert report.refusals[0].reason.endswith("A quotation mark is out of place.")


def test_same_person_twice_in_the_file_is_counted(take: Take, database: Database, friends: int) -> None:
    """In any spelling; the first row counts."""
    report = take("email,name\nann@x.test,Ann\nANN@X.test,Other\ne\u0301@x.test,E\n\u00e9@x.test,E\n")

    with database.read() as tx:
        assert {"rows": 4, "added": 2, "duplicates": 2} == figures(report)
        assert "Ann" == register.find(tx, parse("ann@x.test")).name
        assert ["ann@x.test", "é@x.test"] == audience_of(tx, friends)


def test_importing_again_changes_nothing(take: Take, database: Database) -> None:
    """Neither people nor their evidence."""
    text = "email,name\nann@x.test,Ann\nbob@x.test,Bob\nnonsense,\n"
    take(text)
    report = take(text.replace("Ann", "Other"))

    with database.read() as tx:
        assert {"rows": 3, "there": 2, "refused": 1} == figures(report)
        assert "Ann" == register.find(tx, parse("ann@x.test")).name
        assert 2 == tx.execute(select(func.count()).select_from(consent)).scalar_one()


def test_who_had_asked_is_confirmed_on_the_basis(take: Take, database: Database, friends: int) -> None:
    """Unless the file confirms nobody."""
    with database.write() as tx:
        ask(tx, take.keyring, friends, "ann@x.test", take.now)
    unconfirmed = take("email\nann@x.test\n", is_confirmed=False)
    confirmed = take("email\nann@x.test\n")

    with database.read() as tx:
        acts = [one.act for one in register.consent_of(tx, take.keyring.hash_address("ann@x.test"))]
        assert {"rows": 1, "there": 1} == figures(unconfirmed)
        assert {"rows": 1, "confirmed": 1} == figures(confirmed)
        assert ["ann@x.test"] == audience_of(tx, friends)
        assert [Act.REQUESTED, Act.IMPORTED] == acts


def test_nobody_who_said_no_is_brought_back(take: Take, database: Database, friends: int) -> None:
    """Withdrawn, erased, bounced, complained, or lifted after a withdrawal; in any spelling."""
    with database.write() as tx:
        for name in ("ann", "bob", "cy", "di"):
            join(tx, take.keyring, friends, f"{name}@x.test", take.now)
        left = register.subscriptions_of(tx, register.find(tx, parse("ann@x.test")).id)[0].id
        register.withdraw(tx, take.keyring, left, take.now, ONE_CLICK)
        privacy.erase(tx, take.keyring, register.find(tx, parse("bob@x.test")).id, take.now)
        suppression.suppress(tx, take.keyring.hash_address("cy@x.test"), Reason.COMPLAINED, take.now, list_id=friends)
        lifted = register.subscriptions_of(tx, register.find(tx, parse("di@x.test")).id)[0].id
        register.withdraw(tx, take.keyring, lifted, take.now, ONE_CLICK)
        suppression.lift(tx, take.keyring.hash_address("di@x.test"), take.now, list_id=friends, is_own=True)
    report = take("email\nANN@x.test\nBob@X.test\ncy@x.test\nDI@x.test\nnew@x.test\n")

    with database.read() as tx:
        assert {"rows": 5, "added": 1, "said_no": 4} == figures(report)
        assert ["new@x.test"] == audience_of(tx, friends)


def test_no_said_elsewhere_is_obeyed(take: Take, database: Database, friends: int) -> None:
    """A column "state" of ours or of another program."""
    report = take("email,state\nann@x.test,withdrawn\nbob@x.test,Unsubscribed\ncy@x.test,confirmed\n")

    with database.read() as tx:
        assert {"rows": 3, "added": 1, "said_no": 2} == figures(report)
        assert ["cy@x.test"] == audience_of(tx, friends)


def test_suppression_of_another_list_does_not_count(take: Take, database: Database, friends: int) -> None:
    """Who left one list may be on another."""
    with database.write() as tx:
        other = a_list(tx, take.now, "Other").id
        joined = join(tx, take.keyring, other, "ann@x.test", take.now)
        register.withdraw(tx, take.keyring, joined.subscription.id, take.now, ONE_CLICK)
    report = take("email\nann@x.test\n")

    with database.read() as tx:
        assert {"rows": 1, "added": 1} == figures(report)
        assert ["ann@x.test"] == audience_of(tx, friends)


def test_many_rows_go_in_many_transactions(
    database: Database, keyring: Keyring, now: datetime, friends: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that others get their turn; the progress is told."""
    begun: list[int] = []
    told: list[int] = []

    def begin() -> AbstractContextManager[Transaction]:
        begun.append(1)
        return database.write()

    monkeypatch.setattr(importing, "BATCH", 50)
    file = io.BytesIO(b"".join([b"email\n", *(b"p%d@x.test\n" % number for number in range(101))]))
    report = import_people(begin, keyring, file, ImportOrder(friends, BASIS, is_confirmed=True), now, progress=told.append)

    assert {"rows": 101, "added": 101} == figures(report)
    assert 1 + 1 + 3 + 1 == len(begun)
    assert [50, 100, 101] == told


class PulledPlugError(Exception):
    """The process dies."""


def test_import_that_died_goes_on_where_it_was(
    take: Take, database: Database, friends: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was committed stays and is not done again; two runs make what one would have made, and say so."""
    monkeypatch.setattr(importing, "BATCH", 50)
    rows = [b"email,name\n", *(b"p%d@x.test,P\n" % (number % 180) for number in range(200)), b"nonsense,\n"]
    file, order = io.BytesIO(b"".join(rows)), ImportOrder(friends, BASIS, is_confirmed=True)

    def dying(rows: int) -> None:
        if rows >= 100:
            raise PulledPlugError

    with pytest.raises(PulledPlugError):
        import_people(database.write, take.keyring, file, order, take.now, progress=dying)
    report = import_people(database.write, take.keyring, file, order, take.now)

    with database.read() as tx:
        assert {"rows": 201, "added": 180, "duplicates": 20, "refused": 1} == figures(report)
        assert (1, 100, [202]) == (report.id, report.continued_at, [one.row for one in report.refusals])
        for table in (subscriber, subscription, consent):
            assert 180 == tx.execute(select(func.count()).select_from(table)).scalar_one()


def test_other_question_is_another_import(take: Take, database: Database, friends: int) -> None:
    """Only the very same file asked for in the very same way goes on; what is finished begins anew."""
    first = take("email\nann@x.test\n")
    second = take("email\nann@x.test\n")
    third = take("email\nann@x.test\nbob@x.test\n")

    assert 3 == len({first.id, second.id, third.id})
    assert (0, 0) == (second.continued_at, third.continued_at)


def test_two_imports_at_once_do_not_lock_each_other(
    database: Database, keyring: Keyring, now: datetime, friends: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the same people in other orders."""
    monkeypatch.setattr(importing, "BATCH", 500)
    people = [b"p%d@x.test\n" % number for number in range(1_500)]

    def shuffled(seed: int) -> ImportReport:
        order = random.Random(seed).sample(people, len(people))  # noqa: S311 -- an order, no secret
        file = io.BytesIO(b"".join([b"email\n", *order]))
        return import_people(database.write, keyring, file, ImportOrder(friends, BASIS, is_confirmed=True), now)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(shuffled, (1, 2))

    with database.read() as tx:
        assert 1500 == first.added + second.added
        assert 1500 == len(audience_of(tx, friends))
        assert 1500 == tx.execute(select(func.count()).select_from(consent)).scalar_one()


def test_import_without_a_basis_is_refused(database: Database, keyring: Keyring, now: datetime) -> None:
    """Nobody is written to without a reason that can be shown."""
    with pytest.raises(BasisMissing):
        import_people(database.write, keyring, io.BytesIO(b"email\n"), ImportOrder(1, " \n", is_confirmed=True), now)


def test_file_that_is_no_list_imports_nobody(take: Take) -> None:
    """It is told what is wrong with it."""
    with pytest.raises(FileUnreadable, match="email"):
        take("ann@x.test,Ann\nbob@x.test,Bob\n")


def test_file_full_of_nonsense_does_not_fill_the_memory(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is counted, the first ones are kept."""
    monkeypatch.setattr(reading, "MOST_REPORTED", 3)
    report = take("email,name\n" + "nonsense,\n" * 10 + "".join(f"p{number}@x.test,A\x07B\n" for number in range(10)))

    assert {"rows": 20, "added": 10, "refused": 10, "cleaned": 10} == figures(report)
    assert (3, 3) == (len(report.refusals), len(report.cleanings))


def test_odd_language_is_left_out(take: Take, database: Database) -> None:
    """It would stand in a page's lang attribute."""
    take('email,language\nann@x.test,pt-BR\nbob@x.test,"en onload=x"\n')

    with database.read() as tx:
        assert "pt-BR" == register.find(tx, parse("ann@x.test")).language
        assert "" == register.find(tx, parse("bob@x.test")).language


@pytest.fixture
def asked(database: Database, now: datetime) -> None:
    """Let the instance ask where people live, and how many shelves they have."""
    with database.write() as tx:
        attributebook.define(tx, "town", AttributeKind.CHOICE, now, label="Where do you live?", choices=["Lyon", "Delft"])
        attributebook.define(tx, "shelves", AttributeKind.NUMBER, now)


def answers_of(database: Database, name: str) -> dict[str, Answer]:
    """Give what somebody answered."""
    with database.read() as tx:
        return dict(attributebook.answers_of(tx, register.find(tx, parse(f"{name}@x.test")).id))


def test_answers_come_with_people(take: Take, database: Database, asked: None) -> None:
    """By key or label; what is no answer is left out and told, and the person kept."""
    report = take("email,Where do you live?,shelves\nann@x.test,delft,3\nbob@x.test,Paris,many\n")

    assert {"rows": 2, "added": 2, "cleaned": 2} == figures(report)
    assert {"town": "Delft", "shelves": 3.0} == answers_of(database, "ann")
    assert {} == answers_of(database, "bob")
    assert [Cleaning(3, "many", "", "shelves"), Cleaning(3, "Paris", "", "town")] == sorted(
        report.cleanings, key=lambda one: one.field
    )


def test_answers_of_people_known_before_change_only_when_told(take: Take, database: Database, asked: None) -> None:
    """As their names do; an empty cell changes nothing."""
    take("email,town,shelves\nann@x.test,Lyon,3\n")
    kept = take("email,town,shelves\nann@x.test,Delft,\n")
    before = answers_of(database, "ann")
    changed = take("email,town,shelves\nann@x.test,Delft,\n", updates=True)

    assert ({"rows": 1, "there": 1}, {"rows": 1, "updated": 1}) == (figures(kept), figures(changed))
    assert {"town": "Lyon", "shelves": 3.0} == before
    assert {"town": "Delft", "shelves": 3.0} == answers_of(database, "ann")


def test_attributes_of_listmonk_are_read(take: Take, database: Database, asked: None) -> None:
    """They stand in one column as JSON; what is none says nothing."""
    take(
        'uuid,email,name,attributes,status\n1,ann@x.test,Ann,"{""Town"": ""lyon"", ""shelves"": 2, ""x"": [1]}",enabled\n'
        '2,bob@x.test,Bob,"{""town"": ",enabled\n3,cy@x.test,Cy,[],enabled\n'
    )

    assert {"town": "Lyon", "shelves": 2.0} == answers_of(database, "ann")
    assert {} == answers_of(database, "bob") == answers_of(database, "cy")


def test_words_of_an_earlier_consent_are_kept_as_evidence(take: Take, database: Database) -> None:
    """Behind the basis, for each person their own."""
    take("email,consent_words,consent_by\nann@x.test,Yes please,\nbob@x.test,,\ncy@x.test,,link\ndi@x.test,Yes,form\n")

    with database.read() as tx:
        said = [acts.of_address(tx, take.keyring.hash_address(f"{name}@x.test")) for name in ("ann", "bob", "cy", "di")]
        behind = [one.evidence.wording.removeprefix(BASIS) for [one] in said]
        assert [" Formerly: Yes please", "", " Formerly (link).", " Formerly (form): Yes"] == behind


def terms_of(take: Take, name: str) -> Terms:
    """Give on which terms somebody takes the list."""
    with take.database.read() as tx:
        [standing] = register.subscriptions_of(tx, register.find(tx, parse(f"{name}@x.test")).id)
        return terms.terms_of(tx, standing, take.now)


@pytest.fixture
def offered(database: Database, friends: int) -> tuple[int, int]:
    """Let the list have two topics; gives their ids."""
    with database.write() as tx:
        return topicbook.add(tx, friends, "Jobs").id, topicbook.add(tx, friends, "Books").id


def test_people_who_are_new_get_no_more_than_they_had_agreed_to(take: Take, offered: tuple[int, int]) -> None:
    """A list of names as an export writes it, or by hand; confirmed or not."""
    jobs, books = offered
    report = take(
        "email,state,Cadence,paused_until,topics\n"
        'ann@x.test,,quarterly,2020-09-01T00:00:00+02:00,"[""BOOKS""]"\n'
        "bob@x.test,pending,,,jobs; Books\ncy@x.test,,every-issue,2019-01-01,[]\ndi@x.test,,,,\n"
    )

    assert {"rows": 4, "added": 4} == figures(report)
    assert ("cadence", "topics") == (report.columns["Cadence"], report.columns["topics"])
    assert Terms(Cadence.QUARTERLY, datetime(2020, 8, 31, 22, tzinfo=UTC), frozenset({books})) == terms_of(take, "ann")
    assert Terms(topic_ids=frozenset({jobs, books})) == terms_of(take, "bob")
    assert (Terms(topic_ids=frozenset()), Terms()) == (terms_of(take, "cy"), terms_of(take, "di"))


def test_terms_of_whoever_is_on_the_list_stay_as_they_are(take: Take, offered: tuple[int, int]) -> None:
    """They chose them here, also when all else that is known of them changes, and also where a file confirms them."""
    own = Terms(topic_ids=frozenset(offered[:1]))
    with take.database.write() as tx:
        joined = join(tx, take.keyring, take.list_id, "ann@x.test", take.now).subscription
        terms.agree(tx, take.keyring, joined.id, own, take.now, FORM)
        ask(tx, take.keyring, take.list_id, "bob@x.test", take.now)
    take("email,name,cadence,topics\nann@x.test,Ann,quarterly,Books\nbob@x.test,Bob,quarterly,[]\n", updates=True)

    assert (own, Terms()) == (terms_of(take, "ann"), terms_of(take, "bob"))


def test_terms_that_cannot_be_kept_are_reported_and_nobody_gets_more(take: Take, offered: tuple[int, int]) -> None:
    """Of topics that are not offered here nothing else is taken instead, and no pause lasts for ever."""
    report = take(
        "email,cadence,paused_until,topics\n"
        "ann@x.test,weekly,soon,Jobs; Talks\nbob@x.test,,9999-12-31,\ncy@x.test,,,[1\ndi@x.test,,,Talks\n"
    )

    assert {"rows": 4, "added": 4, "cleaned": 6} == figures(report)
    assert [
        Cleaning(2, "weekly", "", "cadence"),
        Cleaning(2, "soon", "", "pause"),
        Cleaning(2, "Jobs; Talks", "Jobs", "choice of topics"),
        Cleaning(3, "9999-12-31", "2021-02-01", "pause"),
        Cleaning(4, "[1", "", "choice of topics"),
        Cleaning(5, "Talks", "", "choice of topics"),
    ] == list(report.cleanings)
    assert Terms(topic_ids=frozenset(offered[:1])) == terms_of(take, "ann")
    assert Terms(paused_until=take.now + LONGEST_PAUSE) == terms_of(take, "bob")
    assert [Terms(topic_ids=frozenset())] * 2 == [terms_of(take, "cy"), terms_of(take, "di")]


def test_nobody_is_brought_to_a_list_that_has_ended(take: Take, database: Database, friends: int) -> None:
    """By no door, and a dry run says so as well."""
    with database.write() as tx:
        listbook.archive(tx, friends, take.now)

    with pytest.raises(ListArchived):
        take("email\nann@x.test\n")
