"""The library: images that editors choose, checked and written anew as all others are."""

from dataclasses import replace

from newsletter.clock import Clock
from newsletter.confined import Child
from newsletter.database import Database
from newsletter.errors import BadValue
from newsletter.images import store
from newsletter.images.development import developed
from newsletter.images.fetching import Bringer, NotBrought, name_of
from newsletter.images.model import Developed, Facts, Image, Refused
from subscribers.oneline import one_line
from subscribers.sentence import say

LONGEST_ALT = 500
LONGEST_CREDIT = 200


def add(database: Database, child: Child, clock: Clock, data: bytes, facts: Facts) -> Image:
    """Take a file into the library and give the image it became.

    Raises:
        BadValue: it is no picture we read.

    """
    made = _made(child, data, facts)
    with database.write() as tx:
        key = store.keep(tx, made, _tidy(replace(facts, is_chosen=True)), clock())
        return store.find(tx, key)


async def fetch(bringer: Bringer, url: str) -> tuple[bytes, str]:
    """Give the bytes of the file at *url* and its name.

    Raises:
        BadValue: it cannot be had.

    """
    try:
        answer = await bringer.get(url)
    except NotBrought as reason:
        raise BadValue(say("picture"), url, str(reason)) from reason
    return answer.body, name_of(url)


def edit(database: Database, child: Child, clock: Clock, key: str, facts: Facts) -> Image:
    """Describe an image anew; with another focus its card is cut anew. Frozen letters keep what they show.

    Raises:
        ImageNotFound: there is none of this key.

    """
    with database.read() as tx:
        known = store.find(tx, key)
        _, data = store.content(tx, known.key)
    made = None if known.facts.focus == facts.focus else _made(child, data, facts)
    with database.write() as tx:
        store.describe(tx, known.key, _tidy(facts))
        if made is not None:
            store.put_card(tx, known.key, made.card, clock())
        return store.find(tx, known.key)


def _made(child: Child, data: bytes, facts: Facts) -> Developed:
    made = developed(child, data, focus=facts.focus)
    if isinstance(made, Refused):
        raise BadValue(say("picture"), facts.name, made.reason)
    return made


def _tidy(facts: Facts) -> Facts:
    return replace(facts, alt=one_line(facts.alt, LONGEST_ALT), credit=one_line(facts.credit, LONGEST_CREDIT))
