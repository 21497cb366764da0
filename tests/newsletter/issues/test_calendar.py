"""The calendar: one slot, one issue, whatever restarts, schedulers and clocks do."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from importlib.resources import files
from pathlib import Path
from threading import Barrier
from zoneinfo import TZPATH, ZoneInfo, reset_tzpath

import pytest
from sqlalchemy import text

from newsletter.database import Database
from newsletter.errors import BadValue
from newsletter.issues import calendar, schedulebook, timetable
from newsletter.issues.draft import draft_month
from newsletter.issues.model import Month, Newsletter
from newsletter.issues.practice import USUAL, Practice, Stage, parse_lead
from newsletter.issues.recurrence import parse_recurrence
from newsletter.issues.schedule import Covers, Schedule, Slot, SlotState, WhenEmpty
from newsletter.issues.workdays import Shift, Workdays
from tests.harness.newsroom import a_newsletter

NOVEMBER = datetime(2019, 11, 5, 12, 0, tzinfo=UTC)
DRAFT_AT = datetime(2019, 11, 25, 8, 0, tzinfo=UTC)
SEND_AT = datetime(2019, 12, 2, 8, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
MINUTE = timedelta(minutes=1)


def schedule(
    database: Database,
    newsletter: Newsletter,
    now: datetime = NOVEMBER,
    *,
    recurrence: str = "first monday",
    at: time = time(9),
    draft_before: timedelta = WEEK,
    covers: Covers | None = None,
    practice: Practice = USUAL,
    zone: str = "Europe/Amsterdam",
) -> Schedule:
    """Say when issues are due."""
    with database.write() as tx:
        return schedulebook.set_schedule(
            tx,
            timetable.propose(
                newsletter.id,
                parse_recurrence(recurrence),
                at,
                zone,
                draft_before,
                covers,
                WhenEmpty.SKIP,
                now,
                practice,
            ),
        )


def record(database: Database, now: datetime) -> int:
    """Do what every tick does first."""
    with database.write() as tx:
        return calendar.record_slots(tx, now)


def claim(database: Database, now: datetime, worker: str = "one") -> Slot | None:
    """Take a slot to draft, as a worker does."""
    with database.write() as tx:
        return calendar.claim_draft(tx, now, worker)


def keys(database: Database, newsletter: Newsletter, now: datetime, count: int = 12) -> list[str]:
    """Give the keys of the next slots."""
    with database.read() as tx:
        return [slot.slot_key for slot in calendar.upcoming(tx, newsletter.id, now, count)]


def test_a_schedule_comes_back_as_it_was_set(database: Database, newsletter: Newsletter) -> None:
    """Every fact is kept; the month is chosen by the rule."""
    made = schedule(database, newsletter)

    with database.read() as tx:
        assert made == schedulebook.schedule_of(tx, newsletter.id)
    assert ("first monday", time(9), WEEK, Covers.PREVIOUS) == (str(made.recurrence), made.at, made.draft_before, made.covers)


def test_without_a_schedule_there_is_nothing(database: Database, newsletter: Newsletter) -> None:
    """A newsletter may be sent by hand only."""
    with database.read() as tx:
        assert None is schedulebook.schedule_of(tx, newsletter.id)
        assert () == calendar.upcoming(tx, newsletter.id, NOVEMBER)
    assert 0 == record(database, NOVEMBER)


def test_the_next_twelve_slots(database: Database, newsletter: Newsletter) -> None:
    """First Mondays at nine on the wall, in winter and in summer."""
    schedule(database, newsletter)

    with database.read() as tx:
        slots = calendar.upcoming(tx, newsletter.id, NOVEMBER)

    assert 12 == len(slots)
    assert ("2019-12-02T09:00", SEND_AT, DRAFT_AT) == (slots[0].slot_key, slots[0].send_at, slots[0].draft_at)
    assert Month(2019, 11) == slots[0].month
    assert datetime(2020, 6, 1, 7, 0, tzinfo=UTC) == slots[6].send_at
    assert {SlotState.PLANNED} == {slot.state for slot in slots}


@pytest.mark.parametrize("draft_before", [timedelta(minutes=-1), timedelta(days=29)])
def test_a_draft_is_made_before_and_not_too_long_before(
    database: Database, newsletter: Newsletter, draft_before: timedelta
) -> None:
    """A draft of a month that has not begun would be empty."""
    with pytest.raises(BadValue, match="draft before"):
        schedule(database, newsletter, draft_before=draft_before)


def test_slots_are_recorded_when_their_draft_is_due(database: Database, newsletter: Newsletter) -> None:
    """Not before, and once."""
    schedule(database, newsletter)

    assert [0, 1, 0] == [record(database, at) for at in (DRAFT_AT - MINUTE, DRAFT_AT, DRAFT_AT + MINUTE)]


def test_a_draft_is_made_at_the_same_hour_before_and_after_a_change_of_clocks(
    database: Database, newsletter: Newsletter
) -> None:
    """On Monday 6 April 2020 at nine is summer time; a fortnight before at nine is not."""
    schedule(database, newsletter, draft_before=timedelta(days=14))
    with database.read() as tx:
        [april] = [one for one in calendar.upcoming(tx, newsletter.id, NOVEMBER) if one.slot_key == "2020-04-06T09:00"]

    assert datetime(2020, 4, 6, 7, tzinfo=UTC) == april.send_at
    assert datetime(2020, 3, 23, 8, tzinfo=UTC) == april.draft_at


def test_slots_before_the_schedule_are_never_made_up(database: Database, newsletter: Newsletter) -> None:
    """A schedule set on Tuesday does not send the issue of Monday; one set at the very moment does."""
    schedule(database, newsletter, SEND_AT + MINUTE)
    assert 0 == record(database, SEND_AT + MINUTE)

    with database.write() as tx:
        other = a_newsletter(tx, "Other")
    schedule(database, other, SEND_AT)
    assert 1 == record(database, SEND_AT)


def test_slots_that_passed_unseen_are_recorded(database: Database, newsletter: Newsletter) -> None:
    """A worker that was away for three months finds three slots, each to be told of."""
    schedule(database, newsletter)

    assert 3 == record(database, datetime(2020, 2, 10, tzinfo=UTC))
    with database.read() as tx:
        assert 3 == len(calendar.overdue(tx, datetime(2020, 2, 10, tzinfo=UTC)))


def test_ticks_of_two_years_make_one_slot_a_month(database: Database, newsletter: Newsletter) -> None:
    """However the ticks fall (T01)."""
    schedule(database, newsletter)
    hours = (0, 1, 7, 100, 1_000, 1_001, 5_000, 9_999, 12_000, 17_500)

    made = sum(record(database, NOVEMBER + timedelta(hours=hour)) for hour in hours)

    assert 24 == made


def test_the_same_schedule_again_changes_nothing(database: Database, newsletter: Newsletter) -> None:
    """A script may say it at every start."""
    first = schedule(database, newsletter)

    assert first == schedule(database, newsletter, NOVEMBER + WEEK)


def test_a_changed_schedule_ends_the_old_one(database: Database, newsletter: Newsletter) -> None:
    """Recorded slots stay what they were; the next ones follow the new rule, and no month gets a second issue (T08)."""
    first = schedule(database, newsletter)
    record(database, DRAFT_AT)

    second = schedule(database, newsletter, DRAFT_AT + MINUTE, recurrence="last friday")

    assert first.id != second.id
    assert Covers.SAME is second.covers
    # The last Friday of November would be November's, and so is what is recorded for the first Monday of December.
    assert ["2019-12-02T09:00", "2019-12-27T09:00", "2020-01-31T09:00"] == keys(database, newsletter, DRAFT_AT + MINUTE, 3)
    assert 0 == record(database, datetime(2019, 11, 29, 12, 0, tzinfo=UTC))


def test_a_changed_schedule_makes_no_second_slot_of_the_same_moment(database: Database, newsletter: Newsletter) -> None:
    """The key is the nominal time, whoever computed it."""
    schedule(database, newsletter)
    record(database, DRAFT_AT)

    schedule(database, newsletter, DRAFT_AT + MINUTE, draft_before=timedelta(days=10))

    assert 0 == record(database, DRAFT_AT + 2 * MINUTE)
    assert ["2019-12-02T09:00", "2020-01-06T09:00"] == keys(database, newsletter, DRAFT_AT + MINUTE, 2)


def test_holidays_that_were_corrected_make_no_second_slot(database: Database, newsletter: Newsletter) -> None:
    """A month has its slot already, wherever its day would be by now."""
    practice = Practice(shift=Shift.AFTER, workdays=Workdays("NL"))
    schedule(database, newsletter, datetime(2020, 4, 1, tzinfo=UTC), recurrence="day 27", practice=practice)
    record(database, datetime(2020, 4, 21, 12, 0, tzinfo=UTC))
    with database.write() as tx:
        tx.execute(text("UPDATE slot SET slot_key = '2020-04-27T09:00', send_at = '2020-04-27T07:00:00.000000Z'"))

    assert 0 == record(database, datetime(2020, 4, 28, 12, 0, tzinfo=UTC))
    assert ["2020-05-27T09:00"] == keys(database, newsletter, datetime(2020, 4, 28, 12, 0, tzinfo=UTC), 1)


def test_a_day_off_is_moved(database: Database, newsletter: Newsletter) -> None:
    """27 April is the King's birthday in the Netherlands."""
    practice = Practice(shift=Shift.AFTER, workdays=Workdays("NL"))
    schedule(database, newsletter, datetime(2020, 4, 1, tzinfo=UTC), recurrence="day 27", practice=practice)

    assert ["2020-04-28T09:00", "2020-05-27T09:00", "2020-06-29T09:00"] == keys(
        database, newsletter, datetime(2020, 4, 1, tzinfo=UTC), 3
    )


