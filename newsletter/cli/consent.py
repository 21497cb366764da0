"""`newsletter consent`: the evidence of consent, shown and looked over."""

from collections.abc import Iterator
from dataclasses import asdict

import click
from rich.console import RenderableType

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.exits import Exit
from newsletter.cli.progress import reading_bar
from newsletter.staff.permissions import Permission
from newsletter.web import spelled
from subscribers import dossier, seals, walk
from subscribers.address import EmailAddress, parse
from subscribers.consent import Act
from subscribers.dossier import Dossier, Exhibit
from subscribers.errors import SubscriberNotFound
from subscribers.walk import Verification

PEOPLE = Permission.MANAGE_PEOPLE

# A month and a little.
SEALS_SHOWN = 35


@click.command("show")
@click.argument("address")
@common
@pass_door
def show(door: Door, address: str) -> int:
    """Show all evidence of consent about an address: what was said, when, how and in which words.

    It is what to hand out when somebody asks for proof, and works for people who were erased. Whether the acts still fit
    together is said at the end; if they do not, the command exits 8.

    Example: newsletter consent show ann@example.org --json
    """
    parsed = parse(address)
    with door.reading(PEOPLE) as tx:
        found = dossier.gather(tx, door.application.keyring, parsed)
    if found.is_empty:
        raise SubscriberNotFound(parsed)
    door.answer(_document(door, parsed, found), *_pages(parsed, found))
    return Exit.UNSOUND if found.findings else Exit.DONE


@click.command("verify")
@click.option("--expect", "kept_code", metavar="CODE", help="The code of a seal, kept elsewhere; it must be there still.")
@common
@pass_door
def verify(door: Door, kept_code: str | None) -> int:
    """Walk all evidence of consent, act by act and seal by seal, and say what does not fit.

    Finds whatever was changed, removed, moved or put in behind the product's back: in a chain at once, at the end of a chain
    as far as the seals go. Exits 8 when something does not fit. It only reads, and can be run at any time.

    Example: newsletter consent verify
    """
    with door.reading(PEOPLE) as tx, reading_bar("Verifying", walk.count(tx), "acts") as tell:
        seen = walk.verify(tx, door.application.keyring, kept_code=kept_code or "", progress=lambda acts: tell(acts, acts))
        last = seals.last(tx)
    door.answer(
        {"is_sound": seen.is_sound, **asdict(seen), "last_seal": asdict(last) if last else None},
        *(shown.line(finding.text) for finding in seen.findings),
        shown.line(_summary(seen)),
        *([shown.line(f"The last seal is number {last.number} of {last.day}, code {last.code}.")] if last else []),
    )
    return Exit.DONE if seen.is_sound else Exit.UNSOUND


@click.command("seals")
@click.option("--all", "takes_all", is_flag=True, help="Every one, and not only the latest.")
@common
@pass_door
def seals_(door: Door, *, takes_all: bool) -> None:
    """Show the seals, the first first; the worker makes one a day.

    Whoever keeps the code of one somewhere else can prove later that nothing before it was replaced.

    Example: newsletter consent seals
    """
    with door.reading() as tx:
        made = list(seals.all_seals(tx))
    told = made if takes_all else made[-SEALS_SHOWN:]
    rows = [(one.number, one.day, spelled.number(one.acts), one.code) for one in told]
    door.answer(
        {"seals": [asdict(one) for one in told]},
        shown.table(("#number", "day", "#acts", "code"), rows) if made else shown.line("Nothing is sealed yet."),
    )


def _summary(seen: Verification) -> str:
    figures = {"acts": seen.acts, "chains": seen.chains, "seals": seen.seals, "not sealed yet": seen.unsealed}
    walked = ", ".join(f"{name}: {spelled.number(figure)}" for name, figure in figures.items())
    if seen.is_sound:
        return f"Everything fits ({walked})."
    listed = "" if seen.faults == len(seen.findings) else f", of which the first {len(seen.findings)} are listed"
    return f"Not everything fits. Findings: {spelled.number(seen.faults)}{listed} ({walked})."


def _document(door: Door, address: EmailAddress, found: Dossier) -> dict[str, object]:
    return {
        "address": address.text,
        "made_at": door.now(),
        "email_hash": found.email_hash,
        "is_known": found.is_known,
        "is_sound": not found.findings,
        "lists": [
            {
                "list": one.list_name,
                "state": one.subscription.state,
                "requested_at": one.subscription.requested_at,
                "confirmed_at": one.subscription.confirmed_at,
                "withdrawn_at": one.subscription.withdrawn_at,
            }
            for one in found.standings
        ],
        "suppressed": [asdict(one) for one in found.refusals],
        "acts": [_exhibit(one) for one in found.exhibits],
        "findings": [asdict(finding) for finding in found.findings],
    }


def _exhibit(one: Exhibit) -> dict[str, object]:
    said = one.consent
    return {
        "act": said.act,
        "at": said.at,
        "list": one.list_name or None,
        **asdict(said.evidence),
        "version": said.version,
        "chain": said.chain,
        "seq": said.seq,
        "row": said.id,
        "digest": said.digest,
        "digested": one.digested,
        "person_salt": one.person_salt,
        "origin_salt": one.origin_salt,
        "seal": one.seal,
        "sealed_on": one.sealed_on,
    }


def _pages(address: EmailAddress, found: Dossier) -> Iterator[RenderableType]:
    yield shown.pairs(evidence_of_consent=address, known_here=_known(found), keyed_hash=found.email_hash)
    yield shown.line("")
    if found.standings:
        rows = [(one.list_name, one.subscription.state.value) for one in found.standings]
        yield shown.table(("list", "state today"), rows)
        yield shown.line("")
    if found.refusals:
        refusals = [(one.list_name or "every list", one.reason.value, shown.moment(one.at)) for one in found.refusals]
        yield shown.table(("never written to about", "because", "since"), refusals)
        yield shown.line("")
    for number, one in enumerate(found.exhibits, start=1):
        yield shown.line(f"{number}. {one.consent.act.value.capitalize()}, {shown.moment(one.consent.at)}")
        yield _facts(one)
        yield shown.line("")
    yield from (shown.line(finding.text) for finding in found.findings)
    if not found.findings:
        yield shown.line(
            "These acts fit together. Whether any is missing at the end, `newsletter consent verify` finds by the seals."
        )


def _known(found: Dossier) -> str:
    if found.is_known:
        return "yes"
    return "no more; what follows is kept under a keyed hash of the address" if found.exhibits else "no"


def _facts(one: Exhibit) -> RenderableType:
    said, evidence = one.consent, one.consent.evidence
    facts = {
        "list": "every list" if said.act is Act.WITHDRAWN and said.list_id is None else one.list_name,
        "by": " ".join(part for part in (evidence.door.value, evidence.form) if part),
        "in the words": evidence.wording,
        "language": evidence.language,
        "version": said.version,
        "from": ", ".join(part for part in (evidence.network, evidence.agent) if part),
        "message": evidence.message_id,
        "digest": said.digest,
        "sealed": f"{one.sealed_on}, by seal {one.seal}" if one.seal else "not yet",
    }
    return shown.pairs(**{f"   {name}": value for name, value in facts.items() if value})


consent = click.Group("consent", commands=[show, verify, seals_], help="The evidence of consent, and whether it is whole.")
