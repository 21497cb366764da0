"""What is pasted becomes rich text, and rich text passes the cleaner unchanged."""

import re
from html import unescape
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mjml import mjml2html

from newsletter.errors import BadValue
from newsletter.issues.document import read, write
from newsletter.issues.richhtml import to_html
from newsletter.letters import content, richtext
from newsletter.letters.answers import Answers
from newsletter.letters.content import MOST_BYTES, Fit, make_fit
from tests.harness.richtexts import DOCUMENTS

# Whole documents take their time on a machine that is busy with other tests.
EASY = settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@EASY
@given(DOCUMENTS)
def test_rendered_text_passes_the_sanitiser_unchanged(document: dict[str, Any]) -> None:
    """Whatever an editor's page sends: nothing of it is left for the sanitiser to take away."""
    html = to_html(read(document)).replace("&#123;", "{")

    assert html == content._cleaner().clean(html)  # noqa: SLF001 -- the very one


@EASY
@given(DOCUMENTS)
def test_rendered_text_is_fit_for_mail_with_all_its_words(document: dict[str, Any]) -> None:
    """Making it fit drops empty shells and lowers headings; it loses no word."""
    node = read(document)

    fit = make_fit(to_html(node), "")

    assert isinstance(fit, Fit)
    assert [] == [warning for warning in fit.article.warnings if "without alt text" not in warning]
    assert _bare(fit.html) == _bare(to_html(node))


@EASY
@given(DOCUMENTS)
def test_mjml_takes_rendered_text(document: dict[str, Any]) -> None:
    """It closes what it opens, so a template that has it in an mj-text renders."""
    html = to_html(read(document))

    page = mjml2html(
        f"<mjml><mj-body><mj-section><mj-column><mj-text>{html}</mj-text></mj-column></mj-section></mj-body></mjml>"
    )

    assert _bare(html) in _bare(page)


@EASY
@given(DOCUMENTS)
def test_a_rendered_text_is_read_back_as_what_it_renders_to(document: dict[str, Any]) -> None:
    """A text that goes through a paste and back says the same."""
    html = to_html(read(document))

    again = to_html(richtext.from_html(html, lambda src: src.rpartition("/")[2], with_slots=True).document)

    assert _bare(html) == _bare(again)


@given(st.text() | st.text(alphabet="<>/abipulotd= \"'&;{}|"))
def test_any_paste_becomes_a_text_that_can_be_kept(pasted: str) -> None:
    """However broken its markup is."""
    document = richtext.from_html(pasted).document

    assert document == read(write(document))


def test_markdown_becomes_what_the_editor_would_have_made() -> None:
    """Headings begin at two, lists nest, a link keeps its mark."""
    taken = richtext.from_file(
        "# Dear all\n\nRead **[this](https://example.org/)**.\n\n- one\n  - two\n\n> said\n\n---\n", "a.md"
    )

    expected = (
        '<h2>Dear all</h2><p>Read <a href="https://example.org/"><strong>this</strong></a>.</p>'
        "<ul><li>one<ul><li>two</li></ul></li></ul><blockquote><p>said</p></blockquote><hr>"
    )
    assert expected == to_html(taken.document)
    assert () == taken.losses


def test_losses_are_told() -> None:
    """A table and a picture that is not ours have no node; their words are kept where they have any."""
    table = "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>"

    taken = richtext.from_html(f'<p>a <img src="https://x.example/y.png" alt="A boat"></p>{table}')

    assert "<p>a</p><p>a · b</p><p>1 · 2</p>" == to_html(taken.document)
    assert ("a picture (“A boat”) was left out; put it into the library first",) == taken.losses[-2:-1]
    assert "a table" in taken.losses[-1]


def test_pictures_of_the_library_are_known_by_their_address() -> None:
    """Whoever pastes from the preview keeps them."""
    taken = richtext.from_html('<p><img src="https://n.example/i/4f2a" alt="A boat"></p>', lambda src: src.rpartition("/")[2])

    assert '<p><img src="https://library.invalid/4f2a" alt="A boat"></p>' == to_html(taken.document)


def test_slots_are_made_for_the_house_only() -> None:
    """An editor's file may ask for answers; what a guest or a feed wrote is text."""
    pasted = "<p>Dear {{ name }} of {{ library | your &amp; my library }}</p>"
    answers = Answers(b"seed", "issue:1", "slotname")

    ours = to_html(richtext.from_html(pasted, with_slots=True).document)
    theirs = to_html(richtext.from_html(pasted).document)

    assert answers.put(ours) != ours
    assert answers.put(theirs) == theirs
    assert ["library|your & my library"] == list(answers.asked_in(answers.put(ours)))


def test_what_nests_too_deep_is_flattened_and_told() -> None:
    """No letter is read through twenty quotation marks."""
    taken = richtext.from_html("<blockquote>" * 30 + "<p>deep</p>" + "</blockquote>" * 30)

    assert "deep" == taken.document.words
    assert any("nest too deep" in loss for loss in taken.losses)


def test_what_is_no_text_is_refused() -> None:
    """Two megabytes of markup are an accident."""
    with pytest.raises(BadValue, match="larger than 2 MB"):
        richtext.from_html("x" * (MOST_BYTES + 1))


def test_plain_text_has_its_links_at_the_end() -> None:
    """As the text part of every letter."""
    html = to_html(richtext.from_file("# Hello\n\nRead [this](https://example.org/).", "a.md").document)

    assert "Hello\n\nRead this [1].\n\n[1] https://example.org/" == richtext.to_text(html).strip()


def _bare(html: str) -> str:
    """Give what is said, without tags and blanks."""
    return "".join(unescape(re.sub(r"<[^<>]*>", "", html)).split())
