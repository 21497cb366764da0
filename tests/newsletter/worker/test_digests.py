"""What a tick does for whoever hears of a list once a quarter."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from newsletter import failpoints
from newsletter.failpoints import FailPointReached
from newsletter.issues import alerts, newsletters
from newsletter.issues import draft as drafting
from newsletter.issues.model import Archive
from newsletter.issues.quarters import Quarter
from newsletter.letters.letter import LetterKind
from newsletter.mail import consequences, digestbook, dispatch, leases, workers
from newsletter.mail.consequences import pause_key
from newsletter.mail.delivery import DeliveryState, Outcome, Phase, Reply, Verdict
from newsletter.mail.mailings import MailingState
from newsletter.people import digests as digesting
from newsletter.people.digests import HOURS_AFTER_ITS_END, MOST_LATENESS, Reason
from newsletter.tables.instance import instance
from newsletter.tables.issues import newsletter as newsletter_table
from newsletter.tables.letters import letter
from newsletter.tables.mail import delivery
from newsletter.worker import digests
from newsletter.worker.metronome import Worker
from subscribers import listbook, register, terms
from subscribers.address import parse
from subscribers.model import Cadence
from subscribers.terms import Terms
from subscribers.tokens import Purpose
from tests.harness import mailroom
from tests.harness.people import LINK
from tests.newsletter.worker.conftest import Stage

MID_QUARTER = datetime(2020, 2, 10, 8, 0, tzinfo=UTC)
QUARTER = Quarter(2020, 1)
END = QUARTER.end("Europe/Amsterdam")
DUE = END + HOURS_AFTER_ITS_END


def publish(stage: Stage, title: str = "January 2020", at: datetime = MID_QUARTER) -> None:
    """Send an issue."""
    stage.clock.set(at)
    with stage.application.database.write() as tx:
        made = drafting.draft_empty(tx, stage.newsletter, title, at)
        dispatch.send_issue(tx, mailroom.approve(tx, made, at), at)


def take_quarterly(stage: Stage, *names: str, paused_until: datetime | None = None) -> None:
    """Let people hear of the list once a quarter."""
    with stage.application.database.write() as tx:
        for name in names:
            person = register.find(tx, parse(f"{name}@example.net"))
            [standing] = register.subscriptions_of(tx, person.id)
            wanted = Terms(Cadence.QUARTERLY, paused_until)
            terms.agree(tx, stage.application.keyring, standing.id, wanted, stage.clock(), LINK)


def planned(stage: Stage) -> list[tuple[str, str]]:
    """Give everybody's digests, by address and subject."""
    query = select(delivery.c.email, letter.c.subject).join(letter, letter.c.id == delivery.c.letter_id)
    with stage.application.database.read() as tx:
        return sorted((row.email, row.subject) for row in tx.execute(query.where(letter.c.kind == LetterKind.DIGEST)))


def test_issues_that_are_not_on_the_web_are_linked_for_their_readers(stage: Stage) -> None:
    """The archive would turn them away."""
    with stage.application.database.write() as tx:
        newsletters.edit(tx, stage.newsletter.id, archive=Archive.OFF)
    take_quarterly(stage, "ann")
    publish(stage)
    at(stage, DUE)
    (issue,) = stage.issues()
    with stage.application.database.read() as tx:
        html = tx.execute(select(letter.c.html).where(letter.c.kind == LetterKind.DIGEST)).scalar_one()

    assert stage.application.links.read(stage.application.keyring.seal(Purpose.READ, issue.id)) in html
    assert "/archive/" not in html


def note(stage: Stage) -> str | None:
    """Give why the quarter has no digest, "" when it has one, None while nobody has decided."""
    with stage.application.database.read() as tx:
        known = digestbook.digests_of(tx, stage.newsletter.id)
    return next((one.note for one in known if one.quarter == QUARTER), None)


def at(stage: Stage, moment: datetime) -> None:
    """Look for digests at a moment."""
    stage.clock.set(moment)
    digests.mail(stage.application)


def test_digest_comes_once_when_the_quarter_is_over(stage: Stage) -> None:
    """To whoever wants it, by the tick itself, however often the metronome beats; others got the issue."""
    take_quarterly(stage, "ann")
    publish(stage)
    at(stage, DUE - timedelta(minutes=1))
    before = planned(stage)
    stage.clock.set(DUE)
    asyncio.run(Worker(stage.application).tick())
    asyncio.run(Worker(stage.application).tick())
    at(stage, DUE + timedelta(days=30))

    assert [] == before
    assert [("ann@example.net", "Section News: issues from 1 January 2020 to 31 March 2020")] == planned(stage)
    assert "" == note(stage)


@pytest.mark.parametrize("passages", [1, 2])
def test_worker_that_dies_in_the_middle_plans_it_once(stage: Stage, passages: int) -> None:
    """Before the commit nothing is planned, and behind it nothing more."""
    take_quarterly(stage, "ann", "bob")
    publish(stage)
    failpoints.arm("digest.planned:raise:1")
    with pytest.raises(FailPointReached):
        at(stage, DUE)
    died = planned(stage)
    failpoints.arm("")
    for _ in range(passages):
        at(stage, DUE)

    assert [] == died
    assert ["ann@example.net", "bob@example.net"] == [email for email, _ in planned(stage)]


