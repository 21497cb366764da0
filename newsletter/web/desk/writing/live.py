"""What the editor asks for while somebody writes: who else is here, pictures, and what a paste is."""

from starlette.responses import JSONResponse, Response

from newsletter.errors import BadValue
from newsletter.images import library
from newsletter.images import store as images
from newsletter.images.fetching import LONGEST_NAME
from newsletter.images.model import Facts, Image
from newsletter.issues import contents, document
from newsletter.web.desk import sightings
from newsletter.web.desk.sightings import names_at
from newsletter.web.desk.writing import typed
from newsletter.web.visits import Site, Visit
from subscribers.oneline import one_line

# The newest; a longer list is not looked through on a page.
MOST_PICTURES = 60

UNFIT = 422


def here(site: Site, visit: Visit) -> Response:
    """Note that a window has a text open, or is closed; gives who else has it open."""
    article_id = visit.number("article_id")
    return JSONResponse({"others": names_at(article_id, sightings.seen(site, visit, f"t{article_id}"))})


def paste(site: Site, visit: Visit) -> Response:
    """Make rich text of what somebody pasted; says what of it could not be kept."""
    with site.application.database.read() as tx:
        article = contents.article_of(tx, visit.number("issue_id"), visit.number("article_id"))
    try:
        taken = typed.pasted(visit.form.get("html", ""), article)
    except BadValue as error:
        return JSONResponse({"error": visit.words.said(str(error))}, UNFIT)
    return JSONResponse({"content": document.write(taken.document).get("content", []), "losses": taken.losses})


def pictures(site: Site, _visit: Visit) -> Response:
    """Show the pictures of the library, the newest first, for the editor to choose from."""
    return _pictures(site)


def add_picture(site: Site, visit: Visit) -> Response:
    """Take a picture into the library; the list that follows has it first."""
    data = visit.files.get("file")
    if not data:
        return _pictures(site, trouble=visit.words.gettext("Choose a file first."))
    application = site.application
    alt = visit.text("alt")
    facts = Facts(one_line(alt, LONGEST_NAME) or visit.words.gettext("picture"), alt=alt, credit=visit.text("credit"))
    try:
        added = library.add(application.database, application.child, application.clock, data, facts)
    except BadValue as error:
        return _pictures(site, trouble=str(error))
    return _pictures(site, added=added)


def _pictures(site: Site, *, added: Image | None = None, trouble: str = "") -> Response:
    with site.application.database.read() as tx:
        found = images.library(tx)[:MOST_PICTURES]
    if added is not None:
        found = (added, *(one for one in found if one.key != added.key))
    answer = site.pages.page("desk/writing/_pictures.html", pictures=found, added=added, trouble=trouble)
    answer.status_code = UNFIT if trouble else 200
    return answer