def test_a_slot_knows_its_dates(database: Database, newsletter: Newsletter) -> None:
    """When what is owed, in the zone of the schedule, recorded or still to come."""
    practice = Practice(parse_lead("5d"), parse_lead("3wd"), parse_lead("24h"))
    schedule(database, newsletter, practice=practice)
    expected = [
        (Stage.DRAFT, DRAFT_AT),
        (Stage.CONTRIBUTIONS, datetime(2019, 11, 27, 8, 0, tzinfo=UTC)),
        (Stage.REVIEW, datetime(2019, 11, 27, 8, 0, tzinfo=UTC)),
        (Stage.APPROVAL, datetime(2019, 12, 1, 8, 0, tzinfo=UTC)),
        (Stage.SENDING, SEND_AT),
    ]

    for is_recorded in (False, True):
        if is_recorded:
            record(database, DRAFT_AT)
        with database.read() as tx:
            [slot, *_] = calendar.upcoming(tx, newsletter.id, DRAFT_AT, 2)
        assert expected == [(one.stage, one.at) for one in slot.milestones]


def test_dates_out_of_order_are_refused(database: Database, newsletter: Newsletter) -> None:
    """Nobody can approve what nobody was to have reviewed."""
    practice = Practice(review=parse_lead("1d"), approval=parse_lead("2d"))

    with pytest.raises(BadValue, match="approval due: would come before “review starts”"):
        schedule(database, newsletter, practice=practice)


