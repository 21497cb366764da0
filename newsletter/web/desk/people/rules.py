"""A rule as rows of a form: groups of conditions, each group and all of them joined by "all" or "any"; pure.

A row is written as the text of a condition and read by the reader of rules, so a form can say nothing that a text cannot.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from subscribers.errors import RuleRefused
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
from subscribers.segments.words import written

By = Operator

MOST_GROUPS = 8
MOST_ROWS = 12
LONGEST = 2_000

ALL, ANY = "all", "any"
LAST, EACH, ISSUE = "last", "each", "issue"

# How a comparison is said on a form.
COMPARISONS: Mapping[str, str] = {
    By.IS: "is",
    By.IS_NOT: "is not",
    By.IN: "is one of",
    By.CONTAINS: "contains",
    By.STARTS: "starts with",
    By.ENDS: "ends with",
    By.IS_SET: "is known",
    By.BELOW: "is less than, or before",
    By.AT_MOST: "is at most",
    By.ABOVE: "is more than, or after",
    By.AT_LEAST: "is at least",
    By.LAST_DAYS: "in the last days:",
    "confirmed": "confirmed",
    "requested": "asked, not confirmed",
    "withdrawn": "left",
    LAST: "any of the last issues:",
    EACH: "each of the last issues:",
    ISSUE: "the issue of number",
}
_STATES = frozenset({"confirmed", "requested", "withdrawn"})
_FATES: Mapping[str, str] = {fate.value: words for fate, words in writing.FATES.items()}


@dataclass(frozen=True, slots=True)
class Row:
    """One condition as it stands in the form."""

    # "language", "answer-country", "list-readers", "topic-3", "confirmed-readers", "got"
    what: str = ""
    by: str = By.IS.value
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


def read_form(form: Mapping[str, str]) -> Sheet:
    """Read the rows of a form; what it does not name is not there."""
    groups = tuple(
        Group(_join(form.get(f"g{g}-join", "")), rows) for g in range(MOST_GROUPS) if (rows := tuple(_rows(form, g)))
    )
    return Sheet(_join(form.get("join", "")), groups or (Group(),))


def changed(sheet: Sheet, act: str) -> Sheet:
    """Give the rows after a button: `add-G`, `remove-G-R` or `group`; another changes nothing."""
    verb, *places = act.split("-")
    numbers = [int(place) for place in places if place.isascii() and place.isdigit() and len(place) < 3]  # noqa: PLR2004
    groups = list(sheet.groups)
    if verb == "group" and len(groups) < MOST_GROUPS:
        return replace(sheet, groups=(*groups, Group()))
    if not numbers or numbers[0] >= len(groups):
        return sheet
    group = groups[numbers[0]]
    if verb == "add" and len(group.rows) < MOST_ROWS:
        groups[numbers[0]] = replace(group, rows=(*group.rows, Row()))
    elif verb == "remove" and len(numbers) > 1:
        groups[numbers[0]] = replace(group, rows=tuple(row for r, row in enumerate(group.rows) if r != numbers[1]))
    kept = tuple(one for one in groups if one.rows)
    return replace(sheet, groups=kept or (Group(),))


def text(sheet: Sheet, known: Vocabulary) -> str:
    """Write the rows as a rule."""
    parts = [_joined([condition(row, known) for row in group.rows], group.join) for group in sheet.groups]
    return _joined(parts, sheet.join)


def condition(row: Row, known: Vocabulary) -> str:
    """Write one row as a condition; what is not filled in is left out, so that the reader says what it expects."""
    said = _said(row, known)
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


def _rows(form: Mapping[str, str], g: int) -> Iterator[Row]:
    for r in range(MOST_ROWS):
        name = f"g{g}-r{r}"
        if f"{name}-what" in form:
            value = form.get(f"{name}-value", "").strip()[:LONGEST]
            yield Row(form[f"{name}-what"], form.get(f"{name}-by", ""), value, f"{name}-not" in form)


def _join(text_: str) -> str:
    return ANY if text_ == ANY else ALL


def _joined(parts: list[str], join: str) -> str:
    if len(parts) == 1:
        return parts[0]
    return (" or " if join == ANY else " and ").join(f"({part})" for part in parts)


def _said(row: Row, known: Vocabulary) -> str:
    kind, _, rest = row.what.partition("-")
    if kind == "list":
        state = row.by if row.by in _STATES else "confirmed"
        return f"list {written(rest)} is {state}"
    if kind == "topic":
        return next((_topic(one.name, one.list_id, known) for one in known.topics if str(one.id) == rest), "topic")
    if row.what in _FATES:
        return _of_issues(row)
    if kind == "confirmed":
        return f"confirmed for {written(rest)} {_compared(row)}" if rest else f"confirmed {_compared(row)}"
    if kind == "answer":
        return f"attribute {written(rest)} {_compared(row)}"
    return f"{row.what} {_compared(row)}" if row.what in set(Field) else row.what


def _topic(name: str, list_id: int, known: Vocabulary) -> str:
    slug = next(one.slug for one in known.lists if one.id == list_id)
    return f"topic {written(name)} of {written(slug)}"


def _of_issues(row: Row) -> str:
    words = _FATES[row.what]
    if row.by == ISSUE:
        return f"{words} issue {row.value}"
    return f"{words} {'all' if row.by == EACH else 'any'} of the last {row.value} issues"


def _compared(row: Row) -> str:
    if row.by == By.IS_SET:
        return row.by
    if row.by == By.IN:
        return f"in ({', '.join(written(one.strip()) for one in row.value.split(',') if one.strip())})"
    value = written(row.value) if row.value else ""
    return f"in the last {value} days" if row.by == By.LAST_DAYS else f"{row.by} {value}"


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
