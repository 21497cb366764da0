"""A proxy on loopback that passes everything on, but holds back what a stream of events tells for as long as it is mute.

with MuteProxy(port_of_the_server) as proxy:
    proxy.is_mute = True
    …  # a browser at proxy.url
"""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Self

PIECE = 65_536
# Longer than a busy machine takes to open a socket; in seconds.
PATIENCE = 60


class MuteProxy:
    """Runs in a thread of its own while the block lasts."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), name="proxy")
        self._is_open = threading.Event()
        self._passing: set[asyncio.Task[object]] = set()
        # Whether streams are held back from now on.
        self.is_mute = False
        # Set once something of a stream was held back.
        self.has_held = threading.Event()
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._is_open.wait(PATIENCE), "the proxy did not open"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _live(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._is_open.set()
        await self._stop.wait()
        server.close()
        for task in self._passing:
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _pass_on(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        # The browser has gone, or only looked whether anybody is here; or the proxy ends, which asyncio would call an error.
        with suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            async with _closing(back):
                head = await client.readuntil(b"\r\n\r\n")
                server, forth = await asyncio.open_connection("127.0.0.1", self._port)
                async with _closing(forth):
                    # One question a connection: the next one may be of another kind.
                    forth.write(head.replace(b"Connection: keep-alive", b"Connection: close"))
                    await self._answer(server, back, is_stream=b"text/event-stream" in head)
        self._passing.discard(task)

    async def _answer(self, server: asyncio.StreamReader, back: asyncio.StreamWriter, *, is_stream: bool) -> None:
        back.write(await server.readuntil(b"\r\n\r\n"))
        while piece := await server.read(PIECE):
            if is_stream and self.is_mute:
                self.has_held.set()
                continue
            back.write(piece)
            await back.drain()


@asynccontextmanager
async def _closing(writer: asyncio.StreamWriter) -> AsyncIterator[None]:
    try:
        yield
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
