"""`newsletter subscribers`: people, one by one."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import click
from rich.console import RenderableType

from newsletter.cli import exchange, imports, moves, shown, terms
from newsletter.cli.door import Door, common, destructive, pass_door
from newsletter.cli.parameters import AnswerType, Given
from newsletter.errors import BadValue
from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.languages.catalogue import words_for
from newsletter.letters.letter import Draft, LetterKind
from newsletter.people import erase as erasing
from newsletter.people import joining, personfile, withdraw
from newsletter.staff.permissions import Permission
from subscribers import attributebook, dossier, privacy, register
from subscribers.address import EmailAddress, parse
from subscribers.attributes import spelled
from subscribers.consent import Door as By
from subscribers.consent import Evidence
from subscribers.errors import BasisMissing, SubscriberNotFound
from subscribers.model import MailingList
from subscribers.outcomes import (
    Added,
    AddOutcome,
    AlreadyConfirmed,
    AlreadyThere,
    ConfirmationDue,
    RequestOutcome,
    Suppressed,
    TooSoon,
    Withdrawn,
)
from subscribers.transaction import Transaction
from subscribers.verification import Finding

PEOPLE = Permission.MANAGE_PEOPLE


@dataclass(frozen=True, slots=True)
class _Words:
    """How an outcome of joining is told: to a program, and to a person after the address."""

    outcome: str
    sentence: str


@dataclass(frozen=True, slots=True)
class _Asking:
    """How a person is asked to confirm."""

    newsletter: Newsletter
    letter: Draft


@click.command("add")
@click.argument("address")
@click.option("--list", "list_name", metavar="LIST", help="Which list; needed when there are several.")
@click.option("--name", default="", help="What the person is called.")
@click.option("--confirmed", "is_confirmed", is_flag=True, help="The person has consented already; say how by --basis.")
@click.option("--basis", default="", metavar="TEXT", help="How the person consented; kept as evidence.")
@common
@pass_door
def add(door: Door, address: str, *, list_name: str | None, name: str, is_confirmed: bool, basis: str) -> None:
    """Put a person on a list; without --confirmed they are asked by mail first.

    Example: newsletter subscribers add ann@example.org --list readers --name "Ann Other"
    """
    if is_confirmed and not basis:
        raise click.UsageError("--confirmed goes with --basis TEXT, which says how the person consented.")
    if is_confirmed and not basis.strip():
        raise BasisMissing
    parsed = parse(address)
    evidence = Evidence(By.COMMAND, basis or "Added by the staff; to be confirmed by mail.")
    with door.reading(PEOPLE) as tx:
        chosen = _list_for(tx, list_name)
        asking = None if is_confirmed else _asking(door, tx, chosen)
    with door.acting(PEOPLE) as acting:
        if asking is None:
            outcome: AddOutcome | RequestOutcome = register.add(
                acting.tx, door.application.keyring, chosen.id, parsed, name, acting.now, evidence, is_confirmed=True
            )
        else:
            outcome = joining.join(
                acting.tx,
                door.application.keyring,
                asking.letter,
                asking.newsletter,
                parsed,
                name,
                acting.now,
                evidence,
            )
        acting.record("subscriber.add", f"list {chosen.name}", confirmed=is_confirmed, outcome=type(outcome).__name__)
    words = _words(outcome)
    door.answer(
        {"email": parsed.text, "list": chosen.slug, "outcome": words.outcome}, shown.line(f"{parsed}: {words.sentence}")
    )


@click.command("edit")
@click.argument("address")
@click.option("--name", help="What the person is called.")
@click.option("--language", metavar="CODE", help="Which language they read.")
@click.option("--set", "answers", type=AnswerType(), multiple=True, metavar="KEY=ANSWER", help="An attribute; KEY= empties it.")
@common
@pass_door
def edit(door: Door, address: str, *, name: str | None, language: str | None, answers: tuple[Given, ...]) -> None:
    """Change what is known of a person.

    Example: newsletter subscribers edit ann@example.org --name "Ann Other" --set library=Public
    """
    if name is None and language is None and not answers:
        raise click.UsageError("Nothing to change was given: --name, --language or --set.")
    with door.acting(PEOPLE) as acting:
        known = register.find(acting.tx, parse(address))
        person = register.edit(acting.tx, known.id, name=name, language=language)
        attributebook.answer(acting.tx, known.id, {one.key: one.answer for one in answers})
        acting.record("subscriber.edit", f"subscriber {person.id}", attributes=[one.key for one in answers])
        said = {key: spelled(one) for key, one in attributebook.answers_of(acting.tx, known.id).items()}
    head = {"email": person.address.text, "name": person.name, "language": person.language}
    door.answer({**head, "attributes": said}, shown.pairs(**head, **said))


@click.command("show")
@click.argument("address")
@common
@pass_door
def show(door: Door, address: str) -> None:
    """Show what is known about a person and what they said.

    What to hand out to somebody who asks for their data, letters included, is written by `newsletter privacy export`.

    Example: newsletter subscribers show ann@example.org --json
    """
    with door.reading(PEOPLE) as tx:
        person = privacy.export_person(tx, register.find(tx, parse(address)).id)
        names = {one.id: one.name for one in register.all_lists(tx)}
        misfits = dossier.findings_of(tx, person.subscriber.id)
    standing = [(names[one.list_id], one.state.value, shown.moment(one.confirmed_at)) for one in person.subscriptions]
    kept_out = [(names.get(one.list_id, "every list"), one.reason.value, shown.moment(one.at)) for one in person.suppressions]
    said = [(shown.moment(one.at), one.act.value, one.evidence.door.value, one.evidence.wording) for one in person.consent]
    door.answer(
        {**json.loads(person.to_json()), "evidence_does_not_fit": [one.text for one in misfits]},
        shown.pairs(
            address=person.subscriber.address,
            name=person.subscriber.name,
            language=person.subscriber.language,
            **person.attributes,
        ),
        shown.table(("list", "state", "confirmed"), standing),
        *([shown.table(("kept out of", "reason", "since"), kept_out)] if kept_out else []),
        shown.table(("when", "what was said", "by", "in which words"), said),
        *_misfits(misfits),
    )


def _misfits(found: Sequence[Finding]) -> tuple[RenderableType, ...]:
    if not found:
        return ()
    told = "The evidence does not hold together: somebody changed it by another way than this program."
    mend = "Nothing was deleted, and they can still leave, have their data and be erased. All of it: newsletter consent verify"
    return (shown.line(told), *(shown.line(one.text) for one in found), shown.line(mend))


@click.command("unsubscribe")
@click.argument("address")
@click.option("--list", "list_name", metavar="LIST", help="Only from this list; from all if not said.")
@common
@pass_door
def unsubscribe(door: Door, address: str, list_name: str | None) -> None:
    """Take a person's no, as given by telephone or letter; from this moment on they are not written to.

    Example: newsletter subscribers unsubscribe ann@example.org
    """
    evidence = Evidence(By.COMMAND, "Told the staff.")
    keyring = door.application.keyring
    with door.acting(PEOPLE) as acting:
        person = register.find(acting.tx, parse(address))
        if list_name is None:
            outcomes = withdraw.withdraw_everywhere(acting.tx, keyring, person.id, acting.now, evidence)
        else:
            chosen = register.find_list(acting.tx, list_name)
            standing = [one for one in register.subscriptions_of(acting.tx, person.id) if one.list_id == chosen.id]
            outcomes = tuple(withdraw.withdraw(acting.tx, keyring, one.id, acting.now, evidence) for one in standing)
        left = sum(isinstance(outcome, Withdrawn) for outcome in outcomes)
        acting.record("subscriber.unsubscribe", f"subscriber {person.id}", lists=left)
    words = f"{person.address} has left {left} list(s)." if left else f"{person.address} stood on no such list any more."
    door.answer({"email": person.address.text, "left": left}, shown.line(words))


@click.command("erase")
@click.argument("address")
@destructive
@common
@pass_door
def erase(door: Door, address: str) -> None:
    """Forget a person, also one who was a guest of the staff; only a keyed hash stays, so that no import brings them back.

    Example: newsletter subscribers erase ann@example.org
    """
    parsed = parse(address)
    with door.reading(PEOPLE) as tx:
        number = _number_of(tx, parsed)
    door.confirm(f"Forget everything about {parsed}? This cannot be undone.")
    keyring = door.application.keyring
    with door.acting(PEOPLE) as acting:
        if number is None:
            erasing.erase_guest(acting.tx, keyring, parsed, acting.now)
        else:
            erasing.erase(acting.tx, keyring, number, acting.now, Evidence(By.COMMAND, "Told the staff."))
        acting.record("subscriber.erase", f"subscriber {number}" if number else "guest")
    door.application.database.scrub()
    door.answer({"subscriber": number, "erased": True}, shown.line("The person is forgotten."))


def _number_of(tx: Transaction, address: EmailAddress) -> int | None:
    """Give the number of whoever has an address; None of a guest who is no subscriber."""
    try:
        return register.find(tx, address).id
    except SubscriberNotFound:
        if personfile.gather_guest(tx, address) is None:
            raise
        return None


def _list_for(tx: Transaction, name: str | None) -> MailingList:
    if name is not None:
        return register.find_list(tx, name)
    known = register.all_lists(tx)
    if len(known) != 1:
        raise click.UsageError(f"Say which list: --list LIST. There are {', '.join(one.name for one in known) or 'none'}.")
    return known[0]


def _asking(door: Door, tx: Transaction, chosen: MailingList) -> _Asking:
    application = door.application
    newsletter = newsletters.of_list(tx, chosen.id)
    if newsletter is None:
        raise BadValue("list", chosen.name, "no newsletter goes to it, so nobody can be asked by mail; make one first")
    words = words_for(chosen.language, newsletter.language)
    return _Asking(newsletter, application.notice(LetterKind.CONFIRMATION, newsletter, chosen, words))


def _words(outcome: AddOutcome | RequestOutcome) -> _Words:
    match outcome:
        case Added():
            return _Words("added", "is on the list.")
        case ConfirmationDue():
            return _Words("asked", "is asked by mail to confirm.")
        case AlreadyThere(subscription=standing):
            return _Words("there", f"stands on the list already, {standing.state.value}.")
        case AlreadyConfirmed():
            return _Words("there", "stands on the list already, confirmed.")
        case TooSoon(again_at=again_at):
            return _Words("too_soon", f"was asked often enough; again from {shown.moment(again_at)}.")
        case Suppressed(reason=reason):
            return _Words("suppressed", f"must not be written to ({reason.value}).")


subscribers = click.Group(
    "subscribers",
    commands=[
        *(add, edit, terms.prefer, moves.move, show, unsubscribe, erase),
        *(exchange.import_, imports.undo_import, exchange.export),
    ],
    help="People, one by one and as CSV.",
)
