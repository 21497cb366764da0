"""What pages of the desk have too much of: a person on many lists, with many letters, requests, domains, addresses kept out."""

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Table, insert, select

from newsletter.bootstrap import Application
from newsletter.people import datarequests
from newsletter.people.datarequests import Kind
from newsletter.returns.fate import Fate, Followed
from newsletter.returns.model import CameBy, Cause
from newsletter.returns.model import Kind as Returned
from newsletter.tables.issues import issue
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery, mailing
from newsletter.tables.returns import return_fact, return_message
from subscribers import recognition, register, suppression
from subscribers.consent import Door, Evidence
from subscribers.model import Reason, Subscriber
from subscribers.transaction import Transaction
from tests.harness.newsroom import a_newsletter
from tests.harness.people import LINK, join
from tests.newsletter.web.test_looks import LONG_NAME, LONG_WORD

ARABIC = "النشرة الإخبارية لشهر يناير: أخبار المكتبات وورش العمل"

_ADDRESS = f"huda.al-musawi.of.the.library@{'very' * 12}.bibliotheek.example.org"
_LISTS, _LETTERS, _KEPT_OUT, _DOMAINS = 14, 60, 60, 8
_STATES = ("accepted", "accepted", "refused", "deferred", "uncertain", "pending", "skipped", "cancelled")


def fill(tx: Transaction, application: Application, now: datetime) -> Mapping[str, int]:
    """Put it there; gives what addresses name."""
    known = _known(tx, application, now)
    _mail(tx, known, now)
    _come_back(tx, now)
    for number in range(_KEPT_OUT):
        email_hash = recognition.hash_of(tx, application.keyring, f"gone{number}@example.org")
        suppression.suppress(tx, email_hash, list(Reason)[number % len(Reason)], now - timedelta(days=_KEPT_OUT - number))
    for kind in Kind:
        datarequests.note(tx, known.id, kind, f"{LONG_NAME} {ARABIC}", LONG_NAME, now - timedelta(days=45))
    return {"known": known.id, "arabic": a_newsletter(tx, ARABIC).id}


def _known(tx: Transaction, application: Application, now: datetime) -> Subscriber:
    """Let somebody stand on many lists, and have left some of them."""
    people = []
    for number in range(_LISTS):
        at = now - timedelta(days=100 - number)
        name = f"{(ARABIC, LONG_NAME, LONG_WORD)[number % 3]} {number}"
        joined = join(tx, application.keyring, register.create_list(tx, name, at).id, _ADDRESS, at, ARABIC)
        people.append(joined.subscriber)
        if number % 4 == 0:
            words = Evidence(Door.LINK, LONG_NAME * 5, LINK.network, LINK.agent)
            register.withdraw(tx, application.keyring, joined.subscription.id, at + timedelta(days=1), words)
    return people[-1]


def _mail(tx: Transaction, known: Subscriber, now: datetime) -> None:
    """Let issues of every week have gone to them, and one to many domains."""
    first = _row(tx, issue)
    said = _row(tx, letter)
    for number in range(_LETTERS):
        at, state = now - timedelta(weeks=_LETTERS - number), _STATES[number % len(_STATES)]
        subject = ((LONG_NAME * 3)[:300], f"{ARABIC} {number}", f"News of week {number}")[number % 3]
        titled = first | {"number": 1000 + number, "title": subject, "month": "", "slot_key": None}
        issue_id = tx.execute(insert(issue).values(titled).returning(issue.c.id)).scalar_one()
        mailed = said | {"subject": subject, "issue_id": issue_id, "created_at": at}
        letter_id = tx.execute(insert(letter).values(mailed).returning(letter.c.id)).scalar_one()
        ended = {"state": "finished", "audience": 1, "planned_at": at, "finished_at": at}
        tx.execute(insert(mailing).values(letter_id=letter_id, kind="issue", lane=2, **ended))
        reply = f"550 5.7.1 {LONG_WORD * 3} https://support.example.org/{LONG_WORD}" if state in {"refused", "deferred"} else ""
        one = {"email": str(known.address), "email_hash": "h", "subscriber_id": known.id, "state": state, "reply": reply}
        tx.execute(insert(delivery).values(letter_id=letter_id, not_before=at, settled_at=at, **one))
    for number in range(_DOMAINS):
        domain = (f"{'x' * 55}.{'abteilung' * 4}.example.org", f"xn--mgberp4a5d4a87g{number}.example")[number % 2]
        address = {"email": f"p{number}@{domain}", "email_hash": f"d{number}"}
        tx.execute(insert(delivery).values(letter_id=1, state="accepted", not_before=now, settled_at=now, **address))


def _come_back(tx: Transaction, now: datetime) -> None:
    """Let something of every kind and cause have come back from everybody, with long words, and more that is nobody's."""
    rows = tx.execute(select(delivery.c.id, delivery.c.letter_id, delivery.c.subscriber_id, delivery.c.email)).all()
    kinds = [(kind, "") for kind in Returned if kind is not Returned.UNREADABLE] + [(Returned.BOUNCE, cause) for cause in Cause]
    for number, row in enumerate((*rows, *[None] * 9)):
        kind, cause = kinds[number % len(kinds)]
        reason = ("", f"550 5.1.1 {LONG_WORD * 3} {LONG_NAME}", ARABIC)[number % 3]
        read = {
            "kind": kind,
            "cause": cause or (Cause.FULL if kind is Returned.BOUNCE else ""),
            "status": "5.1.1",
            "reason": reason,
        }
        fate = (Fate.APPLIED, Fate.FORWARDED, Fate.HELD)[number % 3] if row else list(Fate)[number % len(Fate)]
        who = {"delivery_id": row.id, "subscriber_id": row.subscriber_id} if row else {}
        message = tx.execute(
            insert(return_message)
            .values(
                digest=f"d{number}",
                came_by=CameBy.IMAP,
                received_at=now,
                happened_at=now,
                fate=fate,
                sender=f"{ARABIC} <{LONG_WORD * 4}@example.org>",
                subject=LONG_WORD * 4,
                confidence=97,
                recipient=f"b-{'x' * 90}@example.org",
                found_by="returned" if row else "",
                size=10_000_000,
                raw=zlib.compress(f"Subject: {LONG_WORD * 9}\r\n\r\n{ARABIC}\r\n\x00\x1b[31m{LONG_NAME}\r\n".encode() * 9),
                **read,
                **who,
            )
            .returning(return_message.c.id)
        ).scalar_one()
        if row:
            fact = {"message_id": message, "letter_id": row.letter_id, "newsletter_id": 1, "at": now, "words": reason[:200]}
            followed = list(Followed)[number % len(Followed)]
            domain = row.email.rpartition("@")[2]
            tx.execute(insert(return_fact).values(**fact, **read, **who, followed=followed, domain=domain))


def _row(tx: Transaction, table: Table) -> dict[str, object]:
    """Give the first row, to be copied."""
    row = tx.execute(select(table).where(table.c.id == 1)).one()
    return {name: value for name, value in row._asdict().items() if name != "id"}
