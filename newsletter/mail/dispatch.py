"""The verbs of mailing: plan an issue, a proof or a notice, pause, resume, cancel, and say how it stands."""

from datetime import datetime

from sqlalchemy import Connection

from newsletter.letters.letter import Draft
from newsletter.mail.delivery import Report
from subscribers.address import EmailAddress
from subscribers.model import Subscriber
from subscribers.tokens import Keyring


def send_issue(tx: Connection, issue_id: int, now: datetime) -> Report:
    """Freeze the audience of an approved issue and plan one delivery for each person; the mailer does the rest."""
    raise NotImplementedError


def proof(
    tx: Connection,
    keyring: Keyring,
    draft: Draft,
    address: EmailAddress,
    now: datetime,
    *,
    newsletter_id: int | None = None,
    issue_id: int | None = None,
    list_id: int | None = None,
) -> int:
    """Plan *draft* for one address of the staff; gives the letter's id."""
    raise NotImplementedError


def notice(
    tx: Connection,
    draft: Draft,
    subscriber: Subscriber,
    now: datetime,
    *,
    list_id: int,
    newsletter_id: int | None = None,
    confirmation_id: int = 0,
) -> int:
    """Plan a letter about a person's own subscription, ahead of all issues; gives the letter's id."""
    raise NotImplementedError


def pause(tx: Connection, issue_id: int, now: datetime) -> None:
    """Stop mailing an issue at once; what was sent stays sent."""
    raise NotImplementedError


def resume(tx: Connection, issue_id: int, now: datetime) -> None:
    """Go on mailing a paused issue."""
    raise NotImplementedError


def cancel(tx: Connection, issue_id: int, now: datetime) -> Report:
    """Let everybody who has not got the issue go without it, for good."""
    raise NotImplementedError


def report(tx: Connection, issue_id: int) -> Report:
    """Give the figures of an issue; zeros before it was planned."""
    raise NotImplementedError


def finish(tx: Connection, now: datetime) -> tuple[int, ...]:
    """Call every issue sent whose people are all settled; gives their ids."""
    raise NotImplementedError
