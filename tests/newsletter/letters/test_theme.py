import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadValue
from newsletter.issues.model import Look
from newsletter.letters.legibility import contrast
from newsletter.letters.templates import packaged_templates
from newsletter.letters.theme import read_theme, require_token, token_keys

FILE = packaged_templates() / "email" / "themes" / "federation" / "theme.toml"

# Wherever this instance was when somebody copied the address.
OWN = f"https://former.example.org/images/{'0' * 40}.png"


def document() -> dict[str, Any]:
    """Give the tokens of the usual theme, to be changed."""
    return tomllib.loads(Path(FILE).read_text())


def reason(**changes: str) -> str:
    """Give why a theme with *changes* is refused."""
    with pytest.raises(BadValue) as caught:
        read_theme("federation", document(), {key.replace("__", "."): value for key, value in changes.items()})
    return str(caught.value)


def test_contrast_is_that_of_the_guidelines() -> None:
    """WCAG 2.2: black on white 21, a colour on itself 1, and the grey everybody knows just enough."""
    assert (21, 1) == (round(contrast("#000000", "#ffffff")), contrast("#0f5c63", "#0f5c63"))
    assert contrast("#767676", "#ffffff") >= 4.5 > contrast("#777777", "#ffffff")


@given(st.integers(0, 0xFFFFFF), st.integers(0, 0xFFFFFF))
def test_contrast_does_not_ask_which_is_in_front(one: int, other: int) -> None:
    """It lies between 1 and 21 and is the same both ways."""
    first, second = f"#{one:06x}", f"#{other:06x}"

    assert 1 <= contrast(first, second) <= 21.0001
    assert contrast(first, second) == contrast(second, first)


@pytest.mark.parametrize(
    ("changes", "pair"),
    [
        ({"quiet": "#999999"}, "quiet #999999 on paper #ffffff: its contrast is 2.84 in the light scheme, and text needs 4.5"),
        ({"accent": "#8AB4B8"}, "accent #8ab4b8 on paper #ffffff"),
        ({"dark__ink": "#444"}, "dark.ink #444444 on dark.paper #1b1a18"),
        (
            {"title": "#999999"},
            "title #999999 on paper #ffffff: its contrast is 2.84 in the light scheme, and large text needs 3",
        ),
        ({"band_2": "#eeeeee"}, "on-band #ffffff on band-2 #eeeeee"),
    ],
)
def test_colours_that_cannot_be_read_are_refused_by_name(changes: dict[str, str], pair: str) -> None:
    """Whoever chose them learns which pair it is, in which scheme, and how far it is off."""
    assert pair in reason(**changes)


def test_large_titles_may_be_fainter_than_text() -> None:
    """From 3 on, where text needs 4.5."""
    assert "#8a8a8a" == read_theme("federation", document(), {"title": "#8a8a8a"}).light.title.word


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"acent": "#000000"}, "there is no such token; there are accent, band,"),
        ({"accent": "red"}, "a colour is written as #0f5c63"),
        ({"accent": "#0f5c63;}body{display:none"}, "a colour is written as"),
        ({"face__text": 'Georgia" onload="x'}, "a face is a list of names of fonts"),
        ({"face__text": "Georgia', serif"}, "a face is a list of names of fonts"),
        ({"face__text": "x; } body { background: url(https://x)"}, "a face is a list of names of fonts"),
        ({"length__scale": "400"}, "it is a whole number from 90 to 150"),
        ({"length__gutter": "wide"}, "it is a whole number from 16 to 48"),
        ({"looks__others": "headlines"}, "it is one of lead, features, cards, items, links"),
        ({"show__cover": "perhaps"}, "it is yes or no"),
        ({"logo__src": "javascript:alert(1)"}, "it tells another server who reads; take it into your own images"),
        ({"logo__src": "https://example.org/logo.png"}, "it tells another server who reads"),
        ({"logo__src": f"https://example.org/images/{'0' * 39}.png"}, "it tells another server who reads"),
        ({"logo__src": OWN}, "a logo needs words"),
    ],
)
def test_tokens_that_cannot_be_used_are_refused(changes: dict[str, str], expected: str) -> None:
    """Nothing of a token can leave its place in a style sheet."""
    assert expected in reason(**changes)


def test_tokens_change_what_they_name() -> None:
    """Colours of both schemes, sizes, faces, looks, words and a logo."""
    changes = {
        "accent": "#7A2E3B",
        "dark.accent": "#fbb",
        "length.scale": "150",
        "looks.others": "cards",
        "words.cards": "10",
        "logo.src": OWN,
        "logo.alt": "CPDWL",
    }
    theme = read_theme("federation", document(), changes)

    assert ("#7a2e3b", "#ffbbbb") == (theme.light.accent.word, theme.dark.accent.word)
    assert (26, Look.CARDS, 10) == (theme.size.text, theme.others, theme.words[Look.CARDS])
    assert theme.logo is not None
    assert (f"/images/{'0' * 40}.png", "CPDWL", 120) == (theme.logo.src, theme.logo.alt, theme.logo.width)
    placed = theme.at("https://news.example.org/images/").logo
    assert placed is not None
    assert f"https://news.example.org/images/{'0' * 40}.png" == placed.src


@pytest.mark.parametrize("group", ["light", "dark", "face", "length", "words", "looks", "show"])
def test_theme_that_lacks_a_token_is_refused(group: str) -> None:
    """Half a theme would be a hole in a letter."""
    table = document()
    lost = next(iter(table[group]))
    del table[group][lost]

    with pytest.raises(BadValue, match=f"{lost} is missing"):
        read_theme("mine", table)


def test_every_token_can_be_named() -> None:
    """As it is listed, it is understood."""
    assert list(token_keys()) == [require_token(key) for key in token_keys()]
    assert {"accent", "dark.accent", "face.title", "length.scale", "looks.first", "logo.src"} < set(token_keys())
