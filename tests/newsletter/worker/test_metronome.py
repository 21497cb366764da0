"""The metronome: it beats at once, it is seen when it stands still, and it stops in good order."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from newsletter.bootstrap import Application
from newsletter.errors import DatabaseNotReady, RelayMissing, WorkerRunning
from newsletter.mail import mailings
from newsletter.mail.delivery import Report
from newsletter.mail.sole import only_mailer
from newsletter.shape import known
from newsletter.worker import metronome, steps
from newsletter.worker.metronome import LONGEST_SILENCE, Worker
from tests.harness import mailroom
from tests.harness.instance import environment, opened
from tests.harness.sink import Sink, Step

NOW = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)
LONGEST_WAIT = 20.0


class Seconds:
    """A stopwatch that is moved by hand."""

    def __init__(self) -> None:
        self.shown = 0.0

    def __call__(self) -> float:
        """Give what it shows."""
        return self.shown


@pytest.fixture
def application(database_url: str, tmp_path: Path) -> Iterator[Application]:
    """Give an instance without a relay."""
    with opened(environment(database_url, tmp_path), NOW) as (application, _):
        yield application


def with_mail(application: Application) -> int:
    """Plan a letter for two people; gives its id."""
    with application.database.write() as tx:
        return mailroom.open_mailroom(tx, application.keyring, NOW, ("ann", "bob")).letter_id


def test_silence_is_noticed(application: Application) -> None:
    """After ninety seconds without a beat the process is ill, and a beat heals it."""
    seconds = Seconds()
    worker = Worker(application, seconds=seconds)
    seconds.shown = LONGEST_SILENCE
    assert worker.is_healthy()
    seconds.shown += 1
    assert not worker.is_healthy()
    asyncio.run(worker.tick())

    assert worker.is_healthy()


def test_slow_metronome_may_be_silent_for_three_beats(database_url: str, tmp_path: Path) -> None:
    """Whoever asks for a tick in five minutes is not restarted after two."""
    seconds = Seconds()
    with opened(environment(database_url, tmp_path) | {"NEWSLETTER_TICK_SECONDS": "300"}, NOW) as (application, _):
        worker = Worker(application, seconds=seconds)
        seconds.shown = 900
        assert worker.is_healthy()
        seconds.shown += 1

        assert not worker.is_healthy()


def test_run_mails_and_stops_when_told(database_url: str, tmp_path: Path) -> None:
    """What waited is accepted by a real server, and the worker comes home."""

    async def mail() -> list[str]:
        stop = asyncio.Event()

        def watch(step: Step) -> None:
            if step.name == "answer" and len(sink.taken) == 2:
                stop.set()

        async with Sink(script=watch) as sink, asyncio.timeout(LONGEST_WAIT):
            with opened(environment(database_url, tmp_path, relay_port=sink.port), NOW) as (application, _):
                with_mail(application)
                await Worker(application).run(stop)
            return sorted(taken.recipient for taken in sink.taken)

    assert ["ann@example.net", "bob@example.net"] == asyncio.run(mail())


def test_run_without_a_relay_ticks_all_the_same(application: Application) -> None:
    """Everything but mailing works: a beat is heard, which is what ends this run."""

    async def run() -> None:
        stop = asyncio.Event()
        beats = 0

        def seconds() -> float:
            nonlocal beats
            beats += 1
            # The first one is the beginning.
            if beats > 1:
                stop.set()
            return 0.0

        async with asyncio.timeout(LONGEST_WAIT):
            await Worker(application, seconds=seconds).run(stop)

    asyncio.run(run())


@pytest.mark.parametrize("serves", [True, False])
def test_version_that_was_outlived_ends(application: Application, *, serves: bool) -> None:
    """Somebody upgraded the database beneath it: it goes on where the newer version serves it, else it says why it ends."""
    least = known()[-1] if serves else "9998"
    with application.database.write() as tx:
        tx.execute(text("UPDATE instance SET least_shape = :least"), {"least": least})
        tx.execute(text("UPDATE alembic_version SET version_num = '9998'"))
    stop = asyncio.Event()

    async def run() -> None:
        worker = Worker(application)
        running = asyncio.create_task(worker.run(stop))
        await worker.tick()
        stop.set() if serves else None
        async with asyncio.timeout(LONGEST_WAIT):
            await running

    if serves:
        asyncio.run(run())
        return
    with pytest.raises(DatabaseNotReady, match=r"its tables have shape 9998, .* is finished"):
        asyncio.run(run())
    assert stop.is_set()


def test_until_idle_mails_everything_and_returns(database_url: str, tmp_path: Path) -> None:
    """And says how many."""

    async def mail() -> tuple[int, tuple[str, ...]]:
        async with Sink() as sink:
            with opened(environment(database_url, tmp_path, relay_port=sink.port), NOW) as (application, _):
                with_mail(application)
                idle = await Worker(application).run_until_idle()
                return idle.mailed.accepted, idle.failed

    assert (2, ()) == asyncio.run(mail())


def test_until_idle_without_work_needs_no_relay(application: Application) -> None:
    """Nothing to mail is nothing to miss."""
    assert 0 == asyncio.run(Worker(application).run_until_idle()).mailed.done


def test_until_idle_with_mail_and_no_relay_says_what_is_missing(application: Application) -> None:
    """And the mail waits."""
    letter_id = with_mail(application)

    with pytest.raises(RelayMissing, match="NEWSLETTER_RELAY_URL"):
        asyncio.run(Worker(application).run_until_idle())
    assert Report(2, 0, 0, 0, 0, 0, 0, 2) == _report(application, letter_id)


def test_step_whose_connection_is_ended_is_taken_again(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connections that are ended in the middle of a tick fail nothing; a database that stays away fails the step."""
    ended: list[str] = []

    async def broken_twice(_application: Application) -> bool:
        ended.append("twice")
        if len(ended) <= 2:
            raise OperationalError("SELECT 1", {}, Exception("terminating connection"))
        return False

    async def broken(_application: Application) -> bool:
        raise OperationalError("SELECT 1", {}, Exception("terminating connection"))

    monkeypatch.setattr(metronome, "STEPS", (steps.Step("twice", broken_twice), steps.Step("always", broken)))

    assert ("always",) == asyncio.run(Worker(application).tick())
    assert ["twice"] * 3 == ended


def test_second_worker_on_sqlite_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    """It names the first."""
    settings = environment(sqlite_url, tmp_path, relay_port=9)
    with (
        opened(settings, NOW) as (application, _),
        only_mailer(_path(application), "attic, process 7"),
        pytest.raises(WorkerRunning, match="attic, process 7"),
    ):
        asyncio.run(Worker(application).run(asyncio.Event()))


def _path(application: Application) -> Path:
    assert application.database.path is not None
    return application.database.path


def _report(application: Application, letter_id: int) -> Report:
    with application.database.read() as tx:
        return mailings.report(tx, letter_id)
