"""Words and their colours, in light and in dark."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.review.contrast import Colour, ratio, read_colour
from newsletter.review.painted import Paint, painted
from newsletter.review.sheets import Rule, read_style, rules
from tests.newsletter.review.test_page import page

WHITE, BLACK = Colour(1, 1, 1), Colour(0, 0, 0)


def paints(html: str, *, is_dark: bool = False) -> dict[str, Paint]:
    """Give the paint of each piece of words."""
    return {words.text: words.paint for words in painted(page(html), is_dark=is_dark)}


def colours(html: str, *, is_dark: bool = False) -> dict[str, tuple[str, str]]:
    """Give colour and ground of each piece of words."""
    return {text: (paint.text.words, paint.ground.words) for text, paint in paints(html, is_dark=is_dark).items()}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("#0f5c63", "#0f5c63"),
        ("#FFF", "#ffffff"),
        ("rgb(255, 0,0)", "#ff0000"),
        ("rgba(0 0 0 / 50%)", "#000000"),
        ("Navy", "#000080"),
        ("#0f5c6380", "#0f5c63"),
    ],
)
def test_colours_are_read(text: str, words: str) -> None:
    """As style sheets write them."""
    colour = read_colour(text)

    assert colour is not None
    assert words == colour.words


@pytest.mark.parametrize("text", ["", "transparent", "inherit", "#12345", "var(--ink)", "rgb(a, b, c)", "hotdog"])
def test_what_is_no_colour_is_none(text: str) -> None:
    """Nobody guesses."""
    assert read_colour(text) is None


def test_contrast_is_that_of_wcag() -> None:
    """Black on white is 21, a colour on itself 1, #767676 on white just enough."""
    grey = read_colour("#767676")
    assert grey is not None

    assert 21 == pytest.approx(ratio(BLACK, WHITE))
    assert 1 == pytest.approx(ratio(grey, grey))
    assert 4.54 == pytest.approx(ratio(grey, WHITE), abs=0.01)
    assert ratio(Colour(0, 0, 0, 0.5), WHITE) == pytest.approx(ratio(Colour(0.5, 0.5, 0.5), WHITE))


def test_colours_are_inherited_and_overwritten() -> None:
    """By the style of an element, by its attributes, never by what is not shown."""
    html = (
        '<body style="background-color:#eee"><table bgcolor="#000000"><tr><td style="color:#fff">one '
        '<b style="color:#ff0000">two</b></td></tr></table><p style="background:#123456 none;font-size:24px">three</p>'
        '<p style="display:none">four</p></body>'
    )

    assert {
        "one": ("#ffffff", "#000000"),
        "two": ("#ff0000", "#000000"),
        "three": ("#000000", "#123456"),
    } == colours(html)
    assert (True, True) == (paints(html)["two"].is_bold, paints(html)["three"].is_large)


DRESS = """<head><style>
p { color: #111111 }
@media (prefers-color-scheme: dark) {
  body { background-color: #101010 !important }
  .ink p, .ink b { color: #eeeeee !important }
  .sheet { background: #202020 !important }
  #one { color: #cccccc !important }
  p { color: #777777 !important }
}
</style></head>"""


def test_dark_dress_is_put_on_by_its_selectors() -> None:
    """The more specific one wins; `background` takes the place of a colour that was set beside it."""
    html = (
        f'<html>{DRESS}<body><div class="ink"><p id="one">one</p><p>two</p></div><p>three</p>'
        '<div class="sheet" style="background:#fff;background-color:#fff"><i style="color:#23201c">four</i></div></body></html>'
    )

    assert {
        "one": ("#cccccc", "#101010"),
        "two": ("#eeeeee", "#101010"),
        "three": ("#777777", "#101010"),
        "four": ("#23201c", "#202020"),
    } == colours(html, is_dark=True)


def test_letter_without_a_dark_dress_is_looked_at_in_light_only() -> None:
    """Programs that darken it by themselves do it each in their own way."""
    assert {} == colours("<p>one</p>", is_dark=True)


def test_words_on_a_picture_have_no_ground_that_anybody_knows() -> None:
    """Nothing is said about them."""
    assert not paints('<div style="background-image:url(a.jpg)">one</div>')["one"].is_known


def test_rules_know_what_they_stand_in() -> None:
    """Comments, at-rules without a block and unclosed braces do no harm."""
    sheet = "@import url(a.css); a { b: c } /* x { y: z } */ @media print { @supports (d: e) { f { g: h } } } i { j: k"

    assert [
        Rule((), "a", " b: c "),
        Rule(("@media print", "@supports (d: e)"), "f", " g: h "),
    ] == list(rules(sheet))
    assert {"a": "2", "b": "c:d"} == read_style("a:1;b: c:d ;;a : 2;nonsense")


@given(st.text(alphabet="{}@;:/*ab(). ", max_size=100))
def test_any_style_sheet_is_read(sheet: str) -> None:
    """A theme of somebody's own may hold anything."""
    for rule in rules(sheet):
        read_style(rule.declarations)
