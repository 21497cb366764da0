"""Questions about a reader in the text of an editor."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.letters.answers import Answers, key_of, otherwise_of, unanswered_html, unanswered_text
from newsletter.letters.compose import compose_issue
from newsletter.letters.letter import Draft, SlotName, sealed
from newsletter.letters.templates import Templates
from tests.harness.letters import LINKS, SEED, a_newsletter, january_2020

NAME = "slotname"


def asking() -> Answers:
    """Give a letter's questions, none asked yet."""
    return Answers(SEED, "issue:1", NAME)


def composed(templates: Templates, content: str, post_id: int | None) -> Draft:
    """Compose an issue whose letter has this text."""
    issue = january_2020()
    letter = next(section for section in issue.sections if section.kind == "letter")
    article = replace(letter.articles[0], content=content, post_id=post_id, is_placeholder=False)
    sections = tuple(replace(one, articles=(article,)) if one == letter else one for one in issue.sections)
    return compose_issue(templates, a_newsletter(), replace(issue, sections=sections), LINKS, SEED).draft


def test_question_becomes_a_token() -> None:
    """The same for the same question, and the words for whoever has not answered are part of it."""
    answers = asking()
    html = answers.put("<p>{{ library }}, {{library|your &amp; library}}, {{ library }}, {{ name }}</p>")
    asked = answers.asked_in(html)

    assert ["library|", "library|your & library"] == list(asked)
    assert f"<p>{asked['library|']}, {asked['library|your & library']}, {asked['library|']}, {NAME}</p>" == html
    assert ("library", "your & library") == (key_of("library|your & library"), otherwise_of("library|your & library"))
    assert "<p>, your &amp; library, , slotname</p>" == unanswered_html(html, asked)
    assert "your & library" == unanswered_text(asked["library|your & library"], asked)


@pytest.mark.parametrize(
    "text",
    ["{{ 7 * 7 }}", "{{ Library }}", "{library}", '<a href="{{ library }}">x</a>', "{{ a | {{ b }}", "{{ a | <b>x</b> }}"],
)
def test_what_is_no_question_stays_as_it_is(text: str) -> None:
    """Neither sums, nor what stands inside a tag."""
    answers = asking()
    kept = answers.put(text)

    # One of them holds a question that is one.
    assert text.partition("{{ b }}")[0] == kept.partition("slot")[0]
    assert {"b"} >= {key_of(name) for name in answers.asked_in(kept)}


@given(st.text(alphabet="{}|<> ab&;", max_size=60))
def test_any_text_is_read_in_the_end(text: str) -> None:
    """Nothing is lost but what is a question, and no text takes long."""
    answers = asking()
    html = answers.put(text)
    left = html
    for token in answers.asked_in(html).values():
        left = left.replace(token, "")

    assert len(left) <= len(text)


def test_editor_may_ask_and_a_feed_may_not(templates: Templates) -> None:
    """What a blog wrote is shown as it was written."""
    text = "<p>How is {{ library | your library }} today?</p>"
    own, foreign = composed(templates, text, None), composed(templates, text, 7)
    [(name, token)] = own.answers.items()

    assert "library|your library" == name
    assert token in own.html
    assert token in own.text
    assert {} == foreign.answers
    assert "{{ library | your library }}" in foreign.text


def test_question_that_was_cut_away_is_not_asked(templates: Templates) -> None:
    """Nobody's answers are frozen for nothing."""
    assert {} == composed(templates, "<!-- {{ library }} --><p>Hello</p>", None).answers


def test_letter_that_asks_nothing_has_the_hash_it_always_had(templates: Templates) -> None:
    """An approval given before letters could ask still holds."""
    draft = composed(templates, "<p>Hello</p>", None)
    asking_draft = replace(draft, answers={"library|": "slot0"})

    assert draft.content_hash == sealed(replace(draft, content_hash="")).content_hash
    assert draft.content_hash != sealed(asking_draft).content_hash
    assert SlotName.NAME in draft.slots
