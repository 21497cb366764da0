"""`newsletter issues schedule, send, pause, resume, cancel, send-rest, report`: an issue on its way to its readers."""

from dataclasses import asdict

import click

from newsletter.cli import audience, shown
from newsletter.cli.door import Door, common, destructive, pass_door
from newsletter.cli.issueviews import load
from newsletter.cli.parameters import issue_argument, read_moment
from newsletter.issues import agenda, newsletters, store
from newsletter.issues.model import Issue
from newsletter.mail import dispatch, relaybook, rest
from newsletter.mail.delivery import Report
from newsletter.mail.owed import Owed
from newsletter.staff.permissions import Permission
from newsletter.web import spelled

WAY_OUT = "It is mailed by the worker that runs, or by the next: newsletter worker."


@click.command("schedule")
@issue_argument
@click.argument("at", metavar="AT")
@common
@pass_door
def schedule(door: Door, issue_id: int, at: str) -> None:
    """Give an approved issue a time by hand.

    AT is a date and time in the newsletter's time zone, or with an offset of its own.

    Example: newsletter issues schedule 5 2020-02-03T09:00
    """
    with door.acting(Permission.SEND) as acting:
        zone = newsletters.by_id(acting.tx, load(door, issue_id).newsletter_id).zone
        issue = agenda.schedule_issue(acting.tx, issue_id, read_moment(at, zone), acting.now)
        acting.record("issue.schedule", f"issue {issue_id}", at=str(issue.send_at))
    assert issue.send_at is not None
    door.answer(
        {"issue": issue.id, "state": issue.state.value, "send_at": issue.send_at},
        shown.line(f"{issue.title} goes out {shown.moment_and_distance(issue.send_at, zone, door.now)}."),
    )


@click.command("send")
@issue_argument
@destructive
@common
@pass_door
def send(door: Door, issue_id: int) -> None:
    """Plan the mailing of an approved issue to everybody it is for now: who is on its list and takes its topics.

    It returns at once; `newsletter worker` or `newsletter serve` mails.

    Example: newsletter issues send 5
    """
    issue = load(door, issue_id)
    door.confirm(f"Send {issue.title} to {audience.look(door, issue).words}?")
    with door.acting(Permission.SEND) as acting:
        report = dispatch.send_issue(acting.tx, issue_id, acting.now)
        acting.record("issue.send", f"issue {issue_id}", audience=report.audience)
    door.note(_way_out(door))
    _answer(door, issue_id, report, f"{issue.title} is planned for {spelled.people(report.audience)}.")


@click.command("pause")
@issue_argument
@common
@pass_door
def pause(door: Door, issue_id: int) -> None:
    """Let the mailing of an issue rest; what was sent stays sent.

    Example: newsletter issues pause 5
    """
    with door.acting(Permission.SEND) as acting:
        dispatch.pause(acting.tx, issue_id, acting.now)
        acting.record("issue.pause", f"issue {issue_id}")
        report = dispatch.report(acting.tx, issue_id)
    _answer(door, issue_id, report, f"Paused; {spelled.people(_waiting(report))} still to be written to.")


@click.command("resume")
@issue_argument
@common
@pass_door
def resume(door: Door, issue_id: int) -> None:
    """Go on mailing a paused issue.

    Example: newsletter issues resume 5
    """
    with door.acting(Permission.SEND) as acting:
        dispatch.resume(acting.tx, issue_id, acting.now)
        acting.record("issue.resume", f"issue {issue_id}")
        report = dispatch.report(acting.tx, issue_id)
    _answer(door, issue_id, report, f"Resumed; {spelled.people(_waiting(report))} still to be written to.")


@click.command("cancel")
@issue_argument
@destructive
@common
@pass_door
def cancel(door: Door, issue_id: int) -> None:
    """Give an issue up: whoever has not got it goes without it, unless `issues send-rest` takes it up again.

    An issue that was sent once and is being mailed again for some stays sent; only these go without it.

    Example: newsletter issues cancel 5
    """
    issue = load(door, issue_id)
    with door.reading() as tx:
        waiting = _waiting(dispatch.report(tx, issue_id))
    door.confirm(_question(issue, waiting))
    with door.acting(Permission.SEND) as acting:
        report = dispatch.cancel(acting.tx, issue_id, acting.now)
        issue = store.load(acting.tx, issue_id)
        acting.record("issue.cancel", f"issue {issue_id}", cancelled=report.cancelled)
    _answer(door, issue_id, report, _cancelled(issue, report))


