"""The mailer against relays of every kind, on both databases; the sink's log is the judge."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from newsletter.database import Database
from newsletter.errors import RelayMissing, RelayUnreachable, WorkerRunning
from newsletter.issues import alerts
from newsletter.letters.links import Links
from newsletter.mail import gate, leases, ledger, mailings
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.mailer import Mailer
from newsletter.mail.mailings import MailingState
from newsletter.mail.objections import FEWEST
from newsletter.mail.relays import Relay, Tls
from newsletter.mail.tally import Progress
from newsletter.mail.transactions import Patience
from newsletter.tables.mail import delivery, worker
from subscribers import register, suppression
from subscribers.tokens import Keyring
from tests.harness import chaossmtp as chaos
from tests.harness import mailroom, people
from tests.harness.ledgercheck import Checked, Findings, check
from tests.harness.mailroom import Mailroom
from tests.harness.sink import Conversation, Reaction, Script, Sink, Step

S = DeliveryState
NAMES = tuple(f"reader{number}" for number in range(24))
KILL_ALL_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()
"""
HASTE = Patience(greeting=2, mail=2, rcpt=2, data=2, block=2, dot=0.5, trouble=0.01, longest_trouble=0.05)


class HastyClock:
    """A clock that runs a hundred times as fast, and can be set forward."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._since = time.monotonic()

    def __call__(self) -> datetime:
        """Give the moment this clock shows."""
        return self._start + timedelta(seconds=100 * (time.monotonic() - self._since))

    def forward(self, by: timedelta) -> None:
        """Skip some time."""
        self._start += by


class Post:
    """A ledger, a clock, and a mailer over a relay on this machine."""

    def __init__(self, database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
        self.database = database
        self.keyring = keyring
        self.clock = HastyClock(now)
        self.room = room
        self.told: list[Progress] = []

    def mailer(self, port: int | None, connections: int = 3, patience: Patience = HASTE) -> Mailer:
        """Give a mailer to the relay on *port*."""
        relay = None if port is None else Relay("127.0.0.1", port, Tls.NONE, connections=connections)
        links = Links("https://news.example.org")
        return Mailer(
            self.database,
            self.keyring,
            links,
            relay,
            self.clock,
            worker_place="process 7 on test",
            progress=self.told.append,
            patience=patience,
        )

    def mail(self, sink: Sink, connections: int = 3, patience: Patience = HASTE) -> Sink:
        """Run the mailer against *sink* until it is idle."""

        async def run() -> None:
            async with sink:
                await self.mailer(sink.port, connections, patience).run_until_idle()

        asyncio.run(run())
        return sink

    def check(self, sink: Sink) -> Checked:
        """Compare the ledger with what the sink took."""
        with self.database.read() as tx:
            return check(tx, self.keyring, self.room.letter_id, sink.taken)

    def states(self) -> dict[str, DeliveryState]:
        """Give how everybody stands."""
        with self.database.read() as tx:
            return mailroom.states(tx, self.room.letter_id)


@pytest.fixture
def post(database: Database, keyring: Keyring, now: datetime) -> Post:
    """Give a letter planned for two dozen readers."""
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, NAMES)
    return Post(database, keyring, now, room)


@pytest.fixture
def sqlite_post(sqlite_url: str, keyring: Keyring, now: datetime) -> Iterator[Post]:
    """Give such a post on SQLite, where what is tried has nothing to do with the database."""
    database = Database(sqlite_url)
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, NAMES)
    yield Post(database, keyring, now, room)
    database.close()


def test_everybody_gets_one_and_the_rows_say_so(post: Post) -> None:
    """The main path."""
    sink = post.mail(Sink())

    assert Checked(Findings(), accepted=24, uncertain=0, uncertain_taken=0) == post.check(sink)
    assert sorted(f"{name}@example.net" for name in NAMES) == sorted(one.recipient for one in sink.taken)


def test_progress_is_told(sqlite_post: Post) -> None:
    """Whoever shows a bar hears the last figures, too."""
    sqlite_post.mail(Sink())
    last = sqlite_post.told[-1]

    assert (24, 24, 24) == (last.waiting, last.accepted, last.done)
    assert last.per_second > 0


def test_nothing_to_mail_ends_at_once(post: Post) -> None:
    """A second run finds nothing, and mails nothing."""
    post.mail(Sink())
    sink = post.mail(Sink())

    assert [] == sink.taken


def test_connections_are_used_in_parallel_and_no_more_than_asked(sqlite_post: Post) -> None:
    """As many as the relay bears."""
    open_now, most = 0, 0

    def script(step: Step) -> Reaction | None:
        nonlocal open_now, most
        open_now += (step.name == "connect") - (step.name == "quit")
        most = max(most, open_now)
        return None

    sqlite_post.mail(Sink(script=script), connections=4)

    assert 4 == most


def test_relay_that_closes_after_every_tenth_message_is_no_trouble(post: Post) -> None:
    """It hangs up behind an answer; the next one goes over a new connection, and nobody's attempt is burnt."""
    sink = post.mail(Sink(script=chaos.close_after(10)), connections=1)

    assert Checked(Findings(), accepted=24, uncertain=0, uncertain_taken=0) == post.check(sink)
    assert 3 == sink.connections
    with post.database.read() as tx:
        assert [1] * 24 == mailroom.column(tx, post.room.letter_id, "attempts")


