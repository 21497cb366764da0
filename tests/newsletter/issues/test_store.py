"""Issues in SQL: read, listed, and led from state to state."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.database import Database
from newsletter.errors import IssueNotFound, Outdated, WrongState
from newsletter.issues import alerts, contents, editing, store
from newsletter.issues.draft import draft_empty, draft_month
from newsletter.issues.model import (
    EDITABLE,
    TRANSITIONS,
    Event,
    Issue,
    IssueState,
    Look,
    Month,
    Newsletter,
    SectionKind,
    SectionPlan,
)
from tests.harness.newsroom import a_month, a_newsletter, article_called

S = IssueState
PATHS = {
    S.DRAFT: (),
    S.IN_REVIEW: (S.IN_REVIEW,),
    S.APPROVED: (S.IN_REVIEW, S.APPROVED),
    S.SCHEDULED: (S.IN_REVIEW, S.APPROVED, S.SCHEDULED),
    S.SENDING: (S.IN_REVIEW, S.APPROVED, S.SENDING),
    S.SENT: (S.IN_REVIEW, S.APPROVED, S.SENDING, S.SENT),
    S.CANCELLED: (S.CANCELLED,),
    S.HELD: (S.HELD,),
}


@pytest.fixture
def issue(database: Database, newsletter: Newsletter, now: datetime) -> Issue:
    """Give the January issue, drafted for its slot."""
    with database.write() as tx:
        a_month(tx, newsletter)
        return draft_month(tx, newsletter, Month(2020, 1), now, slot_key="2020-02-03T09:00", send_at=now)


def led_to(database: Database, issue: Issue, state: IssueState, now: datetime) -> Issue:
    """Lead an issue to *state* step by step."""
    with database.write() as tx:
        for step in PATHS[state]:
            issue = store.approve_as(tx, issue, 99, now) if step is S.APPROVED else store.set_state(tx, issue, step, now)
    return issue


def test_load_gives_what_was_stored(database: Database, issue: Issue) -> None:
    """Everything in it, in order."""
    with database.read() as tx:
        assert issue == store.load(tx, issue.id)


def test_all_that_an_article_can_have_is_kept(database: Database, issue: Issue) -> None:
    """Words of the editor's, pictures, rich text, and when something happens."""
    known = issue.articles[0]
    edited = replace(
        known,
        summary="In short.",
        words=25,
        affiliation="Penn State",
        portrait="a" * 64,
        picture="b" * 64,
        picture_alt="A boat",
        picture_credit="Ann Other",
        document={"type": "doc", "content": []},
        event=Event("2020-02-03T09:00", "2020-02-03T10:30", "Europe/Oslo", "Bergen"),
    )
    with database.write() as tx:
        contents.save_article(tx, edited)

    with database.read() as tx:
        assert edited == contents.article_of(tx, issue.id, known.id)


def test_a_section_keeps_its_look(database: Database, issue: Issue) -> None:
    """How it is laid out, how many posts it takes, how long its excerpts are."""
    with database.write() as tx:
        contents.add_section(tx, issue.id, SectionPlan("Cards", SectionKind.ARTICLES, look=Look.CARDS, most=4, words=20))
        added = contents.sections_of(tx, issue.id)[-1]

    assert (SectionKind.ARTICLES, Look.CARDS, 4, 20) == (added.kind, added.look, added.most, added.words)


def test_an_unknown_issue_is_told(database: Database) -> None:
    """Absence is an error with the number that was asked for."""
    with database.read() as tx, pytest.raises(IssueNotFound, match="7"):
        store.load(tx, 7)


