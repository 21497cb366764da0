import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from newsletter.letters import plaintext
from newsletter.letters.content import Fit, make_fit
from newsletter.letters.excerpt import Excerpt, before, take
from tests.harness.hostile import ARTICLES


def test_short_article_is_shown_whole() -> None:
    """Nothing is cut where little would be spared."""
    html = "<p>One two <b>three</b>.</p><p>Four five.</p>"

    assert Excerpt(html, is_cut=False) == take(html, 5)


def test_sentence_that_ends_in_time_ends_the_excerpt() -> None:
    """A whole sentence reads better than dots."""
    html = "<p>One two three four five six. Seven eight nine ten eleven twelve thirteen fourteen.</p>"

    assert Excerpt("<p>One two three four five six.</p>", is_cut=True) == take(html, 10)


@pytest.mark.parametrize("ending", ["Dr. Ada", "e.g. on", "J. Doe", "3.5 percent", "No. seven", "end. of"])
def test_abbreviation_is_no_sentence(ending: str) -> None:
    """A full stop alone says little."""
    html = f"<p>One two three four five six {ending} seven eight nine ten eleven twelve thirteen.</p>"

    assert "<p>One two three four five six " + ending + " seven eight…</p>" == take(html, 10).html


def test_words_are_never_cut_and_lists_are_closed() -> None:
    """The excerpt is well-formed, whatever it stops in."""
    html = "<ul><li>one, two, <a href='https://x.example'>three four</a></li><li>five</li></ul><p>six seven eight nine</p>"

    assert Excerpt('<ul><li>one, two, <a href="https://x.example">three…</a></li></ul>', is_cut=True) == take(html, 3)


def test_pictures_tables_and_headings_are_left_out_and_counted_as_more() -> None:
    """The reader learns that the article goes on."""
    picture = '<figure><img src="https://x.example/a" alt="A"></figure>'
    html = f"<h4>Head</h4><p>Few words.</p>{picture}<table><tr><td>1</td></tr></table>"

    assert Excerpt("<p>Few words.</p>", is_cut=True) == take(html)


def test_text_without_spaces_is_counted_by_characters() -> None:
    """Chinese, Japanese and Korean put no spaces between words."""
    html = "<p>" + "図書館は本を集める場所であり、人々が集う場所でもある。" * 10 + "</p>"

    shown = take(html, 30)

    assert shown.is_cut
    assert 40 <= len(shown.html) <= 80


def test_nothing_comes_of_nothing() -> None:
    """An empty article has an empty excerpt."""
    assert Excerpt("", is_cut=False) == take("")


@given(
    st.lists(
        st.sampled_from(["<p>", "</p>", "<b>", "</b>", "<ul><li>", "</li></ul>", "word ", "End. ", "図書館", "x"]), max_size=80
    ),
    st.integers(1, 30),
)
def test_excerpt_is_a_beginning(pieces: list[str], words: int) -> None:
    """The excerpt says nothing that the article does not begin with."""
    html = LexborHTMLParser("".join(pieces)).body
    assert html is not None
    whole = re.sub(r"\s+", "", html.text())

    shown = LexborHTMLParser(take(html.inner_html or "", words).html).body

    assert shown is not None
    assert whole.startswith(re.sub(r"\s+|…$", "", shown.text()))


def test_numbers_of_footnotes_are_left_out() -> None:
    """Their notes are not in the excerpt; other raised words stay."""
    assert "<p>Water H<sup>2</sup>O flows.</p>" == take("<p>Water<sup>[1]</sup> H<sup>2</sup>O flows.</p>").html


def test_text_before_a_mark_is_closed_properly() -> None:
    """Nothing before it is nothing."""
    assert "<ul><li>a</li><li><b>b</b></li></ul>" == before("<ul><li>a</li><li><b>b|c</b>d</li></ul><p>e</p>", "|")
    assert "" == before("<p>|a</p>", "|")


# On a busy machine any of them may take long.
@settings(deadline=None)
@given(ARTICLES, st.integers(1, 60))
def test_tree_of_an_excerpt_reads_as_its_html(html: str, words: int) -> None:
    """The plain text is written of the tree at hand, and is what the excerpt's HTML would have given."""
    fit = make_fit(html, "https://blog.example.org/post/")
    assume(isinstance(fit, Fit))
    assert isinstance(fit, Fit)

    shown = take(fit.html, words)

    assert shown.root is None or plaintext.write_tree(shown.root) == plaintext.write(shown.html)
