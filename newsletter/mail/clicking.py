"""Clicks, and which of them are those of programs; pure.

Mail is opened by scanners before it reaches anybody: they ask for links by a name of their own, or for several at once. What
tells one caller from another is a hash by a key of this process, which is kept for seconds and nowhere written down.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

# So many links of one letter within such a time: no person reads and presses so quickly.
BURST_LINKS = 3
# Where an address is the same for all readers, a caller may be a house full of them behind one address, with one browser.
CROWD_LINKS = 5
BURST_WITHIN = timedelta(seconds=2)

# Programs say so, most of them; a browser always names itself. There is a telephone called Cubot.
_PROGRAM = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|preview|scan|monitor|headless|proofpoint|barracuda|mimecast|safelinks|trendmicro"
    r"|fortinet|symantec|messagelabs|ironport|bitdefender|kaspersky|sophos|zscaler|trustwave|googleimageproxy|virustotal"
    r"|facebookexternalhit|whatsapp|telegram|curl|wget|python|go-http|okhttp|java/|libwww|http-?client|axios|node-fetch|ruby",
)


@dataclass(frozen=True, slots=True)
class Click:
    """Somebody or something followed a link."""

    # By the clock of this machine, and as it is written down.
    wall: datetime
    at: datetime
    link_id: int
    letter_id: int
    # Tells callers apart; never written down.
    caller: bytes
    # Whether it calls itself a program.
    is_program: bool
    # Whose it is, where the address says so: a subscription. Whether they allow it is asked when it is written down.
    subscription_id: int | None = None


def is_program(agent: str) -> bool:
    """Whether a browser by this name is none."""
    return not agent.strip() or _PROGRAM.search(agent.lower()) is not None


def machines(clicks: Sequence[Click]) -> tuple[bool, ...]:
    """Say of each click, in their order, whether a program's."""
    found = [one.is_program for one in clicks]
    # Whose link it is tells callers apart, whatever stands between them and us.
    of_caller: dict[tuple[bytes, int | None, int], list[int]] = defaultdict(list)
    for place, one in enumerate(clicks):
        of_caller[one.caller, one.subscription_id, one.letter_id].append(place)
    for places in of_caller.values():
        places.sort(key=lambda place: clicks[place].wall)
        is_one = clicks[places[0]].subscription_id is not None
        for place in _bursts(places, clicks, BURST_LINKS if is_one else CROWD_LINKS):
            found[place] = True
    return tuple(found)


def _bursts(places: Sequence[int], clicks: Sequence[Click], most: int) -> set[int]:
    """Give those of one caller's clicks, in order of time, that came with too many others."""
    found: set[int] = set()
    first = 0
    links: dict[int, int] = defaultdict(int)
    for last, place in enumerate(places):
        links[clicks[place].link_id] += 1
        while clicks[place].wall - clicks[places[first]].wall > BURST_WITHIN:
            gone = clicks[places[first]].link_id
            links[gone] -= 1
            if not links[gone]:
                del links[gone]
            first += 1
        if len(links) >= most:
            found.update(places[first : last + 1])
    return found
