"""Every page outside the desk (`web.desk.routes`): path, methods, endpoint, and the permission it needs beside it."""

from newsletter.web import assets, health, metrics
from newsletter.web.public import (
    address,
    archive,
    clicks,
    confirm,
    contribute,
    crawlers,
    dates,
    events,
    home,
    hooks,
    images,
    leave,
    linkbymail,
    mydata,
    preferences,
    review,
    search,
    subscribe,
    subscribejson,
)
from newsletter.web.visits import GET, POST, Page
from subscribers.tokens import Purpose

# What a browser asks before it lets a page send JSON to another site.
PREFLIGHT = ("OPTIONS",)

# The answer to a form that takes an address leaves after this time whether the address is new, waiting, confirmed or
# suppressed, so that a stopwatch tells nothing (composing and committing take a fifth of it).
EVEN_SECONDS = 0.4

ROUTES = (
    # For everybody.
    Page("/", GET, home.home, None),
    Page("/subscribe/{list_slug}", GET, subscribe.form, None),
    Page("/subscribe/{list_slug}", POST, subscribe.request, None, answers_after=EVEN_SECONDS),
    Page("/subscribe/{list_slug}/form", GET, subscribe.embed, None),
    Page("/subscribe/{list_slug}/json", GET, subscribejson.describe, None, speaks_json=True),
    Page("/subscribe/{list_slug}/json", POST, subscribejson.request, None, answers_after=EVEN_SECONDS, speaks_json=True),
    Page("/subscribe/{list_slug}/json", PREFLIGHT, subscribejson.allow, None, speaks_json=True),
    Page("/preferences/{list_slug}", GET, linkbymail.form, None),
    Page("/preferences/{list_slug}", POST, linkbymail.request, None, answers_after=EVEN_SECONDS),
    Page("/archive", GET, archive.with_slash, None),
    Page("/archive/", GET, archive.shelves, None),
    Page("/archive/search", GET, search.search, None),
    Page("/archive/{slug}", GET, archive.with_slash, None),
    Page("/archive/{slug}/", GET, archive.one_shelf, None),
    Page("/archive/{slug}/atom.xml", GET, archive.feed, None),
    Page("/archive/{slug}/feed.json", GET, archive.json_feed, None),
    Page("/archive/{slug}/{number:int}.pdf", GET, archive.pdf, None),
    Page("/archive/{slug}/{number:int}.epub", GET, archive.book, None),
    Page("/archive/{slug}/{number:int}", GET, archive.issue, None),
    Page("/images/{name}", GET, images.image, None),
    Page("/archive/{slug}/{number:int}/{article}", GET, archive.article, None),
    Page("/robots.txt", GET, crawlers.robots, None),
    Page("/sitemap.xml", GET, crawlers.sitemap, None),
    Page("/events/{token}.ics", GET, events.show, None),
    Page("/static/{name}", GET, assets.asset, None),
    Page("/healthz", GET, health.health, None),
    Page("/readyz", GET, metrics.ready, None),
    # For whoever has the token; it comes in a header, and no body does.
    Page("/metrics", GET, metrics.show, None, takes_raw=1),
    # For providers of mail, each of whom proves itself.
    Page("/hooks/{provider}", POST, hooks.take, None, takes_raw=hooks.LARGEST),
    Page("/hooks/{provider}/{secret}", POST, hooks.take, None, takes_raw=hooks.LARGEST),
    # For whoever holds the link of a mail.
    Page("/c/{token}", GET, confirm.question, None),
    Page("/c/{token}", POST, confirm.confirm, None),
    Page("/u/{token}", GET, leave.question, None),
    # A no must not fail on the form of its body.
    Page("/u/{token}", POST, leave.leave, None, takes_any_body=True),
    Page("/u/{token}/reason", POST, leave.say_why, None),
    Page("/p/{token}", GET, preferences.show, None),
    Page("/p/{token}", POST, preferences.save, None),
    Page("/p/{token}/address", GET, address.form, None),
    Page("/p/{token}/address", POST, address.request, None, answers_after=EVEN_SECONDS),
    Page("/m/{token}", GET, address.question, None),
    Page("/m/{token}", POST, address.move, None),
    Page("/b/{token}", GET, address.question_back, None),
    Page("/b/{token}", POST, address.move_back, None),
    Page("/p/{token}/data", POST, mydata.request, None),
    Page("/l/{token}", GET, clicks.follow, None),
    Page("/l/{token}/{person}", GET, clicks.follow, None),
    Page("/read/{token}", GET, archive.issue_by_link, None),
    Page("/calendar/{token}.ics", GET, dates.show, None),
    Page("/d/{token}", GET, mydata.show, None),
    Page("/d/{token}/links", POST, mydata.answer, None),
    Page("/d/{token}/everything.json", GET, mydata.download, None),
    Page("/d/{token}/erase", GET, mydata.question, None),
    Page("/d/{token}/erase", POST, mydata.erase, None),
    Page("/r/{token}", GET, review.show, None),
    Page("/r/{token}", POST, review.comment, None),
    Page("/r/{token}/letter", GET, review.letter, None),
    Page("/w/{token}", GET, contribute.show, None),
    Page("/w/{token}", POST, contribute.act, None, takes_files=Purpose.CONTRIBUTE),
    Page("/w/{token}/letter", GET, contribute.letter, None),
)
