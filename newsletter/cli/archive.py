"""`newsletter archive`: what readers find on the web, looked through and taken in anew."""

import click

from newsletter.archive import search as finding
from newsletter.archive import shelf, shelving
from newsletter.archive.query import read_query
from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.errors import BadValue
from newsletter.issues import newsletters
from newsletter.staff.permissions import Permission

# More than any newsletter has issues.
EVERY_ISSUE = 100_000


@click.command("index")
@click.argument("newsletter", required=False)
@common
@pass_door
def index(door: Door, newsletter: str | None) -> None:
    """Take all published issues of NEWSLETTER, or of all, into the archive anew: pages of articles and words to be found.

    The worker takes in what is published; this is for after a change of the newsletter's language or of the public address.
    It is made of what was kept when each issue was approved: no template is asked, and what is shown stays as it is.

    Example: newsletter archive index cpdwl
    """
    application = door.application
    with door.acting(Permission.MANAGE_NEWSLETTERS) as acting:
        owner = newsletters.find(acting.tx, newsletter) if newsletter else None
        shelf.forget(acting.tx, owner.id if owner else None)
        acting.record("archive.index", f"newsletter {owner.name}" if owner else "all newsletters")
    taken = shelving.take_in(application.database, application.links, application.clock, most=EVERY_ISSUE)
    with door.reading() as tx:
        articles = sum(len(found) for found in shelf.articles_of(tx, taken).values())
    door.answer(
        {"issues": sorted(taken), "articles": articles},
        shown.line(f"Taken in: {len(taken)} issues with {articles} articles."),
    )


@click.command("search")
@click.argument("query")
@click.option("--in", "newsletter", metavar="NEWSLETTER", help="Look in this one only.")
@common
@pass_door
def search(door: Door, query: str, newsletter: str | None) -> None:
    """Look for QUERY in everything that was published: words, "words side by side", and -words that must not be there.

    Also in newsletters whose archive is off.

    Example: newsletter archive search mentoring --in cpdwl
    """
    asked = read_query(query)
    if asked.is_empty:
        raise BadValue("query", query, "has no word to look for")
    links = door.application.links
    with door.reading() as tx:
        among = [newsletters.find(tx, newsletter)] if newsletter else list(newsletters.all_newsletters(tx))
        found = finding.search(tx, asked, among)
    document = [
        {
            "newsletter": hit.newsletter_slug,
            "number": hit.number,
            "issue": hit.issue_title,
            "title": hit.title,
            "byline": hit.byline,
            "around": "".join(bit.text for bit in hit.bits),
            "link": links.article(hit.newsletter_slug, hit.number, hit.slug)
            if hit.slug
            else links.issue(hit.newsletter_slug, hit.number),
        }
        for hit in found.hits
    ]
    rows = [(hit.newsletter_slug, hit.number, hit.title, "".join(bit.text for bit in hit.bits)) for hit in found.hits]
    door.answer(
        {"query": query, "hits": document, "has_more": found.has_more},
        shown.table(("newsletter", "#number", "title", "around it"), rows) if rows else shown.line("Nothing was found."),
    )


archive = click.Group("archive", commands=[index, search], help="What readers find on the web.")
