"""Chooses the real things once: settings become an Application that the doors work with."""

import logging
import os
import re
import secrets
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import structlog

from newsletter import adoption, failpoints, rotation, shape, tracing
from newsletter.clock import Clock, SharedClock, system_clock
from newsletter.confined import Child
from newsletter.database import Database, DatabaseFault
from newsletter.errors import DatabaseNotReady, InstanceMismatch, KeyNotChanged, SettingWrong
from newsletter.images.fetching import LONGEST, Bringer
from newsletter.instance import claim_instance, known_instance
from newsletter.issues import rereading
from newsletter.issues.model import Newsletter
from newsletter.journal import Journal
from newsletter.languages.catalogue import Words
from newsletter.letters import notebook, notices
from newsletter.letters.letter import Draft, LetterKind
from newsletter.letters.links import Links
from newsletter.letters.templates import Templates
from newsletter.mail import workers
from newsletter.mail.relays import Relay
from newsletter.meters import LOG_LINES
from newsletter.outbound import FetchPolicy
from newsletter.people import keepbook
from newsletter.people.retention import Keep
from newsletter.review.caniemail import Support, load_support
from newsletter.settings import LogSettings, Settings
from newsletter.shape import UnknownShape
from newsletter.writers import DatabaseBusy
from subscribers.model import MailingList
from subscribers.tokens import SHORTEST_SECRET, Keyring
from subscribers.transaction import Transaction

log = structlog.get_logger()

# Random bytes of a key we make: 64 characters, twice what is asked for.
MADE_SECRET_BYTES = 48
# In the data folder: themes of one's own, and what single newsletters lay out otherwise.
OWN_TEMPLATES = "templates"
PRIVATE = 0o600
# The folder holds the key and the addresses of all readers.
PRIVATE_FOLDER = 0o700

# What may not stand in a log, whoever wrote the line: addresses, the tokens of links (26 characters of base32), and the secrets
# of the door (43 of base64url).
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+")
# The number that the token of a link to the door begins with is no part of what must not be told, nor what keys of the API
# begin with.
_TOKEN = re.compile(
    r"(?<![0-9A-Za-z])[a-z2-7]{26}(?![0-9A-Za-z])|(?<![\w-])(?:\d{1,12}-|nlk_)?[\w-]{43}(?![\w-])", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True, slots=True)
class Application:
    """Everything a door needs, opened once and closed once."""

    settings: Settings
    database: Database
    keyring: Keyring
    # Decides what is due, for every door: the database's where hosts share one, unless another was chosen.
    clock: Clock
    child: Child
    templates: Templates
    links: Links
    # Parses feeds, apart from the child that lays out letters: a feed that takes its time keeps no page waiting.
    parser: Child = field(default_factory=Child)

    @property
    def fetch_policy(self) -> FetchPolicy:
        """How feeds and images may be fetched."""
        return self.settings.fetch_policy

    @property
    def relay(self) -> Relay | None:
        """The server mail is handed to; None: nothing is mailed."""
        return self.settings.relay

    @property
    def support(self) -> Support | None:
        """What the readers' mail programs cannot show; None: nobody fetched the data."""
        return load_support(programs=self.settings.mail_programs)

    def keep(self, tx: Transaction) -> Keep:
        """How long what is kept of people: as the settings say, else as the staff chose, else as is usual."""
        return keepbook.keep(tx, self.settings.keep, self.settings.fixed_keeps)

    def ahead(self) -> timedelta | None:
        """Ask the database for the time anew, and give how far the clock of this machine is ahead of it.

        None where there is nothing to compare: on SQLite, and where another clock was chosen.
        """
        return self.clock.look() if isinstance(self.clock, SharedClock) else None

    def reader(self, within: float = rereading.LONGEST) -> rereading.Reader:
        """Give who reads feeds while somebody waits, for *within* seconds at most."""
        return rereading.Reader(self.database, self.fetch_policy, self.parser, self.clock, within)

    def bringer(self, longest: float = LONGEST) -> Bringer:
        """Give who fetches pictures; *longest* so many seconds for all together."""
        return Bringer(self.database, self.fetch_policy, self.child, self.clock, longest)

    def notice(self, kind: LetterKind, newsletter: Newsletter, list_: MailingList, words: Words) -> Draft:
        """Compose a notice about a list in the language of *words*, as the list says it.

        Raises:
            RenderFailed: a template is wrong.

        """
        with self.database.read() as tx:
            own = notebook.find(tx, list_.id, kind, words.language.code)
        seed = self.keyring.derive("slots")
        return notices.compose(kind, self.templates.speaking(words), newsletter, list_, self.links, seed, own)

    def close(self) -> None:
        """Let the child processes and all connections go."""
        self.child.close()
        self.parser.close()
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_application(settings: Settings, clock: Clock | None = None, *, host: Clock = system_clock) -> Application:
    """Open what *settings* name.

    Without a *clock* of one's own, as the demonstration has one, it is the database's on PostgreSQL, and the *host*'s on
    SQLite.

    Raises:
        SettingWrong: there is no secret key yet, or the database's address is no address.
        DatabaseNotReady: the database cannot be reached, or `newsletter init` was not run on it.
        InstanceMismatch: the database was made with another secret key.

    """
    if settings.secret_key is None:
        raise SettingWrong("NEWSLETTER_SECRET_KEY", f"there is no key in {settings.data_dir} yet; run `newsletter init` first")
    keyring = Keyring(settings.secret_key, settings.former_secret_keys)
    journal = Journal(settings.journal_dir, keyring, socket.gethostname())
    database = Database(settings.database_url, journal, keyring.key_check)
    try:
        _require_ready(database, keyring, host() if clock is None else clock())
        told = clock or (host if database.is_sqlite else SharedClock(database.moment, host))
        adoption.look(database, adoption.home_of(database, settings.data_dir), told())
    except BaseException:
        database.close()
        raise
    failpoints.arm(settings.failpoint)
    child = Child()
    return Application(
        settings=settings,
        database=database,
        keyring=keyring,
        clock=told,
        child=child,
        templates=Templates(settings.templates, child, own=settings.data_dir / OWN_TEMPLATES),
        links=Links(settings.public_url),
    )


