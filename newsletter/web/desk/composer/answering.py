"""How the composer answers a form: done, and the page that says so; or not done, and the page that says why."""

from collections.abc import Callable

from starlette.responses import RedirectResponse, Response

from newsletter.errors import NewsletterError
from newsletter.web.desk.composer import page
from newsletter.web.desk.composer.said import Done
from newsletter.web.visits import Site, Visit

SEE_OTHER = 303


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
    return RedirectResponse(done.place(view), SEE_OTHER)
