"""A newsletter moves into an instance that has others: whole or not at all, nobody twice, and no no is undone."""

import dataclasses
import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from newsletter import shape
from newsletter.archive import shelf
from newsletter.backups import tables
from newsletter.backups.manifest import Tally, manifest
from newsletter.backups.parts import Part
from newsletter.cli.exits import Exit
from newsletter.clock import MovableClock
from newsletter.database import Database
from newsletter.images import store as images
from newsletter.images.model import Developed, Encoded, Facts, MediaType
from newsletter.issues import newsletters
from newsletter.mail import mailings
from newsletter.mail.delivery import DeliveryState
from newsletter.tables.images import image, letter_image
from newsletter.tables.mail import delivery
from subscribers import register, suppression
from subscribers.address import parse
from subscribers.consent import Act
from subscribers.errors import SubscriberNotFound
from subscribers.tables.evidence import consent
from subscribers.tokens import Keyring
from tests.conftest import SECRET
from tests.harness import mailroom, people
from tests.harness.mailed import being_mailed
from tests.harness.parted import parts_of, put_together
from tests.harness.terminal import Terminal, Told

OTHER_SECRET = "the key of the other house, which has as many signs"
NAMES = ("ann", "bob", "cem", "dee", "eve")
PICTURE = Encoded(b"a picture of the library", MediaType.JPEG, 2, 1)
ADD = ("--confirmed", "--basis", "Asked at the autumn meeting.")


def settings_of(folder: Path, url: str, secret: str) -> dict[str, str]:
    """Give the settings of an instance in a folder."""
    return {
        "NEWSLETTER_DATA_DIR": str(folder),
        "NEWSLETTER_DATABASE_URL": url,
        "NEWSLETTER_SECRET_KEY": secret,
    }


@dataclass(frozen=True, slots=True)
class Origin:
    """The instance a newsletter comes from, its bundle, and what was told when that was made."""

    terminal: Terminal
    bundle: Path
    digest: str


@pytest.fixture(scope="module")
def origin(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Origin:
    """Give one with an issue that was mailed, one that is approved and a draft; bob left, eve was erased, fay only asked."""
    folder, now = tmp_path_factory.mktemp("origin"), datetime.fromisoformat("2020-02-01T08:00:00+00:00")
    shutil.copy(sqlite_template, folder / "newsletter.db")
    url, keyring = f"sqlite:///{folder}/newsletter.db", Keyring(SECRET)
    database = Database(url)
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, NAMES)
    mailed = being_mailed(database, room, now)
    mailed.mail({"dee": DeliveryState.REFUSED})
    with database.write() as tx:
        images.keep(tx, Developed(PICTURE, PICTURE), Facts("library.jpg"), now)
        tx.execute(insert(letter_image).values(letter_id=mailed.letter_id, image_key=PICTURE.key))
        mailroom.approved_issue(tx, room.newsletter_id, now, "February 2020")
        people.ask(tx, keyring, room.list_id, "fay@example.net", now, "Fay")
        # Another newsletter, of which nothing is to come along.
        people.join(tx, keyring, people.a_list(tx, now, "Others").id, "gus@example.net", now)
    database.close()
    terminal = Terminal(settings_of(folder, url, SECRET), MovableClock(now + timedelta(hours=1)))
    terminal.ok("subscribers", "unsubscribe", "bob@example.net")
    terminal.ok("subscribers", "erase", "eve@example.net", "--yes")
    packed = terminal.ok("newsletters", "pack", "section-news", str(folder / "of.bundle"))
    assert 0 == packed["faults"]
    return Origin(terminal, folder / "of.bundle", packed["digest"])


@pytest.fixture
def there(database_url: str, tmp_path: Path, now: datetime) -> Terminal:
    """Give another instance with another key, that knows ann and has a newsletter; once on each database."""
    return housed(tmp_path / "there", database_url, OTHER_SECRET, now)


