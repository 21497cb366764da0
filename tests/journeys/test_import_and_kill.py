"""U08: a long list with everything that lists have in them, killed in the middle and run again, is as one run."""

import io
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import func, select

from newsletter.database import Database
from subscribers import register, suppression
from subscribers.exchange.importing import import_people
from subscribers.exchange.model import ImportOrder
from subscribers.model import Reason
from subscribers.tables.evidence import consent
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from tests.conftest import SECRET
from tests.harness import chains
from tests.harness.people import ONE_CLICK, a_list, audience_of, join, later
from tests.harness.processes import ROOT

ROWS = 4_000
KILLED_AT = 2_000

# Kills itself as the machine's out-of-memory killer would, in the middle of a batch being done.
DYING = f"""
import os, signal, sys
from datetime import datetime
from newsletter.database import Database
from subscribers.exchange.importing import import_people
from subscribers.exchange.model import ImportOrder
from subscribers.tokens import Keyring
url, path, list_id, now = sys.argv[1:]
def die(rows):
    if rows >= {KILLED_AT}:
        os.kill(os.getpid(), signal.SIGKILL)
with Database(url).bulk_writer() as writer, open(path, "rb") as file:
    order = ImportOrder(int(list_id), "Members' list", is_confirmed=True)
    import_people(writer.write, Keyring({SECRET!r}), file, order, datetime.fromisoformat(now), progress=die)
"""


def a_file() -> bytes:
    """Give a list with doubles, formulas, bad encodings, nos, nonsense, and people who said no here."""
    rows = [b"email,name,state\n", b"left@x.test,Left,\n", b"complained@x.test,C,\n"]
    for number in range(ROWS):
        match number % 10:
            case 0:
                rows.append(b"P%d@X.test,=HYPERLINK(1),\n" % (number - 1))
            case 1:
                rows.append(b"p%d@x.test,Zo\xeb,\n" % number)
            case 2:
                rows.append(b"nobody at all,Nobody,\n")
            case 3:
                rows.append(b"no%d@x.test,No,unsubscribed\n" % number)
            case _:
                rows.append(b"p%d@x.test,=1+%d,\n" % (number, number))
    return b"".join(rows)


def prepared(database: Database, keyring: Keyring, now: datetime, name: str) -> int:
    """Give a list that somebody left, and somebody called spam."""
    with database.write() as tx:
        list_id = a_list(tx, now, name).id
        left = join(tx, keyring, list_id, "left@x.test", now)
        register.withdraw(tx, keyring, left.subscription.id, now, ONE_CLICK)
        complained = keyring.hash_address("complained@x.test")
        suppression.suppress(tx, complained, Reason.COMPLAINED, now, list_id=list_id)
    return list_id


def test_import_killed_in_the_middle_and_run_again_is_one_run(
    database_url: str, database: Database, keyring: Keyring, now: datetime, tmp_path: Path
) -> None:
    """The same figures, the same people, each act once; suppressed stay out."""
    content = a_file()
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    list_id = prepared(database, keyring, now, "Killed")
    died = subprocess.run(
        [sys.executable, "-c", DYING, database_url, str(path), str(list_id), now.isoformat()], cwd=ROOT, check=False
    )
    with database.read() as tx:
        half = len(audience_of(tx, list_id))
    order = ImportOrder(list_id, "Members' list", is_confirmed=True)
    report = import_people(database.write, keyring, io.BytesIO(content), order, now)

    other = prepared(database, keyring, later(now), "Whole")
    once = import_people(database.write, keyring, io.BytesIO(content), replace(order, list_id=other), now)
    with database.read() as tx:
        everybody = audience_of(tx, list_id)
        assert -signal.SIGKILL == died.returncode
        assert 0 < half < len(everybody)
        assert KILLED_AT <= report.continued_at < report.rows
        assert replace(once, id=report.id) == replace(report, continued_at=0)
        assert everybody == audience_of(tx, other)
        assert not {"left@x.test", "complained@x.test"} & set(everybody)
        assert [] == chains.broken(tx)
        assert (
            len(everybody)
            == tx.execute(
                select(func.count()).select_from(consent).where(consent.c.act == "imported", consent.c.list_id == list_id)
            ).scalar_one()
        )
        assert (
            len(everybody)
            == tx.execute(
                select(func.count()).select_from(subscription).where(subscription.c.import_id == report.id)
            ).scalar_one()
        )
        assert len(everybody) + 1 == tx.execute(select(func.count()).select_from(subscriber)).scalar_one()
