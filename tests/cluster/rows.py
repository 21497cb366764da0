"""What goes wrong between hosts that mail: rows D01 to D05, D07, R02, R04, S15, a slow host, and a rolling restart."""

import random
import signal
import time
from contextlib import ExitStack

from sqlalchemy import func, select

from newsletter.mail import roster
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.workers import LEASE
from newsletter.tables.mail import delivery
from tests.cluster.cluster import CONNECTIONS, LONGEST, MAILERS, START_WITHIN, Cluster, Issue, Running
from tests.cluster.net import DATA, MAIL, Host
from tests.faults.relaying import worst_stretch
from tests.harness.processes import run_command
from tests.harness.sinklog import read_log
from tests.harness.trial import Record, record

S = DeliveryState
# What a host keeps whose relay hangs: for each connection one on the wire, and one that is offered behind it.
KEPT = CONNECTIONS * 2
# Past it a worker is dead for all others, and for itself.
PAST_THE_LEASE = LEASE.total_seconds() + 10
# After a restart of the database, or when a cable is plugged in again, mailing goes on within this. In seconds.
RESUMES_WITHIN = 30.0


def judged(
    issue: Issue, row: str, claims: dict[str, bool], note: str, *, times: int, bound: int = 0, left: int = 0, seed: int = 0
) -> Record:
    """Give what came of a row in which *bound* may be uncertain, and *left* people may have left before their turn."""
    states = issue.trial.states()
    mailed = states[S.ACCEPTED] + states[S.UNCERTAIN]
    whole = {
        "everybody is accepted or uncertain, or has left": mailed + states[S.SKIPPED] == issue.trial.people,
        f"{bound} are uncertain at most": states[S.UNCERTAIN] <= bound,
        f"{left} have left at most": states[S.SKIPPED] <= left,
    }
    return record(issue.trial, row, issue.begun, whole | claims, note, times=times, bound=bound, seed=seed)


def none_ended(workers: list[Running]) -> dict[str, bool]:
    """Claim that nothing has ended that was not ended."""
    return {"no worker ends": all(one.ended is None for one in workers)}


def restart(cluster: Cluster, scale: float, seed: int) -> Record:
    """D01: PostgreSQL is ended and started again, again and again; no process ends, nobody acts, all goes on."""
    dice, times = random.Random(seed), max(2, int(20 * scale))  # noqa: S311 -- repeatable, and no secret
    longest = 0.0
    with cluster.own_server() as own, own.issue(40 * times) as issue, issue.workers() as workers:
        tail = issue.tail()
        issue.reaches(tail, 1)
        for _ in range(times):
            issue.reaches(tail, tail.count() + dice.randrange(1, 25))
            own.server.crash()
            before = tail.count()
            longest = max(longest, issue.waits_for(lambda before=before: tail.count() > before, "the mailing to resume"))  # type: ignore[misc]
        issue.finishes()
        claims = none_ended(workers) | {"it resumes within 30 s": longest <= RESUMES_WITHIN}
        return judged(issue, "D01", claims, f"{times} restarts, resumed within {longest:.1f} s", times=times, seed=seed)


def break_connections(cluster: Cluster, scale: float, seed: int, *, pooled: bool = False) -> Record:
    """D02, and D06 behind PgBouncer in transaction mode: connections of the database are ended at random."""
    broken = 0
    with cluster.issue(max(60, int(600 * scale))) as issue, issue.workers(pooled=pooled) as workers:
        issue.reaches(issue.tail(), 1)
        while issue.left():
            issue.break_one()
            broken += 1
            time.sleep(0.2)
        note = f"{broken} connections ended{', behind PgBouncer' if pooled else ''}"
        return judged(issue, "D06" if pooled else "D02", none_ended(workers), note, times=broken, seed=seed)


def lose_the_database(cluster: Cluster, scale: float, seed: int, *, half: bool = False) -> Record:
    """D03, and D05 where only the answers are lost: a host cannot reach the database, and the relay it can."""
    lonely = cluster.mailers[0]
    with cluster.issue(max(300, int(400 * scale))) as issue, issue.workers() as workers:
        issue.reaches(issue.tail(), 1)
        issue.waits_for(lambda: _holds(issue, lonely), "the host to mail")
        with (lonely.half_open if half else lonely.cut_off)(DATA):
            cut_at = time.time()
            with issue.braked():
                issue.waits_for(lambda: "silent" in issue.standing(lonely), "its lease to end", PAST_THE_LEASE + 60)
                over_at, left = time.time(), issue.left()
            issue.finishes()
            mailed_blind = [one for one in read_log(issue.trial.log) if one.at > over_at and one.peer == lonely.address(MAIL)]
        back = issue.waits_for(lambda: "mailing" in issue.standing(lonely), "it to come back", 120)
        claims = none_ended(workers) | {
            "the mailing went on past its lease": left > KEPT,
            "it mails nothing once its lease is over": not mailed_blind,
            "it comes back by itself": back <= 2 * RESUMES_WITHIN,
            "it calls the right one away": "no relay takes anything" not in lonely.words,
        }
        note = f"its lease was over after {over_at - cut_at:.0f} s; it was back {back:.1f} s after the cable"
        return judged(issue, "D05" if half else "D03", claims, note, times=1, bound=CONNECTIONS, seed=seed)


