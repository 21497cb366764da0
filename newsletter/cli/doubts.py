"""`newsletter uncertain`: mail whose fate nobody knows, and what is to become of it."""

from collections.abc import Sequence

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, destructive, pass_door
from newsletter.cli.parameters import ISSUE_ID
from newsletter.issues import store as issues
from newsletter.mail import doubts, uncertain
from newsletter.mail.uncertain import Doubt
from newsletter.staff.permissions import Permission
from newsletter.web import spelled
from subscribers import recognition
from subscribers.address import parse
from subscribers.transaction import Transaction

issue_id_ = click.argument("issue_id", metavar="ISSUE", type=ISSUE_ID)
addresses_ = click.option(
    "--address", "addresses", metavar="A", multiple=True, help="Only this person; can be said several times."
)
all_ = click.option("--all", "takes_all", is_flag=True, help="Everybody of this issue whose delivery is uncertain.")


@click.command("list")
@click.argument("issue_id", metavar="ISSUE", type=ISSUE_ID, required=False)
@common
@pass_door
def list_(door: Door, issue_id: int | None) -> None:
    """Show whose delivery is uncertain, of ISSUE or of everything that is mailed, and why.

    The Message-ID is what the log of the relay knows a message by: `newsletter reconcile` looks it up.

    Example: newsletter uncertain list 5
    """
    with door.reading(Permission.SEND) as tx:
        found = uncertain.all_doubts(tx) if issue_id is None else doubts.of_issue(tx, issue_id)
    keyring = door.application.keyring
    document = [
        {
            "issue": doubt.issue_id,
            "letter": doubt.letter_id,
            "kind": doubt.kind.value,
            "address": doubt.email,
            "message_id": doubts.message_id(keyring, doubt),
            "sending_at": doubt.sending_at,
            "found_at": doubt.settled_at,
            "times": doubt.times,
            "why": doubt.why,
            "reply": doubt.reply,
        }
        for doubt in found
    ]
    rows = [
        (
            doubt.issue_id or doubt.kind.value,
            doubt.email or "(erased)",
            shown.moment(doubt.sending_at),
            doubt.why,
            doubts.message_id(keyring, doubt),
        )
        for doubt in found
    ]
    columns = ("issue", "address", "on the wire", "why nobody knows", "Message-ID")
    door.answer(
        {"uncertain": document, "count": len(found)},
        shown.table(columns, rows) if found else shown.line("Nothing is uncertain."),
    )


@click.command("sent")
@issue_id_
@addresses_
@all_
@destructive
@common
@pass_door
def sent(door: Door, issue_id: int, addresses: tuple[str, ...], *, takes_all: bool) -> None:
    """Say that uncertain mail of an issue arrived: it counts as accepted, by your word.

    Example: newsletter uncertain sent 5 --address ann@example.org
    """
    meant = _whom(door, issue_id, addresses, takes_all=takes_all)
    door.confirm(f"Call the issue accepted for {spelled.people(meant)}, for good?")
    with door.acting(Permission.SEND) as acting:
        found = _chosen(door, acting.tx, issue_id, addresses)
        accepted = doubts.call_sent(acting.tx, found, acting.actor.name, acting.now)
        acting.record("uncertain.sent", f"issue {issue_id}", accepted=accepted)
        left = len(doubts.of_issue(acting.tx, issue_id))
    door.answer(
        {"issue": issue_id, "accepted": accepted, "uncertain": left},
        shown.line(f"Accepted by your word: {spelled.people(accepted)}. Uncertain still: {spelled.people(left)}."),
    )


@click.command("resend")
@issue_id_
@addresses_
@all_
@destructive
@common
@pass_door
def resend(door: Door, issue_id: int, addresses: tuple[str, ...], *, takes_all: bool) -> None:
    """Mail uncertain mail of an issue again: the same bytes under the same Message-ID.

    Whoever had got it all the same has it twice. An issue that was sent is being sent until they are settled, and then
    sent again. Who left meanwhile is not written to.

    Example: newsletter uncertain resend 5 --all
    """
    meant = _whom(door, issue_id, addresses, takes_all=takes_all)
    door.confirm(f"Mail the issue again to {spelled.people(meant)}, who may have it already?")
    with door.acting(Permission.SEND) as acting:
        found = _chosen(door, acting.tx, issue_id, addresses)
        done = doubts.resend(acting.tx, found, f"mailed again, by {acting.actor.name}", acting.now)
        acting.record("uncertain.resend", f"issue {issue_id}", resent=done.resent, erased=done.erased)
        left = len(doubts.of_issue(acting.tx, issue_id))
        is_paused = issues.load(acting.tx, issue_id).is_paused
    gone = f" Erased meanwhile, and let go: {spelled.people(done.erased)}." if done.erased else ""
    if is_paused and done.resent:
        door.note(f"The issue is paused: newsletter issues resume {issue_id}")
    door.answer(
        {"issue": issue_id, "resent": done.resent, "erased": done.erased, "uncertain": left, "is_paused": is_paused},
        shown.line(f"To be mailed again: {spelled.people(done.resent)}.{gone} Uncertain still: {spelled.people(left)}."),
    )


def _whom(door: Door, issue_id: int, addresses: Sequence[str], *, takes_all: bool) -> int:
    if takes_all == bool(addresses):
        raise click.UsageError("Say either --all, or whom by --address A.")
    with door.reading(Permission.SEND) as tx:
        return len(_chosen(door, tx, issue_id, addresses))


def _chosen(door: Door, tx: Transaction, issue_id: int, addresses: Sequence[str]) -> tuple[Doubt, ...]:
    found = doubts.of_issue(tx, issue_id)
    if not addresses:
        return found
    keyring = door.application.keyring
    return doubts.chosen(found, {recognition.look_up(tx, keyring, parse(address).key): address for address in addresses})


uncertain_ = click.Group(
    "uncertain", commands=[list_, sent, resend], help="Mail that was on the wire when its answer was lost: it may have arrived."
)
