"""Two texts laid beside each other, paragraph by paragraph, with the words that only one of them has marked; pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from newsletter.issues.differences import Mark, Run, facts, paragraphs
from newsletter.issues.model import Article
from newsletter.issues.wordwise import steps

_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Row:
    """What stands at one height; one side is empty where the other says something of its own."""

    left: tuple[Run, ...]
    right: tuple[Run, ...]

    @property
    def is_same(self) -> bool:
        """Whether both sides say the same."""
        return self.left == self.right


@dataclass(frozen=True, slots=True)
class Pair:
    """A part of two articles that may differ."""

    # What it is, such as "title" or "text".
    what: str
    rows: tuple[Row, ...]

    @property
    def is_same(self) -> bool:
        """Whether both sides say the same."""
        return all(row.is_same for row in self.rows)


def articles(left: Article, right: Article) -> tuple[Pair, ...]:
    """Lay what is said of two articles beside each other: title, byline, whatever else is not the same, and the text."""
    return (
        *(Pair(what, tuple(lay([one], [other]))) for what, one, other in facts(left, right)),
        Pair("text", tuple(lay(paragraphs(left.content), paragraphs(right.content)))),
    )


def lay(left: Sequence[str], right: Sequence[str]) -> Iterator[Row]:
    """Lay two rows of paragraphs beside each other."""
    for is_same, a, b, c, d in steps(left, right):
        if is_same:
            yield from (Row(_whole(text, Mark.SAME), _whole(text, Mark.SAME)) for text in left[a:b])
            continue
        pairs = min(b - a, d - c)
        yield from (_compared(left[a + n], right[c + n]) for n in range(pairs))
        yield from (Row(_whole(text, Mark.REMOVED), ()) for text in left[a + pairs : b])
        yield from (Row((), _whole(text, Mark.ADDED)) for text in right[c + pairs : d])


def _compared(left: str, right: str) -> Row:
    old, new = _WORD.findall(left), _WORD.findall(right)
    on_left: list[Run] = []
    on_right: list[Run] = []
    for is_same, a, b, c, d in steps(old, new):
        on_left += _runs(old[a:b], Mark.SAME if is_same else Mark.REMOVED)
        on_right += _runs(new[c:d], Mark.SAME if is_same else Mark.ADDED)
    return Row(tuple(on_left), tuple(on_right))


def _runs(words: Sequence[str], mark: Mark) -> Iterator[Run]:
    if words:
        yield Run(mark, " ".join(words))


def _whole(text: str, mark: Mark) -> tuple[Run, ...]:
    return (Run(mark, text),) if text else ()
