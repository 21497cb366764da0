"""What is brought to the desk as a file, and is something else, too much, or nothing (W08, A32, A33)."""

import io
import zipfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues.model import Issue, Newsletter
from newsletter.people.carrying import FOLDER
from newsletter.tables.images import image
from newsletter.web.desk.people import imports
from newsletter.web.desk.people.suppressions import HERE as KEPT_OUT
from newsletter.web.porter import Porter
from subscribers import directory
from subscribers.narrowing import Wanted
from tests.harness.drawn import bomb, moving, photo
from tests.harness.workbooks import a_workbook, packed
from tests.newsletter.web.desk.conftest import OpenDesk

# The rows are tried on both databases where they are made (tests/newsletter/images, tests/subscribers).
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

SCRIPT = b"<html><script>alert('payload')</script>"
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "payload"><!ENTITY b SYSTEM "file:///etc/passwd">]>'

# Names that browsers send, and programs that are no browser.
NAMES = (
    "../../../etc/cron.d/payload.png",
    "C:\\payload\\x.jpg",
    "gpj.\u202egnp.exe",
    'a";\r\nX-Payload: 1\r\n.png',
    "p" * 200 + ".csv",
    "<script>alert('payload')</script>.html",
    "\x00.jpg",
    ".",
    "",
)


