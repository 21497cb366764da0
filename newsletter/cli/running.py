"""`newsletter init, serve, worker, demo`: the instance and its processes."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

import click

from newsletter import eventloop
from newsletter.bootstrap import place_of, prepare
from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.exits import Exit
from newsletter.cli.figures import Figures, Teller
from newsletter.cli.progress import mailing_bar
from newsletter.cli.watched import watched
from newsletter.database import UNAVAILABLE, Database
from newsletter.errors import NotAdopted, RelayMissing
from newsletter.mail import mailings, relaybook
from newsletter.web import spelled

if TYPE_CHECKING:
    from newsletter.worker.metronome import Idle

T = TypeVar("T")

HIGHEST_PORT = 65_535


@click.command("init")
@common
@pass_door
def init(door: Door) -> None:
    """Create the database or bring it up to date, and say what comes next. Doing it again changes nothing.

    Example: newsletter init
    """
    had_key = door.settings.secret_key is not None
    settings = prepare(door.settings, door.now_here())
    door.settle_in(settings)
    place = place_of(door.application.database)
    missing = _missing(door)
    steps = [
        'newsletter newsletters create NAME --from "Name <address>" --list readers --postal-address "…"',
        "newsletter feeds add NAME https://blog.example.org/feed/",
        'newsletter newsletters schedule NAME "first monday" 09:00 --draft-before 7d',
        "newsletter serve",
    ]
    key = "" if had_key else f"{settings.secret_file} holds the secret key: back it up with the database."
    door.answer(
        {
            "database": place,
            "data_dir": str(settings.data_dir),
            "made_key": not had_key,
            "relay": str(settings.relay or ""),
        },
        shown.line(f"The database is ready: {place}"),
        *([shown.line(key)] if key else []),
        *([] if missing is None else [shown.line(str(missing))]),
        shown.line("Next:"),
        *(shown.line(f"  {step}") for step in steps),
    )


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Which address to listen on; 0.0.0.0 for all.")
@click.option("--port", type=click.IntRange(0, HIGHEST_PORT), help="Which port, 0 for any; 8000 if not said.")
@common
@pass_door
def serve(door: Door, host: str, port: int | None) -> None:
    """Run the pages and the worker in one process until it is told to stop (Ctrl-C or SIGTERM).

    It prints a link that opens the desk once.

    Example: newsletter serve --port 8000
    """
    from newsletter.cli import serving  # noqa: PLC0415 -- half a second that no other command is to pay

    application = door.application
    settings = application.settings
    chosen = serving.usual_port(settings) if port is None else port
    missing = _missing(door)
    if missing is not None:
        door.note(str(missing))

    def announce(opened: serving.Opened) -> None:
        if settings.is_local and opened.url != settings.public_url:
            door.note(f"Links in mails lead to {settings.public_url}; NEWSLETTER_PUBLIC_URL={opened.url} would lead here.")
        lines = (f"Pages: {opened.url}/", f"Desk:  {opened.desk}   (opens once)")
        door.answer({"url": opened.url, "desk": opened.desk}, *map(shown.line, lines))

    eventloop.run(_until_told(door, lambda stop: serving.serve_until(stop, application, host, chosen, announce)))


@click.command("worker")
@click.option("--until-idle", is_flag=True, help="Do what is due, mail what can be mailed now, and end.")
@common
@pass_door
def worker(door: Door, *, until_idle: bool) -> int:
    """Run the clock and the mailer without pages, until told to stop (Ctrl-C or SIGTERM).

    With --until-idle it waits for what dead workers held, but not for later tries of deferred people, nor longer than a minute
    for quiet hours and daily caps of relays; it says so when mail waits for those.
    On a terminal it shows how the mailing goes; with --json the same figures are a line of JSON on stdout about every second
    and one at the end, before the object that ends a run until idle.

    Example: newsletter worker --until-idle
    """
    from newsletter.worker.metronome import Worker  # noqa: PLC0415 -- whoever serves pages opens them first

    application = door.application
    if not until_idle:
        door.note(f"Looking every {application.settings.tick_seconds} seconds for what is due. {_where_to(door)}")
        with _telling(door, application.database) as teller:
            stays = Worker(application, progress=teller.take)

            async def stay(stop: asyncio.Event) -> None:
                with watched(application, is_healthy=stays.is_healthy, is_stopping=stop.is_set):
                    await stays.run(stop)

            eventloop.run(_until_told(door, teller.beside(stay)))
        return Exit.DONE
    with _telling(door) as teller:
        run = teller.beside(Worker(application, progress=teller.take).run_until_idle)
        ended = eventloop.run(_until_told(door, run))
    return _answer_idle(door, ended.result, was_told=ended.was_told)


@contextmanager
def _telling(door: Door, database: Database | None = None) -> Iterator[Teller]:
    """Tell how a mailing goes: by a bar on a terminal, by lines where `--json` asks for them."""

    def count() -> int | None:
        assert database is not None
        try:
            with database.read() as tx:
                return mailings.waiting(tx)
        except UNAVAILABLE:
            # The mailer waits for it, and says so.
            return None

    with mailing_bar() as on_bar:

        def show(figures: Figures) -> None:
            on_bar(figures)
            if door.as_json:
                door.answer(asdict(figures))

        is_seen = door.as_json or sys.stderr.isatty()
        yield Teller(show, count if is_seen and database is not None else None)


@click.command("demo")
@click.option("--once", is_flag=True, help="Check itself, print one JSON object and end.")
@common
@pass_door
def demo(door: Door, *, once: bool) -> int:  # noqa: ARG001 -- the demo has its own settings and data
    """Show the whole of it: a month of a blog becomes an issue in 200 inboxes, on this machine alone.

    Example: newsletter demo
    """
    from newsletter.demo import script  # noqa: PLC0415 -- half a second that no other command is to pay

    return script.run(once=once)


def _missing(door: Door) -> RelayMissing | None:
    with door.reading() as tx:
        return relaybook.missing(tx, door.settings.relay)


def _where_to(door: Door) -> str:
    with door.reading() as tx:
        known = relaybook.entries(tx, door.settings.relay)
        missing = relaybook.missing(tx, door.settings.relay)
    return str(missing or f"Mail goes to {', '.join(f'{one.name} ({one.relay})' for one in known if one.is_enabled)}.")


def _answer_idle(door: Door, idle: "Idle", *, was_told: bool) -> Exit:
    mailed = idle.mailed
    with door.reading() as tx:
        waiting = mailings.waiting(tx)
        is_copy = mailings.is_copy(tx)
    figures = {
        "accepted": mailed.accepted,
        "refused": mailed.refused,
        "deferred": mailed.deferred,
        "uncertain": mailed.uncertain,
        "skipped": mailed.skipped,
    }
    nobody = "nobody could be mailed" if waiting else "nobody waited for mail"
    words = ", ".join(f"{count:,} {name}" for name, count in figures.items() if count) or nobody
    door.answer(
        {
            **figures,
            "waiting": waiting,
            "is_idle": not was_told,
            "failed_steps": idle.failed,
            "rests_for": round(mailed.rests_for),
        },
        shown.line(f"{'Stopped' if was_told else 'Idle'}: {words}."),
    )
    if waiting:
        copy = f" {NotAdopted()}" if is_copy else ""
        door.note(f"{spelled.people(waiting)} {'waits' if waiting == 1 else 'wait'} still.{copy}")
    if was_told:
        return Exit.INTERRUPTED
    if mailed.rests_for:
        rest = spelled.span(timedelta(seconds=mailed.rests_for))
        door.note(
            f"Mail waits: by their limits the relays are given nothing for {rest}. Who waits is mailed by a run after that."
        )
    if idle.failed:
        door.note(f"Failed, as the log says: {', '.join(idle.failed)}.")
        return Exit.BUG
    return Exit.DONE


@dataclass(frozen=True, slots=True)
class _Ended(Generic[T]):
    """What a run gave, and whether it was told to stop before its own end."""

    result: T
    was_told: bool


async def _until_told(door: Door, run: Callable[[asyncio.Event], Awaitable[T]]) -> _Ended[T]:
    """Run until SIGTERM or Ctrl-C; a second one ends the process at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def ask() -> None:
        door.note("Stopping: what is on the wire is finished first, up to 30 seconds. Once more to stop at once.")
        stop.set()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(name)

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ask)
    return _Ended(await run(stop), was_told=stop.is_set())
