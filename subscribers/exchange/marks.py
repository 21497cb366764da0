"""Whom a file has named already, remembered in sixteen bytes each."""

from array import array

# A bit less than 64, so that a mark is never zero after one is added to it, and fits.
_BITS = 62
_FIRST_SIZE = 1 << 12
# Of the places, so many may be taken before there are twice as many: half is what keeps the searches short.
_FULL = 0.5


class Marks:
    """A set of people by their keyed hashes: of a million of them a set of Python's takes 100 MB, and this 16.

    62 bits of each hash are kept. That two of a million people are taken for one has a chance of one in nine million.
    """

    def __init__(self) -> None:
        self._places = array("Q", bytes(8 * _FIRST_SIZE))
        self._count = 0

    def add(self, email_hash: str) -> bool:
        """Remember somebody; False when they are known already."""
        mark = (int(email_hash[-16:], 16) >> (64 - _BITS)) + 1
        places = self._places
        last = len(places) - 1
        place = mark & last
        while found := places[place]:
            if found == mark:
                return False
            place = (place + 1) & last
        places[place] = mark
        self._count += 1
        if self._count > len(places) * _FULL:
            self._grow()
        return True

    def _grow(self) -> None:
        before = self._places
        self._places = places = array("Q", bytes(16 * len(before)))
        last = len(places) - 1
        for mark in filter(None, before):
            place = mark & last
            while places[place]:
                place = (place + 1) & last
            places[place] = mark
