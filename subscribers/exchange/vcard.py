"""People as address books write them: vCard 2.1, 3.0 and 4.0 (RFC 2426, RFC 6350), as far as names and addresses go."""

import quopri
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from subscribers.sentence import say
from subscribers.spreadsheet import Row, Table

KIND = "vCard"
TITLES = ("email", "name", "language")

BEGINNING = "begin:vcard"
_END = "end:vcard"

# A photograph is one property of many lines; what is kept of any is enough for a name.
LONGEST_PROPERTY = 10_000

_WANTED = frozenset({"EMAIL", "FN", "N", "LANG"})
_ESCAPED = re.compile(r"\\([nN,;\\:])")


@dataclass(slots=True)
class _Property:
    """A line taken apart: `item1.EMAIL;TYPE=home:ann@example.org`."""

    name: str
    parameters: Mapping[str, str]
    value: str


@dataclass(slots=True)
class _Card:
    """What was read of a card so far."""

    number: int
    # Addresses by how much they are preferred: 1 is most.
    addresses: list[tuple[int, str]] = field(default_factory=list)
    full_name: str = ""
    parts: str = ""
    language: str = ""

    def take(self, found: _Property) -> None:
        """Keep what is wanted."""
        match found.name:
            case "EMAIL":
                self.addresses.append((_preference(found.parameters), _unescaped(found.value).strip()))
            case "FN" if not self.full_name:
                self.full_name = _unescaped(found.value)
            case "N" if not self.parts:
                self.parts = found.value
            case "LANG" if not self.language:
                self.language = found.value.strip()

    def row(self, damage: str = "") -> Row:
        """Give the person; of several addresses the preferred one, because a card is one person."""
        address = min(self.addresses, key=lambda one: one[0])[1] if self.addresses else ""
        return Row(self.number, (address, self.full_name.strip() or _joined(self.parts), self.language), damage)


def read_cards(lines: Iterator[str]) -> Table:
    """Read an address book; each card is numbered by the line it begins on."""
    return Table(TITLES, _rows(lines))


def _rows(lines: Iterator[str]) -> Iterator[Row]:
    card: _Card | None = None
    for number, line in _unfolded(lines):
        folded = line.strip().casefold()
        if folded == BEGINNING:
            if card is not None:
                yield card.row(say("Its card has no end."))
            card = _Card(number)
        elif folded == _END and card is not None:
            yield card.row()
            card = None
        elif card is not None:
            found = _property(line)
            if found.name in _WANTED:
                card.take(found)
    if card is not None:
        yield card.row(say("Its card has no end."))


def _unfolded(lines: Iterator[str]) -> Iterator[tuple[int, str]]:
    """Join the lines of each property: RFC 6350 3.2 folds by a blank, vCard 2.1 ends quoted-printable ones by `=`."""
    begun, text = 1, ""
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip("\r\n")
        if line[:1] in {" ", "\t"}:
            text = (text + line[1:])[:LONGEST_PROPERTY]
        elif text.endswith("=") and "QUOTED-PRINTABLE" in text.partition(":")[0].upper():
            text = (text[:-1] + line)[:LONGEST_PROPERTY]
        else:
            if text:
                yield begun, text
            begun, text = number, line[:LONGEST_PROPERTY]
    if text:
        yield begun, text


def _property(line: str) -> _Property:
    head, _, value = line.partition(":")
    name, *written = head.split(";")
    parameters: dict[str, str] = {}
    for one in written:
        key, has_value, said = one.partition("=")
        if not has_value:
            # vCard 2.1 writes `EMAIL;PREF;INTERNET`.
            key, said = "TYPE", key
        key = key.strip().upper()
        parameters[key] = f"{parameters[key]},{said}" if key in parameters else said
    if "QUOTED-PRINTABLE" in head.upper():
        value = _from_quoted(value, parameters.get("CHARSET", "utf-8"))
    # A group may stand before the name: `item1.EMAIL`.
    return _Property(name.rpartition(".")[2].strip().upper(), parameters, value)


def _from_quoted(value: str, charset: str) -> str:
    raw = quopri.decodestring(value.encode())
    try:
        return raw.decode(charset.strip('"'), "replace")
    except LookupError:
        return raw.decode("utf-8", "replace")


def _preference(parameters: Mapping[str, str]) -> int:
    """Give 1 for the most preferred: `PREF=1` in version 4, `TYPE=pref` before; 100 is the least (RFC 6350 5.3)."""
    number = parameters.get("PREF", "")
    if number.isascii() and number.isdigit():
        return int(number[:3])
    return 1 if "pref" in parameters.get("TYPE", "").casefold() else 100


def _unescaped(value: str) -> str:
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)


def _joined(parts: str) -> str:
    """Give the name that `N` has in parts: family, given, additional, before and after it."""
    named = [_unescaped(part).strip() for part in re.split(r"(?<!\\);", parts)]
    family, given = (*named, "", "")[:2]
    return " ".join(part for part in (given, family) if part)
