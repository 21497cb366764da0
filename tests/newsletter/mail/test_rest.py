"""An issue sent to those who did not get it, on both databases; and in any order of events to nobody twice."""

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select, update

from newsletter.database import Database
from newsletter.errors import NotAdopted, WrongState
from newsletter.issues.model import IssueState
from newsletter.mail import (
    bookkeeping,
    conservation,
    dispatch,
    doubts,
    further,
    furtherbook,
    gate,
    leases,
    ledger,
    orders,
    rest,
    workers,
)
from newsletter.mail.delivery import DeliveryState, Passage
from newsletter.mail.owed import Owed
from newsletter.mail.rest import Planned
from newsletter.people import erase, withdraw
from newsletter.tables.instance import instance
from newsletter.tables.mail import attempt, delivery
from subscribers import register, suppression
from subscribers.address import parse
from subscribers.model import Reason
from subscribers.outcomes import ConfirmationDue
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.conftest import SECRET
from tests.harness import mailroom, people
from tests.harness.mailed import Mailed, being_mailed
from tests.newsletter.mail.conftest import Ledger

S = DeliveryState
KEYRING = Keyring(SECRET)
NOW = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)


@pytest.fixture
def mailed(book: Ledger) -> Mailed:
    """Give an issue for Ann, Bob and Cem that is being mailed."""
    return being_mailed(book.database, book.room, book.now)


def list_id_of(tx: Transaction) -> int:
    """Give the list that everybody is on."""
    return register.all_lists(tx)[0].id


def send_rest(mailed: Mailed, *, also_new: bool = False) -> Planned:
    """Send to the rest."""
    with mailed.database.write() as tx:
        return rest.send_rest(tx, mailed.issue_id, mailed.now, also_new=also_new)


def leave(tx: Transaction, name: str) -> None:
    """Let somebody withdraw."""
    withdraw.withdraw(tx, KEYRING, mailroom.subscription_of(tx, name).id, NOW, people.LINK)


def come(tx: Transaction, name: str, now: datetime = NOW + timedelta(days=1)) -> None:
    """Let somebody join, or join again; too often in a day nothing comes of it."""
    due = register.request(tx, KEYRING, list_id_of(tx), parse(f"{name}@example.net"), name.title(), now, people.FORM)
    if isinstance(due, ConfirmationDue):
        register.confirm(tx, KEYRING, due.confirmation_id, now, people.LINK)


def move(tx: Transaction, name: str, elsewhere: str) -> None:
    """Let somebody have another address."""
    address = parse(f"{elsewhere}@example.net")
    tx.execute(
        update(subscriber)
        .where(subscriber.c.email == f"{name}@example.net")
        .values(email=address.text, email_key=address.key, email_hash=KEYRING.hash_address(address.key)),
    )


def test_refused_get_it_when_somebody_says_so(mailed: Mailed) -> None:
    """Their count of tries begins anew and what was tried before stays written down."""
    mailed.mail({"bob": S.REFUSED})
    assert Planned(again=1, new=0) == send_rest(mailed)
    assert (IssueState.SENDING, [1, 0, 1]) == (mailed.state, mailed.column("attempts"))

    assert ["bob"] == mailed.mail()
    assert IssueState.SENT is mailed.state
    with mailed.database.read() as tx:
        assert ["refused"] == mailroom.attempts(tx)


def test_who_is_suppressed_stays_refused(mailed: Mailed) -> None:
    """A dead address is not tried again."""
    mailed.mail({"bob": S.REFUSED})
    with mailed.database.write() as tx:
        suppression.suppress(tx, KEYRING.hash_address("bob@example.net"), Reason.BOUNCED, NOW)

    assert Planned(0, 0) == send_rest(mailed)
    assert IssueState.SENT is mailed.state


def test_who_left_and_came_back_gets_it(mailed: Mailed) -> None:
    """Skipped then, confirmed again since."""
    with mailed.database.write() as tx:
        leave(tx, "bob")
    mailed.mail()
    assert Planned(0, 0) == send_rest(mailed)
    with mailed.database.write() as tx:
        come(tx, "bob")

    assert Planned(again=1, new=0) == send_rest(mailed)
    assert ["bob"] == mailed.mail()


