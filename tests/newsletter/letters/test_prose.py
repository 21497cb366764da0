import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadValue
from newsletter.letters.prose import to_html

CASES = [
    ("letter.txt", "Dear all,\n\nOne & <two>.", "<p>Dear all,</p>\n<p>One &amp; &lt;two&gt;.</p>"),
    (
        "letter",
        "See https://x.example/a?b=1&c=2.",
        '<p>See <a href="https://x.example/a?b=1&amp;c=2">https://x.example/a?b=1&amp;c=2</a>.</p>',
    ),
    ("letter.md", "# Head\n\nSome *words*", "<h4>Head</h4>\n<p>Some <em>words</em></p>"),
    ("letter.MD", "<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"),
    (
        "letter.markdown",
        "[x](javascript:alert(1)) [y](https://y.example)",
        '<p>[x](javascript:alert(1)) <a href="https://y.example">y</a></p>',
    ),
    ("letter.html", '<p onclick="x()">Hi<script>alert(1)</script></p>', "<p>Hi</p>"),
    ("letter.txt", "", ""),
    ("letter.txt", "\ufeffOne\r\n\r\nTwo", "<p>One</p>\n<p>Two</p>"),
]


@pytest.mark.parametrize(("filename", "text", "expected"), CASES)
def test_letter_is_read_by_its_file_name(filename: str, text: str, expected: str) -> None:
    """Plain text, Markdown and HTML all become sanitised HTML."""
    assert expected == to_html(text, filename)


def test_lines_broken_to_fit_are_joined_and_lines_broken_on_purpose_are_kept() -> None:
    """A signature stays two lines; a paragraph of a mail program becomes one."""
    text = (
        "January is the month in which libraries count: loans, visits and opening\n"
        "hours. I should like to add one more figure to the list.\n"
        "\n"
        "Catharina Isberg\n"
        "Chair, Division IV\n"
    )

    paragraph, signature = to_html(text, "letter.txt").split("\n")

    assert "and opening hours. I should" in paragraph
    assert "<p>Catharina Isberg<br>Chair, Division IV</p>" == signature


def test_what_is_no_letter_is_refused() -> None:
    """The person is told which file, and why."""
    with pytest.raises(BadValue, match=r"letter.html.*larger than 2 MB"):
        to_html("x" * 2_000_001, "/home/ada/letter.html")


@given(st.text(max_size=300), st.sampled_from(["a.txt", "a.md", "a.html"]))
def test_any_text_becomes_html_that_runs_nothing(text: str, filename: str) -> None:
    """Whatever somebody hands in."""
    html = to_html(text, filename).lower()

    assert "<script" not in html
    assert "javascript:" not in html or 'href="javascript:' not in html
