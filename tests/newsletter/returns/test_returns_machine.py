"""Everything that comes back, in any order, between joining, lifting, importing and erasing, against a small model."""

from contextlib import nullcontext, suppress
from datetime import datetime, timedelta

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import func, select, update

from newsletter.database import Database
from newsletter.people import erase, keepout, mailto
from newsletter.returns import apply
from newsletter.returns.fate import Fate
from newsletter.returns.model import Cause, Kind, Reading
from newsletter.staff.permissions import LOCAL_OPERATOR
from newsletter.tables.mail import delivery
from newsletter.tables.returns import return_fact
from subscribers import register, suppression
from subscribers.address import parse
from subscribers.errors import SubscriberNotFound
from subscribers.model import EVERY_LIST, Reason, Subscriber
from subscribers.tokens import Keyring
from tests.harness import mailroom, people, returned
from tests.newsletter.people.test_noes_machine import undone

NAMES = ("ann", "bob")
WHO = st.sampled_from(NAMES)
BOUNCES = st.sampled_from([Reading(Kind.BOUNCE, cause, "5.0.0", "said", 1.0) for cause in Cause])
OTHERS = st.sampled_from(
    [Reading(kind) for kind in (Kind.DELAY, Kind.DELIVERED, Kind.AUTO_REPLY, Kind.AUTH_REPORT, Kind.REPLY, Kind.CHALLENGE)]
)


