"""What the worker does about evidence that was changed behind the product's back."""

from sqlalchemy import update

from newsletter.issues import alerts
from newsletter.staff.permissions import LOCAL_OPERATOR
from newsletter.web.desk import mends
from newsletter.worker import evidence
from subscribers import register
from subscribers.address import parse
from subscribers.tables.evidence import consent
from tests.harness.tampering import tamper
from tests.newsletter.worker.conftest import Stage


def person_of(stage: Stage) -> int:
    """Give the number of somebody on the list."""
    with stage.application.database.read() as tx:
        return register.find(tx, parse("ann@example.net")).id


def test_evidence_that_fits_is_not_told(stage: Stage) -> None:
    """Nothing waits for anybody."""
    evidence.seal(stage.application)

    assert [] == stage.alerts()


def test_person_whose_evidence_was_changed_is_told_with_a_link(stage: Stage) -> None:
    """When the day is sealed, and once, however often it is looked over."""
    number = person_of(stage)
    with stage.application.database.write() as tx:
        tamper(tx, number, act="blessed")
    evidence.seal(stage.application)
    evidence.look_over(stage.application)
    with stage.application.database.read() as tx:
        (waiting,) = [mends.mended(LOCAL_OPERATOR, one) for one in alerts.open_alerts(tx)]

    assert f"person {number}" in waiting.text
    assert f"/desk/people/{number}" == waiting.href


def test_evidence_of_nobody_is_told_without_a_link(stage: Stage) -> None:
    """The person is erased, or there never was one."""
    with stage.application.database.write() as tx:
        tamper(tx, person_of(stage), chain=4711)
        tx.execute(update(consent).where(consent.c.chain == 4711).values(act="blessed"))
    evidence.look_over(stage.application)
    with stage.application.database.read() as tx:
        told = {one.key: mends.mended(LOCAL_OPERATOR, one).href for one in alerts.open_alerts(tx)}

    assert "" == told["evidence:rest"]


def test_alert_is_settled_when_everything_fits_again(stage: Stage) -> None:
    """A backup was brought back, say."""
    number = person_of(stage)
    with stage.application.database.write() as tx:
        tamper(tx, number, door="window")
    evidence.look_over(stage.application)
    assert [f"evidence:{number}"] == stage.alerts()
    with stage.application.database.write() as tx:
        tamper(tx, number, door="link")
    evidence.look_over(stage.application)

    assert [] == stage.alerts()
