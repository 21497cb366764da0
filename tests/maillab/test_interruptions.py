"""S14 and crashes with the real thing: the relay goes away, its disk is full, or the worker is killed in the middle."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.maillab import maillog
from tests.maillab.judge import Findings, judge
from tests.maillab.lab import Lab
from tests.maillab.mailings import Mailing, readers
from tests.maillab.postfix import Postfix

READERS = 300
# Of the relay in the worker's settings.
CONNECTIONS = 5

Plan = Callable[[list[str]], Mailing]

# Below this Postfix says 452: it wants room for one and a half of the largest message it takes. In bytes.
LARGEST_MESSAGE = 1_000_000
FULL = 1_400_000


def looked_at(lab: Lab, relay: Postfix, mailing: Mailing) -> Findings:
    """Wait until all mails have arrived, and compare."""
    lab.arrived(relay)
    entries = mailing.entries()
    return judge(entries, lab.dovecot.mails(entries), maillog.read(relay.log))


def test_relay_that_is_stopped_and_started_gets_the_rest(lab: Lab, relay: Postfix, plan: Plan, tmp_path: Path) -> None:
    """The worker waits and goes on by itself; only what was on the wire at that moment may be uncertain."""
    mailing = plan(readers("stopped", READERS))
    with mailing.worker(tmp_path) as worker:
        worker.wait_until_accepted(mailing, 60)
        relay.stop()
        worker.wait_for_word("the relay is in trouble")
        accepted_by_then = mailing.accepted()
        relay.start()
        figures = worker.finish()
    findings = looked_at(lab, relay, mailing)
    states = list(mailing.states().values())

    assert Findings(repeated_by_postfix=findings.repeated_by_postfix) == findings
    assert accepted_by_then < READERS
    assert {"accepted", "uncertain"} >= set(states)
    assert states.count("uncertain") <= CONNECTIONS
    assert states.count("accepted") == figures["accepted"]
    lab.notes.append(
        f"Postfix stopped in the middle of {READERS}: {states.count('uncertain')} uncertain, nobody lost or handed over twice; "
        f"{len(findings.repeated_by_postfix)} delivered twice by Postfix itself"
    )


def test_full_disk_of_the_relay_is_waited_for(lab: Lab, plan: Plan, tmp_path: Path) -> None:
    """452 burns nobody's attempt; when there is room again the rest goes out by itself."""
    mailing = plan(readers("full", READERS))
    with small_queue(lab) as relay, mailing.worker(tmp_path) as worker:
        worker.wait_until_accepted(mailing, 60)
        filler = fill(relay.queue)
        worker.wait_for_word("452 4.3.1")
        accepted_by_then = mailing.accepted()
        filler.unlink()
        figures = worker.finish()
        findings = looked_at(lab, relay, mailing)

    assert Findings() == findings
    assert accepted_by_then < READERS == figures["accepted"]
    assert {("accepted", 1)} == {(entry.state, entry.attempts) for entry in mailing.entries().values()}


def test_killed_worker_leaves_what_postfix_can_tell(lab: Lab, relay: Postfix, plan: Plan, tmp_path: Path) -> None:
    """Two kills: nobody gets it twice, and of every uncertain one Postfix's log says what the mailbox says."""
    mailing = plan(readers("killed", READERS))
    for accepted in (60, 150):
        with mailing.worker(tmp_path) as worker:
            worker.wait_until_accepted(mailing, accepted)
            worker.kill()
    with mailing.worker(tmp_path) as worker:
        worker.finish()
    findings = looked_at(lab, relay, mailing)
    entries = mailing.entries().values()
    uncertain = [entry.message_id for entry in entries if entry.state == "uncertain"]
    had = maillog.read(relay.log).taken.keys() & uncertain

    assert Findings() == findings
    assert {"accepted", "uncertain"} >= {entry.state for entry in entries}
    assert len(uncertain) <= 2 * CONNECTIONS
    lab.notes.append(
        f"worker killed twice in the middle of {READERS}: {len(uncertain)} uncertain, Postfix had {len(had)}, none doubled"
    )


def test_reconcile_settles_what_a_kill_left_open(lab: Lab, relay: Postfix, plan: Plan, tmp_path: Path) -> None:
    """`newsletter reconcile` finds the same in the log; what Postfix never had is mailed, and then everybody has it once."""
    mailing = plan(readers("reconciled", READERS))
    with mailing.worker(tmp_path) as worker:
        worker.wait_until_accepted(mailing, 60)
        worker.kill()
    with mailing.worker(tmp_path) as worker:
        worker.finish()
    lab.arrived(relay)
    taken = maillog.read(relay.log).taken
    had = {email: entry.message_id in taken for email, entry in mailing.entries().items() if entry.state == "uncertain"}
    answered = mailing.command("reconcile", "--postfix-log", str(relay.log), "--resend-missing")
    states = mailing.states()
    with mailing.worker(tmp_path) as worker:
        worker.finish()

    assert 0 == answered.returncode, answered.stderr
    assert {email: "accepted" if got else "pending" for email, got in had.items()} == {email: states[email] for email in had}
    assert Findings() == looked_at(lab, relay, mailing)
    assert {"accepted"} == set(mailing.states().values())
    lab.notes.append(
        f"worker killed once: {len(had)} uncertain, Postfix had {sum(had.values())} of them, reconcile settled all"
    )


@contextmanager
def small_queue(lab: Lab) -> Iterator[Postfix]:
    """Run a relay whose queue lies on a small disk of its own."""
    relay = lab.relay({"message_size_limit": LARGEST_MESSAGE})
    shutil.rmtree(relay.queue)
    relay.queue.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=755", "queue", relay.queue], check=True)
    relay.make_queue()
    try:
        with relay:
            yield relay
    finally:
        subprocess.run(["umount", "--lazy", relay.queue], check=True)


def fill(folder: Path) -> Path:
    """Fill the disk that *folder* lies on, all but too little; gives the file to delete."""
    disk = os.statvfs(folder)
    filler = folder / "filler"
    filler.write_bytes(bytes(disk.f_bavail * disk.f_frsize - FULL))
    return filler