def prepare(settings: Settings, now: datetime) -> Settings:
    """Make what a local instance lacks (data folder, key file), bring the database to its newest shape, claim it.

    Doing it again changes nothing. Gives the settings with the key.

    Raises:
        SettingWrong: the data folder cannot be made, or the database's address is no address.
        DatabaseNotReady: the database cannot be reached, or a newer version made it, or workers run that could not go on.
        InstanceMismatch: the database was made with another secret key.

    """
    failpoints.arm(settings.failpoint)
    _make_data_dir(settings)
    database = Database(settings.database_url)
    keyed = settings if settings.secret_key is not None else _with_made_key(settings)
    assert keyed.secret_key is not None
    try:
        _upgrade(database, now)
        with database.write() as tx:
            claim_instance(tx, Keyring(keyed.secret_key).key_check, now)
            shape.declare(tx)
    except InstanceMismatch:
        if settings.secret_key is None:
            # The key made a moment ago opens nothing; the next start would only be told so again.
            settings.secret_file.unlink()
        raise
    finally:
        database.close()
    return keyed


def begin_rotation(settings: Settings) -> bool:
    """Make the key of *settings* that of the database, which belongs to a former one; gives whether that is news.

    Raises:
        SettingWrong: there is no key.
        DatabaseNotReady: the database cannot be reached, or has another shape.
        InstanceMismatch: the database belongs to a key that is not given.
        KeyNotChanged: mail is on its way.

    """
    if settings.secret_key is None:
        raise SettingWrong("NEWSLETTER_SECRET_KEY", f"there is no key in {settings.data_dir} yet; run `newsletter init` first")
    keyring = Keyring(settings.secret_key, settings.former_secret_keys)
    database = Database(settings.database_url)
    try:
        _require_shape(database)
        with database.read() as tx:
            if rotation.is_begun(tx, keyring):
                # Run again behind a kill: pages and imports go in and out under the new key, and need not stop for this.
                return False
        with database.write_alone() as tx:
            return rotation.begin(tx, keyring)
    except DatabaseBusy as error:
        raise KeyNotChanged("a page or a command is writing at this moment; stop every process first") from error
    except DatabaseFault as error:
        raise _unreachable(database, error) from error
    finally:
        database.close()


def bare_database(url: str) -> Database:
    """Open a database that is to be filled with what another one holds, or was filled so and obeys its journals.

    Nothing it owes to a journal is written: whatever a no it takes in, it stands in one already.

    Raises:
        SettingWrong: the database's address is no address.

    """
    return Database(url)


def place_of(database: Database) -> str:
    """Say where the database is, as a person would, without its password."""
    backend = database.url.get_backend_name()
    return str(database.path or database.url.set(drivername=backend).render_as_string(hide_password=True))


def set_up_logging(log: LogSettings) -> None:
    """Send all logs, ours and those of libraries, to stderr, without addresses and tokens."""
    level = getattr(logging, log.level.upper())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        _traced,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    handler = _Stderr()
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_ending(log)))
    logging.basicConfig(level=max(level, logging.INFO), handlers=[handler], force=True)
    # One line a tick, a request, a command by SMTP and a start say nothing that nobody knows; nor does a tick that took long.
    for chatty in ("alembic", "apscheduler", "httpx2", "httpcore2", "uvicorn.access", "uvicorn.error", "mail.log"):
        logging.getLogger(chatty).setLevel(logging.WARNING if chatty != "apscheduler" else logging.ERROR)


