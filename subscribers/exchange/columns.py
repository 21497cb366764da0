"""Which column holds what: suggested from the titles and the first rows, changed by whoever knows better."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from subscribers.address import parse
from subscribers.attributes import Attribute
from subscribers.errors import AddressRefused, FileUnreadable
from subscribers.exchange.dialects import STATES, TITLES, Dialect, Field, Rule, recognise
from subscribers.exchange.model import PersonRow, Standing, TermsCells
from subscribers.sentence import say
from subscribers.spreadsheet import Row

# Said instead of a field: the column is left alone.
NOTHING = "nothing"

# So much of a column without a telling title must be addresses for it to be that of the addresses.
_MOST_OF = 0.8

# Of the titles of a file that is no table at all, this much is told.
_MOST_TITLES = 30
_LONGEST_TITLE = 60

_STRENGTH = tuple(Standing)

_TERMS = (Field.CADENCE, Field.PAUSED_UNTIL, Field.TOPICS)


@dataclass(frozen=True, slots=True)
class _Judge:
    """A rule and where its column stands."""

    place: int
    rule: Rule


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the answers to an attribute stand."""

    place: int
    attribute: Attribute


@dataclass(frozen=True, slots=True)
class Columns:
    """Where in a row stands what."""

    # Of the program that wrote the file; empty when none was recognised.
    kind: str
    titles: tuple[str, ...]
    places: Mapping[Field, int]
    judges: tuple[_Judge, ...]
    answers: tuple[_Place, ...] = ()
    # Where a JSON object has attributes, and by which keys these are known; None without one.
    document: int | None = None
    keys: frozenset[str] = frozenset()
    # Whether any column says how much of a list people take: most files have none, and a million rows would be asked for it.
    has_terms: bool = False

    @property
    def taken(self) -> Mapping[str, str]:
        """Which column was taken for what."""
        fields = {self.titles[place]: field.value for field, place in self.places.items()}
        states = {self.titles[judge.place]: Field.STATE.value for judge in self.judges}
        documents = {} if self.document is None else {self.titles[self.document]: "attributes"}
        return {**fields, **states, **{self.titles[one.place]: one.attribute.key for one in self.answers}, **documents}

    @property
    def ignored(self) -> tuple[str, ...]:
        """Which columns were left alone."""
        used = {*self.places.values(), *(one.place for one in self.judges), *(one.place for one in self.answers), self.document}
        return tuple(title for place, title in enumerate(self.titles) if place not in used and title)

    def person(self, row: Row) -> PersonRow:
        """Read a row."""
        cells, places = row.cells, self.places
        standing, has_left = self._standing(cells) if self.judges else (Standing.GOOD, False)
        return PersonRow(
            row.number,
            _cell(cells, places.get(Field.EMAIL)),
            self._name(cells),
            _cell(cells, places.get(Field.LANGUAGE)),
            standing,
            _cell(cells, places.get(Field.REQUESTED_AT)),
            _cell(cells, places.get(Field.CONFIRMED_AT)),
            row.damage,
            _cell(cells, places.get(Field.CONSENT_WORDS)),
            self._answers(cells) if self.answers or self.document is not None else None,
            self._terms(cells) if self.has_terms else None,
            has_left,
            self._way(cells),
        )

    def _answers(self, cells: Sequence[str]) -> Mapping[str, str]:
        found = _documented(_cell(cells, self.document), self.keys) if self.document is not None else {}
        for one in self.answers:
            if text := _cell(cells, one.place):
                found[one.attribute.key] = text
        return found

    def _terms(self, cells: Sequence[str]) -> TermsCells | None:
        said = [_cell(cells, self.places.get(field)) for field in _TERMS]
        return TermsCells(*said) if any(said) else None

    def _way(self, cells: Sequence[str]) -> str:
        door, form = (_cell(cells, self.places.get(field)) for field in (Field.CONSENT_BY, Field.CONSENT_FORM))
        return f"{door}, {form}" if door and form else door or form

    def _name(self, cells: Sequence[str]) -> str:
        name = _cell(cells, self.places.get(Field.NAME))
        if name:
            return name
        first, last = _cell(cells, self.places.get(Field.FIRST_NAME)), _cell(cells, self.places.get(Field.LAST_NAME))
        return f"{first} {last}" if first and last else first or last

    def _standing(self, cells: Sequence[str]) -> tuple[Standing, bool]:
        """Give the strongest no, and whether one cell says beside it that they left.

        Not what two columns say: whoever was taken off the list for a complaint stands as withdrawn, and did not say so.
        """
        found, has_left = Standing.GOOD, False
        for judge in self.judges:
            if cell := _cell(cells, judge.place):
                said = judge.rule.judge(cell)
                found = max(found, *said, key=_STRENGTH.index)
                has_left = has_left or (Standing.LEFT in said and len(said) > 1)
        return found, has_left


