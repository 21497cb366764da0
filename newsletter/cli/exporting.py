"""`newsletter issues proof` and `export`: an issue looked at before anybody gets it."""

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.illustrating import bring_pictures
from newsletter.cli.issueviews import load
from newsletter.cli.parameters import issue_argument, write_file
from newsletter.issues import newsletters
from newsletter.issues.model import Issue, Newsletter
from newsletter.letters import store as letters
from newsletter.letters.answers import unanswered_html, unanswered_text
from newsletter.letters.compose import compose_issue
from newsletter.letters.illustrate import shelf_of
from newsletter.letters.letter import Draft, LetterKind, fill_html, fill_text
from newsletter.letters.webcopy import public_values
from newsletter.mail import dispatch
from newsletter.mail.compiled import CompiledLetter
from newsletter.mail.message import Facts, Person
from newsletter.staff.permissions import Permission
from subscribers import register
from subscribers.address import parse
from subscribers.tokens import Purpose


@click.command("proof")
@issue_argument
@click.argument("address")
@common
@pass_door
def proof(door: Door, issue_id: int, address: str) -> None:
    """Mail an issue as it stands to one address, without counting it as sent.

    Example: newsletter issues proof 5 ann@example.org
    """
    door.allow(Permission.EDIT)
    recipient = parse(address)
    issue = load(door, issue_id)
    newsletter, letter = _as_it_stands(door, issue)
    with door.acting(Permission.EDIT) as acting:
        letter_id = dispatch.proof(
            acting.tx,
            door.application.keyring,
            letter,
            recipient,
            acting.now,
            newsletter_id=newsletter.id,
            issue_id=issue.id,
            list_id=newsletter.list_id,
        )
        acting.record("issue.proof", f"issue {issue_id}")
    door.answer(
        {"issue": issue_id, "letter": letter_id, "content_hash": letter.content_hash},
        shown.line(f"A proof of {issue.title} is planned; a worker mails it."),
    )


@click.command("export")
@issue_argument
@click.option("--html", "html_file", metavar="FILE", help="Write the web copy.")
@click.option("--text", "text_file", metavar="FILE", help="Write the text part.")
@click.option("--eml", "eml_file", metavar="FILE", help="Write the whole message, as a mail program opens it.")
@common
@pass_door
def export(door: Door, issue_id: int, html_file: str | None, text_file: str | None, eml_file: str | None) -> None:
    """Write an issue into files: its frozen letter when it is approved, else as it would be now.

    Links of persons lead to the newsletter's page.

    Example: newsletter issues export 5 --html issue.html --text issue.txt --eml issue.eml
    """
    if not (html_file or text_file or eml_file):
        raise click.UsageError("Say what to write: --html FILE, --text FILE or --eml FILE.")
    issue = load(door, issue_id)
    newsletter, letter = _as_it_stands(door, issue)
    values = public_values(door.application.links, newsletter.slug, issue.number, letter.language)
    if html_file:
        html = unanswered_html(letter.html, letter.answers)
        write_file(html_file, fill_html(html, letter.slots, values).encode())
    if text_file:
        text = unanswered_text(letter.text, letter.answers)
        write_file(text_file, fill_text(text, letter.slots, values).encode())
    if eml_file:
        write_file(eml_file, _message(door, issue, newsletter, letter))
    written = [file for file in (html_file, text_file, eml_file) if file]
    door.answer(
        {"issue": issue_id, "subject": letter.subject, "content_hash": letter.content_hash, "files": written},
        shown.line(f"Written: {', '.join(written)}"),
    )


def _as_it_stands(door: Door, issue: Issue) -> tuple[Newsletter, Draft]:
    """Give the newsletter and the letter of an issue: the frozen one, or one composed now."""
    application = door.application
    with door.reading() as tx:
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
        if issue.letter_id is not None:
            return newsletter, letters.load(tx, issue.letter_id).draft
    bring_pictures(door, issue.id)
    with door.reading() as tx:
        shelf = shelf_of(tx, issue, application.links)
    composition = compose_issue(
        application.templates, newsletter, issue, application.links, application.keyring.derive("slots"), shelf
    )
    return newsletter, composition.draft


def _message(door: Door, issue: Issue, newsletter: Newsletter, letter: Draft) -> bytes:
    application = door.application
    with door.reading() as tx:
        list_slug = register.list_by_id(tx, newsletter.list_id).slug
    facts = Facts(
        letter_id=issue.letter_id or 0,
        draft=letter,
        kind=LetterKind.ISSUE,
        planned_at=issue.sent_at or issue.updated_at,
        list_slug=list_slug,
        newsletter_slug=newsletter.slug,
        issue_number=issue.number,
    )
    # Addressed to the sender: nobody's own copy.
    nobody = Person(
        address=newsletter.sender_address,
        name="",
        token=application.keyring.seal(Purpose.DELIVERY, 0),
        values=public_values(application.links, newsletter.slug, issue.number, letter.language),
    )
    return CompiledLetter(facts, application.links).write(nobody)