def redacted(line: str) -> str:
    """Give *line* without addresses of people and tokens of links."""
    return _TOKEN.sub("[token]", _ADDRESS.sub("[address]", line))


class _Stderr(logging.Handler):
    """Writes to what stderr is at the moment, so that a progress bar on the terminal is not torn."""

    def emit(self, record: logging.LogRecord) -> None:
        LOG_LINES.add(record.levelname.lower())
        # A disk that is full, or a reader that is gone, must not end what the line is about.
        with suppress(OSError):
            print(self.format(record), file=sys.stderr)  # noqa: T201 -- this is the handler


def _ending(log: LogSettings) -> list[structlog.typing.Processor]:
    last: structlog.typing.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log.is_json
        else structlog.dev.ConsoleRenderer(colors=False, pad_event_to=0)
    )
    return [structlog.stdlib.ProcessorFormatter.remove_processors_meta, _without_people, last]


def _traced(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    trace = tracing.current()
    return event if not trace else {**event, "trace": trace}


def _without_people(_logger: object, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    # The last step before the line is written: exceptions are text by now, and what is no text yet is made so here.
    return {
        key: value if isinstance(value, bool | int | float | None) else redacted(str(value)) for key, value in event.items()
    }


def _require_ready(database: Database, keyring: Keyring, now: datetime) -> None:
    try:
        _require_shape(database)
        with database.read() as tx:
            rotation.require_key(tx, keyring)
            identity = known_instance(tx, keyring.key_check)
        if identity is None:
            with database.write() as tx:
                claim_instance(tx, keyring.key_check, now)
    except DatabaseFault as error:
        raise _unreachable(database, error) from error


def _require_shape(database: Database) -> None:
    if database.path is not None and not database.path.exists():
        # Asking SQLite would make an empty file there.
        raise DatabaseNotReady(f"There is no database {database.path} yet. Run `newsletter init` first.")
    misfit = database.misfit()
    if misfit:
        raise DatabaseNotReady(f"{_place(database)} {misfit}")
    if not database.is_current():
        log.warning("a newer version upgraded the database; this one can go on beside it, and is to be upgraded next")


def _refuse_unfinished(database: Database) -> None:
    if database.path is not None and not database.path.exists():
        return
    with database.read() as tx:
        found = shape.current(tx)
        if found is not None and shape.is_unfinished(found):
            raise DatabaseNotReady(f"{_place(database)} {shape.misfit(tx)}")


def _upgrade(database: Database, now: datetime) -> None:
    try:
        _refuse_unfinished(database)
        _require_none_left_behind(database, now)
        database.upgrade()
    except UnknownShape as error:
        raise DatabaseNotReady(f"{_place(database)} was made by a newer version of newsletter: {error}.") from error
    except DatabaseFault as error:
        raise _unreachable(database, error) from error
    except OSError as error:
        raise DatabaseNotReady(f"{_place(database)} cannot be made: {error.strerror}.") from error


def _require_none_left_behind(database: Database, now: datetime) -> None:
    if database.path is not None and not database.path.exists():
        return
    with database.read() as tx:
        left = workers.alive(tx, now) if shape.leaves_behind(tx) else ()
    if left:
        raise DatabaseNotReady(
            f"{_place(database)} is not upgraded while workers of an older version run that could not go on: "
            f"{'; '.join(left)}. Stop them first; what one that was killed left behind counts for half a minute. "
            "Nothing was changed."
        )


def _unreachable(database: Database, error: DatabaseFault) -> DatabaseNotReady:
    reason = str(error.orig).strip().splitlines()[0].rstrip(".")
    return DatabaseNotReady(f"{_place(database)} cannot be used: {reason}.")


def _place(database: Database) -> str:
    return f"The database {place_of(database)}"


def _make_data_dir(settings: Settings) -> None:
    try:
        settings.data_dir.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingWrong("NEWSLETTER_DATA_DIR", f"{settings.data_dir} cannot be made: {error.strerror}") from error


def _with_made_key(settings: Settings) -> Settings:
    secret = secrets.token_urlsafe(MADE_SECRET_BYTES)
    assert len(secret) >= SHORTEST_SECRET
    try:
        # O_EXCL: two that start together do not overwrite each other's key.
        handle = os.open(settings.secret_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    except OSError as error:
        raise SettingWrong("NEWSLETTER_DATA_DIR", f"{settings.secret_file} cannot be made: {error.strerror}") from error
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secret + "\n")
    return replace(settings, secret_key=secret)
