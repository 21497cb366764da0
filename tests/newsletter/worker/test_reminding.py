"""The staff is told by mail what waits for it, each thing once."""

import asyncio
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from newsletter import failpoints
from newsletter.issues import agenda, calendar, editing, schedulebook, timetable
from newsletter.issues.draft import draft_empty
from newsletter.issues.model import IssueState
from newsletter.issues.practice import Practice, Stage, parse_lead
from newsletter.issues.recurrence import parse_recurrence, parse_wall_time
from newsletter.issues.schedule import WhenEmpty
from newsletter.letters.letter import LetterKind
from newsletter.review import charges, charging
from newsletter.review.charge import AS_USUAL, Charge
from newsletter.review.charging import Wish
from newsletter.staff import accounts
from newsletter.staff.permissions import LOCAL_OPERATOR, Role
from newsletter.tables.instance import instance
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery
from newsletter.worker.metronome import Worker
from tests.newsletter.worker.conftest import DRAFT_AT, SEND_AT, START
from tests.newsletter.worker.conftest import Stage as Instance

DAY = timedelta(days=1)
PRACTICE = Practice(parse_lead("5d"), parse_lead("3d"), parse_lead("1d"))


@pytest.fixture
def staffed(stage: Instance) -> Instance:
    """Give an instance whose staff is an editor, a publisher, and one without an address, with dates before the sending."""
    rule, nine = parse_recurrence("first monday"), parse_wall_time("09:00")
    proposed = timetable.propose(
        stage.newsletter.id, rule, nine, stage.newsletter.zone, 7 * DAY, None, WhenEmpty.SKIP, START, PRACTICE
    )
    with stage.application.database.write() as tx:
        schedulebook.set_schedule(tx, proposed)
        accounts.add(tx, "Ed", Role.EDITOR, START, "ed@staff.example")
        accounts.add(tx, "Pat", Role.PUBLISHER, START, "pat@staff.example")
        accounts.add(tx, "Quiet", Role.ADMIN, START)
        accounts.add(tx, "Vi", Role.VIEWER, START, "vi@staff.example")
    return stage


def tick(stage: Instance, at: datetime) -> tuple[str, ...]:
    """Let the metronome beat once."""
    stage.clock.set(at)
    return asyncio.run(Worker(stage.application).tick())


def told(stage: Instance) -> list[tuple[str, str]]:
    """Give who was told what, in the order it was planned."""
    query = (
        select(delivery.c.email, letter.c.subject)
        .join(letter, letter.c.id == delivery.c.letter_id)
        .where(letter.c.kind == LetterKind.DUTY)
        .order_by(delivery.c.id)
    )
    with stage.application.database.read() as tx:
        return [(row.email, row.subject.partition(": ")[2]) for row in tx.execute(query)]


def test_the_staff_is_led_to_the_approval(staffed: Instance) -> None:
    """From the draft on, each who may do it, once, however often the metronome beats."""
    for days in (0, 0, 2, 4, 5, 6):
        assert () == tick(staffed, DRAFT_AT + days * DAY)
        assert () == tick(staffed, DRAFT_AT + days * DAY + timedelta(minutes=1))

    both = ("ed@staff.example", "pat@staff.example")
    assert [
        *((who, "the draft is there") for who in both),
        *((who, "letters are missing") for who in both),
        *((who, "the review starts") for who in both),
        ("pat@staff.example", "to be approved by tomorrow"),
        ("pat@staff.example", "nobody has approved it yet"),
    ] == told(staffed)


def test_whoever_may_approve_is_told_of_a_held_issue(staffed: Instance) -> None:
    """Nobody had approved it when it was to go out."""
    tick(staffed, DRAFT_AT)
    for minutes in (0, 1, 2):
        tick(staffed, SEND_AT + minutes * timedelta(minutes=1))

    assert IssueState.HELD is staffed.issues()[0].state
    assert [("pat@staff.example", "held, and waiting for you")] == told(staffed)[2:]


def test_a_letter_says_what_and_until_when(staffed: Instance) -> None:
    """In HTML and in text, with the page of the issue."""
    tick(staffed, DRAFT_AT)
    tick(staffed, SEND_AT - 2 * DAY)
    (issue,) = staffed.issues()
    with staffed.application.database.read() as tx:
        row = tx.execute(select(letter).where(letter.c.kind == LetterKind.DUTY).order_by(letter.c.id.desc())).first()

    assert row is not None
    for body in (row.html, row.text):
        assert "Sun 5 January 2020, 09:00 (Europe/Amsterdam)" in " ".join(body.split())
        assert f"/desk/issues/{issue.id}" in body


def test_an_approved_issue_reminds_nobody(staffed: Instance) -> None:
    """It is done."""
    tick(staffed, DRAFT_AT)
    staffed.approve(staffed.issues()[0].id)
    tick(staffed, SEND_AT - DAY)

    assert {"the draft is there"} == {subject for _, subject in told(staffed)}


