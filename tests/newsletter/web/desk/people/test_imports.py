"""Files of people taken in at the desk."""

import csv
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues.model import Newsletter
from newsletter.people.carrying import FOLDER, Carrier
from newsletter.staff import audit
from newsletter.tables.importwork import import_work, upload_piece
from newsletter.web.desk.people import inhand
from newsletter.web.porter import Porter
from subscribers import directory, register
from subscribers.address import parse
from subscribers.narrowing import Wanted
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.conftest import OpenDesk

WHERE = "/desk/people/imports"
PEOPLE = "Adresse,Wie\neva@example.org,Eva\nno address,Nobody\nben@example.org,=1+1\n"


@pytest.fixture
def carrier(application: Application) -> Carrier:
    """Give who carries imports on; nobody else does in a test."""
    return Porter(application).carrier


def bring(desk: OpenDesk, newsletter: Newsletter, data: bytes, name: str = "people.csv") -> str:
    """Bring a file; gives the address of its page."""
    files = {"file": (name, data)}
    answer = desk.client.post(WHERE, data={"csrf": desk.csrf, "list": str(newsletter.list_id)}, files=files)
    assert 303 == answer.status_code, answer.text
    return answer.headers["location"]


def tried(desk: OpenDesk, carrier: Carrier, page: str, **fields: str) -> str:
    """Say how a file is read, and try it; gives the page then."""
    answer = desk.press(f"{page}/try", **({"basis": "Signed in Athens.", "consent": "confirmed"} | fields))
    assert 303 == answer.status_code
    assert "It is being tried" in desk.page(page)
    carrier.carry()
    return desk.page(page)


def people(database: Database) -> list[str]:
    """Give who is known."""
    with database.read() as tx:
        return sorted(one.email for one in directory.look(tx, Wanted()).people)


def kept(application: Application) -> int:
    """Count what is kept of files, on disk and in the database."""
    folder = application.settings.data_dir / FOLDER
    with application.database.read() as tx:
        pieces = tx.execute(select(func.count()).select_from(upload_piece)).scalar_one()
    return pieces + (len(list(folder.iterdir())) if folder.exists() else 0)


def test_file_is_mapped_tried_taken_in_and_undone(
    desk: OpenDesk, newsletter: Newsletter, database: Database, carrier: Carrier, application: Application
) -> None:
    """The whole way, and nothing is changed before its end."""
    page = bring(desk, newsletter, PEOPLE.encode())
    assert inhand.UNCLEAR in desk.page(page)
    trial = tried(desk, carrier, page, **{"column-0": "email", "column-1": "name"})
    assert "Take in 2 people" in trial
    assert "no address" in trial
    assert [] == people(database)

    desk.press(f"{page}/run")
    assert "It is being taken in" in desk.page(page)
    carrier.carry()
    done = desk.page(page)
    assert "It is taken in" in done
    assert ["ben@example.org", "eva@example.org"] == people(database)
    assert 0 == kept(application)
    found = re.search(r'href="(/desk/people/imports/[0-9]+)"', done)
    assert found is not None
    assert "Undo the import of 2 people" in desk.page(found[1])
    with database.read() as tx:
        assert "Eva" == register.find(tx, parse("eva@example.org")).name
        assert "subscribers.import" == audit.recent(tx)[0].act

    desk.press(f"{found[1]}/undo")
    carrier.carry()
    assert "2 people taken off the list" in desk.page(found[1])
    assert [] == people(database)


