"""Whether this process does its work, for the machine that watches it."""

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.responses import JSONResponse, Response

from newsletter.web.visits import Site, Visit

log = structlog.get_logger()


def health(site: Site, visit: Visit) -> Response:  # noqa: ARG001 -- an endpoint's signature
    """Answer 200 while the metronome ticks and the database answers, else 503; says nothing a stranger could use."""
    ticks, answers = site.health(), _database_answers(site)
    body = {
        "status": "ok" if ticks and answers else "failing",
        "metronome": "ticking" if ticks else "stopped",
        "database": "answers" if answers else "silent",
    }
    return JSONResponse(body, 200 if ticks and answers else 503, headers={"Cache-Control": "no-store"})


def _database_answers(site: Site) -> bool:
    try:
        with site.application.database.read() as tx:
            tx.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        log.warning("the database does not answer", reason=str(error))
        return False
    return True
