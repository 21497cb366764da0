"""The wire to a mailbox: looks at what lies there, copies it, and moves it away; nothing here knows what a mail says."""

import imaplib
import re
import select
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Self

from imap_tools import BaseMailBox
from imap_tools.errors import ImapToolsError, MailboxTaggedResponseError
from imap_tools.utils import encode_folder

from newsletter.errors import NewsletterError
from newsletter.returns.intakes import MOST_BYTES, Mailbox
from newsletter.returns.measure import Client, Encrypted, Endless, Plain
from subscribers.oneline import one_line

# What a server may take for one answer, in seconds; it may be far away and busy, and nobody sits in front of it.
PATIENCE = 60.0
# A server may end a connection that idles for half an hour (RFC 2177), and what stands between does it sooner.
LONGEST_IDLE = 300.0
# Of an error, in the server's words.
LONGEST_WORDS = 200

_UID = re.compile(rb"UID (?P<uid>\d+)")
_YES = "OK"


class MailboxTrouble(NewsletterError):  # noqa: N818 -- named for what is there
    """A mailbox cannot be opened, or was lost; the reason is a sentence for an administrator."""

    def __init__(self, mailbox: Mailbox, reason: str) -> None:
        self.mailbox = mailbox
        self.reason = reason
        super().__init__(f"The mailbox {mailbox} cannot be read: {reason}.")


@dataclass(frozen=True, slots=True)
class Abilities:
    """What a server offers of what we would use."""

    idle: bool
    move: bool
    uidplus: bool


class Session:
    """A mailbox that is open, used by one thread."""

    def __init__(self, mailbox: Mailbox, box: "_Box") -> None:
        self.mailbox = mailbox
        self._box = box
        self.abilities = _abilities(box)

    def count(self) -> int:
        """Open the folder anew; gives how many mails lie there.

        Raises:
            MailboxTrouble: the connection or the folder is gone.

        """
        with self._asking():
            [count] = self._box.folder.set(self.mailbox.folder)[1]
        return int(count or 0)

    def look(self, skip: int, most: int) -> tuple[int, ...]:
        """Give the numbers of the next *most* mails behind the first *skip*.

        The folder is opened anew: a number is good until it is looked at again, whatever was made of the folder meanwhile
        (UIDVALIDITY, RFC 9051 2.3.1.1).

        Raises:
            MailboxTrouble: the connection or the folder is gone.

        """
        there = self.count()
        if there <= skip:
            return ()
        with self._asking():
            answered = self._box.client.fetch(f"{skip + 1}:{min(there, skip + most)}", "(UID)")[1]
        found = (_UID.search(line) for line in answered if isinstance(line, bytes))
        return tuple(int(one["uid"]) for one in found if one)

    def copy(self, uid: int, most: int = MOST_BYTES) -> bytes | None:
        """Give the first *most* bytes of a mail, and leave it as it is; None where it is not there any more.

        Raises:
            MailboxTrouble: the connection is gone.

        """
        with self._asking():
            # Always so many: what a server says of sizes need not be true.
            answered = self._box.client.uid("FETCH", str(uid), f"(BODY.PEEK[]<0.{most}>)")[1]
        return next((bytes(item[1]) for item in answered if isinstance(item, tuple)), None)

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move mails, which may be gone; a server without MOVE (RFC 6851) copies them and forgets what it had.

        Raises:
            MailboxTrouble: the connection or the folder is gone.

        """
        if not uids:
            return
        numbers = ",".join(map(str, uids))
        with self._asking():
            if self.abilities.move:
                _done(self._box.client.uid("MOVE", numbers, _name(folder)))
                return
            _done(self._box.client.uid("COPY", numbers, _name(folder)))
            _done(self._box.client.uid("STORE", numbers, "+FLAGS.SILENT", r"(\Deleted)"))
            if self.abilities.uidplus:
                _done(self._box.client.uid("EXPUNGE", numbers))
            else:
                _done(self._box.client.expunge())

    def make_folders(self) -> tuple[str, ...]:
        """Make the folders for what was read where they are missing; gives those that were.

        Raises:
            MailboxTrouble: one cannot be made.

        """
        made = []
        with self._asking():
            for folder in (self.mailbox.processed, self.mailbox.unparsed):
                if not self._box.folder.exists(folder):
                    self._box.folder.create(folder)
                    made.append(folder)
        return tuple(made)

    def wait(self, seconds: float, call: "Call") -> None:
        """Wait until something comes, for *seconds* at most, or until somebody calls.

        Raises:
            MailboxTrouble: the connection is gone.

        """
        if not self.abilities.idle:
            call.wait(seconds)
            return
        with self._asking():
            if self._has_more():
                return
            # What comes in this moment is told before the server says that it waits; then it has been told.
            with suppress(MailboxTaggedResponseError):
                self._box.idle.start()  # type: ignore[no-untyped-call]
                _listen(self._box.client.sock, call, min(max(seconds, PATIENCE), LONGEST_IDLE))
            self._box.idle.stop()  # type: ignore[no-untyped-call]

    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Ask the server for something: what it may answer is measured anew."""
        self._box.client.measure.begin()
        with _words(self.mailbox):
            yield

    def _has_more(self) -> bool:
        """Whether something came since the folder was opened."""
        client = self._box.client
        client.response("EXISTS")
        _done(client.noop())
        return client.response("EXISTS")[1] != [None]


