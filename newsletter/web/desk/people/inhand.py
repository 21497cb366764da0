"""Files that the desk has in hand: brought, what their columns hold, and the rows that are left out of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from starlette.responses import Response

from newsletter.errors import BadValue
from newsletter.languages.catalogue import Words, later
from newsletter.people.importwork import Work
from newsletter.web.desk.issue.audience import Option
from newsletter.web.visits import Site, Visit
from subscribers import attributebook
from subscribers.attributes import Attribute
from subscribers.errors import FileUnreadable
from subscribers.exchange.columns import NOTHING
from subscribers.exchange.dialects import Field
from subscribers.exchange.model import ImportOrder
from subscribers.exchange.sources import Peek, open_source, peek
from subscribers.oneline import one_line
from subscribers.sentence import say
from subscribers.spreadsheet import write_row

# A million people with names take 60 MB.
LARGEST = 128 * 1024 * 1024
# Shown of a file, and how many columns can be said anew: a form has 200 fields.
SAMPLE = 3
MOST_COLUMNS = 100
LONGEST_CELL = 60
# Rows of a report.
MOST_SHOWN = 50

UNCLEAR = later("It is not clear which column has the addresses. Choose it below.")

# What stands for "as it was recognised" and is told to nobody.
AS_READ = ""

# Stands before the place of a column in the name of its select.
COLUMN = "column-"

_FIELDS: Mapping[str, str] = {
    Field.EMAIL: later("the address"),
    Field.NAME: later("the whole name"),
    Field.FIRST_NAME: later("the first name"),
    Field.LAST_NAME: later("the last name"),
    Field.LANGUAGE: later("the language"),
    Field.STATE: later("whether they left, bounced or complained"),
    Field.CONSENT_WORDS: later("in which words they consented"),
    Field.CONSENT_BY: later("by which way they consented"),
    Field.CONSENT_FORM: later("by which form they consented"),
    Field.REQUESTED_AT: later("when they asked to join"),
    Field.CONFIRMED_AT: later("when they consented"),
    Field.CADENCE: later("how often they want it"),
    Field.PAUSED_UNTIL: later("until when it rests"),
    Field.TOPICS: later("which topics they take"),
}
# Of somebody who is kept out nothing else is asked.
_FIELDS_OF_ADDRESSES = (Field.EMAIL, Field.STATE)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file, and what it may hold."""

    place: int
    title: str
    sample: tuple[str, ...]
    # What it was taken for, in words; empty when it was left alone.
    taken: str
    options: tuple[Option, ...]

    @property
    def field(self) -> str:
        """The name of its select in the form."""
        return f"{COLUMN}{self.place}"


@dataclass(frozen=True, slots=True)
class Read:
    """A file as it stands in the form."""

    kind: str
    columns: tuple[Column, ...]
    # Why it cannot be read so; empty when it can.
    trouble: str
    more_columns: int


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as somebody brings it."""

    data: bytes
    # What it is called, which nothing is ever opened by.
    name: str


def brought(visit: Visit) -> Brought:
    """Give the file of the form.

    Raises:
        BadValue: there is none, or it is empty.

    """
    data = visit.files.get("file")
    if data is None:
        raise BadValue(say("file"), "", say("choose a file that is not empty"))
    return Brought(data, one_line(visit.file_names.get("file", ""), LONGEST_CELL) or visit.words.gettext("a file"))


def read(site: Site, visit: Visit, work: Work) -> Read:
    """Look into a file, as far as a form has to show it."""
    file = site.porter.carrier.open(work)
    if file is None:
        return Read("", (), visit.words.gettext("The file is not here any more. Bring it again."), 0)
    with site.application.database.read() as tx:
        attributes = attributebook.all_attributes(tx) if work.reason is None else ()
    names = _names(visit.words, work, attributes)
    order = work.order
    try:
        with file:
            seen = peek(file, SAMPLE, encoding=order.encoding, is_raw=order.is_raw)
    except FileUnreadable as error:
        return Read("", (), str(error), 0)
    try:
        # Whoever peeked may have closed it.
        with site.porter.carrier.reopen(work) as file:
            source = open_source(file, encoding=order.encoding, is_raw=order.is_raw, said=order.columns, attributes=attributes)
    except FileUnreadable as error:
        # The reason speaks to whoever stands at the command line.
        trouble = visit.words.gettext(UNCLEAR) if "--map" in error.reason else error.reason
        return Read(seen.kind, _columns(visit.words, seen, {}, order, names), trouble, 0)
    columns = _columns(visit.words, seen, source.columns.taken, order, names)
    return Read(source.kind, columns, "", max(0, len(seen.titles) - MOST_COLUMNS))


def said(site: Site, visit: Visit, work: Work) -> Mapping[str, str]:
    """Give what the form says its columns hold, by their titles; without those that are left as they were recognised.

    Raises:
        BadValue: it is nothing that was offered.

    """
    found = read(site, visit, work)
    fields = {one.title: visit.text(one.field) for one in found.columns}
    offered = {option.value for one in found.columns for option in one.options}
    for title, field in fields.items():
        if field not in offered:
            raise BadValue(say("column"), title[:40], say("choose one of those offered"))
    return {title: field for title, field in fields.items() if field != AS_READ}


def left_out(work: Work) -> Response:
    """Give the rows that were left out, with the reason, as a file that no spreadsheet runs."""
    refused = (work.report or {}).get("refusals", ())
    lines = chain(
        [write_row(("row", "text", "reason"))],
        (write_row((str(one["row"]), str(one["text"]), str(one["reason"]))) for one in refused),
    )
    headers = {"Content-Disposition": f'attachment; filename="left-out-{work.id}.csv"'}
    return Response("".join(lines), headers=headers, media_type="text/csv; charset=utf-8")


def _names(spoken: Words, work: Work, attributes: Sequence[Attribute]) -> Mapping[str, str]:
    if work.reason is not None:
        return {field: spoken.gettext(_FIELDS[field]) for field in _FIELDS_OF_ADDRESSES}
    of_all = {field: spoken.gettext(text) for field, text in _FIELDS.items()}
    return {**of_all, **{known.key: known.label for known in attributes}}


def _columns(
    spoken: Words, seen: Peek, taken: Mapping[str, str], order: ImportOrder, names: Mapping[str, str]
) -> tuple[Column, ...]:
    return tuple(
        Column(
            place,
            title,
            tuple(row[place][:LONGEST_CELL] for row in seen.rows if place < len(row) and row[place]),
            names.get(taken.get(title, ""), ""),
            _options(spoken, names, order.columns.get(title, AS_READ), names.get(taken.get(title, ""), "")),
        )
        for place, title in enumerate(seen.titles[:MOST_COLUMNS])
        if title
    )


def _options(spoken: Words, names: Mapping[str, str], said: str, taken: str) -> tuple[Option, ...]:
    first = Option(
        AS_READ, spoken.gettext("as recognised: %(what)s", what=taken or spoken.gettext("nothing")), is_chosen=not said
    )
    lines = (Option(value, words, is_chosen=said == value) for value, words in names.items())
    return (first, Option(NOTHING, spoken.gettext("nothing: leave it alone"), is_chosen=said == NOTHING), *lines)
