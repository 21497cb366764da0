"""`newsletter alerts`: what waits for a person."""

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.issues import alerts as store
from newsletter.staff.permissions import Permission


@click.command("list")
@common
@pass_door
def list_(door: Door) -> None:
    """Show what waits for a person, the oldest first.

    Example: newsletter alerts list
    """
    with door.reading() as tx:
        waiting = store.open_alerts(tx)
    document = [
        {
            "key": alert.key,
            "text": alert.text,
            "newsletter_id": alert.newsletter_id,
            "issue": alert.issue_id,
            "raised_at": alert.raised_at,
        }
        for alert in waiting
    ]
    rows = [(alert.key, shown.moment(alert.raised_at), alert.text) for alert in waiting]
    door.answer(
        {"alerts": document},
        shown.table(("key", "since", "what waits"), rows) if waiting else shown.line("Nothing waits for you."),
    )


@click.command("settle")
@click.argument("key")
@common
@pass_door
def settle(door: Door, key: str) -> None:
    """Say that an alert is dealt with; the KEY stands in `alerts list`.

    Example: newsletter alerts settle feed:3
    """
    with door.acting(Permission.EDIT) as acting:
        was_open = key in {alert.key for alert in store.open_alerts(acting.tx)}
        store.settle_alert(acting.tx, key, acting.now)
        acting.record("alert.settle", f"alert {key}")
    door.answer({"key": key, "settled": was_open}, shown.line(f"{key} is settled." if was_open else f"{key} was not open."))


alerts = click.Group(
    "alerts", commands=[list_, settle], help="What waits for a person: held issues, missed slots, broken feeds."
)
