"""A text for one issue, written by somebody without an account: kept, looked at in the letter, handed in, agreed to."""

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta

from starlette.responses import HTMLResponse, JSONResponse, Response

from newsletter.confined import ChildFailed
from newsletter.errors import BadValue, ContributionClosed, GuestLinkNotFound, SectionNotFound
from newsletter.images import library
from newsletter.images import store as images
from newsletter.images.model import Facts, Shelf
from newsletter.issues import differences, newsletters, store
from newsletter.issues.differences import Passage
from newsletter.issues.model import EDITABLE, Article, Issue, Newsletter
from newsletter.languages.catalogue import later
from newsletter.letters import prose
from newsletter.letters import store as letters
from newsletter.letters.compose import compose_issue
from newsletter.letters.illustrate import shelf_of
from newsletter.letters.letter import Letter
from newsletter.letters.webcopy import public_html
from newsletter.people import contributors
from newsletter.people.contributors import LONGEST_LINE, LONGEST_TEXT
from newsletter.review import comments, contributions, guests
from newsletter.review.contribution import Contribution, ContributionState, Typed
from newsletter.review.guests import GuestLink, GuestPurpose
from newsletter.web.faults import LinkRunOut, TooOften
from newsletter.web.guard import preview_headers
from newsletter.web.public import guestdoor
from newsletter.web.speech import FIELD, Speech
from newsletter.web.visits import Site, Visit
from subscribers import limits
from subscribers.limits import Limit
from subscribers.networks import network_of
from subscribers.tokens import Purpose
from subscribers.transaction import Transaction

# Of one link: somebody who writes keeps it now and then; and of one network, whoever's links they are.
KEEPING = Limit("contribution", 40, timedelta(seconds=5))
KEEPING_NETWORK = Limit("contribution-network", 100, timedelta(seconds=5))

# Seconds. A page of text takes milliseconds; what takes longer was not written by hand.
LONGEST_READING = 5.0

# Enough to tell two versions of a text apart.
_SEEN_DIGITS = 16

_KEPT = later("It is kept. The editors see it when you send it.")
_SENT = later("Thank you. The editors have your text.")
_AGREED = later("Thank you. The text stands as you saw it.")
_SAID = later("Thank you. The editors have your comment.")
_EMPTY = later("Write your text first, and say under which name it is to stand.")
_TOO_LONG = later("The text is at most %(count)s characters long. It was not kept; copy it before you leave this page.")
_NO_PICTURE = later(
    "This picture cannot be used. Take a JPEG, PNG, GIF or WebP file of at most 20 MB. Everything else is kept."
)
_CLOSED = later(
    "The editors have changed the text meanwhile, or the issue is finished. Load the page again to see how it stands."
)
_ELSEWHERE = later(
    "This text was kept from another window meanwhile. Yours stands here; press “Keep it for now” if it is to stand instead."
)
_UNREADABLE = later("This text cannot be read. It is kept as you typed it; try it as plain text.")


# The page's script says so, and is answered in JSON.
BY_SCRIPT = "script"

CONFLICT, UNFIT = 409, 422


@dataclass(frozen=True, slots=True)
class Standing:
    """A contributor's link with what it opens."""

    link: GuestLink
    contribution: Contribution
    issue: Issue
    newsletter: Newsletter
    speech: Speech
    # As it is in the issue; None before it is handed in.
    article: Article | None
    # Whether the guest may still write.
    is_open: bool


def show(site: Site, visit: Visit) -> Response:
    """Show how the text stands, and where it is written."""
    if (out := guestdoor.published(site, visit, GuestPurpose.CONTRIBUTION)) is not None:
        return out
    with site.application.database.read() as tx:
        standing = _standing(site, visit, tx)
    return _page(site, visit, standing)


def letter(site: Site, visit: Visit) -> Response:
    """Show the letter with the text in it as it is kept, or as it was approved; it runs nothing."""
    application = site.application
    with application.database.read() as tx:
        standing = _standing(site, visit, tx)
    issue, newsletter = standing.issue, standing.newsletter
    html = _html(site, standing.contribution.typed.text) if standing.is_open else None
    if html:
        issue = contributors.with_text(issue, standing.contribution, html)
    with application.database.read() as tx:
        shelf = shelf_of(tx, issue, application.links)
        frozen = letters.load(tx, issue.letter_id) if issue.letter_id is not None else None
    shown = frozen or _composed(site, visit, issue, newsletter, shelf)
    html = public_html(shown, application.links, newsletter.slug, issue.number)
    return HTMLResponse(html, headers=preview_headers(html))


def _composed(site: Site, visit: Visit, issue: Issue, newsletter: Newsletter, shelf: Shelf) -> Letter:
    application = site.application
    seed = application.keyring.derive("slots")
    draft = compose_issue(application.templates, newsletter, issue, application.links, seed, shelf).draft
    return Letter(0, draft, newsletter.id, issue.id, newsletter.list_id, visit.now)


