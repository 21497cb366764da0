"""Pages that tell what changes: a fragment is looked at again and again, and sent whenever it is another (server-sent events).

Nothing is held between two looks: no thread, no transaction, no connection to the database. A session that has ended ends
its streams, and so do a client that does not read and one that is gone.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import anyio
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from newsletter.clock import monotonic

# Of all people, and of one session: a browser opens six connections to a host, and one page needs one.
MOST_STREAMS = 60
MOST_OF_ONE = 4

# In seconds. Between two looks; between two signs of life, which keep proxies from closing, and by which the page knows that
# nothing holds them back (live.js waits for two of them); for how long a client may let us wait; and after how long it has to
# ask again.
BETWEEN_LOOKS = 2.0
BETWEEN_SIGNS = 15.0
PATIENCE = 10.0
LONGEST_LIFE = 900.0

# What a browser waits before it asks again, in milliseconds.
RETRY = 5000

# An event of its own: of a comment a page would hear nothing.
SIGN = "event: sign\ndata: .\n\n"

# Threads that look for streams: pages have all others.
MOST_LOOKERS = 4

# Gives what there is to see; None ends the stream.
Look = Callable[[], Awaitable[str | None]]


class Streams:
    """Counts the streams that are open; used on the loop alone."""

    def __init__(self, most: int = MOST_STREAMS, most_of_one: int = MOST_OF_ONE) -> None:
        self._most = most
        self._most_of_one = most_of_one
        self._open: Counter[str] = Counter()
        self.lookers = anyio.CapacityLimiter(MOST_LOOKERS)

    def has_room(self, whose: str) -> bool:
        """Whether somebody may open another one."""
        return self._open.total() < self._most and self._open[whose] < self._most_of_one

    @contextmanager
    def one(self, whose: str) -> Iterator[None]:
        """Count a stream while it lasts."""
        self._open[whose] += 1
        try:
            yield
        finally:
            self._open[whose] -= 1
            self._open += Counter()


class EventStream(Response):
    """Answers with events for as long as somebody reads them."""

    media_type = "text/event-stream"

    def __init__(
        self,
        look: Look,
        streams: Streams,
        whose: str,
        *,
        ticks: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        # nginx would collect events until there is a page of them.
        super().__init__(headers={"X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._look = look
        self._streams = streams
        self._whose = whose
        self._ticks = ticks
        self._sleep = sleep

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Tell until there is nothing more to tell or nobody to hear it."""
        with self._streams.one(self._whose):
            async with anyio.create_task_group() as group:

                async def watch() -> None:
                    while (await receive())["type"] != "http.disconnect":
                        pass
                    group.cancel_scope.cancel()

                group.start_soon(watch)
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                await self._tell(send)
                group.cancel_scope.cancel()

    async def _tell(self, send: Send) -> None:
        begun = said_at = self._ticks()
        last = ""
        if not await _said(send, f"retry: {RETRY}\n\n"):
            return
        while self._ticks() - begun < LONGEST_LIFE and (seen := await self._look()) is not None:
            is_news = seen != last
            if is_news or self._ticks() - said_at >= BETWEEN_SIGNS:
                if not await _said(send, _event(seen) if is_news else SIGN):
                    return
                said_at, last = self._ticks(), seen
            await self._sleep(BETWEEN_LOOKS)
        await _said(send, "", is_more=False)


async def _said(send: Send, text: str, *, is_more: bool = True) -> bool:
    """Send *text*; False when the client does not read."""
    with anyio.move_on_after(PATIENCE) as waiting:
        await send({"type": "http.response.body", "body": text.encode(), "more_body": is_more})
    return not waiting.cancelled_caught


def _event(text: str) -> str:
    # Everything that could be taken for the end of a line is one: a relay's words cannot begin an event of their own.
    return "".join(f"data: {line}\n" for line in text.splitlines()) + "\n"
