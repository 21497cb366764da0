"""Servers of tests in a thread of their own, for tests that start processes and wait for them."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, contextmanager
from typing import TypeVar

T = TypeVar("T")


class Aside:
    """The loop in which they run."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def do(self, errand: Callable[[], T]) -> T:
        """Do something in the servers' thread, where nothing else happens at the same time."""

        async def run() -> T:
            return errand()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(30)


@contextmanager
def aside(*servers: AbstractAsyncContextManager[object]) -> Iterator[Aside]:
    """Serve while the block lasts."""
    loop = asyncio.new_event_loop()
    is_open = threading.Event()
    stop = asyncio.Event()

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            for server in servers:
                await stack.enter_async_context(server)
            is_open.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), name="aside")
    thread.start()
    assert is_open.wait(30), "the servers of the test did not open"
    try:
        yield Aside(loop)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