@pytest.fixture
def small(sqlite_template: Path, tmp_path: Path, now: datetime) -> Terminal:
    """Give the same on SQLite alone, with the key of the origin."""
    (tmp_path / "small").mkdir()
    shutil.copy(sqlite_template, tmp_path / "small" / "newsletter.db")
    return housed(tmp_path / "small", f"sqlite:///{tmp_path}/small/newsletter.db", SECRET, now)


def housed(folder: Path, url: str, secret: str, now: datetime) -> Terminal:
    """Give an instance with a newsletter of its own."""
    terminal = Terminal(settings_of(folder, url, secret), MovableClock(now + timedelta(days=1)))
    sender = ("--from", "own@example.org", "--list", "own", "--postal-address", "2 Library Road")
    terminal.ok("newsletters", "create", "Own News", *sender)
    terminal.ok("subscribers", "add", "Ann@example.net", "--name", "Ann of here", "--list", "own", *ADD)
    return terminal


@pytest.fixture
def inside(there: Terminal) -> Iterator[Database]:
    """Give the database of the other instance."""
    database = Database(there.settings["NEWSLETTER_DATABASE_URL"])
    yield database
    database.close()


def unpack(terminal: Terminal, origin: Origin, *more: str) -> dict[str, Any]:
    """Unpack the bundle, which must succeed."""
    found: dict[str, Any] = terminal.ok("newsletters", "unpack", str(origin.bundle), "--digest", origin.digest, *more)
    return found


def everything(terminal: Terminal) -> dict[str, object]:
    """Give all there is in a database, but for who looked."""
    database = Database(terminal.settings["NEWSLETTER_DATABASE_URL"])
    with database.read() as tx:
        found: dict[str, object] = {
            one.name: [repr(row) for row in tables.rows(tx, one)] for one in tables.layouts() if one.name != "instance"
        }
    database.close()
    return found


def test_newsletter_arrives_whole_beside_others_and_mails_nothing(
    origin: Origin, there: Terminal, inside: Database, now: datetime
) -> None:
    """Under numbers of its own; planned issues are drafts, figures and pictures are there, and the evidence holds."""
    told = unpack(there, origin)

    assert ("section-news", {"sent": 1, "draft": 1}) == (told["newsletter"], told["issues"])
    assert {"new": 4, "known": 1} == {name: told["people"][name] for name in ("new", "known")}
    with inside.read() as tx:
        known = newsletters.find(tx, "section-news")
        states = {
            one.address.text: register.subscriptions_of(tx, one.id)[-1].state.value
            for one in (register.find(tx, parse(f"{name}@example.net")) for name in ("ann", "bob", "cem", "dee", "fay"))
        }
        assert {"confirmed": 3, "withdrawn": 1, "requested": 1} == {
            state: list(states.values()).count(state) for state in states.values()
        }
        assert "Ann of here" == register.find(tx, parse("ann@example.net")).name
        (sent,) = [one for one in there.ok("issues", "list")["issues"] if one["state"] == "sent"]
        letter_id = mailings.letter_of_issue(tx, sent["issue"])
        assert letter_id is not None
        assert (4, 1) == dataclasses.astuple(mailings.report(tx, letter_id))[1:3]
        assert PICTURE.data == tx.execute(select(image.c.data).where(image.c.key == PICTURE.key)).scalar_one()
        assert 0 == tx.execute(select(func.count()).select_from(delivery)).scalar_one()
        assert (sent["issue"],) == shelf.waiting(tx)
        assert people.audience_of(tx, known.list_id) == ["Ann@example.net", "cem@example.net", "dee@example.net"]
    assert 0 == there("consent", "verify").code
    assert 0 == there("issues", "verify", "--all").code
    refused = there("issues", "send-rest", str(sent["issue"]), "--also-new")
    assert (Exit.REFUSED, True) == (refused.code, "where it was mailed" in refused.err)


def test_second_time_changes_nothing(origin: Origin, there: Terminal) -> None:
    """And says when it was brought before."""
    unpack(there, origin)
    before = everything(there)
    again = unpack(there, origin)

    assert (False, True) == (again["unpacked"], bool(again["before"]))
    assert before == everything(there)


