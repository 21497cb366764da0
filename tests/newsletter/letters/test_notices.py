import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from newsletter.languages.catalogue import words_of
from newsletter.languages.model import LANGUAGES, Language
from newsletter.letters import notices
from newsletter.letters.greeting import nameless
from newsletter.letters.letter import FOR_GUESTS, Draft, LetterKind, SlotName, fill_html, fill_text
from newsletter.letters.ownwords import EDITABLE, checked
from newsletter.letters.templates import Templates
from newsletter.mail.message import NOTICES
from subscribers.model import MailingList
from tests.harness.letters import AMARA, LINKS, MADE_AT, SEED, a_newsletter

MEMBERS = MailingList(1, "CPDWL members", "cpdwl-members", "", is_public=True, created_at=MADE_AT)


def parts(draft: Draft) -> tuple[str, str]:
    """Give both parts as one reader gets them, on one line each."""
    html = LexborHTMLParser(fill_html(draft.html, draft.slots, AMARA)).text()
    return " ".join(html.split()), " ".join(fill_text(draft.text, draft.slots, AMARA).split())


def test_confirmation_says_what_it_is_for(templates: Templates) -> None:
    """Which list, how long, and what to do when it was somebody else."""
    draft = notices.compose(LetterKind.CONFIRMATION, templates, a_newsletter(), MEMBERS, LINKS, SEED)

    assert (LetterKind.CONFIRMATION, "Confirm your subscription to CPDWL Update") == (draft.kind, draft.subject)
    for part in parts(draft):
        assert "CPDWL members" in part
        assert "7 days" in part
        assert "If you did not ask for this, ignore this mail." in part
        assert "CPDWL Section, 5 Library Square, The Hague" in part


def test_confirmation_has_one_link_and_no_name(templates: Templates) -> None:
    """Nothing that a visitor typed is mailed to a stranger."""
    draft = notices.compose(LetterKind.CONFIRMATION, templates, a_newsletter(), MEMBERS, LINKS, SEED)
    html = LexborHTMLParser(fill_html(draft.html, draft.slots, AMARA))

    assert {SlotName.CONFIRM} == set(draft.slots)
    assert [AMARA[SlotName.CONFIRM]] == [node.attributes["href"] for node in html.css("a")]
    assert [AMARA[SlotName.CONFIRM]] == re.findall(r"https?://\S+", fill_text(draft.text, draft.slots, AMARA))


def test_welcome_thanks_and_says_how_to_leave(templates: Templates) -> None:
    """Archive, preferences and unsubscribe are at hand from the first letter on."""
    draft = notices.compose(LetterKind.WELCOME, templates, a_newsletter(), MEMBERS, LINKS, SEED)
    html = LexborHTMLParser(fill_html(draft.html, draft.slots, AMARA))
    links = {node.attributes["href"] for node in html.css("a")}

    assert (LetterKind.WELCOME, "Welcome to CPDWL Update") == (draft.kind, draft.subject)
    assert {"https://news.example.org/archive/cpdwl-update/", AMARA[SlotName.UNSUBSCRIBE], AMARA[SlotName.PREFERENCES]} == links
    for part in parts(draft):
        assert "Dear Amara Nwosu," in part
        assert "thank you for subscribing." in part
    for link in links:
        assert str(link) in fill_text(draft.text, draft.slots, AMARA)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_every_notice_is_whole_in_every_language(templates: Templates, language: Language) -> None:
    """Both parts and the subject are there, no value is lost on the way, and the letter says what it speaks."""
    spoken = templates.speaking(words_of(language))
    for kind in NOTICES - FOR_GUESTS:
        draft = notices.compose(kind, spoken, a_newsletter(), MEMBERS, LINKS, SEED)

        assert (language.tag, f'dir="{language.direction}"') == (draft.language, re.findall(r'dir="\w+"', draft.html)[0])
        assert draft.subject
        assert draft.preheader
        for part in parts(draft):
            assert "%(" not in part
            assert "CPDWL Section, 5 Library Square, The Hague" in part
        for token in draft.slots.values():
            assert token in draft.html
            assert token in draft.text


def test_a_letter_greets_somebody_without_a_name() -> None:
    """In its own language; a language that is none of ours is greeted in English."""
    assert ["reader", "liebe Leserin, lieber Leser", "reader"] == [nameless(tag) for tag in ("en", "de-CH", "nl")]


def test_notices_are_the_same_each_time_and_differ_by_list(templates: Templates) -> None:
    """Their hash can be compared, and no token serves two lists."""
    other = MailingList(2, "CPDWL members", "cpdwl-members", "", is_public=True, created_at=MADE_AT)

    first, again, elsewhere = (
        notices.compose(LetterKind.WELCOME, templates, a_newsletter(), list_, LINKS, SEED)
        for list_ in (MEMBERS, MEMBERS, other)
    )

    assert first == again
    assert set(first.slots.values()).isdisjoint(elsewhere.slots.values())


@pytest.mark.parametrize("kind", EDITABLE)
def test_a_list_says_it_in_its_own_words(templates: Templates, kind: LetterKind) -> None:
    """Subject, heading and first sentences; button and safety stay, and nothing typed by an editor is a template."""
    words = checked("From {newsletter} ({list})", "Hello [ 7 * 7 ]", "One & only <b>.\n\nTwo.")
    plain = notices.compose(kind, templates, a_newsletter(), MEMBERS, LINKS, SEED)
    own = notices.compose(kind, templates, a_newsletter(), MEMBERS, LINKS, SEED, words)

    assert "From CPDWL Update (CPDWL members)" == own.subject
    for part in parts(own):
        assert "Hello [ 7 * 7 ]" in part
        assert "One & only <b>." in part
    assert "<b>." not in own.html
    assert set(plain.slots) == set(own.slots)
    assert all(token in own.html and token in own.text for token in own.slots.values())
    assert plain.content_hash != own.content_hash


@pytest.mark.parametrize("kind", [kind for kind in EDITABLE if kind is not LetterKind.WELCOME])
def test_own_words_leave_what_the_button_is_for(templates: Templates, kind: LetterKind) -> None:
    """How long its link works, and what to do when it was somebody else, or a mistake."""
    own = notices.compose(kind, templates, a_newsletter(), MEMBERS, LINKS, SEED, checked("", "", "Farewell."))

    for part in parts(own):
        assert re.search(r"works for (seven|\d+) (more )?days", part)
        assert re.search(r"If you did not ask for this|If it was a mistake|If somebody else did this", part)


def test_empty_own_words_are_the_templates(templates: Templates) -> None:
    """Each part by itself."""
    plain = notices.compose(LetterKind.GOODBYE, templates, a_newsletter(), MEMBERS, LINKS, SEED)
    headed = notices.compose(LetterKind.GOODBYE, templates, a_newsletter(), MEMBERS, LINKS, SEED, checked("", "Farewell", ""))

    assert plain.subject == headed.subject
    assert "This is the last mail." in " ".join(headed.text.split())
    assert "Farewell" in headed.text