def zipped(name: str, data: bytes) -> bytes:
    """Give an archive of one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def with_payload(kind: str) -> bytes:
    """Give a picture that says a page of itself."""
    exif = Image.Exif()
    exif[0x010E] = SCRIPT.decode()
    return photo(80, 60, kind, exif=exif, comment=SCRIPT)


# Pictures that are something else besides.
DOUBLED: Mapping[str, Callable[[], bytes]] = {
    "GIF and a page": lambda: moving() + SCRIPT,
    "GIF and a script": lambda: moving().replace(b"GIF89a", b"GIF89a", 1) + b"*/=1;alert('payload')//",
    "JPEG and an archive": lambda: photo() + zipped("payload.class", SCRIPT),
    "PNG and a page": lambda: photo(kind="PNG") + SCRIPT,
    "PNG and a workbook": lambda: photo(kind="PNG") + a_workbook([["email"], ["payload@example.org"]]),
    "JPEG that says a page of itself": lambda: with_payload("JPEG"),
    "WebP that says a page of itself": lambda: with_payload("WEBP"),
}

# What no picture is.
NO_PICTURES: Mapping[str, Callable[[], bytes]] = {
    "SVG": lambda: b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>1</script></svg>',
    "SVG with entities": lambda: ENTITIES + b"<svg xmlns='http://www.w3.org/2000/svg'>&a;&b;</svg>",
    "a page": lambda: SCRIPT,
    "a page behind half a picture": lambda: photo(kind="PNG")[:60] + SCRIPT,
    "PDF": lambda: b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>",
    "PostScript": lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 99 99\n(%pipe%id) (r) file\n",
    "an icon": lambda: b"\0\0\1\0\1\0\1\1\0\0\1\0\x20\0\x30\0\0\0\x16\0\0\0",
    "fifty thousand pixels each way": lambda: bomb(50_000, 50_000),
    "one row of a billion": lambda: bomb(8, 8).replace((8).to_bytes(4, "big") * 2, (2**31 - 1).to_bytes(4, "big") * 2, 1),
    "half a JPEG": lambda: photo(640, 480)[:400],
    "half a PNG": lambda: photo(64, 48, "PNG")[:50],
    "a name alone": lambda: b"\x89PNG\r\n\x1a\n",
    "an archive": lambda: zipped("x.png", photo()),
    "noise": lambda: bytes(range(256)) * 40,
}

# What is no list of people, or more than one.
NO_LISTS: Mapping[str, Callable[[], bytes]] = {
    "a picture": photo,
    "an archive that climbs": lambda: packed({"../../../../tmp/payload": SCRIPT, "xl/workbook.xml": b"<workbook/>"}),
    "an archive of a gigabyte": lambda: packed({"xl/workbook.xml": b"<workbook>" + b" " * 150_000_000}),
    "a workbook with entities": lambda: a_workbook([["email"]], parts={"xl/worksheets/sheet1.xml": ENTITIES + b"<a>&b;</a>"}),
    "a workbook whose sheet climbs": lambda: a_workbook(
        [["email"]],
        parts={
            "xl/_rels/workbook.xml.rels": b'<Relationships><Relationship Id="r1" Target="../../../etc/passwd"/></Relationships>'
        },
    ),
    "half a workbook": lambda: a_workbook([["email"], ["payload@example.org"]])[:-40],
    "a page": lambda: SCRIPT,
    "NUL": lambda: b"\0" * 5_000,
    "one line without end": lambda: b"email," + b"x" * 3_000_000,
    "quotes without end": lambda: b'email\n"' + b"a@b.c\n" * 50_000,
}


def pictures(database: Database) -> list[bytes]:
    """Give every picture and card that is kept."""
    with database.read() as tx:
        rows = tx.execute(select(image)).mappings().all()
    return [value for row in rows for value in row.values() if isinstance(value, bytes)]


@pytest.fixture
def add(desk: OpenDesk, ready: Issue) -> Callable[[str, bytes], tuple[int, str]]:
    """Bring a picture to a text, as its page does."""
    article = ready.section_called("Division Chair letter").articles[0]
    address = f"/desk/issues/{ready.id}/articles/{article.id}/pictures"

    def sent(name: str, data: bytes) -> tuple[int, str]:
        form = {"csrf": desk.csrf, "alt": "The hall"}
        answer = desk.client.post(address, data=form, files={"file": (name, data, "image/png")})
        return answer.status_code, answer.text

    return sent


@pytest.mark.parametrize("kind", DOUBLED)
def test_a_picture_that_is_two_things_becomes_one(
    desk: OpenDesk, database: Database, add: Callable[[str, bytes], tuple[int, str]], kind: str
) -> None:
    """It is drawn anew, and given back as a picture and under no other kind, whatever it was called."""
    status, shown = add("page.html", DOUBLED[kind]())
    [source] = {one.attributes["src"] or "" for one in LexborHTMLParser(shown).css("img")}
    answer = desk.client.get(source)

    assert 200 == status
    assert [] == [one for one in pictures(database) if b"payload" in one or b"<script" in one]
    assert answer.headers["content-type"] in {"image/png", "image/jpeg"}
    assert ("nosniff", "default-src 'none'; sandbox") == (
        answer.headers["x-content-type-options"],
        answer.headers["content-security-policy"],
    )
    assert not zipfile.is_zipfile(io.BytesIO(answer.content))
    assert 404 == desk.client.get(f"{source.rpartition('.')[0]}.html").status_code


@pytest.mark.parametrize("kind", NO_PICTURES)
def test_what_is_no_picture_is_kept_nowhere(
    desk: OpenDesk, database: Database, ready: Issue, add: Callable[[str, bytes], tuple[int, str]], kind: str
) -> None:
    """By whichever form it comes; it is said in words what is wrong."""
    data, article = NO_PICTURES[kind](), ready.articles[-1]
    status, shown = add("hall.png", data)
    composed = desk.client.post(
        f"/desk/issues/{ready.id}/compose/articles/{article.id}",
        data={"csrf": desk.csrf, "version": str(ready.version), "title": "Another title"},
        files={"file": ("hall.png", data, "image/png")},
    )

    assert (422, True) == (status, "field__error" in shown)
    assert 422 == composed.status_code
    assert "picture" in composed.text
    assert [] == pictures(database)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_file_is_called_opens_nothing(
    desk: OpenDesk,
    newsletter: Newsletter,
    application: Application,
    add: Callable[[str, bytes], tuple[int, str]],
    name: str,
) -> None:
    """It is told, in one line that reads as it is written, and no file is named by it."""
    add(name, photo())
    form = {"csrf": desk.csrf, "list": str(newsletter.list_id)}
    for where, form_of in ((imports.HERE, form), (f"{KEPT_OUT}/files", form | {"reason": "bounced"})):
        answer = desk.client.post(where, data=form_of, files={"file": (name, b"email\neva@example.org\n")})
        if answer.status_code != 303:
            # A name of nothing makes it a field, and no file.
            assert 422 == answer.status_code
            continue
        page = desk.client.get(answer.headers["location"])
        told = page.text.partition("<main")[2]
        assert (200, None) == (page.status_code, page.headers.get("x-payload"))
        assert not {"\u202e", "<script>alert", "\r"} & {sign for sign in ("\u202e", "<script>alert", "\r") if sign in told}
    kept = [path.name for path in application.settings.data_dir.rglob("*")]

    assert [] == [one for one in kept if "payload" in one or "ppp" in one]


@pytest.mark.parametrize("kind", NO_LISTS)
@pytest.mark.parametrize("where", ["people", "kept out"])
def test_what_is_no_list_takes_nobody_in(
    desk: OpenDesk, newsletter: Newsletter, application: Application, database: Database, kind: str, where: str
) -> None:
    """It is refused in words on its page, before and behind its trial; nothing is unpacked, and nobody is known by it."""
    address = imports.HERE if where == "people" else f"{KEPT_OUT}/files"
    form = {"csrf": desk.csrf, "list": str(newsletter.list_id)} | ({} if where == "people" else {"reason": "bounced"})
    answer = desk.client.post(address, data=form, files={"file": ("people.xlsx", NO_LISTS[kind]())})
    assert 303 == answer.status_code
    page = answer.headers["location"]
    assert 200 == desk.client.get(page).status_code
    desk.client.post(f"{page}/try", data={"csrf": desk.csrf, "basis": "On paper.", "consent": "confirmed"})
    Porter(application).carrier.carry()
    seen = desk.page(page)

    assert "root:" not in seen
    with database.read() as tx:
        assert () == directory.look(tx, Wanted()).people
    assert 1 == len(list((application.settings.data_dir / FOLDER).iterdir()))


def test_two_at_once_are_both_kept(database: Database, add: Callable[[str, bytes], tuple[int, str]]) -> None:
    """The same picture is one, another is another, and a bomb beside them spoils neither."""
    sent = [photo(), photo(), photo(90, 60), bomb(50_000, 50_000)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda data: add("hall.jpg", data)[0], sent))
    with database.read() as tx:
        kept = tx.execute(select(image.c.key).where(image.c.is_chosen)).all()

    assert [200, 200, 200, 422] == answers
    assert 2 == len(kept)
