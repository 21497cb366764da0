"""A line with a round trip: bytes come out of it as they went in, later; it holds as many as are under way.

`python -m benchmarks.delay --to PORT --milliseconds 40` prints `listening on PORT` and serves until it is ended.
"""

import argparse
import asyncio
import contextlib
import re
import subprocess
import sys
from collections import deque
from collections.abc import Iterator
from typing import cast

from newsletter.eventloop import run

# More than a round trip of 40 ms at ten gigabits holds; above it the sender is made to wait.
MOST_UNDER_WAY = 64 * 1024 * 1024

# A client that opens a connection waits one round trip; the server learns of it half of one later (RFC 9293 3.5).
HANDSHAKE = 1.5


class Direction(asyncio.Protocol):
    """What one end says, on its way to the other."""

    def __init__(self, delay: float) -> None:
        self._delay = delay
        self._loop = asyncio.get_running_loop()
        self._under_way: deque[tuple[float, bytes]] = deque()
        self._size = 0
        self.end: asyncio.Transport | None = None
        self._is_moving = False
        self.other: Direction | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        # uvloop's are not of this class and have all its methods.
        self.end = cast("asyncio.Transport", transport)
        if self.other is not None:
            self.other.move()

    def data_received(self, data: bytes) -> None:
        """Put it on its way."""
        self._under_way.append((self._loop.time() + self._delay, data))
        self._size += len(data)
        if self._size > MOST_UNDER_WAY and self.end is not None:
            self.end.pause_reading()
        self._wait()

    def connection_lost(self, _error: Exception | None) -> None:
        """Let the end of it travel, too."""
        self._under_way.append((self._loop.time() + self._delay, b""))
        self._wait()

    def move(self) -> None:
        """Hand over what is due."""
        self._is_moving = False
        end = self.other.end if self.other is not None else None
        if end is None:
            return
        while self._under_way and self._under_way[0][0] <= self._loop.time():
            _, data = self._under_way.popleft()
            self._size -= len(data)
            if data:
                end.write(data)
            else:
                end.close()
        if self.end is not None and self._size <= MOST_UNDER_WAY and not self.end.is_closing():
            self.end.resume_reading()
        self._wait()

    def _wait(self) -> None:
        # One timer for all: two that are due at once could change places.
        if self._under_way and not self._is_moving:
            self._is_moving = True
            self._loop.call_at(self._under_way[0][0], self.move)


async def serve(to: int, round_trip: float) -> None:
    """Carry every connection to a port of this machine, until cancelled."""
    opening: set[asyncio.Task[None]] = set()

    async def open_far_end(far: Direction) -> None:
        await asyncio.sleep(HANDSHAKE * round_trip)
        await asyncio.get_running_loop().create_connection(lambda: far, "127.0.0.1", to)

    def accept() -> Direction:
        near, far = Direction(round_trip / 2), Direction(round_trip / 2)
        near.other, far.other = far, near
        task = asyncio.create_task(open_far_end(far))
        opening.add(task)
        task.add_done_callback(opening.discard)
        return near

    server = await asyncio.get_running_loop().create_server(accept, "127.0.0.1", 0)
    print(f"listening on {server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


@contextlib.contextmanager
def line(to: int, milliseconds: float) -> Iterator[int]:
    """Run such a line in a process of its own; gives the port of its near end."""
    command = [sys.executable, "-m", "benchmarks.delay", "--to", str(to), "--milliseconds", str(milliseconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield port_in(process.stdout.readline())
        finally:
            process.kill()


def port_in(line_: str) -> int:
    """Read the port out of `listening on PORT`."""
    found = re.search(r"(\d+)\s*$", line_)
    if found is None:
        sys.exit(f"A server said {line_.strip()!r} instead of where it listens.")
    return int(found[1])


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=int, required=True)
    parser.add_argument("--milliseconds", type=float, required=True)
    asked = parser.parse_args()
    run(serve(asked.to, asked.milliseconds / 1000))


if __name__ == "__main__":
    main()
