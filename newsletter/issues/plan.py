"""The sections of a newsletter and which posts fall into them: rules, the default plan, and plans from TOML; pure.

How a post finds its section:

- A section has any number of rules; one that holds suffices. A rule holds when all its stated conditions hold; of several
  categories or titles one suffices. Categories and titles are compared whole and without case, * stands for anything.
- What the editors said about a post counts before what its title looks like: rules that name categories or titles are
  tried in all sections before rules that ask for a byline and nothing else. So a webinar announced "by NAME" is filed
  with the webinars, although the feature articles stand above them and take everything with a byline.
- Within each of the two rounds the first section in the order of the plan wins, which is the order of the letter, too.
- What no rule fits falls to the section that takes the rest. Without one it stays in the pool: reported, not lost.

A plan in TOML:

```toml
[[section]]
title = "Feature articles"
kind = "articles"          # or "letter", "headlines", "events", "note", "notice", "sponsors"
look = "auto"              # as the theme has it; or "lead", "features", "cards", "items", "links" and others
required = false           # an empty one blocks the approval
show = "excerpt"           # or "full", or "title"
words = 40                 # of an excerpt; left out: as the theme has them
most = 6                   # posts; what is beyond falls to the section that takes the rest; left out: all
rest = false               # takes every post that no rule fits; one section at most

[[section.rule]]
categories = ["Features", "Interview*"]
titles = ["How we *"]
byline = true
```
"""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from fnmatch import translate
from functools import lru_cache
from typing import Any, TypeVar

from newsletter.errors import BadValue
from newsletter.issues.model import Look, Rule, SectionKind, SectionPlan, Show
from subscribers.oneline import one_line
from subscribers.sentence import say

Choice = TypeVar("Choice", bound=StrEnum)


# Patterns seen so far, kept compiled; more than all plans of an instance have.
PATTERNS_KEPT = 2048

# A plan is a page long; somebody named the wrong file.
LARGEST_FILE = 100_000

# More headings than a letter could show.
MOST_SECTIONS = 40

LONGEST_TITLE = 120

# A section of more articles is a directory, and an excerpt of more words a text.
MOST_ARTICLES = 500
MOST_WORDS = 1000

_SECTION_KEYS = frozenset({"title", "kind", "look", "required", "show", "words", "most", "rest", "rule"})
_RULE_KEYS = frozenset({"categories", "titles", "byline"})
USUAL_SHOW = {
    SectionKind.LETTER: Show.FULL,
    SectionKind.ARTICLES: Show.EXCERPT,
    SectionKind.HEADLINES: Show.TITLE,
    SectionKind.EVENTS: Show.EXCERPT,
    SectionKind.NOTE: Show.FULL,
    SectionKind.NOTICE: Show.FULL,
    SectionKind.SPONSORS: Show.FULL,
}

# They are written by somebody; a post that fits no rule is none of them.
WRITTEN = frozenset({SectionKind.LETTER, SectionKind.NOTE, SectionKind.NOTICE, SectionKind.SPONSORS})

# Titles and categories stand above the text; * is the only sign with a meaning, brackets are ordinary in titles.
_OTHER_SIGNS = re.compile(r"([\[?])")

DEFAULT_PLAN: tuple[SectionPlan, ...] = (
    SectionPlan("Division Chair letter", SectionKind.LETTER, is_required=True, show=Show.FULL),
    SectionPlan(
        "Feature articles",
        SectionKind.ARTICLES,
        rules=(
            Rule(categories=("feature", "features", "feature article*", "article", "articles", "interview*")),
            Rule(byline=True),
        ),
    ),
    SectionPlan(
        "Communication initiatives",
        SectionKind.ARTICLES,
        rules=(Rule(categories=("communication*", "webinar*", "podcast*", "social media")),),
    ),
    SectionPlan(
        "The section's activities",
        SectionKind.ARTICLES,
        rules=(
            Rule(
                categories=(
                    "section activities",
                    "the section's activities",
                    "activity",
                    "activities",
                    "meeting*",
                    "satellite meeting*",
                    "event",
                    "events",
                    "conference*",
                    "wlic*",
                    "ifla wlic*",
                ),
            ),
        ),
    ),
    SectionPlan("… and more", SectionKind.HEADLINES, takes_rest=True, show=Show.TITLE),
)


