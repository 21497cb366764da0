"""The clock tells programs outside what happened, and none of them holds it up."""

import asyncio

import pytest

from newsletter.strongbox import Strongbox
from newsletter.webhooks import hookbook, tellingbook
from newsletter.webhooks.hookbook import Wanted
from newsletter.webhooks.model import TellingState
from newsletter.worker import metronome
from newsletter.worker.metronome import Worker
from tests.harness import hooked
from tests.harness.hooked import Listener
from tests.harness.people import join
from tests.newsletter.worker.conftest import START, Stage


def listen(stage: Stage, listener: Listener, name: str) -> int:
    """Let a program be told who may be written to; gives its number."""
    application = stage.application
    wanted = Wanted(name, f"{listener.origin}/in", None, ("subscriber.confirmed",), shows_addresses=False)
    with application.database.write() as tx:
        strongbox = Strongbox.of(application.keyring)
        return hookbook.add(tx, wanted, None, application.fetch_policy, strongbox, START, "ann").id


def state(stage: Stage, hook_id: int) -> TellingState:
    """Give how far what a program was told last is."""
    with stage.application.database.read() as tx:
        return tellingbook.page(tx, hook_id, None, 1)[0].state


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_silent_program_holds_up_neither_the_tick_nor_others(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is waited for beside the other steps, and what it was told waits when the worker stops."""
    monkeypatch.setattr(metronome, "TELLING_PATIENCE", 0.01)
    with Listener() as well, Listener(hooked.silence) as silent:
        ids = [listen(stage, one, name) for name, one in (("well", well), ("silent", silent))]
        with stage.application.database.write() as tx:
            join(tx, stage.application.keyring, stage.newsletter.list_id, "eva@example.net", stage.clock())

        async def run() -> tuple[str, ...]:
            worker = Worker(stage.application)
            failed = await worker.tick()
            async with asyncio.timeout(60):
                while state(stage, ids[0]) is not TellingState.TAKEN or not silent.told:  # noqa: ASYNC110 -- a row tells no event
                    await asyncio.sleep(0.02)
            await worker._drain()  # noqa: SLF001 -- what a stopping worker does
            return failed

        failed = asyncio.run(run())
        told = (well.kinds, silent.kinds)

    assert () == failed
    assert (["subscriber.confirmed"], ["subscriber.confirmed"]) == told
    assert [TellingState.TAKEN, TellingState.WAITING] == [state(stage, hook_id) for hook_id in ids]