@pytest.mark.parametrize("step", ["connect", "ehlo", "mail", "rcpt", "data", "dot"])
def test_relay_that_goes_down_and_comes_back_costs_nobody_anything(step: str, sqlite_post: Post) -> None:
    """421 anywhere: wait, go on, all sent."""
    going_down = chaos.at(
        step, chaos.saying_and_closing("421 4.3.2 going down"), times=3, after=1 if step in {"connect", "ehlo"} else 4
    )
    sink = sqlite_post.mail(Sink(script=going_down))

    assert Checked(Findings(), accepted=24, uncertain=0, uncertain_taken=0) == sqlite_post.check(sink)
    with sqlite_post.database.read() as tx:
        assert [] == mailroom.attempts(tx)


@pytest.mark.parametrize("reaction", [chaos.close, chaos.reset, chaos.garble])
@pytest.mark.parametrize("step", ["mail", "rcpt", "data"])
def test_connection_lost_before_the_body_is_tried_again(step: str, reaction: Reaction, sqlite_post: Post) -> None:
    """Nothing was sent, so nothing is uncertain."""
    sink = sqlite_post.mail(Sink(script=chaos.at(step, reaction, times=3, after=4)))

    assert Checked(Findings(), accepted=24, uncertain=0, uncertain_taken=0) == sqlite_post.check(sink)


@pytest.mark.parametrize(
    ("step", "reaction", "taken"),
    [
        ("body", chaos.close_in_body, 0),
        ("body", chaos.reset_in_body, 0),
        ("body", chaos.stall, 0),
        *(("dot", reaction, 0) for reaction in (chaos.close, chaos.reset, chaos.garble, chaos.stall)),
        *(("answer", reaction, 3) for reaction in (chaos.close, chaos.reset, chaos.garble, chaos.stall)),
    ],
)
def test_connection_lost_from_the_body_on_is_uncertain_and_never_repeated(
    step: str, taken: int, reaction: Reaction, sqlite_post: Post
) -> None:
    """Whether the relay has it or not, nobody gets it twice."""
    sink = sqlite_post.mail(Sink(script=chaos.at(step, reaction, times=3, after=4)))

    assert Checked(Findings(), accepted=21, uncertain=3, uncertain_taken=taken) == sqlite_post.check(sink)


def test_deferred_are_tried_later_and_then_accepted(post: Post) -> None:
    """Greylisting: the same sender comes back when the time has come, and not before."""
    sink = Sink(script=chaos.grey(2))
    post.mail(sink)
    first = post.states()
    sink.port = 0
    for _ in range(2):
        post.clock.forward(timedelta(minutes=15))
        post.mail(sink)
        sink.port = 0

    assert {S.DEFERRED} == set(first.values())
    assert Checked(Findings(), accepted=24, uncertain=0, uncertain_taken=0) == post.check(sink)
    senders = {one.recipient: one.sender for one in sink.taken}
    said = [command for command in sink.commands if command.startswith("MAIL")]
    assert 72 == len(said)
    assert 24 == len(set(senders.values())) == len({command.split()[1] for command in said})


