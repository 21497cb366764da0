"""Several relays while the shipped worker mails: shares, failover, limits, and what somebody changes meanwhile by command."""

import signal
import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from newsletter.mail.delivery import DeliveryState
from newsletter.mail.relays import DEFAULT_MESSAGES
from tests.harness import chaossmtp as chaos
from tests.harness.aside import aside
from tests.harness.chaosnames import LOGIN
from tests.harness.instance import environment
from tests.harness.sink import Reaction, Sink, Step
from tests.harness.sinklog import read_log
from tests.harness.terminal import Terminal
from tests.harness.trial import Record, Running, Trial, record, running, wait_until

S = DeliveryState

CONNECTIONS = 2
# More than any trial here has.
MANY = 10_000
# What is changed by command holds within a second or two; a busy machine may be late.
AT_ONCE = 6.0


@dataclass(slots=True)
class Switch:
    """A relay that takes its time, and that somebody can take down and bring back."""

    seconds: float = 0.0
    is_down: bool = False

    def __call__(self, step: Step) -> Reaction | None:
        """Cut every connection while down."""
        if self.is_down and step.name in {"connect", "mail"}:
            return chaos.reset
        return chaos.late(self.seconds) if self.seconds and step.name == "answer" else None


@dataclass(slots=True)
class Crossing:
    """A trial with relays of the ledger instead of that of the setting; they write into one log."""

    trial: Trial
    sinks: dict[str, Sink] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, str]:
        """Give the settings of worker and commands: no relay."""
        return environment(self.trial.url, self.trial.folder)

    def command(self, *words: str) -> None:
        """Give a command, beside the worker's process."""
        Terminal(self.settings).ok("relays", *words)

    def add(
        self, name: str, *options: str, connections: int = CONNECTIONS, login: str = "", messages: int = DEFAULT_MESSAGES
    ) -> None:
        """Make a sink known to the worker."""
        url = f"smtp://{login}127.0.0.1:{self.sinks[name].port}?tls=none&connections={connections}&messages={messages}"
        self.command("add", name, url, *options)

    def worker(self, *, until_idle: bool = False) -> AbstractContextManager[Running]:
        """Run the worker."""
        return running(self.settings, self.trial.folder, until_idle=until_idle)

    def took(self, name: str) -> int:
        """Give how many messages a relay has taken by now."""
        return len(self.sinks[name].taken)

    def all_taken(self) -> int:
        """Give how many messages all relays have taken by now."""
        return sum(len(sink.taken) for sink in self.sinks.values())


def crossing(trial: Trial, **scripts: Switch) -> Crossing:
    """Give a trial with relays of these names."""
    return Crossing(trial, {name: Sink(trial.log, script=script) for name, script in scripts.items()})


def stop(worker: Running) -> int:
    """End a worker that stays up."""
    worker.send(signal.SIGTERM)
    return worker.wait()


def everybody(trial: Trial) -> dict[str, bool]:
    """Claim that everybody got it."""
    return {"everybody is accepted": trial.states()[S.ACCEPTED] == trial.people}


def share(trial: Trial, weights: dict[str, int]) -> Record:
    """Mail over relays that all could take everything: each gets its share, within three in a hundred of all."""
    begun = time.monotonic()
    here = crossing(trial, **{name: Switch() for name in weights})
    with aside(*here.sinks.values()):
        for name, weight in weights.items():
            here.add(name, "--weight", str(weight))
        with here.worker(until_idle=True) as worker:
            ended = worker.wait()
    off = {name: here.took(name) / trial.people - weight / sum(weights.values()) for name, weight in weights.items()}
    claims = {"the worker ends well": ended == 0, **everybody(trial)}
    claims["each has its share"] = max(map(abs, off.values())) < 0.03
    note = ", ".join(f"{name} weight {weight}: {here.took(name)}" for name, weight in weights.items())
    return record(trial, "relays", begun, claims, note)


