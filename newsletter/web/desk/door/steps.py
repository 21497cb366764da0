"""What is under way at the door, sealed into a cookie: a password was right, a passkey is asked for. No row waits for it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from starlette.responses import Response

from newsletter.errors import SealBroken
from newsletter.strongbox import Strongbox
from newsletter.web.cookies import Cookie, give
from newsletter.web.faults import StepOver
from newsletter.web.visits import Site, Visit

LIFE = timedelta(minutes=10)
_ABOUT = "a step at the door"

HOME = "/desk"
NOBODY = 0
# Paths of our own desk, and nothing that a browser could take for another site.
_OWN = re.compile(r"/desk(?:/[\w.~-]+)*/?(?:\?[\w.~=&%+:-]*)?", re.ASCII)
LONGEST_PATH = 500


class StepKind(StrEnum):
    """What comes next; a step of one kind is no step of another."""

    SECOND_FACTOR = "second factor"
    NEW_FACTOR = "new second factor"
    PASSKEY = "passkey"
    NEW_PASSKEY = "new passkey"
    PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class Step:
    """One step."""

    kind: StepKind
    # Whose it is; NOBODY: that is not known yet.
    account_id: int
    # Where to go behind the door.
    onward: str = HOME
    # What only this step needs: a challenge, a secret.
    values: Mapping[str, str] = field(default_factory=dict, repr=False)


def strongbox(site: Site) -> Strongbox:
    """Give what seals the secrets of this instance."""
    return Strongbox.of(site.application.keyring)


def begin(site: Site, visit: Visit, response: Response, step: Step) -> None:
    """Let the browser carry *step* to the next page."""
    document = {
        "kind": step.kind,
        "account": step.account_id,
        "onward": step.onward,
        "values": dict(step.values),
        "ends_at": (visit.wall + LIFE).isoformat(),
    }
    give(response, Cookie.STEP, strongbox(site).seal(json.dumps(document), _ABOUT), is_secure=visit.is_secure)


def under_way(site: Site, visit: Visit, kind: StepKind) -> Step:
    """Give the step that the browser carries.

    Raises:
        StepOver: it carries none of this *kind*, or its time is over.

    """
    try:
        document = json.loads(strongbox(site).open_text(visit.cookies.get(Cookie.STEP, ""), _ABOUT))
    except SealBroken as error:
        raise StepOver from error
    if document["kind"] != kind or datetime.fromisoformat(document["ends_at"]) <= visit.wall:
        raise StepOver
    return Step(kind, document["account"], document["onward"], document["values"])


def own_path(text: str) -> str:
    """Give where to go behind the door: a path of the desk as it stands, anything else is the board."""
    is_ours = len(text) <= LONGEST_PATH and _OWN.fullmatch(text) is not None and ".." not in text
    # Back to the door one would go round in a circle.
    return text if is_ours and not text.startswith(("/desk/sign-in", "/desk/leave", "/desk/enter", "/desk/link")) else HOME
