"""Looks for words in everything that was published."""

from dataclasses import replace
from urllib.parse import urlencode

from starlette.responses import Response

from newsletter.archive import search as archive
from newsletter.archive.query import LONGEST_QUERY, read_query
from newsletter.web.public.publications import shown_newsletters
from newsletter.web.speech import FIELD
from newsletter.web.visits import Site, Visit
from subscribers.oneline import one_line

# Nobody turns more pages; a machine that does walks through the index each time.
MOST_PAGES = 20

# What is found depends on the question; nobody is to find it by another search engine.
HEADERS = {"X-Robots-Tag": "noindex", "Cache-Control": "private, max-age=60"}


def search(site: Site, visit: Visit) -> Response:
    """Show where the words stand that somebody looks for, and the form that asks for them."""
    asked = one_line(visit.query.get("q", ""), LONGEST_QUERY)
    page = _page(visit.query.get("page", ""))
    query = read_query(asked)
    with site.application.database.read() as tx:
        all_shown = shown_newsletters(tx)
        chosen = next((one for one in all_shown if one.slug == visit.query.get("in", "")), None)
        among = (chosen,) if chosen else all_shown
        found = archive.search(tx, query, among, page=page)
    language = among[0].language if len(among) == 1 else ""
    where = {"in": chosen.slug} if chosen else {}
    kept = {"q": asked, **where} if asked else where
    speech = replace(visit.ear.speech(newsletter=language), asked=kept)

    def there(number: int) -> str:
        chosen_language = {FIELD: speech.language.code} if speech.is_chosen else {}
        return "?" + urlencode({**kept, "page": number, **chosen_language})

    answer = site.pages.spoken(
        speech,
        "public/search.html",
        asked=asked,
        is_asked=not query.is_empty,
        newsletters=all_shown,
        chosen=chosen,
        found=found,
        zones={one.id: one.zone for one in all_shown},
        before=there(page - 1) if page > 1 else "",
        behind=there(page + 1) if found.has_more and page < MOST_PAGES else "",
    )
    answer.headers.update(HEADERS)
    return answer


def _page(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < len(str(MOST_PAGES)) + 1 else 1
    return min(max(number, 1), MOST_PAGES)
