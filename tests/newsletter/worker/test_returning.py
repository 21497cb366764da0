import asyncio
import smtplib
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from newsletter.bootstrap import Application
from newsletter.issues import alerts
from newsletter.tables.returns import return_message
from newsletter.worker.metronome import Worker
from newsletter.worker.returning import ALERT, Returning
from tests.harness import mailroom, returned
from tests.harness.dovecot import Dovecot
from tests.harness.instance import environment, opened
from tests.harness.ports import free_port
from tests.harness.trial import wait_until

NOW = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)


def came(application: Application) -> list[str]:
    """Give by which ways something came."""
    with application.database.read() as tx:
        return sorted(tx.execute(select(return_message.c.came_by)).scalars())


def handed_over(port: int, recipient: str) -> bool:
    """Hand a bounce over, once somebody listens."""
    try:
        with smtplib.SMTP("127.0.0.1", port, "relay.example.net", 10) as client:
            client.sendmail("", [recipient], returned.bounce(recipient))
    except ConnectionRefusedError:
        return False
    return True


def test_worker_takes_by_both_ways_until_it_is_told_to_stop(
    dovecot: Dovecot, user: str, database_url: str, tmp_path: Path
) -> None:
    """A bounce in the mailbox and one by SMTP are acted on, and the worker comes home."""
    port = free_port()
    settings = environment(database_url, tmp_path) | {
        "NEWSLETTER_RETURNS_URL": dovecot.url(user),
        "NEWSLETTER_RETURNS_LISTEN": f"127.0.0.1:{port}",
    }
    with opened(settings, NOW) as (application, _):
        keyring = application.keyring
        with application.database.write() as tx:
            room = mailroom.open_mailroom(tx, keyring, NOW, ("ann", "bob"))
            ann, bob = (returned.delivery_of(tx, name, room.letter_id) for name in ("ann", "bob"))
        recipient = returned.address(keyring, bob).replace(returned.DOMAIN, "example.org")
        dovecot.put(user, [returned.bounce(returned.address(keyring, ann))])
        stop = asyncio.Event()

        async def work() -> None:
            working = asyncio.create_task(Worker(application).run(stop))
            await asyncio.to_thread(wait_until, lambda: handed_over(port, recipient), "somebody listens")
            await asyncio.to_thread(wait_until, lambda: came(application) == ["imap", "smtp"], "both are taken")
            stop.set()
            await working

        asyncio.run(work())
        with application.database.read() as tx:
            assert [("bounce", "suppressed")] * 2 == returned.facts(tx)


def test_copy_hears_nothing_at_its_port_until_it_is_adopted(sqlite_url: str, tmp_path: Path) -> None:
    """Whoever sends keeps the mail; from then on it is taken, and nobody starts anything anew."""
    port = free_port()
    settings = environment(sqlite_url, tmp_path) | {"NEWSLETTER_RETURNS_LISTEN": f"127.0.0.1:{port}"}
    with opened(settings, NOW) as (application, _):
        with application.database.write() as tx:
            room = mailroom.open_mailroom(tx, application.keyring, NOW, ("ann",))
            ann = returned.delivery_of(tx, "ann", room.letter_id)
            mailroom.set_adopted(tx, is_adopted=False)
        recipient = returned.address(application.keyring, ann).replace(returned.DOMAIN, "example.org")
        returning = Returning(application)
        returning.start()
        try:
            with pytest.raises(smtplib.SMTPRecipientsRefused) as held:
                wait_until(lambda: handed_over(port, recipient), "somebody listens")
            with application.database.write() as tx:
                mailroom.set_adopted(tx, is_adopted=True)
            assert handed_over(port, recipient)
        finally:
            returning.stop()

        assert {recipient: (451, b"4.3.2 Nothing is taken in here now; try again later")} == held.value.recipients
        assert ["smtp"] == came(application)


def test_port_that_somebody_has_is_told_and_disturbs_nothing(sqlite_url: str, tmp_path: Path) -> None:
    """The worker runs, and a person reads why nothing is taken there."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        settings = environment(sqlite_url, tmp_path) | {"NEWSLETTER_RETURNS_LISTEN": f"127.0.0.1:{other.getsockname()[1]}"}
        with opened(settings, NOW) as (application, _):

            def told() -> list[str]:
                with application.database.read() as tx:
                    return [alert.text for alert in alerts.open_alerts(tx) if alert.key == ALERT]

            async def work() -> None:
                stop = asyncio.Event()
                working = asyncio.create_task(Worker(application).run(stop))
                await asyncio.to_thread(wait_until, lambda: bool(told()), "a person is told")
                stop.set()
                await working

            asyncio.run(work())
            [text] = told()

    assert "cannot be listened on" in text
