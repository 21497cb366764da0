"""Choosing at the desk who gets an issue."""

import re
from collections.abc import Mapping

import pytest

from newsletter.bootstrap import Application
from newsletter.database import Database
from newsletter.issues import editing, readers, selection, store
from newsletter.issues.model import Issue, Newsletter
from newsletter.people import segments
from newsletter.staff import audit
from newsletter.staff.permissions import Actor, Role
from newsletter.web.desk.issue import audience
from subscribers import attributebook, topicbook
from subscribers.attributes import AttributeKind
from subscribers.segments import store as kept
from tests.harness.staff import ADMINISTRATOR
from tests.newsletter.web.conftest import Hands
from tests.newsletter.web.desk.conftest import OpenDesk, buttons, state_of, uncountable

RULES = {"B": "address starts with ben or address starts with bob", "Not Ida": "not address starts with ida"}


@pytest.fixture
def made(database: Database, ready: Issue, clock: Hands) -> Mapping[str, str]:
    """Give two segments and what stands for each in a form."""
    with database.write() as tx:
        return {name: str(segments.create(tx, name, rule, "ann", clock()).id) for name, rule in RULES.items()}


def options(page: str, name: str) -> list[str]:
    """Give the lines of a select, with a star before the chosen one."""
    found = re.search(rf'<select id="{name}".*?</select>', page, re.DOTALL)
    assert found is not None
    lines = re.findall(r"<option value=\"[^\"]*\"( selected)?(?: disabled)?>([^<]+)<", found[0])
    return [f"{'*' if is_chosen else ''}{words}" for is_chosen, words in lines]


def chosen(database: Database, issue: Issue) -> str:
    """Give whom an issue is for, in words."""
    with database.read() as tx:
        return selection.of_issue(tx, store.load(tx, issue.id)).words


def again(database: Database, issue: Issue) -> Issue:
    """Give an issue as it is now."""
    with database.read() as tx:
        return store.load(tx, issue.id)


def test_there_is_nothing_to_choose_from(desk: OpenDesk, ready: Issue) -> None:
    """Without segments and topics a form would be in the way."""
    assert "Set who gets it" not in buttons(desk.page(f"/desk/issues/{ready.id}/send"))


def counted(desk: OpenDesk, issue: Issue, **asked: str) -> str:
    """Give what the page says of how many get an issue, by a choice that is not kept yet."""
    answer = desk.client.get(f"/desk/issues/{issue.id}/send/count", params=asked)
    assert 200 == answer.status_code
    return re.sub(r"<[^>]+>", "", answer.text).strip()


def test_segments_are_offered(desk: OpenDesk, ready: Issue, made: Mapping[str, str]) -> None:
    """To be in, and to be left out."""
    page = desk.page(f"/desk/issues/{ready.id}/send")

    assert ["*Everybody", "B", "Not Ida"] == options(page, "segment")
    assert ["*Nobody", "B", "Not Ida"] == options(page, "except")


def test_a_choice_is_counted_before_it_is_kept(
    desk: OpenDesk, database: Database, ready: Issue, made: Mapping[str, str]
) -> None:
    """With whom it leaves out; nothing is changed by asking."""
    assert "3 people" == counted(desk, ready)
    assert "2 people, 1 person left out by this choice" == counted(desk, ready, segment=made["Not Ida"])
    assert "1 person, 2 people left out by this choice" == counted(
        desk, ready, segment=made["Not Ida"], **{"except": made["B"]}
    )
    assert "" == chosen(database, ready)
    assert ready.version == again(database, ready).version


def test_topics_are_counted_before_they_are_kept(
    desk: OpenDesk, database: Database, ready: Issue, newsletter: Newsletter
) -> None:
    """Whoever takes all topics takes this one."""
    with database.write() as tx:
        jobs = topicbook.add(tx, newsletter.list_id, "Jobs")

    assert "3 people" == counted(desk, ready, topics="1", **{f"topic-{jobs.id}": "on"})


