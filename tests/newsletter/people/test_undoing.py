import io
import time
from datetime import datetime

import pytest
from sqlalchemy import func, select

from newsletter.database import Database
from newsletter.letters import store as letters
from newsletter.letters.letter import LetterKind
from newsletter.mail import dispatch, ledger
from newsletter.mail.delivery import DeliveryState
from newsletter.people import undoing
from newsletter.people.undoing import Undone, undo_import
from newsletter.tables.mail import delivery
from subscribers import acts, attributebook, register, suppression, terms
from subscribers.address import parse
from subscribers.attributes import AttributeKind
from subscribers.audience import Audience
from subscribers.consent import Act
from subscribers.errors import ImportInUse, ImportNotFound, ImportUnderWay
from subscribers.exchange import importing, imports
from subscribers.exchange import undoing as taking_back
from subscribers.exchange.importing import import_people
from subscribers.exchange.model import ImportOrder, ImportState
from subscribers.exchange.turns import BREATH
from subscribers.model import Cadence, Reason, SubscriptionState
from subscribers.tables.imports import import_change
from subscribers.tables.people import subscriber
from subscribers.terms import Terms
from subscribers.tokens import Keyring
from tests.harness import chains, mailroom
from tests.harness.people import LINK, ONE_CLICK, a_list, ask, audience_of, join


class Desk:
    """Imports files into a list and takes them back."""

    def __init__(self, database: Database, keyring: Keyring, now: datetime) -> None:
        self.database = database
        self.keyring = keyring
        self.now = now
        with database.write() as tx:
            self.list_id = a_list(tx, now).id

    def take(self, *rows: str, list_id: int | None = None, updates: bool = False, is_confirmed: bool = True) -> int:
        """Import a file of these rows; gives the import."""
        order = ImportOrder(list_id or self.list_id, "Members' list", is_confirmed=is_confirmed, updates=updates)
        content = "".join(f"{row}\n" for row in ("email,name,state", *rows))
        report = import_people(self.database.write, self.keyring, io.BytesIO(content.encode()), order, self.now)
        assert report.id is not None
        return report.id

    def undo(self, import_id: int) -> Undone:
        """Take an import back."""
        return undo_import(self.database.write, import_id, self.now)

    def known(self) -> list[str]:
        """Give the addresses of everybody who is known."""
        with self.database.read() as tx:
            return list(tx.execute(select(subscriber.c.email).order_by(subscriber.c.email)).scalars())


@pytest.fixture
def desk(database: Database, keyring: Keyring, now: datetime) -> Desk:
    """Give a desk with an empty list."""
    return Desk(database, keyring, now)


def test_who_was_new_goes(desk: Desk) -> None:
    """Nothing is left but that an import came and went, without saying of whom."""
    undone = desk.undo(desk.take("ann@x.test,Ann,", "bob@x.test,Bob,"))

    with desk.database.read() as tx:
        rows = chains.rows(tx)
        assert Undone(taken_off=2, forgotten=2, restored=0, kept=0) == undone
        assert [] == desk.known()
        assert [] == chains.broken(tx)
        assert [Act.IMPORTED, Act.UNDONE] * 2 == [Act(row.act) for row in sorted(rows, key=lambda row: (row.chain, row.seq))]
        assert [None] * 4 == [row.person_salt for row in rows]


def test_who_was_there_before_is_not_touched(desk: Desk) -> None:
    """Neither on this list nor on another, by whatever door they came."""
    first = desk.take("ann@x.test,Ann,")
    with desk.database.write() as tx:
        other = a_list(tx, desk.now, "Other").id
        join(tx, desk.keyring, other, "bob@x.test", desk.now)
    undone = desk.undo(desk.take("ann@x.test,Other,", "bob@x.test,,", "cy@x.test,,"))

    with desk.database.read() as tx:
        assert Undone(taken_off=2, forgotten=1, restored=0, kept=0) == undone
        assert ["ann@x.test", "bob@x.test"] == desk.known()
        assert (["ann@x.test"], ["bob@x.test"]) == (audience_of(tx, desk.list_id), audience_of(tx, other))
        assert ImportState.FINISHED is imports.by_id(tx, first).state


