from datetime import UTC, datetime

import pytest

from newsletter.errors import BadValue
from newsletter.languages.catalogue import desk_words, later, words_for, words_of
from newsletter.languages.model import ENGLISH, LANGUAGES, Language
from subscribers.sentence import say
from tests.harness.translated import Said, Text, desk_in

LATE = datetime(2020, 1, 31, 23, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("en", "1 February 2020"),
        ("de", "1. Februar 2020"),
        ("fr", "1 février 2020"),
        ("es", "1 de febrero de 2020"),
        ("ru", "1 февраля 2020\u202fг."),
        ("zh", "2020年2月1日"),
        ("ar", "1 فبراير 2020"),
    ],
)
def test_a_day_is_written_as_its_readers_write_it(code: str, day: str) -> None:
    """In the newsletter's zone: late in the evening UTC is tomorrow in Auckland."""
    assert day.split() == words_for(code).day(LATE, "Pacific/Auckland").split()


@pytest.mark.parametrize(("code", "number"), [("en", "12,412"), ("de", "12.412"), ("fr", "12\u202f412"), ("ar", "12,412")])
def test_a_number_has_its_thousands_apart(code: str, number: str) -> None:
    """By the marks of the language."""
    assert number == words_for(code).number(12_412)


def test_several_are_said_in_a_row() -> None:
    """With the language's own and."""
    assert "A, B and C" == words_for("en").listed(["A", "B", "C"])
    assert "A, B und C" == words_for("de").listed(["A", "B", "C"])
    assert "A" == words_for("zh").listed(["A"])


def test_english_is_what_is_written() -> None:
    """It needs no catalogue; values go in, and a percent sign is written twice."""
    words = words_for("en")

    assert "Leave A?" == words.gettext(later("Leave %(newsletter)s?"), newsletter="A")
    assert "100 %" == words.gettext("100 %%")
    assert ["1 x", "1,200 xs"] == [words.ngettext("%(num)s x", "%(num)s xs", count) for count in (1, 1200)]


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_what_nobody_translated_is_said_in_english(language: Language) -> None:
    """A gap is better than nothing."""
    words = words_for(language.code)

    assert "Zyx %" == words.gettext("Zyx %%")


def test_words_are_read_once() -> None:
    """Every page asks for them."""
    assert all(words_of(language) is words_of(language) for language in LANGUAGES)


def test_the_desk_says_what_its_catalogue_has() -> None:
    """With the values, and in as many forms as the language has."""
    words = desk_in("ru", {"Sign out": "Закрыть", ("%(num)s mail", "%(num)s mails"): ("%(num)s a", "%(num)s b", "%(num)s c")})

    assert "Закрыть" == words.gettext("Sign out")
    assert ["1 a", "2 b", "5 c"] == [words.ngettext("%(num)s mail", "%(num)s mails", count) for count in (1, 2, 5)]


def test_a_gap_of_the_desk_is_said_as_to_readers_else_in_english() -> None:
    """Half a plural is a gap, too: the forms of two languages are never mixed."""
    words = desk_in("ru", {"Zyx": "", ("%(num)s zyx", "%(num)s zyxes"): ("%(num)s зикс", "", "")})

    assert words_for("ru").gettext("As PDF") == words.gettext("As PDF") != "As PDF"
    assert "Zyx" == words.gettext("Zyx")
    assert ["1 zyx", "2 zyxes", "21 zyxes"] == [words.ngettext("%(num)s zyx", "%(num)s zyxes", count) for count in (1, 2, 21)]


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.code)
def test_the_desk_has_a_catalogue_in_every_language(language: Language) -> None:
    """However little stands in it."""
    assert language == desk_words(language).language
    assert desk_words(language) is desk_words(language)


def test_what_scripts_say_comes_with_the_forms_of_every_number() -> None:
    """A browser knows kinds of numbers, and no rules of gettext; what only pages say stays where it is."""
    texts: dict[Text, Said] = {
        "Copied": "Скопировано",
        ("%(num)s word", "%(num)s words"): ("%(num)s a", "%(num)s b", "%(num)s c"),
    }
    words = desk_in("ru", texts, "frontend/js/made_up.js")

    assert {
        "Copied": "Скопировано",
        "%(num)s word": {"one": "%(num)s a", "few": "%(num)s b", "many": "%(num)s c"},
    } == words.scripted
    assert {} == desk_in("ru", {"Copied": "Скопировано"}).scripted
    assert {} == desk_words(ENGLISH).scripted


def test_what_a_room_said_in_english_is_said_again() -> None:
    """With its values, which may have been said by rooms, too; anything else is given back as it is."""
    words = desk_in(
        "de", {"%(what)s %(value)s: %(reason)s": "%(what)s „%(value)s“ %(reason)s", "title": "Titel", "is empty": "ist leer"}
    )
    refused = str(BadValue(say("title"), "x", say("is empty")))

    assert "title x: is empty" == refused
    assert "Titel „x“ ist leer" == words.said(refused)
    assert "Nein: Titel „x“ ist leer" == words.gettext("Nein: %(why)s", why=refused)
    assert 3 == words.said(3)
