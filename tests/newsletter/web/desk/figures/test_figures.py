"""Figures at the desk."""

import csv
import io
import re
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from newsletter.database import Database
from newsletter.issues.model import Issue, Newsletter
from newsletter.mail import dispatch, figures, mailings
from newsletter.mail.delivery import DeliveryState
from newsletter.mail.figures import Change
from newsletter.mail.refusalbook import Refused
from newsletter.people import departures
from newsletter.people.departures import Why
from newsletter.tables.mail import delivery
from newsletter.web.desk.figures import sheet
from newsletter.web.desk.figures.issue import OTHERWISE, words_of
from subscribers import daybook, register, suppression
from subscribers.model import EVERY_LIST, Reason
from subscribers.tokens import Keyring
from tests.harness import returned
from tests.harness.newsroom import a_newsletter
from tests.harness.people import LINK, join
from tests.newsletter.web.conftest import Hands, Reader
from tests.newsletter.web.desk.conftest import OpenDesk

HERE = "/desk/figures"


@pytest.fixture
def mailed(database: Database, approved: Issue, clock: Hands) -> Issue:
    """Give the issue mailed to three people: one accepted, one refused, one waits."""
    with database.write() as tx:
        dispatch.send_issue(tx, approved.id, clock())
        letter_id = mailings.letter_of_issue(tx, approved.id)
        assert letter_id is not None
        for name, state, code, enhanced in (("ben", "accepted", 250, ""), ("eva", "refused", 550, "5.1.1")):
            said = {"state": state, "code": code, "enhanced": enhanced, "settled_at": clock()}
            tx.execute(update(delivery).where(delivery.c.email == f"{name}@example.org").values(said))
            figures.add(tx, Counter({Change(letter_id, DeliveryState(state)): 1}))
    return approved


def rows(page: str, key: str) -> dict[str, list[str]]:
    """Give the figures of a table by the name of each line."""
    table = page.partition(f'id="{key}-table"')[2].partition("</table>")[0]
    found = {}
    for line in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL):
        head = re.search(r'<th scope="row">(?:<a[^>]*>)?([^<]+)', line)
        cells = [re.sub("<[^>]+>", "", cell).strip() for cell in re.findall(r"<td[^>]*>(.*?)</td>", line, re.DOTALL)]
        if head:
            found[head[1].strip()] = cells
    return found


def file_of(desk: OpenDesk, path: str) -> list[dict[str, str]]:
    """Give a table of figures as its file has it."""
    return list(csv.DictReader(io.StringIO(desk.page(path))))


def test_the_figures_of_an_issue_add_up(desk: OpenDesk, mailed: Issue) -> None:
    """Everybody is in exactly one line, and the last line counts them all."""
    outcome = rows(desk.page(f"/desk/issues/{mailed.id}/figures"), "outcome")
    counts = {name: int(cells[0].split()[0]) for name, cells in outcome.items()}

    assert {"Accepted": 1, "Refused": 1, "Waiting": 1, "Audience": 3} == {k: v for k, v in counts.items() if v}
    assert sum(counts.values()) == 2 * counts["Audience"]


def test_refusals_are_told_in_words(desk: OpenDesk, mailed: Issue) -> None:
    """With the code of the relay below them, and the same in the file."""
    page = desk.page(f"/desk/issues/{mailed.id}/figures")

    assert {"No such mailbox": ["1", "33.3 %"]} == rows(page, "refused")
    assert "5.1.1" in page
    [line] = file_of(desk, f"/desk/issues/{mailed.id}/figures/refused.csv")
    assert ("No such mailbox", "1", "33.33") == (line["Reason"], line["People"], line["of the audience"])


def test_refusals_are_counted_anew_when_there_are_more(desk: OpenDesk, mailed: Issue, database: Database) -> None:
    """They are remembered only as long as the figures of the issue stay the same."""
    path = f"/desk/issues/{mailed.id}/figures"
    before = rows(desk.page(path), "refused")
    with database.write() as tx:
        letter_id = mailings.letter_of_issue(tx, mailed.id)
        assert letter_id is not None
        refused = {"state": "refused", "code": 550, "enhanced": "5.1.1"}
        tx.execute(update(delivery).where(delivery.c.state == "pending").values(refused))
        figures.add(tx, Counter([Change(letter_id, DeliveryState.REFUSED)]))

    assert {"No such mailbox": ["1", "33.3 %"]} == before
    assert {"No such mailbox": ["2", "66.7 %"]} == rows(desk.page(path), "refused")


