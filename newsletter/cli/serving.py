"""Pages and worker in one process."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import uvicorn

from newsletter.bootstrap import Application
from newsletter.cli.watched import watched
from newsletter.errors import BadValue
from newsletter.listening import listen
from newsletter.settings import Settings
from newsletter.staff.secrets import new_secret
from newsletter.web.app import create_app, load_desk
from newsletter.web.clicks import Clicks
from newsletter.web.porter import Porter
from newsletter.worker.metronome import Worker

USUAL_PORT = 8000

# Pages are answered in milliseconds; whoever is still reading one after this is not waited for. In seconds.
LAST_ANSWERS = 10


@dataclass(frozen=True, slots=True)
class Opened:
    """Where the pages are."""

    url: str
    # Opens the desk once.
    desk: str


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
    worker = Worker(application)
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
        carrying = asyncio.create_task(asyncio.to_thread(porter.run))
        counting = asyncio.create_task(asyncio.to_thread(clicks.run))
        try:
            await _started(server, serving, working)
            if not working.done():
                announce(Opened(url, f"{url}/desk/enter/{token}"))
                await asyncio.to_thread(load_desk)
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
