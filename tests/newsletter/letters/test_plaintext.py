import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.letters.plaintext import Written, display_width, to_text, underlined, wrap, write

CASES = {
    "paragraphs": ("<p>One\n two</p><p>Three<br>four</p>", "One two\n\nThree\nfour"),
    "numbered links, each address once": (
        '<p><a href="https://a.example">A</a>, <a href="https://b.example">B</a>, <a href="https://a.example">again</a></p>',
        "A [1], B [2], again [1]\n\n[1] https://a.example\n[2] https://b.example",
    ),
    "an address that says itself": (
        '<p><a href="https://a.example">https://a.example</a> <a href="mailto:a@b.example">a@b.example</a></p>',
        "https://a.example a@b.example",
    ),
    "a link to an address of mail": ('<p><a href="mailto:a@b.example">Write</a></p>', "Write [1]\n\n[1] a@b.example"),
    "lists": ("<ul><li>One<ul><li>Inner</li></ul></li><li>Two</li></ul>", "* One\n  * Inner\n* Two"),
    "lists that begin later": ('<ol start="9"><li>Nine</li><li>Ten</li></ol>', "9. Nine\n10. Ten"),
    "quotations": ("<blockquote><p>To be</p><blockquote><p>Or not</p></blockquote></blockquote>", "> To be\n>\n> > Or not"),
    "a narrow table": (
        "<table><tr><th>Name</th><th>Place</th></tr><tr><td>図書館</td><td>東京</td></tr></table>",
        "Name   | Place\n図書館 | 東京",
    ),
    "pictures": ('<figure><img src="a" alt="The hall"><figcaption>Oslo</figcaption></figure>', "[Picture: The hall]\n\nOslo"),
    "silent pictures": ('<p><img src="a" alt="">Text</p>', "Text"),
    "what is set in one width": ("<pre>a\n  b</pre>", "a\n  b"),
    "a rule": ("<p>a</p><hr><p>b</p>", "a\n\n--------------------\n\nb"),
    "definitions": ("<dl><dt>Term</dt><dd>Meaning</dd></dl>", "Term\n\n  Meaning"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize("case", CASES)
def test_html_reads_well_as_text(case: str) -> None:
    """Every element that an article can have has its form in plain text."""
    html, expected = CASES[case]

    assert expected == to_text(html)


def test_table_too_wide_for_its_columns_is_spelled_out() -> None:
    """A row of a wide table becomes lines of "header: value"."""
    html = (
        f"<table><caption>Round</caption><tr><th>Who</th><th>What</th></tr><tr><td>Ada</td><td>{'word ' * 20}</td></tr></table>"
    )

    assert ["Round", "Who: Ada", "What: word word word word word word word word word word word word word"] == to_text(
        html
    ).split("\n")[:3]


def test_links_can_be_had_apart() -> None:
    """Who puts several articles together can list their links where they like."""
    assert Written("A [1]", ("https://a.example",)) == write('<p><a href="https://a.example">A</a></p>')


@given(st.text(alphabet=st.sampled_from("ab 図é\n"), max_size=200), st.integers(10, 72))
def test_lines_fit_and_nothing_is_lost(text: str, width: int) -> None:
    """Only a single word may stand out, and only a word without wide characters."""
    lines = wrap(text, width)

    assert "".join(text.split()) == "".join("".join(lines).split())
    assert [] == [line for line in lines if display_width(line) > width and " " in line]


def test_wide_characters_take_two_columns() -> None:
    """Chinese, Japanese and Korean lines break between characters."""
    assert 6 == display_width("図書館")
    assert 1 == display_width("e\u0301")
    assert ["図書", "館"] == wrap("図書館", 5)


def test_headline_has_a_rule_as_long_as_itself() -> None:
    """Headlines stand out without markup."""
    assert "Staying relevant\n----------------" == underlined("Staying relevant", "-")
    assert "図書館\n======" == underlined("図書館", "=")
