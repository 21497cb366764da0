"""Everything that people, staff and files can do about two lists, in any order, with backups that are restored in between."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import NestedTransaction, func, select

from newsletter.database import Database
from newsletter.errors import NotSuppressed, OwnWordHolds
from newsletter.issues import newsletters
from newsletter.letters.letter import LetterKind
from newsletter.people import erase, joining, keepout, moving, replay, withdraw
from newsletter.people.keepout import KeepOut
from newsletter.staff.permissions import LOCAL_OPERATOR
from subscribers import journal, moves, register
from subscribers.address import parse
from subscribers.confirmations import MOST_REQUESTS_WITHIN
from subscribers.errors import SubscriberNotFound
from subscribers.journal import Line
from subscribers.model import EVERY_LIST, Reason, Subscriber
from subscribers.moves import Moved
from subscribers.outcomes import ConfirmationDue, Confirmed
from subscribers.suppression import OWN_WORD
from subscribers.tables.errands import address_move
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import mailroom
from tests.harness.people import COMMAND, FORM, LINK, ONE_CLICK, a_list, audience_of, take_in_file

MAILBOXES = ("ann@x.test", "ann@y.test", "bob@x.test")
WHO = st.sampled_from(MAILBOXES)
LIST = st.integers(min_value=0, max_value=1)
NOTICE = mailroom.a_draft(LetterKind.CONFIRMATION, "A notice")


@dataclass(slots=True)
class World:
    """What the model knows; a backup is a copy of it."""

    # Numbers of links in mails: confirmations, and changes of address.
    confirmations: list[int] = field(default_factory=list)
    changes: list[int] = field(default_factory=list)
    # By person: the mailboxes they had before.
    former: dict[int, list[str]] = field(default_factory=dict)
    # Which mailbox said no to which list, and neither said yes since nor is one whose owner did.
    noes: set[tuple[str, int]] = field(default_factory=set)

    def copy(self) -> "World":
        """Give one that stays as it is."""
        former = {person: [*mailboxes] for person, mailboxes in self.former.items()}
        return World([*self.confirmations], [*self.changes], former, {*self.noes})


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of the database."""

    savepoint: NestedTransaction
    world: World


@contextmanager
def undone(database: Database) -> Iterator[Transaction]:
    """Give a transaction of which nothing stays."""
    with database.write() as tx:
        yield tx
        tx.rollback()


