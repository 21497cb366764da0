"""What most tests of issues begin with."""

import pytest

from newsletter.database import Database
from newsletter.issues.model import Newsletter
from tests.harness.newsroom import a_newsletter


@pytest.fixture
def newsletter(database: Database) -> Newsletter:
    """Give a newsletter with the default plan, in Amsterdam."""
    with database.write() as tx:
        return a_newsletter(tx)