def test_who_was_changed_is_as_before(desk: Desk) -> None:
    """Names get their former values, and whoever had only asked is asked again; what was changed since stays."""
    with desk.database.write() as tx:
        ask(tx, desk.keyring, desk.list_id, "ann@x.test", desk.now, "Ann")
        join(tx, desk.keyring, desk.list_id, "bob@x.test", desk.now, "Bob")
        join(tx, desk.keyring, desk.list_id, "cy@x.test", desk.now, "Cy")
    taken = desk.take("ann@x.test,Ann Lee,", "bob@x.test,Bob Lee,", "cy@x.test,Cy Lee,", updates=True)
    with desk.database.write() as tx:
        register.edit(tx, register.find(tx, parse("cy@x.test")).id, name="Cyril")
    undone = desk.undo(taken)

    with desk.database.read() as tx:
        people = [register.find(tx, parse(f"{name}@x.test")) for name in ("ann", "bob", "cy")]
        assert ["Ann", "Bob", "Cyril"] == [one.name for one in people]
        assert ["bob@x.test", "cy@x.test"] == audience_of(tx, desk.list_id)
        assert SubscriptionState.REQUESTED is register.subscriptions_of(tx, people[0].id)[0].state
        assert (0, 3) == (undone.taken_off, undone.restored)
        assert 0 == tx.execute(select(func.count()).select_from(import_change)).scalar_one()
        assert [] == chains.broken(tx)


def test_whoever_acted_since_stays(desk: Desk) -> None:
    """A yes of their own, and a no above all: nobody is brought back by an undoing."""
    taken = desk.take("ann@x.test,,", "bob@x.test,,", "cy@x.test,,unsubscribed", "di@x.test,,")
    with desk.database.write() as tx:
        ann = register.find(tx, parse("ann@x.test"))
        register.withdraw(tx, desk.keyring, register.subscriptions_of(tx, ann.id)[0].id, desk.now, ONE_CLICK)
    undone = desk.undo(taken)

    with desk.database.read() as tx:
        assert Undone(taken_off=2, forgotten=2, restored=0, kept=1) == undone
        assert ["ann@x.test"] == desk.known()
        assert [Reason.UNSUBSCRIBED] * 2 == [
            suppression.reason_of(tx, desk.keyring.hash_address(f"{name}@x.test"), desk.list_id) for name in ("ann", "cy")
        ]


def test_import_that_was_mailed_on_is_not_undone(database: Database, keyring: Keyring, now: datetime) -> None:
    """Whoever got an issue must be able to leave it; nothing is changed."""
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, ())
    desk = Desk(database, keyring, now)
    taken = desk.take("ann@x.test,Ann,", list_id=room.list_id)
    with database.write() as tx:
        dispatch.send_issue(tx, mailroom.approved_issue(tx, room.newsletter_id, now), now)

    with pytest.raises(ImportInUse):
        desk.undo(taken)
    with database.read() as tx:
        assert ["ann@x.test"] == audience_of(tx, room.list_id)
        assert ImportState.FINISHED is imports.by_id(tx, taken).state


def test_import_that_a_digest_was_mailed_on_is_not_undone(database: Database, keyring: Keyring, now: datetime) -> None:
    """It has the issues of a quarter in it."""
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, ())
    desk = Desk(database, keyring, now)
    taken = desk.take("ann@x.test,Ann,", list_id=room.list_id)
    with database.write() as tx:
        digest = mailroom.a_draft(LetterKind.DIGEST)
        letter = letters.freeze(tx, digest, now, newsletter_id=room.newsletter_id, issue_id=None, list_id=room.list_id)
        ledger.plan(tx, letter.id, Audience(room.list_id, now), now, LetterKind.DIGEST)

    with pytest.raises(ImportInUse):
        desk.undo(taken)
    assert ["ann@x.test"] == desk.known()


