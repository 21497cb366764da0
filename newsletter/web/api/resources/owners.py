"""Who sees to which section of an issue, and by when."""

from datetime import datetime
from typing import Self

from pydantic import Field, model_validator

from newsletter.errors import BadValue
from newsletter.issues import store
from newsletter.issues.model import Section
from newsletter.review import charges, charging
from newsletter.review.charge import Charge, Known, Progress, Stand, asked_of
from newsletter.review.charging import Wish
from newsletter.staff.permissions import Permission
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer, Given, Line, Moment, Number
from newsletter.web.api.routing import Routes
from newsletter.web.visits import Of
from subscribers.sentence import say

P = Permission

routes = Routes("owners", "Who sees to which section of an issue, and by when.")


class OwnerAnswer(Answer):
    """One section on its way."""

    section_id: int
    title: str
    owner: str | None = Field(description="Null: all editors.")
    is_owner_set: bool = Field(description="Somebody said so; else it is as usual.")
    due_at: datetime | None
    is_due_set: bool
    state: Stand
    is_owed: bool = Field(description="Somebody has to do something for it still.")
    is_overdue: bool


class Charging(Given):
    """Who sees to a section, and by when; what is left out is as usual."""

    account: Line | None = Field(None, description="Name of somebody on the staff who may edit the newsletter.")
    contribution: Number | None = Field(None, description="Number of a text of this section that a guest was asked for.")
    due_at: Moment | None = None

    @model_validator(mode="after")
    def _one_owner(self) -> Self:
        if self.account is not None and self.contribution is not None:
            msg = "say either an account or a contribution"
            raise ValueError(msg)
        return self


@routes.get("/issues/{issue_id:int}/owners", P.VIEW, Of.ISSUE)
def list_owners(call: Calling, issue_id: int) -> list[OwnerAnswer]:
    """List who sees to each section of an issue, by when, and how far it is."""
    with call.reading() as tx:
        return [_answer(one, call.now) for one in charging.progress_of(tx, store.load(tx, issue_id))]


@routes.put("/issues/{issue_id:int}/sections/{section_id:int}/owner", P.EDIT, Of.SECTION)
def assign_section(call: Calling, issue_id: int, section_id: int, given: Charging) -> OwnerAnswer:
    """Give a section to somebody, with a deadline. It makes no version, and ends no approval."""
    with call.acting() as acting:
        # Held before it is looked at, so that what is put over is what was seen.
        charges.hold(acting.tx, issue_id)
        issue = store.load(acting.tx, issue_id)
        section = next(one for one in issue.sections if one.id == section_id)
        known = charging.known_of(acting.tx, issue)
        wish = Wish(_wanted(section, known, given), known.charges.get(section_id, Charge()))
        assigned = charging.assign(acting.tx, issue_id, {section_id: wish}, acting.actor.name, acting.now)
        line = next(one for one in charging.progress_of(acting.tx, issue) if one.section.id == section_id)
        if assigned.changed:
            acting.record("issue.section.assign", f"issue {issue_id}", **charging.told(line))
        return _answer(line, acting.now)


def _wanted(section: Section, known: Known, given: Charging) -> Charge:
    return Charge(_account(section, known, given.account), _guest(section, known, given.contribution), given.due_at)


def _account(section: Section, known: Known, name: str | None) -> int | None:
    if name is None:
        return None
    wanted = name.strip().casefold()
    for number, owner in known.staff.items():
        if owner.name.casefold() == wanted:
            return number
    raise BadValue(say("owner"), section.title, say("goes to somebody who may edit this newsletter"))


def _guest(section: Section, known: Known, contribution: int | None) -> int | None:
    if contribution is None:
        return None
    for one in asked_of(section, known.asked):
        if one.id == contribution:
            return one.link_id
    raise BadValue(say("owner"), section.title, say("goes to a guest who was asked for its text, and to no other"))


def _answer(one: Progress, now: datetime) -> OwnerAnswer:
    return OwnerAnswer(
        section_id=one.section.id,
        title=one.section.title,
        owner=one.owner.name if one.owner is not None else None,
        is_owner_set=one.owner is not None and one.owner != one.usual_owner,
        due_at=one.due_at,
        is_due_set=one.charge.due_at is not None,
        state=one.stand,
        is_owed=one.is_owed,
        is_overdue=one.is_late(now),
    )
