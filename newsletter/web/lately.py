"""What several people look at is read once for all of them, as long as it stays the same."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

# Of mailings that are watched at once.
MOST_KEPT = 50


@dataclass(frozen=True, slots=True)
class _Kept(Generic[T]):
    mark: Hashable
    value: T


class Lately(Generic[T]):
    """Keeps for each key what was made of it last, with a mark of what it was made of; for *most* keys at once."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._kept: OrderedDict[Hashable, _Kept[T]] = OrderedDict()

    def get(self, key: Hashable, mark: Hashable, make: Callable[[], T]) -> T:
        """Give what is kept for *key* if it has this *mark*; else *make* it, and keep it."""
        with self._lock:
            known = self._kept.get(key)
        if known is not None and known.mark == mark:
            return known.value
        value = make()
        with self._lock:
            self._kept[key] = _Kept(mark, value)
            self._kept.move_to_end(key)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value
