"""`newsletter issues invite`, `contributions`, `remind`, `ask-contributor`, `uninvite`: texts of people without an account."""

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.parameters import HIGHEST_ID, issue_argument
from newsletter.issues import newsletters, store
from newsletter.issues.model import Issue, Newsletter
from newsletter.people import commissions, contributors
from newsletter.people.commissions import MOST_WORDS, Order
from newsletter.review import contributions as book
from newsletter.review.contribution import Contribution
from newsletter.review.guests import GuestLink
from newsletter.staff.permissions import Permission
from subscribers.tokens import Purpose

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
    order = Order(section, address, name, day, words, note)
    application = door.application
    issue, newsletter = _owner(door, issue_id)
    invitation = commissions.compose_invitation(application.templates, application.keyring, issue, newsletter, actor, order)
    with door.acting(Permission.EDIT) as acting:
        invited = commissions.invite(acting.tx, application.keyring, invitation, acting.actor.name, acting.now)
        made, link = invited.asked.contribution, invited.asked.link
        acting.record("issue.invite", f"issue {issue_id}", section=made.section, contribution=made.id)
    for one in invited.before:
        door.note(
            f"{one.link.name or one.link.address} is asked for “{one.contribution.section}” already "
            f"({one.contribution.state.words}). Both links work: newsletter issues uninvite {issue_id} "
            f"{one.contribution.id} takes the other one back."
        )
    place = door.application.links.contribution(door.application.keyring.seal(Purpose.CONTRIBUTE, link.id))
    door.answer(
        {
            **_document(made, link, is_untouched=True),
            "link": place,
            "asked_already": [one.contribution.id for one in invited.before],
        },
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


@click.command("remind")
@issue_argument
@contribution_argument
@common
@pass_door
def remind(door: Door, issue_id: int, number: int) -> None:
    """Remind a guest by mail of the text that they owe; nobody is reminded twice a day.

    They are reminded two days before the last day and once after it without that.

    Example: newsletter issues remind 5 2
    """
    door.allow(Permission.EDIT)
    application = door.application
    issue, newsletter = _owner(door, issue_id)
    with door.reading() as tx:
        asked = commissions.asked_for(tx, issue_id, number)
    letter = commissions.compose_reminder(application.templates, application.keyring, issue, newsletter, asked, door.now())
    with door.acting(Permission.EDIT) as acting:
        commissions.remind(acting.tx, application.keyring, asked, letter, acting.now)
        acting.record("issue.remind", f"issue {issue_id}", contribution=number)
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
    application = door.application
    issue, newsletter = _owner(door, issue_id)
    with door.reading() as tx:
        asked = commissions.asked_for(tx, issue_id, number)
    letter = commissions.compose_question(application.templates, application.keyring, issue, newsletter, actor, asked, note)
    with door.acting(Permission.EDIT) as acting:
        commissions.ask(acting.tx, application.keyring, asked, letter, acting.now)
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


def _owner(door: Door, issue_id: int) -> tuple[Issue, Newsletter]:
    with door.reading() as tx:
        issue = store.load(tx, issue_id)
        return issue, newsletters.by_id(tx, issue.newsletter_id)


def _answer(door: Door, issue_id: int) -> None:
    _, newsletter = _owner(door, issue_id)
    with door.reading() as tx:
        asked = commissions.all_asked(tx, issue_id)
        found = [(one.contribution, one.link, contributors.is_untouched(tx, one.contribution)) for one in asked]
        agreed = {one.id: commissions.stands(tx, one) for one, _, _ in found}
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
        "reminded_by_hand_at": one.reminded_by_hand_at,
    }
