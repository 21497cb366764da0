"""The reference pages say what the code does."""

import re
from collections.abc import Callable

import pytest

from newsletter.cli.exits import MEANINGS, Exit
from newsletter.confined import Child
from newsletter.letters import theme, view
from newsletter.letters.compose import sheet_of
from newsletter.letters.letter import SlotName
from newsletter.letters.templates import Templates, packaged_templates
from tests.harness.letters import LINKS, SEED, a_newsletter, an_issue
from tests.harness.reference import FOLDER, api_page, cli_page, metrics_page, settings_page

# What a template sees, by the heading of its table in `templates.md`.
SEEN: dict[str, type] = {
    "page": view.Page,
    "issue": view.IssueView,
    "section": view.SectionView,
    "article": view.ArticleView,
    "picture": view.PictureView,
    "event": view.EventView,
    "theme": theme.Theme,
    "palette": theme.Palette,
    "face": theme.Faces,
    "size": theme.Sizes,
    "length": theme.Lengths,
}


def named(heading: str) -> list[str]:
    """Give the names in the first column of the table below a heading of `templates.md`, in order."""
    text = (FOLDER / "templates.md").read_text().partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return sorted(name for row in re.findall(r"^\| (`[^|]*) \|", text, re.MULTILINE) for name in re.findall(r"`([^`]+)`", row))


@pytest.mark.parametrize(
    ("name", "made"),
    [("settings.md", settings_page), ("cli.md", cli_page), ("metrics.md", metrics_page), ("api.md", api_page)],
)
def test_reference_is_in_step_with_the_code(name: str, made: Callable[[], str]) -> None:
    """`python -m tests.harness.reference` writes them anew."""
    assert made() == (FOLDER / name).read_text()


def test_every_exit_code_has_a_meaning() -> None:
    """A script must not meet a number that nobody explains."""
    assert set(Exit) == set(MEANINGS)


@pytest.mark.parametrize("heading", SEEN)
def test_templates_page_names_what_templates_see(heading: str) -> None:
    """All of it, and nothing that is not there."""
    assert sorted(name for name in dir(SEEN[heading]) if name[0] != "_") == named(heading)


def test_templates_page_names_slots_tokens_and_what_an_issue_is_given() -> None:
    """What is filled for each person, what a newsletter may change of its theme, and what stands above all that."""
    with Child() as child:
        sheet = sheet_of(Templates(packaged_templates(), child), a_newsletter(), an_issue(), LINKS, SEED, None)

    assert sorted(SlotName) == named("slots")
    assert sorted(theme.token_keys()) == named("Tokens")
    assert sorted(sheet.values) == named("In an issue")
