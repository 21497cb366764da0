"""The shipped worker at full speed, or held up: pause, cancel and a new rate in full flight, slow relays, many workers."""

import asyncio
import time
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime

from sqlalchemy import select

from newsletter.mail import domains, mailings
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.limits import parse_rate
from newsletter.tables.mail import delivery
from tests.faults.relaying import stop
from tests.harness import chaossmtp as chaos
from tests.harness.aside import aside
from tests.harness.processes import cpu_seconds, peak_memory
from tests.harness.sink import Conversation, Reaction, Sink, Step
from tests.harness.sinklog import read_log
from tests.harness.terminal import Terminal
from tests.harness.trial import Record, Running, Trial, record, running, wait_until

S = DeliveryState

# Of a core, for a worker that waits.
IDLE_SHARE = 0.2
# What a message of that size costs: as written, as joined, and in the transport's buffer; and that of the next one.
COPIES = 6


def busy_share(worker: Running, seconds: float) -> float:
    """Give the share of a core that the worker uses in the next seconds."""
    used, since = cpu_seconds(worker.pid), time.monotonic()
    time.sleep(seconds)
    return (cpu_seconds(worker.pid) - used) / (time.monotonic() - since)


def steer_in_full_flight(trial: Trial, connections: int = 20) -> Record:
    """U02 at full speed: paused, resumed, slowed down and cancelled by commands, over many connections with riders."""
    begun = time.monotonic()
    sink = Sink(trial.log, script=chaos.at("answer", chaos.late(0.02)))
    issue = str(trial.issue_id)
    with aside(sink):
        settings = trial.settings(sink.port, connections)
        command = Terminal(settings).ok
        with running(settings, trial.folder, until_idle=False) as worker:
            _go_on(sink, 100)
            command("issues", "pause", issue)
            after_pause, opened = _taken_after(sink, 0.5), sink.connections
            paused_share = busy_share(worker, 2)
            opened_paused = sink.connections - opened
            command("issues", "resume", issue)
            _go_on(sink, 100)
            opened_again = sink.connections - opened
            command("relays", "edit", "setting", "--rate", "5/s")
            # Effective within a second or two, as documented.
            time.sleep(2)
            slow, since = len(sink.taken), time.monotonic()
            slow_share = busy_share(worker, 2)
            too_fast = len(sink.taken) - slow > (time.monotonic() - since + 1) * 5 + 1
            command("relays", "edit", "setting", "--rate", "none")
            _go_on(sink, 50)
            command("issues", "cancel", issue, "--yes")
            after_cancel = _taken_after(sink, 0.5)
            ended = stop(worker)
    states = trial.states()
    claims = {
        "the worker ends well": ended == 0,
        "one message for each connection at most comes after an answer": max(after_pause, after_cancel) <= connections,
        "nothing is connected while paused": opened_paused == 0,
        "each connection is made once more at most": opened_again <= connections,
        "a new rate holds": not too_fast,
        "waiting costs less than a fifth of a core": max(paused_share, slow_share) < IDLE_SHARE,
        "everybody is settled": states[S.ACCEPTED] + states[S.CANCELLED] == trial.people,
        "it was in the middle": states[S.CANCELLED] > 0,
    }
    note = (
        f"{connections} connections: {after_pause} came after the pause, {after_cancel} after the cancelling; "
        f"{paused_share:.1%} of a core paused, {slow_share:.1%} at 5/s; {opened_again} connections after the pause"
    )
    return record(trial, "U02", begun, claims, note, times=3, bound=connections)


def _go_on(sink: Sink, messages: int) -> None:
    due = len(sink.taken) + messages
    wait_until(lambda: len(sink.taken) >= due, "the mailing to go on")


def _taken_after(sink: Sink, seconds: float) -> int:
    before = len(sink.taken)
    time.sleep(seconds)
    return len(sink.taken) - before


def share_a_ledger(trial: Trial, workers: int = 4, connections: int = 2) -> Record:
    """Four workers at once on PostgreSQL: each sends some, and everybody gets one."""
    begun = time.monotonic()
    may_begin = asyncio.Event()

    async def hold(talk: Conversation) -> None:
        await may_begin.wait()
        await talk.say_right()

    sink = Sink(trial.log, script=chaos.either(chaos.at("connect", hold), chaos.at("answer", chaos.late(0.01))))
    with aside(sink) as server, ExitStack() as stack:
        settings = trial.settings(sink.port, connections)
        everyone = [stack.enter_context(running(settings, trial.folder)) for _ in range(workers)]
        # So that none of them is done before the last has begun.
        wait_until(lambda: sink.connections >= workers * connections, "all workers to connect")
        server.do(may_begin.set)
        ended = [worker.wait() for worker in everyone]
    with trial.opened() as database, database.read() as tx:
        rows = tx.execute(
            select(delivery.c.worker_id, delivery.c.attempts).where(delivery.c.letter_id == trial.letter_id)
        ).all()
    shares = Counter(row.worker_id for row in rows)
    claims = {
        "all workers end well": ended == [0] * workers,
        "each sent some": len(shares) == workers,
        "each person was tried once": {row.attempts for row in rows} == {1},
        "everybody is accepted": trial.states()[S.ACCEPTED] == trial.people,
    }
    note = f"{workers} workers sent {', '.join(map(str, sorted(shares.values())))}"
    if not claims["all workers end well"]:
        note += f" and ended {ended}: {everyone[0].words}"
    return record(trial, "case 69", begun, claims, note)