def test_only_dead_addresses_are_suppressed(post: Post) -> None:
    """A policy refusal is about us, a full mailbox about today."""
    replies = {"reader1@": "550 5.1.1 no such user", "reader2@": "550 5.7.1 blocked", "reader3@": "552 5.2.2 full"}
    sink = post.mail(Sink(script=chaos.for_recipients(replies)))
    with post.database.read() as tx:
        hashes = {name: post.keyring.hash_address(f"{name}@example.net") for name in ("reader1", "reader2", "reader3")}
        suppressed = [name for name, known in hashes.items() if suppression.is_suppressed(tx, known, post.room.list_id)]
        kept = mailroom.column(tx, post.room.letter_id, "reply")

    assert ["reader1"] == suppressed
    assert [S.REFUSED] * 3 == [post.states()[name] for name in hashes]
    assert {"5.1.1 no such user", "5.7.1 blocked", "5.2.2 full"} <= set(kept)
    assert Findings() == post.check(sink).findings


def test_dead_address_loses_its_other_letters_too(sqlite_post: Post) -> None:
    """What waits for it is skipped in the same moment."""
    post = sqlite_post
    with post.database.write() as tx:
        second = mailroom.plan(tx, post.room.newsletter_id, post.room.list_id, post.clock())
    post.mail(Sink(script=chaos.for_recipients({"reader1@": "550 5.1.1 no such user"})))

    with post.database.read() as tx:
        assert S.SKIPPED == mailroom.states(tx, second)["reader1"]


def test_refused_sender_pauses_the_mailing_and_raises_an_alert(post: Post) -> None:
    """Everybody would fail; nobody's row is touched, and resuming goes on where it stopped."""
    post.mail(Sink(script=chaos.at("mail", chaos.saying("550 5.7.1 not from you"))))
    with post.database.read() as tx:
        [alert] = alerts.open_alerts(tx)
        report = mailings.report(tx, post.room.letter_id)
    with post.database.write() as tx:
        resumed = mailings.change_state(tx, post.room.letter_id, MailingState.PAUSED, MailingState.OPEN)
    sink = post.mail(Sink())

    assert "550 5.7.1 not from you" in alert.text
    assert (24, 24) == (report.audience, report.pending)
    assert resumed
    assert 24 == post.check(sink).accepted


@pytest.mark.parametrize("reply", ["554 5.7.1 Relay access denied", "550 5.1.1 no such user"])
@pytest.mark.parametrize("step", ["rcpt", "dot"])
def test_letter_that_is_refused_for_everybody_pauses_the_mailing(step: str, reply: str, post: Post) -> None:
    """Those who were refused stay so; the others get it when somebody has looked and lets it go on."""
    post.mail(Sink(script=chaos.at(step, chaos.saying(reply))))
    with post.database.read() as tx:
        [alert] = alerts.open_alerts(tx)
        report = mailings.report(tx, post.room.letter_id)
    with post.database.write() as tx:
        mailings.change_state(tx, post.room.letter_id, MailingState.PAUSED, MailingState.OPEN)
    sink = post.mail(Sink())

    assert reply in alert.text
    # At the dot the three connections may each have one more on the wire; at RCPT that does not count.
    assert FEWEST <= report.refused <= FEWEST + (2 if step == "dot" else 0)
    assert 24 == report.refused + report.pending
    assert report.pending == post.check(sink).accepted
    assert Findings() == post.check(sink).findings