def _holds(issue: Issue, at: Host) -> bool:
    return any(one.holds for one in issue.roster() if one.host == at.name)


def lose_the_relay(cluster: Cluster, scale: float, seed: int) -> Record:
    """D04: a host loses the relay in the middle, another never had it, both reach the database; the third mails the rest."""
    lonely, late, _ = cluster.mailers
    with cluster.issue(max(120, int(240 * scale))) as issue, late.cut_off(MAIL), issue.workers() as workers:
        issue.reaches(issue.tail(), 1)
        issue.waits_for(lambda: _holds(issue, lonely), "the host to mail")
        with lonely.cut_off(MAIL):
            left = issue.left()
            took = issue.waits_for(lambda: issue.left() <= KEPT, "the third to mail all but what is on the wire")
        issue.finishes()
        claims = none_ended(workers) | {"it was in the middle of the mailing": left > KEPT}
        note = f"{took:.0f} s after the cut all but what was on its wire was mailed"
        return judged(issue, "D04", claims, note, times=2, bound=CONNECTIONS, seed=seed)


def twelve_at_once(cluster: Cluster, scale: float, seed: int) -> Record:
    """D07: many workers start at once, on hosts of which two are called the same; nobody is claimed by two of them."""
    each = 4 if scale >= 1 else 1
    with cluster.issue(max(60, int(600 * scale))) as issue, ExitStack() as stack:
        twin = stack.enter_context(cluster.twin(MAILERS[0]))
        places = [*cluster.mailers[:2], twin] * each
        with issue.braked():
            workers = [stack.enter_context(issue.worker(at, connections=1)) for at in places]
            issue.waits_for(lambda: len(issue.roster()) == len(places), "all to begin", START_WITHIN)
        issue.finishes()
        with issue.database.read() as tx:
            tried = tx.execute(select(func.count()).where(delivery.c.attempts > 1)).scalar_one()
        claims = none_ended(workers) | {
            "nobody is tried twice": tried == 0,
            "each is known by itself": len({one.id for one in issue.roster()}) == len(places),
        }
        return judged(issue, "D07", claims, f"{len(places)} workers, two hosts of one name", times=len(places), seed=seed)


def soak(cluster: Cluster, scale: float, seed: int) -> Record:
    """R02: workers are killed at random, and started again."""
    dice, kills = random.Random(seed), max(2, int(8 * scale))  # noqa: S311 -- repeatable, and no secret
    with cluster.issue(max(300, 40 * kills)) as issue, ExitStack() as stack:
        tail = issue.tail()
        workers = stack.enter_context(issue.workers())
        issue.reaches(tail, 1)
        for _ in range(kills):
            due = tail.count() + dice.randrange(1, 25)
            issue.waits_for(lambda due=due: tail.count() >= due or not issue.left(), "the mailing to go on")  # type: ignore[misc]
            place = dice.randrange(len(workers))
            workers[place].send(signal.SIGKILL)
            workers[place].process.wait()
            workers[place] = stack.enter_context(issue.worker(cluster.mailers[place]))
        after = issue.finishes()
        claims = {"finished 90 s after the last kill": after <= 90}
        note = f"{kills} kills on three hosts, finished {after:.0f} s after the last"
        return judged(issue, "R02", claims, note, times=kills, bound=kills * CONNECTIONS, seed=seed)


def stand_still(cluster: Cluster, scale: float, seed: int) -> Record:
    """R04: a host stands still past its lease in the middle of a batch, and goes on when the others have finished."""
    with cluster.issue(max(300, int(600 * scale))) as issue, issue.workers() as workers:
        issue.reaches(issue.tail(), 1)
        issue.waits_for(lambda: _holds(issue, cluster.mailers[0]), "the host to mail")
        workers[0].send(signal.SIGSTOP)
        left = issue.left()
        issue.finishes()
        workers[0].send(signal.SIGCONT)
        back = issue.waits_for(lambda: "mailing" in issue.standing(cluster.mailers[0]), "it to go on", 60)
        claims = none_ended(workers) | {"it was in the middle of the mailing": left > KEPT}
        note = f"it mailed again {back:.1f} s after it had been woken"
        return judged(issue, "R04", claims, note, times=1, bound=CONNECTIONS, seed=seed)


