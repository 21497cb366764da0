"""Probes of doubtful addresses, and what came back too early."""

import asyncio
from datetime import datetime, timedelta

from sqlalchemy import select

from newsletter.letters.letter import LetterKind
from newsletter.returns.model import Reading
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery
from newsletter.worker.metronome import Worker
from subscribers import register, suppression
from subscribers.address import parse
from subscribers.model import EVERY_LIST, Reason
from tests.harness import mailroom, returned
from tests.harness.people import join
from tests.harness.returned import FULL, TEMPORARY
from tests.newsletter.worker.conftest import START, Stage


def come_back(stage: Stage, name: str, letter_id: int, reading: Reading, now: datetime) -> str:
    """Let a letter come back from somebody; gives what followed."""
    with stage.application.database.write() as tx:
        one = returned.delivery_of(tx, name, letter_id)
        taken = returned.take(
            tx, stage.application.keyring, returned.bounce(returned.address(stage.application.keyring, one)), reading, now
        )
    return str(taken.followed)


def probes(stage: Stage) -> list[tuple[int, str, str]]:
    """Give the probes that were planned: letter, address and language."""
    query = select(letter.c.id, delivery.c.email, letter.c.language).join(delivery, letter.c.id == delivery.c.letter_id)
    with stage.application.database.read() as tx:
        return [(row.id, row.email, row.language) for row in tx.execute(query.where(letter.c.kind == LetterKind.PROBE))]


def test_who_is_full_three_times_is_asked_once_and_kept_out_when_that_comes_back(stage: Stage) -> None:
    """In their own language; whoever left meanwhile is asked nothing."""
    database, keyring, list_id = stage.application.database, stage.application.keyring, stage.newsletter.list_id
    with database.write() as tx:
        for name in ("dee", "eve"):
            join(tx, keyring, list_id, f"{name}@example.net", START)
        register.edit(tx, register.find(tx, parse("dee@example.net")).id, language="de")
        letters = [
            mailroom.plan(tx, stage.newsletter.id, list_id, START, mailroom.a_draft(subject=f"Month {number}"))
            for number in range(3)
        ]
    for number, letter_id in enumerate(letters):
        for name in ("dee", "eve"):
            come_back(stage, name, letter_id, FULL, START + timedelta(days=number))
    with database.write() as tx:
        suppression.suppress(tx, keyring.hash_address("eve@example.net"), Reason.MANUAL, START)
    asyncio.run(Worker(stage.application).tick())
    asyncio.run(Worker(stage.application).tick())
    [(probe, email, language)] = probes(stage)

    assert ("dee@example.net", "de") == (email, language)
    assert "suppressed" == come_back(stage, "dee", probe, TEMPORARY, START + timedelta(days=3))
    with database.read() as tx:
        assert Reason.BOUNCED is suppression.reason_of(tx, keyring.hash_address("dee@example.net"), EVERY_LIST)
