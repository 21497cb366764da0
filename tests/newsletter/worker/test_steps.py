"""What a tick does at its time: drafts, tops up, sends, holds and misses, once."""

import asyncio
import os
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text, update

from newsletter import failpoints
from newsletter.feeds import store as feeds
from newsletter.issues import agenda, alerts, calendar, editing, store
from newsletter.issues.model import IssueState
from newsletter.issues.practice import MOST_LATENESS
from newsletter.issues.schedule import SlotState
from newsletter.letters.illustrate import shelf_of
from newsletter.mail import dispatch, mailings
from newsletter.mail.delivery import DeliveryState
from newsletter.people import segments
from newsletter.staff import audit
from newsletter.tables.instance import instance
from newsletter.tables.issues import schedule
from newsletter.worker import steps
from newsletter.worker.metronome import Worker
from newsletter.worker.steps import FAILURES_BEFORE_ALERT, FEED_PACE
from subscribers import attributebook, seals
from subscribers.attributes import AttributeKind
from tests.harness.chaosfeed import Page
from tests.harness.drawn import photo
from tests.harness.mailed import Mailed
from tests.newsletter.worker.conftest import DRAFT_AT, KEY, SEND_AT, Stage, a_post

MINUTE = timedelta(minutes=1)


def tick(stage: Stage) -> tuple[str, ...]:
    """Let the metronome beat once."""
    return asyncio.run(Worker(stage.application).tick())


def drafted(stage: Stage) -> int:
    """Let the slot be drafted; gives the issue's id."""
    stage.clock.set(DRAFT_AT)
    tick(stage)
    return stage.issues()[0].id


def test_pictures_of_a_draft_are_fetched_once(stage: Stage) -> None:
    """At the tick that drafted it; what an edit brings along, at the next one."""
    url = stage.chaos.put("/hall.jpg", Page(photo(), "image/jpeg"))
    stage.blog.posts[0] = replace(stage.blog.posts[0], content=f'<p>Words.</p><img src="{url}" alt="The hall">')
    issue_id = drafted(stage)
    tick(stage)
    with stage.application.database.read() as tx:
        shelf = shelf_of(tx, store.load(tx, issue_id), stage.application.links)

    assert [url] == list(shelf.by_source)
    assert 1 == stage.chaos.paths.count("/hall.jpg")


def test_nothing_is_made_before_its_time(stage: Stage) -> None:
    """A minute early is too early."""
    stage.clock.set(DRAFT_AT - timedelta(minutes=1))

    assert () == tick(stage)
    assert [] == stage.issues()
    assert stage.slot_state() is None


def test_slot_is_drafted_from_its_feed(stage: Stage) -> None:
    """The posts of December, read at that very tick, become the issue of the slot in January."""
    drafted(stage)
    (issue,) = stage.issues()

    assert {"Conferences in winter", "A year in pictures"} == {article.title for article in issue.articles if article.post_id}
    assert ("2019-12", KEY, SEND_AT, IssueState.DRAFT) == (issue.month, issue.slot_key, issue.send_at, issue.state)
    assert SlotState.DRAFTED is stage.slot_state()


def test_ticking_again_drafts_nothing_again(stage: Stage) -> None:
    """Whatever is due is asked of the database."""
    drafted(stage)
    tick(stage)
    tick(stage)

    assert 1 == len(stage.issues())


def test_two_workers_make_one_issue(stage: Stage) -> None:
    """The slot is claimed by one of them."""
    stage.clock.set(DRAFT_AT)

    async def both() -> None:
        await asyncio.gather(Worker(stage.application).tick(), Worker(stage.application).tick())

    asyncio.run(both())

    assert 1 == len(stage.issues())


@pytest.mark.parametrize(
    "place",
    [
        "slots.recorded",
        "slot.claimed",
        "month.gathered",
        "issue.created",
        "slot.drafted",
        "audience.begin",
        "audience.done",
        "issue.departed",
    ],
)
def test_worker_that_breaks_anywhere_costs_no_issue_and_makes_no_second(stage: Stage, place: str) -> None:
    """Whatever it had begun is rolled back, or found done by the next one."""
    failpoints.arm(f"{place}:raise:1")
    stage.clock.set(DRAFT_AT)
    failed = [*tick(stage)]
    # The clock runs on: what a slow machine took for the first tick counts.
    stage.clock.set(DRAFT_AT + calendar.LEASE + MINUTE)
    tick(stage)
    (issue,) = stage.issues()
    stage.approve(issue.id)
    stage.clock.set(SEND_AT)
    failed += tick(stage)
    tick(stage)
    failpoints.arm("")
    with stage.application.database.read() as tx:
        report = dispatch.report(tx, issue.id)

    assert 1 == len(failed)
    assert [IssueState.SENDING] == [one.state for one in stage.issues()]
    assert (2, 2) == (report.audience, report.pending)