def share_a_rate(cluster: Cluster, scale: float, seed: int) -> Record:
    """S15: three hosts share 300 a minute, also when one of them is killed and begins anew."""
    with cluster.issue(max(60, int(200 * scale))) as issue, ExitStack() as stack:
        _limit(issue, "300/min")
        tail = issue.tail()
        # Not braked: what the relay takes its time for comes late, and together with what is on time.
        workers = [stack.enter_context(issue.worker(at)) for at in cluster.mailers]
        issue.reaches(tail, issue.trial.people // 3)
        workers[0].send(signal.SIGKILL)
        workers[0].process.wait()
        stack.enter_context(issue.worker(cluster.mailers[0]))
        issue.finishes()
        worst = worst_stretch(sorted(one.at for one in read_log(issue.trial.log)), 5.0)
        claims = {"no stretch of time has more than its share": worst <= 1.05}
        note = f"300/min, one of three killed: the fullest stretch had {worst:.2f} of what it may have"
        return judged(issue, "S15", claims, note, times=1, bound=CONNECTIONS, seed=seed)


def _limit(issue: Issue, rate: str) -> None:
    settings = issue.settings(issue.cluster.mailers[0]) | {"NEWSLETTER_DATABASE_URL": issue.trial.url}
    done = run_command(settings, "relays", "edit", "setting", "--rate", rate)
    assert done.returncode == 0, done.stderr


def roll(cluster: Cluster, scale: float, seed: int) -> Record:
    """Each host in turn is drained and begun anew in the middle of a mailing, the second without being asked to end before."""
    with cluster.issue(max(600, int(1200 * scale))) as issue, ExitStack() as stack:
        workers = stack.enter_context(issue.workers())
        issue.reaches(issue.tail(), 1)
        drained, ended, claimed = 0.0, [], []
        for place, at in enumerate(cluster.mailers):
            with issue.database.write() as tx:
                roster.drain_host(tx, at.name, issue.database.moment())
            drained = max(drained, issue.waits_for(lambda at=at: "drained" in issue.standing(at), "it to hold nothing", 60))  # type: ignore[misc]
            ended.append(workers[place].die() if place == 1 else workers[place].stop())
            with issue.braked():
                workers[place] = stack.enter_context(issue.worker(at))
                issue.waits_for(lambda at=at: issue.standing(at)[:1] == ["drained"], "it to begin anew, drained", START_WITHIN)  # type: ignore[misc]
            claimed.append(_holds(issue, at))
            with issue.database.write() as tx:
                roster.resume_host(tx, at.name)
        left = issue.left()
        issue.finishes()
        claims = none_ended(workers) | {
            "each that was asked to end ended well": ended == [0, -signal.SIGKILL, 0],
            "what begins on a drained host claims nothing": not any(claimed),
            "it was in the middle of the mailing": left > 0,
        }
        note = f"a drained host held nothing after {drained:.1f} s at most; they ended with {', '.join(map(str, ended))}"
        return judged(issue, "rolling", claims, note, times=3, seed=seed)


def slow_host(cluster: Cluster, scale: float, seed: int) -> Record:
    """One host stands still four fifths of the time, and never for as long as its lease: it holds up nobody at the end."""
    with cluster.issue(max(300, int(600 * scale))) as issue, issue.workers() as workers:
        tail = issue.tail()
        issue.reaches(tail, 1)
        slow, until = workers[0], time.monotonic() + LONGEST
        stalls = 0
        while issue.left() and time.monotonic() < until:
            slow.send(signal.SIGSTOP)
            time.sleep(1.6)
            slow.send(signal.SIGCONT)
            time.sleep(0.4)
            stalls += 1
        taken = read_log(issue.trial.log)
        others = sum(one.peer != cluster.mailers[0].address(MAIL) for one in taken) / len(taken)
        times = sorted(one.at for one in taken)
        tail_took = times[-1] - times[int(len(times) * 0.98)]
        claims = none_ended(workers) | {"the last fiftieth takes 10 s at most": tail_took <= 10}
        note = f"stopped {stalls} times; the others mailed {others:.0%}, the last fiftieth took {tail_took:.1f} s"
        return judged(issue, "slow", claims, note, times=stalls, seed=seed)
