"""Keeps prepared articles by what was ordered, so that a preview prepares what was changed and nothing else."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from threading import Lock

from newsletter.confined import Child
from newsletter.letters.content import Unfit
from newsletter.letters.prepare import Order, Prepared, prepare_all

# Three issues that are being worked on at once.
MOST_KEPT = 300
# Rarely shown again, and together they would be most of the memory.
LARGEST_KEPT = 100_000


class Larder:
    """Prepared articles, those used last; whatever failed is tried again each time."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Order, Prepared] = OrderedDict()
        self._lock = Lock()

    def prepare_all(self, child: Child, orders: Sequence[Order]) -> tuple[Prepared | Unfit, ...]:
        """Give what is ordered, prepared in *child* where it is not here yet."""
        keys = _keys(orders)
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
        missing = [(key, order) for key, order in zip(keys, orders, strict=True) if key not in found]
        made = prepare_all(child, [order for _, order in missing]) if missing else ()
        results: dict[Order, Prepared | Unfit] = {**found, **dict(zip((key for key, _ in missing), made, strict=True))}
        self._keep(results)
        return tuple(results[key] for key in keys)

    def _keep(self, results: dict[Order, Prepared | Unfit]) -> None:
        with self._lock:
            for key, result in results.items():
                if isinstance(result, Prepared) and len(result.html) <= LARGEST_KEPT:
                    self._kept[key] = result
                    self._kept.move_to_end(key)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)


def _keys(orders: Sequence[Order]) -> list[Order]:
    """Give what tells orders apart: all that is said in them, the shelf by a hash, for it is the same for all of an issue."""
    marks: dict[int, str] = {}
    keys = []
    for order in orders:
        if order.shelf is None:
            keys.append(order)
            continue
        mark = marks.get(id(order.shelf)) or sha256(repr(order.shelf).encode()).hexdigest()
        marks[id(order.shelf)] = mark
        keys.append(replace(order, shelf=None, css=f"{mark}\n{order.css}"))
    return keys