def test_no_of_this_instance_stands(origin: Origin, there: Terminal, inside: Database) -> None:
    """Whoever was erased here stays so; whoever left every list here arrives as somebody who left."""
    there.ok("subscribers", "add", "cem@example.net", "--list", "own", *ADD)
    there.ok("subscribers", "erase", "cem@example.net", "--yes")
    there.ok("suppressions", "add", "dee@example.net", "--reason", "unsubscribed")
    told = unpack(there, origin)

    assert {"erased": 1, "left_here": 1, "known": 1} == {
        name: told["people"][name] for name in ("erased", "left_here", "known")
    }
    with inside.read() as tx:
        assert ["Ann@example.net"] == people.audience_of(tx, newsletters.find(tx, "section-news").list_id)
        assert register.find(tx, parse("dee@example.net")) is not None
        with pytest.raises(SubscriberNotFound):
            register.find(tx, parse("cem@example.net"))
    assert 0 == there("consent", "verify").code


def test_what_was_said_is_chained_anew_behind_what_is_known_here(origin: Origin, there: Terminal, inside: Database) -> None:
    """Moments, doors and words are those of there; one act says from where they came, and which chain they stood in."""
    unpack(there, origin)
    with inside.read() as tx:
        ann = register.find(tx, parse("ann@example.net"))
        rows = tx.execute(select(consent).where(consent.c.chain == ann.id).order_by(consent.c.seq)).all()

    acts = [row.act for row in rows]
    assert [Act.ADDED, Act.IMPORTED, Act.REQUESTED] == acts[:3]
    assert Act.CONFIRMED == acts[-1]
    assert re.fullmatch(r"chain \d+, act \d+, [0-9a-f]{64}", rows[1].form)
    assert ("form", "192.0.2.7", datetime.fromisoformat("2020-02-01T08:00:00+00:00")) == (
        rows[2].door,
        rows[2].network,
        rows[2].at,
    )


def test_noes_of_nobody_come_along_under_the_same_key_alone(origin: Origin, there: Terminal, small: Terminal) -> None:
    """An erased address is known by its hash; under another key that tells nothing, and it is said."""
    lost, kept = unpack(there, origin), unpack(small, origin)
    database, keyring = Database(small.settings["NEWSLETTER_DATABASE_URL"]), Keyring(SECRET)
    with database.read() as tx:
        list_id = newsletters.find(tx, "section-news").list_id
        assert suppression.is_suppressed(tx, keyring.hash_address("eve@example.net"), list_id)
    database.close()

    assert lost["people"]["noes_lost"] >= 1
    assert 0 == kept["people"].get("noes_lost", 0)


def test_dry_run_tells_the_same_and_changes_nothing(origin: Origin, there: Terminal) -> None:
    """It needs no digest."""
    before = everything(there)
    tried = there.ok("newsletters", "unpack", str(origin.bundle), "--dry-run")

    assert before == everything(there)
    assert tried["people"] == unpack(there, origin)["people"]


def test_foreign_key_asks_for_the_digest(origin: Origin, there: Terminal) -> None:
    """Nobody here can tell by the seal that it was not changed."""
    before = everything(there)
    without = there("newsletters", "unpack", str(origin.bundle))
    wrong = there("newsletters", "unpack", str(origin.bundle), "--digest", "0" * 64)

    assert [Exit.REFUSED] * 2 == [without.code, wrong.code]
    assert ("--digest" in without.err, origin.digest in wrong.err) == (True, True)
    assert before == everything(there)


def test_taken_name_is_refused_until_another_is_given(origin: Origin, small: Terminal) -> None:
    """Neither newsletter nor list is mixed with one that is there."""
    small.ok("lists", "create", "Readers")
    refused = small("newsletters", "unpack", str(origin.bundle))

    assert (Exit.REFUSED, True) == (refused.code, "Readers" in refused.err)
    assert "moved-news" == unpack(small, origin, "--name", "Moved News")["newsletter"]
    assert "Moved News" in {one["name"] for one in small.ok("lists", "list")["lists"]}


def cut(path: Path, target: Path) -> None:
    """Leave the end away."""
    target.write_bytes(path.read_bytes()[:-200])


