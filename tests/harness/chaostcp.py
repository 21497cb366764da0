"""A TCP connection between two programs that goes wrong: cut, half open, slow, one way, far away.

By hand: `python -m tests.harness.chaostcp --to 127.0.0.1:25 [--control PORT]` prints `listening on PORT, control on PORT`;
the control port takes one command a line: `cut`, `hold`, `hold up`, `hold down`, `release`, `slow 1000`, `delay 0.02`,
`refuse`, `admit`, `stats`. The other end may be a socket file: `--to /run/postgresql/.s.PGSQL.5432`.
"""

import argparse
import asyncio
import socket
import struct
import sys
from collections import deque
from dataclasses import dataclass, field
from typing import Self

# Read at a time; the pace of a slow line is kept between pieces of a tenth of a second.
PIECE = 65_536
# Under way in one direction: more than a line of 40 ms at a gigabit holds, so that a delay costs no throughput.
MOST_UNDER_WAY = 16 * 1024 * 1024
UP, DOWN = "up", "down"


@dataclass(slots=True)
class Weather:
    """How the line is at the moment, in one direction; changed while it runs."""

    # Half of the round-trip time, in seconds.
    delay: float = 0.0
    # 0: as fast as it goes.
    bytes_per_second: float = 0.0
    # Not set: held.
    flows: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.flows.set()


@dataclass(frozen=True, slots=True)
class _Piece:
    due: float
    data: bytes


class Stream:
    """One direction of one connection: pieces wait in a queue until they are due, so that later ones do not add up."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, weather: Weather) -> None:
        self._reader = reader
        self._writer = writer
        self._weather = weather
        self._under_way: deque[_Piece] = deque()
        self._size = 0
        self._changed = asyncio.Condition()

    async def flow(self) -> None:
        """Carry everything, and the end of it."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._read())
            both.create_task(self._write())

    async def _read(self) -> None:
        loop = asyncio.get_running_loop()
        data = b"something"
        while data:
            async with self._changed:
                await self._changed.wait_for(lambda: self._size < MOST_UNDER_WAY)
            data = await self._reader.read(PIECE)
            async with self._changed:
                # The empty piece at the end travels, too.
                self._under_way.append(_Piece(loop.time() + self._weather.delay, data))
                self._size += len(data)
                self._changed.notify_all()

    async def _write(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: bool(self._under_way))
                piece = self._under_way.popleft()
            if (wait := piece.due - loop.time()) > 0:
                await asyncio.sleep(wait)
            await self._weather.flows.wait()
            if not piece.data:
                self._writer.write_eof()
                return
            await self._hand_over(piece.data)
            async with self._changed:
                self._size -= len(piece.data)
                self._changed.notify_all()

    async def _hand_over(self, data: bytes) -> None:
        while data:
            pace = self._weather.bytes_per_second
            now, data = (data[: max(1, int(pace / 10))], data[max(1, int(pace / 10)) :]) if pace else (data, b"")
            if pace:
                await asyncio.sleep(len(now) / pace)
            self._writer.write(now)
            await self._writer.drain()


class Proxy:
    """Carries what comes to *target*, a port or the path of a socket file; use it as an async context manager."""

    def __init__(self, target: int | str, *, delay: float = 0.0, port: int = 0) -> None:
        self.target = target
        self.port = port
        self.up = Weather(delay)
        self.down = Weather(delay)
        self.connections = 0
        self._is_refusing = False
        self._lines: dict[asyncio.Task[None], tuple[asyncio.StreamWriter, ...]] = {}

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._server.close()
        lines = list(self._lines)
        for line in lines:
            line.cancel()
        await asyncio.gather(*lines, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def open_connections(self) -> int:
        """How many there are now."""
        return len(self._lines)

    def cut(self) -> int:
        """Cut everything there is so that both sides are told at once (RST); gives how many connections that were."""
        lines = list(self._lines.items())
        for line, writers in lines:
            for writer in writers:
                _abort(writer)
            line.cancel()
        return len(lines)

    def hold(self, *directions: str) -> None:
        """Carry nothing any more in these directions, both if none is named, and keep all connections: half open."""
        for direction in directions or (UP, DOWN):
            self._weather(direction).flows.clear()

    def release(self) -> None:
        """Carry what was held, and go on."""
        self.up.flows.set()
        self.down.flows.set()

    def slow(self, bytes_per_second: float) -> None:
        """Carry so much and no more, in each direction of each connection; 0: as fast as it goes."""
        self.up.bytes_per_second = self.down.bytes_per_second = bytes_per_second

    def delay(self, seconds: float) -> None:
        """Let everything that comes from now on travel so long, each way."""
        self.up.delay = self.down.delay = seconds

    def refuse(self, *, is_refusing: bool = True) -> None:
        """Cut new connections at once, as a firewall does that rejects."""
        self._is_refusing = is_refusing

    def _weather(self, direction: str) -> Weather:
        return {UP: self.up, DOWN: self.down}[direction]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        line = asyncio.current_task()
        assert line is not None
        if self._is_refusing:
            _abort(writer)
            return
        self._lines[line] = (writer,)
        try:
            there, back = await self._reach()
            self._lines[line] = (writer, back)
            async with asyncio.TaskGroup() as both:
                both.create_task(Stream(reader, back, self.up).flow())
                both.create_task(Stream(there, writer, self.down).flow())
        except (OSError, BaseExceptionGroup, asyncio.CancelledError):
            pass  # the line is gone, by whomever
        finally:
            for each in self._lines.pop(line):
                each.transport.abort()

    async def _reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if isinstance(self.target, str):
            return await asyncio.open_unix_connection(self.target)
        return await asyncio.open_connection("127.0.0.1", self.target)


def _abort(writer: asyncio.StreamWriter) -> None:
    connection = writer.get_extra_info("socket")
    if connection.family != socket.AF_UNIX:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


def obey(proxy: Proxy, line: str) -> str:
    """Do what a line of the control port says; gives the answer."""
    word, *rest = line.split()
    try:
        if word in {"slow", "delay"}:
            (proxy.slow if word == "slow" else proxy.delay)(float(rest[0]))
        elif word in {"refuse", "admit"}:
            proxy.refuse(is_refusing=word == "refuse")
        elif word == "hold":
            proxy.hold(*rest)
        elif word == "release":
            proxy.release()
        elif word == "cut":
            return f"ok {proxy.cut()}"
        elif word == "stats":
            return f"ok {proxy.open_connections} open, {proxy.connections} in all"
        else:
            return f"what is {word}?"
    except (IndexError, KeyError, ValueError):
        return f"{word} of what?"
    return "ok"


async def _main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.harness.chaostcp", description=__doc__)
    parser.add_argument("--to", required=True, help="a port of this machine, 127.0.0.1:PORT, or the path of a socket file")
    parser.add_argument("--port", type=int, default=0, help="where to listen, 0 for any")
    parser.add_argument("--control", type=int, default=0, help="port that takes commands, 0 for any")
    parser.add_argument("--delay", type=float, default=0.0, help="half of the round-trip time, in seconds")
    options = parser.parse_args()
    target = options.to.removeprefix("127.0.0.1:")

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := (await reader.readline()).decode().strip():
            writer.write(obey(proxy, line).encode() + b"\n")
        writer.close()

    async with Proxy(int(target) if target.isdigit() else target, delay=options.delay, port=options.port) as proxy:
        control = await asyncio.start_server(listen, "127.0.0.1", options.control)
        sys.stdout.write(f"listening on {proxy.port}, control on {control.sockets[0].getsockname()[1]}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_main())