def test_import_goes_on_after_a_restart(
    desk: OpenDesk, newsletter: Newsletter, database: Database, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever starts next takes up what was put down; it stays one import."""
    monkeypatch.setattr("subscribers.exchange.importing.BATCH", 10)
    rows = "email\n" + "".join(f"p{number}@example.org\n" for number in range(35))
    page = bring(desk, newsletter, rows.encode())
    first = Porter(application)
    tried(desk, first.carrier, page)
    desk.press(f"{page}/run")
    first.stop()
    first.carrier.carry()
    assert "It is being taken in" in desk.page(page)
    assert 10 == len(people(database))

    Porter(application).carrier.carry()
    assert "It is taken in" in desk.page(page)
    assert 35 == len(people(database))
    assert 1 == desk.page(WHERE).count('class="rows__title"')


def test_how_far_it_is_stands_on_its_page(
    desk: OpenDesk, newsletter: Newsletter, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is tried, rows are counted; while it is taken in, there is a bar of how many there are."""
    monkeypatch.setattr("subscribers.exchange.importing.BATCH", 10)
    monkeypatch.setattr("newsletter.people.carrying.TELL_EVERY", 0.0)
    page = bring(desk, newsletter, ("email\n" + "".join(f"p{number}@example.org\n" for number in range(25))).encode())
    seen: list[str] = []

    def look() -> bool:
        """Look at the page between two batches; nobody wants it to stop."""
        seen.append(desk.page(page))
        return False

    watched = replace(carrier, is_stopped=look)
    tried(desk, watched, page)
    assert ["0 rows are done.", "10 rows are done.", "20 rows are done."] == [rows_done(one) for one in seen]
    assert all('<progress class="wait" aria-label="Rows done">' in one for one in seen)

    seen.clear()
    desk.press(f"{page}/run")
    watched.carry()
    assert ["0 of 25 rows are done.", "10 of 25 rows are done.", "20 of 25 rows are done."] == [rows_done(one) for one in seen]
    for done, one in zip((0, 10, 20), seen, strict=True):
        assert f'<progress max="25" value="{done}" aria-label="Rows done">' in one
        assert f'hx-get="{page}" hx-trigger="every 2s"' in one
    assert "<progress" not in desk.page(page)


def rows_done(page: str) -> str:
    """Give the sentence on a page that says how far it is."""
    found = re.search(r'role="status">([^<]+ done\.)<', page)
    return found[1] if found is not None else ""


def test_rows_left_out_are_a_file_that_no_spreadsheet_runs(desk: OpenDesk, newsletter: Newsletter, carrier: Carrier) -> None:
    """With the reason of each (A31)."""
    page = bring(desk, newsletter, b"email\n=cmd|calc\nann@example.org\n")
    tried(desk, carrier, page)
    answer = desk.client.get(f"{page}/left-out.csv")

    assert ["'=cmd|calc"] == [row["text"] for row in csv.DictReader(answer.text.splitlines())]
    assert answer.headers["content-disposition"].startswith("attachment")


def test_basis_is_asked_for(desk: OpenDesk, newsletter: Newsletter) -> None:
    """At its place; the file is kept."""
    page = bring(desk, newsletter, PEOPLE.encode())
    answer = desk.press(f"{page}/try", consent="confirmed", basis=" ")

    assert "Say why these people may be written to" in desk.page(answer.headers["location"])


def test_file_that_was_not_tried_is_not_taken_in(desk: OpenDesk, newsletter: Newsletter, carrier: Carrier) -> None:
    """And one that is being worked on is not deleted."""
    page = bring(desk, newsletter, PEOPLE.encode())
    assert 409 == desk.press(f"{page}/run").status_code
    desk.press(f"{page}/try", basis="Athens.", consent="ask")
    assert 409 == desk.press(f"{page}/drop").status_code
    carrier.carry()
    assert "/desk/people/imports?said=dropped" == desk.press(f"{page}/drop").headers["location"]
    assert 404 == desk.client.get(page).status_code


def test_file_is_deleted_when_nobody_comes_back(
    desk: OpenDesk, newsletter: Newsletter, carrier: Carrier, clock: Hands, application: Application
) -> None:
    """After a week, whoever brought it."""
    page = bring(desk, newsletter, PEOPLE.encode())
    folder = application.settings.data_dir / FOLDER
    carrier.carry()
    assert 1 == kept(application)
    assert folder.exists() == application.database.is_sqlite
    assert all(0o600 == path.stat().st_mode & 0o777 for path in folder.glob("*"))

    clock.forward(days=8)
    carrier.carry()
    assert 0 == kept(application)
    assert 404 == desk.client.get(page).status_code


def bomb() -> bytes:
    """Give an archive that says it is a workbook, and is a gigabyte when it is unpacked."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../../tmp/slipped.txt", "x")
        archive.writestr("xl/workbook.xml", '<workbook><sheets><sheet name="a" r:id="r1" xmlns:r="x"/></sheets></workbook>')
        archive.writestr("xl/sharedStrings.xml", b"<sst>" + b"<si><t>x</t></si>" * 4_000_000 + b"</sst>")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("people.pdf", b"%PDF-1.7 ..."),
        ("people.zip", b"PK\x03\x04 not really"),
        ("../../etc/passwd<script>.csv", b"\x00\x01\x02\xff\xfe"),
        ("bomb.xlsx", None),
    ],
)
def test_what_is_no_list_of_people_is_told_so(
    desk: OpenDesk, newsletter: Newsletter, carrier: Carrier, database: Database, name: str, data: bytes | None
) -> None:
    """On its page, whatever it is called; nothing else is written, and nobody is taken in (W08, A32)."""
    page = bring(desk, newsletter, bomb() if data is None else data, name)
    seen = desk.page(page)
    assert "<script>" not in seen.partition("<main")[2].replace("<script src", "")
    tried(desk, carrier, page)

    assert "It broke off" in desk.page(page)
    assert [] == people(database)


def test_file_beyond_the_bound_is_refused(desk: OpenDesk, newsletter: Newsletter) -> None:
    """Before it is read."""
    headers = {"Content-Length": str(inhand.LARGEST + 1), "Content-Type": "multipart/form-data; boundary=x"}
    assert 413 == desk.client.post(WHERE, content=b"--x", headers=headers).status_code
    empty = desk.client.post(WHERE, data={"csrf": desk.csrf, "list": str(newsletter.list_id)}, files={"file": ("a", b"")})
    assert 422 == empty.status_code


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_hosts_share_an_import_and_no_folder(
    desk: OpenDesk,
    newsletter: Newsletter,
    carrier: Carrier,
    clock: Hands,
    database: Database,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One is at it, another waits, and takes it up when nothing was heard of the first, which then lets it go."""
    monkeypatch.setattr("subscribers.exchange.importing.BATCH", 10)
    monkeypatch.setattr("newsletter.people.carrying.TELL_EVERY", 0.0)
    page = bring(desk, newsletter, ("email\n" + "".join(f"p{number}@example.org\n" for number in range(25))).encode())
    other = replace(carrier, name="other", data_dir=tmp_path / "elsewhere")
    tried(desk, other, page)
    desk.press(f"{page}/run")
    seen: list[bool] = []

    def look() -> bool:
        """Let the other host look in between: at first the lease holds, and then it does not."""
        if len(seen) < 2:
            clock.forward(seconds=31 * len(seen))
            seen.append(other.carry())
        return False

    assert replace(carrier, is_stopped=look).carry()
    assert [False, True] == seen
    assert "It is taken in" in desk.page(page)
    assert 25 == len(people(database))
    assert 1 == desk.page(WHERE).count('class="rows__title"')


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_file_that_lay_in_the_folder_is_taken_in_from_there(
    desk: OpenDesk, newsletter: Newsletter, carrier: Carrier, database: Database, application: Application
) -> None:
    """It was brought before files lay in the database."""
    page = bring(desk, newsletter, PEOPLE.encode())
    with database.write() as tx:
        stored = tx.execute(select(import_work.c.stored)).scalar_one()
        data = b"".join(tx.execute(delete(upload_piece).returning(upload_piece.c.data)).scalars())
    folder = application.settings.data_dir / FOLDER
    folder.mkdir()
    (folder / stored).write_bytes(data)
    assert "Take in 2 people" in tried(desk, carrier, page, **{"column-0": "email", "column-1": "name"})
    desk.press(f"{page}/run")
    carrier.carry()

    assert 0 == kept(application)
    assert 2 == len(people(database))