def arrange(
    titles: Sequence[str], sample: Sequence[Row], said: Mapping[str, str], attributes: Sequence[Attribute] = ()
) -> Columns:
    """Decide which column holds what: first what is *said* (title and field, or `nothing`), then what titles are known.

    A column may hold one of the *attributes* of this instance, known by key or label. Where no title tells the addresses,
    the one column of the *sample* that is made of them is taken.

    Raises:
        FileUnreadable: nobody can tell which column has the addresses, or something *said* fits no title or field.

    """
    folded = [title.strip().casefold() for title in titles]
    known = {one.key: one for one in attributes}
    chosen = _chosen(titles, folded, said, known)
    dialect = recognise(folded)
    free = ["" if place in chosen else title for place, title in enumerate(folded)]
    places: dict[Field, int] = {
        field: place for place, field in chosen.items() if isinstance(field, Field) and field is not Field.STATE
    }
    for field in Field:
        if field is not Field.STATE and field not in places:
            place = _place(free, (*dialect.titles.get(field, ()), *TITLES[field]))
            if place is not None:
                places[field] = place
    if Field.EMAIL not in places:
        places[Field.EMAIL] = _addresses(titles, sample)
    judges = _judges(free, chosen, dialect)
    used = {*places.values(), *(judge.place for judge in judges)}
    rest = ["" if place in used else title for place, title in enumerate(free)]
    return Columns(
        dialect.name,
        tuple(titles),
        places,
        judges,
        _answering(rest, chosen, attributes),
        _place(rest, (dialect.document,)) if attributes and dialect.document else None,
        frozenset(known),
        any(field in places for field in _TERMS),
    )


_Chosen = Mapping[int, Field | Attribute | None]


def _chosen(titles: Sequence[str], folded: Sequence[str], said: Mapping[str, str], known: Mapping[str, Attribute]) -> _Chosen:
    chosen: dict[int, Field | Attribute | None] = {}
    for title, field in said.items():
        wanted = title.strip().casefold()
        if wanted not in folded:
            raise FileUnreadable(
                say("It has no column %(title)s, only %(listed)s.", title=f"{title!r}", listed=_listed(titles))
            )
        chosen[folded.index(wanted)] = _field(field, known)
    return chosen


def _field(name: str, known: Mapping[str, Attribute]) -> Field | Attribute | None:
    wanted = name.strip().casefold()
    if wanted == NOTHING:
        return None
    if wanted in known:
        return known[wanted]
    try:
        return Field(wanted)
    except ValueError as error:
        listed = ", ".join([*Field, *known, NOTHING])
        raise FileUnreadable(
            say("A column cannot hold %(name)s, only one of: %(listed)s.", name=f"{name!r}", listed=listed)
        ) from error


def _answering(rest: Sequence[str], chosen: _Chosen, attributes: Sequence[Attribute]) -> tuple[_Place, ...]:
    told = [_Place(place, field) for place, field in chosen.items() if isinstance(field, Attribute)]
    spoken = {one.attribute.key for one in told}
    for one in attributes:
        place = _place(rest, (one.key, one.label.casefold()))
        if place is not None and one.key not in spoken:
            told.append(_Place(place, one))
    return tuple(told)


def _documented(text: str, keys: Collection[str]) -> dict[str, str]:
    """Give what a JSON object says of attributes that are known; one that is none says nothing."""
    try:
        said = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        return {}
    if not isinstance(said, dict):
        return {}
    folded = {str(key).strip().casefold().replace("-", "_"): value for key, value in said.items()}
    return {key: _spelled(folded[key]) for key in keys if isinstance(folded.get(key), str | int | float | bool)}


def _spelled(value: object) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _place(folded: Sequence[str], names: Sequence[str]) -> int | None:
    return next((folded.index(name) for name in names if name in folded), None)


def _judges(free: Sequence[str], chosen: _Chosen, dialect: Dialect) -> tuple[_Judge, ...]:
    told = [_Judge(place, Rule(Field.STATE, STATES)) for place, field in chosen.items() if field is Field.STATE]
    known = [_Judge(free.index(rule.title), rule) for rule in dialect.rules if rule.title in free]
    return (*told, *known)


def _addresses(titles: Sequence[str], sample: Sequence[Row]) -> int:
    if any(map(_is_address, titles)):
        raise FileUnreadable(say('Its first line is a person and names no column "email". Put a line above it: email,name.'))
    made_of_them = [place for place in range(len(titles)) if _is_of_addresses([_cell(row.cells, place) for row in sample])]
    if len(made_of_them) != 1:
        raise FileUnreadable(
            say(
                'Its first line names no column "email", only %(all)s. Say which one has the addresses: --map "TITLE=email".',
                all=_listed(titles),
            )
        )
    return made_of_them[0]


def _is_of_addresses(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and sum(map(_is_address, filled)) >= len(filled) * _MOST_OF


def _is_address(cell: str) -> bool:
    try:
        parse(cell)
    except AddressRefused:
        return False
    return True


def _listed(titles: Sequence[str]) -> str:
    return ", ".join(repr(title[:_LONGEST_TITLE]) for title in titles[:_MOST_TITLES] if title) or say("empty ones")


def _cell(cells: Sequence[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""
