import io
import time
from datetime import datetime

import pytest

from newsletter.database import Database
from subscribers.exchange import importing
from subscribers.exchange.importing import import_people, rehearse_import
from subscribers.exchange.model import ImportOrder
from subscribers.exchange.turns import BREATH, turn
from subscribers.tokens import Keyring
from tests.harness.people import a_list


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give the pauses that are made, none of which lasts."""
    made: list[float] = []
    monkeypatch.setattr(time, "sleep", made.append)
    return made


def expected(database: Database, turns: int) -> list[float]:
    """Give the pauses of so many turns: only SQLite has one writer at a time."""
    with database.read() as tx:
        return [BREATH] * turns if tx.dialect.name == "sqlite" else []


def test_others_write_behind_each_turn(database: Database, pauses: list[float]) -> None:
    """Also behind one that was taken back."""
    with turn(database.write):
        pass
    with pytest.raises(KeyError), turn(database.write):
        raise KeyError

    assert expected(database, 2) == pauses


def test_import_and_rehearsal_let_others_write(
    database: Database, keyring: Keyring, now: datetime, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind each batch: a rehearsal of a million people would keep the pages waiting as long as the import."""
    monkeypatch.setattr(importing, "BATCH", 2)
    file = io.BytesIO(b"".join([b"email\n", *(b"p%d@x.test\n" % number for number in range(5))]))
    with database.write() as tx:
        order = ImportOrder(a_list(tx, now).id, "Members' list", is_confirmed=True)
    rehearse_import(database.write, keyring, file, order, now)
    rehearsed = list(pauses)
    import_people(database.write, keyring, file, order, now)

    assert (expected(database, 3), expected(database, 6)) == (rehearsed, pauses)
