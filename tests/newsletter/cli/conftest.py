"""A terminal in front of a fresh instance: on SQLite, and where a test says so on PostgreSQL, too."""

from pathlib import Path

import pytest

from tests.conftest import SECRET
from tests.harness.terminal import Terminal


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is marked so on both databases; everything else on the one that costs least."""
    if metafunc.definition.get_closest_marker("both_databases") and "instance_url" in metafunc.fixturenames:
        metafunc.parametrize("instance_url", ["sqlite", "postgres"], indirect=True)


@pytest.fixture
def instance_url(request: pytest.FixtureRequest) -> str:
    """Give the address of the instance's migrated database."""
    url: str = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_url")
    return url


@pytest.fixture
def settings(instance_url: str, tmp_path: Path) -> dict[str, str]:
    """Give the settings of a local instance on a migrated database."""
    return {
        "NEWSLETTER_DATA_DIR": str(tmp_path / "data"),
        "NEWSLETTER_DATABASE_URL": instance_url,
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
