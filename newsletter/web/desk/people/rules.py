"""The rows of a rule as a form sends them, and what its buttons do to them; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from newsletter.languages.catalogue import later
from subscribers.segments.rows import ALL, ANY, EACH, ISSUE, LAST, MOST_GROUPS, MOST_ROWS, Group, Row, Sheet
from subscribers.segments.rule import Operator

By = Operator

# Of one value in the form.
LONGEST = 2_000

# How a comparison is said on a form.
COMPARISONS: Mapping[str, str] = {
    By.IS: later("is"),
    By.IS_NOT: later("is not"),
    By.IN: later("is one of"),
    By.CONTAINS: later("contains"),
    By.STARTS: later("starts with"),
    By.ENDS: later("ends with"),
    By.IS_SET: later("is known"),
    By.BELOW: later("is less than, or before"),
    By.AT_MOST: later("is at most"),
    By.ABOVE: later("is more than, or after"),
    By.AT_LEAST: later("is at least"),
    By.LAST_DAYS: later("in the last days:"),
    "confirmed": later("confirmed"),
    "requested": later("asked, not confirmed"),
    "withdrawn": later("left"),
    LAST: later("any of the last issues:"),
    EACH: later("each of the last issues:"),
    ISSUE: later("the issue of number"),
}


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


def _rows(form: Mapping[str, str], g: int) -> Iterator[Row]:
    for r in range(MOST_ROWS):
        name = f"g{g}-r{r}"
        if f"{name}-what" in form:
            value = form.get(f"{name}-value", "").strip()[:LONGEST]
            yield Row(form[f"{name}-what"], form.get(f"{name}-by", ""), value, f"{name}-not" in form)


def _join(text_: str) -> str:
    return ANY if text_ == ANY else ALL
