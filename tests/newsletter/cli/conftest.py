"""A terminal in front of a fresh instance."""

from pathlib import Path

import pytest

from tests.conftest import SECRET
from tests.harness.terminal import Terminal


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> dict[str, str]:
    """Give the settings of a local instance on a migrated SQLite database."""
    return {
        "NEWSLETTER_DATA_DIR": str(tmp_path / "data"),
        "NEWSLETTER_DATABASE_URL": sqlite_url,
        "NEWSLETTER_SECRET_KEY": SECRET,
    }


@pytest.fixture
def terminal(settings: dict[str, str]) -> Terminal:
    """Give a terminal of that instance."""
    return Terminal(settings)


@pytest.fixture
def paper(terminal: Terminal) -> str:
    """Give the name of a newsletter with the list `readers`."""
    terminal.ok(
        *("newsletters", "create", "Section News", "--from", "The Section <news@example.org>", "--list", "readers"),
        *("--postal-address", "1 Library Road, Utrecht", "--timezone", "Europe/Amsterdam"),
    )
    return "Section News"
