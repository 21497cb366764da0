"""What programs outside are to be told is written down in the transaction in which it happens, or neither is."""

import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from newsletter.tables.issues import newsletter
from newsletter.tables.webhooks import hook, telling, tiding
from subscribers.news import News
from subscribers.tables.lists import mailing_list

# The state of what nobody was told yet (webhooks.model.TellingState).
WAITING = "waiting"

# 128 bits: nobody gets the number of another event by chance.
_UID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Ear:
    """What a program wants to be told."""

    hook_id: int
    # Empty: everything.
    kinds: frozenset[str]
    # None: of all newsletters; else of one, and of the people of its list.
    newsletter_id: int | None
    list_id: int | None

    def wants(self, news: News) -> bool:
        """Whether it is to be told."""
        if self.kinds and news.kind not in self.kinds:
            return False
        if self.newsletter_id is None:
            return True
        if news.newsletter_id is not None:
            return news.newsletter_id == self.newsletter_id
        # What is about all lists is about this one.
        return news.list_id is None or news.list_id == self.list_id


def keep(tx: Connection, told: Sequence[News]) -> None:
    """Write down what happened, for every program that wants to be told; for nobody, nothing is kept."""
    ears = _ears(tx)
    heard = [(news, [ear.hook_id for ear in ears if ear.wants(news)]) for news in told]
    wanted = [(news, hook_ids) for news, hook_ids in heard if hook_ids]
    if not wanted:
        return
    lists = _slugs(tx, mailing_list, (news.list_id for news, _ in wanted))
    papers = _slugs(tx, newsletter, (news.newsletter_id for news, _ in wanted))
    rows = [
        {
            "uid": new_uid(),
            "kind": news.kind,
            "at": news.at,
            "subscriber_id": news.subscriber_id,
            "document": _document(news, lists, papers),
        }
        for news, _ in wanted
    ]
    made = tx.execute(insert(tiding).returning(tiding.c.id, sort_by_parameter_order=True), rows).scalars().all()
    tx.execute(
        insert(telling),
        [
            {"hook_id": hook_id, "tiding_id": number, "state": WAITING, "tries": 0, "due_at": news.at}
            for number, (news, hook_ids) in zip(made, wanted, strict=True)
            for hook_id in hook_ids
        ],
    )


def new_uid() -> str:
    """Give what a new event is called outside."""
    return f"msg_{secrets.token_hex(_UID_BYTES)}"


def _ears(tx: Connection) -> tuple[Ear, ...]:
    listening = (
        select(hook.c.id, hook.c.kinds, hook.c.newsletter_id, newsletter.c.list_id)
        .outerjoin(newsletter, newsletter.c.id == hook.c.newsletter_id)
        .where(hook.c.is_enabled == 1)
        .order_by(hook.c.id)
    )
    return tuple(Ear(row.id, frozenset(row.kinds), row.newsletter_id, row.list_id) for row in tx.execute(listening))


def _slugs(tx: Connection, table: Any, numbers: Iterable[int | None]) -> dict[int, str]:  # noqa: ANN401 -- a table with slugs
    wanted: Collection[int] = {number for number in numbers if number is not None}
    if not wanted:
        return {}
    return {row.id: row.slug for row in tx.execute(select(table.c.id, table.c.slug).where(table.c.id.in_(wanted)))}


def _document(news: News, lists: dict[int, str], papers: dict[int, str]) -> dict[str, object]:
    told = dict(news.facts)
    if news.subscriber_id is not None:
        # Null: every list there is.
        told["list"] = None if news.list_id is None else lists.get(news.list_id)
    if news.newsletter_id is not None:
        told["newsletter"] = papers.get(news.newsletter_id)
    return told
