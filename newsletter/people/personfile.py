"""Everything that is held about a person, in the register and on the ledger, as it is handed out to them (GDPR 15 and 20)."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from newsletter.mail import clickbook, history, returned
from newsletter.mail.clickbook import NamedClick
from newsletter.mail.history import Departed, Mailed
from newsletter.mail.returned import CameBack, KeptMessage
from newsletter.people import datarequests
from newsletter.people.datarequests import Request
from newsletter.review import guestbook
from newsletter.review.guestbook import GuestFile
from newsletter.webhooks import tellingbook
from newsletter.webhooks.model import ToldOf
from subscribers import dossier, privacy
from subscribers.address import EmailAddress, parse
from subscribers.privacy import PersonExport
from subscribers.transaction import Transaction
from subscribers.verification import Finding


@dataclass(frozen=True, slots=True)
class PersonFile:
    """What is known of a person, and what was mailed to them."""

    # None: a guest of the staff who is no subscriber.
    known: PersonExport | None
    mailed: tuple[Mailed, ...]
    departures: tuple[Departed, ...]
    # For which issues they were asked to write, or to look them over.
    as_guest: tuple[GuestFile, ...] = ()
    # What they asked about their data, by letter or telephone.
    requests: tuple[Request, ...] = ()
    # Which links they followed, where they allow that it is kept.
    clicks: tuple[NamedClick, ...] = ()
    # What came back of what was mailed to them, and the messages of it that are still kept.
    came_back: tuple[CameBack, ...] = ()
    returned_messages: tuple[KeptMessage, ...] = ()
    # Which programs outside were told, or are to be told, what they did.
    told_to_programs: tuple[ToldOf, ...] = ()
    # What does not fit together in the evidence of what they consented to, where somebody changed it behind our back.
    not_fitting: tuple[Finding, ...] = ()

    def to_json(self) -> str:
        """Give it as a JSON object that people and programs can read; moments are ISO 8601."""
        document = asdict(self.known) if self.known is not None else {}
        document["mailed"] = [asdict(one) for one in self.mailed]
        document["departures"] = [asdict(one) for one in self.departures]
        document["requests"] = [asdict(one) for one in self.requests]
        document["clicks"] = [
            {"issue": one.issue, "url": one.url, "first_at": one.first_at, "clicks": one.clicks} for one in self.clicks
        ]
        document["came_back"] = [asdict(one) for one in self.came_back]
        document["returned_messages"] = [asdict(one) for one in self.returned_messages]
        document["told_to_programs"] = [asdict(one) for one in self.told_to_programs]
        if self.not_fitting:
            document["evidence_does_not_fit"] = [one.text for one in self.not_fitting]
        document["as_guest"] = [asdict(one) for one in self.as_guest]
        return json.dumps(document, ensure_ascii=False, indent=2, default=datetime.isoformat)


def gather(tx: Transaction, subscriber_id: int) -> PersonFile:
    """Gather everything that is held about a person.

    Raises:
        SubscriberNotFound: nobody has this id.

    """
    known = privacy.export_person(tx, subscriber_id)
    # Also by addresses they had before.
    had = [parse(change.old) for change in known.address_changes if change.moved_at is not None and change.undone_at is None]
    as_guest = guestbook.files_of(tx, [known.subscriber.address, *had])
    return PersonFile(
        known,
        (*history.mailed_to(tx, subscriber_id), *history.mailed_to_guest(tx, [one.id for one in as_guest])),
        history.departures_of(tx, subscriber_id),
        as_guest,
        tuple(datarequests.all_of(tx, subscriber_id)),
        clickbook.of_person(tx, subscriber_id),
        returned.facts_of(tx, subscriber_id),
        returned.messages_of(tx, subscriber_id),
        tellingbook.told_of(tx, subscriber_id),
        dossier.findings_of(tx, subscriber_id),
    )


def gather_guest(tx: Transaction, address: EmailAddress) -> PersonFile | None:
    """Gather everything that is held about a guest who is no subscriber; None where nobody of this address was one."""
    as_guest = guestbook.files_of(tx, [address])
    if not as_guest:
        return None
    return PersonFile(None, history.mailed_to_guest(tx, [one.id for one in as_guest]), (), as_guest)