def test_lists_are_light_and_newest_first(database: Database, newsletter: Newsletter, issue: Issue, now: datetime) -> None:
    """A line for each, with how many articles it shows; another newsletter's only when asked for all."""
    with database.write() as tx:
        second = draft_empty(tx, newsletter, "Special", now + timedelta(hours=1))
        other = draft_empty(tx, a_newsletter(tx, "Other"), "Elsewhere", now + timedelta(hours=2))
        editing.drop_article(tx, issue.id, article_called(issue, "Athens in August").id, now)

        lines = store.issues_of(tx, newsletter.id)

        assert [(second.id, 0), (issue.id, 5)] == [(line.id, line.articles) for line in lines]
        assert [other.id, second.id] == [line.id for line in store.issues_of(tx, None, limit=2)]
        assert [] == [line.id for line in store.issues_in(tx, frozenset({S.HELD}))]
        assert 3 == len(store.issues_in(tx, frozenset({S.DRAFT})))


@pytest.mark.parametrize("state", IssueState)
def test_every_step_of_the_table_is_taken_and_no_other(
    database: Database, issue: Issue, now: datetime, state: IssueState
) -> None:
    """What is written is what the table allows."""
    known = led_to(database, issue, state, now)

    for wanted in IssueState:
        with database.read() as tx:
            assert known == store.load(tx, issue.id)
        if wanted not in TRANSITIONS[state]:
            with database.write() as tx, pytest.raises(WrongState):
                store.set_state(tx, known, wanted, now)


def test_the_slower_of_two_loses(database: Database, issue: Issue, now: datetime) -> None:
    """Two schedulers that lead the same issue on: one of them is told so, and nothing happens twice."""
    approved = led_to(database, issue, S.APPROVED, now)
    with database.write() as tx:
        store.set_state(tx, approved, S.SENDING, now)

    with database.write() as tx, pytest.raises(WrongState, match="sending"):
        store.set_state(tx, approved, S.SENDING, now)


def test_what_was_edited_meanwhile_is_not_approved(database: Database, issue: Issue, now: datetime) -> None:
    """An approval is for what the approver saw."""
    reviewed = led_to(database, issue, S.IN_REVIEW, now)
    with database.write() as tx:
        editing.edit_issue(tx, issue.id, now, subject="Another")
        store.set_state(tx, store.load(tx, issue.id), S.IN_REVIEW, now)

    with database.write() as tx, pytest.raises(WrongState):
        store.approve_as(tx, reviewed, 99, now)


def test_sent_has_its_moment(database: Database, issue: Issue, now: datetime) -> None:
    """When the last person was settled."""
    assert now == led_to(database, issue, S.SENT, now).sent_at


@pytest.mark.parametrize("state", [S.SENT, S.CANCELLED])
def test_what_is_over_can_be_sent_again(database: Database, issue: Issue, now: datetime, state: IssueState) -> None:
    """And is sent on the day it was sent first, if it was."""
    over = led_to(database, issue, state, now)
    later = now + timedelta(days=1)
    with database.write() as tx:
        again = store.send_again(tx, over, later)
        done = store.set_state(tx, again, S.SENT, later)

        assert (S.SENDING, over.sent_at) == (again.state, again.sent_at)
        assert (S.SENT, over.sent_at or later) == (done.state, store.load(tx, issue.id).sent_at)


@pytest.mark.parametrize("state", sorted(set(S) - {S.SENT, S.CANCELLED}))
def test_only_what_is_over_is_sent_again(database: Database, issue: Issue, now: datetime, state: IssueState) -> None:
    """Everything else is sent by its approval, once."""
    known = led_to(database, issue, state, now)
    with database.write() as tx, pytest.raises(WrongState, match="cannot be mailed again now"):
        store.send_again(tx, known, now)


def test_back_in_the_draft_it_has_no_letter(database: Database, issue: Issue, now: datetime) -> None:
    """The approval went with the state."""
    approved = led_to(database, issue, S.APPROVED, now)
    with database.write() as tx:
        back = store.set_state(tx, approved, S.DRAFT, now)

    assert (99, None) == (approved.letter_id, back.letter_id)


def test_held_it_has_no_time(database: Database, issue: Issue, now: datetime) -> None:
    """Taken up again it must not go out by itself."""
    assert None is led_to(database, issue, S.HELD, now).send_at