class Noes(RuleBasedStateMachine):
    """The verbs of the room above the mail, against a model of who said no to what."""

    def __init__(self, database: Database, keyring: Keyring, now: datetime) -> None:
        super().__init__()
        self.keyring = keyring
        self.now = now
        self.scratch = undone(database)
        self.tx = self.scratch.__enter__()
        room = mailroom.open_mailroom(self.tx, keyring, now, ())
        self.lists = [room.list_id, a_list(self.tx, now, "Second").id]
        self.newsletter = newsletters.by_id(self.tx, room.newsletter_id)
        self.world = World()
        self.lines: list[Line] = []
        self.backup: Backup | None = None

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.scratch.__exit__(None, None, None)

    # What the model knows.

    def person(self, mailbox: str) -> Subscriber | None:
        """Give who is known by a mailbox."""
        try:
            return register.find(self.tx, parse(mailbox))
        except SubscriberNotFound:
            return None

    def says_no(self, person: Subscriber, lists: list[int]) -> None:
        """Remember a no, which holds for the mailboxes the person had before, too, unless they are somebody else's."""
        before = [one for one in self.world.former.get(person.id, ()) if self.person(one) is None]
        self.world.noes |= {(mailbox, list_id) for mailbox in (person.address.key, *before) for list_id in lists}

    def says_yes(self, person: Subscriber, lists: list[int]) -> None:
        """Remember a yes that came from the person's mailbox."""
        self.world.noes -= {(person.address.key, list_id) for list_id in lists}

    def confirmed(self, person: Subscriber) -> list[int]:
        """Give the lists somebody stands on."""
        return [one.list_id for one in register.subscriptions_of(self.tx, person.id) if one.is_confirmed]

    # What can happen.

    @initialize()
    def begin(self) -> None:
        """Start with two people."""
        self.join("ann@x.test", 0)
        self.join("bob@x.test", 1)

    @rule(minutes=st.sampled_from([16, 60 * 25, 60 * 24 * 8]))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.now += timedelta(minutes=minutes)

    @rule(who=WHO, index=LIST)
    def fill_in_the_form(self, who: str, index: int) -> None:
        """Anybody asks, for anybody."""
        if index == 0:
            outcome = joining.join(self.tx, self.keyring, NOTICE, self.newsletter, parse(who), "", self.now, FORM)
        else:
            outcome = register.request(self.tx, self.keyring, self.lists[1], parse(who), "", self.now, FORM)
        if isinstance(outcome, ConfirmationDue):
            self.world.confirmations.append(outcome.confirmation_id)

    @rule(who=WHO, index=LIST)
    def join(self, who: str, index: int) -> None:
        """Somebody asks when they may, and says yes to the mail."""
        self.now += MOST_REQUESTS_WITHIN
        before = len(self.world.confirmations)
        self.fill_in_the_form(who, index)
        for number in self.world.confirmations[before:]:
            self.confirm(number)

    @precondition(lambda self: self.world.confirmations)
    @rule(data=st.data())
    def press_the_button(self, data: st.DataObject) -> None:
        """Somebody says yes in a mail, new or old."""
        self.confirm(data.draw(st.sampled_from(self.world.confirmations)))

    def confirm(self, number: int) -> None:
        """Press the button behind a link."""
        outcome = joining.confirm(self.tx, self.keyring, NOTICE, self.newsletter, number, self.now, LINK)
        if isinstance(outcome, Confirmed):
            self.says_yes(outcome.subscriber, [outcome.subscription.list_id])

    @rule(who=WHO, index=LIST)
    def leave(self, who: str, index: int) -> None:
        """Somebody leaves a list, if they ever were on it."""
        person = self.person(who)
        standings = () if person is None else register.subscriptions_of(self.tx, person.id)
        for standing in standings:
            if standing.list_id == self.lists[index]:
                withdraw.withdraw(self.tx, self.keyring, standing.id, self.now, ONE_CLICK)
                self.says_no(register.subscriber_by_id(self.tx, standing.subscriber_id), [standing.list_id])

    @rule(who=WHO)
    def leave_everything(self, who: str) -> None:
        """Somebody wants nothing more."""
        person = self.person(who)
        if person is not None:
            self.says_no(person, self.lists)
            withdraw.withdraw_everywhere(self.tx, self.keyring, person.id, self.now, LINK)

    @rule(who=WHO)
    def be_forgotten(self, who: str) -> None:
        """Somebody wants to be known no more."""
        person = self.person(who)
        if person is not None:
            self.says_no(person, self.lists)
            erase.erase(self.tx, self.keyring, person.id, self.now)

    @rule(who=WHO, new=WHO)
    def ask_for_another_address(self, who: str, new: str) -> None:
        """Somebody who holds a link of one mailbox names another one."""
        person = self.person(who)
        if person is None:
            return
        known = self.newest_change(person)
        moving.ask(self.tx, self.keyring, NOTICE, self.newsletter, person, parse(new), self.now)
        number = self.newest_change(person)
        if number is not None and number != known:
            self.world.changes.append(number)

    def newest_change(self, person: Subscriber) -> int | None:
        """Give the number of the last change of address somebody began."""
        begun = select(func.max(address_move.c.id)).where(address_move.c.subscriber_id == person.id)
        newest: int | None = self.tx.execute(begun).scalar_one()
        return newest

    @rule(who=WHO, new=WHO)
    def move_house(self, who: str, new: str) -> None:
        """Somebody asks for another address when they may, and says yes there."""
        self.now += MOST_REQUESTS_WITHIN
        before = len(self.world.changes)
        self.ask_for_another_address(who, new)
        for number in self.world.changes[before:]:
            self.arrive_by(number)

    @precondition(lambda self: self.world.changes)
    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        """Whoever reads the new mailbox says yes, to the address and to the lists the person stands on."""
        self.arrive_by(data.draw(st.sampled_from(self.world.changes)))

    def arrive_by(self, number: int) -> None:
        """Press the button behind the link to a new mailbox."""
        change = moves.load(self.tx, number)
        if change is None:
            return
        outcome = moving.carry_out(self.tx, self.keyring, NOTICE, self.newsletter, change, self.now, LINK)
        if isinstance(outcome, Moved):
            self.arrive(outcome.subscriber, change.old.key)
            self.world.former.setdefault(outcome.subscriber.id, []).append(change.old.key)

    @precondition(lambda self: self.world.changes)
    @rule(data=st.data())
    def take_a_move_back(self, data: st.DataObject) -> None:
        """Whoever reads the old mailbox says that it was not them; what came behind that is undone, too."""
        change = moves.load(self.tx, data.draw(st.sampled_from(self.world.changes)))
        if change is None:
            return
        before = register.subscriber_by_id(self.tx, change.subscriber_id)
        outcome = moving.take_back(self.tx, self.keyring, change, self.now, LINK)
        if isinstance(outcome, Moved):
            self.arrive(outcome.subscriber, before.address.key)
            left = self.world.former[outcome.subscriber.id]
            del left[left.index(change.old.key) :]

    def arrive(self, person: Subscriber, old: str) -> None:
        """Remember that somebody has another mailbox: their noes come with them, and so does what they said yes to."""
        self.says_yes(person, self.confirmed(person))
        self.world.noes |= {(person.address.key, list_id) for list_id in self.lists if (old, list_id) in self.world.noes}

    @rule(who=WHO, index=LIST, is_confirmed=st.booleans())
    def add(self, who: str, index: int, is_confirmed: bool) -> None:  # noqa: FBT001 -- drawn by Hypothesis
        """Put somebody on a list, as the staff does."""
        register.add(self.tx, self.keyring, self.lists[index], parse(who), "", self.now, COMMAND, is_confirmed=is_confirmed)

    @rule(index=LIST, is_confirmed=st.booleans())
    def import_(self, index: int, is_confirmed: bool) -> None:  # noqa: FBT001 -- drawn by Hypothesis
        """Import an old file in which everybody stands, as the staff does."""
        lines = [f"{line}\n".encode() for line in ("email", *MAILBOXES)]
        take_in_file(lambda: nullcontext(self.tx), self.keyring, self.lists[index], lines, self.now, is_confirmed=is_confirmed)

    @rule(who=WHO, scope=st.integers(min_value=0, max_value=2), reason=st.sampled_from(Reason))
    def keep_out(self, who: str, scope: int, reason: Reason) -> None:
        """Keep somebody out: the staff, a relay, or a complaint; or the staff takes over a no that was said elsewhere."""
        terms = KeepOut(reason, (*self.lists, EVERY_LIST)[scope], self.now)
        lists = self.lists if terms.list_id == EVERY_LIST else [terms.list_id]
        person = self.person(who)
        if reason in OWN_WORD:
            self.world.noes |= {(who, list_id) for list_id in lists}
        if reason is Reason.UNSUBSCRIBED and person is not None:
            held = [one.list_id for one in register.subscriptions_of(self.tx, person.id)]
            self.says_no(person, lists if terms.list_id == EVERY_LIST else [one for one in lists if one in held])
        keepout.keep_out(self.tx, self.keyring, parse(who), terms)

    @rule(who=WHO, scope=st.integers(min_value=0, max_value=2))
    def lift(self, who: str, scope: int) -> None:
        """Take back what the staff said; that says nothing for who left by themselves."""
        list_id = (*self.lists, EVERY_LIST)[scope]
        with suppress(NotSuppressed, OwnWordHolds):
            keepout.lift(self.tx, LOCAL_OPERATOR, self.keyring.hash_address(who), self.now, list_id=list_id)

    @rule()
    def back_up(self) -> None:
        """Put a copy of the database away; of the journal there is none."""
        self.write_journal()
        self.backup = Backup(self.tx.begin_nested(), self.world.copy())

    @precondition(lambda self: self.backup is not None)
    @rule()
    def restore(self) -> None:
        """Have nothing left but the copy, and read the journal again before anything else."""
        assert self.backup is not None
        self.write_journal()
        self.backup.savepoint.rollback()
        said_since = self.world.noes
        self.world = self.backup.world
        # Numbers are given out anew; a no is the person's, whatever the database remembers.
        self.world.noes |= said_since
        self.backup = None
        replay.replay(lambda: nullcontext(self.tx), self.keyring, lambda: self.lines)

    def write_journal(self) -> None:
        """Keep what the transaction owes to the journal."""
        self.lines += journal.settle(self.tx)

    # What must hold after each.

    @invariant()
    def nobody_who_said_no_is_in_an_audience(self) -> None:
        """Whoever said something else of them since."""
        self.now += timedelta(minutes=1)
        there = {(parse(one).key, list_id) for list_id in self.lists for one in audience_of(self.tx, list_id)}
        assert set() == there & self.world.noes


def test_a_no_outlasts_moves_files_staff_and_restores(database: Database, keyring: Keyring, now: datetime) -> None:
    """In any order, on both lists, for each of the mailboxes."""
    run_state_machine_as_test(
        lambda: Noes(database, keyring, now),  # type: ignore[arg-type]  # whatever makes one will do, says its manual
        settings=settings(max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]),
    )
