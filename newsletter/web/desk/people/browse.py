"""The people there are: looked up while somebody types, filtered, fifty at a time."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.responses import Response

from newsletter.issues import newsletters
from newsletter.languages.catalogue import later
from newsletter.web.desk import frame
from newsletter.web.desk.frame import Area, Said
from newsletter.web.desk.issue.audience import Option
from newsletter.web.desk.issue.states import ShownState
from newsletter.web.desk.people import counting, words
from newsletter.web.desk.people.asked import SORTS, Asked, asked
from newsletter.web.desk.people.scope import seen_lists
from newsletter.web.spelled import people
from newsletter.web.visits import Site, Visit
from subscribers import directory, register, topicbook
from subscribers.directory import FAR_WINDOW, WINDOW, Found, Line
from subscribers.model import MailingList, Topic
from subscribers.transaction import Transaction

_SORTED = {"newest": later("Newest first"), "oldest": later("Oldest first"), "address": later("By address")}
SAID: Mapping[str, Said] = {
    "erased": Said(
        later("The person is forgotten. Only a keyed hash of the address stays, so that no import brings them back.")
    ),
}


@dataclass(frozen=True, slots=True)
class Stand:
    """How somebody stands to a list, for the eye."""

    list_name: str
    state: ShownState


@dataclass(frozen=True, slots=True)
class Row:
    """A person as a row of the table."""

    line: Line
    stands: tuple[Stand, ...]
    kept_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Filters:
    """What people can be filtered by, and what is chosen."""

    lists: tuple[Option, ...]
    states: tuple[Option, ...]
    topics: tuple[Option, ...]
    sources: tuple[Option, ...]
    kept: tuple[Option, ...]
    sorts: tuple[Option, ...]


def show(site: Site, visit: Visit) -> Response:
    """Show a page of people."""
    with site.application.database.read() as tx:
        seen = seen_lists(tx, visit)
        question = asked(tx, visit, seen)
        found = directory.look(tx, question.wanted, question.after, FAR_WINDOW if question.is_far else WINDOW)
        known = [one for one in register.all_lists(tx) if seen is None or one.id in seen]
        topics = [topic for one in known for topic in topicbook.of_list(tx, one.id)]
        zone = newsletters.zone_of_house(tx)
        has_people = bool(found.people) or question.is_filtered or _has_people(tx, question)
    names = {one.id: one.name for one in known}
    return frame.page(
        site,
        visit,
        "desk/people/browse.html",
        here=Area.PEOPLE,
        said=SAID.get(visit.query.get("said", "")),
        zone=zone,
        asked=question,
        rows=tuple(_row(visit, one, names) for one in found.people),
        counted=_counted(site, visit, question, found),
        more=question.address(after=str(found.more)) if found.more and not found.has_stopped else "",
        further=question.address(after=str(found.more), far="1") if found.more and found.has_stopped else "",
        looked=FAR_WINDOW if question.is_far else WINDOW,
        filters=filters(visit, question, known, topics),
        has_lists=bool(known),
        has_people=has_people,
    )


def _has_people(tx: Transaction, question: Asked) -> bool:
    return question.after is not None or bool(directory.count(tx, question.wanted, 1))


def _row(visit: Visit, line: Line, names: Mapping[int, str]) -> Row:
    stands = tuple(Stand(names.get(one.list_id, ""), words.STATES[one.state]) for one in line.standings)
    return Row(line, stands, words.kept_out(visit.words, line.kept_out, names))


def _counted(site: Site, visit: Visit, question: Asked, found: Found) -> str:
    """Say how many there are; empty where that is still to be asked."""
    if question.after is None and found.more is None:
        return people(len(found.people), visit.words).capitalize()
    return counting.counted(site, visit, question.wanted) if question.is_counted else ""


def filters(visit: Visit, question: Asked, known: list[MailingList], topics: list[Topic]) -> Filters:
    """Give what people can be filtered by, with what is chosen."""
    chosen, spoken = question.fields.get, visit.words
    names = {one.id: one.name for one in known}
    return Filters(
        lists=words.named(spoken, {str(one.id): one.name for one in known}, chosen("list", ""), later("All lists")),
        states=words.options(
            spoken,
            {state.value: shown.words for state, shown in words.STATES.items()},
            chosen("state", ""),
            later("In any state"),
        ),
        topics=words.named(
            spoken,
            {str(one.id): f"{one.name} ({names[one.list_id]})" for one in topics},
            chosen("topic", ""),
            later("Any topic"),
        ),
        sources=words.options(spoken, words.SOURCES, chosen("source", ""), later("From anywhere")),
        kept=words.options(spoken, words.KEPT, chosen("kept", ""), later("Kept out or not")),
        sorts=tuple(Option(one, spoken.gettext(_SORTED[one]), is_chosen=chosen("sort", "newest") == one) for one in SORTS),
    )
