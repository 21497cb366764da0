"""Everything that is held about a person, in the register and on the ledger, as it is handed out to them (GDPR 15 and 20)."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from newsletter.mail import history
from newsletter.mail.history import Departed, Mailed
from subscribers import privacy
from subscribers.privacy import PersonExport
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class PersonFile:
    """What is known of a person, and what was mailed to them."""

    known: PersonExport
    mailed: tuple[Mailed, ...]
    departures: tuple[Departed, ...]

    def to_json(self) -> str:
        """Give it as a JSON object that people and programs can read; moments are ISO 8601."""
        document = {**asdict(self.known), "mailed": [asdict(one) for one in self.mailed]}
        document["departures"] = [asdict(one) for one in self.departures]
        return json.dumps(document, ensure_ascii=False, indent=2, default=datetime.isoformat)


def gather(tx: Transaction, subscriber_id: int) -> PersonFile:
    """Gather everything that is held about a person.

    Raises:
        SubscriberNotFound: nobody has this id.

    """
    return PersonFile(
        privacy.export_person(tx, subscriber_id),
        history.mailed_to(tx, subscriber_id),
        history.departures_of(tx, subscriber_id),
    )