def test_two_schedulers_at_once_make_one_slot(database: Database, newsletter: Newsletter) -> None:
    """Threads on SQLite, connections on PostgreSQL: one of them writes each slot down, one drafts it (T03)."""
    schedule(database, newsletter)
    start = Barrier(4)

    def tick(number: int) -> tuple[int, Slot | None]:
        start.wait()
        return record(database, DRAFT_AT), claim(database, DRAFT_AT, f"worker {number}")

    with ThreadPoolExecutor(4) as workers:
        ticks = list(workers.map(tick, range(4)))

    assert 1 == sum(made for made, _ in ticks)
    assert 1 == sum(claimed is not None for _, claimed in ticks)


def test_a_claim_is_a_lease(database: Database, newsletter: Newsletter) -> None:
    """Nobody else drafts meanwhile; a worker that died is replaced, and one that only seemed dead changes nothing."""
    schedule(database, newsletter)
    record(database, DRAFT_AT)

    first = claim(database, DRAFT_AT, "first")
    assert first is not None
    assert None is claim(database, DRAFT_AT + MINUTE, "second")
    second = claim(database, DRAFT_AT + calendar.LEASE, "second")
    assert second is not None
    assert 2 == second.attempts

    with database.write() as tx:
        assert not calendar.renew_claim(tx, first, "first", DRAFT_AT + calendar.LEASE)
        assert not calendar.finish_draft(tx, first, "first", SlotState.SKIPPED, None)
        assert not calendar.release_draft(tx, first, "first", DRAFT_AT, "")
        assert calendar.renew_claim(tx, second, "second", DRAFT_AT + calendar.LEASE)
    assert None is claim(database, DRAFT_AT + calendar.LEASE + MINUTE, "third")


def test_a_clock_that_is_set_back_holds_up_nothing(database: Database, newsletter: Newsletter) -> None:
    """A worker died with a lease, and the clock went back two hours: another takes the slot at once (T06)."""
    schedule(database, newsletter)
    record(database, DRAFT_AT)
    dead = claim(database, DRAFT_AT + timedelta(hours=2), "dead")
    assert dead is not None

    assert claim(database, DRAFT_AT, "alive") is not None
    with database.write() as tx:
        assert not calendar.finish_draft(tx, dead, "dead", SlotState.SKIPPED, None)


