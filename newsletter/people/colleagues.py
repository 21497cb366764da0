"""The verb of mailing somebody of the staff a link by which they choose a password."""

from datetime import datetime

from newsletter.database import Database
from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.letters import accountnotices
from newsletter.letters.accountnotices import Told
from newsletter.letters.letter import Draft
from newsletter.letters.templates import Templates
from newsletter.mail import dispatch
from newsletter.staff.accounts import Account
from newsletter.staff.doorlinks import DoorLink
from subscribers.address import parse
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction


def invitation(database: Database, templates: Templates, keyring: Keyring, account: Account, host: str) -> Draft | None:
    """Compose the mail that asks somebody to the desk; None where there is no newsletter yet that could send it.

    Raises:
        RenderFailed: a template is wrong.

    """
    newsletter = _sender(database, account)
    if newsletter is None:
        return None
    return _composed(templates, keyring, newsletter, account, accountnotices.invitation(newsletter, host, account.name))


def forgotten(database: Database, templates: Templates, keyring: Keyring, account: Account) -> Draft | None:
    """Compose the mail for a forgotten password; None where there is no newsletter yet that could send it.

    Raises:
        RenderFailed: a template is wrong.

    """
    newsletter = _sender(database, account)
    if newsletter is None:
        return None
    return _composed(templates, keyring, newsletter, account, accountnotices.forgotten(newsletter))


def write(tx: Transaction, keyring: Keyring, draft: Draft, account: Account, link: DoorLink, now: datetime) -> None:
    """Plan the mail that carries *link*, ahead of all issues."""
    dispatch.to_guest(
        tx, keyring, draft, parse(account.address), now, newsletter_id=None, issue_id=None, list_id=None, number=link.id
    )


def _composed(templates: Templates, keyring: Keyring, newsletter: Newsletter, account: Account, told: Told) -> Draft:
    return accountnotices.compose(templates, newsletter, keyring.derive("slots"), f"{account.id}:{account.address}", told)


def _sender(database: Database, account: Account) -> Newsletter | None:
    """Give the newsletter in whose name it is mailed: one that they work for, else the first."""
    with database.read() as tx:
        known = newsletters.all_newsletters(tx)
    return next((one for one in known if one.id in account.roles), known[0] if known else None)
