"""What waits for a person leads to where it is mended, as far as that is theirs to do."""

from datetime import UTC, datetime

import pytest

from newsletter.issues.alerts import Alert
from newsletter.staff.permissions import Actor, Role
from newsletter.web.desk import mends

ADMIN = Actor("ann", Role.ADMIN)
EDITOR_OF_ONE = Actor("eve", None, {1: Role.EDITOR})


def alert(key: str, text: str = "Something.", newsletter_id: int | None = 1, issue_id: int | None = 5) -> Alert:
    """Give an alert."""
    return Alert(1, key, text, newsletter_id, issue_id, datetime(2020, 2, 3, tzinfo=UTC))


@pytest.mark.parametrize(
    ("key", "href"),
    [
        ("relay-down:main", "/desk/settings/relays"),
        ("feed:3", "/desk/settings/feeds"),
        ("issue-uncertain:5", "/desk/issues/5/uncertain"),
        ("issue-comments:5", "/desk/issues/5/review#comments"),
        ("mailing-paused:9", "/desk/issues/5/send"),
        ("anything-else:5", "/desk/issues/5"),
    ],
)
def test_each_leads_to_its_page(key: str, href: str) -> None:
    """Whoever may do everything is led everywhere."""
    assert href == mends.mended(ADMIN, alert(key)).href


def test_what_is_not_theirs_to_mend_is_told_and_leads_nowhere() -> None:
    """An editor cannot change a mail server."""
    assert ("Something.", "") == (
        mends.mended(EDITOR_OF_ONE, alert("relay-down:main")).text,
        mends.mended(EDITOR_OF_ONE, alert("relay-down:main")).href,
    )
    assert "/desk/issues/5/review" == mends.mended(EDITOR_OF_ONE, alert("issue-held:5")).href


def test_without_an_issue_there_is_no_page_of_it() -> None:
    """An alert of a kind that nobody knows."""
    assert "" == mends.mended(ADMIN, alert("else", issue_id=None)).href


def test_only_what_is_theirs_is_seen() -> None:
    """Of other newsletters and of the instance they hear nothing."""
    some = [alert("a"), alert("b", newsletter_id=2), alert("c", newsletter_id=None)]

    assert ["a"] == [one.key for one in mends.seen_by(EDITOR_OF_ONE, some)]
    assert ["a", "b", "c"] == [one.key for one in mends.seen_by(ADMIN, some)]


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("Loida commented on May 2020: newsletter issues comments 3", "Loida commented on May 2020."),
        ("Draft it if it is wanted: newsletter issues draft news --month 2020-01", "Draft it if it is wanted."),
        ("The newsletter has no list.", "The newsletter has no list."),
    ],
)
def test_commands_are_for_those_who_work_by_command(told: str, shown: str) -> None:
    """The desk has a link in their place."""
    assert shown == mends.mended(ADMIN, alert("else", told)).text