def press_back(trial: Trial, size: int, connections: int) -> Record:
    """Take no more bytes: the worker holds one message for each connection and what rides behind it, and no more."""
    begun = time.monotonic()
    stalled = 0

    async def take_no_more(talk: Conversation) -> None:
        nonlocal stalled
        stalled += 1
        await chaos.take_no_more(talk)

    sink = Sink(trial.log, script=chaos.at("body", take_no_more, after=connections))
    with aside(sink), running(trial.settings(sink.port, connections), trial.folder, until_idle=False) as worker:
        wait_until(lambda: "Looking" in worker.words, "the worker to begin")
        before = peak_memory(worker.pid)
        wait_until(lambda: stalled >= connections, "all connections to stand still")
        time.sleep(1)
        first = peak_memory(worker.pid)
        idle_share = busy_share(worker, 3)
        grown = peak_memory(worker.pid) - first
        worker.close()
    with trial.opened() as database, database.write() as tx:
        mailings.cancel(tx, trial.letter_id, datetime.now(UTC))
    trial.expire_leases()
    claims = {
        "memory is bounded by the connections": first - before <= COPIES * size * connections + 64_000_000,
        "memory does not grow": grown < size,
        "waiting costs less than a fifth of a core": idle_share < IDLE_SHARE,
    }
    megabytes = [round(count / 1e6) for count in (size, before, first)]
    note = "{} connections, letters of {} MB: {} MB, then {} MB, then {} bytes more".format(connections, *megabytes, grown)
    taken = len(read_log(trial.log))
    return Record(
        "back-pressure",
        trial.kind,
        0,
        is_good=all(claims.values()),
        people=trial.people,
        accepted=taken,
        seconds=round(time.monotonic() - begun, 1),
        note="; ".join([note, *(f"NOT: {claim}" for claim, holds in claims.items() if not holds)]),
    )


def slow_domain(trial: Trial, rate: str, how_many: int) -> Record:
    """S16: one domain in fifty has a rate; nobody else waits for its people."""
    begun = time.monotonic()
    sink = Sink(trial.log)
    with trial.opened() as database, database.write() as tx:
        domains.set_rate(tx, "d0.example.net", parse_rate(rate), datetime.now(UTC))
    with aside(sink), running(trial.settings(sink.port), trial.folder) as worker:
        ended = worker.wait()
    log = read_log(trial.log)
    slow = [one.at for one in log if one.recipient.endswith("@d0.example.net")]
    others = sorted(one.at for one in log if not one.recipient.endswith("@d0.example.net"))
    claims = {
        "the worker ends well": ended == 0,
        "everybody is accepted": trial.states()[S.ACCEPTED] == trial.people,
        "95 of 100 others had it before the last of the slow ones": others[len(others) * 95 // 100] < max(slow),
    }
    delay = others[len(others) * 95 // 100] - others[0]
    note = f"one of {how_many} domains at {rate}, for {max(slow) - min(slow):.1f} s; 95 of 100 others within {delay:.1f} s"
    return record(trial, "S16", begun, claims, note)


def bear_slowness(trial: Trial, seconds: float, connections: int) -> Record:
    """S09: a relay that takes no third connection, and its time for each message: all is sent, and waiting costs nothing."""
    begun = time.monotonic()
    sink = Sink(trial.log, script=chaos.either(chaos.at("connect", chaos.at_most(2)), chaos.at("dot", chaos.late(seconds))))
    with aside(sink), running(trial.settings(sink.port, connections), trial.folder) as worker:
        _go_on(sink, 2)
        share = busy_share(worker, 4)
        ended = worker.wait()
    claims = {
        "the worker ends well": ended == 0,
        "everybody is accepted": trial.states()[S.ACCEPTED] == trial.people,
        "less than a fifth of a core": share < IDLE_SHARE,
        "it does not knock again and again": sink.connections <= 4 * connections,
    }
    note = (
        f"2 of {connections} connections, {seconds:g} s a message: {share:.1%} of a core, {sink.connections} connections in all"
    )
    return record(trial, "S09", begun, claims, note)


def throttle(trial: Trial, connections: int = 8) -> Record:
    """Say 421 4.7.0 while more than two connections are busy: the worker goes down to what is borne, nobody is refused."""
    begun = time.monotonic()
    sink = Sink(trial.log)
    refused = 0

    def script(step: Step) -> Reaction | None:
        nonlocal refused
        if step.name == "mail" and len(sink.talks) > 2:
            refused += 1
            return chaos.saying_and_closing("421 4.7.0 slow down")
        return None

    sink.script = script
    with aside(sink), running(trial.settings(sink.port, connections), trial.folder) as worker:
        ended = worker.wait()
    claims = {
        "the worker ends well": ended == 0,
        "everybody is accepted": trial.states()[S.ACCEPTED] == trial.people,
        "it does not knock again and again": refused <= 100,
        "it says so": "the relay finds us too fast" in worker.words,
    }
    return record(trial, "S04, S09", begun, claims, f"421 4.7.0 for more than 2 of {connections}: said {refused} times")