def act(site: Site, visit: Visit) -> Response:
    """Keep the text, hand it in, agree to it, or say what should be different."""
    if (out := guestdoor.published(site, visit, GuestPurpose.CONTRIBUTION)) is not None:
        return out
    with site.application.database.write() as tx:
        standing = _standing(site, visit, tx)
        is_too_much = not _is_in_time(site, visit, tx, standing)
    if is_too_much:
        raise TooOften
    if visit.text("by") == BY_SCRIPT:
        return _kept_by_itself(site, visit, standing)
    deeds = {"send": _send, "agree": _agree, "say": _say}
    try:
        said, trouble = deeds.get(visit.text("do"), _keep)(site, visit, standing)
    except (ContributionClosed, SectionNotFound):
        said, trouble = "", _CLOSED
    with site.application.database.read() as tx:
        standing = _standing(site, visit, tx)
    return _page(site, visit, standing, said, trouble)


def _kept_by_itself(site: Site, visit: Visit, standing: Standing) -> Response:
    """Keep what is being typed, unless another window kept something since; gives what the script is to send next time."""
    words = standing.speech.words
    if _is_too_long(visit):
        return JSONResponse({"said": words.gettext(_TOO_LONG, count=words.number(LONGEST_TEXT))}, UNFIT)
    try:
        with site.application.database.write() as tx:
            held = contributions.hold(tx, standing.contribution)
            # Pictures wait for a button, and stay as whichever window left them.
            typed = _typed(visit, held.typed)
            kept = contributors.keep_over(tx, held, visit.text("seen"), typed, visit.now)
    except ContributionClosed:
        return JSONResponse({"said": words.gettext(_CLOSED)}, CONFLICT)
    if kept is None:
        return JSONResponse({"said": words.gettext(_ELSEWHERE)}, CONFLICT)
    return JSONResponse({"said": words.gettext(_KEPT), "seen": kept.typed.fingerprint})


def _keep(site: Site, visit: Visit, standing: Standing) -> tuple[str, str]:
    """Keep what was typed; gives what is said, and what is wrong, in English."""
    if _is_too_long(visit):
        return "", _TOO_LONG
    brought, trouble = Typed(), ""
    try:
        brought = _with_pictures(site, visit, _typed(visit, Typed()))
    except BadValue:
        trouble = _NO_PICTURE
    with site.application.database.write() as tx:
        held = contributions.hold(tx, standing.contribution)
        # A picture that another window brought meanwhile stays, unless this one brings another.
        typed = _typed(visit, held.typed)
        typed = replace(typed, portrait=brought.portrait or typed.portrait, picture=brought.picture or typed.picture)
        contributors.keep(tx, held, typed, visit.now)
    return ("", trouble) if trouble else (_KEPT, "")


def _is_too_long(visit: Visit) -> bool:
    return len(_text(visit)) > LONGEST_TEXT


def _text(visit: Visit) -> str:
    # Line ends count twice in what browsers send.
    return visit.text("text").replace("\r\n", "\n")


def _typed(visit: Visit, before: Typed) -> Typed:
    """Give what stands in the form, with the pictures from *before* unless they are taken away."""
    return Typed(
        title=visit.text("title"),
        byline=visit.text("byline"),
        affiliation=visit.text("affiliation"),
        text=_text(visit),
        portrait="" if visit.text("no-portrait") else before.portrait,
        picture="" if visit.text("no-picture") else before.picture,
        picture_alt=visit.text("picture_alt"),
        picture_credit=visit.text("picture_credit"),
        portrait_alt=visit.text("portrait_alt"),
        portrait_credit=visit.text("portrait_credit"),
    )


def _with_pictures(site: Site, visit: Visit, typed: Typed) -> Typed:
    application = site.application
    for name in ("portrait", "picture"):
        data = visit.files.get(name)
        if data:
            alt, credit = typed.picture_alt, typed.picture_credit
            if name == "portrait":
                alt, credit = typed.portrait_alt or typed.byline, typed.portrait_credit
            facts = Facts(f"{name} of {typed.byline or 'a guest'}"[:LONGEST_LINE], alt=alt, credit=credit)
            added = library.add(application.database, application.child, application.clock, data, facts)
            typed = replace(typed, portrait=added.key) if name == "portrait" else replace(typed, picture=added.key)
    return typed


def _send(site: Site, visit: Visit, standing: Standing) -> tuple[str, str]:
    _, trouble = _keep(site, visit, standing)
    if trouble:
        return "", trouble
    with site.application.database.read() as tx:
        kept = contributions.of_link(tx, standing.link.id)
    html = _html(site, kept.typed.text)
    if html is None:
        return "", _UNREADABLE
    if not html.strip() or not kept.typed.byline:
        return "", _EMPTY
    with site.application.database.write() as tx:
        contributors.hand_in(tx, kept, html, visit.now)
    return _SENT, ""


