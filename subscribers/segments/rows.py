"""A rule as rows: groups of conditions, each group and all of them joined by "all" or "any"; what a form can show of a rule.

A row is written as the text of a condition and read by the reader of rules, so rows can say nothing that a text cannot, and
what is missing in one is told in the reader's words.
"""

from dataclasses import dataclass, field, replace

from subscribers.errors import RuleRefused
from subscribers.model import SubscriptionState
from subscribers.segments import reading, writing
from subscribers.segments.checking import Vocabulary
from subscribers.segments.rule import (
    All,
    Asked,
    Compared,
    Condition,
    Confirmed,
    Either,
    Everybody,
    Fate,
    Field,
    Latest,
    Mailed,
    Not,
    Numbered,
    OnList,
    Operator,
    Rule,
    Takes,
)

MOST_GROUPS = 8
MOST_ROWS = 12

ALL, ANY = "all", "any"
# What stands in the place of a comparison where a row is about issues.
LAST, EACH, ISSUE = "last", "each", "issue"


@dataclass(frozen=True, slots=True)
class Row:
    """One condition as it stands in the form."""

    # "language", "answer-country", "list-readers", "topic-3", "confirmed-readers", "got"
    what: str = ""
    by: str = Operator.IS.value
    value: str = ""
    is_not: bool = False
    # What the reader of rules says of it.
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions that belong together."""

    join: str = ALL
    rows: tuple[Row, ...] = field(default_factory=lambda: (Row(),))


@dataclass(frozen=True, slots=True)
class Sheet:
    """All groups."""

    join: str = ALL
    groups: tuple[Group, ...] = field(default_factory=lambda: (Group(),))

    @property
    def is_right(self) -> bool:
        """Whether every row can be read."""
        return not any(row.wrong for group in self.groups for row in group.rows)


def text(sheet: Sheet, known: Vocabulary) -> str:
    """Write the rows as a rule."""
    parts = [_joined([condition(row, known) for row in group.rows], group.join) for group in sheet.groups]
    return _joined(parts, sheet.join)


def condition(row: Row, known: Vocabulary) -> str:
    """Write one row as a condition; what is not filled in is left out, so that the reader says what it expects."""
    asked = _asked(row, known)
    # What no form of ours has is read as it stands, and refused by the reader.
    said = writing.text(asked) if asked is not None else f"{row.what} {row.by} {row.value}"
    return f"not {said}" if row.is_not else said


def sheet_of(rule: Rule, known: Vocabulary) -> Sheet | None:
    """Give a rule as rows; None where it is deeper than rows go, or says what no row can."""
    join, parts = _split(rule)
    groups = []
    # A rule of one level is one group, joined as it is.
    if all(_row(part, known) is not None for part in parts):
        rows = tuple(row for part in parts if (row := _row(part, known)) is not None)
        sheet = Sheet(ALL, (Group(join, rows),)) if len(rows) <= MOST_ROWS else None
    else:
        for part in parts:
            of_group, conditions = _split(part)
            found = [_row(one, known) for one in conditions]
            if None in found or len(found) > MOST_ROWS:
                return None
            groups.append(Group(of_group, tuple(row for row in found if row is not None)))
        sheet = Sheet(join, tuple(groups)) if len(groups) <= MOST_GROUPS else None
    # Shown as rows only what comes back from them as it was.
    return sheet if sheet is not None and _comes_back(sheet, rule, known) else None


def _joined(parts: list[str], join: str) -> str:
    if len(parts) == 1:
        return parts[0]
    return (" or " if join == ANY else " and ").join(f"({part})" for part in parts)


def _asked(row: Row, known: Vocabulary) -> Condition | None:
    """Give what a row asks, also half of it; None where it cannot be said in a condition at all."""
    kind, _, rest = row.what.partition("-")
    if kind == "list":
        is_state = row.by in set(SubscriptionState)
        return OnList(rest, SubscriptionState(row.by) if is_state else SubscriptionState.CONFIRMED)
    if kind == "topic":
        # One that is gone is asked for by what no topic is called, and not found.
        found = (_topic(one.name, one.list_id, known) for one in known.topics if str(one.id) == rest)
        return next(found, Takes(row.what, ""))
    if row.what in set(Fate):
        return _of_issues(row)
    if row.what == "everybody":
        return Everybody()
    return _compared(row, kind, rest)


def _topic(name: str, list_id: int, known: Vocabulary) -> Takes:
    return Takes(name, next(one.slug for one in known.lists if one.id == list_id))


def _of_issues(row: Row) -> Mailed:
    # 0 stands for what is no number: the reader says from where to where it goes.
    count = int(row.value) if row.value.isascii() and row.value.isdigit() else 0
    return Mailed(Fate(row.what), Numbered(count) if row.by == ISSUE else Latest(count, each=row.by == EACH))


def _compared(row: Row, kind: str, rest: str) -> Condition | None:
    if row.by not in set(Operator):
        return None
    by = Operator(row.by)
    values = _values(row, by)
    if kind == "confirmed":
        return Confirmed(rest, by, values)
    if kind == "answer":
        return Compared(Asked(rest), by, values)
    return Compared(Field(row.what), by, values) if row.what in set(Field) else None


def _values(row: Row, by: Operator) -> tuple[str, ...]:
    if by is Operator.IS_SET or not row.value:
        return ()
    if by is Operator.IN:
        return tuple(one.strip() for one in row.value.split(",") if one.strip())
    return (row.value,)


def _split(rule: Rule) -> tuple[str, tuple[Rule, ...]]:
    if isinstance(rule, Either):
        return ANY, rule.parts
    return ALL, rule.parts if isinstance(rule, All) else (rule,)


def _row(rule: Rule, known: Vocabulary) -> Row | None:
    if isinstance(rule, Not):
        inner = _row(rule.part, known)
        return replace(inner, is_not=True) if inner is not None and not inner.is_not else None
    return None if isinstance(rule, All | Either) else _condition(rule, known)


def _condition(rule: Condition, known: Vocabulary) -> Row | None:
    match rule:
        case Everybody():
            return Row("everybody")
        case Compared():
            what = f"answer-{rule.what.key}" if isinstance(rule.what, Asked) else rule.what.value
            return Row(what, rule.by.value, ", ".join(rule.values))
        case OnList(mailing_list=name, state=state):
            return Row(f"list-{name}", state.value)
        case Confirmed(mailing_list=name, by=by, values=values):
            return Row(f"confirmed-{name}" if name else "confirmed", by.value, ", ".join(values))
        case Takes():
            return _takes(rule, known)
        case Mailed(fate=fate, issues=issues):
            return _mailed(fate, issues)


def _takes(rule: Takes, known: Vocabulary) -> Row | None:
    try:
        found = known.topics_of(rule)
    except RuleRefused:
        return None
    return Row(f"topic-{found[0].id}") if len(found) == 1 else None


def _mailed(fate: Fate, issues: Numbered | Latest) -> Row | None:
    if isinstance(issues, Numbered):
        return Row(fate.value, ISSUE, str(issues.issue_id))
    if issues.newsletter:
        return None
    return Row(fate.value, EACH if issues.each else LAST, str(issues.count))


def _comes_back(sheet: Sheet, rule: Rule, known: Vocabulary) -> bool:
    try:
        return reading.read(text(sheet, known)) == rule
    except RuleRefused:
        return False
