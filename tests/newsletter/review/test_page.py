"""The letter taken apart: what belongs to which article."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.letters.letter import Draft, LetterKind, SlotName
from newsletter.review.page import Page, read_page

WAY_OUT = "slot" + "0" * 24

LETTER = f"""
<html><head><style>a {{ color: #000 }}</style></head><body>
<a href="{WAY_OUT}">Unsubscribe</a> <a href="#a1">First</a>
<h2 id="s1">Features</h2>
<table><tr><td><img src="https://e.org/1.jpg" alt="One"></td><td><h3 id="a1"><a href="https://e.org/1">First</a></h3>
<p>Words of the first.</p></td></tr></table>
<table><tr><td><h3 id="a2">Second</h3></td></tr></table>
<div><p>All <b>of</b> it: <a href="https://e.org/2"><img src="https://e.org/2.jpg" alt=""> <i>the report</i></a></p>
<!-- [if mso]><p>never read</p> -->
<figure><img src="https://e.org/3.jpg" alt=""><figcaption>A fjord</figcaption></figure></div>
<h2 id="s2">More</h2><a href="https://e.org/more">More of this</a>
<h3 id="a3">Third</h3>
<div>You get this. <a href="{WAY_OUT}">Unsubscribe</a> <a href="https://e.org/social">Elsewhere</a></div>
</body></html>
"""


def page(html: str = LETTER, *article_ids: int) -> Page:
    """Take a letter apart."""
    draft = Draft(
        kind=LetterKind.ISSUE,
        sender_name="",
        sender_address="",
        reply_to="",
        subject="",
        preheader="",
        language="en",
        html=html,
        text="",
        slots={SlotName.UNSUBSCRIBE: WAY_OUT},
        content_hash="",
    )
    return read_page(draft, article_ids or (1, 2, 3))


def test_links_belong_to_the_article_they_stand_in() -> None:
    """What stands around the articles belongs to none: the head, the contents, the titles of sections, the foot."""
    found = {(link.text, link.article_id) for link in page().links}

    assert ("First", 1) in found
    assert ("the report", 2) in found
    assert {("Unsubscribe", None), ("First", None), ("More of this", None), ("Elsewhere", None)} <= found


def test_picture_before_its_title_belongs_to_that_title() -> None:
    """A theme may lay the picture beside the text, and it comes first then."""
    assert [("https://e.org/1.jpg", 1), ("https://e.org/2.jpg", 2), ("https://e.org/3.jpg", 2)] == [
        (picture.src, picture.article_id) for picture in page().pictures
    ]


def test_picture_is_explained_by_words_of_its_link_or_caption() -> None:
    """Then its alternative text may be empty."""
    assert [False, True, True] == [picture.is_explained for picture in page().pictures]


def test_words_of_an_article_are_its_own() -> None:
    """Bold words are no words apart, and comments are none at all."""
    assert "Second\nAll of it: the report\nA fjord" == page().texts[2]


def test_ids_that_are_no_article_of_the_issue_are_none() -> None:
    """An article may bring an id of its own."""
    assert {None} == {link.article_id for link in page(LETTER, 77).links}


@given(st.text(alphabet="<>/=\"' abdhpimg1s!-&;", max_size=200))
def test_any_html_can_be_taken_apart(html: str) -> None:
    """A theme may be as broken as it likes."""
    page(html, 1)
