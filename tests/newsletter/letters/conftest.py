from collections.abc import Iterator

import pytest

from newsletter.confined import Child
from newsletter.letters.templates import Templates, packaged_templates
from tests.harness.browser import browser

# A fixture of the harness, for this room.
__all__ = ["browser"]


@pytest.fixture(scope="session")
def child() -> Iterator[Child]:
    """Give a child process for all tests of letters."""
    with Child() as opened:
        yield opened


@pytest.fixture(scope="session")
def templates(child: Child) -> Templates:
    """Give the templates that come with the package."""
    return Templates(packaged_templates(), child)
