"""What a list says in its notices in its own words: when somebody joins, leaves or moves."""

from enum import StrEnum

from fastapi import Response
from pydantic import Field

from newsletter.errors import BadValue
from newsletter.issues import newsletters
from newsletter.languages.catalogue import words_of
from newsletter.languages.model import meant
from newsletter.letters import notebook, ownwords
from newsletter.letters.letter import LetterKind, fill_text
from newsletter.letters.ownwords import LONGEST_HEADING, LONGEST_SUBJECT, NO_WORDS, PLACES, OwnWords
from newsletter.staff.permissions import Permission
from newsletter.web.api.calls import Call, Calling
from newsletter.web.api.fields import Answer, Given, Line, Words
from newsletter.web.api.routing import Routes
from newsletter.web.visits import Of
from subscribers import listbook, register
from subscribers.sentence import say

PEOPLE = Permission.MANAGE_PEOPLE
ONE = "/lists/{list_id:int}/notices/{kind}/{language}"

_PLACES = ", ".join(f"`{{{place}}}`" for place in PLACES)
# Where a person's own link would stand.
OWN_LINK = "[the person’s own link]"

routes = Routes("notices", "What a list says in its notices, in its own words.")


class Notice(StrEnum):
    """Which notice."""

    CONFIRMATION = LetterKind.CONFIRMATION
    REMINDER = LetterKind.REMINDER
    WELCOME = LetterKind.WELCOME
    GOODBYE = LetterKind.GOODBYE
    MOVE = LetterKind.MOVE
    MOVED = LetterKind.MOVED


class NoticeAnswer(Answer):
    """A notice as it arrives, and what of it the list says in its own words."""

    kind: Notice
    language: str
    subject: str = Field(description="The list's own; empty: as the templates say it. So are `heading` and `text`.")
    heading: str
    text: str
    sent_subject: str = Field(description="As it arrives; empty where no newsletter goes to the list. So is `sent_text`.")
    sent_text: str


class NoticeGiven(Given):
    """What a notice is to say; an empty part is said as the templates say it."""

    subject: Line = Field("", description=f"{LONGEST_SUBJECT} characters at most.")
    heading: Line = Field("", description=f"{LONGEST_HEADING} characters at most.")
    text: Words = Field("", description=f"Paragraphs are parted by empty lines; {_PLACES} stand for what they say.")


@routes.get(ONE, PEOPLE, Of.LIST)
def show_notice(call: Calling, list_id: int, kind: Notice, language: Line) -> NoticeAnswer:
    """Show a notice of a list in a language."""
    code, which = _code(language), LetterKind(kind)
    with call.reading() as tx:
        one = register.list_by_id(tx, list_id)
        newsletter = newsletters.of_list(tx, one.id)
        own = notebook.find(tx, one.id, which, code)
    spoken = meant(code)
    assert spoken is not None  # its own code
    draft = call.application.notice(which, newsletter, one, words_of(spoken)) if newsletter is not None else None
    return NoticeAnswer(
        kind=kind,
        language=code,
        subject=own.subject,
        heading=own.heading,
        text=own.text,
        sent_subject=draft.subject if draft is not None else "",
        sent_text=fill_text(draft.text, draft.slots, dict.fromkeys(draft.slots, OWN_LINK)) if draft is not None else "",
    )


@routes.put(ONE, PEOPLE, Of.LIST)
def set_notice(call: Calling, list_id: int, kind: Notice, language: Line, given: NoticeGiven) -> NoticeAnswer:
    """Let a notice say something else from now on."""
    _keep(call, list_id, kind, _code(language), ownwords.checked(given.subject, given.heading, given.text))
    return show_notice(call, list_id, kind, language)


@routes.delete(ONE, PEOPLE, Of.LIST)
def reset_notice(call: Calling, list_id: int, kind: Notice, language: Line) -> Response:
    """Let a notice speak as the templates do again."""
    _keep(call, list_id, kind, _code(language), NO_WORDS)
    return Response(status_code=204)


def _keep(call: Call, list_id: int, kind: Notice, code: str, words: OwnWords) -> None:
    with call.acting() as acting:
        listbook.take_turn(acting.tx, list_id)
        one = register.list_by_id(acting.tx, list_id)
        notebook.keep(acting.tx, one.id, LetterKind(kind), code, words, acting.now)
        act = "notice.reset" if words == NO_WORDS else "notice.edit"
        acting.record(act, f"list {one.name}", kind=kind.value, language=code)


def _code(language: str) -> str:
    """Give the code of a language that notices are written in.

    Raises:
        BadValue: there is no such language.

    """
    spoken = meant(language)
    if spoken is None:
        raise BadValue(say("language"), language[:40], say("choose one of those offered"))
    return spoken.code
