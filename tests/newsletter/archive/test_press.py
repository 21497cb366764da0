"""Issues as PDF."""

from datetime import datetime, timedelta

import pytest

from newsletter.archive import errata, pdf, press, prints, shelf, shelving
from newsletter.confined import Child, ChildFailed
from newsletter.database import Database
from newsletter.issues.model import Newsletter
from newsletter.letters.links import Links
from newsletter.letters.templates import Templates, packaged_templates
from tests.harness.chaosfeed import ChaosFeed, Page
from tests.newsletter.archive.conftest import piece, sent

LINKS = Links("https://news.example.org")
# Nothing is laid out by MJML here, so the child that would do it never starts.
TEMPLATES = Templates(packaged_templates(), Child())

needs_weasyprint = pytest.mark.skipif(pdf.available() is not None, reason=str(pdf.available()))


@needs_weasyprint
def test_an_issue_is_printed_once(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """And again when something else would be printed."""
    issue = sent(database, newsletter, now, "January 2020", piece("Staying relevant", "All about it.", "Susan Schnuer"))

    def print_at(hours: int) -> int | None:
        return press.print_next(database, TEMPLATES, LINKS, lambda: now + timedelta(hours=hours))

    assert [issue.id, None] == [print_at(1), print_at(2)]
    with database.read() as tx:
        first = prints.load(tx, issue.id) or b""
        assert frozenset({issue.id}) == prints.printed(tx, [issue.id])
    assert first.startswith(b"%PDF-")
    with database.write() as tx:
        shelf.forget(tx, None)
    shelving.take_in(database, LINKS, lambda: now + timedelta(hours=3))
    assert [issue.id, None] == [print_at(4), print_at(5)]
    with database.read() as tx:
        assert first == prints.load(tx, issue.id)


@needs_weasyprint
def test_the_press_reaches_nothing() -> None:
    """No file, no address, no style from elsewhere (A18, A34)."""
    with ChaosFeed() as chaos, Child() as child:
        bait = chaos.put("/bait.png", Page(b"x", "image/png"))
        html = (
            f'<html lang="en"><title>x</title><link rel="stylesheet" href="{bait}"><style>@import url({bait});'
            f'body {{ background: url("{bait}") }}</style><h1>x</h1><img src="{bait}" alt="x">'
            f'<img src="file:///etc/passwd" alt="x">'
            f'<object data="{bait}"></object><a href="file:///etc/passwd" rel="attachment">y</a>'
        )
        body = pdf.printed(child, html, {}, "x")

        assert [] == chaos.paths
        assert body.startswith(b"%PDF-")
        assert b"root:" not in body


@needs_weasyprint
def test_what_cannot_be_printed_is_written_down(
    database: Database, newsletter: Newsletter, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no link to it, and it is not tried at every tick."""
    issue = sent(database, newsletter, now, "January 2020", piece("Staying relevant", "All about it."))

    def broken(*_: object) -> bytes:
        raise ChildFailed("took longer than 60 seconds")

    monkeypatch.setattr(pdf, "printed", broken)

    def print_at(hours: int) -> int | None:
        return press.print_next(database, TEMPLATES, LINKS, lambda: now + timedelta(hours=hours))

    assert [issue.id, None] == [print_at(1), print_at(2)]
    with database.read() as tx:
        assert frozenset() == prints.printed(tx, [issue.id])
        assert prints.load(tx, issue.id) is None


def test_without_weasyprint_it_is_said_why(
    database: Database, newsletter: Newsletter, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing is printed, nor written down: it is made up for when it is there."""
    sent(database, newsletter, now, "January 2020", piece("Staying relevant", "All about it."))
    monkeypatch.setattr(pdf, "find_spec", lambda _: None)
    pdf.available.cache_clear()
    reason = pdf.available()

    assert reason is not None
    assert "pip install newsletter[pdf]" in reason
    assert press.print_next(database, TEMPLATES, LINKS, lambda: now) is None
    with database.read() as tx:
        assert 1 == len(prints.waiting(tx))
    pdf.available.cache_clear()


def test_what_is_corrected_is_printed_again(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Once, with what was told above what was approved."""
    issue = sent(database, newsletter, now, "January 2020", piece("Staying relevant", "All about it."))
    with database.write() as tx:
        first = press.sheet_of(tx, issue.id, TEMPLATES, LINKS)
        prints.keep(tx, issue.id, first.content_hash, b"%PDF-", "", now + timedelta(hours=1))
        assert () == prints.waiting(tx)
        errata.add(tx, issue.id, "It is on the <14th>.", "The editors", now + timedelta(hours=2))
        assert (issue.id,) == prints.waiting(tx)
        again = press.sheet_of(tx, issue.id, TEMPLATES, LINKS)
        prints.keep(tx, issue.id, again.content_hash, b"%PDF-", "", now + timedelta(hours=3))
        assert () == prints.waiting(tx)

    assert first.content_hash != again.content_hash
    assert "It is on the &lt;14th&gt;." in again.html
    assert again.html.index("14th") < again.html.index("Staying relevant")
