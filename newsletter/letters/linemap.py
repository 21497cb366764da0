"""Where each part of a rendered template comes from: file and line, carried through Jinja by marks that are taken out again."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jinja2 import Environment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

# Private characters around the number of a file and a line; no template has them.
_MARK = re.compile("\ue010([0-9]+):([0-9]+)\ue011")


class Marking(Extension):
    """Writes a mark before each piece of text in a template; `files` says which file a number is."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.files: list[str] = []

    def filter_stream(self, stream: TokenStream) -> Iterable[Token]:
        """Give the tokens of a template with marks in its texts."""
        name = stream.name or ""
        if name not in self.files:
            self.files.append(name)
        return self._marked(stream, self.files.index(name))

    def _marked(self, stream: TokenStream, number: int) -> Iterator[Token]:
        for token in stream:
            if token.type == "data":
                yield Token(token.lineno, token.type, f"\ue010{number}:{token.lineno}\ue011{token.value}")
            else:
                yield token


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a template."""

    file: str
    line: int
    # From 1; 0 where nobody knows.
    column: int


@dataclass(frozen=True, slots=True)
class Traced:
    """A rendered template without marks, and where its parts come from."""

    text: str
    # Where each piece begins in `text`, in rising order, and the file and line it comes from.
    _starts: tuple[int, ...]
    _origins: tuple[Place, ...]

    def place_of(self, offset: int) -> Place:
        """Give where the character at *offset* stands in its template."""
        found = bisect_right(self._starts, offset) - 1
        if found < 0:
            return Place("", 0, 0)
        origin, start = self._origins[found], self._starts[found]
        passed = self.text[start:offset]
        newline = passed.rfind("\n")
        # On the first line of a piece something else may stand before it.
        column = len(passed) - newline if newline >= 0 else 0
        return Place(origin.file, origin.line + passed.count("\n"), column)


def traced(marked: str, files: list[str]) -> Traced:
    """Take the marks out of *marked*, which was rendered with `Marking`."""
    pieces: list[str] = []
    starts: list[int] = []
    origins: list[Place] = []
    length = position = 0
    for match in _MARK.finditer(marked):
        piece = marked[position : match.start()]
        pieces.append(piece)
        length += len(piece)
        starts.append(length)
        origins.append(Place(files[int(match[1])], int(match[2]), 0))
        position = match.end()
    return Traced("".join([*pieces, marked[position:]]), tuple(starts), tuple(origins))
