"""Everything that can happen to a ledger, in any order: nobody is lost, and nobody gets it twice."""

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from newsletter.database import Database
from newsletter.mail import figures, gate, leases, ledger, mailings, workers
from newsletter.mail.delivery import Delivery, DeliveryState, Outcome, Passage, Phase, Reply, Verdict
from newsletter.mail.mailings import MailingState
from subscribers import register, suppression
from subscribers.model import Reason
from subscribers.tokens import Keyring
from tests.conftest import SECRET
from tests.harness import mailroom, people

S = DeliveryState
KEYRING = Keyring(SECRET)
NAMES = ("ann", "bob", "cem", "dot", "eva")
NOW = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)


class LedgerMachine(RuleBasedStateMachine):
    """Two workers, a relay that says anything, people who leave, staff who pause and cancel, and crashes."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "newsletter.db")
        self.database = Database(f"sqlite:///{self.folder / 'newsletter.db'}")
        self.now = NOW
        self.workers = 0
        self.leased: list[Delivery] = []
        self.sending: list[Delivery] = []
        # What the world knows: how often the relay took it, and who was told that they are gone.
        self.taken: dict[str, int] = dict.fromkeys(NAMES, 0)
        self.gone: set[str] = set()

    @initialize()
    def plan(self) -> None:
        """Plan a letter for everybody."""
        with self.database.write() as tx:
            self.room = mailroom.open_mailroom(tx, KEYRING, self.now, NAMES)
        self.start()

    def teardown(self) -> None:
        """Close and remove the database."""
        self.database.close()
        shutil.rmtree(self.folder)

    def start(self) -> None:
        """Begin a worker; on SQLite every other one is dead by then."""
        self.workers += 1
        self.worker_id = f"worker {self.workers}"
        with self.database.write() as tx:
            workers.register(tx, self.worker_id, "here", self.now)
            workers.rescue(tx, self.worker_id, self.now)

    @rule(limit=st.integers(1, 3))
    def claim(self, limit: int) -> None:
        """Lease some."""
        with self.database.write() as tx:
            self.leased += leases.claim(tx, self.worker_id, self.now, limit)

    @precondition(lambda self: self.leased)
    @rule(data=st.data())
    def mark(self, data: st.DataObject) -> None:
        """Ask the gate for one."""
        one = self.leased.pop(data.draw(st.integers(0, len(self.leased) - 1)))
        with self.database.write() as tx:
            passage = gate.mark(tx, self.worker_id, [one], self.now)[one.id]
        if passage is Passage.GRANTED:
            assert one.email.partition("@")[0] not in self.gone, "marked after the withdrawal was answered"
            self.sending.append(one)

    @precondition(lambda self: self.sending)
    @rule(data=st.data(), code=st.sampled_from([250, 250, 450, 550, 421, 0]), is_taken=st.booleans())
    def answer(self, data: st.DataObject, code: int, *, is_taken: bool) -> None:
        """Let the relay answer, or not, and write what follows."""
        one = self.sending.pop(data.draw(st.integers(0, len(self.sending) - 1)))
        self.taken[one.email.partition("@")[0]] += code == 250 or (code == 0 and is_taken)
        states = {250: S.ACCEPTED, 450: S.DEFERRED, 550: S.REFUSED, 421: S.PENDING, 0: S.UNCERTAIN}
        later = self.now + timedelta(minutes=5) if code == 450 else self.now
        verdict = Verdict(states[code], not_before=later, burns_attempt=code != 421)
        with self.database.write() as tx:
            assert () == ledger.settle(tx, self.worker_id, [Outcome(one, verdict, Reply(Phase.BODY, code, "", ""))], self.now)

    @rule(is_taken=st.booleans())
    def crash(self, *, is_taken: bool) -> None:
        """Kill the worker in the middle of everything, and start another."""
        for one in self.sending:
            self.taken[one.email.partition("@")[0]] += is_taken
        self.leased, self.sending = [], []
        self.start()

    @rule(name=st.sampled_from(NAMES))
    def leave(self, name: str) -> None:
        """Somebody withdraws, and is told that it is done."""
        with self.database.write() as tx:
            subscription = mailroom.subscription_of(tx, name)
            register.withdraw(tx, KEYRING, subscription.id, self.now, people.LINK)
            ledger.skip_open(tx, subscription.id, self.now, "withdrawn")
        self.gone.add(name)

    @rule(name=st.sampled_from(NAMES))
    def bounce(self, name: str) -> None:
        """Learn in another way that an address is dead."""
        with self.database.write() as tx:
            suppression.suppress(tx, KEYRING.hash_address(f"{name}@example.net"), Reason.BOUNCED, self.now)
        self.gone.add(name)

    @rule(before=st.sampled_from([MailingState.OPEN, MailingState.PAUSED]))
    def pause_or_resume(self, before: MailingState) -> None:
        """Somebody of the staff changes their mind."""
        after = MailingState.PAUSED if before is MailingState.OPEN else MailingState.OPEN
        with self.database.write() as tx:
            mailings.change_state(tx, self.room.letter_id, before, after)

    @rule()
    def wait(self) -> None:
        """Let some time go by."""
        self.now += timedelta(minutes=6)

    @rule(sure=st.sampled_from([False, False, False, True]))
    def cancel(self, *, sure: bool) -> None:
        """Rarely, somebody gives it up."""
        if sure:
            with self.database.write() as tx:
                mailings.cancel(tx, self.room.letter_id, self.now)

    @invariant()
    def figures_add_up(self) -> None:
        """Everybody is in exactly one state, always."""
        if not hasattr(self, "room"):
            return
        with self.database.read() as tx:
            report = mailings.report(tx, self.room.letter_id)
            states = mailroom.states(tx, self.room.letter_id)
            assert figures.kept(tx, self.room.letter_id) == {
                state: people for state, people in figures.counted(tx, self.room.letter_id).items() if state in figures.COUNTED
            }
        parts = (report.accepted, report.refused, report.deferred, report.uncertain, report.skipped, report.cancelled)
        assert len(NAMES) == report.audience == sum(parts) + report.pending
        for name, state in states.items():
            assert self.taken[name] <= 1, "sent twice"
            assert state is not S.ACCEPTED or self.taken[name] == 1
            assert not self.taken[name] or state in {S.ACCEPTED, S.UNCERTAIN, S.SENDING}


def test_no_order_of_events_loses_or_doubles_anybody(sqlite_template: Path) -> None:
    """Two dozen stories of thirty events, others at every run."""
    LedgerMachine.template = sqlite_template
    run_state_machine_as_test(
        LedgerMachine,
        settings=settings(max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)),
    )
