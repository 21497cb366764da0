"""Who a post is by: what is known is taken, what is supposed is asked about."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.feeds.model import Entry
from newsletter.issues.bylines import Author, Credit, Register, credit, without_first_line
from tests.harness.newsroom import MADE_AT, an_entry, january

ULRIKE = Author(1, 1, "Ulrike Lang", "State Library, Hamburg", "0a1b", ("ulrike", "U. Lang"), MADE_AT)
KNOWN = Register((ULRIKE,))


def entry(title: str, content: str = "<p>Text.</p>", author: str = "webteam") -> Entry:
    """Give an entry as a feed has it before anybody knows its author."""
    return replace(an_entry(title, january(3)), content=content, author=author)


def test_a_title_names_its_author() -> None:
    """The byline stands beside the title from then on, with what stood in brackets."""
    assert Credit("Two boats", "Jane Doe", "University of Oslo") == credit(
        entry("Two boats by Jane Doe (University of Oslo)"), Register()
    )


def test_who_is_known_brings_affiliation_and_portrait() -> None:
    """In the spelling of the register, whatever the post's is."""
    assert Credit("Two boats", "Ulrike Lang", "State Library, Hamburg", "0a1b") == credit(entry("Two boats – U. Lang"), KNOWN)


def test_two_authors_have_no_portrait_of_one() -> None:
    """Nobody would know whose it is."""
    assert Credit("Two boats", "Ulrike Lang, Jane Doe") == credit(entry("Two boats by Ulrike Lang and Jane Doe"), KNOWN)


def test_the_first_line_names_its_author_and_is_not_read_twice() -> None:
    """A paragraph that says nothing else gives way to the byline."""
    text = "<p><em>By Jane Doe, University of Oslo</em></p><p>It rained.</p>"

    found = credit(entry("Two boats", text), Register())

    assert Credit("Two boats", "Jane Doe", "University of Oslo", is_in_text=True) == found
    assert "<p>It rained.</p>" == without_first_line(text)


def test_a_line_within_a_paragraph_stays() -> None:
    """Only what stands alone is taken out."""
    found = credit(entry("Two boats", "<p>By Jane Doe<br>It rained.</p>"), Register())

    assert ("Jane Doe", False) == (found.byline, found.is_in_text)


def test_a_sentence_further_down_is_no_byline() -> None:
    """Names are looked for in the first lines only."""
    assert Credit("Two boats") == credit(entry("Two boats", "<p>a</p><p>b</p><p>c</p><p>By Jane Doe</p>"), Register())


def test_an_account_counts_when_an_editor_said_whose_it_is() -> None:
    """As an alias; the same person's own name as account is only a hint."""
    assert Credit("Two boats", "Ulrike Lang", "State Library, Hamburg", "0a1b") == credit(
        entry("Two boats", author="ulrike"), KNOWN
    )

    found = credit(entry("Two boats", author="Ulrike Lang"), KNOWN)

    assert "" == found.byline
    assert found.suggestion is not None
    assert "Ulrike Lang" == found.suggestion.byline
    assert "posted it" in found.suggestion.why


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (entry("Save the date – Athens Greece"), "the title"),
        (entry("Notes by Lake Geneva"), "the title"),
        (entry("Two boats", "<p>By Springer Nature</p>"), "first lines"),
        (entry("Two boats", author="Almuth Gastinger"), "posted it"),
    ],
)
def test_what_is_only_supposed_is_asked_about(given: Entry, why: str) -> None:
    """Places, bodies and whoever pressed the button stand in no byline until an editor says yes."""
    found = credit(given, Register())

    assert ("", given.title) == (found.byline, found.title)
    assert found.suggestion is not None
    assert why in found.suggestion.why


@pytest.mark.parametrize("author", ["", "admin", "Web Team", "webmaster", "editors", "news@example.org", "IFLA Headquarters"])
def test_accounts_of_nobody_are_not_asked_about(author: str) -> None:
    """A question with every post would be answered by nobody."""
    assert Credit("Two boats") == credit(entry("Two boats", author=author), Register())


@given(st.text(), st.text(), st.text())
def test_any_entry_is_credited_or_not(title: str, content: str, author: str) -> None:
    """Nothing raises, and nobody is both credited and suggested."""
    found = credit(entry(title, content, author), KNOWN)

    assert not (found.byline and found.suggestion)
