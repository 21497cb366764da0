"""Row G04: the key is changed, killed in the middle and changed again, and at no moment anybody slips through a door."""

import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from newsletter import rotation
from newsletter.bootstrap import begin_rotation
from newsletter.database import Database
from newsletter.errors import InstanceMismatch, KeyNotChanged
from newsletter.mail import gate, leases, relaybook, workers
from newsletter.mail.delivery import Passage
from newsletter.mail.relays import parse_relay
from newsletter.people import replay
from newsletter.people.erase import erase
from newsletter.people.withdraw import withdraw
from newsletter.settings import load
from newsletter.strongbox import Strongbox
from newsletter.tables.mail import delivery, mailing
from newsletter.writers import DatabaseBusy
from subscribers import recognition, register, rekeying, suppression
from subscribers.address import parse
from subscribers.exchange.importing import import_people
from subscribers.exchange.model import ImportOrder
from subscribers.journal import Line, Said
from subscribers.model import EVERY_LIST, Reason
from subscribers.outcomes import ConfirmationDue, Suppressed
from subscribers.tables.kinds import metadata
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring, Purpose
from subscribers.transaction import Transaction
from tests.conftest import SECRET
from tests.harness import mailroom, people
from tests.harness.mailroom import Mailroom
from tests.harness.people import COMMAND, FORM, ONE_CLICK, audience_of

BOTH = Keyring(SECRET[::-1], [SECRET])
NEW = Keyring(SECRET[::-1])
HOUR = timedelta(hours=1)
WORKER = "worker-1"
EVERYBODY = ("ann", "bob", "cem", "dee", "zoe")