def test_domains_are_counted_apart(desk: OpenDesk, mailed: Issue) -> None:
    """In a request of their own, which the page makes by itself."""
    page = desk.page(f"/desk/issues/{mailed.id}/figures")

    assert f'hx-get="/desk/issues/{mailed.id}/figures/domains"' in page
    found = rows(desk.page(f"/desk/issues/{mailed.id}/figures/domains"), "domains")
    assert {"example.org": ["3", "1", "1", "33.3 %"]} == found
    assert "example.org" == file_of(desk, f"/desk/issues/{mailed.id}/figures/domains.csv")[0]["Domain"]


def test_an_issue_that_was_not_mailed_has_no_figures(desk: OpenDesk, issue: Issue) -> None:
    """It says so, on the page and where its people are, and has no files."""
    path = f"/desk/issues/{issue.id}/figures"

    assert "It was not mailed yet" in desk.page(path)
    assert "Nobody." in desk.page(f"{path}/domains")
    assert 404 == desk.client.get(f"{path}/refused.csv").status_code
    assert 404 == desk.client.get(f"{path}/nothing.csv").status_code


def test_reasons_for_leaving_are_counted(
    desk: OpenDesk, database: Database, keyring: Keyring, newsletter: Newsletter, reader: Reader, clock: Hands
) -> None:
    """Those who said nothing stand last, and below them all together."""
    with database.write() as tx:
        other = join(tx, keyring, newsletter.list_id, "bob@example.org", clock())
        for standing in (reader.subscription, other.subscription):
            register.withdraw(tx, keyring, standing.id, clock(), LINK)
            departures.record(tx, keyring, standing, clock(), LINK)
        departures.say_why(tx, reader.subscription.id, Why.TOO_OFTEN)

    found = rows(desk.page(HERE), "reasons")
    assert {
        "Too often": ["1", "50.0 %"],
        "Said nothing": ["1", "50.0 %"],
        "All who left": ["2", "100.0 %"],
    } == found
    assert list(found) == ["Too often", "Said nothing", "All who left"]


def test_the_list_is_told_month_by_month(
    desk: OpenDesk, database: Database, keyring: Keyring, newsletter: Newsletter, clock: Hands
) -> None:
    """Counted or not counted yet, with complaints beside; the latest month first."""
    with database.write() as tx:
        for name in ("ann", "bob"):
            join(tx, keyring, newsletter.list_id, f"{name}@example.org", clock())
        suppression.suppress(tx, "a-hash", Reason.COMPLAINED, clock(), list_id=EVERY_LIST)
    before = rows(desk.page(HERE), "list")
    daybook.count(database.write, 10)

    month = f"{clock():%B %Y}"
    # From an address that got nothing.
    assert ["2", "2", "0", "0", "0"] == before[month]
    assert "1 complaint of this instance belongs to no issue that is known still" in desk.page(HERE)
    assert month == next(iter(before))
    assert before == rows(desk.page(HERE), "list")
    assert ["2", "100.0 %"] == rows(desk.page(HERE), "sign-up")["Confirmed"]


def complain(database: Database, email: str, at: datetime) -> None:
    """Let somebody who got mail call it spam."""
    with database.write() as tx:
        found = tx.execute(select(delivery.c.email_hash).where(delivery.c.email == email)).scalars().first()
        assert found is not None
        suppression.suppress(tx, found, Reason.COMPLAINED, at, list_id=EVERY_LIST)


def test_a_complaint_counts_with_the_issue_it_is_about(desk: OpenDesk, database: Database, mailed: Issue, clock: Hands) -> None:
    """Of whoever got it; who was refused speaks of something else. Another newsletter has none of it."""
    with database.write() as tx:
        other = a_newsletter(tx, "Another")
    path = f"/desk/issues/{mailed.id}/figures"
    assert "Nobody called it spam" in desk.page(path)
    for name in ("ben", "eva"):
        complain(database, f"{name}@example.org", clock() + timedelta(hours=1))

    assert "1 person called it spam, 100.0 % of those it was accepted for." in desk.page(path)
    assert "1" == rows(desk.page(HERE), "list")[f"{clock():%B %Y}"][-1]
    theirs = desk.page(f"{HERE}?newsletter={other.id}")
    assert "1 complaint of this instance belongs to no issue that is known still" in theirs
    assert "0" == rows(theirs, "list").get(f"{clock():%B %Y}", ["0"])[-1]


