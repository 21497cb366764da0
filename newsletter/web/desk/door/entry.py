"""The door of the desk: opened once by the link that `serve` prints, closed by a button."""

from starlette.responses import RedirectResponse, Response

from newsletter.web.cookies import end_session, set_session
from newsletter.web.faults import PageNotFound
from newsletter.web.visits import Site, Visit

SEE_OTHER = 303


def question(site: Site, visit: Visit) -> Response:
    """Show the button; only the button uses the link up, so that a preview of it in a chat does not."""
    if not site.desk.opens(visit.token):
        raise PageNotFound
    return site.pages.page("desk/enter.html", token=visit.token)


def enter(site: Site, visit: Visit) -> Response:
    """Let this browser in, and nobody else by this link."""
    secret = site.desk.enter(visit.token)
    if secret is None:
        raise PageNotFound
    response = RedirectResponse("/desk", SEE_OTHER)
    set_session(response, secret, is_secure=visit.is_secure)
    return response


def leave(site: Site, visit: Visit) -> Response:
    """End this session."""
    site.desk.leave(visit.cookie)
    response = RedirectResponse("/", SEE_OTHER)
    end_session(response, is_secure=visit.is_secure)
    return response
