"""What a tick does about people who did not answer."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from newsletter import failpoints
from newsletter.issues import newsletters
from newsletter.letters.letter import LetterKind
from newsletter.tables.instance import instance
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery
from newsletter.worker import people
from newsletter.worker.metronome import Worker
from subscribers import confirmations, pending, register
from subscribers.address import parse
from subscribers.tables.limits import limit_use
from subscribers.tables.people import subscriber
from tests.harness.people import ask
from tests.newsletter.worker.conftest import START, Stage

REMIND_AT = START + pending.REMIND_AFTER + timedelta(seconds=1)
GONE_AT = START + confirmations.CONFIRMATION_LIFE + timedelta(seconds=1)


def tick(stage: Stage) -> tuple[str, ...]:
    """Let the metronome beat once."""
    return asyncio.run(Worker(stage.application).tick())


def wish(stage: Stage, *names: str) -> None:
    """Let people ask to join."""
    with stage.application.database.write() as tx:
        for name in names:
            ask(tx, stage.application.keyring, stage.newsletter.list_id, f"{name}@example.net", START)


def reminded(stage: Stage) -> list[str]:
    """Give whom a reminder is planned for."""
    query = select(delivery.c.email).join(letter, letter.c.id == delivery.c.letter_id)
    with stage.application.database.read() as tx:
        return sorted(tx.execute(query.where(letter.c.kind == LetterKind.REMINDER)).scalars())


def known(stage: Stage) -> int:
    """Count the people who are known."""
    with stage.application.database.read() as tx:
        return tx.execute(select(func.count()).select_from(subscriber)).scalar_one()


def test_a_tick_reminds_and_forgets_once(stage: Stage) -> None:
    """However often the metronome beats; whoever confirmed is left alone."""
    wish(stage, "dee", "eve")
    told = []
    for moment in (START, REMIND_AT, REMIND_AT + timedelta(hours=1), GONE_AT, GONE_AT + timedelta(hours=1)):
        stage.clock.set(moment)
        assert () == tick(stage)
        told.append((len(reminded(stage)), known(stage)))

    assert [(0, 4), (2, 4), (2, 4), (2, 2), (2, 2)] == told


def test_a_reminder_speaks_the_language_of_its_person(stage: Stage) -> None:
    """Of two who are reminded in one tick each reads their own."""
    wish(stage, "dee", "eve")
    with stage.application.database.write() as tx:
        register.edit(tx, register.find(tx, parse("eve@example.net")).id, language="ru")
    stage.clock.set(REMIND_AT)
    tick(stage)
    query = select(delivery.c.email, letter.c.language).join(letter, letter.c.id == delivery.c.letter_id)
    with stage.application.database.read() as tx:
        spoken = sorted(tuple(row) for row in tx.execute(query.where(letter.c.kind == LetterKind.REMINDER)))

    assert [("dee@example.net", "en"), ("eve@example.net", "ru")] == spoken


def test_there_may_be_more_than_one_batch(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of them are reminded within the tick."""
    monkeypatch.setattr(people, "BATCH", 2)
    wish(stage, "a", "b", "c", "d", "e")
    stage.clock.set(REMIND_AT)
    tick(stage)

    assert 5 == len(reminded(stage))


@pytest.mark.parametrize("place", ["person.reminded", "person.forgotten"])
def test_broken_off_before_the_commit_it_is_done_again(stage: Stage, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once for each person: what was not committed did not happen, and what was committed does not happen again."""
    wish(stage, "a", "b", "c")
    stage.clock.set(REMIND_AT if place == "person.reminded" else GONE_AT)
    failpoints.arm(f"{place}:raise:2")
    failed = [len(tick(stage)) > 0 for _ in range(2)]
    failpoints.arm("")

    assert [True, False] == failed
    assert (["a@example.net", "b@example.net", "c@example.net"] if place == "person.reminded" else []) == reminded(stage)
    assert (5 if place == "person.reminded" else 2) == known(stage)


def test_a_copy_reminds_nobody(stage: Stage) -> None:
    """Or they would all be written to when it is adopted."""
    wish(stage, "dee")
    with stage.application.database.write() as tx:
        tx.execute(update(instance).values(is_adopted=False))
    stage.clock.set(REMIND_AT)
    tick(stage)

    assert [] == reminded(stage)


def test_a_list_whose_newsletter_is_gone_is_passed_over(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can write to its people, and the others do not wait for them."""
    wish(stage, "dee")
    monkeypatch.setattr(newsletters, "of_list", lambda *_: None)
    stage.clock.set(REMIND_AT)

    assert () == tick(stage)
    with stage.application.database.read() as tx:
        assert () == pending.to_remind(tx, REMIND_AT, 10)


def test_what_no_limit_needs_is_forgotten(stage: Stage) -> None:
    """The tables of limits stay small."""
    with stage.application.database.write() as tx:
        confirmations.spend(tx, "hash", START - timedelta(days=2))
        tx.execute(limit_use.insert().values(key="x", free_at=1))
    tick(stage)

    with stage.application.database.read() as tx:
        assert 0 == tx.execute(select(func.count()).select_from(limit_use)).scalar_one()
