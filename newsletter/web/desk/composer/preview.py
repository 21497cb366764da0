"""The letter of an issue as it would arrive: on a desktop, a phone, in the dark, without pictures, as text, for somebody."""

import re
from collections.abc import Mapping
from datetime import datetime

from starlette.responses import HTMLResponse, PlainTextResponse, Response

from newsletter.errors import RenderFailed
from newsletter.issues import newsletters, store
from newsletter.issues.model import Issue, Newsletter
from newsletter.letters import store as letters
from newsletter.letters.answers import otherwise_of
from newsletter.letters.letter import Letter, SlotName, fill_html, fill_text
from newsletter.letters.webcopy import public_values
from newsletter.web.desk.composer.readers import reader_of
from newsletter.web.desk.composer.view import Shown, View
from newsletter.web.desk.composing import compose
from newsletter.web.guard import preview_headers
from newsletter.web.visits import Site, Visit
from subscribers import attributebook
from subscribers.attributes import spelled
from subscribers.oneline import one_line
from subscribers.transaction import Transaction

_DARK = re.compile(r"@media\s*\(\s*prefers-color-scheme:\s*dark\s*\)", re.IGNORECASE)
_LIGHT = re.compile(r"@media\s*\(\s*prefers-color-scheme:\s*light\s*\)", re.IGNORECASE)

Answers = Mapping[str, str]


def show(site: Site, visit: Visit) -> Response:
    """Show the letter, frozen or as it would be now; the page holding it runs nothing of it.

    No link in it does anything for anybody: where the mail has a person's own, the preview leads where the web copy does.
    """
    view = View.read(visit.number("issue_id"), visit.query)
    application = site.application
    with application.database.read() as tx:
        issue = store.load(tx, view.issue_id)
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
        frozen = letters.load(tx, issue.letter_id) if issue.letter_id is not None else None
        name, answers = _person(tx, visit, view.reader, newsletter)
    try:
        letter = frozen or _unfrozen(site, issue, newsletter, visit.now)
    except RenderFailed as error:
        # Within the frame, where a page of ours would not be shown.
        said = visit.words.gettext("There is no preview. %(why)s", why=error)
        return PlainTextResponse(said, headers=preview_headers(""))
    values = dict(public_values(application.links, newsletter.slug, issue.number, letter.draft.language))
    if name:
        values[SlotName.NAME] = name
    if view.shown is Shown.TEXT:
        return _text(letter, values, answers)
    html = fill_html(_answered(letter, answers), letter.draft.slots, values)
    if view.shown is Shown.DARK:
        html = dark(html)
    headers = dict(preview_headers(html))
    if view.shown is Shown.BARE:
        policy = headers["Content-Security-Policy"]
        headers["Content-Security-Policy"] = re.sub(r"img-src [^;]*", "img-src 'none'", policy)
    return HTMLResponse(html, headers=headers)


def dark(html: str) -> str:
    """Give a letter as programs show it that are set to dark, whatever the one is set to that looks at it."""
    return _LIGHT.sub("@media not all", _DARK.sub("@media all", html))


def _person(tx: Transaction, visit: Visit, reader: int, newsletter: Newsletter) -> tuple[str, Answers]:
    """Give the name and the answers of a reader; nobody's where there is none for whoever looks."""
    person = reader_of(tx, visit.actor, newsletter, reader)
    if person is None:
        return "", {}
    answers = attributebook.answers_of(tx, person.id)
    return one_line(person.name), {key: spelled(answer) for key, answer in answers.items()}


def _answered(letter: Letter, answers: Answers) -> str:
    return fill_html(letter.draft.html, letter.draft.answers, _said(letter, answers))  # type: ignore[arg-type]  # answers have keys as slots have names


def _text(letter: Letter, values: Mapping[SlotName, str], answers: Answers) -> Response:
    text = fill_text(letter.draft.text, letter.draft.answers, _said(letter, answers))  # type: ignore[arg-type]  # as above
    headers = preview_headers("")
    return PlainTextResponse(fill_text(text, letter.draft.slots, values), headers=headers)


def _said(letter: Letter, answers: Answers) -> Answers:
    return {asked: answers.get(asked.partition("|")[0]) or otherwise_of(asked) for asked in letter.draft.answers}


def _unfrozen(site: Site, issue: Issue, newsletter: Newsletter, now: datetime) -> Letter:
    draft = compose(site, issue, newsletter).draft
    return Letter(id=0, draft=draft, newsletter_id=newsletter.id, issue_id=issue.id, list_id=newsletter.list_id, created_at=now)
