"""Finds what is the same in two rows of words, in a moment at most, whatever they are."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

# What went and came, all in all; two texts that differ in more are two texts.
MOST_EDITS = 500


class Step(NamedTuple):
    """A part of both rows: what stands from `a` to `b` in the one and from `c` to `d` in the other is the same, or not."""

    is_same: bool
    a: int
    b: int
    c: int
    d: int


def steps(before: Sequence[str], after: Sequence[str]) -> tuple[Step, ...]:
    """Lead from one row to the other by as few words as can be; by all of them where they have little in common.

    The comparison of the standard library takes minutes for a thousand words of the wrong kind.
    """
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    left, right = before[head : len(before) - tail], after[head : len(after) - tail]
    pairs = [(x, x) for x in range(head)]
    pairs += [(head + x, head + y) for x, y in _common(left, right) or ()]
    pairs += [(len(before) - n, len(after) - n) for n in range(tail, 0, -1)]
    return tuple(_steps(pairs, len(before), len(after)))


def _alike(before: Sequence[str], after: Sequence[str]) -> int:
    """Count the words at the beginning of both rows that are the same."""
    shorter = min(len(before), len(after))
    return next((place for place in range(shorter) if before[place] != after[place]), shorter)


def _steps(pairs: Sequence[tuple[int, int]], left: int, right: int) -> Iterator[Step]:
    a = c = 0
    place = 0
    while place < len(pairs):
        x, y = pairs[place]
        if (a, c) != (x, y):
            yield Step(False, a, x, c, y)
        length = 1
        while place + length < len(pairs) and pairs[place + length] == (x + length, y + length):
            length += 1
        yield Step(True, x, x + length, y, y + length)
        a, c, place = x + length, y + length, place + length
    if (a, c) != (left, right):
        yield Step(False, a, left, c, right)


def _common(left: Sequence[str], right: Sequence[str]) -> list[tuple[int, int]] | None:
    """Give the places of a longest common run of parts, None when there are more than MOST_EDITS others.

    E. W. Myers, "An O(ND) Difference Algorithm and Its Variations" (1986); linear where the texts are much alike.
    """
    # For each diagonal the farthest place on the left that was reached with so many edits, and that for every number of edits.
    reached = {1: 0}
    trace: list[dict[int, int]] = []
    for edits in range(min(len(left) + len(right), MOST_EDITS) + 1):
        trace.append(dict(reached))
        for diagonal in range(-edits, edits + 1, 2):
            x = _step(reached, diagonal, edits)
            while x < len(left) and x - diagonal < len(right) and left[x] == right[x - diagonal]:
                x += 1
            reached[diagonal] = x
            if x >= len(left) and x - diagonal >= len(right):
                return list(_way_back(trace, len(left), len(right)))[::-1]
    return None


def _step(reached: Mapping[int, int], diagonal: int, edits: int) -> int:
    """Give where the diagonal is entered."""
    return reached[diagonal + 1] if _comes(reached, diagonal, edits) else reached[diagonal - 1] + 1


def _comes(reached: Mapping[int, int], diagonal: int, edits: int) -> bool:
    """Whether the diagonal is entered by a part that came, and not by one that went."""
    return diagonal == -edits or (diagonal != edits and reached[diagonal - 1] < reached[diagonal + 1])


def _way_back(trace: Sequence[Mapping[int, int]], x: int, y: int) -> Iterator[tuple[int, int]]:
    for edits in range(len(trace) - 1, -1, -1):
        reached, diagonal = trace[edits], x - y
        entered = _step(reached, diagonal, edits)
        while x > entered and y > 0:
            x, y = x - 1, y - 1
            yield x, y
        x, y = (x, y - 1) if _comes(reached, diagonal, edits) else (x - 1, y)
