"""An issue that was mailed, with a fate for each of its people, made by the product's own verbs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.database import Database
from newsletter.issues import alerts
from newsletter.issues import store as issues
from newsletter.issues.model import IssueState
from newsletter.mail import dispatch, gate, leases, ledger, mailings, workers
from newsletter.mail.delivery import Delivery, DeliveryState, Outcome, Passage, Phase, Reply, Verdict
from newsletter.mail.doubts import of_issue
from newsletter.mail.uncertain import Doubt
from tests.harness import mailroom

S = DeliveryState

# What the relay says for each fate, and what is concluded.
REPLIES = {
    S.ACCEPTED: Reply(Phase.BODY, 250, "2.0.0", "2.0.0 queued as 7"),
    S.REFUSED: Reply(Phase.RCPT, 550, "5.7.1", "5.7.1 not today"),
    S.DEFERRED: Reply(Phase.RCPT, 450, "4.2.0", "4.2.0 later"),
    S.UNCERTAIN: Reply(Phase.BODY, 0, "", "Unexpected EOF"),
}


@dataclass(slots=True)
class Mailed:
    """A database with an issue that is being mailed, and the moment it is."""

    database: Database
    issue_id: int
    letter_id: int
    now: datetime
    workers: int = 0

    @property
    def state(self) -> IssueState:
        """How the issue stands."""
        with self.database.read() as tx:
            return issues.load(tx, self.issue_id).state

    @property
    def states(self) -> dict[str, DeliveryState]:
        """How everybody stands, by name."""
        with self.database.read() as tx:
            return mailroom.states(tx, self.letter_id)

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """Who is uncertain."""
        with self.database.read() as tx:
            return of_issue(tx, self.issue_id)

    @property
    def alerts(self) -> list[str]:
        """The texts of what waits for a person."""
        with self.database.read() as tx:
            return [alert.text for alert in alerts.open_alerts(tx)]

    def column(self, name: str) -> list[object]:
        """Give one column of everybody, in order."""
        with self.database.read() as tx:
            return mailroom.column(tx, self.letter_id, name)

    def mail(self, fates: Mapping[str, DeliveryState] | None = None) -> list[str]:
        """Mail whoever waits, by a new worker, and close what is done; gives who was on the wire. Accepted, if not said."""
        self.workers += 1
        worker_id = f"worker {self.workers}"
        with self.database.write() as tx:
            workers.register(tx, worker_id, "here", self.now)
            claimed = leases.claim(tx, worker_id, self.now, 100)
            passages = gate.mark(tx, worker_id, claimed, self.now)
            on_wire = [one for one in claimed if passages[one.id] is Passage.GRANTED]
            ledger.settle(tx, worker_id, [self._outcome(one, fates or {}) for one in on_wire], self.now)
            dispatch.finish(tx, self.now)
        return sorted(_name(one) for one in on_wire)

    def crash(self) -> None:
        """Let a worker die with everybody who waits on the wire, and another take back what it held."""
        self.workers += 2
        with self.database.write() as tx:
            workers.register(tx, "dead", "here", self.now - timedelta(hours=1))
            claimed = leases.claim(tx, "dead", self.now, 100)
            gate.mark(tx, "dead", claimed, self.now)
            # As if its lease had run out.
            workers.release(tx, "dead", self.now)
            dispatch.finish(tx, self.now)

    def _outcome(self, one: Delivery, fates: Mapping[str, DeliveryState]) -> Outcome:
        fate = fates.get(_name(one), S.ACCEPTED)
        later = self.now + timedelta(minutes=5) if fate is S.DEFERRED else None
        return Outcome(one, Verdict(fate, not_before=later), REPLIES[fate])


def being_mailed(database: Database, room: mailroom.Mailroom, now: datetime) -> Mailed:
    """Send an approved issue of the mailroom's newsletter, whose other letter is given up."""
    with database.write() as tx:
        mailings.cancel(tx, room.letter_id, now)
        issue_id = mailroom.approved_issue(tx, room.newsletter_id, now)
        dispatch.send_issue(tx, issue_id, now)
        letter_id = mailings.letter_of_issue(tx, issue_id)
    assert letter_id is not None
    return Mailed(database, issue_id, letter_id, now)


def _name(one: Delivery) -> str:
    return one.email.partition("@")[0]
