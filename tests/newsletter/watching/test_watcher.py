"""What is told to whoever collects, above all when the database is away."""

import threading
from datetime import UTC, datetime

import pytest
from prometheus_client.parser import text_string_to_metric_families

from newsletter.database import Database
from newsletter.mail.relays import Relay
from newsletter.meters import METERS, VERDICTS
from newsletter.watching import stock, watcher
from newsletter.watching.readings import METRICS
from newsletter.watching.stock import Stock
from newsletter.watching.watcher import Watch
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness.mailroom import open_mailroom


def told(watch: Watch) -> dict[str, dict[tuple[str, ...], float]]:
    """Give what is told, by name and labels, as Prometheus itself reads it."""
    families = text_string_to_metric_families(watch.page().body.decode())
    samples = [sample for family in families for sample in family.samples]
    values: dict[str, dict[tuple[str, ...], float]] = {}
    for sample in samples:
        values.setdefault(sample.name, {})[tuple(sample.labels.values())] = sample.value
    return values


def test_everything_that_is_told_is_in_the_catalogue(database: Database, keyring: Keyring, now: datetime) -> None:
    """And nothing of it is a person's: the addresses of those who wait stand nowhere."""
    with database.write() as tx:
        open_mailroom(tx, keyring, now, ("ann", "bob"))
    VERDICTS.add("main", "accepted")
    watch = Watch(database, None, lambda: now)

    values = told(watch)
    assert (1.0, 2.0) == (values["newsletter_database_up"][()], values["newsletter_queue_people"]["waiting",])
    assert values["newsletter_database_bytes"][()] > 0
    assert values["newsletter_verdicts_total"]["main", "accepted"] >= 1.0
    known = {one.name for one in METRICS}
    ours = {name for name in values if name.startswith("newsletter_")}
    stems = {name.removesuffix(end) for name in ours for end in ("", "_bucket", "_count", "_sum", "_created")}
    assert not {name for name in ours if not any(name.removesuffix(end) in known for end in ("", "_bucket", "_count", "_sum"))}
    assert known & stems
    assert b"example" not in watch.page().body


def test_a_database_that_is_away_is_told_of_with_what_is_known() -> None:
    """That is the moment when somebody looks."""
    watch = Watch(Database("postgresql://nobody:secret@127.0.0.1:9/nowhere"), None, lambda: datetime.now(UTC))

    values = told(watch)
    assert 0.0 == values["newsletter_database_up"][()]
    assert "process_resident_memory_bytes" in values
    assert "newsletter_queue_people" not in values
    assert b"secret" not in watch.page().body


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_hangs_is_asked_by_one_thread(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever collects is answered all the same, and threads do not pile up."""
    asked, goes_on = [], threading.Event()

    def hang(*_: object) -> Stock:
        asked.append(1)
        goes_on.wait(10)
        raise OSError("gone")

    monkeypatch.setattr(watcher, "PATIENCE", 0.05)
    monkeypatch.setattr(stock, "take", hang)
    watch = Watch(database, None, lambda: datetime.now(UTC))
    answers = [told(watch)["newsletter_database_up"][()] for _ in range(3)]
    goes_on.set()

    assert ([0.0] * 3, 1) == (answers, len(asked))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_two_who_collect_at_once_cost_one_look(database: Database, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor does a stranger who found the token load the database."""
    asked: list[int] = []
    take = stock.take

    def count(tx: Transaction, database: Database, setting: Relay | None, now: datetime) -> Stock:
        asked.append(1)
        return take(tx, database, setting, now)

    monkeypatch.setattr(stock, "take", count)
    watch = Watch(database, None, lambda: now)
    for _ in range(5):
        watch.page()

    assert 1 == len(asked)


def test_names_and_labels_are_as_prometheus_wants_them() -> None:
    """Counters end in `_total`, times are seconds, sizes are bytes; each has a meaning, and no name stands twice."""
    names = [one.name for one in METRICS]
    assert len(set(names)) == len(names)
    assert all(one.name.startswith("newsletter_") and one.meaning.endswith(".") for one in METRICS)
    assert all(one.name.endswith("_total") == (one.kind == "counter") for one in METRICS)
    assert all(not {"email", "address", "subscriber", "url", "path"} & set(one.labels) for one in METRICS)
    assert set(names) >= {one.metric.name for one in METERS}