@pytest.mark.parametrize("state", [S.SENDING, S.CANCELLED])
def test_beyond_its_slot_nothing_waits(database: Database, issue: Issue, now: datetime, state: IssueState) -> None:
    """An issue that goes out, or never will, settles its alerts."""
    with database.write() as tx:
        alerts.raise_alert(tx, "held", "It is held.", now, issue_id=issue.id)

    led_to(database, issue, state, now)

    with database.read() as tx:
        assert () == alerts.open_alerts(tx)


def test_only_what_is_being_sent_can_rest(database: Database, issue: Issue, now: datetime) -> None:
    """Pausing twice is no error; pausing a draft is."""
    with database.write() as tx:
        with pytest.raises(WrongState, match="paused"):
            store.set_paused(tx, issue.id, now, is_paused=True)
        with pytest.raises(IssueNotFound):
            store.set_paused(tx, 7, now, is_paused=True)
    sending = led_to(database, issue, S.SENDING, now)

    with database.write() as tx:
        store.set_paused(tx, sending.id, now, is_paused=True)
        store.set_paused(tx, sending.id, now, is_paused=True)
        assert store.load(tx, sending.id).is_paused
        store.set_paused(tx, sending.id, now, is_paused=False)
        assert not store.load(tx, sending.id).is_paused


def test_a_cancelled_issue_does_not_rest(database: Database, issue: Issue, now: datetime) -> None:
    """Nothing waits to be resumed."""
    led_to(database, issue, S.SENDING, now)
    with database.write() as tx:
        store.set_paused(tx, issue.id, now, is_paused=True)
        cancelled = store.set_state(tx, store.load(tx, issue.id), S.CANCELLED, now)

    assert not cancelled.is_paused


@pytest.mark.parametrize("state", IssueState)
def test_an_edit_leads_back_or_is_refused(database: Database, issue: Issue, now: datetime, state: IssueState) -> None:
    """What is under way becomes a draft without a letter; held stays held; what is sent stays what it is."""
    known = led_to(database, issue, state, now)
    later = now + timedelta(hours=1)
    if state not in EDITABLE:
        with database.write() as tx, pytest.raises(WrongState, match="edited"):
            store.begin_edit(tx, issue.id, later, None)
        return

    with database.write() as tx:
        edited = store.begin_edit(tx, issue.id, later, known.version)

    assert (S.HELD if state is S.HELD else S.DRAFT) is edited.state
    assert (None, known.version + 1, later) == (edited.letter_id, edited.version, edited.updated_at)
    assert known.send_at == edited.send_at


def test_an_outdated_edit_is_refused(database: Database, issue: Issue, now: datetime) -> None:
    """Two editors with the same page open: the second is told, and nothing of the first is lost."""
    with database.write() as tx:
        editing.edit_issue(tx, issue.id, now, subject="First", expected_version=1)

    with database.write() as tx, pytest.raises(Outdated, match="version 2, you had 1"):
        editing.edit_issue(tx, issue.id, now, subject="Second", expected_version=1)

    with database.read() as tx:
        assert "First" == store.load(tx, issue.id).subject


def test_an_edit_of_nothing(database: Database, now: datetime) -> None:
    """An issue that is not there is told."""
    with database.write() as tx, pytest.raises(IssueNotFound):
        store.begin_edit(tx, 7, now, None)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(IssueState), max_size=8))
def test_no_walk_leaves_the_table(sqlite_url: str, steps: list[IssueState]) -> None:
    """Whatever is asked for in whatever order: the row is where the last allowed step led."""
    database = Database(sqlite_url)
    moment = datetime.fromisoformat("2020-02-01T08:00Z")
    with database.write() as tx:
        newsletter = a_newsletter(tx, f"Walk {len(store.issues_of(tx, None, limit=1000))}")
        known = draft_empty(tx, newsletter, "Special", moment)
        for wanted in steps:
            if wanted in TRANSITIONS[known.state]:
                known = store.set_state(tx, known, wanted, moment)
            else:
                with pytest.raises(WrongState):
                    store.set_state(tx, known, wanted, moment)
        assert known == store.load(tx, known.id)
    database.close()
