from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from newsletter.database import Database
from subscribers import audience, privacy, register, suppression
from subscribers.address import parse
from subscribers.audience import Audience
from subscribers.confirmations import BETWEEN_REQUESTS, CONFIRMATION_LIFE, MOST_REQUESTS, MOST_REQUESTS_WITHIN
from subscribers.consent import Act
from subscribers.model import EVERY_LIST, Reason
from subscribers.model import SubscriptionState as S
from subscribers.outcomes import (
    Added,
    AlreadyConfirmed,
    AlreadyThere,
    AlreadyWithdrawn,
    ConfirmationDue,
    Confirmed,
    Expired,
    Suppressed,
    TooSoon,
    Withdrawn,
)
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness.people import COMMAND, FORM, LINK, ONE_CLICK, a_list, ask, audience_of, join, take_in_file


def test_columns_are_what_a_ledger_needs(database: Database, keyring: Keyring, now: datetime) -> None:
    """Of confirmed people only, in the order they became known."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        ann = join(tx, keyring, friends, "Ann@x.test", now, "Ann")
        ask(tx, keyring, friends, "asked@x.test", now)
        bob = join(tx, keyring, friends, "bob@x.test", now, "Bob")
        rows = [dict(row) for row in tx.execute(audience.confirmed(friends)).mappings()]

    assert [
        {
            "subscriber_id": one.subscriber.id,
            "subscription_id": one.subscription.id,
            "list_id": friends,
            "email": one.subscriber.address.text,
            "email_hash": keyring.hash_address(one.subscriber.address.key),
            "name": one.subscriber.name,
        }
        for one in (ann, bob)
    ] == rows


def test_suppressed_person_is_not_in_the_audience(database: Database, keyring: Keyring, now: datetime) -> None:
    """On this list or on every list, however they stand on it."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        for name in ("ann", "bob", "cy", "di"):
            join(tx, keyring, friends, f"{name}@x.test", now)
        suppression.suppress(tx, keyring.hash_address("ann@x.test"), Reason.BOUNCED, now, list_id=friends)
        suppression.suppress(tx, keyring.hash_address("bob@x.test"), Reason.COMPLAINED, now, list_id=EVERY_LIST)
        suppression.suppress(tx, keyring.hash_address("cy@x.test"), Reason.MANUAL, now, list_id=friends + 1)

        assert ["cy@x.test", "di@x.test"] == audience_of(tx, friends)
        assert 2 == audience.count(tx, friends)
        assert 0 == audience.count(tx, friends + 1)


def test_somebody_on_three_lists_gets_one_letter(database: Database, keyring: Keyring, now: datetime) -> None:
    """Whatever spelling they joined by, and by the first list on which nothing keeps them out (U09)."""
    with database.write() as tx:
        first, second, third = (a_list(tx, now, name).id for name in ("First", "Second", "Third"))
        for list_id, spelling in ((first, "ann@x.test"), (second, "Ann@X.TEST"), (third, "ANN@x.test")):
            register.add(tx, keyring, list_id, parse(spelling), "", now, COMMAND, is_confirmed=True)
        for list_id in (second, third):
            register.add(tx, keyring, list_id, parse("bob@x.test"), "", now, COMMAND, is_confirmed=True)
        wanted = Audience(first, now, also=(third, second))
        before = [(row.email, row.list_id) for row in tx.execute(audience.people(wanted))]
        suppression.suppress(tx, keyring.hash_address("ann@x.test"), Reason.BOUNCED, now, list_id=first)
        suppression.suppress(tx, keyring.hash_address("bob@x.test"), Reason.BOUNCED, now, list_id=third)
        after = [(row.email, row.list_id) for row in tx.execute(audience.people(wanted))]
        suppression.suppress(tx, keyring.hash_address("ann@x.test"), Reason.COMPLAINED, now, list_id=EVERY_LIST)

        assert [("ann@x.test", first), ("bob@x.test", third)] == before
        assert [("ann@x.test", third), ("bob@x.test", second)] == after
        assert 1 == audience.size(tx, wanted)


