"""Everything that people, staff and time do to the evidence leaves it whole; anything else done to it is noticed."""

import shutil
import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import select, text

from newsletter.database import Database
from subscribers import acts, privacy, register, seals, walk
from subscribers.address import parse
from subscribers.consent import Act, Door, Evidence
from subscribers.model import Subscriber
from subscribers.outcomes import ConfirmationDue
from subscribers.tables.evidence import consent
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.verification import Finding
from tests.conftest import SECRET
from tests.harness import chains
from tests.harness.people import COMMAND, FORM, LINK, ONE_CLICK, a_list, later
from tests.harness.tampering import found_in_steps
from tests.subscribers.test_acts import move

KEYRING = Keyring(SECRET)
# Rows that are looked over at a time.
STEP = 3
NOW = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)
NAMES = ("ann", "bob", "cem")
BASIS = Evidence(Door.IMPORT_, "Members' list of 2019")

# What somebody does who can write to the database and knows how digests are made. `{id}` is an act that a seal covers.
TAMPERINGS = {
    "delete": "DELETE FROM consent WHERE id = {id}",
    "delete the chain": "DELETE FROM consent WHERE chain = (SELECT chain FROM consent WHERE id = {id})",
    "change the act": "UPDATE consent SET act = CASE act WHEN 'added' THEN 'confirmed' ELSE 'added' END WHERE id = {id}",
    "change the moment": "UPDATE consent SET at = '2019-01-01T00:00:00.000000Z' WHERE id = {id}",
    "change the list": "UPDATE consent SET list_id = coalesce(list_id, 0) + 1 WHERE id = {id}",
    "change the wording": "UPDATE consent SET wording_id = coalesce(wording_id, 0) + 1000 WHERE id = {id}",
    "change the Message-ID": "UPDATE consent SET message_id = message_id || 'x' WHERE id = {id}",
    "change the network": "UPDATE consent SET network = network || '1' WHERE id = {id}",
    "change the person": "UPDATE consent SET person_digest = person_digest || 'a' WHERE id = {id}",
    "move to another chain": "UPDATE consent SET chain = chain + 1000 WHERE id = {id}",
    "move in the chain": "UPDATE consent SET seq = seq + 1000 WHERE id = {id}",
    "give another row": "UPDATE consent SET id = 100000 WHERE id = {id}",
    "insert a copy": "INSERT INTO consent SELECT 100000, chain, (SELECT max(seq) + 1 FROM consent AS other WHERE "
    "other.chain = consent.chain), list_id, act, at, door, form, language, wording_id, message_id, network, agent, "
    "origin_salt, origin_digest, person_salt, person_digest, email_hash, digest FROM consent WHERE id = {id}",
}
# Noticed by their own digests; with those computed anew they would be acts of today, which no seal covers yet.
OTHERWISE_NOTICED = {"insert a copy"}


class TakenBack(Exception):  # noqa: N818 -- named for what is done
    """Rolls back what was tampered with."""


