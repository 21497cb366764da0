"""What pages of the desk have too much of: a person on many lists, with many letters, requests, domains, addresses kept out."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Table, insert, select

from newsletter.bootstrap import Application
from newsletter.people import datarequests
from newsletter.people.datarequests import Kind
from newsletter.tables.issues import issue
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery, mailing
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


def _row(tx: Transaction, table: Table) -> dict[str, object]:
    """Give the first row, to be copied."""
    row = tx.execute(select(table).where(table.c.id == 1)).one()
    return {name: value for name, value in row._asdict().items() if name != "id"}
