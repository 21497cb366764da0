"""Changes to the evidence of consent as somebody makes them who can write to the database, and not through the product."""

from collections.abc import Mapping

from sqlalchemy import func, select, text, update

from subscribers import seals, stages
from subscribers.stages import Place
from subscribers.tables.evidence import consent
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from subscribers.verification import Finding

# What can be done to the last act of a person; each is noticed.
TAMPERED: Mapping[str, Mapping[str, object]] = {
    "act": {"act": "blessed"},
    "door": {"door": "<b>window</b>"},
    "place": {"seq": 7},
    "list": {"list_id": 99},
    "wording": {"wording_id": 99},
    "network": {"network": "<script>alert(1)</script>"},
    "agent": {"agent": "x" * 1_000_000},
    "origin": {"origin_salt": "z"},
    "digest": {"digest": ""},
    "chain": {"chain": 4711},
    "message": {"message_id": "\x1b]0;x\x07\n\n"},
}


def tamper(tx: Transaction, subscriber_id: int, **values: object) -> None:
    """Change something of a person's last act."""
    tx.execute(update(consent).where(consent.c.id == _last(tx, subscriber_id)).values(**values))


def spoil_moment(tx: Transaction, subscriber_id: int) -> None:
    """Make the moment of a person's last act unreadable, where the database lets one."""
    if tx.dialect.name == "sqlite":
        tx.execute(text("UPDATE consent SET at = 'tomorrow' WHERE id = :id"), {"id": _last(tx, subscriber_id)})
    else:
        tx.execute(text("UPDATE consent SET at = '0001-01-01 00:00+00' WHERE id = :id"), {"id": _last(tx, subscriber_id)})


def found_in_steps(tx: Transaction, keyring: Keyring, most: int) -> list[Finding]:
    """Look over all evidence in steps of so many rows; give what does not fit."""
    last = seals.last(tx)
    place = Place(last.number if last else 0)
    found: list[Finding] = []
    while not place.is_through:
        made = stages.step(tx, keyring, place, most)
        assert made.place != place, "it would go on for ever"
        place = made.place
        found += made.findings
    return found


def _last(tx: Transaction, subscriber_id: int) -> int:
    number: int = tx.execute(select(func.max(consent.c.id)).where(consent.c.chain == subscriber_id)).scalar_one()
    return number