def test_it_is_not_waited_for_a_number_that_takes_too_long(
    desk: OpenDesk, database: Database, ready: Issue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The piece says so, and whoever sends is not held up."""
    with uncountable(database, monkeypatch):
        told = counted(desk, ready)

    assert "could not be counted within" in told


def test_an_issue_goes_to_a_segment(desk: OpenDesk, database: Database, ready: Issue, made: Mapping[str, str]) -> None:
    """But for those of another one; the page says to how many, the audit who said so, and everybody is a choice again."""
    page = desk.act(ready, "audience", segment=made["Not Ida"], **{"except": made["B"]})

    assert "Readers of Section News, in “Not Ida” and not in “B”" in page
    assert ["Everybody", "B", "*Not Ida"] == options(page, "segment")
    assert counted(desk, ready).startswith("1 person")
    with database.read() as tx:
        last = audit.recent(tx)[0]
    assert (ADMINISTRATOR, "issue.audience") == (last.actor, last.act)

    page = desk.act(again(database, ready), "audience", segment="", **{"except": ""})

    assert "3 people" == counted(desk, ready)
    assert "" == chosen(database, ready)


def test_what_is_as_it_was_is_no_edit(desk: OpenDesk, database: Database, ready: Issue, made: Mapping[str, str]) -> None:
    """Whoever looks at the same version may still approve it."""
    desk.act(ready, "audience", segment="", topics="1", **{"except": ""})

    assert ready.version == again(database, ready).version


def test_several_segments_stay(desk: OpenDesk, database: Database, ready: Issue, made: Mapping[str, str], clock: Hands) -> None:
    """The command can say what a select cannot; it is shown, kept, and let go only when somebody chooses another line."""
    with database.write() as tx:
        editing.select_people(tx, ready.id, clock(), included=list(made), excluded=[])
    page = desk.page(f"/desk/issues/{ready.id}/send")

    assert ["Everybody", "*B or Not Ida", "B", "Not Ida"] == options(page, "segment")

    desk.act(again(database, ready), "audience", segment=audience.AS_IT_IS, **{"except": ""})

    assert "in “B” or “Not Ida”" == chosen(database, ready)

    desk.act(again(database, ready), "audience", segment=made["B"], **{"except": ""})

    assert "in “B”" == chosen(database, ready)


def test_approved_for_some_it_stays_for_them(desk: OpenDesk, database: Database, ready: Issue, made: Mapping[str, str]) -> None:
    """The form shows it and can do nothing; a forged one does nothing either."""
    desk.act(ready, "audience", segment=made["B"])
    page = desk.act(again(database, ready), "approve")
    known = again(database, ready)
    forged = desk.press(f"/desk/issues/{ready.id}/audience", version=str(known.version), segment="")

    assert 'class="group" disabled' in page
    assert ["Everybody", "*B", "Not Ida"] == options(page, "segment")
    assert "Set who gets it" not in buttons(page)
    assert 409 == forged.status_code
    assert "approved" == state_of(database, ready)
    assert "in “B”" == chosen(database, ready)

    desk.act(known, "schedule", at="2020-02-03T09:00")
    known = again(database, ready)

    assert 409 == desk.press(f"/desk/issues/{ready.id}/audience", version=str(known.version), segment="").status_code
    assert "scheduled" == state_of(database, ready)


def test_on_its_way_there_is_nothing_to_choose(
    desk: OpenDesk, database: Database, made: Mapping[str, str], mailing: Issue
) -> None:
    """Who was to get it is written down."""
    known = again(database, mailing)

    assert "Who gets it" not in desk.page(f"/desk/issues/{mailing.id}/send")
    assert 409 == desk.press(f"/desk/issues/{mailing.id}/audience", version=str(known.version), segment="").status_code


@pytest.mark.parametrize("value", ["999", "x", "-1", "9" * 50])
def test_a_segment_that_is_not_there(
    desk: OpenDesk, database: Database, ready: Issue, made: Mapping[str, str], value: str
) -> None:
    """Removed while somebody looked at the page, or made up; nothing is changed."""
    desk.act(ready, "audience", segment=made["B"])
    known = again(database, ready)
    told = desk.press(f"/desk/issues/{ready.id}/audience", version=str(known.version), segment=value)

    assert 422 == told.status_code
    assert "is not there any more" in told.text
    assert "in “B”" == chosen(database, ready)


def test_in_and_out_at_once(desk: OpenDesk, database: Database, ready: Issue, made: Mapping[str, str]) -> None:
    """It is said that this cannot be."""
    fields = {"segment": made["B"], "except": made["B"]}
    told = desk.press(f"/desk/issues/{ready.id}/audience", version=str(ready.version), **fields)

    assert 422 == told.status_code
    assert "cannot be included and excluded at once" in told.text
    assert "" == chosen(database, ready)


def test_topics_are_ticked(desk: OpenDesk, database: Database, ready: Issue, newsletter: Newsletter, clock: Hands) -> None:
    """And one that is offered no more holds until others are chosen."""
    with database.write() as tx:
        jobs, books = (topicbook.add(tx, newsletter.list_id, name) for name in ("Jobs", "Books"))
    page = desk.act(ready, "audience", topics="1", **{f"topic-{jobs.id}": "on"})

    assert "Readers of Section News, for Jobs" in page
    assert f'name="topic-{jobs.id}" checked' in page
    assert f'name="topic-{books.id}">' in page

    with database.write() as tx:
        topicbook.remove(tx, jobs, clock())
    page = desk.act(again(database, ready), "audience", topics="1")

    assert "It is for Jobs too, which is offered no more" in page

    desk.act(again(database, ready), "audience", topics="1", **{f"topic-{books.id}": "on"})
    with database.read() as tx:
        assert ["Books"] == [one.name for one in readers.topics_of(tx, ready.id)]


def test_a_part_that_is_not_in_the_form_stays(
    desk: OpenDesk, database: Database, ready: Issue, newsletter: Newsletter, made: Mapping[str, str], clock: Hands
) -> None:
    """A page without topics knows nothing of a topic that was made meanwhile."""
    with database.write() as tx:
        topicbook.add(tx, newsletter.list_id, "Jobs")
        readers.set_topics(tx, ready.id, ["Jobs"], clock())
    desk.act(again(database, ready), "audience", segment=made["B"])
    desk.act(again(database, ready), "audience", topics="1")

    assert "in “B”" == chosen(database, ready)
    with database.read() as tx:
        assert () == readers.topics_of(tx, ready.id)


def test_a_segment_that_cannot_be_asked_is_not_offered(desk: OpenDesk, database: Database, ready: Issue, clock: Hands) -> None:
    """It says so; the others can be chosen."""
    with database.write() as tx:
        attributebook.define(tx, "member", AttributeKind.YES_NO, clock())
        segments.create(tx, "Members", "member = yes", "ann", clock())
        segments.create(tx, "All", "everybody", "ann", clock())
        attributebook.remove(tx, "member")
    page = desk.page(f"/desk/issues/{ready.id}/send")

    assert "disabled>Members (cannot be asked any more)</option>" in page
    assert "All" in options(page, "segment")


def test_who_may_not_edit_is_not_asked(application: Application, ready: Issue, made: Mapping[str, str]) -> None:
    """An editor is; whoever only looks is not."""
    assert audience.choice(application, ready, Actor("eve", Role.EDITOR)) is not None
    assert audience.choice(application, ready, Actor("vic", Role.VIEWER)) is None


def test_what_a_segment_is_called_is_text(desk: OpenDesk, database: Database, ready: Issue, clock: Hands) -> None:
    """In every place of the page."""
    with database.write() as tx:
        kept.create(tx, '"><script>alert(1)</script>', segments.read(tx, "everybody"), "ann", clock())

    for path in ("", "/send", "/send/count", "/review"):
        assert "<script>alert" not in desk.page(f"/desk/issues/{ready.id}{path}")
