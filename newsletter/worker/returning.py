"""What takes returned mail in beside the mailer, in threads of its own: nothing that comes back can hold up what goes out.

A copy that nobody has adopted takes nothing in, and begins to as soon as it is adopted.
"""

import threading
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import structlog

from newsletter.bootstrap import Application
from newsletter.confined import Child
from newsletter.database import UNAVAILABLE
from newsletter.errors import BadValue
from newsletter.issues import alerts, newsletters
from newsletter.mail import mailings
from newsletter.returns.intakes import Listen, Mailbox
from newsletter.returns.receiving import Reception
from subscribers.transaction import Transaction

if TYPE_CHECKING:
    from newsletter.returns.watching import Watcher

log = structlog.get_logger()

ALERT = "returns:port"

# Before a port that somebody else has is tried again, in seconds.
PAUSE = 30.0
# What a stopping process gives a server that does not answer; what was not written down lies where it lay. In seconds.
PATIENCE = 10.0


class Returning:
    """One for each worker; without a mailbox and a port it does nothing."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._child = Child()
        self._reception = Reception(application.database, application.keyring, application.clock, self._child)
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []
        self._watcher: Watcher | None = None

    def start(self) -> None:
        """Begin to take in what the settings name."""
        settings = self._application.settings
        if settings.returns_mailbox is not None:
            self._watcher = self._watch(settings.returns_mailbox)
            self._begin("returns by IMAP", self._watcher.run)
        if settings.returns_listen is not None:
            place = settings.returns_listen
            self._begin("returns by SMTP", lambda: self._listen(place))

    def stop(self) -> None:
        """End behind the mails under way; waits for that."""
        self._stopped.set()
        if self._watcher is not None:
            self._watcher.stop()
        for thread in self._threads:
            thread.join(PATIENCE)
        self._child.close()

    def _begin(self, name: str, run: Callable[[], None]) -> None:
        thread = threading.Thread(target=run, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _watch(self, mailbox: Mailbox) -> "Watcher":
        from newsletter.returns.watching import Watcher  # noqa: PLC0415 -- most have no mailbox, and its library is not small

        application = self._application
        seconds = application.settings.returns_seconds
        return Watcher(mailbox, self._reception.from_mailbox, application.database, application.clock, seconds)

    def _listen(self, place: Listen) -> None:
        from newsletter.returns.listener import Listener  # noqa: PLC0415 -- most take no mail by SMTP

        while not self._stopped.is_set():
            try:
                listener = Listener(place, self._reception.from_server, self._domains, self._host_name())
                listener.start()
            except BadValue as error:
                log.warning("returned mail is not taken by SMTP", reason=str(error))
                text = f"Returned mail is not taken by SMTP: {error} Mailing goes on."
                self._write(lambda tx, text=text: alerts.raise_alert(tx, ALERT, text, self._application.clock()))  # type: ignore[misc]
                self._stopped.wait(PAUSE)
            else:
                self._write(lambda tx: alerts.settle_alert(tx, ALERT, self._application.clock()))
                self._stopped.wait()
                listener.stop()

    def _domains(self) -> Collection[str]:
        """Give where returned mail comes to, if it is for this database at all."""
        with self._application.database.read() as tx:
            # Before an address is refused for good: a copy may not know all newsletters of the original.
            mailings.require_adopted(tx)
            if self._application.settings.return_domain:
                return {self._application.settings.return_domain}
            return {one.sender_address.rpartition("@")[2].lower() for one in newsletters.all_newsletters(tx)}

    def _host_name(self) -> str:
        settings = self._application.settings
        return settings.return_domain or urlsplit(settings.public_url).hostname or "localhost"

    def _write(self, change: Callable[[Transaction], None]) -> None:
        try:
            with self._application.database.write() as tx:
                change(tx)
        except UNAVAILABLE as error:
            log.warning("an alert about returned mail waits for the database", reason=str(error.orig))