def test_feed_is_read_once_an_hour(stage: Stage) -> None:
    """However often the metronome beats."""
    tick(stage)
    asked = len(stage.chaos.asked)
    tick(stage)

    assert asked == len(stage.chaos.asked)

    stage.clock.set(stage.clock() + FEED_PACE)
    tick(stage)

    assert asked < len(stage.chaos.asked)


def test_feeds_are_read_while_a_letter_is_laid_out(stage: Stage, tmp_path: Path) -> None:
    """Each has a process of its own: a feed that takes its time keeps no page waiting, and the other way round (F02)."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # Reading it ends when somebody has written.
    busy = threading.Thread(target=lambda: stage.application.child.run(read_to_end, str(pipe)))
    busy.start()
    with pipe.open("w") as opened:
        asyncio.run(steps.gather_feeds(stage.application))
        with stage.application.database.read() as tx:
            (feed,) = feeds.feeds_of(tx, stage.newsletter.id)
        assert feed.gathered_at is not None
        assert busy.is_alive()
        opened.write("enough")
    busy.join()


def read_to_end(path: str) -> str:
    """Wait for what is written to a pipe; what a child does."""
    return Path(path).read_text()


def test_only_the_feed_that_is_due_is_asked(stage: Stage) -> None:
    """One that failed is tried again soon; the others are left in peace."""
    broken = stage.chaos.put("/broken/", Page(b"", "text/plain", 503))
    with stage.application.database.write() as tx:
        feeds.add(tx, stage.newsletter.id, broken, stage.clock())
    tick(stage)
    asked = len(stage.chaos.paths)
    stage.clock.set(stage.clock() + timedelta(minutes=20))
    tick(stage)

    assert ["/broken/"] == stage.chaos.paths[asked:]


def test_posts_that_appear_later_are_added_to_the_draft(stage: Stage) -> None:
    """What an editor dropped stays out."""
    issue_id = drafted(stage)
    dropped = next(article for article in stage.issues()[0].articles if article.title == "A year in pictures")
    with stage.application.database.write() as tx:
        editing.drop_article(tx, issue_id, dropped.id, DRAFT_AT)
    stage.blog.posts.append(a_post(3, 30, "New year wishes"))
    stage.clock.set(DRAFT_AT + timedelta(hours=2))
    tick(stage)
    titles = {article.title for article in stage.issues()[0].articles}

    assert "New year wishes" in titles
    assert "A year in pictures" not in titles


def test_feed_that_is_down_is_no_empty_month(stage: Stage) -> None:
    """The slot waits with an alert, and is drafted when the feed is back."""
    stage.break_blog()
    stage.clock.set(SEND_AT - timedelta(minutes=10))
    tick(stage)

    assert [] == stage.issues()
    assert SlotState.PLANNED is stage.slot_state()
    assert [f"slot-waits:{stage.newsletter.id}:{KEY}"] == stage.alerts()

    stage.break_blog(is_broken=False)
    stage.clock.set(SEND_AT - timedelta(minutes=1))
    tick(stage)

    assert 1 == len(stage.issues())
    assert [] == stage.alerts()


def test_draft_made_while_a_feed_is_down_says_so(stage: Stage) -> None:
    """What was gathered before is used, and an editor is told that there may be more."""
    tick(stage)
    stage.break_blog()
    issue_id = drafted(stage)

    assert 2 == sum(1 for article in stage.issues()[0].articles if article.post_id)
    assert [f"issue-gaps:{issue_id}"] == stage.alerts()


def test_feed_that_stays_down_is_told_until_it_is_back(stage: Stage) -> None:
    """Once failing is weather; three times is a matter for a person."""
    stage.break_blog()
    with stage.application.database.read() as tx:
        (feed,) = feeds.feeds_of(tx, None)
    for failure in range(1, FAILURES_BEFORE_ALERT + 1):
        tick(stage)
        assert ([f"feed:{feed.id}"] if failure == FAILURES_BEFORE_ALERT else []) == stage.alerts()
        stage.clock.set(stage.clock() + timedelta(hours=4))
    stage.break_blog(is_broken=False)
    tick(stage)

    assert [] == stage.alerts()


def test_month_without_posts_is_skipped_by_rule(stage: Stage) -> None:
    """Once nothing can be added to it any more, and not before."""
    stage.blog.posts.clear()
    stage.clock.set(DRAFT_AT)
    tick(stage)

    assert SlotState.PLANNED is stage.slot_state()

    stage.clock.set(SEND_AT)
    tick(stage)

    assert [] == stage.issues()
    assert SlotState.SKIPPED is stage.slot_state()


def test_month_without_posts_is_held_by_rule(stage: Stage) -> None:
    """For an editor, with an alert."""
    stage.blog.posts.clear()
    with stage.application.database.write() as tx:
        tx.execute(update(schedule).values(when_empty="hold"))
    stage.clock.set(SEND_AT)
    tick(stage)
    (issue,) = stage.issues()

    assert IssueState.HELD is issue.state
    assert [f"issue-held:{issue.id}"] == stage.alerts()


def test_approved_issue_is_sent_at_its_slot(stage: Stage) -> None:
    """To everybody, and not a second before."""
    issue_id = drafted(stage)
    stage.approve(issue_id)
    stage.clock.set(SEND_AT - timedelta(minutes=1))
    tick(stage)

    assert IssueState.APPROVED is stage.issues()[0].state

    stage.clock.set(SEND_AT)
    tick(stage)
    tick(stage)
    with stage.application.database.read() as tx:
        report = dispatch.report(tx, issue_id)
        last = audit.recent(tx, 1)[0]

    assert IssueState.SENDING is stage.issues()[0].state
    assert (2, 2) == (report.audience, report.pending)
    assert SlotState.DONE is stage.slot_state()
    assert ("the worker", "issue.send") == (last.actor, last.act)


def test_unapproved_issue_is_held_and_told(stage: Stage) -> None:
    """Never sent, never forgotten, and told once."""
    issue_id = drafted(stage)
    stage.clock.set(SEND_AT)
    tick(stage)
    tick(stage)

    assert IssueState.HELD is stage.issues()[0].state
    assert SlotState.HELD is stage.slot_state()
    assert [f"issue-held:{issue_id}"] == stage.alerts()


def test_edit_after_approval_holds_the_issue(stage: Stage) -> None:
    """What was approved is not what it says now."""
    issue_id = drafted(stage)
    stage.approve(issue_id)
    with stage.application.database.write() as tx:
        editing.edit_issue(tx, issue_id, stage.clock(), subject="Another subject")
    stage.clock.set(SEND_AT)
    tick(stage)

    assert IssueState.HELD is stage.issues()[0].state


def test_worker_that_was_away_for_ten_hours_sends_late(stage: Stage) -> None:
    """Late is better than never, within a day and a half."""
    stage.approve(drafted(stage))
    stage.clock.set(SEND_AT + timedelta(hours=10))
    tick(stage)

    assert IssueState.SENDING is stage.issues()[0].state


def test_worker_that_was_away_for_forty_hours_asks(stage: Stage) -> None:
    """The approved issue is missed with an alert, and stays approved."""
    issue_id = drafted(stage)
    stage.approve(issue_id)
    stage.clock.set(SEND_AT + timedelta(hours=40))
    tick(stage)

    assert IssueState.APPROVED is stage.issues()[0].state
    assert SlotState.MISSED is stage.slot_state()
    assert [f"issue-missed:{issue_id}"] == stage.alerts()


def test_slot_that_nobody_drafted_in_time_is_told(stage: Stage) -> None:
    """A worker that was away for two weeks draws no old draft out of the hat."""
    stage.clock.set(SEND_AT + MOST_LATENESS + timedelta(hours=1))
    tick(stage)

    assert [] == stage.issues()
    assert SlotState.MISSED is stage.slot_state()
    assert 1 == len(stage.alerts())


def test_issue_given_a_time_by_hand_goes_then(stage: Stage) -> None:
    """And not at its slot."""
    issue_id = drafted(stage)
    stage.approve(issue_id)
    by_hand = SEND_AT + timedelta(days=1)
    with stage.application.database.write() as tx:
        agenda.schedule_issue(tx, issue_id, by_hand, stage.clock())
    stage.clock.set(SEND_AT)
    tick(stage)

    assert IssueState.SCHEDULED is stage.issues()[0].state

    stage.clock.set(by_hand)
    tick(stage)

    assert IssueState.SENDING is stage.issues()[0].state


def test_copy_that_nobody_adopted_sends_nothing_and_says_so(stage: Stage) -> None:
    """The issue waits, and goes when the copy is adopted."""
    issue_id = drafted(stage)
    stage.approve(issue_id)
    with stage.application.database.write() as tx:
        tx.execute(update(instance).values(is_adopted=False))
    stage.clock.set(SEND_AT)
    tick(stage)

    assert IssueState.APPROVED is stage.issues()[0].state
    assert [f"issue-refused:{issue_id}"] == stage.alerts()
    with stage.application.database.read() as tx:
        [told] = [one.text for one in alerts.open_alerts(tx)]
    assert "before whoever runs it has adopted it. It goes out by itself as soon as it can." in told

    with stage.application.database.write() as tx:
        tx.execute(update(instance).values(is_adopted=True))
    tick(stage)

    assert IssueState.SENDING is stage.issues()[0].state
    assert [] == stage.alerts()


def test_issue_that_a_copy_leaves_unsent_is_not_said_to_go_by_itself(stage: Stage) -> None:
    """When the copy is adopted, somebody decides, and nothing else is told."""
    issue_id = drafted(stage)
    stage.approve(issue_id)
    with stage.application.database.write() as tx:
        tx.execute(update(instance).values(is_adopted=False))
    stage.clock.set(SEND_AT)
    tick(stage)
    refused = stage.alerts()
    with stage.application.database.write() as tx:
        agenda.miss_in_copy(tx, stage.clock())

    assert [f"issue-refused:{issue_id}"] == refused
    assert [f"issue-missed:{issue_id}"] == stage.alerts()


def test_issue_for_a_segment_that_is_broken_waits_and_says_so(stage: Stage) -> None:
    """Nobody is written to until somebody can tell again whom it means; it goes out as it was approved then."""
    issue_id = drafted(stage)
    with stage.application.database.write() as tx:
        attributebook.define(tx, "member", AttributeKind.YES_NO, stage.clock())
        segments.create(tx, "Outsiders", "not member = yes", "ann", stage.clock())
        editing.select_people(tx, issue_id, stage.clock(), included=[], excluded=["Outsiders"])
    stage.approve(issue_id)
    with stage.application.database.write() as tx:
        attributebook.remove(tx, "member")
    stage.clock.set(SEND_AT)
    tick(stage)

    assert IssueState.APPROVED is stage.issues()[0].state
    assert [f"issue-refused:{issue_id}"] == stage.alerts()

    with stage.application.database.write() as tx:
        attributebook.define(tx, "member", AttributeKind.YES_NO, stage.clock())
        attributebook.answer(tx, 1, {"member": "yes"})
    tick(stage)

    assert IssueState.SENDING is stage.issues()[0].state
    with stage.application.database.read() as tx:
        assert 1 == dispatch.report(tx, issue_id).audience


def test_step_that_fails_stops_no_other(stage: Stage) -> None:
    """It is named and logged; the issue whose time has come goes out all the same."""
    stage.approve(drafted(stage))
    with stage.application.database.write() as tx:
        tx.execute(text("UPDATE schedule SET recurrence = 'on a whim'"))
    stage.clock.set(SEND_AT)

    assert "record slots" in tick(stage)
    assert IssueState.SENDING is stage.issues()[0].state


@pytest.mark.parametrize(("resends", "state"), [(False, DeliveryState.UNCERTAIN), (True, DeliveryState.PENDING)])
def test_uncertain_mail_is_held_unless_the_setting_says_otherwise(stage: Stage, state: DeliveryState, *, resends: bool) -> None:
    """Half an hour after a crash, by the next tick."""
    stage.approve(drafted(stage))
    stage.clock.set(SEND_AT)
    tick(stage)
    [issue] = stage.issues()
    with stage.application.database.read() as tx:
        letter_id = mailings.letter_of_issue(tx, issue.id)
    assert letter_id is not None
    mailed = Mailed(stage.application.database, issue.id, letter_id, stage.clock())
    mailed.crash()
    settings = replace(stage.application.settings, resends_uncertain=resends)
    stage.clock.set(SEND_AT + timedelta(minutes=40))
    asyncio.run(Worker(replace(stage.application, settings=settings)).tick())

    assert {state} == set(mailed.states.values())
    assert (IssueState.SENDING if resends else IssueState.SENT) is mailed.state


def test_evidence_of_consent_is_sealed_once_a_day(stage: Stage) -> None:
    """At the first tick of the day, whatever else it has to do."""
    for hours in (0, 3, 24):
        stage.clock.set(DRAFT_AT + timedelta(hours=hours))
        assert () == tick(stage)
    with stage.application.database.read() as tx:
        made = [(seal.number, seal.acts) for seal in seals.all_seals(tx)]

    assert [(1, 4), (2, 0)] == made
