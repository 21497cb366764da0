"""Lines of the route table for what a newsletter keeps at hand."""

from newsletter.staff.permissions import Permission
from newsletter.web.desk.stock import authors, snippets
from newsletter.web.visits import GET, POST, Of, Page

EDIT = Permission.EDIT
SNIPPETS = "/desk/newsletters/{newsletter_id:int}/snippets"
ONE = f"{SNIPPETS}/{{snippet_id:int}}"
FIELDS = ("name", "title", "link", "text")
AUTHORS = "/desk/newsletters/{newsletter_id:int}/authors"
AUTHOR = f"{AUTHORS}/{{author_id:int}}"
OF_AUTHOR = ("name", "affiliation", "aliases")

ROUTES = (
    Page(SNIPPETS, GET, snippets.show_all, EDIT, Of.NEWSLETTER),
    Page(f"{SNIPPETS}/new", GET, snippets.ask, EDIT, Of.NEWSLETTER),
    Page(f"{SNIPPETS}/new", POST, snippets.add, EDIT, Of.NEWSLETTER, takes_articles=True, fields=FIELDS),
    Page(ONE, GET, snippets.show, EDIT, Of.NEWSLETTER),
    Page(ONE, POST, snippets.save, EDIT, Of.NEWSLETTER, takes_articles=True, fields=(*FIELDS, "seen")),
    Page(f"{ONE}/remove", POST, snippets.remove, EDIT, Of.NEWSLETTER, fields=()),
    Page(f"{SNIPPETS}/back", POST, snippets.put_back, EDIT, Of.NEWSLETTER, takes_articles=True, fields=(*FIELDS, "document")),
    Page(AUTHORS, GET, authors.show_all, EDIT, Of.NEWSLETTER),
    Page(f"{AUTHORS}/new", GET, authors.ask, EDIT, Of.NEWSLETTER),
    Page(f"{AUTHORS}/new", POST, authors.add, EDIT, Of.NEWSLETTER, fields=(*OF_AUTHOR, "portrait")),
    Page(AUTHOR, GET, authors.show, EDIT, Of.NEWSLETTER),
    Page(AUTHOR, POST, authors.save, EDIT, Of.NEWSLETTER, fields=(*OF_AUTHOR, "seen")),
    Page(f"{AUTHOR}/merge", POST, authors.merge, EDIT, Of.NEWSLETTER, fields=("into",)),
    Page(f"{AUTHOR}/remove", POST, authors.remove, EDIT, Of.NEWSLETTER, fields=()),
)
