"""Templates filled in the language of whoever looks."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from newsletter.languages.catalogue import Words, desk_words
from newsletter.languages.model import ENGLISH
from newsletter.web.desk.frame import Area, Said
from newsletter.web.pages import Pages
from newsletter.web.speech import Speech
from subscribers.sentence import say
from tests.harness.translated import desk_in

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def pages() -> Pages:
    """Give the templates of the product."""
    return Pages(ROOT / "templates" / "pages")


def a_desk(pages: Pages, words: Words, **values: object) -> str:
    """Give a page of the desk with nothing on it."""
    shown: Mapping[str, object] = {"doors": (), "here": Area.ISSUES, "whose": "Ann", "csrf": "x", "said": None}
    return pages.render(Speech(words, is_chosen=False, is_repeatable=False), "desk/_desk.html", **{**shown, **values})


def test_a_page_of_the_desk_speaks_by_its_catalogue(pages: Pages) -> None:
    """What the template says, what a table of the code says, and its values, which are escaped."""
    words = desk_in("de", {"Sign out": "Schließen", "Moved to %(section)s.": "Nach %(section)s verschoben."})
    page = a_desk(pages, words, said=Said("Moved to %(section)s.", values={"section": "<100 %>"}))

    assert '<html lang="de" dir="ltr">' in page
    assert ">Schließen<" in page
    assert "Nach &lt;100 %&gt; verschoben." in page
    assert words.gettext("Skip to the page") in page


def test_what_a_room_said_is_said_in_the_language_of_the_page(pages: Pages) -> None:
    """Wherever it stands, and with its values escaped."""
    words = desk_in("de", {"%(title)s is empty.": "%(title)s ist leer."})
    page = a_desk(
        pages, words, whose=say("%(title)s is empty.", title="<b>"), said=Said(say("%(title)s is empty.", title="It"))
    )

    assert "&lt;b&gt; ist leer." in page
    assert "It ist leer." in page


def test_a_desk_in_english_says_what_is_written(pages: Pages) -> None:
    """And its scripts need nothing brought to them."""
    page = a_desk(pages, desk_words(ENGLISH))

    assert ">Sign out<" in page
    assert 'id="words"' not in page


def test_scripts_are_brought_their_words(pages: Pages) -> None:
    """As data, which no policy forbids and no text can break out of."""
    page = a_desk(pages, desk_in("de", {"Copied": "</script>'\"&"}, "frontend/js/made_up.js"))

    assert '<script type="application/json" id="words">{"Copied": "\\u003c/script\\u003e\\u0027\\"\\u0026"}</script>' in page


def test_a_misspelled_value_is_a_bug(pages: Pages) -> None:
    """And looks like one."""
    with pytest.raises(UndefinedError):
        pages.render(Speech(desk_words(ENGLISH), is_chosen=False, is_repeatable=False), "desk/_desk.html")
