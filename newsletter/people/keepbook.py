"""How long the staff wants what is kept of people to be kept, in SQL: what no setting says, and what it was before."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.people.retention import Keep
from newsletter.people.spans import night_behind
from newsletter.tables.instance import kept_for
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Chosen:
    """How long something is to be kept, by the word of the staff."""

    days: int
    # Until the night behind the change it can be had back; None: as long as is usual.
    former: int | None
    by: str
    at: datetime

    def can_be_had_back(self, now: datetime) -> bool:
        """Whether nothing was forgotten by it yet."""
        return self.days != self.former and now < night_behind(self.at)


def chosen(tx: Transaction) -> Mapping[str, Chosen]:
    """Give what was chosen, by the names of `Keep`."""
    rows = tx.execute(select(kept_for))
    return {row.name: Chosen(row.days, row.former, row.changed_by, row.changed_at) for row in rows}


def keep(tx: Transaction, given: Keep, fixed: Collection[str], *, night: datetime | None = None) -> Keep:
    """Give how long what is kept: as *given* where it is *fixed* by the settings, else as chosen, else as given.

    Of a *night* it is what was chosen before it: whoever changes something has until the next one to think again. A longer
    period holds at once: what is forgotten by a mistake comes back by no button.
    """
    spans: dict[str, timedelta | None] = asdict(given)
    for name, one in chosen(tx).items():
        if name not in spans or name in fixed:
            continue
        wanted, before = timedelta(days=one.days), spans[name] if one.former is None else timedelta(days=one.former)
        is_since = night is not None and one.at >= night
        spans[name] = _longer(before, wanted) if is_since else wanted
    return Keep(**spans)


def choose(tx: Transaction, name: str, days: int, by: str, now: datetime) -> None:
    """Keep something for so many days from the next night on."""
    known = chosen(tx).get(name)
    former = None if known is None else known.days
    if known is not None and now < night_behind(known.at):
        # No night has passed: what holds in it is what held before both.
        former = known.former
    values = {"days": days, "former": former, "changed_by": by, "changed_at": now}
    statement = insert(kept_for).values(name=name, **values)
    tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def have_back(tx: Transaction, name: str, now: datetime) -> bool:
    """Let it be as it was before the last change; False: a night has passed since, or there was none."""
    known = chosen(tx).get(name)
    if known is None or not known.can_be_had_back(now):
        return False
    of_name = kept_for.c.name == name
    tx.execute(
        delete(kept_for).where(of_name) if known.former is None else update(kept_for).where(of_name).values(days=known.former)
    )
    return True


def _longer(one: timedelta | None, other: timedelta) -> timedelta | None:
    # None: for ever.
    return None if one is None else max(one, other)
