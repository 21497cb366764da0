"""Whom of its list an issue is for, in SQL: the segments it includes and excludes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import delete, insert, select, update

from newsletter.errors import BadValue
from newsletter.issues.model import EDITABLE, Issue
from newsletter.tables.issues import issue, issue_segment
from subscribers.segments import store as segments
from subscribers.segments.store import Segment
from subscribers.segments.tree import rule_of
from subscribers.sentence import say
from subscribers.tables.segments import segment
from subscribers.transaction import Transaction

# Each is a rule asked of everybody on the list.
MOST_SEGMENTS = 20


@dataclass(frozen=True, slots=True)
class Selection:
    """The segments of an issue, with their rules as they hold for it."""

    # Whoever is in one of them gets the issue; none: everybody.
    included: tuple[Segment, ...] = ()
    # Whoever is in one of them does not.
    excluded: tuple[Segment, ...] = ()

    @property
    def is_everybody(self) -> bool:
        """Whether the whole list gets the issue."""
        return not (self.included or self.excluded)

    @property
    def words(self) -> str:
        """The selection as the end of a sentence, empty for everybody."""
        parts = [
            *([say("in %(names)s", names=_names(self.included))] if self.included else []),
            *([say("not in %(names)s", names=_names(self.excluded))] if self.excluded else []),
        ]
        return " and ".join(parts)


def put(tx: Transaction, issue_id: int, included: Sequence[str], excluded: Sequence[str]) -> None:
    """Let an issue be for the people of these segments, by name, instead of those before; the caller has begun the edit.

    Raises:
        SegmentNotFound: there is none of this name.
        BadValue: a segment is to be in and out at once, or there are too many.

    """
    if len(included) + len(excluded) > MOST_SEGMENTS:
        raise BadValue(
            say("segments"), len(included) + len(excluded), say("an issue takes %(most)s at most", most=MOST_SEGMENTS)
        )
    # In one order, and held: nobody removes one between now and the end of this transaction.
    held = {name: segments.hold(tx, name) for name in sorted({*included, *excluded})}
    wanted = {held[name].id: False for name in included}
    for name in excluded:
        if held[name].id in wanted and not wanted[held[name].id]:
            raise BadValue(say("segment"), held[name].name, say("cannot be included and excluded at once"))
        wanted[held[name].id] = True
    tx.execute(delete(issue_segment).where(issue_segment.c.issue_id == issue_id))
    rows = [{"issue_id": issue_id, "segment_id": one, "is_excluded": is_excluded} for one, is_excluded in wanted.items()]
    if rows:
        tx.execute(insert(issue_segment), rows)


def pin(tx: Transaction, issue_id: int) -> None:
    """Keep the rules as they are now with the issue: somebody has approved it for these people."""
    rule = select(segment.c.rule).where(segment.c.id == issue_segment.c.segment_id).scalar_subquery()
    tx.execute(update(issue_segment).where(issue_segment.c.issue_id == issue_id).values(rule=rule))


def of_issue(tx: Transaction, known: Issue) -> Selection:
    """Give the selection of an issue: as it was approved, or, while nobody has approved it, as it is now."""
    rows = tx.execute(select(issue_segment).where(issue_segment.c.issue_id == known.id)).all()
    kept = {one.id: one for one in segments.by_ids(tx, [row.segment_id for row in rows])}
    included: list[Segment] = []
    excluded: list[Segment] = []
    for row in sorted(rows, key=lambda row: row.segment_id):
        one = kept[row.segment_id]
        if known.letter_id is not None and row.rule is not None:
            one = replace(one, rule=rule_of(row.rule))
        (excluded if row.is_excluded else included).append(one)
    return Selection(tuple(included), tuple(excluded))


def waiting_for(tx: Transaction, segment_id: int) -> tuple[int, ...]:
    """Give the issues of a segment that are still to be sent."""
    found = (
        select(issue.c.id)
        .join(issue_segment, issue_segment.c.issue_id == issue.c.id)
        .where(issue_segment.c.segment_id == segment_id, issue.c.state.in_(EDITABLE))
        .order_by(issue.c.id)
    )
    return tuple(tx.execute(found).scalars())


def _names(some: Sequence[Segment]) -> str:
    return " or ".join(f"“{one.name}”" for one in some)