def test_broken_off_before_the_commit_it_is_done_again(staffed: Instance) -> None:
    """Once for each person."""
    failpoints.arm("staff.reminded:raise:2")
    failed = [len(tick(staffed, DRAFT_AT + minutes * timedelta(minutes=1))) > 0 for minutes in (0, 1)]
    failpoints.arm("")

    assert [True, False] == failed
    assert ["ed@staff.example", "pat@staff.example"] == [who for who, _ in told(staffed)]


def test_a_copy_reminds_nobody(staffed: Instance) -> None:
    """The original does."""
    with staffed.application.database.write() as tx:
        tx.execute(update(instance).values(is_adopted=False))
    tick(staffed, DRAFT_AT)

    assert [] == told(staffed)


def test_an_issue_with_a_time_given_by_hand_has_dates(staffed: Instance) -> None:
    """By the practice of its newsletter, counted back from its own time; one without a time has none."""
    tick(staffed, DRAFT_AT)
    issue = staffed.issues()[0].id
    staffed.approve(issue)
    with staffed.application.database.write() as tx:
        moved = agenda.schedule_issue(tx, issue, SEND_AT + 7 * DAY, DRAFT_AT)
        one_off = draft_empty(tx, staffed.newsletter, "Special", DRAFT_AT)
        dates = {date.stage: date.at for date in calendar.dates_of_issue(tx, moved)}
        none = calendar.dates_of_issue(tx, one_off)

    assert (SEND_AT + 6 * DAY, SEND_AT + 7 * DAY) == (dates[Stage.APPROVAL], dates[Stage.SENDING])
    assert () == none


def give(stage: Instance, name: str, title: str, due_at: datetime) -> None:
    """Let somebody see to a section of the first issue."""
    (issue,) = stage.issues()
    with stage.application.database.write() as tx:
        section = issue.section_called(title)
        seen = charges.charges_of(tx, issue.id).get(section.id, AS_USUAL)
        wanted = Charge(account_id=accounts.find(tx, name).id, due_at=due_at)
        charging.assign(tx, issue.id, {section.id: Wish(wanted, seen)}, "Pat", stage.clock())


def test_whoever_owns_a_section_is_reminded_of_it(staffed: Instance) -> None:
    """A day before and when it is overdue, and nobody else is; the mail says which and by when."""
    tick(staffed, DRAFT_AT)
    give(staffed, "Ed", "Division Chair letter", DRAFT_AT + timedelta(days=1, hours=12))
    for hours in (6, 12, 13, 36, 37):
        tick(staffed, DRAFT_AT + timedelta(hours=hours))
    with staffed.application.database.read() as tx:
        text = tx.execute(select(letter.c.text).where(letter.c.kind == LetterKind.DUTY).order_by(letter.c.id.desc())).scalars()
        body = " ".join((text.first() or "").split())

    assert [("ed@staff.example", "your section is due soon"), ("ed@staff.example", "your section is overdue")] == told(staffed)[
        2:
    ]
    assert "Yours: “Division Chair letter”, by " in body


def test_given_another_day_they_are_reminded_of_that(staffed: Instance) -> None:
    """What they were told before is another thing."""
    tick(staffed, DRAFT_AT)
    give(staffed, "Ed", "Division Chair letter", DRAFT_AT + timedelta(hours=20))
    tick(staffed, DRAFT_AT + timedelta(hours=1))
    give(staffed, "Ed", "Division Chair letter", DRAFT_AT + timedelta(hours=30))
    tick(staffed, DRAFT_AT + timedelta(hours=7))

    assert [("ed@staff.example", "your section is due soon")] * 2 == told(staffed)[2:]


def test_of_each_section_its_owner_is_reminded(staffed: Instance) -> None:
    """The first is written; of the one that is due later they have heard nothing yet, and hear of it once."""
    tick(staffed, DRAFT_AT)
    give(staffed, "Ed", "Division Chair letter", DRAFT_AT + timedelta(hours=20))
    give(staffed, "Ed", "Communication initiatives", DRAFT_AT + timedelta(hours=36))
    tick(staffed, DRAFT_AT + timedelta(hours=1))
    with staffed.application.database.write() as tx:
        editing.write_letter(tx, staffed.issues()[0].id, "Division Chair letter", "<p>Dear all.</p>", "Ann", staffed.clock())
    for hours in (2, 13, 14, 37, 38):
        tick(staffed, DRAFT_AT + timedelta(hours=hours))

    assert ["your section is due soon"] * 2 + ["your section is overdue"] == [
        what for who, what in told(staffed) if who[:2] == "ed"
    ][1:]


def test_whoever_edits_one_newsletter_is_reminded_of_its_issues(staffed: Instance) -> None:
    """And of no other's; a role in a single newsletter counts as one everywhere."""
    with staffed.application.database.write() as tx:
        for name, newsletter_id in (("Ina", staffed.newsletter.id), ("Otto", staffed.newsletter.id + 1)):
            made = accounts.add(tx, name, None, START, f"{name.lower()}@staff.example")
            if newsletter_id == staffed.newsletter.id:
                accounts.set_roles(tx, LOCAL_OPERATOR, made, None, {newsletter_id: Role.EDITOR})
    tick(staffed, DRAFT_AT)

    assert ["ed@staff.example", "pat@staff.example", "ina@staff.example"] == [who for who, _ in told(staffed)]