def test_newcomers_get_it_on_demand(mailed: Mailed) -> None:
    """The audience grows by them, and the figures add up."""
    mailed.mail()
    with mailed.database.write() as tx:
        come(tx, "dot")
    assert Planned(0, 0) == send_rest(mailed)
    assert Planned(again=0, new=1) == send_rest(mailed, also_new=True)

    assert ["dot"] == mailed.mail()
    with mailed.database.read() as tx:
        assert 4 == dispatch.report(tx, mailed.issue_id).audience
        assert () == conservation.findings(bookkeeping.books(tx, mailed.issue_id, mailed.now))
    assert Planned(0, 0) == send_rest(mailed, also_new=True)


def test_cancelled_issue_is_taken_up_again(mailed: Mailed) -> None:
    """By whoever asks for it; it is sent then."""
    mailed.mail({"ann": S.DEFERRED, "bob": S.REFUSED})
    with mailed.database.write() as tx:
        dispatch.cancel(tx, mailed.issue_id, mailed.now)
    assert Planned(again=2, new=0) == send_rest(mailed)

    assert ["ann", "bob"] == mailed.mail()
    assert IssueState.SENT is mailed.state


def test_issue_never_mailed_has_no_rest(mailed: Mailed, book: Ledger) -> None:
    """It is sent by `issues send`."""
    with book.database.write() as tx:
        draft = mailroom.approved_issue(tx, book.room.newsletter_id, NOW, "February 2020")
        dispatch.cancel(tx, mailroom.approved_issue(tx, book.room.newsletter_id, NOW, "March 2020"), NOW)
        with pytest.raises(WrongState, match="is approved; it cannot be sent to the rest now"):
            rest.send_rest(tx, draft, NOW, also_new=False)
        with pytest.raises(WrongState, match="is cancelled"):
            rest.look(tx, draft + 1, NOW)


def test_copy_sends_nothing_to_anybody(mailed: Mailed) -> None:
    """And the issue stays what it was."""
    mailed.mail({"bob": S.REFUSED})
    with mailed.database.write() as tx:
        tx.execute(update(instance).values(is_adopted=False))
    with pytest.raises(NotAdopted):
        send_rest(mailed)

    assert IssueState.SENT is mailed.state


def test_who_may_have_it_is_left_out_for_good(mailed: Mailed) -> None:
    """Bob's first try may have arrived, whatever the relay said to the second."""
    mailed.mail({"bob": S.UNCERTAIN})
    with mailed.database.write() as tx:
        doubts.resend(tx, mailed.doubts, "again", mailed.now)
    mailed.mail({"bob": S.REFUSED})
    with mailed.database.read() as tx:
        assert Owed(again=0, new=0, perhaps_reached=1) == rest.look(tx, mailed.issue_id, mailed.now)

    assert Planned(0, 0) == send_rest(mailed)


def test_who_moved_gets_it_where_they_are(mailed: Mailed) -> None:
    """Refused at the old address; at the new one nobody got it."""
    mailed.mail({"bob": S.REFUSED})
    with mailed.database.write() as tx:
        move(tx, "bob", "robert")
    send_rest(mailed, also_new=True)

    assert ["robert"] == mailed.mail()
    assert ["ann", "cem", "robert"] == sorted(mailed.states)


def test_who_has_it_and_moved_is_no_newcomer(mailed: Mailed) -> None:
    """One person, whatever the address."""
    mailed.mail()
    with mailed.database.write() as tx:
        move(tx, "bob", "robert")

    assert Planned(0, 0) == send_rest(mailed, also_new=True)


def test_address_that_got_it_is_not_written_to_for_somebody_else(mailed: Mailed) -> None:
    """Bob moved away, and Ann, who was refused, has his address now."""
    mailed.mail({"ann": S.REFUSED})
    with mailed.database.write() as tx:
        move(tx, "bob", "robert")
        move(tx, "ann", "bob")

    assert Planned(0, 0) == send_rest(mailed, also_new=True)


