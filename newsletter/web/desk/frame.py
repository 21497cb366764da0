"""What stands around every page of the desk: where one can go, who is here, and what was just done."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from starlette.responses import HTMLResponse

from newsletter.languages.catalogue import later
from newsletter.staff.permissions import Actor, Permission
from newsletter.web.visits import Site, Visit

P = Permission


class Area(StrEnum):
    """A part of the desk; the navigation marks the one a page belongs to."""

    ISSUES = "issues"
    PEOPLE = "people"
    FIGURES = "figures"
    SETTINGS = "settings"
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Door:
    """A link of the navigation."""

    area: Area
    words: str
    href: str
    # Whoever lacks it does not see the door; the pages behind it ask again.
    permission: Permission


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence after an act, on the page it leads to."""

    # Marked by `later`; the page says it.
    text: str
    # Done, or it waits for something.
    is_done: bool = True
    values: Mapping[str, object] = field(default_factory=dict)


_DOORS = (
    Door(Area.ISSUES, later("Issues"), "/desk", P.VIEW),
    Door(Area.PEOPLE, later("People"), "/desk/people", P.MANAGE_PEOPLE),
    Door(Area.FIGURES, later("Figures"), "/desk/figures", P.VIEW),
    Door(Area.SETTINGS, later("Settings"), "/desk/settings", P.MANAGE_PEOPLE),
)


def page(
    site: Site, visit: Visit, name: str, /, *, here: Area = Area.ISSUES, said: Said | None = None, **values: object
) -> HTMLResponse:
    """Answer with the template *name* of the desk, filled with *values* and what every page shows."""
    return site.pages.page(
        name, now=visit.now, csrf=visit.csrf, here=here, doors=_doors(visit.actor), whose=visit.actor.name, said=said, **values
    )


def _doors(actor: Actor) -> tuple[Door, ...]:
    return tuple(door for door in _DOORS if actor.newsletters(door.permission) != frozenset())
