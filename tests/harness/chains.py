"""The chains of acts as they stand in the database, recomputed from its rows alone."""

from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import Row, select, update

from subscribers import chain
from subscribers.chain import Link
from subscribers.tables.evidence import consent, wording
from subscribers.transaction import Transaction


def rows(tx: Transaction) -> list[Row[Any]]:
    """Give all acts in the order of their chains."""
    said = select(consent, wording.c.text.label("wording")).outerjoin(wording, wording.c.id == consent.c.wording_id)
    return list(tx.execute(said.order_by(consent.c.chain, consent.c.seq)))


def broken(tx: Transaction) -> list[tuple[int, int]]:
    """Give chain and place of every act whose digest or place is not what it must be."""
    found = []
    for _, acts in groupby(rows(tx), attrgetter("chain")):
        before = chain.BEGINNING
        for seq, row in enumerate(acts, start=1):
            if row.seq != seq or row.digest != link_of(row).digest(before):
                found.append((row.chain, row.seq))
            before = row.digest
    return found


def link_of(row: Row[Any]) -> Link:
    """Give what of a row enters its digest."""
    return Link(
        chain=row.chain,
        seq=row.seq,
        act=row.act,
        at=chain.moment(row.at),
        door=row.door,
        list_id=row.list_id,
        form=row.form,
        language=row.language,
        wording=chain.wording_digest(row.wording or ""),
        message_id=row.message_id,
        person=row.person_digest,
        origin=row.origin_digest,
    )


def rehash(tx: Transaction) -> None:
    """Compute every digest anew, as somebody would who can write to the database and knows how it is done."""
    before: dict[int, str] = {}
    for row in rows(tx):
        digest = link_of(row).digest(before.get(row.chain, chain.BEGINNING))
        tx.execute(update(consent).where(consent.c.id == row.id).values(digest=digest))
        before[row.chain] = digest