def section_for(plan: Sequence[SectionPlan], title: str, categories: Sequence[str], byline: str) -> SectionPlan | None:
    """Give the section that a post falls into; None when no rule fits and no section takes the rest."""
    for is_this_round in (_names_something, _asks_only_for_a_byline):
        for section in plan:
            if any(is_this_round(rule) and _holds(rule, title, categories, byline) for rule in section.rules):
                return section
    return next((section for section in plan if section.takes_rest), None)


def parse_plan(text: str) -> tuple[SectionPlan, ...]:
    """Read a plan from the text of a TOML file.

    Raises:
        BadValue: it cannot be used; the reason names the section and the key, or the line.

    """
    return read_plan(_sections(_toml(text)))


def read_plan(tables: Sequence[Mapping[str, Any]]) -> tuple[SectionPlan, ...]:
    """Read a plan from its sections as a TOML file has them.

    Raises:
        BadValue: it cannot be used; the reason names the section and the key.

    """
    if len(tables) > MOST_SECTIONS:
        raise _wrong(say("has %(count)s sections; %(most)s are the most", count=len(tables), most=MOST_SECTIONS))
    plan = tuple(_section_in(table, number) for number, table in enumerate(tables, 1))
    _require_distinct([section.title for section in plan])
    if sum(section.takes_rest for section in plan) > 1:
        raise _wrong(say("more than one section has rest = true"))
    return plan


def to_document(plan: Sequence[SectionPlan]) -> list[dict[str, Any]]:
    """Give a plan as JSON, in the form in which it is kept."""
    return [
        {
            "title": section.title,
            "kind": section.kind.value,
            "rules": [_rule_document(rule) for rule in section.rules],
            "rest": section.takes_rest,
            "required": section.is_required,
            "show": section.show.value,
            "look": section.look.value,
            "most": section.most,
            "words": section.words,
        }
        for section in plan
    ]


def from_document(document: Sequence[Mapping[str, Any]]) -> tuple[SectionPlan, ...]:
    """Read a plan as it is kept."""
    return tuple(
        SectionPlan(
            title=section["title"],
            kind=SectionKind(section["kind"]),
            rules=tuple(_rule(rule) for rule in section["rules"]),
            takes_rest=section["rest"],
            is_required=section["required"],
            show=Show(section["show"]),
            # Plans kept before there was a choice lack these three.
            look=Look(section.get("look", Look.AUTO)),
            most=section.get("most", 0),
            words=section.get("words", 0),
        )
        for section in document
    )


def _names_something(rule: Rule) -> bool:
    return bool(rule.categories or rule.titles)


def _asks_only_for_a_byline(rule: Rule) -> bool:
    return not _names_something(rule)


def _holds(rule: Rule, title: str, categories: Sequence[str], byline: str) -> bool:
    if rule.byline is not None and rule.byline is not bool(byline):
        return False
    if rule.categories and not _any_fits(rule.categories, categories):
        return False
    return not rule.titles or _any_fits(rule.titles, (title,))


def _any_fits(patterns: Sequence[str], texts: Sequence[str]) -> bool:
    return any(_matcher(pattern)(_comparable(text)) for pattern in patterns for text in texts)


@lru_cache(PATTERNS_KEPT)
def _matcher(pattern: str) -> Callable[[str], object]:
    return re.compile(translate(_OTHER_SIGNS.sub(r"[\1]", _comparable(pattern)))).match


def _comparable(text: str) -> str:
    # Blogs turn straight quotation marks into curly ones; nobody types the curly one into a plan.
    return " ".join(text.casefold().split()).replace("\u2019", "'")


def _rule_document(rule: Rule) -> dict[str, Any]:
    return {"categories": list(rule.categories), "titles": list(rule.titles), "byline": rule.byline}


def _rule(document: Mapping[str, Any]) -> Rule:
    return Rule(tuple(document["categories"]), tuple(document["titles"]), document["byline"])


def _toml(text: str) -> Mapping[str, Any]:
    if len(text) > LARGEST_FILE:
        raise _wrong(say("is too large to be one"))
    try:
        return tomllib.loads(text)
    # RecursionError: brackets within brackets by the thousand.
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _wrong(say("is no TOML: %(error)s", error=error)) from error


