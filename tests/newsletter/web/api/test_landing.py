"""Files that programs bring: whole and once, or not at all."""

import json
import tracemalloc
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import anyio
import pytest
from sqlalchemy import func, select, update
from starlette.testclient import TestClient
from starlette.types import ASGIApp, Message, Receive

from newsletter.bootstrap import Application
from newsletter.issues.model import Newsletter
from newsletter.people import importwork
from newsletter.people.carrying import Carrier
from newsletter.tables.apikeys import api_request
from newsletter.tables.importwork import import_work, upload_piece
from newsletter.web.api import gate, landing
from newsletter.web.api.problems import NoRoom, TooManyRequests
from tests.newsletter.web.conftest import Hands

MEGABYTE = 1_000_000
LINE = b"ann@example.org,Ann\n"
GONE: Message = {"type": "http.disconnect"}

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def part(data: bytes, *, more: bool = True) -> Message:
    """Give a piece of a body."""
    return {"type": "http.request", "body": data, "more_body": more}


DAMAGED = {
    "400 body-cut-off": [part(LINE), GONE],
    "413 body-too-large": [part(LINE * 100), part(LINE, more=False)],
    "408 body-too-slow": [part(LINE)],
    "422 value-refused": [part(b"", more=False)],
}


async def forever(messages: Iterable[Message]) -> Receive:
    """Give what tells these, and nothing more."""
    waiting = iter(messages)

    async def receive() -> Message:
        for message in waiting:
            return message
        await anyio.sleep_forever()
        raise AssertionError

    return receive


def bring(program: TestClient, list_id: int, parts: Iterable[Message], word: str = "one") -> tuple[int, Any]:
    """Bring a file as it comes over a wire; gives the answer."""
    return anyio.run(_bring, program.app, program.headers["Authorization"], list_id, parts, word)


async def _bring(app: ASGIApp, secret: str, list_id: int, parts: Iterable[Message], word: str) -> tuple[int, Any]:
    headers = {"host": "news.example.org", "authorization": secret, "content-type": "text/csv"}
    headers |= {"idempotency-key": word} if word else {}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/files/imports",
        "raw_path": b"/api/v1/files/imports",
        "root_path": "",
        "scheme": "https",
        "query_string": f"list_id={list_id}".encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("192.0.2.1", 1),
        "server": ("news.example.org", 443),
    }
    told: list[Message] = []

    async def send(message: Message) -> None:
        told.append(message)

    await app(scope, await forever(parts), send)
    return told[0]["status"], json.loads(b"".join(one["body"] for one in told[1:]))


def left(application: Application) -> tuple[int, int, int, list[Path]]:
    """Give what there is of files and marks."""
    with application.database.read() as tx:
        rows = [
            tx.execute(select(func.count()).select_from(one)).scalar_one() for one in (import_work, upload_piece, api_request)
        ]
    uploads = application.settings.data_dir / "uploads"
    return rows[0], rows[1], rows[2], list(uploads.glob("*")) if uploads.exists() else []


def test_a_large_file_is_never_in_the_memory_as_a_whole(
    program: TestClient, application: Application, newsletter: Newsletter
) -> None:
    """It is read where the import reads it, and is what was sent."""
    program.get("/openapi.json")
    many = [part(LINE * 50_000)] * 20
    tracemalloc.start()
    status, told = bring(program, newsletter.list_id, [*many, part(b"", more=False)])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    with application.database.read() as tx:
        work = importwork.by_id(tx, told["id"])
    carrier = Carrier(application.database, application.keyring, application.settings.data_dir, application.clock)
    with carrier.reopen(work) as file:
        read = sum(len(piece) for piece in iter(lambda: file.read(MEGABYTE), b""))

    assert 201 == status
    assert 20 * MEGABYTE == read
    assert peak < 8 * MEGABYTE


@on_sqlite
def test_nothing_stays_of_a_file_that_did_not_come_whole(
    program: TestClient, application: Application, newsletter: Newsletter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said what was wrong, and the word may be used again."""
    monkeypatch.setattr(landing, "SILENCE", 0.05)
    monkeypatch.setattr(gate, "LARGEST_FILE", 1_000)
    before = sorted(application.settings.data_dir.iterdir())
    for word in ("one", ""):
        for problem, parts in DAMAGED.items():
            status, told = bring(program, newsletter.list_id, parts, word)

            assert problem == f"{status} {told['type'].rpartition('problem-')[2]}"
            assert (0, 0, 0, []) == left(application)
    assert before == sorted(application.settings.data_dir.iterdir())
    assert 201 == bring(program, newsletter.list_id, [part(LINE, more=False)])[0]


def test_a_file_whose_answer_was_lost_is_not_kept_twice(
    program: TestClient, application: Application, newsletter: Newsletter, clock: Hands
) -> None:
    """The mark stands with the file: whoever was killed behind the commit is told that it was done."""
    whole = [part(LINE, more=False)]
    bring(program, newsletter.list_id, whole)
    with application.database.write() as tx:
        tx.execute(update(api_request).values(status=None, headers=None, body=None))
    # Until then it may still be on its way.
    clock.forward(minutes=1)
    again, told = bring(program, newsletter.list_id, whole)
    other, _ = bring(program, newsletter.list_id, [part(LINE * 2, more=False)])

    assert (409, "answer-lost", 422) == (again, told["type"].rpartition("problem-")[2], other)
    assert 1 == left(application)[0]


@on_sqlite
def test_a_key_brings_few_files_at_once(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does anybody where the disk is nearly full: the database may lie there too."""
    place = landing.Landing(application.settings.data_dir)

    async def take(most: int) -> None:
        receive = await forever([part(LINE, more=False)])
        async with place.take(1, receive):
            if most > 1:
                await take(most - 1)

    anyio.run(take, landing.MOST_OF_ONE)
    with pytest.raises(TooManyRequests):
        anyio.run(take, landing.MOST_OF_ONE + 1)
    monkeypatch.setattr(landing, "SPARE", 1 << 60)
    with pytest.raises(NoRoom):
        anyio.run(take, 1)
