"""What a tick does about the evidence of consent: seals it once a day, looks all of it over, and counts its acts for pages."""

from datetime import datetime

import structlog

from newsletter import failpoints
from newsletter.bootstrap import Application
from newsletter.issues import alerts
from subscribers import daybook, register, seals, stages
from subscribers.errors import SubscriberNotFound
from subscribers.stages import Round
from subscribers.transaction import Transaction
from subscribers.verification import Finding

log = structlog.get_logger()

# Fewer are counted by whoever asks: a lock for each act would cost more than it saves.
LEAST = 500

# Of one tick: what else is due is not to wait. A hundred thousand acts.
MOST_CHUNKS = 20

# Of all evidence, at one tick: a quarter of a second. A million acts are looked over within half an hour.
MOST_ROWS = 20_000

# People whose evidence does not hold together that are told one by one; of more a number is told.
MOST_TOLD = 5

# How the keys of the alerts about the evidence begin.
KEY = "evidence"


def seal(application: Application) -> None:
    """Seal what was said until now, once a day."""
    database = application.database
    made = seals.seal(database.write, database.read, application.keyring, application.clock())
    if made is not None:
        log.info("evidence of consent sealed", seal=made.number, day=made.day.isoformat(), acts=made.acts, code=made.code)


def look_over(application: Application) -> None:
    """Look over some more of all evidence, which begins anew behind each seal; a person is told of what was changed.

    What is told as soon as it is found waits until a whole round does not find it any more.
    """
    with application.database.read() as tx:
        known = stages.due(tx)
        if known is None:
            return
        made = stages.taken(tx, application.keyring, known, MOST_ROWS)
    if made.faults > known.faults:
        found = made.findings[len(known.findings) :]
        log.error("the evidence of consent does not hold together", findings=made.faults, first=found[0].text if found else "")
    with application.database.write() as tx:
        # Not so where another worker took the same step.
        if stages.keep(tx, made):
            _tell(tx, made, application.clock())
        failpoints.hit("evidence.walked")


def _tell(tx: Transaction, made: Round, now: datetime) -> None:
    told = _told(tx, made)
    if made.place.is_through:
        for known in alerts.open_alerts(tx):
            if known.key.startswith(f"{KEY}:") and known.key not in told:
                alerts.settle_alert(tx, known.key, now)
    for key, text in told.items():
        alerts.raise_alert(tx, key, text, now)


def _told(tx: Transaction, seen: Round) -> dict[str, str]:
    """Give what is told by the key of its alert: a person each, and the rest in one, when it is known how many they are."""
    by_person: dict[int, Finding] = {}
    for one in seen.findings:
        if one.chain is not None and len(by_person) < MOST_TOLD and _is_known(tx, one.chain):
            by_person.setdefault(one.chain, one)
    told = {f"{KEY}:{number}": _of_person(one) for number, one in by_person.items()}
    rest = [one for one in seen.findings if one.chain not in by_person]
    if rest and seen.place.is_through:
        told[f"{KEY}:rest"] = (
            f"The evidence of consent does not hold together in {seen.faults} place(s): somebody changed it by another way "
            f"than this program. One of them: {rest[0].text} One command shows all of them: newsletter consent verify"
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
