"""Snippets: texts that are put into issues as a copy, written and changed where editors work."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import unescape

from starlette.responses import RedirectResponse, Response

from newsletter.errors import AlreadyThere, BadValue, SnippetNotFound
from newsletter.feeds.plain import to_words
from newsletter.issues import document, newsletters, snippets
from newsletter.issues.changes import tidy_content, tidy_link
from newsletter.issues.model import Newsletter
from newsletter.issues.richhtml import to_html
from newsletter.issues.snippets import Said, Snippet, Use
from newsletter.languages.catalogue import later
from newsletter.letters import prose
from newsletter.staff import audit
from newsletter.web.desk import frame, meanwhile
from newsletter.web.desk.meanwhile import CONFLICT, SEEN_FIELD, Asked, Both
from newsletter.web.visits import Site, Visit
from subscribers.oneline import one_line
from subscribers.sentence import say

SEE_OTHER = 303
UNPROCESSABLE = 422
_ASKED: meanwhile.Form = {
    "name": Asked(later("Name")),
    "title": Asked(later("Title")),
    "link": Asked(later("Leads to")),
    "text": Asked(later("Text")),
}
_FIELDS = tuple(_ASKED)
# Of a text in the list.
_LONGEST_SHOWN = 200

SAID = {
    "added": frame.Said(later("The snippet is kept. In the composer it stands in the form that adds something to a section.")),
    "saved": frame.Said(later("Saved. Issues keep the copies that they have.")),
    "back": frame.Said(later("The snippet is back.")),
}

# What is as easily read and written without its tags.
_PLAIN = re.compile(r"(?:<p>(?:[^<>]|<br>)*</p>\s*)*")


@dataclass(frozen=True, slots=True)
class Line:
    """A snippet in the list."""

    snippet: Snippet
    words: str
    uses: tuple[Use, ...]


def show_all(site: Site, visit: Visit) -> Response:
    """Show the snippets of a newsletter."""
    return _list(site, visit)


def ask(site: Site, visit: Visit) -> Response:
    """Show the form of a new snippet."""
    return _form(site, visit, dict.fromkeys(_FIELDS, ""))


def add(site: Site, visit: Visit) -> Response:
    """Keep a text under a name."""
    typed = _typed(visit)
    try:
        said = _said(typed, None)
        known = _kept(site, visit, typed["name"], said)
    except (BadValue, AlreadyThere) as error:
        return _form(site, visit, typed, refused=error)
    return _led(known, "added")


def show(site: Site, visit: Visit) -> Response:
    """Show what a snippet says, to be changed."""
    with site.application.database.read() as tx:
        found = snippets.by_id(tx, visit.number("newsletter_id"), visit.number("snippet_id"))
    return _form(site, visit, _fields_of(found), found)


def save(site: Site, visit: Visit) -> Response:
    """Let a snippet say something else, over what its page showed; issues keep their copies."""
    typed = _typed(visit)
    try:
        with site.application.database.write() as tx:
            newsletters.take_turn(tx, visit.number("newsletter_id"))
            known = newsletters.by_id(tx, visit.number("newsletter_id"))
            found = snippets.by_id(tx, known.id, visit.number("snippet_id"))
            both = meanwhile.look(_ASKED, visit.text(SEEN_FIELD), _fields_of(found), typed, visit.words)
            if both is not None:
                return _form(site, visit, both.merged, found, both=both)
            wanted = _said(typed, found)
            if (typed["name"], wanted) != (found.name, found.said):
                edited = snippets.edit(tx, known.id, found.name, wanted, visit.now, new_name=typed["name"])
                detail = {"snippet": edited.name}
                audit.record(tx, visit.actor, "snippet.edit", f"newsletter {known.name}", detail, visit.now)
    except SnippetNotFound:
        # What was typed is not lost with it.
        return _form(site, visit, typed, is_gone=True)
    except (BadValue, AlreadyThere) as error:
        return _form(site, visit, typed, found, refused=error)
    return _led(known, "saved")


def remove(site: Site, visit: Visit) -> Response:
    """Forget a snippet; the page that says so can put it back."""
    with site.application.database.write() as tx:
        known = newsletters.by_id(tx, visit.number("newsletter_id"))
        found = snippets.by_id(tx, known.id, visit.number("snippet_id"))
        snippets.remove(tx, known.id, found.name)
        audit.record(tx, visit.actor, "snippet.remove", f"newsletter {known.name}", {"snippet": found.name}, visit.now)
    return _list(site, visit, gone=found)


def put_back(site: Site, visit: Visit) -> Response:
    """Keep a snippet again that was just removed."""
    typed = _typed(visit)
    try:
        said = _rich(_said(typed, None), visit.text("document"))
        known = _kept(site, visit, typed["name"], said)
    except (BadValue, AlreadyThere) as error:
        return _form(site, visit, typed, refused=error)
    return _led(known, "back")


def _kept(site: Site, visit: Visit, name: str, said: Said) -> Newsletter:
    with site.application.database.write() as tx:
        known = newsletters.by_id(tx, visit.number("newsletter_id"))
        made = snippets.add(tx, known.id, name, said, visit.now)
        audit.record(tx, visit.actor, "snippet.add", f"newsletter {known.name}", {"snippet": made.name}, visit.now)
    return known


def _typed(visit: Visit) -> dict[str, str]:
    return {name: visit.text(name).replace("\r\n", "\n") for name in _FIELDS}


def _said(typed: Mapping[str, str], found: Snippet | None) -> Said:
    """Give what a form says; a text that was not touched stays as it was, with all that a form cannot show."""
    text, title, link = typed["text"], typed["title"], tidy_link(typed["link"])
    if found is not None and text == _written(found.said).strip():
        return replace(found.said, title=one_line(title, snippets.LONGEST_TITLE), link=link)
    return Said(one_line(title, snippets.LONGEST_TITLE), tidy_content(prose.to_html(text, prose.guessed_name(text))), link)


def _rich(said: Said, text: str) -> Said:
    """Let a text be the rich one that its page carried, if it did."""
    if not text:
        return said
    try:
        read = document.read(json.loads(text))
    # RecursionError: brackets within brackets by the thousand.
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadValue(say("text"), "", say("arrived damaged")) from error
    return replace(said, content=to_html(read), document=document.write(read))


def _written(said: Said) -> str:
    """Give a text as a form shows it: without its tags, where it has none but for paragraphs and lines."""
    if not _PLAIN.fullmatch(said.content):
        return said.content
    paragraphs = re.findall(r"<p>(.*?)</p>", said.content, re.DOTALL)
    plain = "\n\n".join(unescape(re.sub(r"<br>\n?", "\n", one)) for one in paragraphs)
    # What reads as something else when it is typed is shown as it stands.
    return plain if to_words(prose.to_html(plain, prose.guessed_name(plain))) == to_words(said.content) else said.content


def _fields_of(found: Snippet) -> dict[str, str]:
    return {"name": found.name, "title": found.said.title, "link": found.said.link, "text": _written(found.said)}


def _seen(found: Snippet | None) -> str:
    return meanwhile.stamp(_ASKED, _fields_of(found)) if found is not None else ""


def _form(
    site: Site,
    visit: Visit,
    typed: Mapping[str, str],
    found: Snippet | None = None,
    *,
    refused: Exception | None = None,
    both: Both | None = None,
    is_gone: bool = False,
) -> Response:
    with site.application.database.read() as tx:
        known = newsletters.by_id(tx, visit.number("newsletter_id"))
        used = snippets.uses(tx, known.id).get(found.name, ()) if found is not None else ()
    page = frame.page(
        site,
        visit,
        "desk/stock/snippet.html",
        newsletter=known,
        found=found,
        typed=typed,
        # Over what was shown first: a refusal shows nobody what others did.
        seen=visit.text(SEEN_FIELD) if refused is not None else _seen(found),
        refused=refused or "",
        both=both,
        is_gone=is_gone,
        uses=used,
        longest_name=snippets.LONGEST_NAME,
        longest_title=snippets.LONGEST_TITLE,
    )
    page.status_code = UNPROCESSABLE if refused is not None else CONFLICT if both is not None or is_gone else 200
    return page


def _list(site: Site, visit: Visit, gone: Snippet | None = None) -> Response:
    with site.application.database.read() as tx:
        known = newsletters.by_id(tx, visit.number("newsletter_id"))
        used = snippets.uses(tx, known.id)
        found = snippets.all_snippets(tx, known.id)
    return frame.page(
        site,
        visit,
        "desk/stock/snippets.html",
        said=SAID.get(visit.query.get("said", "")),
        newsletter=known,
        lines=[Line(one, one_line(to_words(one.said.content), _LONGEST_SHOWN), used.get(one.name, ())) for one in found],
        gone=gone,
        gone_document=json.dumps(gone.said.document) if gone is not None and gone.said.document is not None else "",
        is_full=len(found) >= snippets.MOST_SNIPPETS,
    )


def _led(known: Newsletter, said: str) -> Response:
    return RedirectResponse(f"/desk/newsletters/{known.id}/snippets?said={said}", SEE_OTHER)
