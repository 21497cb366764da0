"""What the worker does about evidence that was changed behind the product's back."""

from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import update

from newsletter import bootstrap, failpoints
from newsletter.failpoints import FailPointReached
from newsletter.issues import alerts
from newsletter.staff.permissions import LOCAL_OPERATOR
from newsletter.web.desk import mends
from newsletter.worker import evidence
from subscribers import register, stages
from subscribers.address import parse
from subscribers.tables.evidence import consent
from tests.harness.tampering import tamper
from tests.newsletter.worker.conftest import Stage


def person_of(stage: Stage) -> int:
    """Give the number of somebody on the list."""
    with stage.application.database.read() as tx:
        return register.find(tx, parse("ann@example.net")).id


def look_over(stage: Stage) -> int:
    """Seal the next day, and take every step of looking all of it over; give how many there were."""
    application = stage.application
    stage.clock.set(application.clock() + timedelta(days=1))
    evidence.seal(application)
    steps = 0
    while is_due(stage):
        evidence.look_over(application)
        steps += 1
    return steps


def is_due(stage: Stage) -> bool:
    """Whether something is to be looked over."""
    with stage.application.database.read() as tx:
        return stages.due(tx) is not None


def test_evidence_that_fits_is_not_told(stage: Stage) -> None:
    """Nothing waits for anybody."""
    look_over(stage)

    assert [] == stage.alerts()


def test_person_whose_evidence_was_changed_is_told_with_a_link(stage: Stage) -> None:
    """When the day is sealed, and once, however often it is looked over."""
    number = person_of(stage)
    with stage.application.database.write() as tx:
        tamper(tx, number, act="blessed")
    look_over(stage)
    look_over(stage)
    with stage.application.database.read() as tx:
        (waiting,) = [mends.mended(LOCAL_OPERATOR, one) for one in alerts.open_alerts(tx)]

    assert f"person {number}" in waiting.text
    assert f"/desk/people/{number}" == waiting.href


def test_evidence_of_nobody_is_told_without_a_link(stage: Stage) -> None:
    """The person is erased, or there never was one."""
    with stage.application.database.write() as tx:
        tamper(tx, person_of(stage), chain=4711)
        tx.execute(update(consent).where(consent.c.chain == 4711).values(act="blessed"))
    look_over(stage)
    with stage.application.database.read() as tx:
        told = {one.key: mends.mended(LOCAL_OPERATOR, one).href for one in alerts.open_alerts(tx)}

    assert "" == told["evidence:rest"]


def test_alert_is_settled_when_everything_fits_again(stage: Stage) -> None:
    """A backup was brought back, say."""
    number = person_of(stage)
    with stage.application.database.write() as tx:
        tamper(tx, number, door="window")
    look_over(stage)
    assert [f"evidence:{number}"] == stage.alerts()
    with stage.application.database.write() as tx:
        tamper(tx, number, door="link")
    look_over(stage)

    assert [] == stage.alerts()


def test_no_tick_looks_over_more_than_some(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """However much there is; the same is found, whoever goes on."""
    number = person_of(stage)
    with stage.application.database.write() as tx:
        tamper(tx, number, door="window")
    monkeypatch.setattr(evidence, "MOST_ROWS", 1)

    assert 10 < look_over(stage)
    assert [f"evidence:{number}"] == stage.alerts()


def test_person_is_told_before_all_others_are_looked_over(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """And one who was told stays told until a whole round finds nothing."""
    number = person_of(stage)
    with stage.application.database.write() as tx:
        tamper(tx, number, door="window")
    monkeypatch.setattr(evidence, "MOST_ROWS", 3)
    evidence.seal(stage.application)
    told = []
    while is_due(stage):
        evidence.look_over(stage.application)
        told.append(stage.alerts())

    assert [[f"evidence:{number}"]] * 3 == told[-3:]


def test_looking_over_that_is_cut_goes_on(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step once or not at all, whichever is broken off; also where a program is started anew between."""
    number = person_of(stage)
    with stage.application.database.write() as tx:
        tamper(tx, number, door="window")
    monkeypatch.setattr(evidence, "MOST_ROWS", 3)
    evidence.seal(stage.application)
    settings = stage.application.settings
    cuts = 0
    while is_due(stage):
        failpoints.arm("evidence.walked:raise:1" if cuts % 2 == 0 else "evidence.walked:raise:2")
        with suppress(FailPointReached), bootstrap.open_application(settings, stage.clock) as again:
            evidence.look_over(again)
            evidence.look_over(again)
        cuts += 1
    failpoints.arm("")
    with stage.application.database.read() as tx:
        found = stages.current(tx)

    assert found is not None
    assert 1 == found.faults
    assert [f"evidence:{number}"] == stage.alerts()
