import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.letters.mjmlcheck import faults_of
from newsletter.letters.mjmlrules import ATTRIBUTES, CHILDREN


def column(inside: str) -> str:
    """Give a letter with *inside* in its one column."""
    return f"<mjml><mj-body><mj-section><mj-column>{inside}</mj-column></mj-section></mj-body></mjml>"


HEAD = (
    "<mjml><mj-head><mj-attributes><mj-all padding='0' /><mj-image padding=\"0\" /></mj-attributes>"
    "<mj-style>a > b { color: red } @media (min-width: 1px) { p < q {} }</mj-style><mj-title>T</mj-title>"
    "<mj-raw><!--[if mso]><style>p { x: y }</style><![endif]--><meta name='a' content='b'></mj-raw></mj-head>"
    "<mj-body /></mjml>"
)
SOUND = [
    column('<mj-text align="left"><p>One<br>two &amp; <a href="x">three</a> <img src="a" alt=""></p></mj-text>'),
    column('<mj-image src="a" alt="" width="96px" /><mj-divider border-width="1px" />'),
    HEAD,
]


@pytest.mark.parametrize("source", SOUND)
def test_what_mrml_lays_out_as_it_is_meant_has_no_fault(source: str) -> None:
    """Comments, styles, HTML in its places, elements without an end."""
    assert [] == list(faults_of(source))


@pytest.mark.parametrize(
    ("source", "at", "text"),
    [
        (column("<mj-text>a < b</mj-text>"), "< b", "a < begins no tag here"),
        (column("<mj-text></mj-button>"), "</mj-button>", "</mj-button> ends nothing"),
        (column("<mj-text><p>x</mj-text>"), "</mj-text>", "</mj-text> comes before the end of <p>"),
        (column("loose"), "loose", "text stands in <mj-column>, where nothing shows it"),
        (column("<p>x</p>"), "<p>", "<p> stands in <mj-column>; HTML belongs into <mj-text>"),
        (column("<mj-txt />"), "<mj-txt", "there is no element <mj-txt>"),
        (
            column("<mj-section></mj-section>"),
            "<mj-section></",
            "<mj-section> may not stand in <mj-column>; it holds <mj-accordion>",
        ),
        (column("<mj-text><mj-text></mj-text></mj-text>"), "<mj-text></", "may not stand in <mj-text>; it holds text and HTML"),
        (column('<mj-text colr="red"></mj-text>'), "colr", "<mj-text> has no attribute colr"),
        (column('<mj-text align="left" align="right"></mj-text>'), 'align="right"', "has align twice"),
        (column('<mj-text mj-class="a b"></mj-text>'), "mj-class", "of several classes in mj-class"),
        (column('<mj-text padding="0\n0"></mj-text>'), "padding", "padding has a line break"),
        (column('<mj-image src="a" />'), "<mj-image", "<mj-image> has no alt"),
        (column('<mj-text><img src="a"></mj-text>'), "<img", "<img> has no alt"),
        (column('<mj-text><p onclick="x">a</p></mj-text>'), "onclick", "<p> has onclick, and a letter runs nothing"),
        (column('<mj-text align="left" =x></mj-text>'), "=x", "an attribute of <mj-text> is written wrongly: =x"),
        (column("<mj-include path='x' />"), "<mj-include", "an include can hold itself"),
        ("<mjml><mj-head><mj-font name='a' href='b' /></mj-head></mjml>", "<mj-font", "fetch the font from elsewhere"),
        (
            '<mjml><mj-head><mj-style inline="inline">p {}</mj-style></mj-head></mjml>',
            "inline=",
            "inline styles are passed over",
        ),
        ("<mjml><mj-body>", "<mjml>", "<mjml> has no end"),
        ("<p>x</p>", "<p>", "<p> stands outside <mjml>"),
        ("<mj-text>x</mj-text>", "<mj-text>", "<mj-text> is outside"),
    ],
)
def test_fault_is_told_where_it_is(source: str, at: str, text: str) -> None:
    """Mrml takes most of these and shows something else, or nothing."""
    found = [fault for fault in faults_of(source) if text in fault.text]

    assert [source.index(at)] == [fault.offset for fault in found]


def test_faults_do_not_hide_each_other() -> None:
    """Whoever mends one learns of the next without asking again."""
    source = column('<mj-text colr="red">a</mj-text><p>b</p>') + "<mj-x />"

    assert 4 == len(list(faults_of(source)))


def test_table_knows_every_element_that_it_names() -> None:
    """An element that may stand somewhere has its attributes."""
    assert set() == {child for children in CHILDREN.values() for child in children} - ATTRIBUTES.keys()
    assert 25 <= len(ATTRIBUTES) <= 32


@given(st.text(alphabet=st.sampled_from(list("<>/=\"' mj-texpa!")), max_size=80))
def test_anything_can_be_looked_over(source: str) -> None:
    """Every fault lies in what was looked at."""
    assert [] == [fault for fault in faults_of(source) if not 0 <= fault.offset < len(source)]
