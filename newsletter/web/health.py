"""Whether this process does its work, for the machine that watches it."""

from starlette.responses import JSONResponse, Response

from newsletter.web.visits import Site, Visit


def health(site: Site, visit: Visit) -> Response:  # noqa: ARG001 -- an endpoint's signature
    """Answer 200 while the metronome ticks and the database answers, else 503; says nothing a stranger could use."""
    ticks, answers = site.health(), site.application.database.answers()
    body = {
        "status": "ok" if ticks and answers else "failing",
        "metronome": "ticking" if ticks else "stopped",
        "database": "answers" if answers else "silent",
    }
    return JSONResponse(body, 200 if ticks and answers else 503, headers={"Cache-Control": "no-store"})
