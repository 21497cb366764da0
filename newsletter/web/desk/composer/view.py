"""What of the composer's page is open: it stands in the address, so that it works without a script."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Self, TypeVar
from urllib.parse import parse_qsl, urlencode

from newsletter.issues.pool import Fate

Choice = TypeVar("Choice", bound=StrEnum)

# The field of a form that says what was open on the page it stood on.
KEEP_FIELD = "keep"

LONGEST_SEARCH = 100
# More than anything has rows.
_NUMBER = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)
# "head", or what it is and its number: an article, a section, something new in a section, a comment on an article.
_OPENED = re.compile(r"head|sections|[asnc][1-9][0-9]{0,11}", re.ASCII)
_MONTH = re.compile(r"[0-9]{4}-(?:0[1-9]|1[0-2])", re.ASCII)


class Side(StrEnum):
    """What stands beside the issue; on a phone, instead of it."""

    # The preview where there is room beside it.
    ISSUE = "issue"
    PREVIEW = "preview"
    POSTS = "posts"
    CHECKS = "checks"


class Shown(StrEnum):
    """How the preview shows the letter."""

    DESKTOP = "desktop"
    PHONE = "phone"
    DARK = "dark"
    BARE = "no-images"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class View:
    """What is open on the composer's page of one issue."""

    issue_id: int
    side: Side = Side.ISSUE
    # An article's or section's form ("a41", "s7"), that for something new in a section ("n7"), that for a
    # comment on an article ("c41"), that of the subject ("head").
    open: str = ""
    shown: Shown = Shown.DESKTOP
    # Whose name and answers stand in the preview; 0: nobody's.
    reader: int = 0
    # What is looked for in the pool.
    q: str = ""
    by: str = ""
    feed: int = 0
    month: str = ""
    state: Fate = Fate.FREE
    # The post that the page before ended with.
    before: int = 0

    @classmethod
    def read(cls, issue_id: int, query: Mapping[str, str]) -> Self:
        """Read it from a query; what cannot be is as it usually is."""
        return cls(
            issue_id,
            side=_choice(Side, query.get("side", ""), Side.ISSUE),
            open=_matching(_OPENED, query.get("open", "")),
            shown=_choice(Shown, query.get("shown", ""), Shown.DESKTOP),
            reader=_number(query.get("reader", "")),
            q=query.get("q", "").strip()[:LONGEST_SEARCH],
            by=query.get("by", "").strip()[:LONGEST_SEARCH],
            feed=_number(query.get("feed", "")),
            month=_matching(_MONTH, query.get("month", "")),
            state=_choice(Fate, query.get("state", ""), Fate.FREE),
            before=_number(query.get("before", "")),
        )

    @classmethod
    def kept(cls, issue_id: int, text: str) -> Self:
        """Read it from the field of a form."""
        return cls.read(issue_id, dict(parse_qsl(text)))

    @property
    def path(self) -> str:
        """Where the page is."""
        return f"/desk/issues/{self.issue_id}/compose"

    @property
    def query(self) -> str:
        """Give it as a query, without what is as usual."""
        return urlencode(self._said())

    @property
    def form(self) -> str:
        """Give it for the field of a form: what is open there is closed once it is saved."""
        return replace(self, open="").query

    def opening(self, what: str) -> Self:
        """Give it with something open."""
        return replace(self, open=what)

    @property
    def preview(self) -> str:
        """Where the preview is that it shows."""
        query = urlencode({name: value for name, value in self._said().items() if name in {"shown", "reader"}})
        return f"/desk/issues/{self.issue_id}/preview" + (f"?{query}" if query else "")

    def to(self, anchor: str = "", **changes: object) -> str:
        """Give the address of the page with something else open, at an *anchor* of it."""
        # Several times on each of hundreds of cards: without a copy of itself.
        said = urlencode(self._said(changes))
        return self.path + (f"?{said}" if said else "") + (f"#{anchor}" if anchor else "")

    def _said(self, changes: Mapping[str, object] = MappingProxyType({})) -> dict[str, str]:
        said = ((name, changes.get(name, getattr(self, name)), usual) for name, usual in _USUAL.items())
        return {name: str(value) for name, value, usual in said if value != usual}


# Of what the address says, how it is without.
_USUAL: Mapping[str, object] = MappingProxyType({one.name: one.default for one in fields(View) if one.name != "issue_id"})


def _number(text: str) -> int:
    return int(text) if _NUMBER.fullmatch(text) else 0


def _matching(pattern: re.Pattern[str], text: str) -> str:
    return text if pattern.fullmatch(text) else ""


def _choice(kind: type[Choice], text: str, usual: Choice) -> Choice:
    return kind(text) if text in set(kind) else usual
