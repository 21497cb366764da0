"""What a tick does about people who did not answer."""

import asyncio
import io
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
from subscribers import confirmations, pending, register, suppression
from subscribers.address import parse
from subscribers.exchange import asking
from subscribers.exchange.importing import import_people
from subscribers.exchange.model import ImportOrder
from subscribers.model import Reason
from subscribers.tables.imports import import_run
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


def brought(stage: Stage, *rows: str, per_hour: int) -> int:
    """Import people who must confirm first, and let them be asked at a pace; gives the import."""
    application = stage.application
    order = ImportOrder(stage.newsletter.list_id, "Members' list", is_confirmed=False)
    file = io.BytesIO("".join(f"{row}\n" for row in ("email,state", *rows)).encode())
    taken = import_people(application.database.write, application.keyring, file, order, START).id
    assert taken is not None
    with application.database.write() as tx:
        asking.set_pace(tx, taken, per_hour, START)
    return taken


def asked(stage: Stage) -> list[str]:
    """Give whom a question is planned for."""
    query = select(delivery.c.email).join(letter, letter.c.id == delivery.c.letter_id)
    with stage.application.database.read() as tx:
        return sorted(tx.execute(query.where(letter.c.kind == LetterKind.CONFIRMATION)).scalars())


def test_people_of_an_import_are_asked_at_their_pace(stage: Stage) -> None:
    """One every half hour, each once; a worker that stood still does not make up for it."""
    brought(stage, *(f"p{number}@example.net," for number in range(5)), per_hour=2)
    told = []
    for minutes in (0, 1, 29, 31, 32, 300, 301, 332, 363, 400, 500):
        stage.clock.set(START + timedelta(minutes=minutes))
        assert () == tick(stage)
        told.append(len(asked(stage)))

    assert [1, 1, 1, 2, 2, 3, 3, 4, 5, 5, 5] == told


def test_nobody_who_said_no_or_was_asked_is_asked(stage: Stage) -> None:
    """Nor whoever asked by themselves meanwhile."""
    application = stage.application
    brought(stage, "kim@example.net,", "lou@example.net,", "max@example.net,unsubscribed", "nat@example.net,", per_hour=3600)
    wish(stage, "lou")
    with application.database.write() as tx:
        email_hash = application.keyring.hash_address("nat@example.net")
        suppression.suppress(tx, email_hash, Reason.UNSUBSCRIBED, START, list_id=stage.newsletter.list_id)
    stage.clock.set(START + timedelta(minutes=5))
    tick(stage)
    tick(stage)

    assert ["kim@example.net"] == asked(stage)


def test_who_had_enough_mail_today_is_asked_when_that_is_over(stage: Stage) -> None:
    """The others do not wait for them, nobody is counted before, and whoever said no does not keep the asking from its end."""
    application = stage.application
    taken = brought(stage, "kim@example.net,", "lou@example.net,", "nat@example.net,", per_hour=3600)
    with application.database.write() as tx:
        for hours in (2, 1, 0):
            confirmations.spend(tx, application.keyring.hash_address("kim@example.net"), START - timedelta(hours=hours))
        suppression.suppress(tx, application.keyring.hash_address("nat@example.net"), Reason.UNSUBSCRIBED, START)
    told = []
    for minutes in (1, 2, 20, 23 * 60, 48 * 60):
        stage.clock.set(START + timedelta(minutes=minutes))
        tick(stage)
        with application.database.read() as tx:
            counted = tx.execute(select(import_run.c.asked).where(import_run.c.id == taken)).scalar_one()
            told.append((asked(stage), counted, len(asking.under_way(tx))))

    assert [(["lou@example.net"], 1, 1)] * 3 + [(["kim@example.net", "lou@example.net"], 2, 0)] * 2 == told


def test_asking_that_was_killed_asks_nobody_twice(stage: Stage) -> None:
    """What was committed was planned, and the next tick goes on behind it."""
    brought(stage, *(f"p{number}@example.net," for number in range(3)), per_hour=36_000)
    stage.clock.set(START + timedelta(minutes=2))
    failpoints.arm("person.asked:raise:2")
    tick(stage)
    half = asked(stage)
    failpoints.arm("")
    tick(stage)

    assert 1 == len(half)
    assert ["p0@example.net", "p1@example.net", "p2@example.net"] == asked(stage)


def test_asking_stops_when_told(stage: Stage) -> None:
    """By the staff, or by the undoing of the import."""
    taken = brought(stage, *(f"p{number}@example.net," for number in range(3)), per_hour=60)
    tick(stage)
    with stage.application.database.write() as tx:
        waiting = asking.set_pace(tx, taken, None, START)
    stage.clock.set(START + timedelta(hours=1))
    tick(stage)

    assert (2, 1) == (waiting, len(asked(stage)))