class Call:
    """What wakes a thread that waits on a socket; any thread may call, as often as it likes."""

    def __init__(self) -> None:
        self._called = threading.Event()
        self.reader, self._writer = socket.socketpair()

    @property
    def is_made(self) -> bool:
        """Whether somebody called."""
        return self._called.is_set()

    def make(self) -> None:
        """Call."""
        if not self._called.is_set():
            # First, because whoever waits may let the sockets go as soon as the call is made.
            self._writer.send(b".")
            self._called.set()

    def wait(self, seconds: float) -> None:
        """Wait until somebody calls, for *seconds* at most."""
        self._called.wait(seconds)

    def close(self) -> None:
        """Let the sockets go."""
        self.reader.close()
        self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


@contextmanager
def opened(mailbox: Mailbox, patience: float = PATIENCE) -> Iterator[Session]:
    """Connect, log in and find the folder; says goodbye at the end.

    Raises:
        MailboxTrouble: one of these could not be done.

    """
    with _words(mailbox):
        box = _connected(mailbox, patience)
    try:
        with _words(mailbox):
            _log_in(box, mailbox)
        with _words(mailbox):
            box.folder.set(mailbox.folder)
        yield Session(mailbox, box)
    finally:
        with suppress(OSError, imaplib.IMAP4.error, ImapToolsError):
            box.logout()
        with suppress(OSError):
            box.client.shutdown()


class _Box(BaseMailBox):
    """A mailbox over a connection that is there."""

    client: Client

    def __init__(self, client: Client) -> None:
        self._given = client
        super().__init__()

    def _get_mailbox_client(self) -> Client:
        return self._given


def _connected(mailbox: Mailbox, patience: float) -> _Box:
    if not mailbox.is_encrypted:
        return _Box(Plain(mailbox.host, mailbox.port, timeout=patience))
    context = ssl.create_default_context(cafile=mailbox.ca_file or None)
    return _Box(Encrypted(mailbox.host, mailbox.port, timeout=patience, ssl_context=context))


def _log_in(box: _Box, mailbox: Mailbox) -> None:
    if (mailbox.username + mailbox.password).isascii():
        box.login(mailbox.username, mailbox.password, initial_folder=None)
    else:
        box.login_utf8(mailbox.username, mailbox.password, initial_folder=None)
    # Many say what they can do to those only who have logged in.
    typed, told = box.client.capability()
    if typed == _YES and told[-1]:
        box.client.capabilities = tuple(told[-1].decode("ascii", "replace").upper().split())


def _abilities(box: BaseMailBox) -> Abilities:
    told = box.client.capabilities
    return Abilities(idle="IDLE" in told, move="MOVE" in told, uidplus="UIDPLUS" in told)


def _listen(sock: socket.socket, call: Call, seconds: float) -> None:
    """Wait for a word of the server, or for a call."""
    if isinstance(sock, ssl.SSLSocket) and sock.pending():
        return
    poll = select.poll()
    for one in (sock, call.reader):
        poll.register(one, select.POLLIN)
    poll.poll(seconds * 1000)


def _name(folder: str) -> str:
    name: str | bytes = encode_folder(folder)
    return name.decode("ascii") if isinstance(name, bytes) else name


def _done(answered: tuple[str, Sequence[object]]) -> None:
    typed, told = answered
    if typed != _YES:
        raise imaplib.IMAP4.error(_told(told))


def _told(told: Sequence[object]) -> str:
    return " ".join(one.decode("utf-8", "replace") for one in told if isinstance(one, bytes))


@contextmanager
def _words(mailbox: Mailbox) -> Iterator[None]:
    """Turn what the libraries raise into a sentence."""
    try:
        yield
    except Endless as error:
        raise MailboxTrouble(mailbox, str(error)) from error
    except ssl.SSLCertVerificationError as error:
        raise MailboxTrouble(mailbox, f"its certificate is not to be trusted: {error.verify_message.rstrip('.')}") from error
    except ssl.SSLError as error:
        reason = f"no encrypted connection: {_short(error.reason or str(error))}"
        raise MailboxTrouble(mailbox, f"{reason}; it is to speak TLS from the first byte") from error
    except TimeoutError as error:
        raise MailboxTrouble(mailbox, "it does not answer; a firewall may be between") from error
    except socket.gaierror as error:
        raise MailboxTrouble(mailbox, f"its name was not found ({_short(str(error.strerror))})") from error
    except OSError as error:
        raise MailboxTrouble(mailbox, f"no connection ({_short(error.strerror or str(error))})") from error
    except ImapToolsError as error:
        raise MailboxTrouble(mailbox, _refused(error)) from error
    except imaplib.IMAP4.error as error:
        raise MailboxTrouble(mailbox, f"the server said: {_short(str(error))}") from error


_STEPS = {
    "MailboxLoginError": "the login was refused",
    "MailboxFolderSelectError": "the folder cannot be opened",
    "MailboxFolderCreateError": "a folder cannot be made",
}


def _refused(error: ImapToolsError) -> str:
    step = _STEPS.get(type(error).__name__, "the server refused a command")
    told = _told(getattr(error, "command_result", ("", []))[1])
    return f"{step}: {_short(told)}" if told else step


def _short(text: str) -> str:
    return one_line(text)[:LONGEST_WORDS].rstrip(" .")