def altered(path: Path, target: Path) -> None:
    """Give somebody another address."""
    put_together(target, [Part(one.name, one.data.replace(b"cem@example.net", b"cam@example.net")) for one in parts_of(path)])


def without_its_noes(path: Path, target: Path) -> None:
    """Take a part out."""
    put_together(target, [one for one in parts_of(path) if "suppression" not in one.name])


def newer(path: Path, target: Path) -> None:
    """Let a newer version have made it."""
    first, *rest = parts_of(path)
    document = json.loads(first.data) | {"shape": "9999"}
    put_together(target, [Part(first.name, json.dumps(document).encode()), *rest])


def whole(path: Path, target: Path) -> None:
    """Be a backup."""
    first, *rest = parts_of(path)
    document = json.loads(first.data) | {"format": "newsletter-backup"}
    put_together(target, [Part(first.name, json.dumps(document).encode()), *rest])


@pytest.mark.parametrize("attack", [cut, altered, without_its_noes, newer, whole])
def test_damaged_bundle_is_refused_and_changes_nothing(
    origin: Origin, small: Terminal, tmp_path: Path, attack: Callable[[Path, Path], None]
) -> None:
    """Whatever was done to it; nothing of it is left behind."""
    attack(origin.bundle, tmp_path / "bad.bundle")
    before = everything(small)
    told = small("newsletters", "unpack", str(tmp_path / "bad.bundle"))

    assert (Exit.REFUSED, True) == (told.code, "Nothing was changed" in told.err), told.err
    assert before == everything(small)
    assert [] == list((tmp_path / "small").glob(".newsletter-bundle-*"))


def test_bundle_of_an_older_shape_is_brought_to_this_one(origin: Origin, small: Terminal, tmp_path: Path) -> None:
    """Its migrations run where it is unpacked into; the seal is of the file as it was."""
    first, *rest, last = parts_of(origin.bundle)
    about = Part(first.name, json.dumps(json.loads(first.data) | {"shape": shape.SERVES}).encode())
    tally = Tally(rows=json.loads(last.data)["rows"])
    for part in (about, *rest):
        tally.add(part)
    put_together(tmp_path / "older.bundle", [about, *rest, manifest(tally, {}, Keyring(SECRET))])
    told = small.ok("newsletters", "unpack", str(tmp_path / "older.bundle"))

    assert (True, {"sent": 1, "draft": 1}) == (told["unpacked"], told["issues"])


def test_encrypted_bundle_opens_with_its_passphrase_alone(origin: Origin, small: Terminal, tmp_path: Path) -> None:
    """As backups do."""
    (tmp_path / "words").write_text("a passphrase of some length\n")
    locked = ("--passphrase-file", str(tmp_path / "words"))
    origin.terminal.ok("newsletters", "pack", "section-news", str(tmp_path / "of.age"), *locked)

    assert Exit.REFUSED == small("newsletters", "unpack", str(tmp_path / "of.age")).code
    assert small.ok("newsletters", "unpack", str(tmp_path / "of.age"), *locked)["unpacked"]


def test_newsletter_that_is_being_mailed_is_not_packed(sqlite_url: str, tmp_path: Path, now: datetime) -> None:
    """Nobody could say who got the issue; and a file that is there is not written over."""
    database = Database(sqlite_url)
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, Keyring(SECRET), now, ("ann",))
    mailed = being_mailed(database, room, now)
    terminal = Terminal(settings_of(tmp_path, sqlite_url, SECRET), MovableClock(now))
    told: list[Told] = [terminal("newsletters", "pack", "section-news", str(tmp_path / "of.bundle"))]
    mailed.mail()
    (tmp_path / "there").write_text("mine")
    told.append(terminal("newsletters", "pack", "section-news", str(tmp_path / "there")))
    database.close()

    assert [Exit.REFUSED] * 2 == [one.code for one in told]
    assert ("being mailed" in told[0].err, "mine") == (True, (tmp_path / "there").read_text())
    assert not (tmp_path / "of.bundle").exists()
