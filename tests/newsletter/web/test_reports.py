"""The figures of a mailing in words."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.database import Database
from newsletter.issues import store as issues
from newsletter.mail import rest
from newsletter.mail.delivery import DeliveryState, Report
from newsletter.web.reports import FinalReports, in_a_row, in_words, lines, settled, waiting
from subscribers.tokens import Keyring
from tests.harness import mailroom
from tests.harness.mailed import Mailed, being_mailed

COUNTS = st.integers(min_value=0, max_value=2_000_000)


def report(accepted: int = 0, refused: int = 0, deferred: int = 0, uncertain: int = 0, pending: int = 0) -> Report:
    """Give figures that add up."""
    return Report(accepted + refused + deferred + uncertain + pending, accepted, refused, deferred, uncertain, 0, 0, pending)


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        (report(), ""),
        (report(accepted=412), "412 accepted of 412"),
        (report(accepted=409, refused=3), "409 accepted of 412"),
        (report(accepted=12_409, deferred=1, pending=2), "12,409 accepted of 12,412, 3 waiting"),
    ],
)
def test_figures_for_a_row(figures: Report, words: str) -> None:
    """The number, what it is of, and who waits."""
    assert words == in_a_row(figures)


def test_figures_below_a_bar_leave_zeros_out() -> None:
    """Only what there is."""
    assert "0 accepted of 3, 3 waiting" == in_words(report(pending=3))
    assert "1 accepted of 4, 2 refused, 1 uncertain" == in_words(report(accepted=1, refused=2, uncertain=1))


@given(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
def test_the_lines_add_up(accepted: int, refused: int, deferred: int, uncertain: int, pending: int) -> None:
    """To the audience, always."""
    figures = report(accepted, refused, deferred, uncertain, pending)
    *parts, audience = (line.count for line in lines(figures))

    assert sum(parts) == audience == settled(figures) + waiting(figures)


def test_report_of_an_issue_that_is_sent_to_the_rest_is_counted_anew(
    database: Database, keyring: Keyring, now: datetime
) -> None:
    """Final reports are remembered, and an issue that was mailed again since is another."""
    with database.write() as tx:
        room = mailroom.open_mailroom(tx, keyring, now, ("ann", "bob", "cem"))
    mailed = being_mailed(database, room, now)
    mailed.mail({"bob": DeliveryState.REFUSED})
    reports = FinalReports()
    seen = [_seen(mailed, reports)]
    with mailed.database.write() as tx:
        rest.send_rest(tx, mailed.issue_id, mailed.now + timedelta(hours=1), also_new=False)
    seen.append(_seen(mailed, reports))
    mailed.now += timedelta(hours=2)
    mailed.mail()

    assert [(2, 1), (2, 0), (3, 0)] == [*seen, _seen(mailed, reports)]


def _seen(mailed: Mailed, reports: FinalReports) -> tuple[int, int]:
    with mailed.database.read() as tx:
        found = reports.report(tx, issues.load(tx, mailed.issue_id))
    return found.accepted, found.refused