def test_ledger_forgets_who_goes(database: Database, keyring: Keyring, now: datetime) -> None:
    """An issue for them was cancelled before it went out: no row keeps a name that nobody could find there any more."""
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, ())
    desk = Desk(database, keyring, now)
    taken = desk.take("ann@x.test,Ann,", list_id=room.list_id)
    with database.write() as tx:
        issue_id = mailroom.approved_issue(tx, room.newsletter_id, now)
        dispatch.send_issue(tx, issue_id, now)
        dispatch.cancel(tx, issue_id, now)
    undone = desk.undo(taken)

    with database.read() as tx:
        kept = tx.execute(select(delivery.c.email, delivery.c.name, delivery.c.state)).all()
        assert (1, []) == (undone.forgotten, desk.known())
        assert [("", "", DeliveryState.CANCELLED)] == [tuple(row) for row in kept]


def test_whoever_was_sent_any_link_stays_with_what_they_answered(database: Database, keyring: Keyring, now: datetime) -> None:
    """They asked for the link to their preferences, which is on no list, and answered there; neither is an act."""
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, ())
        attributebook.define(tx, "town", AttributeKind.TEXT, now)
    desk = Desk(database, keyring, now)
    taken = desk.take("ann@x.test,Ann,", "bob@x.test,Bob,", list_id=room.list_id)
    with database.write() as tx:
        ann = register.find(tx, parse("ann@x.test"))
        link, hashed = mailroom.a_draft(LetterKind.LINK), keyring.hash_address(ann.address.key)
        on = {"list_id": room.list_id, "newsletter_id": room.newsletter_id}
        dispatch.notice_to(tx, link, ann, ann.address, hashed, now, **on)
        attributebook.answer(tx, ann.id, {"town": "Lyon"})
    undone = desk.undo(taken)

    with database.read() as tx:
        assert Undone(taken_off=1, forgotten=1, restored=0, kept=1) == undone
        assert ["ann@x.test"] == audience_of(tx, room.list_id)
        assert {"town": "Lyon"} == attributebook.answers_of(tx, ann.id)


def test_mail_of_another_list_keeps_nobody_on_this_one(database: Database, keyring: Keyring, now: datetime) -> None:
    """They stay known by that list, whose mail they got, and leave the one that an import should not have put them on."""
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, ())
    desk = Desk(database, keyring, now)
    taken = desk.take("ann@x.test,Ann,")
    desk.take("ann@x.test,Ann,", list_id=room.list_id)
    with database.write() as tx:
        dispatch.send_issue(tx, mailroom.approved_issue(tx, room.newsletter_id, now), now)
    undone = desk.undo(taken)

    with database.read() as tx:
        assert Undone(taken_off=1, forgotten=0, restored=0, kept=0) == undone
        assert ([], ["ann@x.test"]) == (audience_of(tx, desk.list_id), audience_of(tx, room.list_id))


def test_whom_another_import_confirmed_stays(desk: Desk) -> None:
    """They stand on its basis now, until that is undone as well."""
    first = desk.take("ann@x.test,,", "bob@x.test,,", is_confirmed=False)
    second = desk.take("ann@x.test,,")
    undone = desk.undo(first)
    with desk.database.read() as tx:
        left = audience_of(tx, desk.list_id)
    restored = desk.undo(second).restored

    with desk.database.read() as tx:
        assert (Undone(1, 1, 0, 1), ["ann@x.test"]) == (undone, left)
        assert (1, []) == (restored, audience_of(tx, desk.list_id))


def test_own_yes_outlives_the_import_that_came_before_it(desk: Desk) -> None:
    """The button was in their mail, and they pressed it after a file had confirmed them."""
    with desk.database.write() as tx:
        due = ask(tx, desk.keyring, desk.list_id, "ann@x.test", desk.now)
    taken = desk.take("ann@x.test,,")
    with desk.database.write() as tx:
        register.confirm(tx, desk.keyring, due.confirmation_id, desk.now, LINK)
    undone = desk.undo(taken)

    with desk.database.read() as tx:
        assert ["ann@x.test"] == audience_of(tx, desk.list_id)
        assert 0 == undone.restored


def test_own_choice_stays_though_another_list_was_imported_behind_it(desk: Desk) -> None:
    """What they said of this list is not the last that is known of them."""
    taken = desk.take("ann@x.test,Ann,")
    with desk.database.write() as tx:
        other = a_list(tx, desk.now, "Other").id
        [standing] = register.subscriptions_of(tx, register.find(tx, parse("ann@x.test")).id)
        terms.agree(tx, desk.keyring, standing.id, Terms(Cadence.QUARTERLY), desk.now, LINK)
    desk.take("ann@x.test,Ann,", list_id=other)
    undone = desk.undo(taken)

    with desk.database.read() as tx:
        assert (0, 1) == (undone.taken_off, undone.kept)
        assert ["ann@x.test"] == audience_of(tx, desk.list_id)


