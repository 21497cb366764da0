from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from newsletter.confined import Child
from newsletter.database import Database
from newsletter.errors import BadValue, ImageNotFound, InUse
from newsletter.images import library, store
from newsletter.images.model import Facts, Focus, Image
from newsletter.issues import contents, draft
from newsletter.issues.model import SectionKind, SectionPlan, Show
from newsletter.letters import store as letters
from newsletter.letters.letter import Draft, LetterKind
from tests.harness.drawn import photo
from tests.harness.newsroom import a_newsletter

AT = "https://news.example.org/images/"


def add(database: Database, child: Child, now: datetime, width: int = 90, alt: str = "", credit: str = "") -> Image:
    """Take a picture into the library."""
    return library.add(database, child, lambda: now, photo(width, 60), Facts("chair.jpg", alt=alt, credit=credit))


def a_letter(html: str) -> Draft:
    """Give a letter of this HTML."""
    return Draft(
        kind=LetterKind.ISSUE,
        sender_name="The Section",
        sender_address="news@example.org",
        reply_to="",
        subject="January",
        preheader="",
        language="en",
        html=html,
        text="",
        slots={},
        content_hash="0",
    )


def test_upload_is_kept_with_what_is_said_of_it(database: Database, child: Child, now: datetime) -> None:
    """On one line, whatever was typed."""
    added = add(database, child, now, alt="The Chair\nat her desk", credit="Photo: Ann")
    with database.read() as tx:
        listed = store.library(tx)
        media_type, data = store.content(tx, added.key)

    assert (added,) == listed
    assert ("The Chair at her desk", "Photo: Ann", "image/jpeg") == (added.facts.alt, added.facts.credit, media_type)
    assert (90, 60, len(data)) == (added.width, added.height, added.size)


def test_same_picture_is_kept_once(database: Database, child: Child, now: datetime) -> None:
    """And stays as it was described first."""
    first = add(database, child, now, alt="One")
    again = add(database, child, now + timedelta(days=1), alt="Two")

    assert first == again


def test_picture_that_came_with_a_post_can_be_chosen(database: Database, child: Child, now: datetime) -> None:
    """Then it is described, and listed."""
    with database.write() as tx:
        made = library._made(child, photo(90, 60), Facts("post.jpg"))  # noqa: SLF001 -- as a fetch has it made
        key = store.keep(tx, made, Facts("post.jpg", source="https://blog.example.org/post.jpg"), now)
        assert () == store.library(tx)
    added = add(database, child, now, alt="Chosen")

    assert (key, "Chosen", True) == (added.key, added.facts.alt, added.facts.is_chosen)


def test_file_that_is_no_picture_is_refused(database: Database, child: Child, now: datetime) -> None:
    """In words for whoever chose it."""
    with pytest.raises(BadValue, match=r"notes\.txt: is no JPEG"):
        library.add(database, child, lambda: now, b"notes", Facts("notes.txt"))


def test_image_is_found_by_the_beginning_of_its_key(database: Database, child: Child, now: datetime) -> None:
    """As long as no other begins so."""
    added = add(database, child, now)
    with database.read() as tx:
        assert added == store.find(tx, added.key[:8])
        for unknown in ("", "%", "zz", added.key + "0"):
            with pytest.raises(ImageNotFound):
                store.find(tx, unknown)


def test_another_focus_cuts_another_card(database: Database, child: Child, now: datetime) -> None:
    """The image itself stays what it is."""
    added = add(database, child, now, width=300)
    edited = library.edit(database, child, lambda: now, added.key, replace(added.facts, focus=Focus(0, 500), alt="Left"))
    with database.read() as tx:
        hosted = store.shelf(tx, 0, [added.key], AT).by_key[added.key]

    assert (added.key, "Left", Focus(0, 500)) == (edited.key, edited.facts.alt, edited.facts.focus)
    assert hosted.src == AT + added.file
    assert hosted.card not in {"", hosted.src}


def test_image_that_is_needed_is_not_removed(database: Database, child: Child, now: datetime) -> None:
    """Neither what a frozen letter shows, nor what somebody chose for an article."""
    shown, chosen, free = (add(database, child, now, width=width) for width in (90, 96, 99))
    with database.write() as tx:
        issue = draft.draft_empty(tx, a_newsletter(tx), "An issue", now)
        letters.freeze(tx, a_letter(f'<img src="{AT}{shown.file}">'), now, newsletter_id=None, issue_id=issue.id, list_id=None)
        section = contents.add_section(tx, issue.id, SectionPlan("News", SectionKind.ARTICLES))
        article = contents.add_article(tx, issue.id, section, contents.Text("A", "", Show.FULL))
        contents.save_article(tx, replace(contents.article_of(tx, issue.id, article), portrait=chosen.key))
    with pytest.raises(InUse, match="1 letter that was frozen"), database.write() as tx:
        store.remove(tx, shown.key)
    with pytest.raises(InUse, match="1 article"), database.write() as tx:
        store.remove(tx, chosen.key)
    with database.write() as tx:
        store.remove(tx, free.key)

        assert {shown.key, chosen.key} == {one.key for one in store.library(tx)}


def test_card_goes_with_its_image(database: Database, child: Child, now: datetime) -> None:
    """Unless a letter shows it."""
    added = add(database, child, now, width=300)
    with database.write() as tx:
        card = store.shelf(tx, 0, [added.key], AT).by_key[added.key].card
        store.remove(tx, added.key)
        with pytest.raises(ImageNotFound):
            store.content(tx, card.removeprefix(AT).partition(".")[0])