def test_figures_that_are_not_whole_say_so(
    desk: OpenDesk, database: Database, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the worker counts, no page walks what it has still to count."""
    monkeypatch.setattr(daybook, "MOST_UNCOUNTED", 0)

    assert "The worker is counting it" in desk.page(HERE)


def test_a_newsletter_that_is_not_there(desk: OpenDesk, newsletter: Newsletter) -> None:
    """Is no page, whatever the address says; without any there is a word about what to do."""
    for asked in ("?newsletter=99", "?newsletter=x", "?newsletter=%27%20or%201"):
        assert 404 == desk.client.get(f"{HERE}{asked}").status_code


def test_an_empty_instance_has_a_page(desk: OpenDesk) -> None:
    """It leads to where a newsletter is made; and there is no file."""
    page = desk.page(HERE)
    assert "No newsletter yet" in page
    assert 'href="/desk/settings/newsletters/new">Make a newsletter</a>' in page
    assert 404 == desk.client.get(f"{HERE}/issues.csv").status_code


def test_issues_are_compared_over_time(desk: OpenDesk, mailed: Issue, newsletter: Newsletter) -> None:
    """Each leads to its own figures."""
    page = desk.page(f"{HERE}?newsletter={newsletter.id}")

    assert f'href="/desk/issues/{mailed.id}/figures"' in page
    assert "3" == file_of(desk, f"{HERE}/issues.csv?newsletter={newsletter.id}")[0]["Audience"]


def test_no_cell_of_a_file_is_a_formula() -> None:
    """A title that begins with a sign of one stands behind a quotation mark."""
    line = sheet.Line("=cmd", (sheet.Cell("−3", -3),))

    assert "'=cmd,-3" == sheet.csv(sheet.Sheet("k", "t", ("a", "b"), (line,))).splitlines()[1].replace("'-3", "-3")


@pytest.mark.parametrize(
    ("enhanced", "words"),
    [("5.1.1", "No such mailbox"), ("5.7.9", "Refused by a rule of the receiver"), ("", OTHERWISE), ("garbage", OTHERWISE)],
)
def test_a_reason_is_found_for_every_status(enhanced: str, words: str) -> None:
    """Exactly, by its class, or none."""
    assert words == words_of(Refused(550, enhanced, 1))


@pytest.mark.parametrize(
    ("part", "whole", "text"), [(1, 3, "33.3 %"), (0, 3, "0.0 %"), (1, 100_000, "under 0.1 %"), (0, 0, "")]
)
def test_shares_are_never_told_as_nothing_when_there_is_something(part: int, whole: int, text: str) -> None:
    """Nor as anything of nothing."""
    assert text == sheet.share(part, whole).text


def test_what_came_back_adds_up(desk: OpenDesk, mailed: Issue, database: Database, keyring: Keyring, clock: Hands) -> None:
    """By reason, domain and words, beside what was refused at once; complaints are warned of, with what to do."""
    with database.write() as tx:
        letter_id = mailings.letter_of_issue(tx, mailed.id)
        assert letter_id is not None
        backs = {
            name: returned.address(keyring, returned.delivery_of(tx, name, letter_id, "example.org")) for name in ("ben", "ida")
        }
        for name, reading in (("ben", returned.FULL), ("ida", returned.DEAD), ("ben", returned.COMPLAINT)):
            returned.take(tx, keyring, returned.bounce(backs[name], subject=reading.kind), reading, clock())
    path = f"/desk/issues/{mailed.id}/figures"
    page = desk.page(path)

    every = {"The address does not exist any more": "1", "The mailbox is full": "1", "All that came back": "2"}
    assert every == {name: cells[0] for name, cells in rows(page, "bounced").items()}
    assert {"example.org": ["2", "1"]} == rows(page, "bounced-domains")
    assert {"user unknown": ["1"], "mailbox full": ["1"]} == {
        name.partition(" 5.")[2][4:] or name: cells for name, cells in rows(page, "bounced-texts").items()
    }
    assert "1" == rows(page, "came-back")["Called it spam"][0]
    assert f'href="/desk/returns?issue={mailed.id}"' in page
    assert 2 == len(file_of(desk, f"{path}/bounced-texts.csv"))
    [line] = file_of(desk, f"{HERE}/returns.csv")
    assert ("2", "1") == (line["Did not arrive"], line["Called spam"])
    assert "2 came back" in desk.page("/desk")
    assert "a second one is no accident" in page
    with database.write() as tx:
        returned.take(tx, keyring, returned.mail(backs["ida"]), returned.COMPLAINT, clock())
    assert "Do not send the next issue to everybody" in desk.page(path)
