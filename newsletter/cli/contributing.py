"""`newsletter issues invite`, `contributions`, `ask-contributor`, `uninvite`: texts of people without an account."""

from datetime import date, datetime, time

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.parameters import HIGHEST_ID, issue_argument
from newsletter.errors import BadValue
from newsletter.issues import newsletters, store
from newsletter.issues.model import Issue, Newsletter
from newsletter.issues.recurrence import instant
from newsletter.letters.letter import Draft, LetterKind
from newsletter.people import contributors
from newsletter.review import contributions as book
from newsletter.review import guests
from newsletter.review.contribution import Contribution, ContributionState
from newsletter.review.guests import GuestLink, GuestPurpose
from newsletter.staff.permissions import LOCAL_OPERATOR, Actor, Permission
from subscribers.address import EmailAddress, parse
from subscribers.tokens import Purpose
from subscribers.transaction import Transaction

MOST_WORDS = 10_000

contribution_argument = click.argument("number", metavar="CONTRIBUTION", type=click.IntRange(1, HIGHEST_ID))


@click.command("invite")
@issue_argument
@click.option("--section", required=True, metavar="TITLE", help="What is to be written, by the title of its section.")
@click.option("--to", "address", required=True, metavar="ADDRESS", help="Who is asked.")
@click.option("--name", required=True, help="How they are addressed; their byline, unless they write another.")
@click.option("--by", "day", required=True, metavar="YYYY-MM-DD", help="The last day, in the newsletter's time zone.")
@click.option("--words", type=click.IntRange(0, MOST_WORDS), default=0, help="How many words are right; left out: nobody says.")
@click.option("--note", default="", metavar="TEXT", help="What the mail says besides.")
@common
@pass_door
def invite(door: Door, issue_id: int, *, section: str, address: str, name: str, day: str, words: int, note: str) -> None:
    """Ask somebody without an account for a text: a link by mail, by which they write it, see it in the letter and send it.

    They are reminded once before the last day and once after it. You are told by an alert when the text is there.

    Example: newsletter issues invite 5 --section "Division Chair letter" --to chair@example.org --name "Ann Other"
    --by 2020-01-24 --words 400
    """
    actor = door.allow(Permission.EDIT)
    parse(address)
    issue, newsletter = _owner(door, issue_id)
    due_at = _end_of(day, newsletter)
    target = issue.section_called(section).title
    about = f"{address}:{due_at.isoformat()}"
    facts = {"section": target, "due_at": due_at, "name": name, "words": words, "note": note}
    letter = _letter(door, LetterKind.INVITATION, actor, issue, newsletter, about, **facts)
    with door.acting(Permission.EDIT) as acting:
        asked = _asked_already(acting.tx, issue_id, target, parse(address))
        made = contributors.invite(
            acting.tx,
            issue_id,
            section=target,
            address=address,
            name=name,
            by=acting.actor.name,
            words=words,
            due_at=due_at,
            now=acting.now,
        )
        link = _link(acting.tx, made)
        contributors.write_to(acting.tx, door.application.keyring, letter, link, acting.now)
        acting.record("issue.invite", f"issue {issue_id}", section=target, contribution=made.id)
    for one, guest in asked:
        door.note(
            f"{guest.name or guest.address} is asked for “{one.section}” already ({one.state.words}). Both links work: "
            f"newsletter issues uninvite {issue_id} {one.id} takes the other one back."
        )
    place = door.application.links.contribution(door.application.keyring.seal(Purpose.CONTRIBUTE, link.id))
    door.answer(
        {**_document(made, link, is_untouched=True), "link": place, "asked_already": [one.id for one, _ in asked]},
        shown.line(f"A mail to {link.address} carries this link, which is theirs alone:"),
        place,
    )


@click.command("contributions")
@issue_argument
@common
@pass_door
def contributions(door: Door, issue_id: int) -> None:
    """Show what guests were asked to write for an issue, and how far they are.

    Example: newsletter issues contributions 5
    """
    _answer(door, issue_id)


