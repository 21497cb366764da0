"""A backup is restored whole or not at all, whatever was done to it, and to whom it belongs."""

import gzip
import json
import resource
import shutil
import tarfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from newsletter import shape
from newsletter.backups import manifest, reading, restoring
from newsletter.backups.parts import Part
from newsletter.backups.refusal import BackupUnusable
from newsletter.database import Database
from newsletter.errors import AlreadyThere, BadValue, InstanceMismatch
from newsletter.mail import mailings
from newsletter.people.carrying import Carrier
from newsletter.settings import load
from subscribers.exchange.model import ImportOrder
from subscribers.tokens import Keyring
from tests.conftest import SECRET
from tests.harness.instance import opened
from tests.harness.parted import parts_of, put_together
from tests.harness.processes import run_command
from tests.harness.terminal import Terminal

ADD = ("--list", "readers", "--confirmed", "--basis", "Asked at the autumn meeting.")


def settings_of(folder: Path, url: str = "") -> dict[str, str]:
    """Give the settings of an instance in a folder."""
    return {
        "NEWSLETTER_DATA_DIR": str(folder),
        "NEWSLETTER_DATABASE_URL": url or f"sqlite:///{folder}/newsletter.db",
        "NEWSLETTER_SECRET_KEY": SECRET,
    }