@pytest.fixture
def made_up(tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Give a way to let the zone Made/Up follow the rules of another one."""
    (tmp_path / "Made").mkdir()

    def follow(zone: str) -> None:
        rules = files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes()
        (tmp_path / "Made" / "Up").write_bytes(rules)
        ZoneInfo.clear_cache()

    before = TZPATH
    reset_tzpath([str(tmp_path), *before])
    yield follow
    reset_tzpath(before)
    ZoneInfo.clear_cache()


def test_a_zone_that_changes_its_rules_moves_what_is_to_come(
    database: Database, newsletter: Newsletter, made_up: Callable[[str], None]
) -> None:
    """Nine o'clock is nine o'clock: the key stays, and slot and issue move to the moment it means by now (T07)."""
    made_up("Europe/Amsterdam")
    schedule(database, newsletter, zone="Made/Up")
    record(database, DRAFT_AT)
    with database.write() as tx:
        claimed = calendar.claim_draft(tx, DRAFT_AT, "one")
        assert claimed is not None
        made = draft_month(tx, newsletter, Month(2019, 11), DRAFT_AT, slot_key=claimed.slot_key, send_at=claimed.send_at)
        calendar.finish_draft(tx, claimed, "one", SlotState.DRAFTED, made.id)

    made_up("Asia/Kathmandu")
    with database.write() as tx:
        moved = [calendar.follow_zones(tx, DRAFT_AT + MINUTE), calendar.follow_zones(tx, DRAFT_AT + MINUTE)]
        slot = calendar.upcoming(tx, newsletter.id, DRAFT_AT, 1)[0]
        at = datetime(2019, 12, 2, 3, 15, tzinfo=UTC)

        assert ([1, 0], "2019-12-02T09:00", at) == (moved, slot.slot_key, slot.send_at)
        assert [at] == [due.send_at for due in calendar.due(tx, at)]


def test_the_calendar_goes_on_after_2038(database: Database, newsletter: Newsletter) -> None:
    """Where 32 bits of seconds end (T10)."""
    late = datetime(2038, 1, 18, 12, 0, tzinfo=UTC)
    schedule(database, newsletter, late, recurrence="day 20")

    assert 1 == record(database, late)
    claimed = claim(database, late)
    assert claimed is not None
    assert ("2038-01-20T09:00", datetime(2038, 1, 20, 8, 0, tzinfo=UTC)) == (claimed.slot_key, claimed.send_at)


def test_what_could_not_be_drafted_is_tried_again(database: Database, newsletter: Newsletter) -> None:
    """After a pause, and with the reason at hand."""
    schedule(database, newsletter)
    record(database, DRAFT_AT)
    claimed = claim(database, DRAFT_AT)
    assert claimed is not None
    with database.write() as tx:
        calendar.release_draft(tx, claimed, "one", DRAFT_AT, "the feed is down")

    assert None is claim(database, DRAFT_AT + MINUTE)
    again = claim(database, DRAFT_AT + calendar.PAUSE_BETWEEN_TRIES)

    assert again is not None
    assert (2, "the feed is down") == (again.attempts, again.note)


def test_a_finished_slot_is_not_claimed_again(database: Database, newsletter: Newsletter) -> None:
    """Drafted is drafted."""
    schedule(database, newsletter)
    record(database, DRAFT_AT)
    claimed = claim(database, DRAFT_AT)
    assert claimed is not None
    with database.write() as tx:
        issue = draft_month(tx, newsletter, claimed.month, DRAFT_AT, slot_key=claimed.slot_key, send_at=claimed.send_at)
        calendar.finish_draft(tx, claimed, "one", SlotState.DRAFTED, issue.id)

    assert None is claim(database, DRAFT_AT + WEEK)
    with database.read() as tx:
        (slot, *_) = calendar.upcoming(tx, newsletter.id, DRAFT_AT)
        assert (SlotState.DRAFTED, issue.id) == (slot.state, slot.issue_id)


def test_slots_of_all_newsletters_are_claimed_in_order(database: Database, newsletter: Newsletter) -> None:
    """The one that is sent first is drafted first."""
    with database.write() as tx:
        other = a_newsletter(tx, "Other")
    schedule(database, newsletter)
    schedule(database, other, recurrence="day 1")
    record(database, DRAFT_AT)

    claimed = [claim(database, DRAFT_AT) for _ in range(3)]

    assert [other.id, newsletter.id, None] == [slot.newsletter_id if slot else None for slot in claimed]


def test_an_issue_is_due_at_its_time(database: Database, newsletter: Newsletter) -> None:
    """Not a moment earlier; an issue without a time never is."""
    with database.write() as tx:
        timed = draft_month(tx, newsletter, Month(2019, 11), NOVEMBER, slot_key="2019-12-02T09:00", send_at=SEND_AT)
        draft_month(tx, newsletter, Month(2019, 10), NOVEMBER)

        assert () == calendar.due(tx, SEND_AT - timedelta.resolution)
        (due,) = calendar.due(tx, SEND_AT)

    assert (timed.id, newsletter.id, "2019-12-02T09:00", SEND_AT) == (
        due.issue_id,
        due.newsletter_id,
        due.slot_key,
        due.send_at,
    )
