import shutil
from pathlib import Path

import pytest

from newsletter.confined import Child
from newsletter.errors import BadValue, RenderFailed
from newsletter.letters.compose import Composition, compose_issue
from newsletter.letters.templates import Templates, packaged_templates
from newsletter.letters.themes import Themes
from tests.harness.letters import LINKS, SEED, a_newsletter, january_2020

SHARED = packaged_templates() / "email"


def compose(templates: Templates, theme: str = "federation", **tokens: str) -> Composition:
    """Compose the issue of January in a theme."""
    newsletter = a_newsletter(theme=theme, tokens={key.replace("__", "."): value for key, value in tokens.items()})
    return compose_issue(templates, newsletter, january_2020(), LINKS, SEED)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Give an empty folder for templates of one's own."""
    return tmp_path


def write(file: Path, text: str) -> None:
    """Write a file in a folder that need not be there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", Themes(SHARED).names())
def test_themes_that_come_with_the_product_can_be_read(name: str) -> None:
    """Their colours have the contrast that is asked of everybody's."""
    assert Themes(SHARED).read(name).about


def test_there_are_three_and_the_usual_one_is_first() -> None:
    """As the design has them."""
    assert ("federation", "letter", "magazine") == Themes(SHARED).names()


@pytest.mark.parametrize(
    "name", ["../federation", "..", "/etc", "%2e%2e/federation", "federation\0", "", "no-such", "Federation", "x" * 400]
)
def test_theme_that_is_none_is_refused(name: str) -> None:
    """By its name, with those there are."""
    with pytest.raises(BadValue, match="there are federation, letter, magazine"):
        Themes(SHARED).read(name)
    assert (SHARED,) == Themes(SHARED).search_path(name)


def test_letter_wears_the_theme_of_its_newsletter(templates: Templates) -> None:
    """Colours, type and what is laid out otherwise."""
    magazine, letter = compose(templates, "magazine").draft, compose(templates, "letter").draft

    assert "#7a2e3b" in magazine.html
    assert "#7a2e3b" not in letter.html
    assert "this is issue 12 of CPDWL Update: January 2020." in letter.html
    assert [magazine.subject, magazine.slots] == [letter.subject, letter.slots]


def test_letter_wears_the_tokens_of_its_newsletter(templates: Templates) -> None:
    """In the letter and in the style of its articles."""
    html = compose(templates, accent="#7a2e3b").draft.html

    assert "#0f5c63" not in html
    assert html.count("#7a2e3b") > 10


def test_theme_that_was_lost_is_told_when_a_letter_is_composed(templates: Templates) -> None:
    """Its folder was removed, or a file in it broken, since the newsletter chose it."""
    with pytest.raises(RenderFailed, match="The theme of CPDWL Update could not be rendered: lost: there is none of this name"):
        compose(templates, "lost")


def test_newsletter_lays_out_otherwise_what_it_likes(child: Child, own: Path) -> None:
    """A file in its own folder stands instead of the one of the theme; the others stay."""
    write(
        own / "cpdwl-update" / "issue" / "masthead.mjml",
        "<mj-section><mj-column><mj-text><h1>Ours</h1></mj-text></mj-column></mj-section>",
    )
    write(own / "another" / "issue" / "footer.mjml", "{{ nobody }}")
    templates = Templates(packaged_templates(), child, own=own)

    html = compose(templates).draft.html

    assert "<h1>Ours</h1>" in html
    assert "Division Chair letter" in html
    assert "<h1>Ours</h1>" not in compose(Templates(packaged_templates(), child)).draft.html


def test_newsletter_changes_a_few_tokens_by_a_file(child: Child, own: Path) -> None:
    """And what was said by command counts more."""
    write(own / "cpdwl-update" / "theme.toml", '[light]\naccent = "#7a2e3b"\nink = "#000000"\n')
    templates = Templates(packaged_templates(), child, own=own)

    html = compose(templates, ink="#111111").draft.html

    assert ("#7a2e3b" in html, "#111111" in html, "#000000" in html) == (True, True, False)


def test_file_of_tokens_that_was_changed_is_read_again(child: Child, own: Path) -> None:
    """Nobody restarts anything for a colour."""
    file = own / "cpdwl-update" / "theme.toml"
    templates = Templates(packaged_templates(), child, own=own)
    before = compose(templates).draft.html
    write(file, '[light]\naccent = "#7a2e3b"\n')

    after = compose(templates).draft.html

    assert ("#7a2e3b" in before, "#7a2e3b" in after) == (False, True)


def test_theme_of_ones_own_is_a_folder(child: Child, own: Path) -> None:
    """With a file of tokens, and whatever it lays out otherwise."""
    shutil.copytree(SHARED / "themes" / "letter", own / "themes" / "ours")
    templates = Templates(packaged_templates(), child, own=own)

    assert "ours" in templates.themes.names()
    assert "this is issue 12" in compose(templates, "ours").draft.html


@pytest.mark.parametrize("text", ["no toml [", "a" * 100_001, "light = 3", '[light]\nacent = "#000000"', "[surprise]\na = 1"])
def test_file_that_is_no_theme_is_refused(text: str, own: Path) -> None:
    """With a reason, never with a trace."""
    write(own / "themes" / "federation" / "theme.toml", text)

    with pytest.raises(BadValue, match="federation"):
        Themes(SHARED, own).read("federation")
