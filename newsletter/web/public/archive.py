"""What was published: newsletters, their issues, each issue's own bytes, its articles, and feeds of them."""

from dataclasses import dataclass, replace
from itertools import groupby
from zoneinfo import ZoneInfo

from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from newsletter.archive import epub, errata, index, jsonfeed, prints, shelf, syndication
from newsletter.archive.dressing import dress
from newsletter.archive.illustrations import pictures_of
from newsletter.archive.index import PublishedIssue
from newsletter.archive.reading import on_a_page
from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.languages.catalogue import words_for
from newsletter.letters import store as letters
from newsletter.letters.webcopy import corrected, public_html
from newsletter.web.faults import PageNotFound
from newsletter.web.guard import article_headers, letter_headers
from newsletter.web.public.cards import card_of_article, card_of_issue, host_of
from newsletter.web.public.publications import Publication, publication, publications, shown_newsletter
from newsletter.web.speech import Speech
from newsletter.web.visits import Site, Visit
from subscribers.tokens import Purpose
from subscribers.transaction import Transaction

# Published issues never change; a minute keeps a rush of readers off the database.
CACHE = {"Cache-Control": "public, max-age=60"}
ATOM = "application/atom+xml; charset=utf-8"
JSON_FEED = "application/feed+json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Year:
    """The issues of a year in the newsletter's zone, newest first."""

    year: int
    issues: tuple[PublishedIssue, ...]


def shelves(site: Site, visit: Visit) -> Response:
    """Show all newsletters with their latest issue."""
    with site.application.database.read() as tx:
        shown = tuple(one for one in publications(tx) if one.is_shown)
    return site.pages.spoken(visit.ear.speech(), "public/archive.html", publications=shown)


def one_shelf(site: Site, visit: Visit) -> Response:
    """Show all issues of one newsletter."""
    with site.application.database.read() as tx:
        shown = publication(tx, _newsletter(visit, tx))
        with_errata = errata.corrected(tx, [one.issue_id for one in shown.issues])
    return site.pages.spoken(
        _speech(visit, shown),
        "public/shelf.html",
        corrected=with_errata,
        newsletter=shown.newsletter,
        description=shown.description,
        subscribe=shown.subscribe,
        years=_years(shown.issues, shown.newsletter.zone),
    )


def issue(site: Site, visit: Visit) -> Response:
    """Show a published issue: the letter's own bytes, with nobody's values, below a bar and what was corrected since."""
    slug, number = str(visit.path["slug"]), visit.number("number")
    links = site.application.links
    with site.application.database.read() as tx:
        shown = publication(tx, _newsletter(visit, tx))
        found = index.published_issue(tx, slug, number)
        articles = shelf.articles_of(tx, [found.issue.issue_id]).get(found.issue.issue_id, ())
        is_printed = found.issue.issue_id in prints.printed(tx, [found.issue.issue_id])
        told = errata.errata_of(tx, found.issue.issue_id)
    # The page is the same for everybody, so what stands around the letter speaks as the newsletter does.
    speech = Speech(words_for(shown.newsletter.language), is_chosen=False, is_repeatable=False)
    values = {"newsletter": shown.newsletter, "subscribe": shown.subscribe, "issue": found.issue}
    values |= {"is_printed": is_printed, "is_book": any(one.slug for one in articles)}
    head = site.pages.render(speech, "public/_card.html", card=card_of_issue(found.issue, articles, links), **values)
    bar = site.pages.render(speech, "public/_bar.html", **values)
    words, zone = speech.words, shown.newsletter.zone
    html = corrected(public_html(found.letter, links, slug, number), errata.spelled(told, words, zone), words)
    html = dress(html, head, bar)
    return HTMLResponse(html, headers={**letter_headers(html), **CACHE})


def issue_by_link(site: Site, visit: Visit) -> Response:
    """Show a published issue to whoever got it, by the link in its mail: its newsletter need not be on the web."""
    application = site.application
    issue_id = application.keyring.open(Purpose.READ, visit.token)
    with application.database.read() as tx:
        found = index.by_id(tx, issue_id)
        newsletter = newsletters.by_id(tx, found.newsletter_id)
        letter = letters.load(tx, found.letter_id)
        told = errata.errata_of(tx, issue_id)
    words = words_for(newsletter.language)
    corrections = errata.spelled(told, words, newsletter.zone)
    address = application.links.read(visit.token)
    html = corrected(public_html(letter, application.links, newsletter.slug, found.number, address), corrections, words)
    return HTMLResponse(html, headers=letter_headers(html))