def _agree(site: Site, visit: Visit, standing: Standing) -> tuple[str, str]:
    article = standing.article
    if article is None or visit.text("seen") != _seen(article):
        return "", _CLOSED
    with site.application.database.write() as tx:
        contributors.agree(tx, standing.contribution, article.content, visit.now)
    return _AGREED, ""


def _say(site: Site, visit: Visit, standing: Standing) -> tuple[str, str]:
    text, link = visit.text("comment"), standing.link
    name = standing.contribution.typed.byline or link.name or link.address
    article_id = standing.article.id if standing.article is not None else None
    try:
        with site.application.database.write() as tx:
            comments.say(tx, standing.issue, name, text, visit.now, article_id=article_id, link_id=link.id)
    except BadValue:
        return "", _CLOSED
    return _SAID, ""


def _html(site: Site, text: str) -> str | None:
    """Give what a guest typed or pasted as clean HTML; None where it cannot be read."""
    try:
        return site.application.child.run(prose.to_html, text, prose.guessed_name(text), seconds=LONGEST_READING)
    except (BadValue, ChildFailed):
        return None


def _is_in_time(site: Site, visit: Visit, tx: Transaction, standing: Standing) -> bool:
    network = limits.veiled(site.application.keyring, network_of(visit.network))
    return limits.take(tx, KEEPING, str(standing.link.id), visit.now) and limits.take(tx, KEEPING_NETWORK, network, visit.now)


def _standing(site: Site, visit: Visit, tx: Transaction) -> Standing:
    number = site.application.keyring.open(Purpose.CONTRIBUTE, visit.token)
    try:
        link = guests.find(tx, number, GuestPurpose.CONTRIBUTION)
        contribution = contributions.of_link(tx, link.id)
    except GuestLinkNotFound as error:
        raise LinkRunOut from error
    issue = store.load(tx, link.issue_id)
    if not link.is_open(visit.now) or issue.state not in EDITABLE:
        raise LinkRunOut
    newsletter = newsletters.by_id(tx, issue.newsletter_id)
    speech = visit.ear.speech(newsletter=newsletter.language, shown=visit.text(FIELD))
    article = contributors.article_of(tx, contribution)
    return Standing(link, contribution, issue, newsletter, speech, article, contributors.is_untouched(tx, contribution))


def _page(site: Site, visit: Visit, standing: Standing, said: str = "", trouble: str = "") -> Response:
    words, known = standing.speech.words, standing.contribution
    with site.application.database.read() as tx:
        pictures = {key: images.find(tx, key) for key in (known.typed.portrait, known.typed.picture) if key}
        remarks = [one for one in comments.comments_of(tx, standing.issue.id) if one.link_id == standing.link.id]
    return site.pages.spoken(
        standing.speech,
        "public/contribute.html",
        422 if trouble else 200,
        token=visit.token,
        newsletter=standing.newsletter,
        issue=standing.issue,
        link=standing.link,
        contribution=known,
        # What could not be kept stands in the form all the same.
        typed=replace(known.typed, text=visit.text("text")) if trouble == _TOO_LONG else known.typed,
        portrait=pictures.get(known.typed.portrait),
        picture=pictures.get(known.typed.picture),
        is_open=standing.is_open,
        is_agreed=known.state is ContributionState.AGREED
        and standing.article is not None
        and standing.article.content == known.agreed_to,
        article=standing.article,
        typed_seen=known.typed.fingerprint,
        closed=words.gettext(_CLOSED),
        seen=_seen(standing.article) if standing.article is not None else "",
        changes=_changes(standing),
        paragraphs=differences.paragraphs(standing.article.content) if standing.article is not None else (),
        remarks=remarks,
        host=_host(standing),
        said=words.gettext(said) if said else "",
        trouble=words.gettext(trouble, count=words.number(LONGEST_TEXT)) if trouble else "",
        kept=_fate(said, trouble),
        longest=LONGEST_TEXT,
        longest_line=LONGEST_LINE,
    )


def _fate(said: str, trouble: str) -> str:
    """Tell the page's script whether what a button sent is kept, so that it forgets it in the window or does not."""
    if not said and not trouble:
        return ""
    return "no" if trouble in {_TOO_LONG, _CLOSED} else "yes"


def _changes(standing: Standing) -> tuple[Passage, ...]:
    """Give what editors changed of the text that was handed in."""
    article = standing.article
    if article is None or article.content == standing.contribution.handed_in:
        return ()
    return (differences.compare_texts(standing.contribution.handed_in, article.content),)


def _seen(article: Article) -> str:
    """Name the text of an article as somebody looks at it."""
    return hashlib.sha256(article.content.encode()).hexdigest()[:_SEEN_DIGITS]


def _host(standing: Standing) -> str:
    by = standing.link.invited_by
    return standing.newsletter.sender_name if by == "local operator" else by
