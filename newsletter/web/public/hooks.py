"""What providers of mail tell: 200 when it is written down, 403 when nothing proves who calls, 503 when it is to come again."""

from starlette.responses import JSONResponse, Response

from newsletter.returns.hooks.providers import PROVIDERS
from newsletter.returns.model import CameBy
from newsletter.web.faults import RETRY_AFTER, PageNotFound, TooOften
from newsletter.web.visits import Site, Visit

# A batch of SendGrid's has 768 KB at most, and a notice of Amazon's 256.
LARGEST = 1024 * 1024

# By the outcome.
_STATUS = {"taken": 200, "forged": 403, "misshapen": 422, "not-now": 503}


def take(site: Site, visit: Visit) -> Response:
    """Take in one call of a provider."""
    from newsletter.returns.hooks import taking  # noqa: PLC0415 -- thirty modules, for whoever has a provider only

    application = site.application
    hooks = application.settings.webhooks
    provider = _provider(str(visit.path["provider"]))
    if not hooks.takes(provider):
        raise PageNotFound
    if site.knocks.is_too_much(visit.network):
        raise TooOften
    call = taking.Call(provider, str(visit.path.get("secret", "")), visit.headers, visit.body)
    heard = taking.take(application.database, application.keyring, hooks, site.certificates, call, visit.now)
    if heard.outcome is taking.Outcome.FORGED:
        site.knocks.turned_away(visit.network)
    headers = {"Retry-After": str(RETRY_AFTER)} if heard.outcome is taking.Outcome.NOT_NOW else None
    return JSONResponse({"result": heard.words, "events": heard.events}, _STATUS[heard.outcome], headers)


def _provider(name: str) -> CameBy:
    for one in PROVIDERS:
        if name == one.value:
            return one
    raise PageNotFound
