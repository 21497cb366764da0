"""Rows of one newsletter in SQL: read from the database a bundle was unpacked into, and written here under other numbers."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, exists, insert, or_, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert as insert_or_not
from sqlalchemy.exc import IntegrityError

from newsletter.backups import tables
from newsletter.backups.refusal import BackupUnusable
from newsletter.backups.tables import Layout, Row
from newsletter.errors import AlreadyThere
from newsletter.images.model import Encoded, MediaType
from newsletter.issues.model import IssueState, Newsletter
from newsletter.mail.mailings import MailingState
from newsletter.tables.clicks import click_day, counted_link
from newsletter.tables.images import image
from newsletter.tables.issues import issue, issue_list, issue_segment, issue_topic, newsletter
from newsletter.tables.mail import figure, mailing
from subscribers.tables.kinds import metadata
from subscribers.tables.lists import mailing_list, topic
from subscribers.transaction import Transaction

Values = dict[str, Any]
# Numbers here by numbers there, of each table.
Ids = dict[str, dict[int, int]]
Change = Callable[[Values], Values]

_AT_A_TIME = 200
# A picture may have megabytes.
_PICTURES = 10

# What is over stays what it was; everything else is to be looked at by somebody here before anything is mailed.
_OVER = (IssueState.SENT, IssueState.CANCELLED)

# In the order they refer to each other, behind list, newsletter and people.
_SETTINGS = ("topic", "domain_rule", "notice_words", "return_policy", "author", "author_alias", "snippet", "feed", "post")
_ISSUES = ("issue", "issue_topic", "section", "article", "erratum", "letter", "letter_pieces", "letter_image", "approval")

# What no foreign key tells.
_LEADS: Mapping[tuple[str, str], str] = {("domain_rule", "list_id"): "mailing_list"}


def is_mailing(tx: Transaction, newsletter_id: int) -> bool:
    """Whether an issue of a newsletter is being mailed."""
    its = exists().where(issue.c.newsletter_id == newsletter_id, issue.c.state == IssueState.SENDING)
    return bool(tx.execute(select(its)).scalar_one())


def narrowed(tx: Transaction, known: Newsletter) -> Sequence[int]:
    """Give the issues that were not mailed yet and are for people of whom something stays behind: segments, other lists."""
    of_others = select(topic.c.id).where(topic.c.list_id != known.list_id)
    some = or_(
        exists().where(issue_segment.c.issue_id == issue.c.id),
        exists().where(issue_list.c.issue_id == issue.c.id),
        exists().where(issue_topic.c.issue_id == issue.c.id, issue_topic.c.topic_id.in_(of_others)),
    )
    its = (issue.c.newsletter_id == known.id, issue.c.state.not_in(_OVER), some)
    return tx.execute(select(issue.c.id).where(*its).order_by(issue.c.id)).scalars().all()


def pictures(tx: Transaction, layout: Layout, keys: Collection[str]) -> Iterator[Row]:
    """Give the pictures of these keys, as far as there are any, each with its card."""
    ordered = sorted(keys)
    found: set[str] = set()
    for begin in range(0, len(ordered), _AT_A_TIME):
        asked = select(image.c.key, image.c.card_key).where(image.c.key.in_(ordered[begin : begin + _AT_A_TIME]))
        for row in tx.execute(asked):
            found |= {row.key, row.card_key} - {""}
    for key in sorted(found):
        # One by one: they are large, and a key is looked up in no time.
        yield from tables.rows(tx, layout, which=f"key = '{key}'") if key.isalnum() else ()


def is_taken(tx: Transaction, name: str, slug: str) -> bool:
    """Whether a newsletter or a list is called so, or has this address."""
    both = [select(one.c.name, one.c.slug) for one in (newsletter, mailing_list)]
    known = [tuple(row) for query in both for row in tx.execute(query)]
    return any(name.casefold() == known_name.casefold() or slug == known_slug for known_name, known_slug in known)


def put_list(stage: Transaction, tx: Transaction, ids: Ids, called: Mapping[str, str]) -> int:
    """Write the list down; *called*: as it is called here where that is something else.

    Raises:
        AlreadyThere: there is one of this name or address, also when it came at this very moment.

    """
    return _put_one(stage, tx, mailing_list, ids, called)


def put_newsletter(stage: Transaction, tx: Transaction, ids: Ids, called: Mapping[str, Any]) -> int:
    """Write the newsletter down; *called*: as it is called here, and looks, where that is something else.

    Raises:
        AlreadyThere: as of the list.

    """
    return _put_one(stage, tx, newsletter, ids, called)


def put_settings(stage: Transaction, tx: Transaction, ids: Ids) -> None:
    """Write down what belongs to the newsletter and its list beside people and issues, and the pictures."""
    _put_pictures(stage, tx)
    for name in _SETTINGS:
        _bring(stage, tx, metadata.tables[name], ids, _CHANGES.get(name, _same))


def put_issues(stage: Transaction, tx: Transaction, ids: Ids, now: datetime) -> Counter[str]:
    """Write down the issues, their letters and their figures; gives how many there are in which state."""
    states: Counter[str] = Counter()

    def counted(values: Values) -> Values:
        changed = _unsent(values) if values["state"] not in _OVER else values | {"letter_id": None, "is_paused": False}
        states[changed["state"]] += 1
        return changed

    for name in _ISSUES:
        _bring(stage, tx, metadata.tables[name], ids, counted if name == "issue" else _same)
    ids["mailing"] = ids.get("letter", {})
    _bring(stage, tx, mailing, ids, lambda values: _over(values, now))
    _put_figures(stage, tx, ids)
    _put_clicks(stage, tx, ids)
    for row in stage.execute(select(issue.c.id, issue.c.letter_id).where(issue.c.state == IssueState.SENT)).all():
        if row.letter_id in ids["mailing"]:
            of_issue = issue.c.id == ids["issue"][row.id]
            tx.execute(update(issue).where(of_issue).values(letter_id=ids["mailing"][row.letter_id]))
    return states


def put_some(stage: Transaction, tx: Transaction, table: str, ids: Ids) -> None:
    """Write down the rows of one more table."""
    _bring(stage, tx, metadata.tables[table], ids, _same)


def _put_one(stage: Transaction, tx: Transaction, table: Table, ids: Ids, called: Mapping[str, Any]) -> int:
    try:
        _bring(stage, tx, table, ids, lambda values: {**values, **called})
    except IntegrityError as error:
        raise AlreadyThere("newsletter or list", called.get("name", "of this name")) from error
    return next(iter(ids[table.name].values()))


def _same(values: Values) -> Values:
    return values


def _unread(values: Values) -> Values:
    # Read at the next occasion, by this instance.
    return values | {"not_before": None, "failures": 0, "trouble": ""}


def _unsent(values: Values) -> Values:
    draft = {"state": IssueState.DRAFT.value, "is_paused": False, "send_at": None, "slot_key": None, "letter_id": None}
    return values | draft


_CHANGES: Mapping[str, Change] = {"feed": _unread}


def _over(values: Values, now: datetime) -> Values:
    ended = MailingState.CANCELLED if values["state"] == MailingState.CANCELLED else MailingState.FINISHED
    return values | {
        "state": ended.value,
        "finished_at": values["finished_at"] or now,
        # There is nobody in it who could be forgotten.
        "names_forgotten_at": now,
        "has_answers": False,
    }


def _bring(stage: Transaction, tx: Transaction, table: Table, ids: Ids, change: Change) -> None:
    """Write the rows of a table under new numbers, those they refer to included; what refers to nothing is left out."""
    leads = _leads_of(table)
    has_number = "id" in table.c
    known = ids.setdefault(table.name, {})
    rows = stage.execute(select(table).order_by(*table.primary_key.columns).execution_options(yield_per=_AT_A_TIME))
    for some in rows.partitions(_AT_A_TIME):
        numbers, values = [], []
        for row in some:
            one = _led(dict(row._mapping), leads, table, ids)  # noqa: SLF001 -- its public name
            if one is not None:
                numbers.append(one.pop("id") if has_number else 0)
                values.append(change(one))
        if not values:
            continue
        if not has_number:
            tx.execute(insert(table), values)
            continue
        made = tx.execute(insert(table).returning(table.c.id, sort_by_parameter_order=True), values).scalars().all()
        known |= dict(zip(numbers, made, strict=True))


def _leads_of(table: Table) -> Mapping[str, str]:
    of_keys = {column.name: key.column.table.name for column in table.columns for key in column.foreign_keys}
    of_others = {column: leads for (name, column), leads in _LEADS.items() if name == table.name}
    # A picture has the same key everywhere.
    return {column: leads for column, leads in (of_keys | of_others).items() if leads != image.name}


def _led(values: Values, leads: Mapping[str, str], table: Table, ids: Ids) -> Values | None:
    for column, other in leads.items():
        if values[column] is None:
            continue
        values[column] = ids.get(other, {}).get(values[column])
        if values[column] is None and not table.c[column].nullable:
            return None
    return values


def _put_pictures(stage: Transaction, tx: Transaction) -> None:
    rows = stage.execute(select(image).order_by(image.c.key).execution_options(yield_per=_PICTURES))
    for row in rows:
        if Encoded(row.data, MediaType(row.media_type), row.width, row.height).key != row.key:
            raise BackupUnusable(f"the picture {row.key} is another one")
        # One that is here already stays as it is described.
        tx.execute(insert_or_not(image).values(dict(row._mapping)).on_conflict_do_nothing())  # noqa: SLF001 -- as above


def _put_figures(stage: Transaction, tx: Transaction, ids: Ids) -> None:
    people: Counter[tuple[int, str]] = Counter()
    for row in stage.execute(select(figure)).all():
        if row.letter_id in ids["mailing"]:
            people[ids["mailing"][row.letter_id], row.state] += row.people
    values = [
        {"letter_id": letter_id, "shard": "", "state": state, "people": count}
        for (letter_id, state), count in people.items()
        if count
    ]
    if values:
        tx.execute(insert(figure), values)


def _put_clicks(stage: Transaction, tx: Transaction, ids: Ids) -> None:
    known = ids["counted_link"] = {}
    for row in stage.execute(select(counted_link).order_by(counted_link.c.id)).all():
        letter_id = ids["mailing"].get(row.letter_id)
        if letter_id is None:
            continue
        values = {"letter_id": letter_id, "place": row.place, "url": row.url, "token": row.token}
        # Taken where the newsletter it comes from is here as well: its links go on leading by that one.
        made = insert_or_not(counted_link).values(values).on_conflict_do_nothing().returning(counted_link.c.id)
        number = tx.execute(made).scalar_one_or_none()
        if number is not None:
            known[row.id] = number
    _bring(stage, tx, click_day, ids, _same)
