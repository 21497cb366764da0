"""What happens when a time comes: drafted, sent, held or missed; nothing silently."""

from datetime import UTC, datetime, time, timedelta

import pytest

from newsletter.database import Database
from newsletter.errors import BadValue, IssueNotFound, WrongState
from newsletter.issues import agenda, alerts, calendar, editing, schedulebook, store, timetable
from newsletter.issues.agenda import Step
from newsletter.issues.draft import draft_empty, draft_month
from newsletter.issues.model import Issue, IssueState, Month, Newsletter
from newsletter.issues.practice import USUAL, Practice
from newsletter.issues.recurrence import parse_recurrence
from newsletter.issues.schedule import Due, Slot, SlotState, WhenEmpty
from tests.harness.newsroom import a_month, an_entry, contents_of, january, publish

SET_AT = datetime(2020, 1, 20, 12, 0, tzinfo=UTC)
DRAFT_AT = datetime(2020, 1, 27, 8, 0, tzinfo=UTC)
SEND_AT = datetime(2020, 2, 3, 8, 0, tzinfo=UTC)
OVER = datetime(2020, 1, 31, 23, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
S = IssueState


def schedule(
    database: Database, newsletter: Newsletter, when_empty: WhenEmpty = WhenEmpty.SKIP, practice: Practice = USUAL
) -> None:
    """Let January be sent on 3 February and drafted a week before."""
    recurrence = parse_recurrence("first monday")
    with database.write() as tx:
        schedulebook.set_schedule(
            tx,
            timetable.propose(
                newsletter.id, recurrence, time(9), newsletter.zone, timedelta(days=7), None, when_empty, SET_AT, practice
            ),
        )


def tick(database: Database, now: datetime) -> Issue | None:
    """Record, claim and draft, as a worker does."""
    with database.write() as tx:
        calendar.record_slots(tx, now)
        agenda.miss_overdue(tx, now)
        claimed = calendar.claim_draft(tx, now, "worker")
        return agenda.draft_claimed(tx, claimed, "worker", now) if claimed else None


def slot(database: Database, newsletter: Newsletter) -> Slot:
    """Give the slot of 3 February."""
    with database.read() as tx:
        (found, *_) = calendar.upcoming(tx, newsletter.id, SET_AT, 1)
        return found


def alert_texts(database: Database) -> list[str]:
    """Give what waits for a person."""
    with database.read() as tx:
        return [alert.text for alert in alerts.open_alerts(tx)]


@pytest.fixture
def issue(database: Database, newsletter: Newsletter) -> Issue:
    """Give the January issue, drafted for its slot."""
    schedule(database, newsletter)
    with database.write() as tx:
        a_month(tx, newsletter)
    made = tick(database, DRAFT_AT)
    assert made is not None
    return made


def approved(database: Database, issue: Issue) -> Issue:
    """Approve an issue, whatever it says."""
    with database.write() as tx:
        known = store.load(tx, issue.id)
        return store.approve_as(tx, store.set_state(tx, known, S.IN_REVIEW, DRAFT_AT), 99, DRAFT_AT)


def due_of(database: Database, now: datetime) -> Due:
    """Give the one issue that is due."""
    with database.read() as tx:
        (due,) = calendar.due(tx, now)
        return due


def test_a_slot_becomes_an_issue(database: Database, newsletter: Newsletter, issue: Issue) -> None:
    """With the posts of its month and the time of its slot."""
    assert (S.DRAFT, "2020-01", "2020-02-03T09:00", SEND_AT) == (issue.state, issue.month, issue.slot_key, issue.send_at)
    assert ["Where to find us"] == contents_of(issue)["Communication initiatives"]
    assert (SlotState.DRAFTED, issue.id) == (slot(database, newsletter).state, slot(database, newsletter).issue_id)


def test_a_worker_that_was_killed_after_drafting_drafts_nothing_new(database: Database, newsletter: Newsletter) -> None:
    """The issue of the slot is found again."""
    schedule(database, newsletter)
    with database.write() as tx:
        a_month(tx, newsletter)
        made = draft_month(tx, newsletter, Month(2020, 1), DRAFT_AT, slot_key="2020-02-03T09:00", send_at=SEND_AT)

    assert made == tick(database, DRAFT_AT)
    with database.read() as tx:
        assert 1 == len(store.issues_of(tx, newsletter.id))


def test_a_worker_that_lost_its_lease_changes_nothing(database: Database, newsletter: Newsletter) -> None:
    """Its slot is in other hands."""
    schedule(database, newsletter)
    with database.write() as tx:
        a_month(tx, newsletter)
        calendar.record_slots(tx, DRAFT_AT)
        claimed = calendar.claim_draft(tx, DRAFT_AT, "slow")
        assert claimed
        calendar.claim_draft(tx, DRAFT_AT + HOUR, "other")

        assert None is agenda.draft_claimed(tx, claimed, "slow", DRAFT_AT + HOUR)
        assert () == store.issues_of(tx, newsletter.id)


@pytest.mark.parametrize("when_empty", WhenEmpty)
def test_an_empty_month_is_waited_for_while_it_lasts(database: Database, newsletter: Newsletter, when_empty: WhenEmpty) -> None:
    """A post on the 30th still makes an issue."""
    schedule(database, newsletter, when_empty)
    assert None is tick(database, DRAFT_AT)
    assert "no posts of January 2020 yet" == slot(database, newsletter).note
    with database.write() as tx:
        publish(tx, newsletter, an_entry("Better late", january(30)))

    made = tick(database, DRAFT_AT + timedelta(days=4))

    assert made is not None
    assert ["Better late"] == contents_of(made)["… and more"]


def test_an_empty_month_is_skipped_by_rule(database: Database, newsletter: Newsletter) -> None:
    """Once it is over there is no issue, and nobody is bothered."""
    schedule(database, newsletter, WhenEmpty.SKIP)

    assert [None, None] == [tick(database, OVER), tick(database, SEND_AT)]
    assert (SlotState.SKIPPED, "no posts of January 2020") == (
        slot(database, newsletter).state,
        slot(database, newsletter).note,
    )
    assert [] == alert_texts(database)


def test_a_month_without_an_issue_is_told_of_for_a_quarter(database: Database, newsletter: Newsletter) -> None:
    """Nobody is bothered, and whoever looks at the calendar sees it."""
    schedule(database, newsletter, WhenEmpty.SKIP)
    tick(database, OVER)

    with database.read() as tx:
        told = [
            [str(one.month) for one in calendar.without_issue(tx, newsletter.id, at)]
            for at in (SEND_AT - HOUR, SEND_AT, SEND_AT + calendar.REMEMBERED)
        ]
    assert [[], ["2020-01"], []] == told


def test_an_empty_month_is_held_by_rule(database: Database, newsletter: Newsletter) -> None:
    """An editor is told and may write it by hand; it never goes out by itself."""
    schedule(database, newsletter, WhenEmpty.HOLD)

    made = tick(database, OVER)

    assert made is not None
    assert (S.HELD, None) == (made.state, made.send_at)
    assert (SlotState.HELD, made.id) == (slot(database, newsletter).state, slot(database, newsletter).issue_id)
    assert [
        "Section News, January 2020, has no posts of January 2020, so it is held. Write what it should carry, or cancel it."
    ] == alert_texts(database)
    assert None is tick(database, SEND_AT)
    with database.read() as tx:
        assert () == calendar.due(tx, SEND_AT)


def test_too_few_posts_are_skipped_and_carried_by_the_next_issue(database: Database, newsletter: Newsletter) -> None:
    """What one month had too little of is not lost: the next issue that is made has it."""
    schedule(database, newsletter, practice=Practice(least=2))
    with database.write() as tx:
        publish(tx, newsletter, an_entry("Alone in January", january(10)))
    assert None is tick(database, SEND_AT)
    assert (SlotState.SKIPPED, "1 post of January 2020, and 2 are wanted") == (
        slot(database, newsletter).state,
        slot(database, newsletter).note,
    )
    with database.write() as tx:
        publish(tx, newsletter, an_entry("Company in February", SEND_AT + 10 * DAY))

    made = tick(database, SEND_AT + 28 * DAY)

    assert made is not None
    assert ("2020-02", ["Alone in January", "Company in February"]) == (made.month, contents_of(made)["… and more"])


def test_too_few_posts_are_held_by_rule_with_what_there_is(database: Database, newsletter: Newsletter) -> None:
    """An editor is told how many there are."""
    schedule(database, newsletter, WhenEmpty.HOLD, Practice(least=3))
    with database.write() as tx:
        publish(tx, newsletter, an_entry("Alone in January", january(10)))

    made = tick(database, SEND_AT)

    assert made is not None
    assert (S.HELD, ["Alone in January"]) == (made.state, contents_of(made)["… and more"])
    assert "has 1 post of January 2020, and 3 are wanted, so it is held." in alert_texts(database)[0]


def test_what_is_too_late_is_said_by_the_schedule(database: Database, newsletter: Newsletter) -> None:
    """A newsletter whose readers can wait is drafted and sent three days late; one that is not is missed after an hour."""
    schedule(database, newsletter, practice=Practice(most_lateness=timedelta(hours=1)))
    with database.write() as tx:
        publish(tx, newsletter, an_entry("In January", january(10)))

    assert None is tick(database, SEND_AT + 2 * HOUR)
    assert SlotState.MISSED is slot(database, newsletter).state


def test_an_issue_takes_its_lateness_from_its_slot(database: Database, newsletter: Newsletter) -> None:
    """A one-off has the usual one."""
    schedule(database, newsletter, practice=Practice(most_lateness=72 * HOUR))
    with database.write() as tx:
        publish(tx, newsletter, an_entry("In January", january(10)))
    made = tick(database, SEND_AT - HOUR)
    with database.write() as tx:
        one_off = draft_empty(tx, newsletter, "Special", SEND_AT)
        store.set_send_at(tx, one_off.id, SEND_AT)
        found = {due.issue_id: due.most_lateness for due in calendar.due(tx, SEND_AT)}

    assert made is not None
    assert {made.id: 72 * HOUR, one_off.id: 36 * HOUR} == found


@pytest.mark.parametrize(
    ("is_approved", "late", "step"),
    [
        (True, timedelta(), Step.SEND),
        (True, timedelta(minutes=1), Step.SEND),
        (True, timedelta(hours=10), Step.SEND),
        (True, timedelta(hours=40), Step.MISS),
        (False, timedelta(), Step.HOLD),
        (False, timedelta(hours=40), Step.HOLD),
    ],
)
def test_what_becomes_of_an_issue_whose_time_has_come(is_approved: bool, late: timedelta, step: Step) -> None:  # noqa: FBT001 -- a case
    """Approved and in time it is sent, late by a minute or ten hours all the same; by forty it is missed (T04)."""
    due = Due(1, 1, "2020-02-03T09:00", SEND_AT)

    assert step is agenda.decide(due, is_approved=is_approved, now=SEND_AT + late)


@pytest.mark.parametrize("state", [S.DRAFT, S.IN_REVIEW, S.APPROVED])
def test_an_unapproved_issue_is_held_with_its_slot(
    database: Database, newsletter: Newsletter, issue: Issue, state: IssueState
) -> None:
    """Never sent, never forgotten; also when an approval does not hold any more."""
    if state is S.IN_REVIEW:
        with database.write() as tx:
            store.set_state(tx, issue, S.IN_REVIEW, DRAFT_AT)
    if state is S.APPROVED:
        approved(database, issue)
    with database.write() as tx:
        agenda.hold(tx, due_of(database, SEND_AT), SEND_AT)

    with database.read() as tx:
        held = store.load(tx, issue.id)
        assert () == calendar.due(tx, SEND_AT + HOUR)
    assert (S.HELD, None, None) == (held.state, held.send_at, held.letter_id)
    assert SlotState.HELD is slot(database, newsletter).state
    (text,) = alert_texts(database)
    assert "was not approved when its time came, 3 February 2020, 09:00 (Europe/Amsterdam)" in text


def test_a_held_issue_is_taken_up_and_sent_later(database: Database, newsletter: Newsletter, issue: Issue) -> None:
    """Approved after its time it waits for a hand; sent, nothing waits any more."""
    with database.write() as tx:
        agenda.hold(tx, due_of(database, SEND_AT), SEND_AT)
    taken_up = approved(database, issue)
    with database.read() as tx:
        assert () == calendar.due(tx, SEND_AT + HOUR)
    assert 1 == len(alert_texts(database))

    with database.write() as tx:
        store.set_state(tx, taken_up, S.SENDING, SEND_AT + HOUR)

    assert [] == alert_texts(database)
    assert SlotState.DONE is slot(database, newsletter).state


def test_a_held_issue_gets_a_new_time(database: Database, newsletter: Newsletter, issue: Issue) -> None:
    """Its slot has done its duty; when the new time comes it is due like any other."""
    with database.write() as tx:
        agenda.hold(tx, due_of(database, SEND_AT), SEND_AT)
    approved(database, issue)

    with database.write() as tx:
        scheduled = agenda.schedule_issue(tx, issue.id, SEND_AT + 5 * HOUR, SEND_AT + HOUR)

    assert (S.SCHEDULED, SEND_AT + 5 * HOUR) == (scheduled.state, scheduled.send_at)
    assert [] == alert_texts(database)
    assert SlotState.DONE is slot(database, newsletter).state
    assert issue.id == due_of(database, SEND_AT + 5 * HOUR).issue_id


def test_a_new_time_can_be_changed_again(database: Database, issue: Issue) -> None:
    """Until it has come."""
    approved(database, issue)
    with database.write() as tx:
        agenda.schedule_issue(tx, issue.id, SEND_AT + HOUR, DRAFT_AT)
        again = agenda.schedule_issue(tx, issue.id, SEND_AT + 2 * HOUR, DRAFT_AT)

    assert (S.SCHEDULED, SEND_AT + 2 * HOUR) == (again.state, again.send_at)


def test_what_is_edited_after_scheduling_is_held_at_its_time(database: Database, issue: Issue) -> None:
    """A time by hand is a promise like a slot: unapproved, it is not forgotten."""
    approved(database, issue)
    with database.write() as tx:
        agenda.schedule_issue(tx, issue.id, SEND_AT + HOUR, DRAFT_AT)
        editing.edit_issue(tx, issue.id, DRAFT_AT, subject="Another")

    due = due_of(database, SEND_AT + HOUR)
    with database.write() as tx:
        assert S.HELD is agenda.hold(tx, due, SEND_AT + HOUR).state


def test_only_approved_issues_get_a_time(database: Database, newsletter: Newsletter, issue: Issue) -> None:
    """A time that has passed is no time."""
    with database.write() as tx:
        with pytest.raises(WrongState, match="scheduled"):
            agenda.schedule_issue(tx, issue.id, SEND_AT, DRAFT_AT)
        with pytest.raises(BadValue, match="has passed"):
            agenda.schedule_issue(tx, issue.id, DRAFT_AT, DRAFT_AT)
        with pytest.raises(IssueNotFound):
            agenda.schedule_issue(tx, 99, SEND_AT, DRAFT_AT)


@pytest.mark.parametrize("is_scheduled", [False, True])
def test_an_approved_issue_whose_time_passed_long_ago_waits(
    database: Database, newsletter: Newsletter, issue: Issue, *, is_scheduled: bool
) -> None:
    """Its approval stands, it is not sent without asking, and somebody is told (T04)."""
    approved(database, issue)
    late = SEND_AT + timedelta(hours=40)
    with database.write() as tx:
        if is_scheduled:
            agenda.schedule_issue(tx, issue.id, SEND_AT + timedelta(minutes=1), DRAFT_AT)
        missed = agenda.miss(tx, calendar.due(tx, late)[0], late)

    assert (S.APPROVED, None, 99) == (missed.state, missed.send_at, missed.letter_id)
    assert SlotState.MISSED is slot(database, newsletter).state
    (text,) = alert_texts(database)
    assert "when no worker was running" in text


def test_slots_nobody_drafted_in_time_are_missed(database: Database, newsletter: Newsletter) -> None:
    """A worker away over draft and sending: missed with an alert, and never drafted by itself (T04)."""
    schedule(database, newsletter)
    with database.write() as tx:
        a_month(tx, newsletter)

    assert None is tick(database, SEND_AT + timedelta(hours=40))

    assert SlotState.MISSED is slot(database, newsletter).state
    (text,) = alert_texts(database)
    assert "Section News has no issue for January 2020" in text
    with database.write() as tx:
        draft_month(tx, newsletter, Month(2020, 1), SEND_AT)
    assert [] == alert_texts(database)


@pytest.mark.parametrize("late", [timedelta(minutes=1), timedelta(hours=10)])
def test_slots_drafted_late_are_drafted_all_the_same(database: Database, newsletter: Newsletter, late: timedelta) -> None:
    """A worker away for less than a day and a half makes up for it; nobody could approve, so it will be held (T04)."""
    schedule(database, newsletter)
    with database.write() as tx:
        a_month(tx, newsletter)

    assert tick(database, SEND_AT + late) is not None

    assert Step.HOLD is agenda.decide(due_of(database, SEND_AT + late), is_approved=False, now=SEND_AT + late)


def test_a_one_off_with_a_time_is_held_without_a_slot(database: Database, newsletter: Newsletter) -> None:
    """An issue that was never drafted for a slot has a time all the same."""
    with database.write() as tx:
        special = draft_empty(tx, newsletter, "Special", DRAFT_AT)
    approved(database, special)
    with database.write() as tx:
        agenda.schedule_issue(tx, special.id, SEND_AT, DRAFT_AT)
        editing.edit_issue(tx, special.id, DRAFT_AT, title="Very special")
        (due,) = calendar.due(tx, SEND_AT)

        assert (None, S.HELD) == (due.slot_key, agenda.hold(tx, due, SEND_AT).state)