def test_letter_that_cannot_be_written_pauses_the_mailing(sqlite_post: Post) -> None:
    """A sender that is no address stops one letter, not the mailer."""
    post = sqlite_post
    with post.database.write() as tx:
        draft = mailroom.a_draft(sender="news>\n@example.org")
        bad = mailroom.plan(tx, post.room.newsletter_id, post.room.list_id, post.clock(), draft)
    sink = post.mail(Sink())

    with post.database.read() as tx:
        assert {S.PENDING} == set(mailroom.states(tx, bad).values())
        assert "cannot be written" in alerts.open_alerts(tx)[0].text
    assert 24 == post.check(sink).accepted


def test_relay_that_is_away_is_waited_for(post: Post) -> None:
    """Connections are refused for a while; then it is there, and nobody had to do anything."""
    sink = Sink(script=chaos.at("connect", chaos.close, times=4))
    post.mail(sink)

    assert 24 == post.check(sink).accepted


def test_relay_that_stays_away_ends_a_run_that_is_to_end(sqlite_post: Post) -> None:
    """Scripts do not hang; the mail is kept, and the next run sends it."""
    with pytest.raises(RelayUnreachable, match="does not take mail"):
        sqlite_post.mail(Sink(script=chaos.at("connect", chaos.close)))

    assert {S.PENDING} == set(sqlite_post.states().values())
    assert 24 == sqlite_post.check(sqlite_post.mail(Sink())).accepted


def test_without_a_relay_only_mail_is_missing(sqlite_post: Post) -> None:
    """It is said when there is something to mail, and only then."""
    with pytest.raises(RelayMissing):
        asyncio.run(sqlite_post.mailer(None).run_until_idle())
    sqlite_post.mail(Sink())

    assert 0 == asyncio.run(sqlite_post.mailer(None).run_until_idle()).done


def test_second_mailer_on_sqlite_is_refused_by_name(sqlite_post: Post) -> None:
    """One at a time, and the first one is named."""

    async def run() -> None:
        stop = asyncio.Event()
        async with Sink() as sink:
            first = asyncio.create_task(sqlite_post.mailer(sink.port).run(stop))
            while not sink.taken:  # noqa: ASYNC110 -- the sink is a server, it does not tell
                await asyncio.sleep(0.005)
            with pytest.raises(WorkerRunning, match="process 7 on test"):
                await sqlite_post.mailer(sink.port).run_until_idle()
            stop.set()
            await first

    asyncio.run(run())


def test_lock_is_free_again_after_a_run(sqlite_post: Post, tmp_path: Path) -> None:
    """Whoever comes next may begin."""
    sqlite_post.mail(Sink())
    sqlite_post.mail(Sink())

    assert (tmp_path / "newsletter.db.mailer.lock").exists()


def while_mailing(post: Post, act: Callable[[], None], after: int = 6) -> Sink:
    """Do *act* when the sink has taken so many, while all its answers wait; then mail to the end."""
    begun, ended = asyncio.Event(), asyncio.Event()

    async def hold(talk: Conversation) -> None:
        if len(talk.sink.taken) >= after and not begun.is_set():
            begun.set()
            await asyncio.to_thread(act)
            ended.set()
        if begun.is_set():
            await ended.wait()
        await talk.say("250 2.0.0 ok")

    # Whatever *act* takes on a busy machine, the answers are waited for.
    return post.mail(Sink(script=chaos.at("answer", hold)), patience=Patience())


def test_pause_bites_and_resume_goes_on(post: Post) -> None:
    """After the answer to pause nothing goes out but what was on the wire."""

    def pause() -> None:
        with post.database.write() as tx:
            mailings.change_state(tx, post.room.letter_id, MailingState.OPEN, MailingState.PAUSED)

    sink = while_mailing(post, pause)
    taken = len(sink.taken)
    with post.database.write() as tx:
        mailings.change_state(tx, post.room.letter_id, MailingState.PAUSED, MailingState.OPEN)
    rest = post.mail(Sink())

    # Six were taken, three connections: at most three more were on the wire.
    assert 6 <= taken <= 9
    assert 24 == taken + len(rest.taken)
    sink.taken += rest.taken
    assert Checked(Findings(), accepted=24, uncertain=0, uncertain_taken=0) == post.check(sink)


