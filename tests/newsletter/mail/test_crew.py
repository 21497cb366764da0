"""The carriers of a mailer: when none of them has a hand free, and what becomes then of who waits."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text, update
from structlog.testing import capture_logs

from newsletter.mail import crew, workers
from newsletter.mail.delivery import DeliveryState
from newsletter.tables.mail import delivery
from subscribers.tokens import Keyring
from tests.harness.sink import Conversation, Reaction, Sink, Step
from tests.newsletter.mail.conftest import Ledger
from tests.newsletter.mail.test_shift import mail_over, relay

S = DeliveryState


def test_mailer_whose_connections_all_hang_keeps_only_who_was_begun_with(
    postgres_book: Ledger, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D04: a relay falls silent in the middle; another host mails who waited, and nobody gets it twice when it speaks again."""
    monkeypatch.setattr(crew, "STUCK", 0.1)

    async def run() -> tuple[list[int], int]:
        is_awake, stop = asyncio.Event(), asyncio.Event()

        async def sleep(talk: Conversation) -> None:
            await is_awake.wait()
            await talk.say_right()

        def script(step: Step) -> Reaction | None:
            return sleep if step.name == "answer" else None

        # Without PIPELINING nobody is offered behind the message that hangs.
        async with Sink(script=script, extensions=("8BITMIME",)) as silent, Sink() as well:
            lonely = asyncio.create_task(mail_over(postgres_book, keyring, relay(silent.port), stop))
            # By then it has claimed all three.
            await comes(silent, 1)
            other = asyncio.create_task(mail_over(postgres_book, keyring, relay(well.port)))
            await comes(well, 2)
            is_awake.set()
            await other
            stop.set()
            await lonely
            return [len(silent.taken), len(well.taken)], len({one.recipient for one in (*silent.taken, *well.taken)})

    assert ([1, 2], 3) == asyncio.run(run())
    assert {S.ACCEPTED} == set(postgres_book.states().values())


def test_database_that_hangs_is_not_taken_for_a_relay_that_does(
    postgres_book: Ledger, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D03: connections wait for it, and nothing is said of the relay, neither meanwhile nor when it answers again."""
    monkeypatch.setattr(crew, "STUCK", 0.1)

    async def run() -> None:
        asked, hangs = asyncio.Event(), asyncio.Event()

        async def wait(talk: Conversation) -> None:
            asked.set()
            await hangs.wait()
            await talk.say_right()

        async with Sink(script=lambda step: wait if step.name == "dot" else None, extensions=("8BITMIME",)) as sink:
            mailing = asyncio.create_task(mail_over(postgres_book, keyring, relay(sink.port)))
            await asked.wait()
            with postgres_book.database.write() as tx:
                tx.execute(text("LOCK TABLE delivery IN SHARE MODE"))
                hangs.set()
                await asyncio.sleep(0.8)
            await mailing

    with capture_logs() as said:
        asyncio.run(run())

    assert [] == [one["event"] for one in said if "relay" in one["event"]]
    assert {S.ACCEPTED} == set(postgres_book.states().values())


def test_mailer_that_comes_back_lets_others_come_back_first(
    postgres_book: Ledger, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was away from all for longer than a lease: what another has on the wire is not called uncertain at once."""
    monkeypatch.setattr(workers, "LEASE", timedelta(seconds=0.6))
    monkeypatch.setattr(workers, "RENEW_EVERY", timedelta(seconds=0.5))
    stop, now = asyncio.Event(), postgres_book.now

    async def run() -> None:
        async with Sink() as sink:
            mailing = asyncio.create_task(mail_over(postgres_book, keyring, relay(sink.port), stop))
            await comes(sink, 3)
            with postgres_book.database.write() as tx:
                tx.execute(text("LOCK TABLE worker IN EXCLUSIVE MODE"))
                workers.register(tx, "another", "there, process 1", now)
                tx.execute(update(delivery).values(state=S.SENDING, worker_id="another"))
                await asyncio.sleep(1.2)
            await asyncio.sleep(0.2)
            with postgres_book.database.write() as tx:
                # It is back, too, and so to stay.
                tx.execute(text("UPDATE worker SET lease_until = lease_until + interval '1 hour' WHERE id = 'another'"))
            await asyncio.sleep(0.6)
            stop.set()
            await mailing

    asyncio.run(run())

    assert {S.SENDING} == set(postgres_book.states().values())


async def comes(sink: Sink, count: int) -> None:
    """Wait until a relay has taken so many."""
    async with asyncio.timeout(30):
        while len(sink.taken) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