class Returns(RuleBasedStateMachine):
    """Whatever comes back, and the verbs beside it."""

    def __init__(self, database: Database, keyring: Keyring, now: datetime) -> None:
        super().__init__()
        self.keyring, self.now = keyring, now
        self.scratch = undone(database)
        self.tx = self.scratch.__enter__()
        self.room = mailroom.open_mailroom(self.tx, keyring, now, NAMES)
        # What was mailed to whom; what counted of it; whose address is kept out by the word of others.
        self.mailed: list[tuple[str, int]] = []
        self.facts: set[tuple[int, Kind]] = set()
        self.out: set[str] = set()
        self.taken: list[tuple[bytes, Reading]] = []
        self.count = 0

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.scratch.__exit__(None, None, None)

    def person(self, name: str) -> Subscriber | None:
        """Give who is known by a mailbox."""
        with suppress(SubscriberNotFound):
            return register.find(self.tx, parse(f"{name}@example.net"))
        return None

    def reason(self, name: str) -> Reason | None:
        """Give why a mailbox is kept out."""
        return suppression.reason_of(self.tx, self.keyring.hash_address(f"{name}@example.net"), EVERY_LIST)

    @initialize()
    def begin(self) -> None:
        """Start with an issue."""
        self.mail()

    @rule()
    def mail(self) -> None:
        """Let a relay take an issue to everybody who may be written to."""
        self.count += 1
        draft = mailroom.a_draft(subject=f"Number {self.count}")
        letter_id = mailroom.plan(self.tx, self.room.newsletter_id, self.room.list_id, self.now, draft)
        its = delivery.c.letter_id == letter_id
        self.tx.execute(update(delivery).where(its).values(state="accepted"))
        for row in self.tx.execute(select(delivery.c.id, delivery.c.email).where(its)).all():
            self.mailed.append((row.email.partition("@")[0], row.id))

    @precondition(lambda self: self.mailed)
    @rule(data=st.data(), reading=st.one_of(BOUNCES, BOUNCES, st.just(returned.COMPLAINT), OTHERS), is_early=st.booleans())
    def come_back(self, data: st.DataObject, reading: Reading, *, is_early: bool) -> None:
        """Something comes back from a delivery, perhaps before it is settled."""
        name, number = data.draw(st.sampled_from(self.mailed))
        self.count += 1
        raw = returned.bounce(returned.address(self.keyring, number), subject=f"{self.count}")
        self.taken.append((raw, reading))
        its = delivery.c.id == number
        if is_early:
            self.tx.execute(update(delivery).where(its).values(state="sending"))
        taken = returned.take(self.tx, self.keyring, raw, reading, self.now)
        assert (taken.fate is Fate.WAITING) is is_early
        if is_early:
            self.tx.execute(update(delivery).where(its).values(state="accepted"))
            self.now += timedelta(minutes=1)
            assert 1 == apply.replay_waiting(self.tx, self.keyring, self.now)
        is_news = (number, reading.kind) not in self.facts
        self.facts.add((number, reading.kind))
        if is_news and (reading.kind is Kind.COMPLAINT or (reading.kind, reading.cause) == (Kind.BOUNCE, Cause.ADDRESS_DEAD)):
            self.out.add(name)

    @precondition(lambda self: self.taken)
    @rule(data=st.data())
    def come_again(self, data: st.DataObject) -> None:
        """Take the same bytes a second time."""
        raw, reading = data.draw(st.sampled_from(self.taken))
        # Behind an erasure the message itself is not known any more; what counted of it is.
        known = {Fate.REPEATED, Fate.AGAIN, Fate.HELD}
        assert returned.take(self.tx, self.keyring, raw, reading, self.now).fate in known

    @rule(who=WHO, reading=st.one_of(BOUNCES, st.just(returned.COMPLAINT)))
    def forge(self, who: str, reading: Reading) -> None:
        """Somebody makes a report about a mailbox up."""
        self.count += 1
        raw = returned.bounce(f"{who}@example.net", subject=f"forged {self.count}", message_id=f"<{'a' * 26}@example.org>")
        assert Fate.UNATTRIBUTED is returned.take(self.tx, self.keyring, raw, reading, self.now).fate

    @rule(who=WHO)
    def leave_by_mail(self, who: str) -> None:
        """Somebody presses the button of their mail program."""
        person = self.person(who)
        if person is None:
            return
        [standing] = register.subscriptions_of(self.tx, person.id)
        self.count += 1
        raw = returned.mail(mailto.address(self.keyring, standing.id, returned.DOMAIN), subject=f"unsubscribe {self.count}")
        returned.take(self.tx, self.keyring, raw, Reading(Kind.UNSUBSCRIBE), self.now)
        assert f"{who}@example.net" not in people.audience_of(self.tx, self.room.list_id)
        newest = max((number for name, number in self.mailed if name == who and self._is_of(number, standing.id)), default=None)
        if newest is not None:
            self.facts.add((newest, Kind.UNSUBSCRIBE))

    def _is_of(self, number: int, subscription_id: int) -> bool:
        its = select(delivery.c.subscription_id).where(delivery.c.id == number)
        return bool(self.tx.execute(its).scalar_one() == subscription_id)

    @rule(who=WHO)
    def join_again(self, who: str) -> None:
        """They come back by their own fresh yes, which lifts nothing that others said."""
        self.now += timedelta(days=1)
        with suppress(AssertionError):
            people.join(self.tx, self.keyring, self.room.list_id, f"{who}@example.net", self.now)

    @rule(who=WHO)
    def import_them(self, who: str) -> None:
        """Import an old file that has them."""
        lines = [b"email\r\n", f"{who}@example.net\r\n".encode()]
        people.take_in_file(lambda: nullcontext(self.tx), self.keyring, self.room.list_id, lines, self.now)

    @rule(who=WHO)
    def lift(self, who: str) -> None:
        """Let them in, as an administrator who has looked."""
        if who in self.out:
            email_hash = self.keyring.hash_address(f"{who}@example.net")
            keepout.lift(self.tx, LOCAL_OPERATOR, email_hash, self.now, list_id=EVERY_LIST)
            self.out.discard(who)

    @rule(who=WHO)
    def forget(self, who: str) -> None:
        """Somebody is erased."""
        person = self.person(who)
        if person is not None:
            erase.erase(self.tx, self.keyring, person.id, self.now)

    @invariant()
    def facts_are_counted_once(self) -> None:
        """As many as there were news."""
        assert len(self.facts) == self.tx.execute(select(func.count()).select_from(return_fact)).scalar_one()

    @invariant()
    def nobody_is_kept_out_but_for_a_reason_and_nothing_lifts_it_by_itself(self) -> None:
        """Neither an arrival nor a yes, a file or an erasure."""
        others = {Reason.BOUNCED, Reason.COMPLAINED}
        assert self.out == {name for name in NAMES if self.reason(name) in others}
        assert not {f"{name}@example.net" for name in self.out} & set(people.audience_of(self.tx, self.room.list_id))


def test_what_comes_back_in_any_order_keeps_its_promises(database: Database, keyring: Keyring, now: datetime) -> None:
    """Nothing counts twice, nothing without a token, and no success lifts a suppression."""
    few = settings(
        max_examples=3,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(
        lambda: Returns(database, keyring, now),  # type: ignore[arg-type]  # whatever makes one will do, says its manual
        settings=few,
    )
