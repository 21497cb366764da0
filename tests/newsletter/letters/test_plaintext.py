import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.letters.plaintext import WIDTH, Links, display_width, to_text, underlined, wrap, write

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


def test_links_are_counted_through_a_whole_letter() -> None:
    """Each address has one number, in whichever article it stands; they are listed once."""
    one = write('<p><a href="https://a.example">A</a> and <a href="https://b.example">B</a></p>')
    other = write('<p><a href="mailto:c@d.example">C</a>, <a href="https://b.example">B again</a></p>')
    links = Links()

    assert ["A [1] and B [2]", "C [3], B again [2]"] == [links.number(one), links.number(other)]
    assert ("[1] https://a.example", "[2] https://b.example", "[3] c@d.example") == links.listed()


def test_numbers_of_links_leave_a_table_in_order() -> None:
    """However many digits a number turns out to have, the columns stand below each other."""
    table = write(
        '<table><tr><td><a href="https://a.example">Report</a></td><td>2019</td></tr>'
        "<tr><td>Minutes of it</td><td>2020</td></tr></table>"
    )
    links = Links()
    for number in range(9):
        links.number(write(f'<p><a href="https://{number}.example">x</a></p>'))

    for numbered in (Links().number(table), links.number(table)):
        assert 1 == len({line.index(" | ") for line in numbered.split("\n")})


def test_an_article_cannot_count_links_of_its_own() -> None:
    """The signs that stand for a number are taken out of what a feed says."""
    written = write("<p>\ue0007\ue001 \ue0020\ue001</p>")

    assert "7 0" == Links().number(written)


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("図書館（東京）。本", ["図書館", "（東京）。", "本"]),
        ("「図書」を読む", ["「図書」", "を読む"]),
        ("本を読んだ、と", ["本を読", "んだ、と"]),
        ("图书馆：开放吗？", ["图书", "馆：开放", "吗？"]),
        ("abcdefgh図書", ["abcdefgh", "図書"]),
    ],
)
def test_wide_lines_keep_their_punctuation(text: str, expected: list[str]) -> None:
    """No line begins with a closing sign or ends with an opening one (JIS X 4051, GB/T 15834)."""
    lines = wrap(text, 10)

    assert "".join(lines) == text
    assert [] == [line for line in lines if line[0] in "。、）」：？，" or line[-1] in "（「"]
    assert [] == [line for line in lines if display_width(line) > 10]
    assert len(expected) >= len(lines)


def test_space_that_keeps_together_is_no_place_to_break() -> None:
    """French puts one before a question mark, and figures have one before their unit."""
    assert ["Vraiment à", "20\u00a0h\u00a0?"] == wrap("Vraiment à 20\u00a0h\u00a0?", 13)


def test_number_of_a_link_stays_with_its_words() -> None:
    """A line that begins with [1] would look like the list at the end."""
    text = to_text(f'<p>{"word " * 13}<a href="https://a.example">report</a> x</p>')

    assert [] == [line for line in text.split("\n\n")[0].split("\n") if line.startswith("[")]


@pytest.mark.parametrize(
    ("text", "columns"),
    [("\u200fשלום", 4), ("e\u20dd", 1), ("👍", 2), ("e\u0301\u0323", 1), ("a\ufe0f", 1), ("ﷺ", 1), ("Ａ", 2)],
)
def test_columns_are_what_a_terminal_shows(text: str, columns: int) -> None:
    """Marks of direction, accents and joiners take none."""
    assert columns == display_width(text)


_SIGNS = st.sampled_from(
    [*"ab, 図書館。、（）「」!?", "<b>", "</b>", '<a href="https://a.example/x">', "</a>", "<p>", "<li>", "<ul>", "</ul>"]
)


@given(st.lists(_SIGNS, max_size=150).map("".join))
def test_any_article_becomes_lines_of_72_columns(html: str) -> None:
    """Whatever is nested in what: only a word that is longer stands out, and none is lost."""
    lines = to_text(html).split("\n")

    assert [] == [line for line in lines if display_width(line) > WIDTH and " " in line.strip("*>[ ")]
    assert [] == [line for line in lines if line != line.rstrip()]


def test_numbers_of_footnotes_are_raised() -> None:
    """In brackets they would be taken for the numbers of links."""
    assert "Water¹² flows." == to_text("<p>Water<sup>[12]</sup> flows.</p>")


def test_gallery_is_read_one_picture_after_the_other() -> None:
    """Its rows and columns say nothing."""
    html = '<table role="presentation"><caption>Both</caption><tr><td>One</td><td>Two</td></tr></table>'

    assert "Both\n\nOne\n\nTwo" == to_text(html)
