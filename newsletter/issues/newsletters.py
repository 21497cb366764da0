"""Newsletters in SQL: made, found, and given another plan."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.errors import AlreadyThere, BadValue, NewsletterNotFound
from newsletter.issues.model import Archive, Newsletter, SectionPlan
from newsletter.issues.plan import DEFAULT_PLAN, from_document, to_document
from newsletter.issues.recurrence import parse_zone
from newsletter.tables.issues import newsletter
from subscribers import register
from subscribers.address import parse
from subscribers.oneline import is_language_tag, one_line
from subscribers.sentence import say
from subscribers.slug import free_slug, slug
from subscribers.tables.lists import mailing_list
from subscribers.transaction import Transaction

LONGEST_NAME = 200
LONGEST_POSTAL_ADDRESS = 500


def create(
    tx: Transaction,
    *,
    name: str,
    sender_name: str,
    sender_address: str,
    list_id: int,
    postal_address: str,
    now: datetime,
    zone: str = "UTC",
    reply_to: str = "",
    language: str = "en",
    plan: Sequence[SectionPlan] = DEFAULT_PLAN,
) -> Newsletter:
    """Make a newsletter that is mailed to the people of one list.

    Raises:
        AlreadyThere: the name is taken.
        BadValue: the name or the postal address is empty, an address has signs outside ASCII before the @, or the zone or the
            language is not known.
        AddressRefused: a mail could not be sent from `sender_address`, or answered to `reply_to`.

    """
    name = _required("name", name)
    taken = frozenset(tx.execute(select(newsletter.c.slug)).scalars())
    statement = insert(newsletter).values(
        name=name,
        slug=free_slug(slug(name, "newsletter"), taken),
        list_id=list_id,
        sender_name=one_line(sender_name, LONGEST_NAME) or name,
        sender_address=_sender("sender", sender_address),
        reply_to=_reply_to(reply_to),
        postal_address=_postal(postal_address),
        zone=parse_zone(zone),
        language=_language(language),
        plan=to_document(plan),
        created_at=now,
    )
    made = tx.execute(statement.on_conflict_do_nothing().returning(newsletter.c.id)).scalar_one_or_none()
    if made is None:
        raise AlreadyThere(say("newsletter"), name)
    return by_id(tx, made)


def edit(
    tx: Transaction,
    newsletter_id: int,
    *,
    name: str | None = None,
    language: str | None = None,
    sender_name: str | None = None,
    sender_address: str | None = None,
    reply_to: str | None = None,
    postal_address: str | None = None,
    needs_second_person: bool | None = None,
    archive: Archive | None = None,
    theme: str | None = None,
    tokens: Mapping[str, str] | None = None,
    counts_clicks: bool | None = None,
) -> Newsletter:
    """Change what a newsletter says of itself, who approves it, how it is shown, and what is counted; frozen letters stay.

    Its slug stays, whatever it is called: it stands in the addresses of its archive. Its zone and its list have verbs of their
    own (zonechange, listchange). Whether there is such a theme, and whether its tokens can be read on each other, is asked
    before (letters.themes).

    Raises:
        NewsletterNotFound: there is none of this id.
        AlreadyThere: another one is called so, in whatever letter case.
        BadValue: the name or the postal address is empty, the language is none, or an address has signs outside ASCII before
            the @.
        AddressRefused: a mail could not be sent from `sender_address`, or answered to `reply_to`.

    """
    known = by_id(tx, newsletter_id)
    changes: dict[str, object] = {
        "name": None if name is None else _free_name(tx, known, name),
        "language": None if language is None else _language(language),
        "theme": theme,
        "tokens": None if tokens is None else dict(tokens),
        "sender_name": None if sender_name is None else one_line(sender_name, LONGEST_NAME) or known.name,
        "sender_address": None if sender_address is None else _sender("sender", sender_address),
        "reply_to": None if reply_to is None else _reply_to(reply_to),
        "postal_address": None if postal_address is None else _postal(postal_address),
        "needs_second_person": needs_second_person,
        "archive": None if archive is None else archive.value,
        "counts_clicks": counts_clicks,
    }
    # Only these: what is known of a newsletter may be its list's word.
    said = {column: value for column, value in changes.items() if value is not None}
    if said:
        tx.execute(update(newsletter).where(newsletter.c.id == newsletter_id).values(said))
    return by_id(tx, newsletter_id)


def set_plan(tx: Transaction, newsletter_id: int, plan: Sequence[SectionPlan]) -> None:
    """Give a newsletter another plan; issues already drafted keep their sections.

    Raises:
        NewsletterNotFound: there is none of this id.

    """
    result = tx.execute(update(newsletter).where(newsletter.c.id == newsletter_id).values(plan=to_document(plan)))
    if result.rowcount == 0:
        raise NewsletterNotFound(newsletter_id)


def find(tx: Transaction, name_or_slug: str) -> Newsletter:
    """Give the newsletter of this name or slug, in any letter case.

    Raises:
        NewsletterNotFound: there is none.

    """
    known = all_newsletters(tx)
    wanted = name_or_slug.strip().casefold()
    # One may be named as another one is spelled in addresses; the name counts more.
    by_name = (one for one in known if one.name.casefold() == wanted)
    found = next(by_name, None) or next((one for one in known if one.slug == wanted), None)
    if found is None:
        raise NewsletterNotFound(name_or_slug)
    return found


def by_id(tx: Transaction, newsletter_id: int) -> Newsletter:
    """Give the newsletter of this id.

    Raises:
        NewsletterNotFound: there is none.

    """
    found = _newsletters(tx, newsletter.c.id == newsletter_id)
    if not found:
        raise NewsletterNotFound(newsletter_id)
    return found[0]


def of_list(tx: Transaction, list_id: int) -> Newsletter | None:
    """Give the newsletter that the people of a list get, the oldest if there are several."""
    found = all_of_list(tx, list_id)
    return found[0] if found else None


def all_of_list(tx: Transaction, list_id: int) -> tuple[Newsletter, ...]:
    """Give everything that the people of a list get, in the order it was made."""
    return _newsletters(tx, newsletter.c.list_id == list_id)


def ids_of_lists(tx: Transaction, list_ids: Collection[int]) -> frozenset[int]:
    """Give the ids of everything that the people of these lists get."""
    return frozenset(tx.execute(select(newsletter.c.id).where(newsletter.c.list_id.in_(list_ids))).scalars())


def all_newsletters(tx: Transaction) -> tuple[Newsletter, ...]:
    """Give all newsletters in the order they were made."""
    return _newsletters(tx)


def zone_of_house(tx: Transaction) -> str:
    """Give the zone in which times are told that are not one newsletter's alone: the oldest newsletter's."""
    known = all_newsletters(tx)
    return known[0].zone if known else "UTC"


def require_mailable(tx: Transaction, known: Newsletter, list_id: int) -> None:
    """Raise BadValue when nothing may be sent: the newsletter has no postal address, or the list it goes to is archived."""
    if not known.postal_address.strip():
        raise BadValue(say("postal address"), "", say("a newsletter cannot be mailed without one"))
    list_ = register.list_by_id(tx, list_id)
    if list_.is_archived:
        raise BadValue(say("list"), list_.name, say("is archived, and nothing is sent to it; reopen it first"))


def take_turn(tx: Transaction, newsletter_id: int) -> None:
    """Wait until nobody else drafts for this newsletter, and hold the turn until the transaction ends.

    On SQLite every writing transaction has the turn already.
    """
    tx.execute(select(newsletter.c.id).where(newsletter.c.id == newsletter_id).with_for_update())


def _newsletters(tx: Transaction, *conditions: ColumnElement[bool]) -> tuple[Newsletter, ...]:
    # A list may have a sender of its own, and whatever is mailed to it is from there.
    of_list = (
        mailing_list.c.sender_name.label("list_sender_name"),
        mailing_list.c.sender_address.label("list_sender_address"),
        mailing_list.c.is_public.label("list_is_public"),
    )
    known = select(newsletter, *of_list).join(mailing_list, mailing_list.c.id == newsletter.c.list_id)
    return tuple(_newsletter(row) for row in tx.execute(known.where(*conditions).order_by(newsletter.c.id)))


def _newsletter(row: Row[Any]) -> Newsletter:
    archive = Archive(row.archive)
    return Newsletter(
        id=row.id,
        name=row.name,
        slug=row.slug,
        list_id=row.list_id,
        sender_name=row.list_sender_name or row.sender_name,
        sender_address=row.list_sender_address or row.sender_address,
        reply_to=row.reply_to,
        postal_address=row.postal_address,
        zone=row.zone,
        language=row.language,
        plan=from_document(row.plan),
        created_at=row.created_at,
        needs_second_person=row.needs_second_person,
        archive=archive,
        is_shown=row.list_is_public if archive is Archive.AS_LIST else archive is Archive.PUBLIC,
        theme=row.theme,
        tokens=row.tokens,
        counts_clicks=row.counts_clicks,
    )


def _free_name(tx: Transaction, known: Newsletter, text: str) -> str:
    name = _required("name", text)
    # They are found by their names in any letter case.
    if any(one.name.casefold() == name.casefold() and one.id != known.id for one in all_newsletters(tx)):
        raise AlreadyThere(say("newsletter"), name)
    return name


def _required(what: str, text: str) -> str:
    line = one_line(text, LONGEST_NAME)
    if not line:
        raise BadValue(what, repr(text), say("is empty"))
    return line


def _sender(what: str, text: str) -> str:
    address = parse(text).text
    if not address.isascii():
        # It stands in the header of everybody's mail, and most relays and readers cannot take such a header (RFC 6532).
        raise BadValue(what, text, say("has a sign before the @ that few mail servers take; use an address in plain letters"))
    return address


def _reply_to(text: str) -> str:
    return _sender(say("reply address"), text) if text.strip() else ""


def _postal(text: str) -> str:
    """Keep the lines of an address, each made safe; it stands in the footer of every letter."""
    lines = (one_line(line) for line in text.splitlines())
    address = "\n".join(line for line in lines if line)[:LONGEST_POSTAL_ADDRESS]
    if not address:
        raise BadValue(say("postal address"), repr(text), say("is empty, and nothing can be mailed without one"))
    return address


def _language(text: str) -> str:
    if not is_language_tag(text.strip()):
        raise BadValue(say("language"), text, say("write it as en, de or pt-BR"))
    return text.strip()
