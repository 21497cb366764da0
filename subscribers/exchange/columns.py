"""Which column holds what: suggested from the titles and the first rows, changed by whoever knows better."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from subscribers.address import parse
from subscribers.errors import AddressRefused, FileUnreadable
from subscribers.exchange.dialects import STATES, TITLES, Dialect, Field, Rule, recognise
from subscribers.exchange.model import PersonRow, Standing
from subscribers.spreadsheet import Row

# Said instead of a field: the column is left alone.
NOTHING = "nothing"

# So much of a column without a telling title must be addresses for it to be that of the addresses.
_MOST_OF = 0.8

# Of the titles of a file that is no table at all, this much is told.
_MOST_TITLES = 30
_LONGEST_TITLE = 60

_STRENGTH = tuple(Standing)


@dataclass(frozen=True, slots=True)
class _Judge:
    """A rule and where its column stands."""

    place: int
    rule: Rule


@dataclass(frozen=True, slots=True)
class Columns:
    """Where in a row stands what."""

    # Of the program that wrote the file; empty when none was recognised.
    kind: str
    titles: tuple[str, ...]
    places: Mapping[Field, int]
    judges: tuple[_Judge, ...]

    @property
    def taken(self) -> Mapping[str, str]:
        """Which column was taken for what."""
        fields = {self.titles[place]: field.value for field, place in self.places.items()}
        return fields | {self.titles[judge.place]: Field.STATE.value for judge in self.judges}

    @property
    def ignored(self) -> tuple[str, ...]:
        """Which columns were left alone."""
        used = {*self.places.values(), *(judge.place for judge in self.judges)}
        return tuple(title for place, title in enumerate(self.titles) if place not in used and title)

    def person(self, row: Row) -> PersonRow:
        """Read a row."""
        cells, places = row.cells, self.places
        return PersonRow(
            row.number,
            _cell(cells, places.get(Field.EMAIL)),
            self._name(cells),
            _cell(cells, places.get(Field.LANGUAGE)),
            self._standing(cells) if self.judges else Standing.GOOD,
            _cell(cells, places.get(Field.REQUESTED_AT)),
            _cell(cells, places.get(Field.CONFIRMED_AT)),
            row.damage,
        )

    def _name(self, cells: Sequence[str]) -> str:
        name = _cell(cells, self.places.get(Field.NAME))
        if name:
            return name
        first, last = _cell(cells, self.places.get(Field.FIRST_NAME)), _cell(cells, self.places.get(Field.LAST_NAME))
        return f"{first} {last}" if first and last else first or last

    def _standing(self, cells: Sequence[str]) -> Standing:
        found = Standing.GOOD
        for judge in self.judges:
            word = _cell(cells, judge.place)
            if word:
                said = judge.rule.words.get(word.strip().casefold(), judge.rule.else_)
                found = max(found, said, key=_STRENGTH.index)
        return found


def arrange(titles: Sequence[str], sample: Sequence[Row], said: Mapping[str, str]) -> Columns:
    """Decide which column holds what: first what is *said* (title and field, or `nothing`), then what titles are known.

    Where no title tells the addresses, the one column of the *sample* that is made of them is taken.

    Raises:
        FileUnreadable: nobody can tell which column has the addresses, or something *said* fits no title or field.

    """
    folded = [title.strip().casefold() for title in titles]
    chosen = _chosen(titles, folded, said)
    dialect = recognise(folded)
    free = ["" if place in chosen else title for place, title in enumerate(folded)]
    places: dict[Field, int] = {
        field: place for place, field in chosen.items() if field is not None and field is not Field.STATE
    }
    for field in Field:
        if field is not Field.STATE and field not in places:
            place = _place(free, (*dialect.titles.get(field, ()), *TITLES[field]))
            if place is not None:
                places[field] = place
    if Field.EMAIL not in places:
        places[Field.EMAIL] = _addresses(titles, sample)
    return Columns(dialect.name, tuple(titles), places, _judges(free, chosen, dialect))


def _chosen(titles: Sequence[str], folded: Sequence[str], said: Mapping[str, str]) -> dict[int, Field | None]:
    chosen: dict[int, Field | None] = {}
    for title, field in said.items():
        wanted = title.strip().casefold()
        if wanted not in folded:
            raise FileUnreadable(f"It has no column {title!r}, only {_listed(titles)}.")
        chosen[folded.index(wanted)] = _field(field)
    return chosen


def _field(name: str) -> Field | None:
    wanted = name.strip().casefold()
    if wanted == NOTHING:
        return None
    try:
        return Field(wanted)
    except ValueError as error:
        known = ", ".join([*Field, NOTHING])
        raise FileUnreadable(f"A column cannot hold {name!r}, only one of: {known}.") from error


def _place(folded: Sequence[str], names: Sequence[str]) -> int | None:
    return next((folded.index(name) for name in names if name in folded), None)


def _judges(free: Sequence[str], chosen: Mapping[int, Field | None], dialect: Dialect) -> tuple[_Judge, ...]:
    told = [_Judge(place, Rule(Field.STATE, STATES)) for place, field in chosen.items() if field is Field.STATE]
    known = [_Judge(free.index(rule.title), rule) for rule in dialect.rules if rule.title in free]
    return (*told, *known)


def _addresses(titles: Sequence[str], sample: Sequence[Row]) -> int:
    if any(map(_is_address, titles)):
        raise FileUnreadable('Its first line is a person and names no column "email". Put a line above it: email,name.')
    made_of_them = [place for place in range(len(titles)) if _is_of_addresses([_cell(row.cells, place) for row in sample])]
    if len(made_of_them) != 1:
        raise FileUnreadable(
            f'Its first line names no column "email", only {_listed(titles)}. '
            'Say which one has the addresses: --map "TITLE=email".'
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
    return ", ".join(repr(title[:_LONGEST_TITLE]) for title in titles[:_MOST_TITLES] if title) or "empty ones"


def _cell(cells: Sequence[str], place: int | None) -> str:
    return cells[place] if place is not None and place < len(cells) else ""
