"""Asking for mail, counted at every public door: whoever asks too often waits, and the staff is told of a flood."""

from datetime import datetime

from newsletter.issues import alerts
from newsletter.web.subjects import Subject
from subscribers import limits
from subscribers.limits import Asker, Limit
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction


def is_too_much(tx: Transaction, keyring: Keyring, asker: Asker, subject: Subject, now: datetime) -> bool:
    """Count one more wish for mail; gives whether a limit refuses it.

    `faults.TooOften` is raised behind the transaction: raised within, it would take back what was counted of the asker's
    network and the alert, and asking on would cost nothing.
    """
    refusing = limits.used_up(tx, keyring, asker, now)
    if refusing is not None:
        _tell(tx, subject, refusing, now)
    return refusing is not None


def _tell(tx: Transaction, subject: Subject, refusing: Limit, now: datetime) -> None:
    if refusing is limits.NETWORK:
        # Somebody alone; everybody else goes on.
        return
    text = (
        f"Far more people than usual ask for mail at the pages of {subject.list.name}, so some are told to try again later. "
        "If no notice of yours explains it, somebody fills in the forms with addresses that are not theirs; nobody is "
        "subscribed by that."
    )
    alerts.raise_alert(tx, f"flood:{subject.list.id}", text, now, newsletter_id=subject.newsletter.id)
