"""An issue for whoever was asked to look it over: the letter as it will arrive, and comments pinned to its articles."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import HTMLResponse, RedirectResponse, Response

from newsletter.errors import BadValue, GuestLinkNotFound
from newsletter.images.model import Shelf
from newsletter.issues import newsletters, store
from newsletter.issues.model import EDITABLE, Issue, Newsletter
from newsletter.languages.catalogue import later
from newsletter.letters import store as letters
from newsletter.letters.compose import compose_issue
from newsletter.letters.illustrate import shelf_of
from newsletter.letters.letter import Letter
from newsletter.letters.webcopy import public_html
from newsletter.review import comments, guests
from newsletter.review.comments import LONGEST_TEXT, Comment
from newsletter.review.guests import GuestLink, GuestPurpose
from newsletter.web.faults import LinkRunOut, TooOften
from newsletter.web.guard import preview_headers
from newsletter.web.public import guestdoor
from newsletter.web.speech import FIELD, Speech
from newsletter.web.visits import Site, Visit, whole_number
from subscribers import limits
from subscribers.limits import Limit
from subscribers.networks import network_of
from subscribers.tokens import Purpose
from subscribers.transaction import Transaction

SEE_OTHER = 303

# Of one link: somebody who reads and comments is slower; and of one network, whoever's links they are.
COMMENTING = Limit("comment", 20, timedelta(seconds=15))
COMMENTING_NETWORK = Limit("comment-network", 60, timedelta(seconds=10))

_EMPTY = later("Write what you think first, and say who you are.")
_TOO_LONG = later("A comment is at most %(count)s characters long.")
_REFUSED = later("This could not be taken. The article may be gone by now; load the page again.")


@dataclass(frozen=True, slots=True)
class Standing:
    """A reviewer's link with what it opens."""

    link: GuestLink
    issue: Issue
    newsletter: Newsletter
    speech: Speech


def show(site: Site, visit: Visit) -> Response:
    """Show the issue with its comments."""
    if (out := guestdoor.published(site, visit, GuestPurpose.REVIEW)) is not None:
        return out
    with site.application.database.read() as tx:
        standing = _standing(site, visit, tx)
        said = comments.comments_of(tx, standing.issue.id)
    return _page(site, visit, standing, said)


def letter(site: Site, visit: Visit) -> Response:
    """Show the letter as it would arrive, or as it was approved, with nobody's values in its slots; it runs nothing."""
    application = site.application
    with application.database.read() as tx:
        standing = _standing(site, visit, tx)
        issue, newsletter = standing.issue, standing.newsletter
        shelf = shelf_of(tx, issue, application.links)
        frozen = letters.load(tx, issue.letter_id) if issue.letter_id is not None else None
    shown = frozen or _composed(site, visit, standing, shelf)
    html = public_html(shown, application.links, newsletter.slug, issue.number)
    return HTMLResponse(html, headers=preview_headers(html))


def comment(site: Site, visit: Visit) -> Response:
    """Take a comment down."""
    if (out := guestdoor.published(site, visit, GuestPurpose.REVIEW)) is not None:
        return out
    application = site.application
    article = visit.text("article")
    with application.database.write() as tx:
        standing = _standing(site, visit, tx)
        is_too_much = not _is_in_time(site, visit, tx, standing)
        trouble = "" if is_too_much else _said(tx, visit, standing, whole_number(article))
        said = comments.comments_of(tx, standing.issue.id)
    if is_too_much:
        raise TooOften
    if trouble:
        return _page(site, visit, standing, said, trouble)
    return RedirectResponse(f"{standing.speech.way(f'/r/{visit.token}')}#c{said[-1].id}", SEE_OTHER)


def _composed(site: Site, visit: Visit, standing: Standing, shelf: Shelf) -> Letter:
    application, issue, newsletter = site.application, standing.issue, standing.newsletter
    seed = application.keyring.derive("slots")
    draft = compose_issue(application.templates, newsletter, issue, application.links, seed, shelf).draft
    return Letter(0, draft, newsletter.id, issue.id, newsletter.list_id, visit.now)


def _said(tx: Transaction, visit: Visit, standing: Standing, article_id: int | None) -> str:
    """Take a comment down; gives what is wrong with it, in English."""
    text, name = visit.text("text"), visit.text("name")
    if not text or not name:
        return _EMPTY
    if len(text) > LONGEST_TEXT:
        return _TOO_LONG
    try:
        comments.say(tx, standing.issue, name, text, visit.now, article_id=article_id, link_id=standing.link.id)
    except BadValue:
        return _REFUSED
    return ""


def _is_in_time(site: Site, visit: Visit, tx: Transaction, standing: Standing) -> bool:
    network = limits.veiled(site.application.keyring, network_of(visit.network))
    return limits.take(tx, COMMENTING, str(standing.link.id), visit.now) and limits.take(
        tx, COMMENTING_NETWORK, network, visit.now
    )


def _standing(site: Site, visit: Visit, tx: Transaction) -> Standing:
    number = site.application.keyring.open(Purpose.REVIEW, visit.token)
    try:
        link = guests.find(tx, number, GuestPurpose.REVIEW)
    except GuestLinkNotFound as error:
        raise LinkRunOut from error
    issue = store.load(tx, link.issue_id)
    if not link.is_open(visit.now) or issue.state not in EDITABLE:
        raise LinkRunOut
    newsletter = newsletters.by_id(tx, issue.newsletter_id)
    return Standing(link, issue, newsletter, visit.ear.speech(newsletter=newsletter.language, shown=visit.text(FIELD)))


def _page(site: Site, visit: Visit, standing: Standing, said: tuple[Comment, ...], trouble: str = "") -> Response:
    words = standing.speech.words
    pinned = {one.article_id for one in said}
    return site.pages.spoken(
        standing.speech,
        "public/review.html",
        422 if trouble else 200,
        token=visit.token,
        newsletter=standing.newsletter,
        issue=standing.issue,
        ends_at=standing.link.ends_at,
        comments={one: tuple(each for each in said if each.article_id == one) for one in pinned},
        name=visit.text("name") or standing.link.name,
        text=visit.text("text") if trouble else "",
        about=visit.text("article") if trouble else None,
        trouble=words.gettext(trouble, count=words.number(LONGEST_TEXT)) if trouble else "",
        longest=LONGEST_TEXT,
    )
