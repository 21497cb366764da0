"""The letter of an issue as it would arrive: on a desktop, a phone, in the dark, without pictures, as text, for somebody."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from newsletter.errors import NewsletterError, RenderFailed
from newsletter.issues import newsletters, store
from newsletter.issues.model import Issue, Newsletter
from newsletter.letters import store as letters
from newsletter.letters.answers import otherwise_of
from newsletter.letters.letter import Draft, Letter, SlotName, fill_html, fill_text
from newsletter.letters.webcopy import public_values
from newsletter.web.desk.composer.envelope import Envelope, envelope_of
from newsletter.web.desk.composer.readers import reader_of
from newsletter.web.desk.composer.view import Shown, View
from newsletter.web.desk.composing import compose, composed_lately
from newsletter.web.faults import fault_of
from newsletter.web.guard import followed_headers
from newsletter.web.visits import Site, Visit
from subscribers import attributebook
from subscribers.attributes import spelled
from subscribers.oneline import one_line
from subscribers.transaction import Transaction

_DARK = re.compile(r"@media\s*\(\s*prefers-color-scheme:\s*dark\s*\)", re.IGNORECASE)
_LIGHT = re.compile(r"@media\s*\(\s*prefers-color-scheme:\s*light\s*\)", re.IGNORECASE)
# A link that leads out of the letter, and not to a place in it.
_OUTWARD = re.compile(r"""<a(?=\s(?:[^<>]*\s)?href="(?!#))""", re.IGNORECASE)
_OWN_PAGE = r'\g<0> target="_blank" rel="noopener"'

Answers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Person:
    """Whose name and answers stand in a letter; nobody's where there are none."""

    name: str
    answers: Answers


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked at, and by the eyes of whom."""

    issue: Issue
    newsletter: Newsletter
    person: Person
    view: View


def show(site: Site, visit: Visit) -> Response:
    """Show the letter, frozen or as it would be now; the page holding it runs nothing of it.

    No link in it does anything for anybody: where the mail has a person's own, the preview leads where the web copy does.
    """
    view = View.read(visit.number("issue_id"), visit.query)
    try:
        looked, letter = _kept(site, visit, view)
    except RenderFailed as error:
        # Within the frame, where a page of ours would not be shown.
        said = visit.words.gettext("There is no preview. %(why)s", why=error)
        return PlainTextResponse(said, headers=followed_headers(""))
    shown = _shown(site, letter, looked)
    # A picture that is chosen while the letter is looked at comes from where all of ours do.
    headers = dict(followed_headers("" if view.shown is Shown.TEXT else shown, site.application.links.images()))
    if view.shown is Shown.TEXT:
        return PlainTextResponse(shown, headers=headers)
    if view.shown is Shown.BARE:
        policy = headers["Content-Security-Policy"]
        headers["Content-Security-Policy"] = re.sub(r"img-src [^;]*", "img-src 'none'", policy)
    return HTMLResponse(shown, headers=headers)


def told(site: Site, visit: Visit, view: View) -> Mapping[str, object]:
    """Give what `show` shows and what stands above it, for the script of the page; nothing where there is no letter."""
    try:
        looked, letter = _kept(site, visit, view)
    except RenderFailed:
        return {}
    return {"version": looked.issue.version, **_told(site, visit, letter, looked)}


def show_unsaved(site: Site, visit: Visit, made: Callable[[Transaction], Issue]) -> Response:
    """Give the letter of an issue that is *made* of what is being typed, for the script of the page; nothing is written."""
    view = View.read(visit.number("issue_id"), visit.query)
    try:
        with site.application.database.read() as tx:
            looked = _looked(tx, visit, view, made(tx))
        letter = _as_letter(compose(site, looked.issue, looked.newsletter).draft, looked, visit.now)
    except NewsletterError as error:
        return JSONResponse({"error": visit.words.said(str(error))}, fault_of(error).status)
    return JSONResponse(_told(site, visit, letter, looked))


def _kept(site: Site, visit: Visit, view: View) -> tuple[Looked, Letter]:
    """Give an issue as it is kept, and its letter: the frozen one, or as it would be now.

    Raises:
        RenderFailed: a template or the theme is wrong.

    """
    with site.application.database.read() as tx:
        looked = _looked(tx, visit, view, store.load(tx, view.issue_id))
        issue, newsletter = looked.issue, looked.newsletter
        frozen = letters.load(tx, issue.letter_id) if issue.letter_id is not None else None
    return looked, frozen or _as_letter(composed_lately(site, issue, newsletter).draft, looked, visit.now)


def _looked(tx: Transaction, visit: Visit, view: View, issue: Issue) -> Looked:
    newsletter = newsletters.by_id(tx, issue.newsletter_id)
    return Looked(issue, newsletter, _person(tx, visit, view.reader, newsletter), view)


def _told(site: Site, visit: Visit, letter: Letter, looked: Looked) -> Mapping[str, object]:
    envelope = envelope_of(letter.draft, looked.issue, looked.newsletter, site.application.links)
    return {"letter": _shown(site, letter, looked), "envelope": envelope.told(visit.words)}


def outside(site: Site, issue: Issue, newsletter: Newsletter, frozen: Draft | None) -> Envelope | None:
    """Give what an inbox shows of the letter that `show` shows; None where there is none, which says why."""
    try:
        draft = frozen or composed_lately(site, issue, newsletter).draft
    except RenderFailed:
        return None
    return envelope_of(draft, issue, newsletter, site.application.links)


def outward(html: str) -> str:
    """Give a letter whose links open on pages of their own; the frame it stands in may show nothing else."""
    return _OUTWARD.sub(_OWN_PAGE, html)


def _as_letter(draft: Draft, looked: Looked, now: datetime) -> Letter:
    """Give a draft as a letter that is kept nowhere."""
    issue, newsletter = looked.issue, looked.newsletter
    return Letter(id=0, draft=draft, newsletter_id=newsletter.id, issue_id=issue.id, list_id=newsletter.list_id, created_at=now)


def dark(html: str) -> str:
    """Give a letter as programs show it that are set to dark, whatever the one is set to that looks at it."""
    return _LIGHT.sub("@media not all", _DARK.sub("@media all", html))


def _person(tx: Transaction, visit: Visit, reader: int, newsletter: Newsletter) -> Person:
    """Give the name and the answers of a reader; nobody's where there is none for whoever looks."""
    known = reader_of(tx, visit.actor, newsletter, reader)
    if known is None:
        return Person("", {})
    answers = attributebook.answers_of(tx, known.id)
    return Person(one_line(known.name), {key: spelled(answer) for key, answer in answers.items()})


def _shown(site: Site, letter: Letter, looked: Looked) -> str:
    """Give a letter filled as it is looked at."""
    issue, newsletter, person, view = looked.issue, looked.newsletter, looked.person, looked.view
    values = dict(public_values(site.application.links, newsletter.slug, issue.number, letter.draft.language))
    if person.name:
        values[SlotName.NAME] = person.name
    answers = _said(letter, person.answers)
    if view.shown is Shown.TEXT:
        text = fill_text(letter.draft.text, letter.draft.answers, answers)  # type: ignore[arg-type]  # answers have keys as slots have names
        return fill_text(text, letter.draft.slots, values)
    html = fill_html(letter.draft.html, letter.draft.answers, answers)  # type: ignore[arg-type]  # as above
    html = outward(fill_html(html, letter.draft.slots, values))
    return dark(html) if view.shown is Shown.DARK else html


def _said(letter: Letter, answers: Answers) -> Answers:
    return {asked: answers.get(asked.partition("|")[0]) or otherwise_of(asked) for asked in letter.draft.answers}