class PulledPlugError(Exception):
    """The process dies."""


def test_undoing_that_died_is_finished_by_the_next(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """And again changes nothing."""
    monkeypatch.setattr(taking_back, "BATCH", 3)
    taken = desk.take(*(f"p{number}@x.test,," for number in range(8)))

    def dying(_people: int) -> None:
        raise PulledPlugError

    with pytest.raises(PulledPlugError):
        undo_import(desk.database.write, taken, desk.now, progress=dying)
    half = desk.known()
    rest, again = desk.undo(taken), desk.undo(taken)

    assert (5, 5, 0) == (len(half), rest.taken_off, again.taken_off)
    assert [] == desk.known()


def test_undoing_lets_others_write(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind each batch, where only one may write at a time."""
    pauses: list[float] = []
    monkeypatch.setattr(taking_back, "BATCH", 3)
    taken = desk.take(*(f"p{number}@x.test,," for number in range(8)))
    monkeypatch.setattr(time, "sleep", pauses.append)
    desk.undo(taken)

    with desk.database.read() as tx:
        # Three batches of people, one that finds no more, and one that finds nobody changed.
        assert ([BREATH] * 5 if tx.dialect.name == "sqlite" else []) == pauses


def test_import_under_way_is_stopped_by_its_undoing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it would have added is not added any more."""
    monkeypatch.setattr(importing, "BATCH", 2)
    content = b"email\n" + b"".join(b"p%d@x.test\n" % number for number in range(6))
    order = ImportOrder(desk.list_id, "Members' list", is_confirmed=True)

    def undo(_rows: int) -> None:
        with desk.database.read() as tx:
            desk.undo(imports.newest(tx, 1)[0].id)

    with pytest.raises(ImportUnderWay):
        import_people(desk.database.write, desk.keyring, io.BytesIO(content), order, desk.now, progress=undo)

    assert [] == desk.known()


def test_whoever_comes_back_after_an_undoing_is_new(desk: Desk) -> None:
    """The same file again is another import, with chains of its own."""
    desk.undo(desk.take("ann@x.test,Ann,"))
    desk.take("ann@x.test,Ann,")

    with desk.database.read() as tx:
        assert ["ann@x.test"] == audience_of(tx, desk.list_id)
        assert [Act.IMPORTED] == [one.act for one in acts.of_address(tx, desk.keyring.hash_address("ann@x.test"))]
        assert [] == chains.broken(tx)


def test_import_that_is_not_there_is_not_undone(desk: Desk) -> None:
    """A slip of the pen."""
    with pytest.raises(ImportNotFound):
        undoing.undo_import(desk.database.write, 77, desk.now)


def test_answers_are_as_before(desk: Desk) -> None:
    """Those that an import changed or gave, unless somebody answered anew since."""
    with desk.database.write() as tx:
        attributebook.define(tx, "town", AttributeKind.TEXT, desk.now)
        attributebook.define(tx, "state_of_mind", AttributeKind.TEXT, desk.now)
        people = [join(tx, desk.keyring, desk.list_id, f"{name}@x.test", desk.now).subscriber.id for name in ("ann", "bob")]
        attributebook.answer(tx, people[0], {"town": "Lyon"})
    order = ImportOrder(desk.list_id, "Members' list", is_confirmed=True, updates=True)
    content = b"email,town,state_of_mind\nann@x.test,Delft,calm\nbob@x.test,Delft,\n"
    taken = import_people(desk.database.write, desk.keyring, io.BytesIO(content), order, desk.now).id
    assert taken is not None
    with desk.database.write() as tx:
        attributebook.answer(tx, people[1], {"town": "Paris"})
    undone = desk.undo(taken)

    with desk.database.read() as tx:
        assert [{"town": "Lyon"}, {"town": "Paris"}] == [attributebook.answers_of(tx, one) for one in people]
        assert (0, 1) == (undone.taken_off, undone.restored)