def test_who_leaves_in_the_middle_is_not_written_to(post: Post) -> None:
    """An unsubscribe that was answered is obeyed, but for what is on the wire."""
    called_back: set[str] = set()

    def leave() -> None:
        for name in NAMES:
            with post.database.write() as tx:
                subscription = mailroom.subscription_of(tx, name)
                register.withdraw(tx, post.keyring, subscription.id, post.clock(), people.LINK)
                if ledger.skip_open(tx, subscription.id, post.clock(), "withdrawn"):
                    called_back.add(name)

    sink = while_mailing(post, leave)
    got = {one.recipient.partition("@")[0] for one in sink.taken}

    assert set(NAMES) - called_back == got
    # Six were taken, three connections: at most three more were on the wire.
    assert 15 <= len(called_back)
    assert Findings() == post.check(sink).findings


def test_stopping_finishes_what_is_on_the_wire_and_gives_back_the_rest(post: Post) -> None:
    """No lease is left, nothing is uncertain, and the next run sends the rest."""

    async def run() -> Sink:
        stop = asyncio.Event()

        async def stop_now(talk: Conversation) -> None:
            if len(talk.sink.taken) >= 5:
                stop.set()
            await talk.say("250 2.0.0 ok")

        async with Sink(script=chaos.at("answer", stop_now)) as sink:
            await post.mailer(sink.port).run(stop)
        return sink

    sink = asyncio.run(run())
    states = list(post.states().values())
    with post.database.read() as tx:
        stopped = tx.execute(select(worker.c.stopped_at)).scalars().all()
    rest = post.mail(Sink())

    assert {S.ACCEPTED, S.PENDING} == set(states)
    assert states.count(S.ACCEPTED) == len(sink.taken)
    assert [] == [moment for moment in stopped if moment is None]
    assert 24 == len(sink.taken) + len(rest.taken)


def test_running_mailer_takes_up_what_is_planned_later(post: Post) -> None:
    """It looks again by itself."""

    async def run() -> int:
        stop = asyncio.Event()
        async with Sink() as sink:
            running = asyncio.create_task(post.mailer(sink.port).run(stop))
            while len(sink.taken) < 24:  # noqa: ASYNC110 -- the sink is a server, it does not tell
                await asyncio.sleep(0.005)
            with post.database.write() as tx:
                mailroom.plan(tx, post.room.newsletter_id, post.room.list_id, post.clock())
            while len(sink.taken) < 48:  # noqa: ASYNC110
                await asyncio.sleep(0.005)
            stop.set()
            await running
            return len(sink.taken)

    assert 48 == asyncio.run(asyncio.wait_for(run(), 30))


def test_address_outside_ascii_is_skipped_where_the_relay_cannot_take_it(sqlite_post: Post) -> None:
    """With the reason, and the others are not held up by it."""
    post = sqlite_post
    with post.database.write() as tx:
        people.join(tx, post.keyring, post.room.list_id, "jörg@example.net", post.clock())
        letter_id = mailroom.plan(tx, post.room.newsletter_id, post.room.list_id, post.clock())
    post.mail(Sink(extensions=("8BITMIME",)))

    with post.database.read() as tx:
        states = mailroom.states(tx, letter_id)
        notes = mailroom.column(tx, letter_id, "note")
    assert S.SKIPPED == states["jörg"]
    assert "SMTPUTF8" in str(notes[-1])
    assert [S.ACCEPTED] * 24 == [states[name] for name in NAMES]


def test_copy_mails_nothing_and_does_not_hang(sqlite_post: Post) -> None:
    """A restored backup waits for whoever adopts it."""
    with sqlite_post.database.write() as tx:
        tx.execute(text("UPDATE instance SET is_adopted = 0"))
    sink = sqlite_post.mail(Sink())

    assert [] == sink.taken
    assert {S.PENDING} == set(sqlite_post.states().values())


def test_rows_of_a_dead_worker_are_taken_over(sqlite_post: Post) -> None:
    """At once on SQLite: leased is sent, sending is held."""
    post = sqlite_post
    with post.database.write() as tx:
        claimed = leases.claim(tx, "dead", post.clock(), 5)
        gate.mark(tx, "dead", [claimed[0]], post.clock())
    sink = post.mail(Sink())

    assert Checked(Findings(), accepted=23, uncertain=1, uncertain_taken=0) == post.check(sink)


