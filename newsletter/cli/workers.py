"""`newsletter workers`: who mails, from which hosts, and which of them claim nothing more."""

import time
from collections.abc import Sequence
from datetime import datetime

import click
from rich.table import Table

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.exits import Exit
from newsletter.clock import monotonic
from newsletter.issues import newsletters
from newsletter.letters import hostbook
from newsletter.mail import roster
from newsletter.mail.roster import DrainedHost, Listed, Standing
from newsletter.staff.acting import Acting
from newsletter.staff.permissions import Permission

# Between two looks at what a drained worker still holds, in seconds.
LOOK = 0.5

_WORDS = {
    Standing.MAILING: "mailing",
    Standing.DRAINING: "draining",
    Standing.DRAINED: "drained",
    Standing.SILENT: "silent: its lease is over",
    Standing.STOPPED: "stopped",
}
_WHICH = (
    click.argument("worker", required=False),
    click.option("--host", metavar="NAME", help="All workers of this host, those that are started there later included."),
)


@click.command("list")
@common
@pass_door
def list_(door: Door) -> None:
    """Show the workers of today: where they run, which version, how they are, and how many deliveries they hold.

    A worker renews its lease every ten seconds; what one holds whose lease is over is mailed by the others. Hosts that have
    different templates of their own are named: letters look as that host has it which lays them out.

    Example: newsletter workers list
    """
    now = door.now()
    with door.reading() as tx:
        zone = newsletters.zone_of_house(tx)
        known, hosts = roster.listed(tx, now), roster.drained_hosts(tx)
        sides = hostbook.sides(tx, now)
    door.answer(
        {
            "workers": [_document(one, now) for one in known],
            "drained_hosts": [{"host": one.name, "since": one.since} for one in hosts],
            "templates": sides,
        },
        _table(known, now, zone) if known else shown.line("No worker ran today. `newsletter worker` starts one."),
        *(shown.line(_of_host(one, zone)) for one in hosts),
        *([shown.line(f"Hosts have different templates of their own: {hostbook.told(sides)}")] if len(sides) > 1 else []),
    )


@click.command("drain")
@_WHICH[0]
@_WHICH[1]
@click.option("--wait", type=click.IntRange(1, 3600), metavar="S", help="Wait up to so many seconds until nothing is held.")
@common
@pass_door
def drain(door: Door, worker: str | None, host: str | None, wait: int | None) -> Exit:
    """Let a worker, or all of a host, finish what they hold and claim nothing more; others mail the rest.

    A worker is named by the beginning of its id, six letters at least; it is drained until it ends or is resumed. A host is
    drained until it is resumed: a worker that is started there claims nothing, which is how a host is upgraded in the middle of
    a mailing. What is due is still looked for. With --wait the answer comes when nothing is held, and exits 7 where something
    still is.

    Example: newsletter workers drain --host mail2 --wait 60
    """
    _one_of(worker, host)
    with door.acting(Permission.MANAGE_INSTANCE) as acting:
        if host is not None:
            roster.drain_host(acting.tx, host, acting.now)
            acting.record("host.drain", f"host {host}")
        else:
            worker = _found(acting, worker or "").id
            roster.drain(acting.tx, worker, acting.now)
            acting.record("worker.drain", f"worker {worker}")
    held = _wait(door, worker, host, wait or 0)
    of = f"host {host}" if host is not None else f"worker {worker}"
    left = f"it still holds {held:,} deliveries" if held else "it holds no delivery"
    door.answer({"drained": host or worker, "holds": held}, shown.line(f"Drained: {of} claims nothing more; {left}."))
    return Exit.NO_MAILER if held and wait else Exit.DONE


@click.command("resume")
@_WHICH[0]
@_WHICH[1]
@common
@pass_door
def resume(door: Door, worker: str | None, host: str | None) -> None:
    """Let a worker, or all of a host, claim again, within a second.

    Example: newsletter workers resume --host mail2
    """
    _one_of(worker, host)
    with door.acting(Permission.MANAGE_INSTANCE) as acting:
        if host is not None:
            was = roster.resume_host(acting.tx, host)
            acting.record("host.resume", f"host {host}")
            words = f"Host {host} mails again." if was else f"Nothing was drained on a host {host}."
        else:
            found = _found(acting, worker or "")
            roster.resume(acting.tx, found.id)
            acting.record("worker.resume", f"worker {found.id}")
            is_drained, worker = roster.is_drained(acting.tx, found.id), found.id
            words = f"Its host is drained: newsletter workers resume --host {found.host}" if is_drained else "It mails again."
    door.answer({"resumed": host or worker}, shown.line(words))


def _one_of(worker: str | None, host: str | None) -> None:
    if (worker is None) is (host is None):
        raise click.UsageError("Say either a worker, by its id in `newsletter workers list`, or --host NAME.")


def _found(acting: Acting, said: str) -> Listed:
    return roster.find(acting.tx, said, acting.now)


def _wait(door: Door, worker: str | None, host: str | None, seconds: int) -> int:
    """Wait until those who were drained hold nothing, at most so long; gives how many deliveries they still do."""
    ends_at = monotonic() + seconds
    while True:
        now = door.now()
        with door.reading() as tx:
            known = roster.listed(tx, now)
        held = sum(one.holds for one in known if (one.host == host if host is not None else one.id == worker))
        if not held or monotonic() >= ends_at:
            return held
        time.sleep(LOOK)


def _table(known: Sequence[Listed], now: datetime, zone: str) -> Table:
    rows = (
        (
            one.short_id,
            one.place,
            one.version,
            _WORDS[one.standing(now)],
            f"{one.holds:,}" if one.holds else "",
            shown.moment(one.started_at, zone),
        )
        for one in known
    )
    return shown.table(("worker", "where", "version", "state", "#holds", "started"), rows)


def _of_host(one: DrainedHost, zone: str) -> str:
    return f"Host {one.name} is drained since {shown.moment(one.since, zone)}: newsletter workers resume --host {one.name}"


def _document(one: Listed, now: datetime) -> dict[str, object]:
    return {
        "id": one.id,
        "host": one.host,
        "place": one.place,
        "version": one.version,
        "state": one.standing(now).value,
        "holds": one.holds,
        "started_at": one.started_at,
        "lease_until": one.lease_until,
        "stopped_at": one.stopped_at,
        "drained_at": one.drained_at,
    }


workers = click.Group(
    "workers", commands=[list_, drain, resume], help="Who mails, from which hosts, and which of them claim nothing more."
)