def test_erased_is_not_reached_through_the_back_door(mailed: Mailed) -> None:
    """Erased after getting it, come again under the same address: it has been there."""
    mailed.mail({"cem": S.REFUSED})
    with mailed.database.write() as tx:
        for name in ("bob", "cem"):
            erase.erase(tx, KEYRING, register.find(tx, parse(f"{name}@example.net")).id, NOW)
            come(tx, name)

    assert Planned(0, 0) == send_rest(mailed, also_new=True)
    with mailed.database.read() as tx:
        assert ["", "", "ann@example.net"] == sorted(map(str, mailroom.column(tx, mailed.letter_id, "email")))


class RestMachine(RuleBasedStateMachine):
    """An issue, people who come, leave, move and are erased, a relay that says anything, and staff who send to the rest.

    The model is a count: how often the letter reached an address, and a person.
    """

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "newsletter.db")
        self.database = Database(f"sqlite:///{self.folder / 'newsletter.db'}")
        self.now = NOW
        self.workers = 0
        self.reached: dict[str, int] = {}
        self.persons: dict[int, int] = {}
        self.moves = 0

    @initialize()
    def begin(self) -> None:
        """Send an issue to three people."""
        with self.database.write() as tx:
            room = mailroom.open_mailroom(tx, KEYRING, self.now, ("ann", "bob", "cem"))
        self.mailed = being_mailed(self.database, room, self.now)

    def teardown(self) -> None:
        """Close and remove the database."""
        self.database.close()
        shutil.rmtree(self.folder)

    def known(self) -> list[tuple[int, str]]:
        """Give everybody there is, by id and name."""
        with self.database.read() as tx:
            rows = tx.execute(select(subscriber.c.id, subscriber.c.email).order_by(subscriber.c.id))
            return [(row.id, row.email.partition("@")[0]) for row in rows]

    @rule(
        fate=st.sampled_from([S.ACCEPTED, S.REFUSED, S.DEFERRED, S.UNCERTAIN]), is_taken=st.booleans(), limit=st.integers(1, 4)
    )
    def mail(self, fate: DeliveryState, limit: int, *, is_taken: bool) -> None:
        """Mail some, all with one fate; of the uncertain the relay has all, or none."""
        self.workers += 1
        worker_id = f"worker {self.workers}"
        with self.database.write() as tx:
            workers.register(tx, worker_id, "here", self.now)
            claimed = leases.claim(tx, worker_id, self.now, limit)
            passages = gate.mark(tx, worker_id, claimed, self.now)
            through = [one for one in claimed if passages[one.id] is Passage.GRANTED]
            outcomes = [self.mailed._outcome(one, {one.email.partition("@")[0]: fate}) for one in through]  # noqa: SLF001
            assert () == ledger.settle(tx, worker_id, outcomes, self.now)
            dispatch.finish(tx, self.now)
        if fate is S.ACCEPTED or (fate is S.UNCERTAIN and is_taken):
            for one in through:
                assert one.subscriber_id is not None
                self.reached[one.email] = self.reached.get(one.email, 0) + 1
                self.persons[one.subscriber_id] = self.persons.get(one.subscriber_id, 0) + 1

    @rule(also_new=st.booleans())
    def send_rest(self, *, also_new: bool) -> None:
        """Send to those who did not get it; what was said before is what is done."""
        with self.database.write() as tx:
            owed = rest.look(tx, self.mailed.issue_id, self.now)
            done = rest.send_rest(tx, self.mailed.issue_id, self.now, also_new=also_new)
        assert Planned(owed.again, owed.new if also_new else 0) == done

    @rule(also_new=st.booleans())
    def order_rest(self, *, also_new: bool) -> None:
        """Order the same at the desk; it waits."""
        with self.database.write() as tx:
            people = further.count_rest(tx, self.mailed.issue_id, self.now, also_new=also_new)
            further.order_rest(tx, self.mailed.issue_id, "Ann", self.now, also_new=also_new, people=people)

    @rule()
    def order_resend_of_nothing_that_arrived(self) -> None:
        """Somebody asked the relay, and orders that those are mailed again that it never had."""
        with self.database.write() as tx:
            missing = [one for one in doubts.of_issue(tx, self.mailed.issue_id) if not self.reached.get(one.email)]
            if missing and self.mailed.state is not IssueState.CANCELLED:
                further.order_resend(tx, self.mailed.issue_id, missing, "Ann", self.now)

    @rule(is_taken_back=st.booleans())
    def let_the_minute_pass(self, *, is_taken_back: bool) -> None:
        """Carry out what waits, by two workers; or take it back just before, which leaves them nothing."""
        self.now += orders.UNDO
        with self.database.write() as tx:
            for order_id in furtherbook.due(tx, self.now):
                if is_taken_back:
                    further.take_back(tx, self.mailed.issue_id, order_id)
                done = further.carry_out(tx, order_id, self.now)
                assert is_taken_back is (done is None)
                assert further.carry_out(tx, order_id, self.now) is None

    @rule()
    def resend_nothing_that_arrived(self) -> None:
        """Somebody asked the relay, and has those mailed again that it never had."""
        with self.database.write() as tx:
            missing = [one for one in doubts.of_issue(tx, self.mailed.issue_id) if not self.reached.get(one.email)]
            if missing and self.mailed.state is not IssueState.CANCELLED:
                doubts.resend(tx, missing, "again", self.now)

    @rule()
    def cancel(self) -> None:
        """Somebody gives it up, for now."""
        if self.mailed.state is IssueState.SENDING:
            with self.database.write() as tx:
                dispatch.cancel(tx, self.mailed.issue_id, self.now)

    @rule(name=st.sampled_from(["ann", "bob", "cem", "dot", "eva"]))
    def come(self, name: str) -> None:
        """Somebody joins, or comes back."""
        with self.database.write() as tx:
            come(tx, name, self.now)

    @precondition(lambda self: self.known())
    @rule(data=st.data(), act=st.sampled_from(["leave", "erase", "move", "bounce"]))
    def change(self, data: st.DataObject, act: str) -> None:
        """Somebody leaves, is erased, moves, or their address dies."""
        person, name = data.draw(st.sampled_from(self.known()))
        with self.database.write() as tx:
            if act == "leave":
                for one in register.subscriptions_of(tx, person):
                    withdraw.withdraw(tx, KEYRING, one.id, self.now, people.LINK)
            elif act == "erase":
                erase.erase(tx, KEYRING, person, self.now)
            elif act == "bounce":
                suppression.suppress(tx, KEYRING.hash_address(f"{name}@example.net"), Reason.BOUNCED, self.now)
            else:
                self.moves += 1
                move(tx, name, f"{name[:3]}{self.moves}")

    @rule()
    def wait(self) -> None:
        """Let the deferred come up again."""
        self.now += timedelta(hours=9)

    @invariant()
    def nobody_has_it_twice(self) -> None:
        """Neither an address nor a person; and the books are in order."""
        if not hasattr(self, "mailed"):
            return
        assert {1} >= set(self.reached.values()), "an address twice"
        assert {1} >= set(self.persons.values()), "a person twice"
        with self.database.read() as tx:
            books = bookkeeping.books(tx, self.mailed.issue_id, self.now)
            arrived = set(tx.execute(select(delivery.c.email).where(delivery.c.state == S.ACCEPTED)).scalars()) - {""}
        assert () == conservation.findings(books)
        assert arrived <= set(self.reached)


def test_no_order_of_events_reaches_anybody_twice(sqlite_template: Path) -> None:
    """Stories of thirty events, others at every run."""
    RestMachine.template = sqlite_template
    run_state_machine_as_test(
        RestMachine,
        settings=settings(max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)),
    )


def test_attempts_of_a_row_are_never_deleted(mailed: Mailed) -> None:
    """Two refusals, two rows, whatever the count says."""
    mailed.mail({"bob": S.REFUSED})
    send_rest(mailed)
    mailed.mail({"bob": S.REFUSED})
    with mailed.database.read() as tx:
        assert [1, 1] == list(tx.execute(select(attempt.c.number).order_by(attempt.c.id)).scalars())
