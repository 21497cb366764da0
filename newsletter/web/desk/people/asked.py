"""What a question for people says: read from the address of the page, and written into one again."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from enum import StrEnum
from typing import TypeVar
from unicodedata import normalize
from urllib.parse import urlencode

from newsletter.errors import BadValue
from newsletter.issues import newsletters
from newsletter.issues.recurrence import instant
from newsletter.mail import fates
from newsletter.web.visits import Visit, whole_number
from subscribers import topicbook
from subscribers.directory import LONGEST_TEXT, Place
from subscribers.errors import TopicNotFound
from subscribers.model import SubscriptionState
from subscribers.narrowing import Kept, Source, Wanted, Way
from subscribers.oneline import one_line
from subscribers.sentence import say
from subscribers.transaction import Transaction

Word = TypeVar("Word", bound=StrEnum)

# Of what people may be asked for; everything else is refused, so that nobody learns by it what is kept and not shown.
FILTERS = ("q", "list", "state", "topic", "language", "source", "import", "since", "kept", "returned", "sort")
# How far the look is, where it begins, whether people are counted, and what was done a moment ago.
_BESIDE = ("after", "far", "count", "said")

SORTS: Mapping[str, Way] = {"newest": Way.NEWEST, "oldest": Way.OLDEST, "address": Way.ADDRESS}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question for people, as it stands in the address of a page."""

    # What was asked, by its names; without what is empty.
    fields: Mapping[str, str]
    wanted: Wanted
    after: Place | None
    is_far: bool
    is_counted: bool

    @property
    def is_filtered(self) -> bool:
        """Whether anything but the order is asked for."""
        return any(name != "sort" for name in self.fields)

    def address(self, **beside: str) -> str:
        """Give the address of this question, from its beginning or as *beside* says."""
        fields = urlencode({**self.fields, **beside})
        return f"/desk/people?{fields}" if fields else "/desk/people"

    @property
    def file(self) -> str:
        """The address of the page that gives everybody it is true of as a file."""
        fields = urlencode({name: text for name, text in self.fields.items() if name != "sort"})
        return f"/desk/people/export/found?{fields}" if fields else "/desk/people/export/found"


def asked(tx: Transaction, visit: Visit, lists: frozenset[int] | None) -> Asked:
    """Read what is asked for, by somebody who may see the people of *lists* (None: of all).

    Raises:
        BadValue: something that people are not found by, or a value that cannot be.

    """
    for name in visit.query:
        if name not in {*FILTERS, *_BESIDE}:
            raise BadValue(say("filter"), name[:40], say("people are not found or sorted by that"))
    fields = {name: text for name in FILTERS if (text := one_line(visit.query.get(name, ""), LONGEST_TEXT))}
    wanted = Wanted(
        text=normalize("NFC", fields.get("q", "")),
        order=_sort(fields.get("sort", "newest")),
        lists=lists,
        list_id=_number(fields, "list"),
        state=_one_of(SubscriptionState, fields, "state"),
        language=fields.get("language", ""),
        source=_one_of(Source, fields, "source"),
        import_id=_number(fields, "import"),
        since=_day(fields, newsletters.zone_of_house(tx)),
        kept=_one_of(Kept, fields, "kept"),
        also=fates.was_refused if _is_ticked(fields, "returned") else None,
    )
    topic_id = _number(fields, "topic")
    if topic_id is not None:
        wanted = replace(wanted, topic_id=topic_id, topic_list_id=_list_of(tx, topic_id))
    is_far, is_counted = (_is_ticked(visit.query, name) for name in ("far", "count"))
    return Asked(fields, wanted, _place(visit.query.get("after", "")), is_far, is_counted)


def _list_of(tx: Transaction, topic_id: int) -> int:
    try:
        return topicbook.by_id(tx, topic_id).list_id
    except TopicNotFound as error:
        raise BadValue(say("topic"), str(topic_id), say("there is no such topic")) from error


def _sort(text: str) -> Way:
    way = SORTS.get(text)
    if way is None:
        raise BadValue(say("sort"), text[:40], say("people are sorted by one of: %(sorts)s", sorts=", ".join(SORTS)))
    return way


def _one_of(words: type[Word], fields: Mapping[str, str], name: str) -> Word | None:
    text = fields.get(name)
    if text is None:
        return None
    try:
        return words(text)
    except ValueError as error:
        raise BadValue(name, text[:40], say("it is one of: %(words)s", words=", ".join(words))) from error


def _number(fields: Mapping[str, str], name: str) -> int | None:
    text = fields.get(name)
    if text is None:
        return None
    number = whole_number(text)
    if number is None:
        raise BadValue(name, text[:40], say("it is a number"))
    return number


def _day(fields: Mapping[str, str], zone: str) -> datetime | None:
    text = fields.get("since")
    if text is None:
        return None
    try:
        return instant(datetime.combine(date.fromisoformat(text), time()), zone)
    except (ValueError, OverflowError) as error:
        raise BadValue(say("since"), text[:40], say("write the day as 2020-02-03")) from error


def _is_ticked(fields: Mapping[str, str], name: str) -> bool:
    text = fields.get(name, "")
    if text not in {"", "1"}:
        raise BadValue(name, text[:40], say("it is 1, or not there"))
    return text == "1"


def _place(text: str) -> Place | None:
    if not text:
        return None
    way, _, number = text.partition("-")
    found = _number({"after": number}, "after")
    if way not in set(Way) or found is None:
        raise BadValue(say("after"), text[:40], say("pages follow each other by the links on them"))
    return Place(Way(way), found)
