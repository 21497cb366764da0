"""What a crash left uncertain is mailed again; the sink's log says who got it twice, and that it was the same mail."""

from collections import Counter
from datetime import datetime
from pathlib import Path

from newsletter.database import Database
from newsletter.mail import bookkeeping, conservation, doubts
from newsletter.tables.mail import delivery
from subscribers.tokens import Keyring
from tests.harness import mailroom
from tests.harness.instance import environment
from tests.harness.processes import run_worker, sink_process
from tests.harness.sinklog import read_log
from tests.harness.terminal import Terminal
from tests.journeys.test_crash_and_resume import plan_issue

# Where it is killed: once before the relay has the message and once after, so one of two resends is a second mail.
KILLS = ("smtp.body:kill:2", "smtp.reply:kill:2")


def test_resent_mail_is_the_same_mail(
    database: Database, database_url: str, keyring: Keyring, now: datetime, tmp_path: Path
) -> None:
    """Doubled is nobody who was not uncertain; every message has one Message-ID and one body, whatever the attempt."""
    issue_id, letter_id = plan_issue(database, keyring, now, readers=12)
    log = tmp_path / "sink.log"
    with sink_process(log) as port:
        settings = environment(database_url, tmp_path, relay_port=port)
        for kill in (*KILLS, ""):
            run_worker(settings, kill)
            with database.write() as tx:
                mailroom.expire_leases(tx)
        with database.read() as tx:
            uncertain = {doubts.message_id(keyring, one) for one in doubts.of_issue(tx, issue_id)}
        resent = Terminal(settings).ok("uncertain", "resend", str(issue_id), "--all")["resent"]
        finished = run_worker(settings)
    taken = read_log(log)
    with database.read() as tx:
        books = bookkeeping.books(tx, issue_id, now)
        states = tx.execute(delivery.select().where(delivery.c.letter_id == letter_id)).all()

    assert 0 == finished.returncode, finished.stderr
    assert len(uncertain) == resent >= 2
    assert {"accepted"} == {row.state for row in states}
    counts = Counter(one.message_id for one in taken)
    assert 12 == len(counts)
    assert {message_id for message_id, count in counts.items() if count > 1} <= uncertain
    assert {1} == set(Counter({(one.message_id, one.sha256) for one in taken}).values())
    assert len({(one.message_id, one.sha256) for one in taken}) == len(counts)
    assert () == conservation.findings(books)
