import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from newsletter.letters.content import Rewritten, finish, rewrite
from newsletter.letters.excerpt import WORDS, cut, cut_at, take_out
from tests.harness.dialect import assert_in_dialect
from tests.harness.hostile import ARTICLES

POST = "https://blog.example.org/post/"


def rewritten(html: str) -> Rewritten:
    """Turn *html* into what a letter can show."""
    article = rewrite(html, POST)
    assert isinstance(article, Rewritten)
    return article


def excerpt(html: str, words: int = WORDS) -> tuple[str, bool]:
    """Give the excerpt of an article, and whether it goes on."""
    article = rewritten(html)
    goes_on = cut(article.root, words)
    return finish(article.root), goes_on


def test_short_article_is_shown_whole() -> None:
    """Nothing is cut where little would be spared."""
    html = "<p>One two <b>three</b>.</p><p>Four five.</p>"

    assert (html, False) == excerpt(html, 5)


def test_sentence_that_ends_in_time_ends_the_excerpt() -> None:
    """A whole sentence reads better than dots."""
    html = "<p>One two three four five six. Seven eight nine ten eleven twelve thirteen fourteen.</p>"

    assert ("<p>One two three four five six.</p>", True) == excerpt(html, 10)


@pytest.mark.parametrize("ending", ["Dr. Ada", "e.g. on", "J. Doe", "3.5 percent", "No. seven", "end. of"])
def test_abbreviation_is_no_sentence(ending: str) -> None:
    """A full stop alone says little."""
    html = f"<p>One two three four five six {ending} seven eight nine ten eleven twelve thirteen.</p>"

    assert "<p>One two three four five six " + ending + " seven eight…</p>" == excerpt(html, 10)[0]


def test_words_are_never_cut_and_lists_are_closed() -> None:
    """The excerpt is well-formed, whatever it stops in."""
    html = "<ul><li>one, two, <a href='https://x.example'>three four</a></li><li>five</li></ul><p>six seven eight nine</p>"

    assert ('<ul><li>one, two, <a href="https://x.example">three…</a></li></ul>', True) == excerpt(html, 3)


def test_pictures_tables_and_headings_are_left_out_and_counted_as_more() -> None:
    """The reader learns that the article goes on."""
    picture = '<figure><img src="https://x.example/a" alt="A"></figure>'
    html = f"<h4>Head</h4><p>Few words.</p>{picture}<table><tr><th>A</th><th>B</th></tr><tr><td>1</td><td>2</td></tr></table>"

    assert ("<p>Few words.</p>", True) == excerpt(html)


def test_text_without_spaces_is_counted_by_characters() -> None:
    """Chinese, Japanese and Korean put no spaces between words."""
    html = "<p>" + "図書館は本を集める場所であり、人々が集う場所でもある。" * 10 + "</p>"

    shown, goes_on = excerpt(html, 30)

    assert goes_on
    assert 40 <= len(shown) <= 80


def test_nothing_comes_of_nothing() -> None:
    """An empty article has an empty excerpt."""
    assert ("", False) == excerpt("")


@given(
    st.lists(
        st.sampled_from(["<p>", "</p>", "<b>", "</b>", "<ul><li>", "</li></ul>", "word ", "End. ", "図書館", "x"]), max_size=80
    ),
    st.integers(1, 30),
)
def test_excerpt_is_a_beginning(pieces: list[str], words: int) -> None:
    """The excerpt says nothing that the article does not begin with."""
    whole = re.sub(r"\s+", "", rewritten("".join(pieces)).root.text())

    shown = LexborHTMLParser(excerpt("".join(pieces), words)[0]).body

    assert shown is not None
    assert whole.startswith(re.sub(r"\s+|…$", "", shown.text()))


def test_numbers_of_footnotes_are_left_out() -> None:
    """Their notes are not in the excerpt; other raised words stay, and nothing is missed."""
    html = "<p>Water<sup>[1]</sup> H<sup>2</sup>O flows.</p>"

    assert ("<p>Water H<sup>2</sup>O flows.</p>", False) == excerpt(html)


@pytest.mark.parametrize(
    ("beside", "goes_on"),
    [
        ('<img src="/a.jpg" alt="A hall">', True),
        ('<img src="/a.jpg" alt="">', False),
        ('<figure><img src="/a.jpg" alt=""></figure>', True),
        ("<h2>Head</h2>", True),
        ("<h2>&nbsp;</h2>", False),
        ("<figure> </figure>", False),
        ("<pre></pre>", True),
        ("<!-- remark -->", False),
        ("<title>Hidden</title>", False),
    ],
)
def test_article_goes_on_with_what_a_reader_would_see(beside: str, *, goes_on: bool) -> None:
    """An empty headline or an ornament is worth no "Read more"."""
    assert ("<p>Few words.</p>", goes_on) == excerpt(f"<p>Few words.</p>{beside}")


def test_words_that_are_not_shown_are_not_counted() -> None:
    """Remarks and unknown tags split no word, and hidden words are none."""
    html = "<p>o<!-- x -->ne <x-y>t</x-y>wo<title>three four five</title> six.</p>"

    assert ("<p>one two six.</p>", False) == excerpt(html, 3)


def test_emptied_blocks_go() -> None:
    """What stood around a picture alone would be a gap."""
    assert "" == excerpt('<p dir="ltr"><a href="/x"><img src="/a.jpg" alt="A"></a></p>')[0]


def test_text_before_a_mark_is_closed_properly() -> None:
    """Nothing before it is nothing to show, and then the tree stays as it is."""
    broken, unbroken = (rewritten(html) for html in ("<ul><li>a</li><li><b>b|c</b>d</li></ul><p>e</p>", "<p><br>|a</p>"))

    assert cut_at(broken.root, "|")
    assert "<ul><li>a</li><li><b>b</b></li></ul>" == finish(broken.root)
    assert not cut_at(unbroken.root, "|")
    assert not cut_at(unbroken.root, "no such mark")
    assert "<p><br>|a</p>" == finish(unbroken.root)


def test_mark_is_taken_out_of_the_words() -> None:
    """Where nobody cuts at it, it is no word."""
    article = rewritten("<p>a | b|c</p><p>|</p>")

    take_out(article.root, "|")

    assert "<p>a  bc</p>" == finish(article.root)


# On a busy machine any of them may take long.
@settings(deadline=None)
@given(ARTICLES, st.integers(1, 60))
def test_sanitising_an_excerpt_changes_nothing(html: str, words: int) -> None:
    """It is cut before it is sanitised, and the sanitiser has the last word, as with a whole article."""
    shown, _ = excerpt(html, words)

    assert_in_dialect(shown)
