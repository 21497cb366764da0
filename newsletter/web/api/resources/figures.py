"""Figures of a newsletter over time: how large its list was, who came and who left, month by month."""

from collections import Counter
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import Query
from pydantic import Field

from newsletter.issues import newsletters
from newsletter.issues.model import Month
from newsletter.issues.schedule import start_of
from newsletter.staff.permissions import Permission
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer
from newsletter.web.api.routing import Routes
from newsletter.web.visits import Of
from subscribers import daybook
from subscribers.daybook import Kind

# A year, and the month a year ago to compare with.
MONTHS = 13
MOST_MONTHS = 120
# A million people take one or two seconds; nobody waits longer.
LONGEST_COUNT = 10.0

routes = Routes("figures", "How a list grows and shrinks.")


class MonthAnswer(Answer):
    """What was said about a list in a month."""

    month: str
    people: int = Field(description="Who stood on it at its end, as far as they are known still.")
    acts: dict[str, int] = Field(description="How often each was done, as `confirmed`.")


class FiguresAnswer(Answer):
    """The months of a newsletter's list."""

    months: list[MonthAnswer] = Field(description="The earliest first.")
    is_complete: bool = Field(description="False: so much was said lately that it is still being counted.")


@routes.get("/newsletters/{newsletter_id:int}/figures", Permission.VIEW, Of.NEWSLETTER)
def show_figures(
    call: Calling,
    newsletter_id: int,
    months: Annotated[int, Query(ge=1, le=MOST_MONTHS, description="How many, this one included.")] = MONTHS,
) -> FiguresAnswer:
    """Show how a newsletter's list grew and shrank, month by month in its time zone."""
    with call.reading(LONGEST_COUNT) as tx:
        known = newsletters.by_id(tx, newsletter_id)
        wanted = [Month.of(call.now.astimezone(ZoneInfo(known.zone)).date())]
        while len(wanted) < months:
            wanted.insert(0, wanted[0].previous)
        book = daybook.of_list(tx, known.list_id, date(wanted[0].year, wanted[0].month, 1))
        sizes = daybook.sizes(tx, known.list_id, [min(start_of(one.following, known.zone), call.now) for one in wanted])
    told = [
        MonthAnswer(month=str(one), people=people, acts=_acts(book.by_month.get(str(one), Counter())))
        for one, people in zip(wanted, sizes, strict=True)
    ]
    return FiguresAnswer(months=told, is_complete=book.is_complete)


def _acts(counted: Counter[Kind]) -> dict[str, int]:
    found: Counter[str] = Counter()
    for kind, often in counted.items():
        found[kind.act.value] += often
    return dict(found)
