"""`newsletter reconcile`: what is uncertain, settled by the log of the relay."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from itertools import count
from zoneinfo import ZoneInfo

import click

from newsletter.cli import logfiles, shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.parameters import read_moment
from newsletter.cli.progress import reading_bar
from newsletter.issues.recurrence import parse_zone
from newsletter.mail import doubts, postfixlog, reconcile, uncertain
from newsletter.mail.doubts import PutBack
from newsletter.mail.postfixlog import Calendar, Trace
from newsletter.mail.reconcile import Answer, Settled, Told
from newsletter.mail.uncertain import Doubt
from newsletter.staff.permissions import Permission
from newsletter.web import spelled

LINES_BETWEEN_TELLINGS = 1000

_WORDS = {
    Answer.ACCEPTED: "accepted: the relay's log has it",
    Answer.MISSING: "not in the log: the relay never took it",
    Answer.UNTOLD: "the log does not tell",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be done with what the log tells."""

    is_dry_run: bool
    resends_missing: bool


@click.command("reconcile")
@click.option(
    *("--postfix-log", "paths"),
    metavar="FILE",
    multiple=True,
    required=True,
    help='A log of Postfix, gzipped or not; "-" for stdin. Can be said several times, in any order.',
)
@click.option("--since", metavar="AT", help="Only what went on the wire at this moment or later.")
@click.option(
    "--timezone", "zone", metavar="Z", help="Where the log's times are meant, when they do not say; also for --since."
)
@click.option("--resend-missing", "resends_missing", is_flag=True, help="Mail again what the relay never took.")
@click.option("--dry-run", "is_dry_run", is_flag=True, help="Change nothing, only tell.")
@common
@pass_door
def reconcile_(  # one argument for each option
    door: Door, paths: tuple[str, ...], since: str | None, zone: str | None, *, resends_missing: bool, is_dry_run: bool
) -> None:
    """Look up what is uncertain in the relay's log: what Postfix took is accepted, with its queue id.

    The log must be that of the server the mail was handed to; where there are several, give the logs of all. What is not in it
    is only called missing when the log covers the time around it and names everybody who was accepted meanwhile.

    Example: newsletter reconcile --postfix-log /var/log/mail.log --postfix-log /var/log/mail.log.1.gz --dry-run
    """
    from_ = read_moment(since, parse_zone(zone or "UTC")) if since is not None else None
    with door.reading(Permission.SEND) as tx:
        asked_about = [doubt for doubt in uncertain.all_doubts(tx) if _is_since(doubt, from_)]
    trace = _trace(door, paths, parse_zone(zone) if zone else None, asked_about)
    with door.reading(Permission.SEND) as tx:
        told = reconcile.compare(tx, asked_about, trace)
    done = Settled(0, PutBack(0, 0))
    if not is_dry_run:
        with door.acting(Permission.SEND) as acting:
            # Whoever was settled by somebody else meanwhile stays so.
            done = reconcile.settle(acting.tx, told, acting.now, resends_missing=resends_missing)
            detail = {"accepted": done.accepted, "resent": done.resent.resent, "erased": done.resent.erased}
            acting.record("uncertain.reconcile", "the relay's log", asked=len(told), **detail)
    _answer(door, trace, told, done, _Asked(is_dry_run, resends_missing))


def _is_since(doubt: Doubt, since: datetime | None) -> bool:
    return since is None or (doubt.sending_at is not None and doubt.sending_at >= since)


def _trace(door: Door, paths: Sequence[str], zone: str | None, asked_about: Sequence[Doubt]) -> Trace:
    calendar = Calendar(door.now(), ZoneInfo(zone) if zone else None)
    opened = partial(reconcile.delivery_of, door.application.keyring)
    wanted = frozenset(doubt.delivery_id for doubt in asked_about)
    with logfiles.in_order(paths, calendar) as logs, reading_bar("Reading the log", 0, "lines") as tell:
        lines = count(1)
        return postfixlog.follow([_told(log, lines, tell) for log in logs], opened, wanted, calendar)


def _told(log: Iterable[str], lines: Iterator[int], tell: Callable[[int, int], None]) -> Iterator[str]:
    for line in log:
        number = next(lines)
        if number % LINES_BETWEEN_TELLINGS == 0:
            tell(0, number)
        yield line


def _answer(door: Door, trace: Trace, told: Sequence[Told], done: Settled, asked: _Asked) -> None:
    figures = reconcile.figures(told)
    keyring = door.application.keyring
    document = {
        "lines": trace.lines,
        "messages_of_ours": len(trace.ours),
        "asked": len(told),
        **{answer.value: count for answer, count in figures.items()},
        "resent": done.resent.resent,
        "erased": done.resent.erased,
        "is_dry_run": asked.is_dry_run,
        "deliveries": [
            {
                "issue": one.doubt.issue_id,
                "message_id": doubts.message_id(keyring, one.doubt),
                "answer": one.answer.value,
                "queue_id": one.kept.queue_id if one.kept else "",
                "status": one.kept.status if one.kept else "",
                "words": one.kept.words if one.kept else "",
                "why": one.why,
            }
            for one in told
        ],
    }
    rows = [(_WORDS[answer], spelled.number(count)) for answer, count in figures.items()]
    why = sorted({one.why for one in told if one.why})
    door.answer(
        document,
        shown.line(f"{spelled.number(trace.lines)} lines, {spelled.number(len(trace.ours))} messages of ours in them."),
        shown.table(("uncertain", "#deliveries"), [*rows, ("together", spelled.number(len(told)))]),
        *(shown.line(f"Untold: {reason}.") for reason in why),
        *(shown.line(sentence) for sentence in _sentences(told, done, asked)),
    )


def _sentences(told: Sequence[Told], done: Settled, asked: _Asked) -> list[str]:
    if asked.is_dry_run:
        return ["Nothing was changed."] if told else []
    missing = len(reconcile.resendable(told))
    said = []
    if done.resent.resent or done.resent.erased:
        said.append(f"To be mailed again: {spelled.people(done.resent.resent)}.")
    elif missing and not asked.resends_missing:
        said.append(f"Held still: {spelled.people(missing)} the relay never had it for. --resend-missing mails them.")
    return said
