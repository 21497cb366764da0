"""Entries made fit to be kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feeds.cleaning import LONGEST_GUID, Found, clean, fingerprint, without_repetitions
from newsletter.feeds.dates import NO_DATE, Dated
from newsletter.feeds.model import Enclosure
from subscribers.oneline import is_one_line

MOMENT = datetime(2020, 1, 24, 10, tzinfo=UTC)
FOUND = Found(
    guid="g1",
    link="/one",
    base="https://x.org/",
    title="One",
    authors=("Ann",),
    published=Dated(MOMENT),
    updated_at=None,
    categories=(),
    enclosures=(),
    summary="",
    content="<p>Words</p>",
)


# Halves of surrogate pairs and NUL, too: JSON can spell them.
_ANYTHING = st.text(st.characters(codec=None))


@given(_ANYTHING, _ANYTHING, _ANYTHING, st.lists(_ANYTHING, max_size=4))
def test_whatever_is_found_can_be_kept(guid: str, link: str, text: str, more: list[str]) -> None:
    """No field of an entry breaks a line, an index or the cleaning itself."""
    words = tuple(more)
    found = replace(FOUND, guid=guid, link=link, title=text, authors=words, categories=words, content=text, summary=text)
    entry = clean(found, frozenset())

    assert 0 < len(entry.guid) <= max(LONGEST_GUID, 71)
    assert entry.title
    assert all(map(is_one_line, (entry.title, entry.feed_title, entry.author, entry.guid, entry.permalink, *entry.categories)))
    # SQLite takes no half of a pair, PostgreSQL no NUL.
    kept = f"{entry.content} {entry.summary} {entry.title} {entry.guid} {entry.permalink}"
    assert kept.encode("utf-8")
    assert "\0" not in kept


def test_identity_falls_back_to_the_address_then_to_what_it_is() -> None:
    """The same entry has the same identity every time, whatever is missing."""
    with_link = clean(replace(FOUND, guid=""), ())
    with_nothing = clean(replace(FOUND, guid="", link=""), ())

    assert "https://x.org/one" == with_link.guid
    assert with_nothing.guid.startswith("sha256:")
    assert with_nothing.guid == clean(replace(FOUND, guid="", link="", content="<p>Mended</p>"), ()).guid
    assert clean(replace(FOUND, guid="x" * 501), ()).guid.startswith("sha256:")


def test_undated_entry_without_any_identity_keeps_it_on_another_day() -> None:
    """The moment of first sight is no part of what an entry is."""
    found = replace(FOUND, guid="", link="", published=Dated(MOMENT, NO_DATE))
    later = replace(found, published=Dated(MOMENT + timedelta(days=1), NO_DATE))

    assert clean(found, ()).guid == clean(later, ()).guid


@pytest.mark.parametrize(
    ("before", "after", "is_edit"),
    [
        ("<p>Words</p>", "<p>Other words</p>", True),
        ("<p>Words</p>", '<p class="x">\n Words </p>', False),
        ('<a href="/a">x</a>', '<a href="/b">x</a>', True),
        ('<a href="/a?v=1">x</a>', '<a href="/a?v=2">x</a>', False),
        ('<img src="a-300.jpg">', '<img src="a-600.jpg">', False),
        ("caf&eacute;", "café", False),
    ],
)
def test_fingerprint_notices_edits_only(before: str, after: str, *, is_edit: bool) -> None:
    """Words and links count; markup, sizes and counters do not."""
    assert is_edit == (fingerprint("t", before, "") != fingerprint("t", after, ""))


def test_fingerprint_does_not_depend_on_dates() -> None:
    """A post that was only re-dated is no revision."""
    redated = replace(FOUND, published=Dated(MOMENT + timedelta(days=3)), updated_at=MOMENT)

    assert clean(FOUND, ()).fingerprint == clean(redated, ()).fingerprint


def test_known_names_help_with_doubtful_titles() -> None:
    """Who has written before is recognised after a dash."""
    found = replace(FOUND, title="Mentoring – Ulrike Lang")

    assert ("Mentoring – Ulrike Lang", "") == (clean(found, ()).title, clean(found, ()).byline)
    assert ("Mentoring", "Ulrike Lang") == (clean(found, {"Ulrike Lang"}).title, clean(found, {"Ulrike Lang"}).byline)


def test_repetitions_are_dropped() -> None:
    """One post under two identities is told by its title and moment; a date without a time tells nothing."""
    entry = clean(FOUND, ())
    moved = clean(replace(FOUND, guid="g2", link="/two"), ())
    other = clean(replace(FOUND, guid="g3", title="Other"), ())
    midnight = Dated(MOMENT.replace(hour=0))
    vague = [clean(replace(FOUND, guid=guid, published=midnight), ()) for guid in ("g4", "g5")]

    assert ["g1", "g3", "g4", "g5"] == [kept.guid for kept in without_repetitions([entry, entry, moved, other, *vague])]


def test_enclosures_are_whole_and_of_the_web() -> None:
    """Relative to the post, each once, nothing that could run."""
    found = replace(
        FOUND,
        enclosures=(Enclosure("a.pdf", "application/pdf\n", 7), Enclosure("/a.pdf", "", 0), Enclosure("javascript:x", "", 0)),
    )

    assert (Enclosure("https://x.org/a.pdf", "application/pdf", 7),) == tuple(
        replace(enclosure, media_type="application/pdf", length=7) for enclosure in clean(found, ()).enclosures
    )
