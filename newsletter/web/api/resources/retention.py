"""How long what is kept of people: chosen, tried before, and to be had back until the night behind it."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from newsletter.errors import BadValue
from newsletter.people import keepbook
from newsletter.people import retention as keeping
from newsletter.people.keepbook import Chosen
from newsletter.people.spans import CHOICES, night_behind
from newsletter.staff.permissions import Permission
from newsletter.web.api.calls import Call, Calling
from newsletter.web.api.fields import Answer, Given
from newsletter.web.api.routing import Routes
from subscribers.sentence import say
from subscribers.transaction import Transaction

INSTANCE = Permission.MANAGE_INSTANCE
ONE = "/retention/{name}"

# Counting walks everybody who left; whoever asks waits for it.
LONGEST_COUNT = 20.0

Days = Annotated[int, Field(ge=1, le=100_000)]

routes = Routes("retention", "How long what is kept of people.")


class Kept(StrEnum):
    """What is kept for a period of its own."""

    DELIVERIES = "deliveries"
    NETWORKS = "networks"
    LEFT = "left"
    GUESTS = "guests"
    CLICKS = "clicks"
    RETURNS = "returns"


class PeriodAnswer(Answer):
    """How long something is kept."""

    name: Kept
    days: int | None = Field(description="Null: for ever.")
    choices: list[int] = Field(description="What can be chosen; none, where a setting of the instance says it.")
    chosen_by: str = Field(description="Empty: nobody chose.")
    chosen_at: datetime | None
    back_until: datetime | None = Field(description="Until when the last choice can be taken back; null: it cannot.")


class Choice(Given):
    """How long something is to be kept."""

    days: Days = Field(description="One of `choices`.")


class Rehearsal(Given):
    """How long things would be kept; what is left out, as it is now."""

    days: dict[Kept, Days] = Field({}, description="By the names of the periods.")


class Due(Answer):
    """How much would be forgotten now."""

    rule: str
    words: str
    days: int | None = Field(description="Null: for ever.")
    count: int


@routes.get("/retention", INSTANCE)
def list_periods(call: Calling) -> list[PeriodAnswer]:
    """List how long what is kept."""
    with call.reading() as tx:
        return [_period(tx, call, name) for name in Kept]


@routes.put(ONE, INSTANCE)
def choose_period(call: Calling, name: Kept, given: Choice) -> PeriodAnswer:
    """Keep something for so long from the next night on; a longer period holds at once."""
    _require_free(call, name)
    with call.acting() as acting:
        before = _days(asdict(call.application.keep(acting.tx))[name])
        if given.days not in {*CHOICES[name], before}:
            raise BadValue(say("period"), str(given.days), say("choose one of those offered"))
        if given.days != before:
            keepbook.choose(acting.tx, name, given.days, acting.actor.name, acting.now)
            acting.record("retention.set", f"keep {name}", days=given.days, before=before)
        return _period(acting.tx, call, name)


@routes.post(f"{ONE}/undo", INSTANCE)
def take_back_period(call: Calling, name: Kept) -> PeriodAnswer:
    """Let a period be as it was before the last choice; refused once a night has gone by it."""
    _require_free(call, name)
    with call.acting() as acting:
        if not keepbook.have_back(acting.tx, name, acting.now):
            raise BadValue(say("period"), name.value, say("was not changed since the last night; choose another one"))
        acting.record("retention.set-back", f"keep {name}")
        return _period(acting.tx, call, name)


@routes.post("/retention/rehearsal", INSTANCE)
def rehearse_retention(call: Calling, given: Rehearsal) -> list[Due]:
    """Count what would be forgotten now; forgets nothing."""
    with call.reading() as tx:
        keep = call.application.keep(tx)
    wanted = replace(keep, **{name: timedelta(days=days) for name, days in given.days.items()})
    rules = keeping.rules(wanted, call.application.keyring, call.now)
    with call.reading(LONGEST_COUNT) as tx:
        found = keeping.due(tx, rules, call.now)
    return [Due(rule=one.name, words=str(one.words), days=_days(one.keep), count=found[one.name]) for one in rules]


def _require_free(call: Call, name: str) -> None:
    if name in call.application.settings.fixed_keeps:
        raise BadValue(say("period"), str(name), say("is said by a setting of the instance, and changed there"))


def _period(tx: Transaction, call: Call, name: Kept) -> PeriodAnswer:
    chosen: Mapping[str, Chosen] = keepbook.chosen(tx)
    one, is_fixed = chosen.get(name), name in call.application.settings.fixed_keeps
    can_go_back = one is not None and not is_fixed and one.can_be_had_back(call.now)
    return PeriodAnswer(
        name=name,
        days=_days(asdict(call.application.keep(tx))[name]),
        choices=[] if is_fixed else list(CHOICES[name]),
        chosen_by=one.by if one is not None else "",
        chosen_at=one.at if one is not None else None,
        back_until=night_behind(one.at) if one is not None and can_go_back else None,
    )


def _days(keep: timedelta | None) -> int | None:
    return keep.days if keep is not None else None
