"""What an administrator does to the plan of a newsletter: sections added, changed, put in another order, taken away; pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from newsletter.errors import BadValue
from newsletter.issues.model import Rule, SectionPlan
from newsletter.issues.plan import read_plan, to_document
from subscribers.sentence import say

# Enough of a SHA-256 to tell two plans apart.
_STAMP_LENGTH = 16

Table = Mapping[str, Any]


def stamp(plan: Sequence[SectionPlan]) -> str:
    """Give what changes when anybody changes the plan: a page carries it, so that nobody changes what they did not see."""
    return hashlib.sha256(json.dumps(to_document(plan), sort_keys=True).encode()).hexdigest()[:_STAMP_LENGTH]


def added(plan: Sequence[SectionPlan], table: Table) -> tuple[SectionPlan, ...]:
    """Give the plan with one more section at its end, written as in a TOML file.

    Raises:
        BadValue: it cannot be used; the reason names the section and the key.

    """
    return read_plan([*map(table_of, plan), table])


def changed(plan: Sequence[SectionPlan], place: int, table: Table) -> tuple[SectionPlan, ...]:
    """Give the plan with another section at *place*, counted from 1.

    Raises:
        BadValue: it cannot be used, or there is no such place.

    """
    _require_place(plan, place)
    tables = [table if number == place else table_of(section) for number, section in enumerate(plan, 1)]
    return read_plan(tables)


def moved(plan: Sequence[SectionPlan], place: int, to: int) -> tuple[SectionPlan, ...]:
    """Give the plan with the section at *place* put at another one, both counted from 1; one beyond an end is that end.

    Raises:
        BadValue: there is no such place.

    """
    _require_place(plan, place)
    others = [section for number, section in enumerate(plan, 1) if number != place]
    others.insert(max(to, 1) - 1, plan[place - 1])
    return tuple(others)


def without(plan: Sequence[SectionPlan], place: int) -> tuple[SectionPlan, ...]:
    """Give the plan without the section at *place*, counted from 1.

    Raises:
        BadValue: there is no such place, or it is the only section.

    """
    _require_place(plan, place)
    if len(plan) == 1:
        raise BadValue(say("section"), plan[0].title, say("is the only one of the plan"))
    return tuple(section for number, section in enumerate(plan, 1) if number != place)


def table_of(section: SectionPlan) -> dict[str, Any]:
    """Give a section as a TOML file has it."""
    return {
        "title": section.title,
        "kind": section.kind.value,
        "look": section.look.value,
        "show": section.show.value,
        "required": section.is_required,
        "words": section.words,
        "most": section.most,
        "rest": section.takes_rest,
        "rule": [_rule(rule) for rule in section.rules],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    named = {"categories": list(rule.categories), "titles": list(rule.titles)}
    return named if rule.byline is None else named | {"byline": rule.byline}


def _require_place(plan: Sequence[SectionPlan], place: int) -> None:
    if not 1 <= place <= len(plan):
        raise BadValue(say("place"), place, say("the plan has %(count)s sections", count=len(plan)))