def test_database_that_drops_connections_loses_nothing(postgres_url: str, keyring: Keyring, now: datetime) -> None:
    """Whatever is killed under it: no body without a mark, no outcome forgotten, no end."""
    database = Database(postgres_url)
    names = tuple(f"reader{number}" for number in range(80))
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, names)
    post = Post(database, keyring, now, room)
    over = threading.Event()

    def terminate() -> None:
        killer = Database(postgres_url)
        while not over.is_set():
            with killer.write() as tx:
                tx.execute(text(KILL_ALL_OTHERS))
            time.sleep(0.15)
        killer.close()

    thread = threading.Thread(target=terminate)
    thread.start()
    threading.Timer(2, over.set).start()

    async def slow(talk: Conversation) -> None:
        await asyncio.sleep(0.02)
        await talk.say("250 2.1.0 ok")

    script: Script = chaos.at("rset", slow)
    sink = post.mail(Sink(script=script))
    over.set()
    thread.join()
    checked = post.check(sink)
    database.close()

    assert Findings() == checked.findings
    assert 80 == checked.accepted + checked.uncertain
    assert 0 == checked.uncertain


def test_two_mailers_share_a_ledger_on_postgresql(postgres_url: str, keyring: Keyring, now: datetime) -> None:
    """Each takes what the other has not, and both end when everything is settled."""
    database = Database(postgres_url)
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, tuple(f"reader{number}" for number in range(60)))
    post = Post(database, keyring, now, room)

    async def run() -> Sink:
        async with Sink() as sink:
            await asyncio.gather(*(post.mailer(sink.port).run_until_idle() for _ in range(2)))
        return sink

    sink = asyncio.run(run())
    checked = post.check(sink)
    with database.read() as tx:
        by_worker = set(mailroom.column(tx, room.letter_id, "worker_id"))
    database.close()

    assert Checked(Findings(), accepted=60, uncertain=0, uncertain_taken=0) == checked
    assert 2 == len(by_worker)


def test_ledger_with_a_foreign_hand_in_it_is_noticed(sqlite_post: Post) -> None:
    """The check itself finds what is wrong."""
    sink = sqlite_post.mail(Sink())
    sink.taken.append(sink.taken[0])
    with sqlite_post.database.write() as tx:
        ids = list(tx.execute(select(delivery.c.id).order_by(delivery.c.id)).scalars())
        tx.execute(update(delivery).where(delivery.c.id == ids[1]).values(state=S.SKIPPED))
        tx.execute(update(delivery).where(delivery.c.id == ids[2]).values(state=S.LEASED))
    findings = sqlite_post.check(sink).findings

    assert 1 == len(findings.doubled)
    assert ids[1] in findings.taken_not_accepted
    assert [ids[2]] == findings.missing


def test_clock_that_is_set_back_stops_no_mailing(post: Post) -> None:
    """Two hours back at the first message: the rest is not kept waiting for the hour it was planned for (T06)."""
    with post.database.write() as tx:
        for name in range(200):
            people.join(tx, post.keyring, post.room.list_id, f"more{name}@example.net", post.clock())
        letter_id = mailroom.plan(tx, post.room.newsletter_id, post.room.list_id, post.clock())

    def set_back(step: Step) -> None:
        if step.name == "dot" and (step.connection, step.transaction) == (1, 1):
            post.clock.forward(timedelta(hours=-2))

    post.mail(Sink(script=set_back))
    with post.database.read() as tx:
        states = mailroom.states(tx, letter_id)

    assert {S.ACCEPTED} == set(states.values())


def test_mailer_that_starts_after_the_clock_was_set_back_mails_at_once(post: Post) -> None:
    """What was planned is due, whatever the clock says by now (T06)."""
    post.clock.forward(timedelta(hours=-2))

    assert 24 == post.check(post.mail(Sink())).accepted
