"""Pages and worker in one process."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import uvicorn

from newsletter import memory
from newsletter.bootstrap import Application
from newsletter.cli.watched import watched
from newsletter.errors import BadValue
from newsletter.listening import listen
from newsletter.mail.sole import require_no_mailer
from newsletter.settings import Settings
from newsletter.staff.secrets import new_secret
from newsletter.web.app import create_app, load_desk
from newsletter.web.clicks import Clicks
from newsletter.web.porter import Porter

if TYPE_CHECKING:
    from newsletter.worker.metronome import Worker

USUAL_PORT = 8000

# Pages are answered in milliseconds; whoever is still reading one after this is not waited for. In seconds.
LAST_ANSWERS = 10

# Whoever waits for the first page is answered before the worker is loaded, and the desk for those who come later. In seconds.
AFTER_THE_PAGES = 0.5


@dataclass(frozen=True, slots=True)
class Opened:
    """Where the pages are."""

    url: str
    # Opens the desk once.
    desk: str


class Clockwork:
    """The worker of this process: it is loaded when the pages are open, which takes as long as a first page."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._worker: Worker | None = None

    def is_healthy(self) -> bool:
        """Whether it goes, or is about to."""
        return self._worker is None or self._worker.is_healthy()

    async def run(self, stop: asyncio.Event) -> None:
        """Tick and mail until *stop* is set.

        Raises:
            WorkerRunning: another mailer has this SQLite database.

        """
        path = self._application.database.path
        if path is not None:
            require_no_mailer(path)
        if await _is_stopped(stop, AFTER_THE_PAGES):
            return
        await asyncio.to_thread(load_worker)
        self._worker = load_worker()(self._application)
        await self._worker.run(stop)


def load_worker() -> "type[Worker]":
    """Load the worker; takes a tenth of a second the first time."""
    from newsletter.worker.metronome import Worker  # noqa: PLC0415 -- not before the pages are open

    return Worker


class Server(uvicorn.Server):
    """Uvicorn without its own signal handlers: they would end the process before the mailer has finished."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the command."""
        yield


async def serve_until(
    stop: asyncio.Event, application: Application, host: str, port: int, announce: Callable[[Opened], None]
) -> None:
    """Answer requests, tick and mail until *stop* is set; *announce* is told when the pages are open.

    Raises:
        BadValue: nothing can listen there.
        WorkerRunning: another mailer has this SQLite database.

    """
    worker = Clockwork(application)
    token = new_secret()
    porter, clicks = Porter(application), Clicks(application.database)
    app = create_app(
        application, health=worker.is_healthy, desk_token=token, porter=porter, clicks=clicks, is_stopping=stop.is_set
    )
    # Logs are set up by the command; a line a request would hold tokens.
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", server_header=False, timeout_graceful_shutdown=LAST_ANSWERS
    )
    server = Server(config)
    looking = watched(application, is_healthy=worker.is_healthy, is_stopping=stop.is_set)
    with _listen(host, port) as listening, looking:
        url = _url(host, listening)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        working = asyncio.create_task(worker.run(stop))
        carrying = asyncio.create_task(_carry(porter, stop))
        counting = asyncio.create_task(asyncio.to_thread(clicks.run))
        try:
            await _started(server, serving, working)
            if not working.done():
                announce(Opened(url, f"{url}/desk/enter/{token}"))
                await _load_desk(stop)
            await asyncio.wait([serving, working], return_when=asyncio.FIRST_COMPLETED)
        finally:
            # Whichever ended first, by the signal or by an error, takes the other one along.
            stop.set()
            server.should_exit = True
            porter.stop()
            # All are over before the socket is closed: uvloop waits for ever for a server whose socket was taken away.
            await asyncio.wait([serving, working, carrying])
            # The last answers are given.
            clicks.stop()
            await asyncio.gather(serving, working, carrying, counting)


def usual_port(settings: Settings) -> int:
    """Give the port that the links in mails lead to, on a local instance; else the usual one."""
    return (urlsplit(settings.public_url).port or USUAL_PORT) if settings.is_local else USUAL_PORT


async def _started(server: Server, *tasks: asyncio.Task[None]) -> None:
    while not server.started and not any(task.done() for task in tasks):  # noqa: ASYNC110 -- uvicorn has a flag, no event
        await asyncio.sleep(0.01)


async def _carry(porter: Porter, stop: asyncio.Event) -> None:
    if not await _is_stopped(stop, AFTER_THE_PAGES):
        await asyncio.to_thread(porter.run)


async def _load_desk(stop: asyncio.Event) -> None:
    if await _is_stopped(stop, 2 * AFTER_THE_PAGES):
        return
    await asyncio.to_thread(load_desk)
    memory.keep()


async def _is_stopped(stop: asyncio.Event, seconds: float) -> bool:
    """Wait so long, or until it is to stop."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
    return stop.is_set()


def _listen(host: str, port: int) -> socket.socket:
    try:
        return listen(host, port)
    except OSError as error:
        raise BadValue("address", f"{host}:{port}", f"cannot be listened on: {_reason(error)}") from error


def _reason(error: OSError) -> str:
    # Python adds the address to its own words, and a name that nobody knows has no errno of the system.
    if error.errno is None or isinstance(error, socket.gaierror):
        return str(error.strerror)
    return os.strerror(error.errno)


def _url(host: str, listening: socket.socket) -> str:
    name = "127.0.0.1" if host in {"0.0.0.0", "::", ""} else host  # noqa: S104 -- what one types, not where we listen
    port = listening.getsockname()[1]
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"
