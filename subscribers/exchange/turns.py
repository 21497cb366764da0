"""Work in many short transactions, between which others get their turn."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from subscribers.transaction import Transaction

# In seconds. Without a pause between batches a page that wants to write on SQLite waited 7.4 s: the next batch came first.
BREATH = 0.002

Begin = Callable[[], AbstractContextManager[Transaction]]


@contextmanager
def turn(begin: Begin) -> Iterator[Transaction]:
    """Give a transaction of many, and let others write behind it, however it ended."""
    others_wait = False
    try:
        with begin() as tx:
            others_wait = tx.dialect.name == "sqlite"
            yield tx
    finally:
        if others_wait:
            time.sleep(BREATH)
