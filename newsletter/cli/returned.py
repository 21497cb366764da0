"""`newsletter returns`: what came back is listed, shown with its evidence, counted, read again; and the rules for it."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict

import click
from rich.table import Table
from rich.text import Text

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.parameters import HIGHEST_ID, ISSUE_ID
from newsletter.issues import newsletters
from newsletter.issues import store as issues
from newsletter.issues.model import IssueState
from newsletter.mail import mailings
from newsletter.returns import figures, listing, replaying, rulebook
from newsletter.returns.fate import Fate
from newsletter.returns.figures import Counted, Returns
from newsletter.returns.limits import LAST_LIMIT, LIMIT, in_words
from newsletter.returns.listing import Asked, Line
from newsletter.returns.model import Cause, Kind
from newsletter.returns.policy import FEWEST_POINTS, LONGEST_MEMORY, MOST_POINTS, SHORTEST_MEMORY, Rules
from newsletter.staff.permissions import Permission
from newsletter.web.spelled import number

PEOPLE = Permission.MANAGE_PEOPLE
MOST_SHOWN = 1_000

# Of issues, where none is named.
MOST_ISSUES = 20
# Of these something may have come back.
_MAILED = frozenset({IssueState.SENDING, IssueState.SENT, IssueState.HELD, IssueState.CANCELLED})

# Of a message as it is shown on a terminal; --raw gives all.
MOST_LINES = 200

_POINTS = click.IntRange(FEWEST_POINTS, MOST_POINTS)
_MEMORY = click.IntRange(SHORTEST_MEMORY, LONGEST_MEMORY)


@click.command("list")
@click.option("--unattributed", is_flag=True, help="Only what is nobody's: no token of ours stands in it.")
@click.option("--fate", type=click.Choice([fate.value for fate in Fate if fate is not Fate.REPEATED]), help="Only these.")
@click.option("--issue", "issue_id", type=ISSUE_ID, metavar="ISSUE", help="Only what came back of this issue.")
@click.option("--before", type=click.IntRange(1, HIGHEST_ID), metavar="ID", help="Go on behind this one.")
@click.option("--limit", type=click.IntRange(1, MOST_SHOWN), default=50, show_default=True, help="How many to show.")
@common
@pass_door
def list_(door: Door, *, unattributed: bool, fate: str | None, issue_id: int | None, before: int | None, limit: int) -> None:
    """Show the messages and events that came back, the newest first, and what became of each.

    Example: newsletter returns list --unattributed
    """
    wanted = Fate.UNATTRIBUTED if unattributed else Fate(fate) if fate else None
    with door.reading(PEOPLE) as tx:
        found = listing.page(tx, Asked(wanted, issue_id), before, limit)
    more = found[-1].id if len(found) == limit else None
    rows = [
        (
            one.id,
            shown.moment(one.received_at),
            one.kind,
            one.cause,
            one.fate,
            one.followed,
            one.email or one.sender,
            one.reason,
        )
        for one in found
    ]
    columns = ("#id", "came", "kind", "class", "fate", "followed", "of", "reason")
    door.answer(
        {"returns": [asdict(one) for one in found], "next_before": more},
        shown.table(columns, rows) if rows else shown.line("Nothing of the kind came back."),
        *([shown.line(f"There may be more: --before {more}")] if more else []),
    )


@click.command("show")
@click.argument("message_id", metavar="ID", type=click.IntRange(1, HIGHEST_ID))
@click.option("--raw", "is_raw", is_flag=True, help="Write the message alone, byte for byte as it came.")
@common
@pass_door
def show_(door: Door, message_id: int, *, is_raw: bool) -> None:
    """Show one message that came back: what it was read as, why it is whose, what followed, and the evidence itself.

    Example: newsletter returns show 12
    """
    with door.reading(PEOPLE) as tx:
        one = listing.find(tx, message_id)
        raw = listing.raw_of(tx, message_id)
    if is_raw and not door.as_json:
        sys.stdout.buffer.write(raw)
        sys.stdout.buffer.flush()
        return
    text = _harmless(raw)
    lines = text.split("\n")
    cut = [shown.line(f"… {len(lines) - MOST_LINES} more lines: --raw")] if len(lines) > MOST_LINES else []
    door.answer(
        asdict(one) | {"raw": text},
        shown.pairs(**_facts(one)),
        shown.line(""),
        *(shown.line(line) for line in lines[:MOST_LINES]),
        *cut,
    )


@click.command("stats")
@click.argument("issue_id", metavar="[ID]", type=ISSUE_ID, required=False)
@common
@pass_door
def stats_(door: Door, issue_id: int | None) -> None:
    """Show what came back of an issue: bounces by class, domain and text, complaints against the limits, and answers.

    What a relay refused at once stands beside: it never left, and is no bounce. Without an ID the newest issues that were
    mailed have a line each.

    Example: newsletter returns stats 12
    """
    if issue_id is None:
        _stats_of_all(door)
        return
    with door.reading() as tx:
        issues.load(tx, issue_id)
        letter_id = mailings.letter_of_issue(tx, issue_id)
        found = figures.of_letter(tx, letter_id) if letter_id is not None else figures.NOTHING
    door.answer(_stats(issue_id, found), *_stats_shown(found))


@click.command("replay")
@click.option("--dry-run", "is_rehearsal", is_flag=True, help="Say what would change, and change nothing.")
@common
@pass_door
def replay_(door: Door, *, is_rehearsal: bool) -> None:
    """Read all kept messages again with the rules of this version: what counts newly is applied, nothing a second time.

    Nothing that was done for a person is taken back by it.

    Example: newsletter returns replay --dry-run
    """
    door.allow(PEOPLE)
    application = door.application
    done = replaying.replay(application.database.write, application.keyring, door.now(), is_rehearsal=is_rehearsal)
    if not is_rehearsal and (done.changed or done.applied):
        with door.acting(PEOPLE) as acting:
            acting.record("returns.replay", "returns", read=done.read, changed=done.changed, applied=done.applied)
    told = shown.pairs(read=number(done.read), read_as_something_else=number(done.changed), applied_newly=number(done.applied))
    rows = sorted(done.followed.items())
    door.answer(
        asdict(done) | {"followed": dict(rows), "dry_run": is_rehearsal},
        told,
        *([shown.table(("followed newly", "#messages"), rows)] if rows else []),
    )


@click.command("policy")
@click.argument("newsletter")
@click.option("--full", "full_points", type=_POINTS, metavar="N", help="So many issues that met a full mailbox.")
@click.option("--soft", "soft_points", type=_POINTS, metavar="N", help="So many days of other bounces that may pass.")
@click.option("--forget", "forget_days", type=_MEMORY, metavar="DAYS", help="Points are forgotten so long after the last.")
@click.option("--probe/--no-probe", "is_probing", default=None, help="Whether one more mail asks before they are kept out.")
@common
@pass_door
def policy_(
    door: Door,
    newsletter: str,
    *,
    full_points: int | None,
    soft_points: int | None,
    forget_days: int | None,
    is_probing: bool | None,
) -> None:
    """Show, or change, when an address from which a newsletter's mail came back is kept out.

    A dead address and a complaint always keep out at once, and what is our own fault never touches a person.

    Example: newsletter returns policy news --full 4 --forget 120
    """
    given = {"full_points": full_points, "soft_points": soft_points, "forget_days": forget_days, "is_probing": is_probing}
    changes = {name: value for name, value in given.items() if value is not None}
    if changes:
        with door.acting(Permission.MANAGE_NEWSLETTERS) as acting:
            paper = newsletters.find(acting.tx, newsletter)
            rules = Rules(**(asdict(rulebook.rules_of(acting.tx, paper.id)) | changes))
            rulebook.set_rules(acting.tx, paper.id, rules)
            acting.record("returns.policy", f"newsletter {paper.slug}", **changes)
    else:
        with door.reading() as tx:
            rules = rulebook.rules_of(tx, newsletters.find(tx, newsletter).id)
    door.answer({"newsletter": newsletter} | asdict(rules), shown.pairs(**_rules(rules)))


def _stats_of_all(door: Door) -> None:
    with door.reading() as tx:
        mailed = issues.issues_in(tx, _MAILED, MOST_ISSUES)
        found = [(one, figures.of_letter(tx, one.letter_id)) for one in mailed if one.letter_id is not None]
    columns = ("#id", "issue", "#accepted", "#refused", "#bounced", "#complaints", "#of accepted", "")
    rows = [
        (
            one.id,
            one.title,
            number(counted.accepted),
            number(counted.refused),
            number(counted.bounced),
            number(counted.complaints),
            f"{100 * counted.complaint_rate:.2f} %",
            in_words(counted.level) or " ",
        )
        for one, counted in found
    ]
    door.answer(
        {"issues": [{"title": one.title} | _stats(one.id, counted) for one, counted in found]},
        shown.table(columns, rows) if rows else shown.line("No issue was mailed yet."),
    )


def _harmless(raw: bytes) -> str:
    """Give a message as text that moves no cursor and rings no bell, whoever wrote it."""
    text = raw.decode("utf-8", "backslashreplace").replace("\r\n", "\n")
    return "".join(char if char in "\n\t" or char.isprintable() else f"\\x{ord(char):02x}" for char in text)


def _facts(one: Line) -> dict[str, object]:
    return {
        "came": f"{shown.moment(one.received_at)}, {one.came_by}",
        "kind": one.kind,
        "class": one.cause,
        "status": one.status,
        "reason": one.reason,
        "sure": f"{one.confidence} %",
        "fate": one.fate,
        "followed": one.followed,
        "known_by": one.found_by,
        "of": one.email,
        "issue": one.issue_id,
        "letter": one.letter,
        "from": one.sender,
        "to": one.recipient,
        "subject": one.subject,
        "bytes": number(one.size),
    }


def _rules(rules: Rules) -> dict[str, object]:
    return {
        "points_for_a_full_mailbox": rules.full_points,
        "points_for_what_may_pass": rules.soft_points,
        "days_until_they_are_forgotten": rules.forget_days,
        "asks_once_more": "yes" if rules.is_probing else "no",
    }


def _stats(issue_id: int, found: Returns) -> dict[str, object]:
    return {
        "issue": issue_id,
        "accepted": found.accepted,
        "refused": found.refused,
        "bounced": found.bounced,
        "by_class": {cause.value: found.causes.get(cause, 0) for cause in Cause},
        "by_domain": _counted(found.domains),
        "other_domains": found.other_domains,
        "by_text": _counted(found.texts),
        "other_texts": found.other_texts,
        "kinds": {kind.value: found.kinds.get(kind, 0) for kind in Kind if kind is not Kind.UNREADABLE},
        "complaints": found.complaints,
        "complaint_rate": found.complaint_rate,
        "complaint_limits": [LIMIT, LAST_LIMIT],
        "complaint_level": found.level.value,
        "complaint_warning": str(in_words(found.level)),
        "suppressed": found.suppressed,
    }


def _counted(some: Iterable[Counted]) -> list[dict[str, object]]:
    return [{"name": one.name, "people": one.people} for one in some]


def _stats_shown(found: Returns) -> Iterator[Table | Text]:
    others = (Kind.OPT_OUT, Kind.UNSUBSCRIBE, Kind.REPLY, Kind.AUTO_REPLY, Kind.CHALLENGE, Kind.DELAY, Kind.DELIVERED)
    facts: dict[str, object] = {
        "accepted": number(found.accepted),
        "refused_at_once": number(found.refused),
        "bounced": number(found.bounced),
        "complaints": f"{number(found.complaints)} ({100 * found.complaint_rate:.2f} %; limits 0.1 % and 0.3 %)",
        "kept_out": number(found.suppressed),
    }
    yield shown.pairs(**facts, **{kind.value: number(found.kinds.get(kind, 0)) for kind in others})
    if warning := in_words(found.level):
        yield shown.line(f"Complaints: {warning}")
    if found.bounced:
        yield shown.table(("class", "#people"), [(cause.value, number(count)) for cause, count in _largest(found)])
        yield shown.table(("domain", "#people"), _rows(found.domains, found.other_domains))
        yield shown.table(("what they say", "#people"), _rows(found.texts, found.other_texts))


def _rows(some: Sequence[Counted], others: int) -> list[tuple[str, str]]:
    rows = [(one.name, number(one.people)) for one in some]
    return [*rows, ("all others", number(others))] if others else rows


def _largest(found: Returns) -> list[tuple[Cause, int]]:
    return sorted(found.causes.items(), key=lambda item: (-item[1], item[0]))
