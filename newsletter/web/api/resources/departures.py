"""Departures: who left and why, and what a machine did."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Query
from pydantic import Field

from newsletter.people import bursts, departures
from newsletter.staff.permissions import Permission
from newsletter.web.api import paging
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.routing import Routes
from newsletter.web.visits import LARGEST_NUMBER, Of

PEOPLE = Permission.MANAGE_PEOPLE

# In days: how far back, and where nobody says it.
LONGEST, USUAL = 3_650, 90

routes = Routes("departures", "Who left and why, and departures that a machine made.")


class Reasons(Answer):
    """Why people left a list by themselves."""

    people: int
    reasons: dict[str, int] = Field(description="`too-often`, `not-for-me`, …; empty: they said nothing.")


class BurstAnswer(Answer):
    """Departures of many people from one network within minutes of an issue, which mail scanners make."""

    id: int
    people: int
    subject: str
    newsletter_id: int | None
    found_at: datetime
    undone_at: datetime | None


class UndoneAnswer(Answer):
    """What became of putting people back."""

    restored: int
    left_alone: int = Field(description="They said something since, or are not known any more.")


@routes.get("/lists/{list_id:int}/departures", PEOPLE, Of.LIST)
def count_departures(
    call: Calling, list_id: int, days: Annotated[int, Query(ge=1, le=LONGEST, description="How far back.")] = USUAL
) -> Reasons:
    """Count who left a list by themselves, by what they said about it."""
    with call.reading() as tx:
        found = departures.reasons(tx, list_id, call.now - timedelta(days=days))
    return Reasons(people=sum(found.values()), reasons=found)


@routes.get("/departures/bursts", PEOPLE)
def list_bursts(call: Calling, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[BurstAnswer]:
    """List the bursts of departures that were found, the newest first."""
    with call.reading() as tx:
        known = departures.bursts(tx)
    shown, more = paging.page_of(known, lambda one: one.id, cursor, limit, newest_first=True)
    return Page(items=[BurstAnswer.model_validate(one) for one in shown], next=more)


@routes.post("/departures/bursts/{burst_id:int}/undo", PEOPLE)
def undo_burst(call: Calling, burst_id: int) -> UndoneAnswer:
    """Put the people of a burst back on their list, except those who said something themselves since."""
    number = min(burst_id, LARGEST_NUMBER)
    with call.acting() as acting:
        undone = bursts.undo(acting.tx, call.application.keyring, number, acting.actor.name, acting.now)
        acting.record("departures.undo", f"burst {number}", restored=undone.restored, left_alone=undone.left_alone)
    return UndoneAnswer.model_validate(undone)