@click.command("ask-contributor")
@issue_argument
@contribution_argument
@click.option("--note", default="", metavar="TEXT", help="What the mail says besides.")
@common
@pass_door
def ask_contributor(door: Door, issue_id: int, number: int, note: str) -> None:
    """Ask a guest whether their text may stand as you have edited it: by mail, with what was changed behind the link.

    Edit the article first (`issues edit --article`); its id stands in `issues contributions`.

    Example: newsletter issues ask-contributor 5 2 --note "I shortened the end."
    """
    actor = door.allow(Permission.EDIT)
    issue, newsletter = _owner(door, issue_id)
    with door.reading() as tx:
        known = book.find(tx, issue_id, number)
        link = _link(tx, known)
    about = f"{link.id}:{issue.version}"
    facts = {"section": known.section, "due_at": known.due_at, "name": link.name, "words": 0, "note": note}
    letter = _letter(door, LetterKind.EDITED, actor, issue, newsletter, about, **facts)
    with door.acting(Permission.EDIT) as acting:
        contributors.ask_again(acting.tx, known, acting.now)
        contributors.write_to(acting.tx, door.application.keyring, letter, link, acting.now)
        acting.record("issue.ask_contributor", f"issue {issue_id}", contribution=number)
    _answer(door, issue_id)


@click.command("uninvite")
@issue_argument
@contribution_argument
@common
@pass_door
def uninvite(door: Door, issue_id: int, number: int) -> None:
    """Ask a guest for nothing any more: their link opens nothing. What they handed in stays in the issue.

    Example: newsletter issues uninvite 5 2
    """
    with door.acting(Permission.EDIT) as acting:
        contributors.withdraw(acting.tx, book.find(acting.tx, issue_id, number), acting.now)
        acting.record("issue.uninvite", f"issue {issue_id}", contribution=number)
    _answer(door, issue_id)


def _asked_already(tx: Transaction, issue_id: int, section: str, address: EmailAddress) -> list[tuple[Contribution, GuestLink]]:
    """Give whom else an issue asks for the same section, and for what else it asks whoever has this address."""
    found = []
    for one in book.contributions_of(tx, issue_id):
        link = guests.find(tx, one.link_id, GuestPurpose.CONTRIBUTION)
        is_same = link.address != "" and parse(link.address).key == address.key
        if one.state is not ContributionState.WITHDRAWN and (one.section == section or is_same):
            found.append((one, link))
    return found


def _letter(
    door: Door, kind: LetterKind, actor: Actor, issue: Issue, newsletter: Newsletter, about: str, **facts: object
) -> Draft:
    application = door.application
    # A stranger knows no local operator.
    host = newsletter.sender_name if actor == LOCAL_OPERATOR else actor.name
    errand = contributors.errand(issue, newsletter, host=host, **facts)  # type: ignore[arg-type]  # as it is called above
    return contributors.compose(kind, application.templates, application.keyring, newsletter, errand, about)


def _end_of(day: str, newsletter: Newsletter) -> datetime:
    try:
        last = date.fromisoformat(day.strip())
        return instant(datetime.combine(last, time(23, 59)), newsletter.zone)
    except (ValueError, OverflowError) as error:
        raise BadValue("last day", day, "write it as 2020-01-24") from error


def _owner(door: Door, issue_id: int) -> tuple[Issue, Newsletter]:
    with door.reading() as tx:
        issue = store.load(tx, issue_id)
        return issue, newsletters.by_id(tx, issue.newsletter_id)


def _link(tx: Transaction, known: Contribution) -> GuestLink:
    return guests.find(tx, known.link_id, GuestPurpose.CONTRIBUTION)


def _answer(door: Door, issue_id: int) -> None:
    _, newsletter = _owner(door, issue_id)
    with door.reading() as tx:
        found = [(one, _link(tx, one), contributors.is_untouched(tx, one)) for one in book.contributions_of(tx, issue_id)]
        agreed = {one.id: _stands(tx, one) for one, _, _ in found}
    rows = [
        (
            one.id,
            one.section,
            link.name,
            link.address,
            shown.moment(one.due_at, newsletter.zone),
            agreed[one.id],
            one.article_id,
        )
        for one, link, _ in found
    ]
    document = [_document(one, link, is_untouched=is_untouched) for one, link, is_untouched in found]
    columns = ("#id", "section", "guest", "address", "due", "state", "#article")
    door.answer({"issue": issue_id, "contributions": document}, shown.table(columns, rows))


def _stands(tx: Transaction, known: Contribution) -> str:
    """Say how a text stands, also where it was changed behind the guest's word."""
    article = contributors.article_of(tx, known)
    if known.state is ContributionState.AGREED and (article is None or article.content != known.agreed_to):
        return "changed since agreed"
    return known.state.words


def _document(one: Contribution, link: GuestLink, *, is_untouched: bool) -> dict[str, object]:
    return {
        "contribution": one.id,
        "section": one.section,
        "name": link.name,
        "address": link.address,
        "due_at": one.due_at,
        "words": one.words,
        "state": one.state.value,
        "article": one.article_id,
        "is_open": is_untouched and link.revoked_at is None,
        "reminded_at": one.reminded_at,
        "reminded_late_at": one.reminded_late_at,
    }