@pytest.fixture(scope="module")
def origin(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of an instance with two readers, one that left, a template of its own, and its backup."""
    folder = tmp_path_factory.mktemp("origin")
    shutil.copy(sqlite_template, folder / "newsletter.db")
    terminal = Terminal(settings_of(folder) | {"NEWSLETTER_RETURN_DOMAIN": "back.example.org"})
    terminal.ok("lists", "create", "readers")
    terminal.ok("subscribers", "add", "ann@example.org", *ADD)
    terminal.ok("subscribers", "add", "bob@example.org", *ADD)
    terminal.ok("subscribers", "unsubscribe", "bob@example.org")
    (folder / "templates" / "own").mkdir(parents=True)
    (folder / "templates" / "own" / "issue.mjml").write_text("<mjml/>")
    terminal.settings["NEWSLETTER_RELAY_URL"] = "smtp://me:hunter2@127.0.0.1:9"
    terminal.ok("backup", str(folder / "whole.backup"))
    return folder


@pytest.fixture
def backup(origin: Path) -> Path:
    """Give the backup."""
    return origin / "whole.backup"


def restore(path: Path, folder: Path, now: datetime, key: reading.Key = None) -> restoring.Restored:
    """Restore a backup into a folder."""
    return restoring.restore(load(settings_of(folder)), path, key, now, lambda _bytes, _rows: None)


def people(terminal: Terminal) -> int:
    """Count who may be written to."""
    (readers,) = terminal.ok("lists", "list")["lists"]
    count: int = readers["people"]
    return count


def refused(path: Path, folder: Path, now: datetime) -> str:
    """Restore what is not to be restored: nothing is there behind it; gives why it was refused."""
    with pytest.raises((BackupUnusable, InstanceMismatch)) as caught:
        restore(path, folder, now)
    assert [] == [one.name for one in folder.iterdir()]
    return str(caught.value)


def test_everything_comes_back_and_mails_nothing(backup: Path, tmp_path: Path, now: datetime) -> None:
    """People, journal, templates and settings; what counted goes on far behind."""
    restored = restore(backup, tmp_path / "there", now)

    with opened(settings_of(tmp_path / "there"), now) as (application, _), application.database.read() as tx:
        assert mailings.is_copy(tx)
    terminal = Terminal(settings_of(tmp_path / "there"))
    assert 1 == people(terminal)
    assert "<mjml/>" == (tmp_path / "there/templates/own/issue.mjml").read_text()
    assert (1, False) == (len(restored.laid.journals), restored.is_replayed)
    assert "restored from the backup of" in terminal("alerts", "list").out


def test_no_secret_is_in_it(backup: Path) -> None:
    """Nor is the key; settings that hold a secret are named."""
    data = b"".join(part.data for part in parts_of(backup))
    (told,) = [part.data.decode() for part in parts_of(backup) if part.name == "settings.toml"]

    assert SECRET.encode() not in data
    assert b"hunter2" not in data
    assert 'return_domain = "back.example.org"' in told
    assert "# relay_url was set" in told


def test_journal_that_lies_there_is_obeyed_at_once(origin: Path, backup: Path, tmp_path: Path, now: datetime) -> None:
    """It knows who left behind the backup, so that it may be adopted."""
    folder = tmp_path / "there"
    shutil.copytree(origin / "journal", folder / "journal")
    terminal = Terminal(settings_of(tmp_path / "meanwhile") | {"NEWSLETTER_JOURNAL_DIR": str(folder / "journal")})
    (tmp_path / "meanwhile").mkdir()
    shutil.copy(origin / "newsletter.db", tmp_path / "meanwhile" / "newsletter.db")
    terminal.ok("subscribers", "erase", "ann@example.org", "--yes")
    restored = restore(backup, folder, now)

    assert restored.is_replayed
    assert 0 == people(Terminal(settings_of(folder)))
    assert 0 == Terminal(settings_of(folder))("adopt", "--yes").code


def test_cut_file_is_refused_wherever_it_is_cut(backup: Path, tmp_path: Path, now: datetime) -> None:
    """Nothing of it is left behind."""
    data = backup.read_bytes()
    folder = tmp_path / "there"
    folder.mkdir()
    for size in (0, 1, len(data) // 3, len(data) // 2, len(data) - 1):
        (tmp_path / "cut").write_bytes(data[:size])
        refused(tmp_path / "cut", folder, now)


def _about(change: Callable[[dict[str, object]], None]) -> Callable[[list[Part]], None]:
    def changed(parts: list[Part]) -> None:
        document = json.loads(parts[0].data)
        change(document)
        parts[0] = Part(parts[0].name, json.dumps(document).encode())

    return changed


def _rename(old: str, new: str) -> Callable[[list[Part]], None]:
    def changed(parts: list[Part]) -> None:
        parts[:] = [Part(part.name.replace(old, new), part.data) for part in parts]

    return changed


def _names(document: dict[str, object], name: str) -> None:
    tables = document["tables"]
    assert isinstance(tables, list)
    tables[0]["name"] = name


ALTERED: Mapping[str, tuple[Callable[[list[Part]], None], str]] = {
    "a row": (
        lambda parts: parts.__setitem__(
            slice(None), [Part(one.name, one.data.replace(b"ann@example.org", b"eve@example.org")) for one in parts]
        ),
        "changed",
    ),
    "a part less": (lambda parts: parts.__delitem__(2), "changed"),
    "no manifest": (lambda parts: parts.__delitem__(-1), "cut off"),
    "a part twice": (lambda parts: parts.insert(2, parts[1]), "twice"),
    "a part more": (lambda parts: parts.insert(2, Part("tables/elsewhere/000001.jsonl", b"[]\n")), "not announced"),
    "a part behind": (lambda parts: parts.append(Part("more", b"")), "behind"),
    "another beginning": (lambda parts: parts.__delitem__(0), "something else"),
    "a newer file": (_about(lambda document: document.update(version=2)), "newer version"),
    "a newer shape": (_about(lambda document: document.update(shape="9999")), "newer version"),
    "a shape that is none": (_about(lambda document: document.update(shape="0001; DROP TABLE letter")), "no sense"),
    "a name that is SQL": (_about(lambda document: _names(document, 'x" SELECT')), "no name"),
    "another key": (_about(lambda document: document.update(key_check="0" * 64)), "another NEWSLETTER_SECRET_KEY"),
    "not ours": (_about(lambda document: document.update(format="something")), "no backup"),
    "rows that are none": (_rename("tables/consent/", "tables/subscriber/"), ""),
    "no rows": (lambda parts: parts.insert(1, Part("tables/account/000001.jsonl", b"{}\n[[\n")), "cannot be read"),
    "rows too short": (lambda parts: parts.insert(1, Part("tables/account/000001.jsonl", b"[1]\n")), "columns"),
}


@pytest.mark.parametrize("how", ALTERED)
def test_altered_file_is_refused(how: str, backup: Path, tmp_path: Path, now: datetime) -> None:
    """And leaves nothing behind."""
    change, words = ALTERED[how]
    parts = parts_of(backup)
    change(parts)
    (tmp_path / "there").mkdir()

    assert words in refused(put_together(tmp_path / "altered", parts), tmp_path / "there", now)


def test_manifest_of_another_instance_is_refused(backup: Path, tmp_path: Path, now: datetime) -> None:
    """Though all its hashes are right."""
    parts = parts_of(backup)
    tally = manifest.Tally()
    for part in parts[:-1]:
        rows = part.data.count(b"\n") if part.name.startswith("tables/") else 0
        tally.add(part, part.name.split("/")[1] if rows else "", rows)
    parts[-1] = manifest.manifest(tally, {}, Keyring("some other secret key, long enough to be one"))
    (tmp_path / "there").mkdir()

    assert "seal" in refused(put_together(tmp_path / "altered", parts), tmp_path / "there", now)


def test_foreign_files_are_refused(origin: Path, tmp_path: Path, now: datetime) -> None:
    """A database, an archive of something else, a device."""
    with tarfile.open(tmp_path / "other.tar.gz", "w:gz") as archive:
        archive.add(origin / "newsletter.db", "about.json")
    (tmp_path / "bomb").write_bytes(gzip.compress(bytes(50_000_000)))
    (tmp_path / "there").mkdir()
    for path in (origin / "newsletter.db", tmp_path / "other.tar.gz", tmp_path / "bomb"):
        refused(path, tmp_path / "there", now)
    with pytest.raises(BadValue, match="cannot be read"):
        restore(tmp_path, tmp_path / "there", now)


def test_database_that_is_there_is_not_written_over(
    backup: Path, sqlite_url: str, postgres_url: str, tmp_path: Path, now: datetime
) -> None:
    """Of either kind; nor is one that came while the backup was read."""
    for url in (sqlite_url, postgres_url):
        Terminal(settings_of(tmp_path / "data", url)).ok("lists", "create", "somebody")
        with pytest.raises(AlreadyThere):
            restoring.restore(load(settings_of(tmp_path / "data", url)), backup, None, now, lambda _bytes, _rows: None)
        assert 1 == len(Terminal(settings_of(tmp_path / "data", url)).ok("lists", "list")["lists"])
    late = tmp_path / "late" / "newsletter.db"

    def come(_bytes: int, _rows: int) -> None:
        late.write_text("somebody else was faster")

    with pytest.raises(AlreadyThere):
        restoring.restore(load(settings_of(late.parent)), backup, None, now, come)
    assert "somebody else was faster" == late.read_text()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_stopped_in_the_middle_leaves_nothing(
    kind: str, backup: Path, request: pytest.FixtureRequest, tmp_path: Path, now: datetime
) -> None:
    """It can be begun again, and what a kill left is cleared away then."""
    url = f"sqlite:///{tmp_path}/there/newsletter.db" if kind == "sqlite" else str(request.getfixturevalue("postgres_url"))
    settings = load(settings_of(tmp_path / "there", url))
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / ".newsletter.db.unfinished-abc").write_text("of a kill")
    (tmp_path / "there" / ".newsletter.db.unfinished-abc-wal").write_text("of a kill")

    def stop(_bytes: int, rows: int) -> None:
        if rows > 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restoring.restore(settings, backup, None, now, stop)
    restoring.restore(settings, backup, None, now, lambda _bytes, _rows: None)

    if kind == "sqlite":
        assert [] == [one.name for one in (tmp_path / "there").iterdir() if "unfinished" in one.name]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_killed_restore_is_begun_again_or_was_done(
    kind: str, backup: Path, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Power cut among the rows: nothing is there. Behind the commit: PostgreSQL has all of it, held, and keeps it."""
    url = f"sqlite:///{tmp_path}/there/newsletter.db" if kind == "sqlite" else str(request.getfixturevalue("postgres_url"))
    settings = settings_of(tmp_path / "there", url)
    killed = [
        run_command(settings | {"NEWSLETTER_FAILPOINT": f"{place}:kill"}, "restore", str(backup)).returncode
        for place in ("rows.restored", "database.restored")
    ]
    again = Terminal(settings)("restore", str(backup))

    assert [-9, -9] == killed
    assert (0 if kind == "sqlite" else 5) == again.code, again.err
    assert kind == "sqlite" or "already" in again.err
    assert 1 == people(Terminal(settings))
    assert list((tmp_path / "there" / "journal").iterdir())
    assert 5 == Terminal(settings)("adopt", "--yes").code, "it was adopted behind nobody's journal"


def test_file_of_an_import_comes_along(origin: Path, postgres_url: str, tmp_path: Path, now: datetime) -> None:
    """From the data folder into either kind of database; an import that waits is gone on with there."""
    here = tmp_path / "here"
    shutil.copytree(origin, here, ignore=shutil.ignore_patterns("*.backup"))
    data = b"email\n" + b"%s@example.org\n" * 100_000
    with opened(settings_of(here), now) as (application, _):
        carrier = Carrier(application.database, application.keyring, here, lambda: now)
        work = carrier.keep(ImportOrder(1, "Asked.", is_confirmed=True), "ann", data)
    Terminal(settings_of(here)).ok("backup", str(tmp_path / "with-file.backup"))
    for url in (f"sqlite:///{tmp_path}/there/newsletter.db", postgres_url):
        settings = load(settings_of(tmp_path / "there", url))
        restored = restoring.restore(settings, tmp_path / "with-file.backup", None, now, lambda _bytes, _rows: None)
        database = Database(url)
        with Carrier(database, application.keyring, settings.data_dir, lambda: now).reopen(work) as file:
            assert (2, data) == (restored.rows["upload_piece"], file.read())
        database.close()


@contextmanager
def little_room(size: int) -> Iterator[None]:
    """Let no file grow beyond *size*, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_full_disk_leaves_nothing(origin: Path, backup: Path, tmp_path: Path, now: datetime) -> None:
    """Neither half a backup nor half a database."""
    there = tmp_path / "there"
    there.mkdir()
    with little_room(100_000):
        told = Terminal(settings_of(there))("restore", str(backup))
    assert 6 == told.code, told.err
    with little_room(200_000):
        told = Terminal(settings_of(origin))("backup", str(there / "new.backup"))
    assert 5 == told.code, told.err
    assert [] == list(there.iterdir())


def test_encrypted_backup_opens_by_its_words_alone(origin: Path, tmp_path: Path) -> None:
    """By command; a dry run changes nothing."""
    (tmp_path / "words").write_text("correct horse battery\nsecond line")
    (tmp_path / "wrong").write_text("correct horse batterie")
    file, there = str(tmp_path / "locked.backup"), Terminal(settings_of(tmp_path / "there"))
    Terminal(settings_of(origin)).ok("backup", file, "--passphrase-file", str(tmp_path / "words"))

    assert Path(file).read_bytes().startswith(b"age-encryption.org/v1\n-> scrypt ")
    assert "does not open" in there("restore", file, "--passphrase-file", str(tmp_path / "wrong")).err
    assert "it is encrypted" in there("restore", file).err
    looked = there.ok("restore", file, "--passphrase-file", str(tmp_path / "words"), "--dry-run")
    assert (False, shape.known()[-1], 2) == (looked["restored"], looked["shape"], looked["rows"]["subscriber"])
    assert not (tmp_path / "there").exists()


def test_commands_refuse_what_cannot_be_meant(origin: Path, backup: Path, tmp_path: Path) -> None:
    """Each with a sentence."""
    terminal = Terminal(settings_of(origin))
    (tmp_path / "short").write_text("short")

    assert 5 == terminal("backup", str(backup)).code
    assert 5 == terminal("backup", str(tmp_path / "no" / "folder")).code
    assert 5 == terminal("backup", str(tmp_path / "x"), "--passphrase-file", str(tmp_path / "short")).code
    assert 2 == terminal("backup", str(tmp_path / "x"), "--encrypt").code
    assert 2 == terminal("backup", str(tmp_path / "x"), "--encrypt", "--recipient", "age1").code
    assert 5 == terminal("restore", str(tmp_path / "nowhere")).code
    assert 6 == Terminal({"NEWSLETTER_DATA_DIR": str(tmp_path / "no")})("restore", str(backup)).code
