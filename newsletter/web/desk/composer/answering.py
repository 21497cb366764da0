"""How the composer answers a form: done, and the page that says so; or not done, and the page that says why."""

from collections.abc import Callable

from starlette.responses import JSONResponse, RedirectResponse, Response

from newsletter.errors import NewsletterError
from newsletter.web.desk.composer import page, preview
from newsletter.web.desk.composer.said import Done
from newsletter.web.visits import Site, Visit

SEE_OTHER = 303

# The field by which the script of the page asks to be given the letter first, and where the page is: the letter is what
# somebody looks at, and the page takes as long again.
BY_FIELD = "by"
BY_SCRIPT = "script"


def answered(site: Site, visit: Visit, work: Callable[[], Done], *, open: str = "") -> Response:  # noqa: A002 -- as the address has it
    """Answer with what *work* did; where it was refused, with the form that is *open*, as it was typed.

    Raises:
        IssueNotFound: there is no such issue.

    """
    view = page.kept_view(visit)
    try:
        done = work()
    except NewsletterError as error:
        return page.refused(site, visit, view.opening(open), error)
    if visit.text(BY_FIELD) == BY_SCRIPT:
        return JSONResponse({"place": done.place(view), **preview.told(site, visit, view)})
    return RedirectResponse(done.place(view), SEE_OTHER)
