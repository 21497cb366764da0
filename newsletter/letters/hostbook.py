"""What hosts have of templates of their own, in SQL: a letter looks as that host has it which lays it out."""

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import delete, select

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.tables.letters import host_templates
from subscribers.transaction import Transaction

# A host says it at each tick; one that said nothing for so long is gone, and is no reason to worry.
SAID_WITHIN = timedelta(minutes=5)


def say(tx: Transaction, host: str, digest: str, now: datetime) -> None:
    """Write down what a host has, and forget the hosts that are gone."""
    tx.execute(delete(host_templates).where(host_templates.c.said_at < now - SAID_WITHIN))
    said = insert(host_templates).values(host=host, digest=digest, said_at=now)
    tx.execute(said.on_conflict_do_update(index_elements=["host"], set_={"digest": digest, "said_at": now}))


def sides(tx: Transaction, now: datetime) -> tuple[tuple[str, ...], ...]:
    """Give the hosts of now, those together that have the same, the most first; one side or none: they agree."""
    asked = select(host_templates.c.host, host_templates.c.digest).where(host_templates.c.said_at >= now - SAID_WITHIN)
    found = defaultdict[str, list[str]](list)
    for host, digest in tx.execute(asked.order_by(host_templates.c.host)):
        found[digest].append(host)
    return tuple(sorted(map(tuple, found.values()), key=lambda side: (-len(side), side)))


def told(parts: tuple[tuple[str, ...], ...]) -> str:
    """Name the sides, as in “mail1, mail2 | web1”."""
    return " | ".join(", ".join(side) for side in parts)
