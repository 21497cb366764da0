"""What somebody with a role in one newsletter sees and changes: their own, and nothing of another (A09)."""

from dataclasses import dataclass

import pytest

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.feeds import store as feeds
from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.staff.permissions import Actor, Role
from tests.harness.newsroom import a_newsletter
from tests.newsletter.web.conftest import Hands, browser_of, csrf_of
from tests.newsletter.web.desk.conftest import OpenDesk


@dataclass(frozen=True, slots=True)
class Two:
    """A newsletter of one's own, and a foreign one."""

    own: Newsletter
    foreign: Newsletter


@pytest.fixture
def two(database: Database, clock: Hands) -> Two:
    """Give two newsletters with a feed each."""
    with database.write() as tx:
        made = Two(a_newsletter(tx, "Own Paper"), a_newsletter(tx, "Foreign Paper"))
        for one in (made.own, made.foreign):
            feeds.add(tx, one.id, f"https://{one.slug}.example.org/feed/", clock())
    return made


def desk_of(application: Application, two: Two, role: Role) -> OpenDesk:
    """Give the desk of somebody with a role in the one newsletter."""
    client = browser_of(application, Actor("Ann", None, {two.own.id: role}))
    return OpenDesk(client, csrf_of(client))


@pytest.mark.parametrize("path", ["", "/newsletters", "/feeds", "/lists"])
def test_a_page_names_what_is_ones_own_and_nothing_else(application: Application, two: Two, path: str) -> None:
    """Neither its name, nor its list, nor its feeds."""
    page = desk_of(application, two, Role.ADMIN).page(f"/desk/settings{path}")

    assert "Own Paper" in page
    assert "oreign" not in page


def test_figures_are_those_of_ones_own_newsletter(application: Application, two: Two) -> None:
    """Another one is not there, whatever the address says."""
    desk = desk_of(application, two, Role.VIEWER)

    assert "oreign" not in desk.page("/desk/figures")
    assert 404 == desk.client.get(f"/desk/figures?newsletter={two.foreign.id}").status_code
    assert 404 == desk.client.get(f"/desk/figures/issues.csv?newsletter={two.foreign.id}").status_code


def test_a_form_cannot_name_a_foreign_newsletter(application: Application, database: Database, two: Two) -> None:
    """A feed is added to one's own newsletter only, and nothing is tried for another."""
    desk = desk_of(application, two, Role.ADMIN)
    added = desk.press("/desk/settings/feeds", newsletter=str(two.foreign.id), url="https://blog.example.org/")
    tried = desk.client.get(f"/desk/settings/feeds/try?newsletter={two.foreign.id}&url=https://blog.example.org/")

    assert [422, 422] == [added.status_code, tried.status_code]
    with database.read() as tx:
        assert 1 == len(feeds.feeds_of(tx, two.foreign.id))


def test_a_newsletter_is_given_no_list_of_another(application: Application, database: Database, two: Two) -> None:
    """Whoever administers one would write to people who are none of theirs, and read who they are."""
    desk = desk_of(application, two, Role.ADMIN)
    path = f"/desk/settings/newsletters/{two.own.id}/list"
    answer = desk.press(path, list_id=str(two.foreign.list_id))

    assert "oreign" not in desk.page(f"{path}?list_id={two.foreign.list_id}")
    assert 422 == answer.status_code
    with database.read() as tx:
        assert two.own == newsletters.by_id(tx, two.own.id)


def test_what_is_of_the_whole_instance_is_no_part_of_theirs(application: Application, two: Two) -> None:
    """The parts beside each page are those that open."""
    page = desk_of(application, two, Role.PUBLISHER).page("/desk/settings")

    assert 'href="/desk/settings/lists"' in page
    for closed in ("newsletters", "relays", "audit", "system", "questions"):
        assert f'href="/desk/settings/{closed}"' not in page
