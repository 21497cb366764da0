"""Rows S01 to S12 and mail cases 58 to 70: relays misbehave by name, at every step; then the weather is good again."""

import asyncio
import math
import os
import random
import ssl
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.database import Database
from newsletter.errors import RelayUnreachable
from newsletter.letters.links import Links
from newsletter.mail import mailings
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.mailer import Mailer
from newsletter.mail.mailings import MailingState
from newsletter.mail.relays import Relay, Tls
from newsletter.mail.transactions import Patience
from tests.harness import chaossmtp as chaos
from tests.harness.aside import aside
from tests.harness.certificates import Authority
from tests.harness.chaosnames import LOGIN, REACTIONS, Weather, When, weather
from tests.harness.chaostcp import Proxy
from tests.harness.processes import sink_process
from tests.harness.sink import EXTENSIONS, Script, Sink
from tests.harness.sinklog import read_log
from tests.harness.trial import PLANNED_AT, Record, Trial, record, run

S = DeliveryState
CONNECTIONS = 2
# Scaled from minutes to tenths of a second.
HASTE = Patience(greeting=0.4, mail=0.4, rcpt=0.4, data=0.4, block=0.4, dot=0.4, trouble=0.01, longest_trouble=0.05)
# So often something goes wrong before the weather is good again; from the body on each may leave one open.
TIMES = 3

ANYWHERE = ("connect", "ehlo", "mail", "rcpt", "data", "dot", "answer")
# What is no misbehaviour there, or a lie that no ledger in the world can see through: the sink has the message and says no,
# or says yes and has it not.
NOT_THERE = {
    ("354", "data"),
    ("answer-twice", "ehlo"),
    ("answer-twice", "dot"),
    *((name, "answer") for name in ("421", "451", "452", "550", "554")),
}


@dataclass(frozen=True, slots=True)
class Case:
    """A misbehaviour at a step."""

    name: str
    step: str = "answer"
    number: float = 0.05

    def __str__(self) -> str:
        return f"{self.name}@{self.step}" if self.name in REACTIONS else self.name


ALL = tuple(Case(name, step) for name in REACTIONS for step in ANYWHERE if (name, step) not in NOT_THERE) + tuple(
    Case(name, number=number)
    for name, number in {
        "accept-then-reset": 0,
        "accept-then-close": 0,
        "accept-then-stall": 0,
        "close-in-body": 0,
        "reset-in-body": 0,
        "stop-reading": 0,
        "421-in-body": 0,
        "close-after": 3,
        "connection-cap": 1,
        "slow-server": 0.02,
        "354-for-nobody": 0,
        "rset-refused": 0,
    }.items()
)


class SetClock:
    """A clock that runs a hundred times as fast and can be set forward."""

    def __init__(self) -> None:
        self._start = PLANNED_AT
        self._since = time.monotonic()

    def __call__(self) -> datetime:
        """Give the moment this clock shows."""
        return self._start + timedelta(seconds=100 * (time.monotonic() - self._since))

    def forward(self, hours: float) -> None:
        """Skip some hours."""
        self._start += timedelta(hours=hours)


def mail(trial: Trial, sink: Sink, clock: SetClock, *, relay: Relay | None = None, tls: ssl.SSLContext | None = None) -> str:
    """Let the product's mailer drain the ledger into *sink*; gives its complaint, if it ended with one."""

    async def go() -> str:
        async with sink:
            to = relay or Relay("127.0.0.1", sink.port, Tls.NONE, connections=CONNECTIONS)
            database = Database(trial.url)
            mailer = Mailer(
                database,
                trial.keyring,
                Links("https://news.example.org"),
                Relay(to.host, sink.port, to.tls, to.username, to.password, to.connections),
                clock,
                worker_place="a trial",
                patience=HASTE,
                tls_context=tls,
            )
            try:
                async with asyncio.timeout(60):
                    await mailer.run_until_idle()
            except RelayUnreachable as error:
                return str(error)
            finally:
                database.close()
            return ""

    return asyncio.run(go())


def brave(trial: Trial, case: Case, *, chunking: bool = False, seed: int = 0, share: float = 1.0) -> Record:
    """Mail in bad weather, then in good weather; nobody twice, nobody missed, and no more uncertain than was lost."""
    begun = time.monotonic()
    after = random.Random(seed).randrange(1, 6)  # noqa: S311 -- repeatable, and no secret
    if case.step in {"connect", "ehlo"}:
        after = 0
    times = TIMES if share == 1 else None
    bad = weather(case.name, When(case.step, after, times, share, seed, case.number))
    if chunking:
        bad = Weather(bad.script, (*bad.extensions, "CHUNKING"), bad.more)
    clock = SetClock()
    sinks = [bad.sink(trial.log)]
    mail(trial, sinks[0], clock)
    for _ in range(3):
        # Paused by what the relay said: somebody has looked, and lets it go on.
        with trial.opened() as database, database.write() as tx:
            mailings.change_state(tx, trial.letter_id, MailingState.PAUSED, MailingState.OPEN)
        clock.forward(80)
        sinks.append(Weather(extensions=(*EXTENSIONS, "CHUNKING") if chunking else EXTENSIONS).sink(trial.log))
        mail(trial, sinks[-1], clock)
    states = trial.states()
    settled = states[S.ACCEPTED] + states[S.UNCERTAIN] + states[S.REFUSED]
    bound = math.ceil(3 * share * trial.people) if share < 1 else TIMES + CONNECTIONS
    claims = {
        "everybody is settled": settled == trial.people,
        f"{bound} are uncertain or refused at most": states[S.UNCERTAIN] + states[S.REFUSED] <= bound,
        "no message went to nobody": sum(sink.orphans for sink in sinks) == 0,
    }
    row = "S01-S10" if share == 1 else "S02, S03"
    note = str(case) + (" +CHUNKING" if chunking else "")
    return record(trial, row, begun, claims, note, seed=seed, times=TIMES, bound=bound)