def article(site: Site, visit: Visit) -> Response:
    """Show one article of a published issue."""
    links = site.application.links
    with site.application.database.read() as tx:
        shown = publication(tx, _newsletter(visit, tx))
        published = index.find(tx, shown.newsletter.slug, visit.number("number"))
        articles = shelf.articles_of(tx, [published.issue_id]).get(published.issue_id, ())
        found = shelf.article_of(articles, str(visit.path["article"]))
    answer = site.pages.spoken(
        _speech(visit, shown),
        "public/article.html",
        newsletter=shown.newsletter,
        subscribe=shown.subscribe,
        issue=published,
        article=found,
        body=Markup(on_a_page(found.html)),  # noqa: S704 -- sanitised when it was made fit for the letter
        picture=found.picture if found.picture and found.picture not in found.html else "",
        place=host_of(found.link),
        others=[one for one in articles if one.slug],
        card=card_of_article(published, found, links),
    )
    answer.headers.update({**article_headers(bytes(answer.body).decode()), **CACHE})
    return answer


def pdf(site: Site, visit: Visit) -> Response:
    """Give a published issue as it is printed."""
    with site.application.database.read() as tx:
        newsletter = _newsletter(visit, tx)
        published = index.find(tx, newsletter.slug, visit.number("number"))
        body = prints.load(tx, published.issue_id)
    if body is None:
        raise PageNotFound
    name = f"{newsletter.slug}-{published.number}.pdf"
    headers = {**CACHE, "Content-Disposition": f'inline; filename="{name}"'}
    return Response(body, headers=headers, media_type="application/pdf")


def book(site: Site, visit: Visit) -> Response:
    """Give a published issue as a book for reading devices."""
    with site.application.database.read() as tx:
        newsletter = _newsletter(visit, tx)
        volume = _volume(tx, newsletter, index.find(tx, newsletter.slug, visit.number("number")))
    if not volume.told:
        raise PageNotFound
    body = epub.book(volume, site.application.links, words_for(volume.newsletter.language))
    name = f"{newsletter.slug}-{volume.issue.number}.epub"
    headers = {**CACHE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, headers=headers, media_type=epub.MEDIA_TYPE)


def _volume(tx: Transaction, newsletter: Newsletter, published: PublishedIssue) -> epub.Volume:
    """Give what a book is made of; the newsletter is called as it was when the issue was approved."""
    articles = shelf.articles_of(tx, [published.issue_id]).get(published.issue_id, ())
    draft, pieces = letters.load(tx, published.letter_id).draft, letters.pieces_of(tx, published.letter_id)
    called = pieces.newsletter if pieces is not None else newsletter.name
    then = replace(newsletter, name=called, language=draft.language, sender_name=draft.sender_name)
    told = errata.errata_of(tx, published.issue_id)
    return epub.Volume(
        newsletter=then,
        issue=published,
        articles=articles,
        pictures=pictures_of(tx, " ".join(one.shown for one in articles)),
        corrections=errata.spelled(told, words_for(then.language), newsletter.zone),
        corrected_at=told[-1].published_at if told else None,
    )


def feed(site: Site, visit: Visit) -> Response:
    """Give the published issues as an Atom feed."""
    with site.application.database.read() as tx:
        newsletter = _newsletter(visit, tx)
        body = syndication.atom(newsletter, index.published(tx, newsletter.id), site.application.links)
    return Response(body, headers=CACHE, media_type=ATOM)


def json_feed(site: Site, visit: Visit) -> Response:
    """Give the published issues as a JSON feed."""
    with site.application.database.read() as tx:
        shown = publication(tx, _newsletter(visit, tx))
        latest = shown.issues[: syndication.MOST_ENTRIES]
        ids = [one.issue_id for one in latest]
        articles, printed = shelf.articles_of(tx, ids), prints.printed(tx, ids)
    body = jsonfeed.json_feed(shown.newsletter, shown.description, latest, articles, printed, site.application.links)
    return Response(body, headers=CACHE, media_type=JSON_FEED)


def with_slash(site: Site, visit: Visit) -> Response:  # noqa: ARG001 -- an endpoint's signature
    """Send a reader who left the slash away to the page that has it."""
    slug = visit.path.get("slug")
    return RedirectResponse(f"/archive/{slug}/" if slug else "/archive/", 308)


def _newsletter(visit: Visit, tx: Transaction) -> Newsletter:
    return shown_newsletter(tx, str(visit.path["slug"]))


def _speech(visit: Visit, shown: Publication) -> Speech:
    return visit.ear.speech(list_=shown.list.language, newsletter=shown.newsletter.language)


def _years(issues: tuple[PublishedIssue, ...], zone: str) -> tuple[Year, ...]:
    local = ZoneInfo(zone)
    years = groupby(issues, key=lambda item: item.published_at.astimezone(local).year)
    return tuple(Year(year, tuple(items)) for year, items in years)
