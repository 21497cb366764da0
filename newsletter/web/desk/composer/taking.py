"""Posts of the pool, taken into a section of the issue."""

from collections.abc import Iterator

from starlette.responses import Response

from newsletter.errors import BadValue
from newsletter.issues import editing
from newsletter.issues.model import Issue
from newsletter.issues.snapshot import layout
from newsletter.web.desk.composer import moves
from newsletter.web.desk.composer.answering import answered
from newsletter.web.desk.composer.said import Done
from newsletter.web.desk.saving import save, seen
from newsletter.web.visits import Site, Visit
from subscribers.sentence import say
from subscribers.transaction import Transaction

# Before the id of a post in the name of its box.
_FIELD = "post-"
# No id has more digits.
_MOST_DIGITS = 12


def take(site: Site, visit: Visit) -> Response:
    """Take the posts that are ticked, or the one whose button was pressed, into the section that is chosen."""
    issue_id, section_id = visit.number("issue_id"), _number(visit.text("section"))
    # Where it was dropped, if it was dragged.
    place = _number(visit.text("place")) or None
    ids = [number for number in map(_number, _taken(visit)) if number]

    def write(tx: Transaction, over: int | None) -> Issue:
        target = moves.section_of(seen(tx, issue_id, over), section_id)
        return editing.take_posts(tx, issue_id, ids, target.title, visit.now, position=place, expected_version=over)

    def work() -> Done:
        if not ids:
            raise BadValue(say("posts"), "none", say("are ticked; tick what is to be taken, or press Take at one of them"))
        save(site, visit, issue_id, write, "issue.take_post", part=layout, posts=ids)
        return Done("taken", section_id, len(ids), focus="pool", anchor=f"s{section_id}")

    return answered(site, visit, work)


def _taken(visit: Visit) -> Iterator[str]:
    if one := visit.text("take"):
        yield one
        return
    # The newest stands first on the page, and the oldest first in an issue.
    yield from reversed([name.removeprefix(_FIELD) for name in visit.form if name.startswith(_FIELD)])


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else 0
