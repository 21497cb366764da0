"""The whole product on loopback: pages by a real server, a real mailer, and a mail server that takes everything.

with House(database_url, folder) as house:
    …  # a browser at house.url
    [mail] = house.postbox.wait_for("ann@example.org")
"""

import asyncio
import re
import shutil
import socket
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn

from newsletter import bootstrap, settings
from newsletter.bootstrap import Application
from newsletter.clock import Clock
from newsletter.listening import listen
from newsletter.mail.mailer import Mailer
from newsletter.web.app import create_app
from newsletter.web.clicks import Clicks
from newsletter.web.porter import Porter
from tests.conftest import SECRET
from tests.harness.sink import Sink
from tests.harness.sinklog import Taken
from tests.harness.staff import an_administrator

ROOT = Path(__file__).parents[2]
DESK_TOKEN = "the-link-that-serve-prints"

# Longer than a busy machine takes to start or to mail one letter; a test that waits so long has failed. In seconds.
PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it arrived."""

    message: EmailMessage

    @property
    def subject(self) -> str:
        """What it says it is about."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """Its plain text."""
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    @property
    def one_click(self) -> str:
        """The address that a mail program's own unsubscribe button posts to (RFC 8058)."""
        assert "List-Unsubscribe=One-Click" == self.message["List-Unsubscribe-Post"]
        return self._found(r"<(https?://[^>]+)>", str(self.message["List-Unsubscribe"]))

    def link(self, path: str) -> str:
        """Give the address in the text that leads to *path*, such as `/c/`."""
        return self._found(rf"(https?://[^\s<>]+{re.escape(path)}[a-z2-7]+)", self.text)

    @staticmethod
    def _found(pattern: str, text: str) -> str:
        found = re.search(pattern, text)
        assert found is not None, text
        return found[1]


class Postbox(Sink):
    """A mail server whose mails other threads can wait for."""

    def __init__(self) -> None:
        super().__init__()
        self._arrived = threading.Condition()

    def take(self, taken: Taken, message: bytes) -> None:
        """Write a message down and wake whoever waits."""
        with self._arrived:
            super().take(taken, message)
            self._arrived.notify_all()

    def to(self, address: str) -> list[Mail]:
        """Give the mails to an address so far."""
        pairs = zip(self.taken, self.messages, strict=True)
        return [Mail(message_from_bytes(raw, policy=policy.default)) for taken, raw in pairs if taken.recipient == address]

    def wait_for(self, address: str, count: int = 1) -> list[Mail]:
        """Give the mails to an address as soon as there are *count*."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: len(self.to(address)) >= count, PATIENCE), f"no mail {count} to {address}"
        return self.to(address)


def house_of_copy(
    folder: Path,
    template: Path,
    name: str,
    clock: Clock | None = None,
    host: str = "127.0.0.1",
    *,
    more: Mapping[str, str] | None = None,
    is_staffed: bool = True,
) -> "House":
    """Give a house on SQLite whose database is a copy of a fresh one, under a name of its own in a folder that others share."""
    place = folder / f"{name}.db"
    shutil.copy(template, place)
    return House(f"sqlite:///{place}", folder, more, clock, host, is_staffed=is_staffed)


class House:
    """Runs in a thread of its own while the block lasts."""

    def __init__(
        self,
        database_url: str,
        folder: Path,
        more: Mapping[str, str] | None = None,
        clock: Clock | None = None,
        host: str = "127.0.0.1",
        *,
        is_staffed: bool = True,
    ) -> None:
        self._clock = clock
        # What it is called from outside; browsers make passkeys for a name only.
        self._host = host
        # Whether there is an administrator already.
        self._is_staffed = is_staffed
        self._given = {"NEWSLETTER_DATABASE_URL": database_url, "NEWSLETTER_DATA_DIR": str(folder), **(more or {})}
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live()), name="house")
        self._is_open = threading.Event()
        self.postbox: Postbox
        self.application: Application
        self.clicks: Clicks
        self.url = ""

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._is_open.wait(PATIENCE), "the house did not open"
        assert self._thread.is_alive(), "the house fell down while it opened"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    async def _live(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        listener = listen("127.0.0.1", 0)
        self.url = f"http://{self._host}:{listener.getsockname()[1]}"
        try:
            async with Postbox() as self.postbox:
                with self._opened() as self.application:
                    if self._is_staffed:
                        with self.application.database.write() as tx:
                            an_administrator(tx, self.application.clock())
                    await self._serve(listener)
        finally:
            listener.close()
            # Nobody waits for a house that fell down while it opened.
            self._is_open.set()

    def _opened(self) -> Application:
        given = {
            "NEWSLETTER_PUBLIC_URL": self.url,
            "NEWSLETTER_SECRET_KEY": SECRET,
            "NEWSLETTER_RELAY_URL": f"smtp://127.0.0.1:{self.postbox.port}?tls=none&connections=2",
            "NEWSLETTER_TEMPLATES": str(ROOT / "templates"),
        }
        return bootstrap.open_application(settings.load(given | self._given), self._clock)

    async def _serve(self, listener: socket.socket) -> None:
        porter = Porter(self.application)
        # Written down when a test says so.
        self.clicks = Clicks(self.application.database)
        app = create_app(
            self.application,
            health=lambda: True,
            desk_token=DESK_TOKEN,
            porter=porter,
            clicks=self.clicks,
            is_stopping=self._stop.is_set,
        )
        server = _Server(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False), self._is_open)
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve([listener]))
            group.create_task(self._mailer().run(self._stop))
            group.create_task(asyncio.to_thread(porter.run))
            await self._stop.wait()
            server.should_exit = True
            porter.stop()

    def _mailer(self) -> Mailer:
        one = self.application
        return Mailer(one.database, one.keyring, one.links, one.relay, one.clock, worker_place="house")


class _Server(uvicorn.Server):
    """Says when it is open, so that nobody has to ask."""

    def __init__(self, config: uvicorn.Config, is_open: threading.Event) -> None:
        super().__init__(config)
        self._is_open = is_open

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._is_open.set()
