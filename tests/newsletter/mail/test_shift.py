"""One run of the mailer: why it ends, and what it does about what it does not know."""

import asyncio
from datetime import datetime

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import OperationalError

from newsletter.database import Database
from newsletter.errors import RelayMissing, RelayUnreachable
from newsletter.issues import alerts
from newsletter.letters.links import Links
from newsletter.mail import relaybook, roster
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.limits import Limits, parse_quiet_hours
from newsletter.mail.mailer import Mailer
from newsletter.mail.relays import Relay, Tls
from newsletter.mail.tally import Progress
from newsletter.mail.transactions import Patience
from newsletter.strongbox import Strongbox
from newsletter.tables.mail import delivery
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import chaossmtp as chaos
from tests.harness import engines, mailroom
from tests.harness.sink import Conversation, Reaction, Sink, Step
from tests.newsletter.mail.conftest import Ledger

S = DeliveryState

HASTE = Patience(greeting=2, mail=2, rcpt=2, data=2, block=2, dot=2, trouble=0.01, longest_trouble=0.02)


def relay(port: int, name: str = "here", **more: object) -> Relay:
    """Give a relay on this machine."""
    return Relay("127.0.0.1", port, Tls.NONE, name=name, connections=1, **more)  # type: ignore[arg-type]


def add(book: Ledger, keyring: Keyring, *relays: Relay) -> None:
    """Write relays down."""
    with book.database.write() as tx:
        for one in relays:
            relaybook.add(tx, one, Strongbox.of(keyring), book.now)


async def mail(book: Ledger, keyring: Keyring, stop: asyncio.Event | None = None) -> Progress:
    """Mail until idle, over the relays of the ledger; the clock stands still."""
    links = Links("https://news.example.org")
    mailer = Mailer(book.database, keyring, links, None, lambda: book.now, worker_place="here", patience=HASTE)
    async with asyncio.timeout(30):
        return await mailer.run_until_idle(stop)


def test_claim_whose_answer_is_lost_forgets_nobody(book: Ledger, keyring: Keyring) -> None:
    """The database has written it and we do not know: what is in our name and not in our hands is taken back."""
    lost: list[int] = []

    def commit(connection: Transaction) -> None:
        leased = connection.execute(select(func.count()).select_from(delivery).where(delivery.c.state == S.LEASED)).scalar_one()
        if leased and not lost:
            lost.append(leased)
            connection.connection.dbapi_connection.commit()  # type: ignore[union-attr]
            raise OperationalError("COMMIT", {}, Exception("the connection is gone"))

    for engine in engines.writing(book.database):
        event.listen(engine, "commit", commit)

    async def go() -> int:
        async with Sink() as sink:
            add(book, keyring, relay(sink.port))
            await mail(book, keyring)
            return len(sink.taken)

    assert 3 == asyncio.run(go())
    assert [3] == lost
    assert {S.ACCEPTED} == set(book.states().values())


def test_run_whose_relays_are_all_disabled_ends(book: Ledger, keyring: Keyring) -> None:
    """It says that there is none, instead of waiting for one; nobody else is touched."""

    async def go() -> None:
        async def disable(talk: Conversation) -> None:
            with book.database.write() as tx:
                relaybook.enable(tx, relaybook.find(tx, "here", None), book.now, is_enabled=False)
            # Until the mailer has looked.
            while talk.sink.connections and not is_over.is_set():  # noqa: ASYNC110
                await asyncio.sleep(0.01)

        is_over = asyncio.Event()
        async with Sink(script=chaos.at("connect", disable)) as sink:
            add(book, keyring, relay(sink.port))
            try:
                await mail(book, keyring)
            finally:
                is_over.set()

    with pytest.raises(RelayMissing, match="newsletter relays enable here"):
        asyncio.run(go())
    assert {S.PENDING} == set(book.states().values())


def test_run_whose_only_relay_cannot_be_used_ends_with_the_reason(book: Ledger, keyring: Keyring) -> None:
    """A file of certificates that is gone."""
    add(book, keyring, Relay("127.0.0.1", 25, Tls.IMPLICIT, name="here", ca_file="/nowhere/ca.pem"))

    with pytest.raises(RelayUnreachable, match=r"/nowhere/ca\.pem"):
        asyncio.run(mail(book, keyring))
    assert {S.PENDING} == set(book.states().values())


def test_run_ends_when_all_relays_are_away(book: Ledger, keyring: Keyring) -> None:
    """Each is named, with what one of them said last."""

    async def go() -> None:
        async with (
            Sink(script=chaos.at("connect", chaos.close)) as one,
            Sink(script=chaos.at("connect", chaos.saying("554 5.3.2 not you"))) as two,
        ):
            add(book, keyring, relay(one.port, "one"), relay(two.port, "two"))
            await mail(book, keyring)

    with pytest.raises(RelayUnreachable, match=r"127\.0\.0\.1:\d+ and 127\.0\.0\.1:\d+ does not take mail"):
        asyncio.run(go())
    with book.database.read() as tx:
        told = [alert.key for alert in alerts.open_alerts(tx)]
    assert {"relay-down:one", "relay-down:two"} == set(told)
    assert {S.PENDING} == set(book.states().values())


