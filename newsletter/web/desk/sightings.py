"""Where the windows of the desk are in an issue, as they say it, and as whoever looks is told of the others."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.responses import JSONResponse, Response

from newsletter.staff.windows import Key, Window
from newsletter.web.presence import LONGEST_WINDOW, Here
from newsletter.web.visits import Site, Visit

# What can be open in the composer: see its view.
_PLACE = re.compile(r"head|sections|[asnc][1-9][0-9]{0,11}", re.ASCII)

FIELDS = ("window", "place", "leaves")


@dataclass(frozen=True, slots=True)
class Around:
    """Who else has an issue open."""

    others: tuple[Here, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Each of them once."""
        return tuple(dict.fromkeys(one.name for one in self.others))

    def at(self, *places: str) -> tuple[str, ...]:
        """Name those who are at one of *places*."""
        return tuple(dict.fromkeys(one.name for one in self.others if one.place in places))


def here(site: Site, visit: Visit) -> Response:
    """Note where in an issue a window of the composer is, or that it is closed; gives who else is where."""
    place = visit.text("place")
    found = seen(site, visit, place if _PLACE.fullmatch(place) else "")
    others = [{"name": one.name, "place": one.place} for one in found if one.account_id != visit.actor.account_id]
    return JSONResponse({"others": others})


def seen(site: Site, visit: Visit, place: str) -> tuple[Here, ...]:
    """Note where the window is that asks, or that it is closed; gives who else is at its issue."""
    account_id, name = visit.actor.account_id, visit.text("window")
    if account_id is None or not 0 < len(name) <= LONGEST_WINDOW:
        return ()
    key = Key(account_id, name)
    if visit.text("leaves"):
        site.presence.leave(key, visit.wall)
        return ()
    return site.presence.enter(Window(key, visit.actor.name, visit.number("issue_id"), place, visit.wall))


def around(site: Site, visit: Visit, issue_id: int) -> Around:
    """Give who else has an issue open, on a page that is being made."""
    found = site.presence.others(issue_id, visit.wall)
    return Around(tuple(one for one in found if one.account_id != visit.actor.account_id))


def names_at(article_id: int, others: Iterable[Here]) -> Sequence[str]:
    """Name whoever has the text of an article open, or its card in the composer."""
    return Around(tuple(others)).at(f"t{article_id}", f"a{article_id}")