def test_two_workers_plan_one_digest(stage: Stage) -> None:
    """The row of the quarter lets one of them through."""
    take_quarterly(stage, "ann")
    publish(stage)
    stage.clock.set(DUE)

    async def both() -> None:
        await asyncio.gather(*(asyncio.to_thread(digests.mail, stage.application) for _ in range(2)))

    asyncio.run(both())

    assert 1 == len(planned(stage))


def test_only_issues_of_the_quarter_are_listed(stage: Stage) -> None:
    """Those before and behind its end belong to other digests."""
    take_quarterly(stage, "ann")
    publish(stage, "In the quarter", QUARTER.start("Europe/Amsterdam"))
    publish(stage, "Behind its end", END)
    at(stage, DUE)
    with stage.application.database.read() as tx:
        [text] = tx.execute(select(letter.c.text).where(letter.c.kind == LetterKind.DIGEST)).scalars()

    assert "In the quarter" in text
    assert "Behind its end" not in text


def test_quarter_without_issues_or_readers_has_no_digest(stage: Stage) -> None:
    """It is decided once and for all; whoever changes to quarterly later gets the next one."""
    take_quarterly(stage, "ann")
    at(stage, DUE)
    nothing = note(stage)
    publish(stage, at=DUE + timedelta(days=20))
    take_quarterly(stage, "ann", paused_until=DUE + timedelta(days=100))
    following = Quarter(2020, 2).end("Europe/Amsterdam") + HOURS_AFTER_ITS_END
    at(stage, following)
    with stage.application.database.read() as tx:
        notes = [one.note for one in digestbook.digests_of(tx, stage.newsletter.id)]

    assert Reason.NO_ISSUES == nothing
    assert [Reason.NO_READERS, Reason.NO_ISSUES] == notes
    assert [] == planned(stage)


def test_digest_that_is_too_late_is_told(stage: Stage) -> None:
    """And not sent without asking."""
    take_quarterly(stage, "ann")
    publish(stage)
    at(stage, END + MOST_LATENESS + timedelta(hours=1))

    assert Reason.TOO_LATE == note(stage)
    assert [] == planned(stage)
    assert [f"digest-late:{stage.newsletter.id}:2020-Q1"] == [key for key in stage.alerts() if key.startswith("digest")]


def test_digest_that_cannot_be_sent_is_told_and_tried_again(stage: Stage) -> None:
    """Until somebody has mended what is wrong."""
    take_quarterly(stage, "ann")
    publish(stage)
    with stage.application.database.write() as tx:
        tx.execute(update(newsletter_table).values(postal_address=""))
    at(stage, DUE)
    told = [key for key in stage.alerts() if key.startswith("digest")]
    with stage.application.database.write() as tx:
        words = [one.text for one in alerts.open_alerts(tx) if one.key in told]
        tx.execute(update(newsletter_table).values(postal_address="1 Library Road"))
    at(stage, DUE + timedelta(hours=1))

    assert [f"digest-refused:{stage.newsletter.id}:2020-Q1"] == told
    assert words[0].endswith(
        "postal address: a newsletter cannot be mailed without one. It goes out by itself as soon as it can."
    )
    assert [] == [key for key in stage.alerts() if key.startswith("digest")]
    assert 1 == len(planned(stage))


@pytest.mark.parametrize("is_copy", [True, False])
def test_copy_and_archived_list_get_no_digest(stage: Stage, is_copy: bool) -> None:  # noqa: FBT001 -- a case
    """And nothing is decided meanwhile."""
    take_quarterly(stage, "ann")
    publish(stage)
    with stage.application.database.write() as tx:
        if is_copy:
            tx.execute(update(instance).values(is_adopted=False))
        else:
            listbook.archive(tx, stage.newsletter.list_id, DUE)
    at(stage, DUE)

    assert [] == planned(stage)
    assert note(stage) is None


def test_digest_that_a_relay_objects_to_waits_for_a_person(stage: Stage) -> None:
    """Paused with an alert, mailed again when somebody says so, or given up."""
    take_quarterly(stage, "ann", "bob")
    publish(stage)
    at(stage, DUE)
    now = stage.clock()
    with stage.application.database.write() as tx:
        workers.register(tx, "w", "here", now)
        [digest] = digestbook.digests_of(tx, stage.newsletter.id)
        assert digest.letter_id is not None
        claimed = leases.claim(tx, "w", now, 10)
        reply = Reply(Phase.MAIL, 550, "", "we do not take mail from you")
        verdict = Verdict(DeliveryState.PENDING, not_before=now, burns_attempt=False, pauses_mailing=True)
        consequences.record(tx, "w", [Outcome(claimed[0], verdict, reply)], now)
        paused = digestbook.digests_of(tx, stage.newsletter.id)[0].state
    told = stage.alerts()
    with stage.application.database.write() as tx:
        resumed = digesting.resume(tx, stage.newsletter.id, QUARTER, now)
        again = digestbook.digests_of(tx, stage.newsletter.id)[0].state
        cancelled = digesting.cancel(tx, stage.newsletter.id, QUARTER, now)

    assert (MailingState.PAUSED, True, MailingState.OPEN, 2) == (paused, resumed, again, cancelled)
    assert pause_key(digest.letter_id) in told
    assert pause_key(digest.letter_id) not in stage.alerts()
