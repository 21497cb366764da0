"""What a tick does about the evidence of consent: seals it once a day, and counts its acts so that no page walks them."""

import structlog

from newsletter.bootstrap import Application
from newsletter.issues import alerts
from subscribers import daybook, register, seals, walk
from subscribers.errors import SubscriberNotFound
from subscribers.transaction import Transaction
from subscribers.verification import Finding
from subscribers.walk import Verification

log = structlog.get_logger()

# Fewer are counted by whoever asks: a lock for each act would cost more than it saves.
LEAST = 500

# Of one tick: what else is due is not to wait. A hundred thousand acts.
MOST_CHUNKS = 20

# People whose evidence does not hold together that are told one by one; of more a number is told.
MOST_TOLD = 5

# How the keys of the alerts about the evidence begin.
KEY = "evidence"


def seal(application: Application) -> None:
    """Seal what was said until now, once a day, and look all of it over."""
    database = application.database
    made = seals.seal(database.write, database.read, application.keyring, application.clock())
    if made is not None:
        log.info("evidence of consent sealed", seal=made.number, day=made.day.isoformat(), acts=made.acts, code=made.code)
        look_over(application)


def look_over(application: Application) -> None:
    """Walk all evidence, and tell a person of what was changed behind our back; nothing waits any more where all of it fits."""
    with application.database.read() as tx:
        seen = walk.verify(tx, application.keyring)
        told = _told(tx, seen)
    if not seen.is_sound:
        log.error("the evidence of consent does not hold together", findings=seen.faults, first=seen.findings[0].text)
    with application.database.write() as tx:
        for known in alerts.open_alerts(tx):
            if known.key.startswith(f"{KEY}:") and known.key not in told:
                alerts.settle_alert(tx, known.key, application.clock())
        for key, text in told.items():
            alerts.raise_alert(tx, key, text, application.clock())


def _told(tx: Transaction, seen: Verification) -> dict[str, str]:
    """Give what is told by the key of its alert: a person each, and the rest in one."""
    by_person: dict[int, Finding] = {}
    for one in seen.findings:
        if one.chain is not None and len(by_person) < MOST_TOLD and _is_known(tx, one.chain):
            by_person.setdefault(one.chain, one)
    told = {f"{KEY}:{number}": _of_person(one) for number, one in by_person.items()}
    rest = [one for one in seen.findings if one.chain not in by_person]
    if rest:
        told[f"{KEY}:rest"] = (
            f"The evidence of consent does not hold together in {seen.faults} place(s): somebody changed it by another way "
            f"than this program. One of them: {rest[0].text} To see all: newsletter consent verify"
        )
    return told


def _of_person(found: Finding) -> str:
    return (
        f"The evidence of person {found.chain} does not hold together: somebody changed it by another way than this program. "
        "Nothing was deleted."
    )


def _is_known(tx: Transaction, subscriber_id: int) -> bool:
    try:
        register.subscriber_by_id(tx, subscriber_id)
    except SubscriberNotFound:
        return False
    return True


def count(application: Application) -> None:
    """Count the acts of each day, as far as there is much that is not counted yet."""
    database = application.database
    with database.read() as tx:
        if not daybook.is_due(tx, LEAST):
            return
    daybook.count(database.write, MOST_CHUNKS)
