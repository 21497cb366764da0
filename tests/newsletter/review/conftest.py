"""What the tests of the review begin with: templates, a newsletter, an issue fit to go out."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from newsletter.confined import Child
from newsletter.database import Database
from newsletter.issues import editing
from newsletter.issues.draft import draft_month
from newsletter.issues.model import Issue, Month, Newsletter
from newsletter.letters.links import Links
from newsletter.letters.templates import Templates, packaged_templates
from tests.harness.newsroom import a_month, a_newsletter
from tests.newsletter.review.planted import Case, clean_case


@pytest.fixture(scope="session")
def templates() -> Iterator[Templates]:
    """Give the templates that come with the package."""
    with Child() as child:
        yield Templates(packaged_templates(), child)


@pytest.fixture(scope="module")
def clean(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Give the January issue of the demonstration."""
    path = tmp_path_factory.mktemp("planted") / "newsletter.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    with database.write() as tx:
        case = clean_case(tx)
    database.close()
    return case


@pytest.fixture
def links() -> Links:
    """Give the addresses of an instance."""
    return Links("https://news.example.org")


@pytest.fixture
def newsletter(database: Database) -> Newsletter:
    """Give a newsletter with the default plan, in Amsterdam."""
    with database.write() as tx:
        return a_newsletter(tx)


@pytest.fixture
def issue(database: Database, newsletter: Newsletter, now: datetime) -> Issue:
    """Give the January issue with its letter written: nothing blocks it."""
    with database.write() as tx:
        a_month(tx, newsletter)
        made = draft_month(tx, newsletter, Month(2020, 1), now)
        return editing.write_letter(tx, made.id, "Division Chair letter", "<p>Dear all,</p>", "Catharina Isberg", now)