def test_run_ends_when_one_relay_is_away_and_the_other_rests(sqlite_url: str, keyring: Keyring, now: datetime) -> None:
    """Neither is waited for: quiet hours go on for an hour more, as the last figures say; on SQLite they go by our clock."""
    database = Database(sqlite_url)
    with database.write() as tx:
        book = Ledger(database, mailroom.open_mailroom(tx, keyring, now, ("ann", "bob", "cem")), now)
    quiet, _ = parse_quiet_hours("07:00-09:00")

    async def go() -> Progress:
        async with Sink(script=chaos.at("connect", chaos.close)) as away, Sink() as resting:
            add(book, keyring, relay(away.port, "away"), relay(resting.port, "resting", limits=Limits(quiet_hours=quiet)))
            return await mail(book, keyring)

    told = asyncio.run(go())

    assert 3600 == round(told.rests_for)
    assert {S.PENDING} == set(book.states().values())
    database.close()


def test_run_with_nothing_to_mail_does_not_ask_for_a_relay(book: Ledger, keyring: Keyring) -> None:
    """Nothing is missing where nobody waits."""
    with book.database.write() as tx:
        tx.execute(text("UPDATE mailing SET state = 'cancelled'"))
        tx.execute(text("UPDATE delivery SET state = 'cancelled'"))

    assert 0 == asyncio.run(mail(book, keyring)).done


def test_mailer_that_is_told_to_stop_before_it_could_begin_stops(sqlite_url: str, keyring: Keyring, now: datetime) -> None:
    """A ledger that is away is not waited for any more."""
    database = Database(sqlite_url)
    with database.write() as tx:
        tx.execute(text("ALTER TABLE worker RENAME TO away"))
    stop = asyncio.Event()
    mailer = Mailer(
        database, keyring, Links("https://news.example.org"), relay(25), lambda: now, worker_place="here", patience=HASTE
    )

    async def go() -> Progress:
        asyncio.get_running_loop().call_later(0.1, stop.set)
        async with asyncio.timeout(10):
            return await mailer.run(stop)

    assert 0 == asyncio.run(go()).done
    database.close()


def test_drained_mailer_finishes_what_it_holds_and_ends(book: Ledger, keyring: Keyring) -> None:
    """Drained at its first message: what it claimed is mailed, what comes then is not, until its host is resumed."""

    def script(step: Step) -> Reaction | None:
        if step.name == "body" and step.transaction == 1:
            with book.database.write() as tx:
                roster.drain_host(tx, "here", book.now)
                mailroom.plan(tx, book.room.newsletter_id, book.room.list_id, book.now)
        return None

    async def run() -> list[int]:
        async with Sink(script=script) as sink:
            add(book, keyring, relay(sink.port))
            drained = [await mail(book, keyring), await mail(book, keyring)]
            with book.database.write() as tx:
                roster.resume_host(tx, "here")
            return [one.accepted for one in (*drained, await mail(book, keyring))]

    assert [3, 0, 3] == asyncio.run(run())


def test_mailer_that_no_relay_lets_in_keeps_nobody_from_others(postgres_book: Ledger, keyring: Keyring) -> None:
    """D04: what it claimed goes back while its relay is out of its reach, and another host mails it meanwhile."""

    async def run() -> tuple[Progress, Progress]:
        async with Sink() as reached, Sink() as unreached:
            port = unreached.port
        stop = asyncio.Event()
        async with Sink(port=reached.port) as reached:
            lonely = asyncio.create_task(mail_over(postgres_book, keyring, relay(port), stop))
            # By then it has claimed them, and found its relay out of reach.
            await asyncio.sleep(1)
            other = await mail_over(postgres_book, keyring, relay(reached.port))
            stop.set()
            return await lonely, other

    lonely, other = asyncio.run(run())

    assert (0, 3) == (lonely.accepted, other.accepted)


async def mail_over(book: Ledger, keyring: Keyring, setting: Relay, stop: asyncio.Event | None = None) -> Progress:
    """Mail over the relay of a host's own setting, until told to stop or until there is nothing more to do."""
    patience = Patience(greeting=2, trouble=0.5, longest_trouble=5)
    links = Links("https://news.example.org")
    mailer = Mailer(book.database, keyring, links, setting, lambda: book.now, worker_place=str(setting), patience=patience)
    async with asyncio.timeout(60):
        return await (mailer.run_until_idle() if stop is None else mailer.run(stop))
