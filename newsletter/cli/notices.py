"""`newsletter notices`: what a list says when somebody joins, leaves or moves."""

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.parameters import read_text
from newsletter.errors import BadValue
from newsletter.issues import newsletters
from newsletter.languages.catalogue import words_of
from newsletter.languages.model import LANGUAGES, Language, first_of
from newsletter.letters import notebook, ownwords
from newsletter.letters.letter import LetterKind
from newsletter.letters.ownwords import EDITABLE, NO_WORDS
from newsletter.staff.permissions import Permission
from subscribers import register
from subscribers.model import MailingList

KIND = click.Choice([kind.value for kind in EDITABLE])
LANGUAGE = click.Choice([language.code for language in LANGUAGES])


@click.command("show")
@click.argument("list_name", metavar="LIST")
@click.argument("kind", type=KIND)
@click.option("--language", type=LANGUAGE, help="In which language. [default: the list's]")
@common
@pass_door
def show(door: Door, list_name: str, kind: str, language: str | None) -> None:
    """Show a notice of LIST as its people get it, and which of it are the list's own words.

    Example: newsletter notices show readers welcome --language fr
    """
    with door.reading() as tx:
        list_ = register.find_list(tx, list_name)
        newsletter = newsletters.of_list(tx, list_.id)
        if newsletter is None:
            raise BadValue("list", list_name, "no newsletter goes to it, so it sends no notices; make one first")
        spoken = _language(language, list_, newsletter.language)
        own = notebook.find(tx, list_.id, LetterKind(kind), spoken.code)
    draft = door.application.notice(LetterKind(kind), newsletter, list_, words_of(spoken))
    document = {
        "list": list_.slug,
        "kind": kind,
        "language": spoken.code,
        "own": {"subject": own.subject, "heading": own.heading, "text": own.text},
        "subject": draft.subject,
        "text": draft.text,
    }
    whose = "The words are those of the templates." if own == NO_WORDS else "Some of the words are the list's own."
    door.answer(document, shown.pairs(subject=draft.subject, language=spoken.name), draft.text, shown.line(whose))


@click.command("edit")
@click.argument("list_name", metavar="LIST")
@click.argument("kind", type=KIND)
@click.option("--language", type=LANGUAGE, required=True, help="For people who are written to in this language.")
@click.option("--subject", help="What stands in the subject; empty: as the templates say it.")
@click.option("--heading", help="What stands above the text; empty: as the templates say it.")
@click.option(
    "--text", "path", metavar="FILE", help="A file with the first sentences, - for stdin; empty lines part paragraphs."
)
@common
@pass_door
def edit(
    door: Door, list_name: str, kind: str, language: str, subject: str | None, heading: str | None, path: str | None
) -> None:
    """Let a notice of LIST say something else: plain text, in which {newsletter}, {list} and {days} are filled in.

    The button, how long it works and what to do when it was somebody else stay as they are.

    Example: newsletter notices edit readers welcome --language en --subject "Good to have you, from {newsletter}"
    """
    if subject is None and heading is None and path is None:
        raise click.UsageError("Nothing to change was given: --subject, --heading or --text.")
    text = read_text(path) if path is not None else None
    with door.acting(Permission.MANAGE_PEOPLE) as acting:
        list_ = register.find_list(acting.tx, list_name)
        before = notebook.find(acting.tx, list_.id, LetterKind(kind), language)
        words = ownwords.checked(
            before.subject if subject is None else subject,
            before.heading if heading is None else heading,
            before.text if text is None else text,
        )
        notebook.keep(acting.tx, list_.id, LetterKind(kind), language, words, acting.now)
        acting.record("notice.edit", f"list {list_.name}", kind=kind, language=language)
    document = {"list": list_.slug, "kind": kind, "language": language, "subject": words.subject, "heading": words.heading}
    door.answer({**document, "text": words.text}, shown.line(f"The {kind} of {list_.name} is changed, in {language}."))


@click.command("reset")
@click.argument("list_name", metavar="LIST")
@click.argument("kind", type=KIND)
@click.option("--language", type=LANGUAGE, required=True, help="For people who are written to in this language.")
@common
@pass_door
def reset(door: Door, list_name: str, kind: str, language: str) -> None:
    """Let a notice of LIST speak as the templates do again.

    Example: newsletter notices reset readers welcome --language en
    """
    with door.acting(Permission.MANAGE_PEOPLE) as acting:
        list_ = register.find_list(acting.tx, list_name)
        notebook.keep(acting.tx, list_.id, LetterKind(kind), language, NO_WORDS, acting.now)
        acting.record("notice.reset", f"list {list_.name}", kind=kind, language=language)
    door.answer(
        {"list": list_.slug, "kind": kind, "language": language, "own": False},
        shown.line(f"The {kind} of {list_.name} speaks as the templates do, in {language}."),
    )


def _language(given: str | None, list_: MailingList, newsletter_language: str) -> Language:
    return first_of(given or "", list_.language, newsletter_language)


notices = click.Group("notices", commands=[show, edit, reset], help="What a list says when people join, leave or move.")
