"""Letters to guests, who need no account."""

import re
from dataclasses import replace

import pytest
from selectolax.lexbor import LexborHTMLParser

from newsletter.languages.catalogue import words_of
from newsletter.languages.model import ENGLISH, LANGUAGES, Language
from newsletter.letters import guestnotices
from newsletter.letters.guestnotices import Errand
from newsletter.letters.letter import BY_LINK, Draft, LetterKind, fill_html, fill_text
from newsletter.letters.templates import Templates
from tests.harness.letters import AMARA, SEED, a_newsletter

ERRAND = Errand(
    title="January 2020",
    host="Ann <Host>",
    until="8 February 2020",
    guest="The Chair",
    note="{{ 7*7 }} & more",
    section="A word <b>",
    words=400,
)


def parts(draft: Draft) -> tuple[str, str]:
    """Give both parts as the guest gets them, on one line each."""
    html = LexborHTMLParser(fill_html(draft.html, draft.slots, AMARA)).text()
    return " ".join(html.split()), " ".join(fill_text(draft.text, draft.slots, AMARA).split())


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_every_letter_is_whole_in_every_language(templates: Templates, language: Language) -> None:
    """One link and no way to unsubscribe from what nobody subscribed to; what was typed stands there as it was typed."""
    spoken = templates.speaking(words_of(language))
    for kind in BY_LINK:
        draft = guestnotices.compose(kind, spoken, a_newsletter(theme="letter"), SEED, "1", ERRAND)
        (slot,) = draft.slots

        assert (language.tag, f'dir="{language.direction}"') == (draft.language, re.findall(r'dir="\w+"', draft.html)[0])
        assert draft.subject
        assert draft.preheader
        assert [AMARA[slot]] == re.findall(r"https?://\S+", fill_text(draft.text, draft.slots, AMARA))
        for part in parts(draft):
            assert "%(" not in part
            assert "CPDWL Section, 5 Library Square, The Hague" in part
            assert "The Chair" in part
            assert "Ann <Host>" in part
            assert "{{ 7*7 }} & more" in part


def test_what_is_asked_for_is_said(templates: Templates) -> None:
    """What, for which issue, by when, how much; and before and behind the last day something else."""
    spoken = templates.speaking(words_of(ENGLISH))
    asked, soon, late, edited = (
        guestnotices.compose(kind, spoken, a_newsletter(), SEED, "1", replace(ERRAND, is_late=is_late))
        for kind, is_late in (
            (LetterKind.INVITATION, False),
            (LetterKind.DUE, False),
            (LetterKind.DUE, True),
            (LetterKind.EDITED, False),
        )
    )

    assert "Your text for CPDWL Update: A word <b>" == asked.subject
    for part in parts(asked):
        assert "asks you for “A word <b>” in January 2020 of CPDWL Update, by 8 February 2020." in part
        assert "About 400 words are right." in part
    assert ["“A word <b>” is due on 8 February 2020", "“A word <b>” was due on 8 February 2020"] == [soon.subject, late.subject]
    assert "It can still be sent" in late.text
    assert "It can still be sent" not in soon.text
    assert "say whether it may stand" in edited.text


def test_letters_to_two_guests_have_two_slots(templates: Templates) -> None:
    """Nobody's token is that of another letter."""
    spoken = templates.speaking(words_of(ENGLISH))
    for kind in BY_LINK:
        one, other = (guestnotices.compose(kind, spoken, a_newsletter(), SEED, about, ERRAND) for about in ("1", "2"))

        assert one.slots != other.slots
        assert one.subject == other.subject
