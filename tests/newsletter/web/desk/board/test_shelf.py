"""All issues of a newsletter."""

import re

import pytest

from newsletter.database import Database
from newsletter.issues import draft, store
from newsletter.issues.model import IssueState, Newsletter
from newsletter.web.desk.board.shelf import PAGE
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.conftest import OpenDesk


def many(database: Database, newsletter: Newsletter, clock: Hands, count: int) -> None:
    """Begin issues."""
    with database.write() as tx:
        for number in range(count):
            draft.draft_empty(tx, newsletter, f"Issue {number + 1}", clock())


def numbers(page: str) -> list[int]:
    """Give the numbers of the issues on a page."""
    return [int(found) for found in re.findall(r'rows__label">No. </span>(\d+)', page)]


def tabs(page: str) -> list[str]:
    """Give the tabs of a page."""
    return re.findall(r"<a href=[^>]+>([^<]+ \(\d+\))</a>", page)


def test_every_issue_is_reached_page_by_page(desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands) -> None:
    """The latest first, none twice, and back to the beginning."""
    many(database, newsletter, clock, PAGE + 2)
    here = f"/desk/newsletters/{newsletter.id}/issues"
    first = desk.page(here)
    second = desk.page(f"{here}?before=3")

    assert list(range(PAGE + 2, 2, -1)) == numbers(first)
    assert f'rel="next" href="{here}?before=3"' in first
    assert [2, 1] == numbers(second)
    assert f'rel="prev" href="{here}"' in second
    assert 'rel="next"' not in second


def test_issues_of_one_state_can_be_had(desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands) -> None:
    """By a tab for each state that there is; and none of a state says so."""
    many(database, newsletter, clock, 3)
    here = f"/desk/newsletters/{newsletter.id}/issues"
    with database.write() as tx:
        one = store.load(tx, store.issues_of(tx, newsletter.id)[0].id)
        store.set_state(tx, one, IssueState.CANCELLED, clock())

    assert [3] == numbers(desk.page(f"{here}?state=cancelled"))
    assert [2, 1] == numbers(desk.page(f"{here}?state=draft"))
    assert "No issue here" in desk.page(f"{here}?state=sent")
    assert ["All (3)", "Draft (2)", "Cancelled (1)"] == tabs(desk.page(here))
    assert ["All (3)", "Draft (2)", "Sent (0)", "Cancelled (1)"] == tabs(desk.page(f"{here}?state=sent"))


@pytest.mark.parametrize("asked", ["state=nonsense", "before=" + "9" * 18, "before=x", "before=-1", "before=%D9%A3"])
def test_nonsense_in_the_address_is_not_asked_for(
    desk: OpenDesk, database: Database, newsletter: Newsletter, clock: Hands, asked: str
) -> None:
    """All are shown, as without it."""
    many(database, newsletter, clock, 1)

    assert [1] == numbers(desk.page(f"/desk/newsletters/{newsletter.id}/issues?{asked}"))


def test_a_newsletter_without_issues_says_how_one_comes(desk: OpenDesk, newsletter: Newsletter) -> None:
    """By the calendar, or by hand; there is nothing to choose from yet."""
    page = desk.page(f"/desk/newsletters/{newsletter.id}/issues")

    assert "No issue yet" in page
    assert f'href="/desk/newsletters/{newsletter.id}/begin"' in page
    assert [] == tabs(page)