def keep_the_password(trial: Trial, name: str, authority: Authority) -> Record:
    """S11, A26, mail case 62: no encryption that holds, no password and no mail."""
    begun = time.monotonic()
    bad = weather(name, When())
    if name == "plaintext-before-tls":
        # With a certificate that is right: it is the words in between that must not be believed.
        bad = Weather(bad.script, more={"login": LOGIN, "tls": authority.server_context("localhost")})
    sink = bad.sink(trial.log)
    relay = Relay("localhost", 1, Tls.STARTTLS, *LOGIN, connections=1)
    complaint = mail(trial, sink, SetClock(), relay=relay, tls=authority.client_context())
    verbs = [command.partition(" ")[0] for command in sink.commands]
    states = trial.states()
    if not complaint:
        # Thrown away unread is as good as refused (RFC 3207 4.2): everything is asked again behind the encryption.
        claims = {
            "all is asked again": verbs[:4] == ["EHLO", "STARTTLS", "EHLO", "AUTH"] and name == "plaintext-before-tls",
            "the words in between are not believed": states[S.ACCEPTED] == trial.people,
        }
    else:
        claims = {
            "the password is never said": "AUTH" not in verbs,
            "nobody's row is touched": states[S.PENDING] == trial.people,
        }
    return record(trial, "S11", begun, claims, f"{name}: {complaint}", finishes=False)


def refuse_login(trial: Trial) -> Record:
    """S12: the relay does not let us in any more; nobody's row is touched, and it goes on when the password is right again."""
    begun = time.monotonic()
    clock = SetClock()
    relay = Relay("127.0.0.1", 1, Tls.NONE, *LOGIN, connections=CONNECTIONS)
    # The first two connections are let in and closed by the relay after some messages: then the password was changed.
    in_the_middle = Weather(_login_changes(), more={"login": LOGIN})
    sink = in_the_middle.sink(trial.log)
    complaint = mail(trial, sink, clock, relay=relay)
    first = trial.states()
    again = mail(trial, Weather(more={"login": LOGIN}).sink(trial.log), clock, relay=relay)
    claims = {
        "it is said in the relay's words": "535" in complaint,
        "some went before": first[S.ACCEPTED] > 0,
        "nobody's row is touched": first[S.ACCEPTED] + first[S.PENDING] == trial.people,
        "it goes on with the right password": not again and trial.states()[S.ACCEPTED] == trial.people,
    }
    return record(trial, "S12", begun, claims, complaint, times=1)


def _login_changes() -> Script:
    return chaos.either(chaos.close_after(5), chaos.at("auth", chaos.saying("535 5.7.8 no"), after=CONNECTIONS))


def be_away(trial: Trial, hours: float) -> Record:
    """Mail case 66: the relay goes away in the middle for hours."""
    begun = time.monotonic()
    clock = SetClock()
    away = chaos.either(chaos.close_after(trial.people // 4), chaos.at("connect", chaos.close, after=CONNECTIONS))
    complaint = mail(trial, Weather(away).sink(trial.log), clock)
    middle = trial.states()[S.ACCEPTED]
    clock.forward(hours)
    mail(trial, Weather().sink(trial.log), clock)
    claims = {
        "it is said": "does not take mail" in complaint,
        "it was in the middle": 0 < middle < trial.people,
        "everybody is accepted": trial.states()[S.ACCEPTED] == trial.people,
    }
    return record(trial, "case 66", begun, claims, f"away for {hours:.0f} h after {middle}", times=1)


def be_far_away(trial: Trial, one_way: float) -> Record:
    """Mail case 64: a relay that is far away, over one connection of the shipped worker."""
    begun = time.monotonic()
    with sink_process(trial.log) as port:
        proxy = Proxy(port, delay=one_way)
        with aside(proxy):
            ended = run(trial.settings(proxy.port, connections=1), trial.folder)
    times = [one.at for one in read_log(trial.log)]
    rate = (len(times) - 1) / (max(times) - min(times))
    claims = {"all accepted": ended == 0 and trial.states()[S.ACCEPTED] == trial.people, "20 messages a second": rate >= 20}
    return record(trial, "case 64", begun, claims, f"{2000 * one_way:.0f} ms there and back: {rate:.0f} messages a second")


def be_patient(trial: Trial, name: str, number: float, connections: int) -> Record:
    """S09: the relay bears two connections, or takes one message a second: the shipped worker adapts and does not spin."""
    begun = time.monotonic()
    sink = weather(name, When(number=number)).sink(trial.log)
    with aside(sink):
        before = os.times()
        ended = run(trial.settings(sink.port, connections), trial.folder)
        after = os.times()
    # Of the worker alone; two seconds are its start.
    seconds = time.monotonic() - begun
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    claims = {
        "all accepted": ended == 0 and trial.states()[S.ACCEPTED] == trial.people,
        "less than a fifth of a core": cpu - 2 < 0.2 * seconds,
    }
    note = f"{name} {number:g}: {sink.connections} connections, {cpu:.1f} s CPU in {seconds:.0f} s"
    return record(trial, "S09", begun, claims, note)
