"""Which language an answer speaks."""

import pytest
from starlette.testclient import TestClient

from newsletter.languages.model import LANGUAGES, meant
from newsletter.web.speech import Ear


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"chosen": "ar", "shown": "de", "person": "fr", "list_": "es", "accepted": "ru", "newsletter": "zh"}, "ar"),
        ({"shown": "de", "person": "fr", "list_": "es", "accepted": "ru", "newsletter": "zh"}, "de"),
        ({"person": "fr", "list_": "es", "accepted": "ru", "newsletter": "zh"}, "fr"),
        ({"list_": "es", "accepted": "ru", "newsletter": "zh"}, "es"),
        ({"accepted": "ru", "newsletter": "zh"}, "ru"),
        ({"newsletter": "zh"}, "zh"),
        ({"person": "nl", "list_": "nl", "newsletter": "nl"}, "en"),
        ({}, "en"),
    ],
)
def test_who_is_heard_first(said: dict[str, str], code: str) -> None:
    """The person, then the list, then the browser, then the newsletter; a language that is none of ours says nothing."""
    heard = Ear(chosen=meant(said.pop("chosen", "")), accepted=meant(said.pop("accepted", "")))

    assert code == heard.speech(**said).language.code


def test_links_keep_a_choice_and_nothing_else() -> None:
    """What the browser asked for, it asks for again."""
    assert "/archive/?lang=de" == Ear(chosen=meant("de")).speech().way("/archive/")
    assert "/archive/" == Ear(accepted=meant("de")).speech().way("/archive/")


def test_the_answer_to_a_form_offers_no_languages() -> None:
    """Looking at it again would be another page."""
    assert () == Ear(is_looking=False).speech().offers
    assert len(LANGUAGES) == len(Ear().speech().offers)


def test_a_page_says_its_language_and_that_it_depends(client: TestClient) -> None:
    """To browsers, and to caches on the way."""
    page = client.get("/", headers={"Accept-Language": "ar-EG, en;q=0.5"})

    assert '<html lang="ar" dir="rtl">' in page.text
    assert ("ar", "Accept-Language") == (page.headers["Content-Language"], page.headers["Vary"])


def test_every_language_can_be_chosen_by_a_link(client: TestClient) -> None:
    """Without a cookie, and looking changes nothing."""
    for language in LANGUAGES:
        page = client.get(f"/archive/?lang={language.code}", headers={"Accept-Language": "en"})

        assert language.tag == page.headers["Content-Language"]
        assert f'href="?lang={language.code}" hreflang="{language.tag}"' in page.text
        assert "set-cookie" not in page.headers


@pytest.mark.parametrize("lang", ["klingon", "", "%00", "de%22%3E", "../ar"])
def test_a_language_that_is_none_is_passed_over(client: TestClient, lang: str) -> None:
    """Nothing of it comes back."""
    page = client.get(f"/?lang={lang}")

    assert "en" == page.headers["Content-Language"]
    assert "klingon" not in page.text


def test_an_address_of_another_site_is_no_link_on_a_page(client: TestClient) -> None:
    """The languages at its foot repeat nothing of the address."""
    assert "evil" not in client.get("//evil.example/%22%3E?lang=de&x=evil").text


def test_what_went_wrong_is_said_in_the_readers_language(client: TestClient) -> None:
    """Also on pages that no endpoint made."""
    for path in ("/nothing", "/u/abc", "/archive/nothing/"):
        assert "fr" == client.get(path, headers={"Accept-Language": "fr"}).headers["Content-Language"]
    assert "fr" == client.get("/", headers={"Accept-Language": "fr", "Host": "evil.example"}).headers["Content-Language"]


def test_the_desk_speaks_english(client: TestClient) -> None:
    """Whatever the browser asks for."""
    page = client.get("/desk/sign-in", headers={"Accept-Language": "de"})

    assert 'lang="en"' in page.text
    assert "Sign in" in page.text