@click.command("send-rest")
@issue_argument
@click.option("--also-new", is_flag=True, help="Also to people who confirmed after the issue was sent.")
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Plan nothing, only tell how many.")
@destructive
@common
@pass_door
def send_rest(door: Door, issue_id: int, *, also_new: bool, is_dry_run: bool) -> None:
    """Send an issue to those who did not get it: refused, skipped or cancelled then, and to be written to now.

    Nobody gets it twice: left out is who has it, who may have it, and who is waiting for it. An issue that was sent, or
    cancelled in the middle, is being sent until they are settled.

    Example: newsletter issues send-rest 5 --also-new
    """
    issue = load(door, issue_id)
    with door.reading(Permission.SEND) as tx:
        owed = rest.look(tx, issue_id, door.now())
    people = owed.again + (owed.new if also_new else 0)
    _tell_left_out(door, owed, also_new=also_new)
    planned = rest.Planned(0, 0)
    if people and not is_dry_run:
        door.confirm(f"Send {issue.title} to {spelled.people(people)}?")
        with door.acting(Permission.SEND) as acting:
            planned = rest.send_rest(acting.tx, issue_id, acting.now, also_new=also_new)
            acting.record("issue.send_rest", f"issue {issue_id}", again=planned.again, new=planned.new)
        door.note(_way_out(door))
    with door.reading() as tx:
        report = dispatch.report(tx, issue_id)
    words = f"would go to {spelled.people(people)}" if is_dry_run else f"is planned for {spelled.people(planned.people)} more"
    door.answer(
        {
            **asdict(report),
            "issue": issue_id,
            "is_dry_run": is_dry_run,
            "owed": asdict(owed),
            "planned": {"again": planned.again, "new": planned.new},
        },
        shown.line(f"{issue.title} {words}."),
    )


def _tell_left_out(door: Door, owed: Owed, *, also_new: bool) -> None:
    if owed.perhaps_reached:
        door.note(f"Left out, because an earlier try may have arrived: {spelled.people(owed.perhaps_reached)}.")
    if owed.new and not also_new:
        door.note(f"Confirmed later, and left out without --also-new: {spelled.people(owed.new)}.")


@click.command("report")
@issue_argument
@common
@pass_door
def report_(door: Door, issue_id: int) -> None:
    """Say what became of an issue's mailing; the figures add up to the audience.

    Example: newsletter issues report 5 --json
    """
    issue = load(door, issue_id)
    with door.reading() as tx:
        report = dispatch.report(tx, issue_id)
    figures = asdict(report)
    door.answer(
        {**figures, "issue": issue_id, "state": issue.state.value, "is_paused": issue.is_paused},
        shown.line(f"{issue.title}: {issue.state.words}{', paused' if issue.is_paused else ''}"),
        shown.table(("what", "#people"), [(name, spelled.number(count)) for name, count in figures.items()]),
    )


def _way_out(door: Door) -> str:
    with door.reading() as tx:
        missing = relaybook.missing(tx, door.settings.relay)
    return WAY_OUT if missing is None else f"{missing}. It is planned, and waits."


def _question(issue: Issue, waiting: int) -> str:
    if waiting:
        return f"Cancel {issue.title} for the {spelled.people(waiting)} who wait for it, for good?"
    return f"Cancel {issue.title}, for good?"


def _cancelled(issue: Issue, report: Report) -> str:
    if not report.cancelled:
        return f"{issue.title} is {issue.state.words}."
    return f"{issue.title} is {issue.state.words}; {spelled.people(report.cancelled)} will not get it."


def _waiting(report: Report) -> int:
    return report.pending + report.deferred


def _answer(door: Door, issue_id: int, report: Report, words: str) -> None:
    door.answer({**asdict(report), "issue": issue_id}, shown.line(words))
