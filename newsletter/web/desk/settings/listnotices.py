"""What a list says when somebody joins, leaves or moves: each notice as it arrives, and the list's own words for it."""

from dataclasses import asdict

from starlette.responses import Response

from newsletter.issues import newsletters
from newsletter.languages.catalogue import Words, later, words_of
from newsletter.languages.model import LANGUAGES, first_of, meant
from newsletter.letters import notebook, ownwords
from newsletter.letters.letter import Draft, LetterKind, fill_text
from newsletter.letters.ownwords import EDITABLE, NO_WORDS, OwnWords
from newsletter.web.desk import meanwhile
from newsletter.web.desk.meanwhile import SEEN_FIELD, Asked, Both
from newsletter.web.desk.settings import sheets
from newsletter.web.desk.settings.lists import address, tabs
from newsletter.web.visits import Site, Visit
from subscribers import listbook, register

_NAMES = {
    LetterKind.CONFIRMATION: later("Asks for the yes"),
    LetterKind.REMINDER: later("Reminds of the question"),
    LetterKind.WELCOME: later("Welcomes"),
    LetterKind.GOODBYE: later("Says goodbye"),
    LetterKind.MOVE: later("Asks at a new address"),
    LetterKind.MOVED: later("Tells the old address"),
}
_ASKED: meanwhile.Form = {
    "subject": Asked(later("Subject")),
    "heading": Asked(later("Heading")),
    "text": Asked(later("First sentences")),
}


def show(site: Site, visit: Visit) -> Response:
    """Show a notice as its people get it, and which of it are the list's own words."""
    return _page(site, visit, _kind(visit.query.get("kind", "")), visit.query.get("language", ""))


def save(site: Site, visit: Visit) -> Response:
    """Let a notice say something else, or speak as the templates do again."""
    kind, language = _kind(visit.text("kind")), (meant(visit.text("language")) or LANGUAGES[0]).code
    typed = OwnWords(visit.text("subject"), visit.text("heading"), visit.form.get("text", ""))
    is_reset = visit.text("act") == "reset"
    try:
        words = NO_WORDS if is_reset else ownwords.checked(typed.subject, typed.heading, typed.text)
        with site.application.database.write() as tx:
            listbook.take_turn(tx, visit.number("list_id"))
            one = register.list_by_id(tx, visit.number("list_id"))
            theirs = notebook.find(tx, one.id, kind, language)
            both = meanwhile.look(_ASKED, visit.text(SEEN_FIELD), asdict(theirs), asdict(words), visit.words)
            if both is not None:
                return _page(site, visit, kind, language, OwnWords(**both.merged), both=both)
            notebook.keep(tx, one.id, kind, language, words, visit.now)
            act = "notice.reset" if is_reset else "notice.edit"
            sheets.record(tx, visit, act, f"list {one.name}", kind=kind.value, language=language)
    except sheets.REFUSALS as error:
        return _page(site, visit, kind, language, typed, error)
    answer = f"{address(one.id)}/notices?kind={kind.value}&language={language}&said=notice"
    return sheets.led(answer)


def _page(
    site: Site,
    visit: Visit,
    kind: LetterKind,
    language: str,
    typed: OwnWords | None = None,
    refused: Exception | None = None,
    both: Both | None = None,
) -> Response:
    with site.application.database.read() as tx:
        one = register.list_by_id(tx, visit.number("list_id"))
        newsletter = newsletters.of_list(tx, one.id)
        spoken = first_of(language, one.language, newsletter.language if newsletter is not None else "")
        own = notebook.find(tx, one.id, kind, spoken.code)
    draft = site.application.notice(kind, newsletter, one, words_of(spoken)) if newsletter is not None else None
    return sheets.page(
        site,
        visit,
        "notices",
        at="lists",
        refused=refused,
        both=both,
        # Over what was shown first: a refusal shows nobody what others did.
        seen=visit.text(SEEN_FIELD) if refused is not None else meanwhile.stamp(_ASKED, asdict(own)),
        list=one,
        tabs=tabs(one, visit.words),
        kinds=sheets.spoken(visit, _NAMES),
        kind=kind,
        languages=LANGUAGES,
        spoken=spoken,
        draft=draft,
        text=_readable(draft, visit.words) if draft is not None else "",
        own=typed or own,
        is_own=own != NO_WORDS,
    )


def _readable(draft: Draft, words: Words) -> str:
    """Give the text of a notice with words where a person's own links would stand."""
    return fill_text(draft.text, draft.slots, dict.fromkeys(draft.slots, words.gettext("[the person’s own link]")))


def _kind(text: str) -> LetterKind:
    return LetterKind(text) if text in set(EDITABLE) else EDITABLE[0]