@contextmanager
def undone(database: Database) -> Iterator[Transaction]:
    """Give a transaction of which nothing stays."""
    with database.write() as tx:
        yield tx
        tx.rollback()


# One mailbox each, in spellings that must not make two.
PEOPLE = {
    "ann@x.test": ("ann@x.test", "Ann@X.TEST"),
    "zo\u00eb@xn--bcher-kva.test": ("zo\u00eb@b\u00fccher.test", "ZOE\u0308@xn--bcher-kva.test"),
}
WHO = st.sampled_from(sorted(PEOPLE))
SPELLING = st.integers(min_value=0, max_value=1)
LIST = st.integers(min_value=0, max_value=1)
SCOPE = st.sampled_from(["first", "second", "every"])
STRENGTH = (Reason.UNSUBSCRIBED, Reason.ERASED, Reason.BOUNCED, Reason.COMPLAINED, Reason.MANUAL)
OWN_WORD = {Reason.UNSUBSCRIBED, Reason.ERASED}


@dataclass(slots=True)
class Link:
    """A confirmation in somebody's inbox."""

    number: int
    who: str
    list_id: int
    expires_at: datetime
    is_used: bool = False


class Life(RuleBasedStateMachine):
    """Everything that can be said about two people and two lists, in any order, against a model of what must follow."""

    def __init__(self, database: Database, keyring: Keyring, now: datetime) -> None:
        super().__init__()
        self.keyring = keyring
        self.now = now
        self.scratch = undone(database)
        self.tx = self.scratch.__enter__()
        self.lists = [a_list(self.tx, now, name).id for name in ("First", "Second")]
        self.known: dict[str, int] = {}
        self.numbers: dict[tuple[str, int], int] = {}
        self.standing: dict[tuple[str, int], S] = {}
        # What the person said, and what others said.
        self.own: dict[tuple[str, int], Reason] = {}
        self.others: dict[tuple[str, int], Reason] = {}
        self.asked: dict[str, list[datetime]] = {who: [] for who in PEOPLE}
        self.links: list[Link] = []
        # Who said no to which list, and neither said yes since nor was let go by the staff.
        self.no: set[tuple[str, int]] = set()
        self.said: dict[str, list[tuple[int, Act]]] = {who: [] for who in PEOPLE}

    def teardown(self) -> None:
        """Leave nothing behind."""
        self.scratch.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        """Start with nobody."""
        assert [[], []] == [audience_of(self.tx, list_id) for list_id in self.lists]

    # What the model knows.

    def reason(self, who: str, list_id: int) -> Reason | None:
        """Why somebody must not be written to."""
        scopes = ((who, list_id), (who, EVERY_LIST))
        reasons = [said[scope] for said in (self.own, self.others) for scope in scopes if scope in said]
        return max(reasons, key=STRENGTH.index, default=None)

    def keep_out(self, who: str, scope: int, reason: Reason) -> None:
        """Remember the stronger reason of whoever says it."""
        said = self.own if reason in OWN_WORD else self.others
        said[who, scope] = max(said.get((who, scope), reason), reason, key=STRENGTH.index)

    def is_too_soon(self, who: str) -> bool:
        """Whether somebody was asked often enough."""
        asked = [moment for moment in self.asked[who] if moment > self.now - MOST_REQUESTS_WITHIN]
        return len(asked) >= MOST_REQUESTS or bool(asked and asked[-1] > self.now - BETWEEN_REQUESTS)

    def scope_id(self, scope: str) -> int:
        """Give the number of a scope."""
        return {"first": self.lists[0], "second": self.lists[1], "every": EVERY_LIST}[scope]

    # What can happen.

    @rule(minutes=st.sampled_from([1, 16, 60 * 25, 60 * 24 * 8]))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.now += timedelta(minutes=minutes)

    @rule(who=WHO, spelling=SPELLING, index=LIST)
    def request(self, who: str, spelling: int, index: int) -> None:
        """Somebody fills in the form."""
        list_id = self.lists[index]
        outcome = register.request(self.tx, self.keyring, list_id, parse(PEOPLE[who][spelling]), who, self.now, FORM)
        reason, standing = self.reason(who, list_id), self.standing.get((who, list_id))
        if reason is not None and reason not in OWN_WORD:
            assert outcome == Suppressed(reason)
        elif standing is S.CONFIRMED and reason is None:
            assert isinstance(outcome, AlreadyConfirmed)
        elif self.is_too_soon(who):
            assert isinstance(outcome, TooSoon)
            assert outcome.again_at > self.now
        else:
            assert isinstance(outcome, ConfirmationDue)
            self.known[who] = outcome.subscriber.id
            self.numbers[who, list_id] = outcome.subscription_id
            self.standing.setdefault((who, list_id), S.REQUESTED)
            self.asked[who].append(self.now)
            self.links.append(Link(outcome.confirmation_id, who, list_id, self.now + CONFIRMATION_LIFE))

    @precondition(lambda self: self.links)
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        """Somebody presses the button in a mail, new or old."""
        link = data.draw(st.sampled_from(self.links))
        outcome = register.confirm(self.tx, self.keyring, link.number, self.now, LINK)
        key = (link.who, link.list_id)
        reason = self.reason(*key)
        if self.standing[key] is S.CONFIRMED and reason is None:
            assert isinstance(outcome, AlreadyConfirmed)
        elif link.is_used or link.expires_at <= self.now or (reason is not None and reason not in OWN_WORD):
            assert outcome == Expired()
        else:
            assert isinstance(outcome, Confirmed)
            link.is_used = True
            self.take_back(*key)
            self.standing[key] = S.CONFIRMED

    def take_back(self, who: str, list_id: int) -> None:
        """Somebody's yes outweighs what they said before, on this list only."""
        reason = self.own.pop((who, EVERY_LIST), None)
        for other in self.lists:
            if reason is not None and other != list_id:
                self.own.setdefault((who, other), reason)
        self.own.pop((who, list_id), None)
        self.no.discard((who, list_id))

    @precondition(lambda self: self.standing)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        """Somebody leaves."""
        key = data.draw(st.sampled_from(sorted(self.standing)))
        outcome = register.withdraw(self.tx, self.keyring, self.numbers[key], self.now, ONE_CLICK)
        assert isinstance(outcome, AlreadyWithdrawn if self.standing[key] is S.WITHDRAWN else Withdrawn)
        self.standing[key] = S.WITHDRAWN
        self.keep_out(*key, Reason.UNSUBSCRIBED)
        self.no.add(key)
        for link in self.links:
            link.is_used = link.is_used or (link.who, link.list_id) == key

    @rule(who=WHO, spelling=SPELLING, index=LIST, is_confirmed=st.booleans())
    def add(self, who: str, spelling: int, index: int, is_confirmed: bool) -> None:  # noqa: FBT001 -- drawn by Hypothesis
        """Put somebody on a list, as the staff does."""
        list_id = self.lists[index]
        address = parse(PEOPLE[who][spelling])
        reason, standing = self.reason(who, list_id), self.standing.get((who, list_id))
        outcome = register.add(self.tx, self.keyring, list_id, address, "", self.now, COMMAND, is_confirmed=is_confirmed)
        if reason is not None:
            assert outcome == Suppressed(reason)
        elif standing is None or (standing is S.REQUESTED and is_confirmed):
            assert isinstance(outcome, Added)
            self.enlist(who, list_id, is_confirmed=is_confirmed)
        else:
            assert isinstance(outcome, AlreadyThere)

    @rule(spellings=st.dictionaries(WHO, SPELLING), index=LIST, is_confirmed=st.booleans())
    def import_(self, spellings: dict[str, int], index: int, is_confirmed: bool) -> None:  # noqa: FBT001 -- drawn by Hypothesis
        """Import a file, as the staff does."""
        list_id = self.lists[index]
        rows = ["email", *(PEOPLE[who][spelling] for who, spelling in spellings.items())]
        lines = [f"{row}\n".encode() for row in rows]
        report = take_in_file(
            lambda: nullcontext(self.tx), self.keyring, list_id, lines, self.now, basis="B", is_confirmed=is_confirmed
        )
        changed = 0
        for who in spellings:
            standing = self.standing.get((who, list_id))
            if self.reason(who, list_id) is None and (standing is None or (standing is S.REQUESTED and is_confirmed)):
                self.enlist(who, list_id, is_confirmed=is_confirmed)
                changed += 1
        assert changed == report.added + report.confirmed
        assert len(spellings) == changed + report.there + report.said_no

    def enlist(self, who: str, list_id: int, *, is_confirmed: bool) -> None:
        """Somebody stands on a list."""
        person = register.find(self.tx, parse(who))
        self.known[who] = person.id
        self.standing[who, list_id] = S.CONFIRMED if is_confirmed else S.REQUESTED
        self.numbers[who, list_id] = next(
            one.id for one in register.subscriptions_of(self.tx, person.id) if one.list_id == list_id
        )

    @precondition(lambda self: self.known)
    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        """Somebody is forgotten."""
        who = data.draw(st.sampled_from(sorted(self.known)))
        privacy.erase(self.tx, self.keyring, self.known.pop(who), self.now)
        self.keep_out(who, EVERY_LIST, Reason.ERASED)
        self.asked[who].clear()
        self.links = [link for link in self.links if link.who != who]
        for list_id in self.lists:
            self.standing.pop((who, list_id), None)
            self.no.add((who, list_id))

    @rule(who=WHO, scope=SCOPE, reason=st.sampled_from(Reason))
    def suppress(self, who: str, scope: str, reason: Reason) -> None:
        """Keep somebody out: a bounce, a complaint, or the staff."""
        scope_id = self.scope_id(scope)
        suppression.suppress(self.tx, self.keyring.hash_address(who), reason, self.now, list_id=scope_id)
        self.keep_out(who, scope_id, reason)

    @rule(who=WHO, scope=SCOPE, is_own=st.booleans())
    def lift(self, who: str, scope: str, is_own: bool) -> None:  # noqa: FBT001 -- drawn by Hypothesis
        """Let somebody be written to again, as the staff does; it says nothing for who left by themselves."""
        scope_id = self.scope_id(scope)
        suppression.lift(self.tx, self.keyring.hash_address(who), self.now, list_id=scope_id, is_own=is_own)
        (self.own if is_own else self.others).pop((who, scope_id), None)
        for list_id in self.lists:
            if self.reason(who, list_id) is None and self.standing.get((who, list_id)) is not S.WITHDRAWN:
                self.no.discard((who, list_id))

    # What must hold after each.

    @invariant()
    def audience_is_who_said_yes_and_never_who_said_no(self) -> None:
        """Exactly the confirmed ones whom nothing keeps out, whatever was imported, added or asked for after a no."""
        for list_id in self.lists:
            there = {parse(address).key for address in audience_of(self.tx, list_id)}
            confirmed = {who for who in PEOPLE if self.standing.get((who, list_id)) is S.CONFIRMED}
            assert {who for who in confirmed if self.reason(who, list_id) is None} == there
            assert not [who for who in there if (who, list_id) in self.no]

    @invariant()
    def evidence_only_grows(self) -> None:
        """Nothing that was said is unsaid, not even by an erasure."""
        for who, before in self.said.items():
            said = [(one.id, one.act) for one in register.consent_of(self.tx, self.keyring.hash_address(who))]
            assert before == said[: len(before)]
            self.said[who] = said


def test_nobody_who_said_no_is_ever_written_to(database: Database, keyring: Keyring, now: datetime) -> None:
    """In any order of asking, confirming, leaving, importing, adding, erasing, suppressing and lifting."""
    # The rules are the same on both; what PostgreSQL does in another way shows in few orders, and each takes it twice as long.
    orders = 40 if database.is_sqlite else 15
    run_state_machine_as_test(
        lambda: Life(database, keyring, now),  # type: ignore[arg-type]  # whatever makes one will do, says its manual
        settings=settings(
            max_examples=orders, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        ),
    )
