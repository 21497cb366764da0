"""Lists a page at a time: each names where the next one begins, in a word that only we read."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import Field

from newsletter.web.api.fields import NO_NUL, Answer
from newsletter.web.api.problems import Invalid, Wrong
from newsletter.web.visits import LARGEST_NUMBER

T = TypeVar("T")

MOST = 200
USUAL = 50

Limit = Annotated[int, Query(ge=1, le=MOST, description="How many at most.")]
Cursor = Annotated[
    str | None, Query(max_length=400, pattern=NO_NUL, description="`next` of the page before; leave it out for the first.")
]


class Page(Answer, Generic[T]):
    """Some of a list, and where it goes on."""

    items: list[T]
    next: str | None = Field(description="The `cursor` of the next page; null at the end.")


def written(after: str | int) -> str:
    """Write down where a page begins."""
    return base64.urlsafe_b64encode(json.dumps(after).encode()).decode().rstrip("=")


def read(cursor: str | None) -> str | int | None:
    """Read where a page begins; None: at the beginning.

    Raises:
        Invalid: no page of ours names this.

    """
    if cursor is None:
        return None
    try:
        known = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
    # RecursionError: brackets in brackets.
    except (ValueError, binascii.Error, RecursionError) as error:
        raise _unknown() from error
    if isinstance(known, bool) or not isinstance(known, str | int):
        raise _unknown()
    return known


def read_number(cursor: str | None) -> int | None:
    """Read behind which number a page begins; None: at the beginning.

    Raises:
        Invalid: no page of ours names this.

    """
    known = read(cursor)
    if known is None:
        return None
    if not isinstance(known, int) or not 0 <= known <= LARGEST_NUMBER:
        raise _unknown()
    return known


def page_of(
    items: Sequence[T], number: Callable[[T], int], cursor: str | None, limit: int, *, newest_first: bool = False
) -> tuple[Sequence[T], str | None]:
    """Give a page of *items*, which are in the order of their numbers, and the cursor of the next one.

    Raises:
        Invalid: the cursor is none of ours.

    """
    after = read_number(cursor)
    rest = [one for one in items if after is None or (number(one) < after if newest_first else number(one) > after)]
    shown = rest[:limit]
    return shown, written(number(shown[-1])) if len(rest) > limit else None


def part_of(items: Sequence[T], cursor: str | None, limit: int) -> tuple[Sequence[T], str | None]:
    """Give a page of *items* by their places: of what has an order of its own, and is seldom changed.

    Raises:
        Invalid: the cursor is none of ours.

    """
    begins = read_number(cursor) or 0
    ends = begins + limit
    return items[begins:ends], written(ends) if ends < len(items) else None


def _unknown() -> Invalid:
    return Invalid([Wrong("query/cursor", "is not the `next` of a page")])
