"""The lines of the route table for writing."""

from newsletter.staff.permissions import Permission
from newsletter.web.desk.writing import article, beside, guests, history, lineage, live, overtaken, remarks, unsaved
from newsletter.web.visits import GET, POST, Of, Page

_ISSUE = "/desk/issues/{issue_id:int}"
_ARTICLE = _ISSUE + "/articles/{article_id:int}"
_VERSIONS = _ISSUE + "/versions"
_GUESTS = _ISSUE + "/contributions"

P = Permission

# What their forms and scripts send; a field with another name is answered with 422 (A39).
_SHOWN = ("version",)
_TEXT = (*_SHOWN, "title", "byline", "document")
_PICTURE = ("file", "alt", "credit")
_INVITED = ("section", "name", "address", "day", "words", "note")

ROUTES = (
    Page(_ARTICLE, GET, article.show, P.VIEW, Of.ARTICLE),
    Page(_ARTICLE, POST, article.save, P.EDIT, Of.ARTICLE, takes_articles=True, fields=(*_TEXT, "text", "ends", "by")),
    Page(f"{_ARTICLE}/unsaved", POST, unsaved.show, P.EDIT, Of.ARTICLE, takes_articles=True, fields=_TEXT),
    Page(f"{_ARTICLE}/versions", GET, lineage.show, P.VIEW, Of.ARTICLE),
    Page(f"{_ARTICLE}/beside/{{label}}", GET, beside.show, P.VIEW, Of.ARTICLE),
    Page(f"{_ARTICLE}/take", POST, beside.take, P.EDIT, Of.ARTICLE, fields=(*_SHOWN, "label")),
    Page(f"{_ARTICLE}/post", GET, overtaken.show, P.VIEW, Of.ARTICLE),
    Page(f"{_ARTICLE}/post", POST, overtaken.decide, P.EDIT, Of.ARTICLE, fields=("version", "act", "shown", "ends")),
    Page(f"{_ARTICLE}/here", POST, live.here, P.EDIT, Of.ARTICLE, fields=("window", "leaves")),
    Page(f"{_ARTICLE}/paste", POST, live.paste, P.EDIT, Of.ARTICLE, takes_articles=True, fields=("html",)),
    Page(f"{_ARTICLE}/pictures", GET, live.pictures, P.EDIT, Of.ARTICLE),
    Page(f"{_ARTICLE}/pictures", POST, live.add_picture, P.EDIT, Of.ARTICLE, takes_uploads=True, fields=_PICTURE),
    Page(f"{_ARTICLE}/comments", POST, remarks.say, P.EDIT, Of.ARTICLE, fields=("comment",)),
    Page(f"{_ARTICLE}/comments/{{comment_id:int}}/done", POST, remarks.resolve, P.EDIT, Of.ARTICLE, fields=("answer",)),
    Page(_VERSIONS, GET, history.show, P.VIEW, Of.ISSUE),
    Page(f"{_VERSIONS}/undo", POST, history.undo, P.EDIT, Of.ISSUE, fields=_SHOWN),
    Page(f"{_VERSIONS}/{{label}}", GET, history.one, P.VIEW, Of.ISSUE),
    Page(f"{_VERSIONS}/{{label}}/restore", POST, history.restore, P.EDIT, Of.ISSUE, fields=_SHOWN),
    Page(_GUESTS, GET, guests.show, P.VIEW, Of.ISSUE),
    Page(_GUESTS, POST, guests.invite, P.EDIT, Of.ISSUE, fields=_INVITED),
    Page(f"{_GUESTS}/{{number:int}}/ask", POST, guests.ask, P.EDIT, Of.ISSUE, fields=("note",)),
    Page(f"{_GUESTS}/{{number:int}}/remind", POST, guests.remind, P.EDIT, Of.ISSUE, fields=()),
    Page(f"{_GUESTS}/{{number:int}}/withdraw", POST, guests.withdraw, P.EDIT, Of.ISSUE, fields=()),
)
