"""Counted links of letters: they lead to the one address that was kept when the letter was approved, and nowhere else."""

from starlette.responses import RedirectResponse, Response

from newsletter.letters import redirects
from newsletter.letters.counted import token_in
from newsletter.mail.clicking import Click, is_program
from newsletter.web.faults import PageNotFound
from newsletter.web.visits import Site, Visit
from subscribers.errors import TokenInvalid
from subscribers.tokens import Purpose

FOUND = 302


def follow(site: Site, visit: Visit) -> Response:
    """Lead on, and count it; of whom nothing is known nothing is kept but that somebody came."""
    token = token_in(visit.token)
    if token is None:
        raise PageNotFound
    with site.application.database.read() as tx:
        link = redirects.find(tx, token)
    if link is None:
        raise PageNotFound
    # Who only asks what there is, or loads it before anybody wants it, follows nothing.
    if not visit.is_ahead:
        caller = site.clicks.caller(visit.network, visit.agent)
        whose = _whose(site, visit)
        site.clicks.take(Click(visit.wall, visit.now, link.id, link.letter_id, caller, is_program(visit.agent), whose))
    return RedirectResponse(link.url, FOUND)


def _whose(site: Site, visit: Visit) -> int | None:
    """Give the subscription that an address names; a damaged name is nobody's, and the link leads on all the same."""
    try:
        return site.application.keyring.open(Purpose.CLICK, str(visit.path.get("person", "")))
    except TokenInvalid:
        return None
