"""Servers of the demonstration on this machine: sockets first, so that every address is known before anything starts."""

import asyncio
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import uvicorn
from starlette.types import ASGIApp

from newsletter.demo.blog import create_blog
from newsletter.demo.envelopes import Envelopes
from newsletter.demo.smtp import Catcher
from newsletter.listening import listen

LOOPBACK = "127.0.0.1"

# The address people know from the tutorial; another one is taken when it is not free.
USUAL_PORT = 8000


class Pages(uvicorn.Server):
    """A web server that leaves signals to whoever runs it."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(uvicorn.Config(app, lifespan="off", access_log=False, log_config=None))

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take no signal: Ctrl-C has to stop the worker, too."""
        yield

    def stop(self) -> None:
        """Let the server end soon; may be called from any thread."""
        self.should_exit = True


class Outside:
    """The world around the product, in a thread of its own: a blog to be read and a relay to hand mail to."""

    def __init__(self, envelopes: Envelopes) -> None:
        self._blog_socket = listening()
        self._relay_socket = listening()
        self._catcher = Catcher(envelopes)
        self._blog = Pages(create_blog(self.blog_url))
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(),), name="outside")

    @property
    def blog_url(self) -> str:
        """The address of the blog, without a slash at the end."""
        return url_of(self._blog_socket)

    @property
    def relay_url(self) -> str:
        """The catcher as a setting names a relay."""
        return f"smtp://{LOOPBACK}:{port_of(self._relay_socket)}?tls=none&connections=4"

    def trouble(self, answers: Mapping[str, str]) -> None:
        """Let the relay answer so to these recipients from now on."""
        self._catcher.answers = answers

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._blog.stop()
        self._thread.join()

    async def _serve(self) -> None:
        mail = await self._catcher.listen(self._relay_socket)
        try:
            await self._blog.serve([self._blog_socket])
        finally:
            mail.close()


def listening(preferred: int = 0) -> socket.socket:
    """Give a socket that listens on this machine, on the *preferred* port if that is free."""
    try:
        return listen(LOOPBACK, preferred)
    except OSError:
        return listen(LOOPBACK, 0)


def port_of(listener: socket.socket) -> int:
    """Give the port a socket listens on."""
    port: int = listener.getsockname()[1]
    return port


def url_of(listener: socket.socket) -> str:
    """Give the web address of a socket, without a slash at the end."""
    return f"http://{LOOPBACK}:{port_of(listener)}"
