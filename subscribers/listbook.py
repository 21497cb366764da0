"""What is said of a mailing list, changed; and its end, from which it may come back."""

from datetime import datetime

from sqlalchemy import select, update

from subscribers import register
from subscribers.address import parse
from subscribers.errors import ListExists, ListUnfit, ListUnnamed
from subscribers.model import MailingList
from subscribers.oneline import is_language_tag, one_line
from subscribers.register import LONGEST_DESCRIPTION, LONGEST_LIST_NAME
from subscribers.sentence import say
from subscribers.tables.lists import mailing_list
from subscribers.transaction import Transaction

LONGEST_SENDER_NAME = 200


def edit(
    tx: Transaction,
    list_id: int,
    *,
    name: str | None = None,
    description: str | None = None,
    is_public: bool | None = None,
    language: str | None = None,
    sender_name: str | None = None,
    sender_address: str | None = None,
) -> MailingList:
    """Change what is said of a list; None leaves it as it is, and an empty language or sender is the newsletter's again.

    The slug stays, whatever the list is called: it stands in links and in List-Id. Letters already frozen stay as they are.

    Raises:
        ListNotFound: there is none of this id.
        ListUnnamed: nothing readable is in the name.
        ListExists: the name is taken.
        ListUnfit: no such language, or a sender that few mail servers take.
        AddressRefused: nothing could be sent from this address.

    """
    known = register.list_by_id(tx, list_id)
    changes = {
        "name": None if name is None else _name(tx, known, name),
        "description": None if description is None else one_line(description, LONGEST_DESCRIPTION),
        "is_public": is_public,
        "language": None if language is None else _language(known, language),
        "sender_name": None if sender_name is None else one_line(sender_name, LONGEST_SENDER_NAME),
        "sender_address": None if sender_address is None else _sender(known, sender_address),
    }
    said = {column: value for column, value in changes.items() if value is not None}
    if said:
        tx.execute(update(mailing_list).where(mailing_list.c.id == list_id).values(said))
    return register.list_by_id(tx, list_id)


def take_turn(tx: Transaction, list_id: int) -> None:
    """Wait until nobody else changes what is said of this list, and hold the turn until the transaction ends."""
    tx.execute(select(mailing_list.c.id).where(mailing_list.c.id == list_id).with_for_update(key_share=True))


def archive(tx: Transaction, list_id: int, now: datetime) -> MailingList:
    """End a list: its form is closed, nobody is added by any door, and nothing is sent to it. Its people may still leave.

    Saying it twice is not an error; the first time counts.

    Raises:
        ListNotFound: there is none of this id.

    """
    its = (mailing_list.c.id == list_id, mailing_list.c.archived_at.is_(None))
    tx.execute(update(mailing_list).where(*its).values(archived_at=now))
    return register.list_by_id(tx, list_id)


def reopen(tx: Transaction, list_id: int) -> MailingList:
    """Take up an archived list again, with the people who stand on it.

    Raises:
        ListNotFound: there is none of this id.

    """
    tx.execute(update(mailing_list).where(mailing_list.c.id == list_id).values(archived_at=None))
    return register.list_by_id(tx, list_id)


def _name(tx: Transaction, known: MailingList, text: str) -> str:
    name = one_line(text, LONGEST_LIST_NAME)
    if not name:
        raise ListUnnamed
    others = select(mailing_list.c.id).where(mailing_list.c.name == name, mailing_list.c.id != known.id)
    if tx.execute(others).first() is not None:
        raise ListExists(name)
    return name


def _language(known: MailingList, text: str) -> str:
    tag = text.strip()
    if tag and not is_language_tag(tag):
        raise ListUnfit(known.name, say("%(tag)s is no language; write it as en, de or pt-BR", tag=f"{tag!r}"))
    return tag


def _sender(known: MailingList, text: str) -> str:
    if not text.strip():
        return ""
    address = parse(text).text
    if not address.isascii():
        # It stands in the header of everybody's mail, and most relays and readers cannot take such a header (RFC 6532).
        raise ListUnfit(known.name, say("few mail servers take a sender with such a sign before the @; use plain letters"))
    return address
