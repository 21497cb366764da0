"""Another time zone of a newsletter: whatever was agreed on stays at its moment."""

from datetime import UTC, datetime, time, timedelta

import pytest

from newsletter.database import Database
from newsletter.errors import BadValue
from newsletter.issues import calendar, draft, events, newsletters, schedulebook, sections, store, texts, timetable, zonechange
from newsletter.issues.contents import Text
from newsletter.issues.model import Article, Event, Issue, Newsletter, SectionKind, Show
from newsletter.issues.recurrence import parse_recurrence
from newsletter.issues.schedule import WhenEmpty
from subscribers.transaction import Transaction

NINE_IN_AMSTERDAM = datetime(2020, 2, 3, 8, tzinfo=UTC)


def with_events(tx: Transaction, newsletter: Newsletter, now: datetime, *found: Event) -> Issue:
    """Give an issue at nine in the morning in which these happen."""
    made = draft.draft_empty(tx, newsletter, "January 2020", now)
    store.set_send_at(tx, made.id, NINE_IN_AMSTERDAM)
    sections.add_section(tx, made.id, "Events", SectionKind.EVENTS, now)
    for number, event in enumerate(found, 1):
        texts.add_event(tx, made.id, Text(f"Event {number}", "", Show.FULL, event=event), now)
    return store.load(tx, made.id)


def begins(article: Article, newsletter: Newsletter) -> datetime | None:
    """Give when an event begins, as letters and calendar files read it."""
    assert article.event is not None
    return events.begins_at(article.event, newsletter.zone)


def test_issues_and_their_events_keep_their_moment(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """An event at an hour gets the zone that it was meant in; a whole day and one with a zone of its own are left alone."""
    with database.write() as tx:
        noon, day, away = Event("2020-02-27T12:00"), Event("2020-02-28"), Event("2020-02-27T12:00", zone="Asia/Tokyo")
        before = with_events(tx, newsletter, now, noon, day, away)
        kept = zonechange.kept(tx, newsletter)
        moved = zonechange.change(tx, newsletter.id, "America/New_York")
        after = store.load(tx, before.id)

    assert "America/New_York" == moved.zone
    assert NINE_IN_AMSTERDAM == after.send_at
    assert ["Europe/Amsterdam", "", "Asia/Tokyo"] == [one.event.zone for one in after.articles if one.event]
    first, _, third = zip(before.articles, after.articles, strict=True)
    for was, now_is in (first, third):
        assert begins(was, newsletter) == begins(now_is, moved)
    assert ([before.id], 1) == ([line.id for line in kept.issues], kept.events)


def test_an_edit_after_it_is_an_edit_like_any(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Nobody's version is void because a zone was written beside an event."""
    with database.write() as tx:
        before = with_events(tx, newsletter, now, Event("2020-02-27T12:00"))
        zonechange.change(tx, newsletter.id, "UTC")
        unchanged = store.load(tx, before.id)
        after = store.begin_edit(tx, before.id, now, before.version)

    assert (before.version, before.version + 1) == (unchanged.version, after.version)


def test_a_calendar_counts_on_by_its_own_zone(database: Database, newsletter: Newsletter, now: datetime) -> None:
    """Nine o'clock stays nine in Amsterdam, also for slots that are recorded, until the calendar is changed."""
    rule, days = parse_recurrence("first monday"), timedelta(days=7)
    with database.write() as tx:
        proposed = timetable.propose(
            newsletter.id, rule, time(9), "Europe/Amsterdam", days, None, WhenEmpty.SKIP, datetime(2020, 1, 10, tzinfo=UTC)
        )
        schedulebook.set_schedule(tx, proposed)
        calendar.record_slots(tx, NINE_IN_AMSTERDAM - timedelta(days=3))
        zonechange.change(tx, newsletter.id, "Asia/Tokyo")
        moved = calendar.follow_zones(tx, NINE_IN_AMSTERDAM - timedelta(days=2))
        coming = calendar.upcoming(tx, newsletter.id, NINE_IN_AMSTERDAM - timedelta(days=2), 2)

    assert 0 == moved
    assert [NINE_IN_AMSTERDAM, datetime(2020, 3, 2, 8, tzinfo=UTC)] == [slot.send_at for slot in coming]


@pytest.mark.parametrize("zone", ["", "Amsterdam", "../etc/passwd", "x" * 5000])
def test_a_zone_nobody_knows_is_refused(database: Database, newsletter: Newsletter, zone: str) -> None:
    """And the newsletter stays where it is."""
    with pytest.raises(BadValue, match="time zone"), database.write() as tx:
        zonechange.change(tx, newsletter.id, zone)

    with database.read() as tx:
        assert newsletter == newsletters.by_id(tx, newsletter.id)
