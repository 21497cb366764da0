"""The reference pages say what the code does."""

from collections.abc import Callable

import pytest

from newsletter.cli.exits import MEANINGS, Exit
from tests.harness.reference import FOLDER, cli_page, metrics_page, settings_page


@pytest.mark.parametrize(("name", "made"), [("settings.md", settings_page), ("cli.md", cli_page), ("metrics.md", metrics_page)])
def test_reference_is_in_step_with_the_code(name: str, made: Callable[[], str]) -> None:
    """`python -m tests.harness.reference` writes them anew."""
    assert made() == (FOLDER / name).read_text()


def test_every_exit_code_has_a_meaning() -> None:
    """A script must not meet a number that nobody explains."""
    assert set(Exit) == set(MEANINGS)
