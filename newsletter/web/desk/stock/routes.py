"""Lines of the route table for what a newsletter keeps at hand."""

from newsletter.staff.permissions import Permission
from newsletter.web.desk.stock import snippets
from newsletter.web.visits import GET, POST, Of, Page

EDIT = Permission.EDIT
SNIPPETS = "/desk/newsletters/{newsletter_id:int}/snippets"
ONE = f"{SNIPPETS}/{{snippet_id:int}}"
FIELDS = ("name", "title", "link", "text")

ROUTES = (
    Page(SNIPPETS, GET, snippets.show_all, EDIT, Of.NEWSLETTER),
    Page(f"{SNIPPETS}/new", GET, snippets.ask, EDIT, Of.NEWSLETTER),
    Page(f"{SNIPPETS}/new", POST, snippets.add, EDIT, Of.NEWSLETTER, takes_articles=True, fields=FIELDS),
    Page(ONE, GET, snippets.show, EDIT, Of.NEWSLETTER),
    Page(ONE, POST, snippets.save, EDIT, Of.NEWSLETTER, takes_articles=True, fields=(*FIELDS, "seen")),
    Page(f"{ONE}/remove", POST, snippets.remove, EDIT, Of.NEWSLETTER, fields=()),
    Page(f"{SNIPPETS}/back", POST, snippets.put_back, EDIT, Of.NEWSLETTER, takes_articles=True, fields=(*FIELDS, "document")),
)
