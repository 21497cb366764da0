"""What somebody looks for."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.archive.query import LONGEST_QUERY, MOST_TERMS, Query, Term, read_query, spaced, unspaced


def test_words_phrases_and_what_must_not_be_there() -> None:
    """As in the search boxes people know."""
    expected = Query(
        (Term("library"), Term("open access"), Term("webinar", is_unwanted=True), Term("two words", is_unwanted=True))
    )

    assert expected == read_query('  library "open access" -webinar -"two words" ')


def test_what_has_no_word_is_not_looked_for() -> None:
    """Signs alone, empty phrases, a minus on its own."""
    assert Query(()) == read_query('— "" - -"!?" *** ()')
    assert Query((Term("open"),)) == read_query('"open')


def test_what_is_not_wanted_alone_is_no_question() -> None:
    """Everything but is no answer."""
    assert read_query("-library").is_empty
    assert read_query("").is_empty
    assert not read_query("a -library").is_empty


def test_signs_without_spaces_are_set_apart_and_together_again() -> None:
    """So that an index that knows no Chinese finds two signs by their order."""
    assert "图 书 馆 in 2020" == spaced("图书馆in 2020")
    assert Query((Term("图 书"),)) == read_query("图书")
    assert "图书馆 in 2020" == unspaced("图 书 馆 in 2020")
    assert "A word and another" == unspaced(spaced("A word and another"))


@given(st.text(max_size=400))
def test_every_text_is_a_question(text: str) -> None:
    """With no more terms and signs than there may be, and no quotation mark in any."""
    terms = read_query(text).terms

    assert len(terms) <= MOST_TERMS
    assert all('"' not in term.text and 0 < len(term.text) <= 2 * LONGEST_QUERY for term in terms)
