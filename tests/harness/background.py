"""A mail server in a thread of its own, for tests that are not asynchronous themselves."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.harness.sink import Sink, Step

LONGEST_WAIT = 60.0


class Watched(Sink):
    """A sink that can be waited for."""

    def __init__(self, watch: Callable[[Step], None] = lambda _step: None) -> None:
        super().__init__(script=self._watch)
        self._told = watch
        self._arrived = threading.Condition()

    def wait_for(self, count: int) -> None:
        """Wait until so many messages were taken."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.taken) >= count, LONGEST_WAIT), "the mail did not come"

    def _watch(self, step: Step) -> None:
        self._told(step)
        if step.name == "answer":
            with self._arrived:
                self._arrived.notify_all()


@contextmanager
def in_background(sink: Watched) -> Iterator[Watched]:
    """Serve *sink* while the block lasts."""
    is_open = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with sink:
            is_open.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), name="sink")
    thread.start()
    is_open.wait()
    try:
        yield sink
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