class EvidenceMachine(RuleBasedStateMachine):
    """Three addresses, two lists, staff, imports, a worker that seals, and retention."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        shutil.copy(self.template, self.folder / "newsletter.db")
        self.database = Database(f"sqlite:///{self.folder / 'newsletter.db'}")
        self.now = NOW
        self.dues: list[int] = []
        self.moves = 0

    @initialize()
    def begin(self) -> None:
        """Make two lists."""
        with self.database.write() as tx:
            self.lists = [a_list(tx, self.now, name).id for name in ("Friends", "Others")]

    def teardown(self) -> None:
        """Close and remove the database."""
        self.database.close()
        shutil.rmtree(self.folder)

    def everybody(self) -> list[Subscriber]:
        """Give everybody there is."""
        with self.database.read() as tx:
            ids = tx.execute(select(subscriber.c.id).order_by(subscriber.c.id)).scalars().all()
            return [register.subscriber_by_id(tx, number) for number in ids]

    @rule(name=st.sampled_from(NAMES), place=st.integers(0, 1))
    def ask(self, name: str, place: int) -> None:
        """Somebody fills in a form, a day after the last."""
        self.now = later(self.now)
        with self.database.write() as tx:
            asked = register.request(tx, KEYRING, self.lists[place], parse(f"{name}@x.test"), name, self.now, FORM)
        if isinstance(asked, ConfirmationDue):
            self.dues.append(asked.confirmation_id)

    @precondition(lambda self: self.dues)
    @rule(data=st.data())
    def confirm(self, data: st.DataObject) -> None:
        """Somebody presses the button in a mail, perhaps one that works no more."""
        with self.database.write() as tx:
            register.confirm(tx, KEYRING, data.draw(st.sampled_from(self.dues)), self.now, LINK)

    @rule(name=st.sampled_from(NAMES), place=st.integers(0, 1))
    def add(self, name: str, place: int) -> None:
        """Put somebody on a list, by the staff's word."""
        with self.database.write() as tx:
            register.add(tx, KEYRING, self.lists[place], parse(f"{name}@x.test"), "", self.now, COMMAND, is_confirmed=True)

    @precondition(lambda self: self.everybody())
    @rule()
    def import_all(self) -> None:
        """Import a file about everybody."""
        with self.database.write() as tx:
            people = acts.hold(tx, [person.id for person in self.everybody()])
            acts.append_many(tx, people, self.lists[0], Act.IMPORTED, self.now, BASIS)

    @precondition(lambda self: self.everybody())
    @rule(data=st.data(), is_everywhere=st.booleans())
    def leave(self, data: st.DataObject, *, is_everywhere: bool) -> None:
        """Somebody leaves a list, or all."""
        person = data.draw(st.sampled_from(self.everybody()))
        with self.database.write() as tx:
            for one in register.subscriptions_of(tx, person.id)[: None if is_everywhere else 1]:
                register.withdraw(tx, KEYRING, one.id, self.now, ONE_CLICK)

    @precondition(lambda self: self.everybody())
    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        """Somebody has another address."""
        self.moves += 1
        with self.database.write() as tx:
            move(tx, KEYRING, data.draw(st.sampled_from(self.everybody())), f"new{self.moves}@x.test", self.now)

    @precondition(lambda self: self.everybody())
    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        """Somebody is forgotten."""
        with self.database.write() as tx:
            privacy.erase(tx, KEYRING, data.draw(st.sampled_from(self.everybody())).id, self.now)

    @rule(limit=st.integers(1, 3))
    def forget_origins(self, limit: int) -> None:
        """Networks are kept for two days."""
        with self.database.write() as tx:
            acts.forget_origins(tx, self.now - timedelta(days=2), limit)

    @rule()
    def seal(self) -> None:
        """End a day."""
        self.now += timedelta(days=1)
        seals.seal(self.database.write, self.database.read, KEYRING, self.now)

    @invariant()
    def all_fits(self) -> None:
        """Whatever was done by the rules."""
        assert () == self.findings()

    @precondition(lambda self: self.sealed())
    @rule(data=st.data(), how=st.sampled_from(sorted(TAMPERINGS)), is_rehashed=st.booleans())
    def tamper(self, data: st.DataObject, how: str, *, is_rehashed: bool) -> None:
        """Somebody changes one thing; it is noticed, and taken back."""
        chosen = data.draw(st.sampled_from(self.sealed()))
        found: tuple[Finding, ...] = ()
        with suppress(TakenBack), self.database.write() as tx:
            tx.execute(text(TAMPERINGS[how].format(id=chosen)))
            if is_rehashed and how not in OTHERWISE_NOTICED:
                chains.rehash(tx)
            found = walk.verify(tx, KEYRING).findings
            assert sorted(map(str, found)) == sorted(map(str, found_in_steps(tx, KEYRING, STEP)))
            raise TakenBack

        assert found, f"{how} was not noticed"

    def sealed(self) -> list[int]:
        """Give the acts that a seal covers."""
        with self.database.read() as tx:
            last = seals.last(tx)
            ids = select(consent.c.id).where(consent.c.id <= (last.last_id if last else 0)).order_by(consent.c.id)
            return list(tx.execute(ids).scalars())

    def findings(self) -> tuple[Finding, ...]:
        """Walk everything."""
        with self.database.read() as tx:
            return (*walk.verify(tx, KEYRING).findings, *found_in_steps(tx, KEYRING, STEP))


def test_evidence_machine(sqlite_template: Path) -> None:
    """Any sequence of acts verifies; any single change is found, also when every digest was computed anew."""
    EvidenceMachine.template = sqlite_template
    run_state_machine_as_test(
        EvidenceMachine,
        settings=settings(max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)),
    )
