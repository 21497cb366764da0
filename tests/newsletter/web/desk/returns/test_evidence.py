"""The evidence of what came back, at the desk."""

import re
from html import unescape

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues.model import Newsletter
from newsletter.returns.model import Cause, Kind, Reading
from newsletter.staff.permissions import Actor, Role
from newsletter.web.desk.returns import evidence
from subscribers.tokens import Keyring
from tests.harness import returned
from tests.newsletter.web.conftest import Hands, browser_of
from tests.newsletter.web.desk.conftest import OpenDesk
from tests.newsletter.web.desk.returns.conftest import HOSTILE

HERE = "/desk/returns/1"


def raw_of(page: str) -> str:
    """Give the message as the page shows it."""
    found = re.search(r'<pre class="raw"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert found is not None
    return unescape(found[1])


def test_a_message_is_shown_as_text(desk: OpenDesk, letter_id: int) -> None:
    """With what was read in it; a script in its subject is a text (A03)."""
    page = desk.page(HERE)

    assert "The mailbox is full" in page
    assert "552 5.2.2 mailbox full" in page
    assert HOSTILE not in page
    assert f"Subject: {HOSTILE}\n" in raw_of(page)


def test_its_bytes_are_a_file_that_no_browser_opens(desk: OpenDesk, letter_id: int) -> None:
    """As they came, whatever they are."""
    answer = desk.client.get(f"{HERE}.eml")

    assert 200 == answer.status_code
    assert 'attachment; filename="return-1.eml"' == answer.headers["content-disposition"]
    assert ("application/octet-stream", "nosniff") == (answer.headers["content-type"], answer.headers["x-content-type-options"])
    assert f"\r\nSubject: {HOSTILE}\r\n".encode() in answer.content


def test_why_something_is_nobodys_is_said(desk: OpenDesk, letter_id: int) -> None:
    """A mark that our key did not make is something else than none."""
    assert evidence.FOREIGN_MARK in unescape(desk.page("/desk/returns/2"))
    assert evidence.NO_MARK in unescape(desk.page("/desk/returns/3"))
    assert 404 == desk.client.get("/desk/returns/987654").status_code


def test_a_large_message_is_shown_up_to_a_bound(desk: OpenDesk, database: Database, keyring: Keyring, clock: Hands) -> None:
    """Signs that would hide something or turn the text around stand there by their names."""
    strange = "\x00\x1b[2J\u202etxt.exe\x85"
    with database.write() as tx:
        raw = f"Subject: {strange}\r\n\r\n".encode() + b"x" * 300_000
        returned.take(tx, keyring, raw, Reading(Kind.BOUNCE, Cause.UNKNOWN), clock())

    page = desk.page(HERE)
    assert "Its beginning; the file has all of it." in page
    assert raw_of(page).startswith("Subject: \u2400\u241b[2J⟨U+202E⟩txt.exe⟨U+0085⟩\n")
    assert len(raw_of(page)) <= evidence.MOST_SHOWN + 100
    assert len(raw) == len(desk.client.get(f"{HERE}.eml").content)


def test_evidence_is_seen_by_whoever_looks_after_its_people(
    application: Application, newsletter: Newsletter, letter_id: int
) -> None:
    """What is nobody's, by whoever looks after all of them."""
    one = browser_of(application, Actor("Pia", None, {newsletter.id: Role.PUBLISHER}))
    editor = browser_of(application, Actor("Edi", None, {newsletter.id: Role.EDITOR}))

    assert [200, 200, 404] == [one.get(path).status_code for path in (HERE, f"{HERE}.eml", "/desk/returns/2")]
    assert [403, 403] == [editor.get(path).status_code for path in (HERE, f"{HERE}.eml")]
