"""How large a list was, and when people left."""

import csv
import io
from datetime import timedelta

from newsletter.database import Database
from newsletter.issues.model import Issue, Newsletter
from newsletter.mail import dispatch
from newsletter.people import departures
from subscribers import daybook, register
from subscribers.tokens import Keyring
from tests.harness.people import LINK, join
from tests.newsletter.web.conftest import Hands, Reader
from tests.newsletter.web.desk.conftest import OpenDesk
from tests.newsletter.web.desk.figures.test_figures import rows

SIZE = "/desk/figures/size"
MONTH = timedelta(days=31)


def test_list_is_told_by_the_end_of_each_month(
    desk: OpenDesk, newsletter: Newsletter, reader: Reader, database: Database, keyring: Keyring, clock: Hands
) -> None:
    """Whoever left counts until then, and months before anybody are left out; the file has the same."""
    with database.write() as tx:
        ben = join(tx, keyring, newsletter.list_id, "ben@example.org", clock())
    clock.forward(days=31)
    with database.write() as tx:
        register.withdraw(tx, keyring, ben.subscription.id, clock(), LINK)
        join(tx, keyring, newsletter.list_id, "eva@example.org", clock())
        join(tx, keyring, newsletter.list_id, "ida@example.org", clock())
    clock.forward(minutes=1)
    found = rows(desk.page(SIZE), "size")
    file = list(csv.DictReader(io.StringIO(desk.page("/desk/figures/size.csv"))))

    assert {"March 2020": ["3 +1"], "February 2020": ["2 +1"], "January 2020": ["1 +1"]} == found
    assert ["3", "2", "1"] == [row["People at its end"] for row in file]


def test_list_of_nobody_says_so(desk: OpenDesk, newsletter: Newsletter) -> None:
    """Without a table or a chart; and the page of figures leads there."""
    assert "Nobody has stood on this list" in desk.page(SIZE)
    assert f'hx-get="{SIZE}?newsletter={newsletter.id}"' in desk.page("/desk/figures")
    assert 404 == desk.client.get(f"{SIZE}?newsletter=99").status_code


def test_sizes_are_counted_at_any_moments(database: Database, newsletter: Newsletter, reader: Reader, clock: Hands) -> None:
    """Right before the yes nobody, right behind it one."""
    with database.read() as tx:
        assert (0, 1) == daybook.sizes(tx, newsletter.list_id, (clock() - MONTH, clock() + MONTH))
        assert (0,) == daybook.sizes(tx, 99, (clock() + MONTH,))


def test_days_on_which_people_left_are_told(
    desk: OpenDesk, newsletter: Newsletter, approved: Issue, database: Database, keyring: Keyring, clock: Hands
) -> None:
    """From the day of the mailing to the last on which somebody left, the latest first, also those on which nobody did."""
    with database.write() as tx:
        joined = [join(tx, keyring, newsletter.list_id, f"p{nth}@example.org", clock()) for nth in range(3)]
        dispatch.send_issue(tx, approved.id, clock())
    for nth, days in enumerate((0, 2, 0)):
        clock.forward(days=days, minutes=1)
        with database.write() as tx:
            departures.record(tx, keyring, joined[nth].subscription, clock(), LINK)
    clock.forward(days=3)
    page = desk.page(f"/desk/issues/{approved.id}/figures")
    file = list(csv.DictReader(io.StringIO(desk.page(f"/desk/issues/{approved.id}/figures/left-by-day.csv"))))

    assert 'data-table="left-by-day-table"' in page
    assert ["2", "0", "1"] == [row["People"] for row in file]


def test_spans_of_departures_follow_on_each_other(database: Database, newsletter: Newsletter, clock: Hands) -> None:
    """One moment is no span."""
    with database.read() as tx:
        assert () == departures.between_each(tx, newsletter.list_id, (clock(),))
        assert (0, 0) == departures.between_each(tx, newsletter.list_id, (clock(), clock() + MONTH, clock() + 2 * MONTH))