def _sections(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    _require_known(document, frozenset({"section"}), "outside the sections")
    tables = document.get("section", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise _wrong(say("sections are written as [[section]]"))
    if not tables:
        raise _wrong(say("has no [[section]]"))
    return tables


def _section_in(table: Mapping[str, Any], number: int) -> SectionPlan:
    title = table.get("title")
    if not isinstance(title, str) or not one_line(title):
        raise _wrong(say("section %(number)s has no title", number=number))
    title = one_line(title, LONGEST_TITLE)
    place = say("section %(number)s (%(title)s)", number=number, title=title)
    _require_known(table, _SECTION_KEYS, place)
    kind = _choice(table, "kind", SectionKind, SectionKind.ARTICLES, place)
    section = SectionPlan(
        title=title,
        kind=kind,
        rules=_rules(table.get("rule", []), place),
        takes_rest=_yes_or_no(table, "rest", place),
        is_required=_yes_or_no(table, "required", place),
        show=_choice(table, "show", Show, USUAL_SHOW[kind], place),
        look=_choice(table, "look", Look, Look.AUTO, place),
        most=_count(table, "most", MOST_ARTICLES, place),
        words=_count(table, "words", MOST_WORDS, place),
    )
    if section.takes_rest and kind in WRITTEN:
        raise _wrong(say("%(place)s: a %(kind)s section cannot take the rest of the posts", place=place, kind=kind))
    if section.takes_rest and section.most:
        raise _wrong(say("%(place)s: what takes the rest takes all of it; leave most out", place=place))
    return section


def _rules(tables: object, place: str) -> tuple[Rule, ...]:
    if not isinstance(tables, list):
        raise _wrong(say("%(place)s: rules are written as [[section.rule]]", place=place))
    return tuple(
        _rule_in(table, say("%(place)s, rule %(number)s", place=place, number=number)) for number, table in enumerate(tables, 1)
    )


def _rule_in(table: object, place: str) -> Rule:
    if not isinstance(table, dict):
        raise _wrong(say("%(place)s: rules are written as [[section.rule]]", place=place))
    _require_known(table, _RULE_KEYS, place)
    rule = Rule(_texts(table, "categories", place), _texts(table, "titles", place), _maybe(table, "byline", place))
    if rule == Rule():
        # It would take every post; whoever wants that says rest = true.
        raise _wrong(say("%(place)s states no condition", place=place))
    return rule


def _texts(table: Mapping[str, Any], key: str, place: str) -> tuple[str, ...]:
    values = table.get(key, [])
    if not isinstance(values, list) or not all(isinstance(value, str) and value.strip() for value in values):
        raise _wrong(say('%(place)s: %(key)s is a list of texts, such as ["Features"]', place=place, key=key))
    return tuple(values)


def _maybe(table: Mapping[str, Any], key: str, place: str) -> bool | None:
    return _yes_or_no(table, key, place) if key in table else None


def _yes_or_no(table: Mapping[str, Any], key: str, place: str) -> bool:
    value = table.get(key, False)
    if not isinstance(value, bool):
        raise _wrong(say("%(place)s: %(key)s is true or false", place=place, key=key))
    return value


def _count(table: Mapping[str, Any], key: str, largest: int, place: str) -> int:
    value = table.get(key, 0)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= largest:
        raise _wrong(
            say("%(place)s: %(key)s is a number from 1 to %(largest)s, or left out", place=place, key=key, largest=largest)
        )
    return value


def _choice(table: Mapping[str, Any], key: str, choices: type[Choice], usual: Choice, place: str) -> Choice:
    value = table.get(key, usual.value)
    if not isinstance(value, str) or value not in set(choices):
        raise _wrong(say("%(place)s: %(key)s is one of %(choices)s", place=place, key=key, choices=", ".join(choices)))
    return choices(value)


def _require_known(table: Mapping[str, Any], known: frozenset[str], place: str) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise _wrong(
            say(
                "%(place)s: %(unknown)s is not known; there are %(known)s",
                place=place,
                unknown=unknown[0],
                known=", ".join(sorted(known)),
            )
        )


def _require_distinct(titles: Sequence[str]) -> None:
    seen: set[str] = set()
    for title in titles:
        if title.casefold() in seen:
            raise _wrong(say("two sections are called %(title)s", title=title))
        seen.add(title.casefold())


def _wrong(reason: str) -> BadValue:
    return BadValue(say("plan"), "file", reason)