@pytest.fixture
def gone(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> Mailroom:
    """Give three readers of whom Ann left and Bob complained; Dee was erased, and Zoe was never anybody here."""
    with database.write() as tx:
        tx.execute(update(mailing).values(state="finished"))
        withdraw(tx, keyring, mailroom.subscription_of(tx, "ann").id, now, ONE_CLICK)
        suppression.suppress(tx, hash_of(keyring, "bob"), Reason.COMPLAINED, now)
        dee = people.join(tx, keyring, room.list_id, "dee@example.net", now, "Dee")
        erase(tx, keyring, dee.subscriber.id, now)
        suppression.suppress(tx, hash_of(keyring, "zoe"), Reason.MANUAL, now)
    return room


@pytest.fixture
def room(database: Database, keyring: Keyring, now: datetime) -> Mailroom:
    """Give a letter to Ann, Bob and Cem."""
    with database.write() as tx:
        return mailroom.open_mailroom(tx, keyring, now, ("ann", "bob", "cem"))


def hash_of(keyring: Keyring, name: str) -> str:
    """Give the hash of somebody."""
    return keyring.hash_address(f"{name}@example.net")


def begin(database: Database) -> None:
    """Make the new key the instance's own."""
    with database.write_alone() as tx:
        assert rotation.begin(tx, BOTH)


def move(database: Database, batches: int | None = None) -> None:
    """Move everybody, or a few people and then die."""
    if batches is None:
        rotation.move_people(database, BOTH)
        return
    with database.write_alone() as tx:
        rekeying.move(tx, rekeying.next_people(tx, BOTH, 0, batches))


def slips_through(database: Database, room: Mailroom, now: datetime) -> list[str]:
    """Try every door for everybody who must not be written to; gives who got through, by which."""
    found: list[str] = []
    with database.write() as tx:
        by_form = [
            register.request(tx, BOTH, room.list_id, parse(f"{name}@EXAMPLE.net"), "", now, FORM) for name in ("bob", "zoe")
        ]
        found += [f"{outcome} by the form" for outcome in by_form if not isinstance(outcome, Suppressed)]
        addresses = [parse(f"{name.upper()}@example.net") for name in ("ann", "bob", "dee", "zoe")]
        by_command = [
            register.add(tx, BOTH, room.list_id, address, "", now, COMMAND, is_confirmed=True) for address in addresses
        ]
        found += [f"{outcome} by the command" for outcome in by_command if not isinstance(outcome, Suppressed)]
    lines = "email\n" + "".join(f"{name}@example.net\n" for name in EVERYBODY)
    order = ImportOrder(
        room.list_id, "Asked.", is_confirmed=True, updates=False, columns={}, encoding="", is_raw=False, source=""
    )
    import_people(database.write, BOTH, io.BytesIO(lines.encode()), order, now)
    with database.read() as tx:
        found += [f"{address} by the import" for address in audience_of(tx, room.list_id) if address != "cem@example.net"]
    return found + _through_the_gate(database, room, now)


def _through_the_gate(database: Database, room: Mailroom, now: datetime) -> list[str]:
    """Plan a letter for all three readers, whatever they said, and let a mailer try to send it."""
    with database.write() as tx:
        letter_id = mailroom.plan(tx, room.newsletter_id, room.list_id, now)
        for name in ("ann", "bob"):
            standing = mailroom.subscription_of(tx, name)
            tx.execute(
                delivery.insert().values(
                    letter_id=letter_id,
                    subscriber_id=standing.subscriber_id,
                    subscription_id=standing.id,
                    list_id=room.list_id,
                    email=f"{name}@example.net",
                    email_hash=select(subscriber.c.email_hash)
                    .where(subscriber.c.id == standing.subscriber_id)
                    .scalar_subquery(),
                    state="pending",
                    not_before=now,
                )
            )
        workers.register(tx, f"{WORKER}-{letter_id}", "here", now)
    with database.write() as tx:
        claimed = leases.claim(tx, f"{WORKER}-{letter_id}", now, 10)
    with database.write() as tx:
        passages = gate.mark(tx, f"{WORKER}-{letter_id}", claimed, now)
        tx.execute(update(mailing).values(state="finished"))
        tx.execute(update(delivery).where(delivery.c.state == "sending").values(state="accepted", settled_at=now, code=250))
    granted = [one.email for one in claimed if passages[one.id] is Passage.GRANTED]
    return [f"{address} by the gate" for address in granted if address != "cem@example.net"]


@pytest.mark.parametrize("stage", ["begun", "one moved", "two moved", "all moved"])
def test_nobody_slips_through_any_door_at_any_moment(database: Database, now: datetime, gone: Mailroom, stage: str) -> None:
    """Form, command, import and gate, before, between and behind the batches; Cem, who may be written to, is."""
    begin(database)
    if stage != "begun":
        move(database, {"one moved": 1, "two moved": 2}.get(stage))

    assert [] == slips_through(database, gone, now + HOUR)
    with database.read() as tx:
        assert ["cem@example.net"] == audience_of(tx, gone.list_id)


def test_everything_of_a_person_is_moved_together(database: Database, keyring: Keyring, now: datetime, gone: Mailroom) -> None:
    """No row of theirs is left under the former key; what is nobody's is left until somebody meets it."""
    begin(database)
    assert 3 == rotation.move_people(database, BOTH)
    assert 0 == rotation.move_people(database, BOTH)

    with database.read() as tx:
        for table in metadata.sorted_tables:
            if "email_hash" in table.c:
                hashes = set(tx.execute(select(table.c.email_hash)).scalars())
                assert not hashes & {hash_of(keyring, name) for name in ("ann", "bob", "cem")}, table.name
        assert rotation.Standing(0, 2) == rotation.standing(tx, BOTH)
        assert Reason.UNSUBSCRIBED == suppression.reason_of(tx, hash_of(NEW, "ann"), gone.list_id)


def test_run_after_a_kill_begins_behind_whom_it_moved(database: Database, gone: Mailroom) -> None:
    """It does not walk past a million people while nobody else may write."""
    begin(database)
    with database.read() as tx:
        *_, last = tx.execute(select(subscriber.c.id).order_by(subscriber.c.id)).scalars()
    move(database, 2)

    with database.read() as tx:
        assert last - 1 == rekeying.behind_the_moved(tx, BOTH)
    move(database)
    with database.read() as tx:
        assert rekeying.behind_the_moved(tx, BOTH) is None


@pytest.mark.parametrize(("took", "rested"), [(0.03, 0.03), (5.0, rotation.LONGEST_BREATH)])
def test_others_have_their_turn_between_two_batches(
    sqlite_url: str, keyring: Keyring, now: datetime, monkeypatch: pytest.MonkeyPatch, took: float, rested: float
) -> None:
    """Whoever waits for SQLite asks again after a while: it stays free for as long as it was held."""
    monkeypatch.setattr(rotation, "BATCH", 1)
    database = Database(sqlite_url)
    database.upgrade()
    with database.write() as tx:
        mailroom.open_mailroom(tx, keyring, now, ("ann", "bob", "cem"))
        tx.execute(update(mailing).values(state="finished"))
    begin(database)
    seconds = count(step=took)
    rests: list[float] = []

    def rest(long: float) -> None:
        with database.write():
            rests.append(long)

    assert 3 == rotation.move_people(database, BOTH, ticks=lambda: next(seconds), sleep=rest)
    assert [pytest.approx(rested)] * 3 == rests[:3]
    database.close()


def test_who_is_met_is_moved_on_sight(database: Database, keyring: Keyring, now: datetime, gone: Mailroom) -> None:
    """Dee was erased under the former key, asks again, and is asked by mail; her no holds until she says yes."""
    begin(database)
    move(database)
    with database.write() as tx:
        due = register.request(tx, BOTH, gone.list_id, parse("dee@example.net"), "", people.later(now), FORM)

    assert isinstance(due, ConfirmationDue)
    with database.read() as tx:
        assert [Reason.ERASED, None] == [suppression.reason_of(tx, hash_of(key, "dee"), gone.list_id) for key in (NEW, keyring)]
        assert 1 == rotation.standing(tx, BOTH).suppressions_left
    with database.write() as tx:
        register.confirm(tx, BOTH, due.confirmation_id, people.later(now), FORM)
    with database.read() as tx:
        assert ["cem@example.net", "dee@example.net"] == audience_of(tx, gone.list_id)


def test_looking_moves_nothing(database: Database, keyring: Keyring, gone: Mailroom) -> None:
    """Whoever only reads is told the hash an address has."""
    begin(database)
    with database.read() as tx:
        looked = [recognition.look_up(tx, BOTH, f"{name}@example.net") for name in ("ann", "dee", "eve")]

    assert [hash_of(keyring, "ann"), hash_of(keyring, "dee"), hash_of(NEW, "eve")] == looked


def test_stronger_of_two_words_stays(database: Database, keyring: Keyring, now: datetime, gone: Mailroom) -> None:
    """Whatever was said under which key."""
    begin(database)
    with database.write() as tx:
        suppression.suppress(tx, hash_of(NEW, "zoe"), Reason.UNSUBSCRIBED, now)
        suppression.suppress(tx, hash_of(NEW, "dee"), Reason.COMPLAINED, now)
        hashes = [recognition.hash_of(tx, BOTH, f"{name}@example.net") for name in ("zoe", "dee")]

        assert [hash_of(NEW, "zoe"), hash_of(NEW, "dee")] == hashes
        assert [Reason.MANUAL, Reason.COMPLAINED] == [suppression.reason_of(tx, one, 1) for one in hashes]
        assert 0 == tx.execute(select(func.count()).select_from(subscriber).where(subscriber.c.email_hash == "")).scalar_one()
        # The weaker one, which is her own, stands behind it.
        suppression.lift(tx, hashes[0], now, list_id=EVERY_LIST)
        assert Reason.UNSUBSCRIBED is suppression.reason_of(tx, hashes[0], 1)


def test_a_complaint_behind_another_word_stays(database: Database, keyring: Keyring, now: datetime, gone: Mailroom) -> None:
    """It was said under the former key, and the staff's word before it under both."""
    begin(database)
    with database.write() as tx:
        suppression.suppress(tx, hash_of(keyring, "bob"), Reason.MANUAL, now)
        suppression.suppress(tx, hash_of(NEW, "bob"), Reason.MANUAL, now)
        present = recognition.hash_of(tx, BOTH, "bob@example.net")

        assert suppression.lift_word(tx, present, Reason.MANUAL, now, list_id=EVERY_LIST)
        assert Reason.COMPLAINED is suppression.reason_of_scope(tx, present, EVERY_LIST)


def test_erased_in_between_is_kept_out(database: Database, now: datetime, gone: Mailroom) -> None:
    """Cem goes while his row is still under the former key."""
    begin(database)
    with database.write() as tx:
        erase(tx, BOTH, mailroom.subscription_of(tx, "cem").subscriber_id, now)
    move(database)

    with database.write() as tx:
        cem = parse("cem@example.net")
        assert isinstance(register.add(tx, BOTH, gone.list_id, cem, "", now, COMMAND, is_confirmed=True), Suppressed)
        assert suppression.is_suppressed(tx, hash_of(NEW, "cem"), EVERY_LIST)


@contextmanager
def by_itself(database: Database) -> Iterator[Transaction]:
    """Open a transaction as pages and commands do."""
    with database.write() as tx:
        yield tx


@contextmanager
def in_bulk(database: Database) -> Iterator[Transaction]:
    """Open a transaction as an import does."""
    with database.bulk_writer() as writer, writer.write() as tx:
        yield tx


DOORS = pytest.mark.parametrize("opened", [by_itself, in_bulk])
Opened = Callable[[Database], AbstractContextManager[Transaction]]


@DOORS
def test_process_of_the_former_key_writes_nothing_more(
    database_url: str, database: Database, keyring: Keyring, gone: Mailroom, opened: Opened
) -> None:
    """It would recognise nobody; one that was started with both goes on."""
    former = Database(database_url, key_check=keyring.key_check)
    with opened(former):
        pass
    begin(database)
    with pytest.raises(InstanceMismatch, match="NEWSLETTER_FORMER_SECRET_KEY"), opened(former):
        pass
    former.close()
    present = Database(database_url, key_check=BOTH.key_check)
    with opened(present):
        pass
    present.close()


@DOORS
def test_no_door_is_open_while_people_are_moved(postgres_url: str, keyring: Keyring, now: datetime, opened: Opened) -> None:
    """On PostgreSQL, where others could write at the same time; on SQLite nobody can."""
    database = Database(postgres_url, key_check=keyring.key_check)
    with database.write() as tx:
        mailroom.open_mailroom(tx, keyring, now, ("ann",))
    with opened(database), pytest.raises(DatabaseBusy), database.write_alone():
        pass
    with database.write_alone():
        pass
    database.close()


def test_doors_that_are_open_are_waited_for_and_are_no_mailer(
    postgres_url: str, now: datetime, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many rounds it takes: nobody's mail is held."""
    monkeypatch.setattr(rotation, "MOST_IDLE_ROUNDS", 2)
    database = Database(postgres_url, key_check=BOTH.key_check)
    with database.write_alone() as tx:
        mailroom.open_mailroom(tx, keyring, now, ("ann", "bob"))
        tx.execute(update(mailing).values(state="finished"))
    begin(database)
    door = ExitStack()
    door.enter_context(database.write())
    rounds = count()

    def closes_it(_moved: int) -> None:
        if next(rounds) == 10:
            door.close()

    assert 2 == rotation.move_people(database, BOTH, closes_it, sleep=lambda _seconds: None)
    database.close()


def test_run_again_behind_a_kill_needs_no_closed_doors(
    postgres_url: str, now: datetime, keyring: Keyring, tmp_path: Path
) -> None:
    """The key is the instance's own by then; only the first time every process must stand still."""
    settings = load(
        {
            "NEWSLETTER_DATA_DIR": str(tmp_path),
            "NEWSLETTER_DATABASE_URL": postgres_url,
            "NEWSLETTER_SECRET_KEY": SECRET[::-1],
            "NEWSLETTER_FORMER_SECRET_KEY": SECRET,
        }
    )
    before = Database(postgres_url, key_check=keyring.key_check)
    with before.write_alone() as tx:
        mailroom.open_mailroom(tx, keyring, now, ("ann",))
        tx.execute(update(mailing).values(state="finished"))
    with before.write(), pytest.raises(KeyNotChanged, match="writing at this moment"):
        begin_rotation(settings)
    before.close()
    assert begin_rotation(settings)

    after = Database(postgres_url, key_check=BOTH.key_check)
    with after.write():
        assert not begin_rotation(settings)
    after.close()


def test_doors_that_are_never_closed_are_told(
    postgres_url: str, now: datetime, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As what they are, after their time; what was moved stays moved."""
    monkeypatch.setattr(rotation, "MOST_BUSY_ROUNDS", 2)
    database = Database(postgres_url, key_check=BOTH.key_check)
    with database.write_alone() as tx:
        mailroom.open_mailroom(tx, keyring, now, ("ann",))
        tx.execute(update(mailing).values(state="finished"))
    begin(database)
    with database.write(), pytest.raises(KeyNotChanged, match="writing without a pause"):
        rotation.move_people(database, BOTH, sleep=lambda _seconds: None)
    database.close()


def test_whose_mail_is_at_the_gate_comes_later(database: Database, now: datetime, gone: Mailroom) -> None:
    """A mailer asks about them by the hash it has seen."""
    begin(database)
    with database.write() as tx:
        mailroom.plan(tx, gone.newsletter_id, gone.list_id, now)
        workers.register(tx, WORKER, "here", now)
    with database.write() as tx:
        claimed = leases.claim(tx, WORKER, now, 1)
        assert ["cem"] == mailroom.names(claimed)
    with database.write_alone() as tx:
        assert 2 == rotation._move_batch(tx, BOTH, 0).moved  # noqa: SLF001 -- one batch of it
    with database.write() as tx:
        assert {claimed[0].id: Passage.GRANTED} == gate.mark(tx, WORKER, [claimed[0]], now)
    assert 1 == rotation.move_people(database, BOTH)


@pytest.mark.parametrize(
    ("hinder", "words"),
    [
        (lambda tx, _now: tx.execute(update(mailing).values(state="paused")), "an issue is being sent"),
        (
            lambda tx, now: suppression.suppress(tx, Keyring("x" * 40).hash_address("eve@example.net"), Reason.MANUAL, now),
            "a key that is not given",
        ),
    ],
)
def test_what_would_be_lost_by_it_hinders_it(
    database: Database, now: datetime, gone: Mailroom, hinder: Callable[..., object], words: str
) -> None:
    """Each try of a message is the same bytes, and nobody is forgotten with an older key."""
    with database.write() as tx:
        hinder(tx, now)
    with pytest.raises(KeyNotChanged, match=words), database.write_alone() as tx:
        rotation.begin(tx, BOTH)


def test_start_without_a_key_that_is_needed_is_refused(database: Database, keyring: Keyring, gone: Mailroom) -> None:
    """Rows G03 and G04: whoever left would be written to again; each case has its sentence."""
    with database.read() as tx:
        rotation.require_key(tx, keyring)
        with pytest.raises(InstanceMismatch, match="newsletter suppressions rotate"):
            rotation.require_key(tx, BOTH)
    begin(database)
    move(database)
    with database.read() as tx:
        rotation.require_key(tx, BOTH)
        with pytest.raises(InstanceMismatch, match=f"former key .id {keyring.key_id}."):
            rotation.require_key(tx, NEW)


def test_secrets_are_sealed_anew(database: Database, keyring: Keyring, now: datetime, gone: Mailroom) -> None:
    """The former key is not needed for them any more."""
    relay = replace(parse_relay("smtp://ann:correct-horse@mail.example.org:587?tls=starttls"), name="main")
    with database.write() as tx:
        relaybook.add(tx, relay, Strongbox.of(keyring), now)
    begin(database)
    with database.write() as tx:
        assert 1 == rotation.reseal(tx, BOTH)
        (entry,) = relaybook.entries(tx, None)

    assert "correct-horse" == relaybook.opened(entry, Strongbox.of(NEW)).password


def test_links_in_mails_that_are_out_go_on_working(database: Database, keyring: Keyring, now: datetime, gone: Mailroom) -> None:
    """Cem leaves by the link of a mail from before the change."""
    with database.read() as tx:
        token = keyring.seal(Purpose.UNSUBSCRIBE, mailroom.subscription_of(tx, "cem").id)
    begin(database)
    move(database)
    with database.write() as tx:
        withdraw(tx, BOTH, BOTH.open(Purpose.UNSUBSCRIBE, token), now, ONE_CLICK)
    with database.read() as tx:
        assert [] == audience_of(tx, gone.list_id)


def test_journal_of_the_former_key_is_obeyed(database: Database, keyring: Keyring, now: datetime, gone: Mailroom) -> None:
    """A backup from after the change, and a journal from before it."""
    line = Line(now, Said.NO, Reason.UNSUBSCRIBED, "*", hash_of(keyring, "cem"))
    begin(database)
    move(database)
    replay.replay(database.write, BOTH, lambda: [line])

    with database.read() as tx:
        assert [] == audience_of(tx, gone.list_id)
        assert suppression.is_suppressed(tx, hash_of(NEW, "cem"), 99)


def test_what_was_lifted_under_another_key_stays_lifted(
    database: Database, keyring: Keyring, now: datetime, gone: Mailroom
) -> None:
    """Cem complained under the former key, and the staff took it back under the present one."""
    said = Line(now, Said.NO, Reason.COMPLAINED, "*", hash_of(keyring, "cem"))
    lifted = Line(now + HOUR, Said.LIFTED, Reason.COMPLAINED, "*", hash_of(NEW, "cem"))
    begin(database)
    move(database)
    fates = replay.replay(database.write, BOTH, lambda: [lifted, said])

    assert 1 == fates[replay.Fate.OUTDATED]
    with database.read() as tx:
        assert ["cem@example.net"] == audience_of(tx, gone.list_id)


def test_journal_of_the_present_key_is_obeyed_before_people_are_moved(
    database: Database, keyring: Keyring, now: datetime, gone: Mailroom
) -> None:
    """The backup is from before the change, the journal from after it, and everybody still has their former hash."""
    lines = [
        Line(now, Said.NO, Reason.UNSUBSCRIBED, "*", hash_of(NEW, "cem")),
        Line(now, Said.NO, Reason.MANUAL, "*", hash_of(NEW, "bob")),
    ]
    begin(database)
    replay.replay(database.write, BOTH, lambda: lines)

    with database.read() as tx:
        assert [] == audience_of(tx, gone.list_id)
        assert Reason.UNSUBSCRIBED == suppression.reason_of(tx, hash_of(keyring, "cem"), gone.list_id)
        assert Reason.MANUAL == suppression.reason_of(tx, hash_of(keyring, "bob"), gone.list_id)


class Counting(Keyring):
    """A keyring that counts what it hashes."""

    hashed = 0

    def hash_address(self, key: str) -> str:
        """Hash, and count."""
        self.hashed += 1
        return super().hash_address(key)


def test_people_are_walked_once_for_a_journal_of_any_length(
    database: Database, keyring: Keyring, now: datetime, gone: Mailroom
) -> None:
    """Not once more for each hundred of its lines; who becomes known meanwhile is recognised, too."""
    strangers = [
        Line(now, Said.NO, Reason.MANUAL, "*", keyring.hash_address(f"reader{number}@example.net"))
        for number in range(10 * replay.BATCH)
    ]
    counting, counting_former = Counting(SECRET[::-1]), Counting(SECRET)
    counting.former = (counting_former,)
    begin(database)
    move(database)

    def joins(lines: int) -> None:
        if lines == replay.BATCH:
            with database.write() as tx:
                people.join(tx, BOTH, gone.list_id, "eve@example.net", now)

    last = Line(now + HOUR, Said.NO, Reason.UNSUBSCRIBED, "*", hash_of(keyring, "eve"))
    replay.replay(database.write, counting, lambda: [*strangers, last], joins)

    assert counting.hashed + counting_former.hashed < 20
    with database.read() as tx:
        assert Reason.UNSUBSCRIBED == suppression.reason_of(tx, hash_of(NEW, "eve"), gone.list_id)
