"""What a tick does about the archive."""

import pytest

from newsletter.archive import shelf
from newsletter.errors import RenderFailed
from newsletter.issues import draft as drafting
from newsletter.issues import editing
from newsletter.letters.templates import Templates
from newsletter.mail import dispatch
from newsletter.worker import archiving
from tests.newsletter.worker.conftest import START, Stage


def test_what_was_published_is_taken_in_once(stage: Stage) -> None:
    """Article by article, as the letter shows them, with nobody's values in them; a second tick changes nothing."""
    application = stage.application
    with application.database.write() as tx:
        made = drafting.draft_empty(tx, stage.newsletter, "January 2020", START)
        content = "<h2>Hello {{ name }}</h2><p>in {{ town | your town }}.</p>"
        editing.write_letter(tx, made.id, "A word", content, "Ann", START)
    stage.approve(made.id)
    with application.database.write() as tx:
        dispatch.send_issue(tx, made.id, START)
    archiving.fill(application)
    with application.database.read() as tx:
        [kept] = shelf.articles_of(tx, [made.id])[made.id]
        assert () == shelf.waiting(tx)
    archiving.fill(application)

    assert ("a-word", "A word", "Ann") == (kept.slug, kept.title, kept.byline)
    assert "<h4>Hello reader</h4><p>in your town.</p>" == kept.html.replace("\n", "")
    with application.database.read() as tx:
        assert (kept,) == shelf.articles_of(tx, [made.id])[made.id]


def test_no_template_is_asked(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was approved was kept: templates that are broken today hold nothing up, and change nothing."""
    application = stage.application

    def broken(*_: object) -> str:
        raise RenderFailed("issue/body.mjml", "it is broken")

    with application.database.write() as tx:
        made = drafting.draft_empty(tx, stage.newsletter, "January 2020", START)
        editing.write_letter(tx, made.id, "A word", "<p>Hello.</p>", "Ann", START)
    stage.approve(made.id)
    with application.database.write() as tx:
        dispatch.send_issue(tx, made.id, START)
    for name in ("html", "text", "line", "sheet"):
        monkeypatch.setattr(Templates, name, broken)
    archiving.fill(application)

    with application.database.read() as tx:
        assert ["A word"] == [one.title for one in shelf.articles_of(tx, [made.id])[made.id]]