def fail_over(trial: Trial) -> Record:
    """One of two relays goes away in the middle and comes back: the other takes over, nobody is lost or written to twice."""
    begun = time.monotonic()
    first = Switch(0.01)
    here = crossing(trial, first=first, second=Switch(0.01))
    with aside(*here.sinks.values()):
        here.add("first")
        here.add("second")
        with here.worker(until_idle=True) as worker:
            wait_until(lambda: here.took("first") > trial.people // 10, "the first relay to take some")
            first.is_down = True
            before = here.took("first"), here.took("second")
            wait_until(lambda: here.took("second") > before[1] + trial.people // 10, "the second relay to take over")
            # What was on the wire when it went down.
            stood_still = here.took("first") - before[0] <= CONNECTIONS
            first.is_down = False
            ended = worker.wait()
    states = trial.states()
    claims = {
        "the worker ends well": ended == 0,
        "nothing goes to a relay that is down": stood_still,
        "it takes mail again afterwards": here.took("first") > before[0] + CONNECTIONS,
        "everybody is settled": states[S.ACCEPTED] + states[S.UNCERTAIN] == trial.people,
        "only what was on the wire is uncertain": states[S.UNCERTAIN] <= CONNECTIONS,
    }
    note = f"{here.took('first')} over the one that was away, {here.took('second')} over the other"
    return record(trial, "relays", begun, claims, note, times=1, bound=CONNECTIONS)


def change_all(trial: Trial) -> Record:
    """Relays are added, limited, given more and fewer connections, disabled and removed while a worker mails."""
    begun = time.monotonic()
    here = crossing(trial, first=Switch(0.02), second=Switch(0.02))
    first = here.sinks["first"]
    waits: dict[str, float] = {}

    def within(what: str, is_so: object) -> None:
        since = time.monotonic()
        wait_until(is_so, what)  # type: ignore[arg-type]
        waits[what] = time.monotonic() - since

    with aside(*here.sinks.values()), here.worker() as worker:
        wait_until(lambda: "Looking" in worker.words, "the worker to begin")
        is_patient = here.all_taken() == 0
        # A connection that has brought all it should is given back as well, and would be taken for the disabling.
        here.add("first", "--rate", "10/s", connections=1, messages=MANY)
        within("added: mail goes", lambda: here.took("first") > 0)
        here.command(
            "edit", "first", "--rate", "none", "--url", f"smtp://127.0.0.1:{first.port}?tls=none&connections=4&messages={MANY}"
        )
        here.command("edit", "first", "--connections", "4")
        within("more connections: all are used", lambda: len(first.talks) == 4)
        here.command("edit", "first", "--connections", "1")
        within("fewer connections: the others are given back", lambda: len(first.talks) == 1)
        here.add("second")
        within("added beside it: mail goes", lambda: here.took("second") > 0)
        here.command("disable", "first")
        within("disabled: the connection is given back", lambda: not first.talks)
        at_rest = here.took("first")
        here.command("remove", "first", "--yes")
        more = here.took("second") + 10
        within("removed: the other goes on", lambda: here.took("second") >= more)
        is_away = here.took("first") == at_rest
        here.command("edit", "second", "--rate", "1/h")
        time.sleep(2)
        at_limit = here.took("second")
        time.sleep(1)
        is_limited = here.took("second") - at_limit <= 1
        here.command("edit", "second", "--rate", "none")
        within("a limit is taken away: mail goes", lambda: here.took("second") > at_limit + 1)
        wait_until(lambda: trial.states()[S.ACCEPTED] == trial.people, "everybody")
        ended = stop(worker)
    claims = {
        "the worker ends well": ended == 0,
        "without a relay nothing happens": is_patient,
        "nothing goes to a relay that was disabled": is_away,
        "a rate holds": is_limited,
        **{what: seconds < AT_ONCE for what, seconds in waits.items()},
        **everybody(trial),
    }
    note = "; ".join(f"{what} after {seconds:.1f} s" for what, seconds in waits.items())
    return record(trial, "relays", begun, claims, note, times=len(waits))


def refuse_login(trial: Trial, *, halfway: bool) -> Record:
    """S12: the password is wrong from the start, or from the middle on; nobody is touched, and a command mends it."""
    begun = time.monotonic()
    here = Crossing(trial)
    script = chaos.close_after(5) if halfway else Switch()
    sink = here.sinks["only"] = Sink(trial.log, script=script, login=LOGIN)
    (trial.folder / "password").write_text(LOGIN[1] if halfway else "wrong")
    with aside(sink) as server:
        here.add("only", "--password-file", str(trial.folder / "password"), login="user@")
        with here.worker() as worker:
            if halfway:
                wait_until(lambda: here.took("only") > 0, "the mailing to begin")
                server.do(lambda: setattr(sink, "login", (LOGIN[0], "another")))
            wait_until(lambda: worker.words.count("535 5.7.8") >= 5, "the login to be refused again and again")
            states, taken = trial.states(), here.took("only")
            (trial.folder / "password").write_text("another" if halfway else LOGIN[1])
            here.command("edit", "only", "--password-file", str(trial.folder / "password"))
            since = time.monotonic()
            wait_until(lambda: here.took("only") > taken, "mail to go again")
            after = time.monotonic() - since
            wait_until(lambda: trial.states()[S.ACCEPTED] == trial.people, "everybody")
            ended = stop(worker)
    held = states[S.LEASED] + states[S.PENDING]
    claims = {
        "the worker ends well": ended == 0,
        "nobody's row is touched": states[S.ACCEPTED] == taken and held == trial.people - taken,
        "the right password helps at once": after < AT_ONCE,
        **everybody(trial),
    }
    note = f"refused after {taken}; {after:.1f} s after the right password mail goes"
    return record(trial, "S12", begun, claims, note, times=1)


def rest(trial: Trial, *options: str, expected: int) -> Record:
    """Quiet hours, or a daily cap that is used up: a run until idle ends with a sentence, and everybody else waits."""
    begun = time.monotonic()
    here = crossing(trial, only=Switch())
    with aside(*here.sinks.values()):
        here.add("only", *options, "--zone", _where_it_is_noon())
        with here.worker(until_idle=True) as worker:
            ended = worker.wait()
            words = worker.words
    states = trial.states()
    claims = {
        "it ends well": ended == 0,
        "it says that mail waits": "Mail waits: by their limits the relays are given nothing for" in words,
        "the others wait": (states[S.ACCEPTED], states[S.PENDING]) == (expected, trial.people - expected),
    }
    return record(trial, "relays", begun, claims, f"{' '.join(options)}: {states[S.ACCEPTED]} accepted", finishes=False)


def _where_it_is_noon() -> str:
    """Give a zone in which no midnight is near, which a cap would wait for."""
    ahead = 12 - datetime.now(UTC).hour
    return f"Etc/GMT{-ahead:+d}"


def keep_a_rate(trial: Trial, rate: str, per_second: float, workers: int = 3) -> Record:
    """S15: several workers on one ledger share a relay's rate, also when one of them is killed and another begins."""
    begun = time.monotonic()
    here = crossing(trial, only=Switch())
    with aside(*here.sinks.values()):
        here.add("only", "--rate", rate)
        with here.worker(until_idle=True) as second, here.worker(until_idle=True) as third:
            with here.worker(until_idle=True) as first:
                wait_until(lambda: here.took("only") > trial.people // 3, "a third of the mailing")
                first.send(signal.SIGKILL)
                first.wait()
            trial.expire_leases()
            with here.worker(until_idle=True) as another:
                ended = [one.wait() for one in (second, third, another)]
    worst = worst_stretch(sorted(one.at for one in read_log(trial.log)), per_second)
    states = trial.states()
    claims = {
        "the workers end well": ended == [0] * workers,
        "no stretch of time has more than its share": worst <= 1.05,
        "everybody is settled": states[S.ACCEPTED] + states[S.UNCERTAIN] == trial.people,
        "only what was on the wire is uncertain": states[S.UNCERTAIN] <= CONNECTIONS,
    }
    note = f"{rate}, {workers} workers, one of them killed: the fullest stretch had {worst:.2f} of what it may have"
    return record(trial, "S15", begun, claims, note, times=1, bound=CONNECTIONS)


def worst_stretch(times: list[float], per_second: float) -> float:
    """Give by how much the fullest stretch of up to a minute goes beyond the rate.

    A message may be a second late, so a stretch holds what belongs to it and to the second before; and spacings are
    stretched by a sixtieth, so that a minute holds exactly its share.
    """
    worst, begin = 0.0, 0
    for end, at in enumerate(times):
        while at - times[begin] > 60:
            begin += 1
        for first in range(begin, end - 9):
            allowed = (at - times[first] + 1) * per_second * 60 / 61 + 1
            worst = max(worst, (end - first + 1) / allowed)
    return worst
