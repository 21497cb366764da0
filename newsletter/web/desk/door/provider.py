"""Signing in by the provider of this instance (OpenID Connect): the way there, and the way back."""

import asyncio
import hmac
from collections.abc import Mapping

from starlette.responses import RedirectResponse, Response

from newsletter.languages.catalogue import later
from newsletter.staff import audit, backoff, challenges, doorlinks, failures, identities, provider, providersigning
from newsletter.staff.failures import Counter
from newsletter.staff.provider import Metadata, Provider, Way
from newsletter.staff.refusals import NotOnStaff, ProviderRefused, SlowDown
from newsletter.staff.secrets import new_secret
from newsletter.web.desk.door import account, signin, steps
from newsletter.web.desk.door.steps import Step, StepKind
from newsletter.web.faults import PageNotFound, StepOver
from newsletter.web.visits import Site, Visit
from subscribers.networks import network_of
from subscribers.oneline import one_line

SEE_OTHER = 303
REFUSED = 403
TOO_MANY = 429

THERE = "/desk/sign-in/provider"
BACK = "/desk/sign-in/provider/back"

# No provider's code is longer.
LONGEST_CODE = 4096
LONGEST_ERROR = 60

CANCELLED = later("Nothing came of it. Try again, or sign in with your password.")


def go(site: Site, visit: Visit) -> Response:
    """Send somebody to the provider.

    A link and no form: browsers do not follow a form to another site (form-action). It changes nothing but a cookie.
    """
    return _sent(site, visit, Step(StepKind.PROVIDER, steps.NOBODY, steps.own_path(visit.query.get("next", ""))))


def go_by_link(site: Site, visit: Visit) -> Response:
    """Send somebody to the provider who was given a link to the door; only their coming back uses it up.

    Whoever comes from elsewhere is shown whose link it is first: behind a provider that knows them they would be let in to
    that account at once, and known as its owner from then on, without having pressed anything.
    """
    with site.application.database.read() as tx:
        known = doorlinks.opened(tx, site.application.keyring, visit.token, visit.wall)
    if not visit.is_from_ours:
        return RedirectResponse(f"/desk/link/{visit.token}", SEE_OTHER)
    return _sent(site, visit, Step(StepKind.PROVIDER, known.id, values={"link": visit.token}))


def back(site: Site, visit: Visit) -> Response:
    """Let somebody in who comes back from the provider, or ask for their second factor."""
    try:
        step = steps.under_way(site, visit, StepKind.PROVIDER)
    except StepOver:
        return signin.late()
    if not hmac.compare_digest(visit.query.get("state", "").encode(), step.values["state"].encode()):
        return signin.late()
    said = visit.query.get("error", "")
    if said:
        return signin.shown(site, visit, step.onward, error=_cancelled(said, visit), status=REFUSED)
    try:
        return _let_in(site, visit, step)
    except SlowDown as slow:
        return signin.shown(site, visit, step.onward, error=str(slow), status=TOO_MANY)
    except (ProviderRefused, NotOnStaff) as wrong:
        return signin.shown(site, visit, step.onward, error=str(wrong), status=REFUSED)


def _cancelled(said: str, visit: Visit) -> str:
    if said == "access_denied":
        return visit.words.gettext(CANCELLED)
    return visit.words.gettext(
        "Nothing came of it. Try again, or sign in with your password. The provider says: %(error)s.",
        error=one_line(said, LONGEST_ERROR),
    )


def unbind(site: Site, visit: Visit) -> Response:
    """Let nobody come in to one's own account by the provider any more."""
    with site.application.database.write() as tx:
        if not identities.unbind(tx, account.account_id(visit)):
            raise PageNotFound
        audit.record(tx, visit.actor, "identity.unbind", f"account {visit.actor.name}", {}, visit.now)
    return RedirectResponse(f"{account.HERE}?said=unbound", SEE_OTHER)


def _sent(site: Site, visit: Visit, step: Step) -> Response:
    known = _provider(site)
    try:
        metadata = _discovered(site, visit, known)
    except (ProviderRefused, SlowDown) as wrong:
        status = TOO_MANY if isinstance(wrong, SlowDown) else REFUSED
        return signin.shown(site, visit, step.onward, error=str(wrong), status=status)
    values = {"state": new_secret(), "nonce": new_secret(), "verifier": new_secret()}
    response = RedirectResponse(provider.asking(known, metadata, _way(site, values)), SEE_OTHER)
    steps.begin(site, visit, response, Step(step.kind, step.account_id, step.onward, {**step.values, **values}))
    return response


def _let_in(site: Site, visit: Visit, step: Step) -> Response:
    application, known = site.application, _provider(site)
    metadata = _discovered(site, visit, known)
    _require_from(visit.query.get("iss"), known, metadata)
    code = visit.query.get("code", "")
    if not 0 < len(code) <= LONGEST_CODE:
        raise ProviderRefused("sent no code")
    with application.database.write() as tx:
        if not challenges.spend(tx, step.values["state"], visit.wall):
            raise ProviderRefused("was asked once already; begin again")
    found = asyncio.run(provider.person(known, metadata, _way(site, step.values), code, application.fetch_policy, visit.wall))
    link = step.values.get("link", "")
    with application.database.write() as tx:
        recognised = providersigning.recognise(tx, application.keyring, known, found, link, visit.wall)
    is_enough = known.is_enough and recognised.binding is None
    return signin.admit(site, visit, recognised.account, step.onward, is_whole=is_enough, binding=recognised.binding)


def _require_from(issuer: str | None, known: Provider, metadata: Metadata) -> None:
    # RFC 9207: an answer of one provider is not taken for another's.
    if issuer != known.issuer and (issuer is not None or metadata.says_issuer):
        raise ProviderRefused("says that it is another issuer than the one that is set")


def _discovered(site: Site, visit: Visit, known: Provider) -> Metadata:
    """Ask the provider what it says of itself, once an hour; strangers who ask on while it does not answer wait."""
    policy = site.application.fetch_policy
    counters = (Counter(f"provider:{network_of(visit.network)}", backoff.OF_NETWORK),)

    def ask() -> Metadata:
        with site.application.database.write() as tx:
            failures.begin(tx, counters, visit.wall)
        metadata = asyncio.run(provider.discover(known, policy))
        with site.application.database.write() as tx:
            failures.succeed(tx, counters)
        return metadata

    hour = visit.wall.replace(minute=0, second=0, microsecond=0)
    return site.providers.get("provider", (known.issuer, hour), ask)


def _way(site: Site, values: Mapping[str, str]) -> Way:
    return Way(site.application.links.provider_back(), values["state"], values["nonce"], values["verifier"])


def _provider(site: Site) -> Provider:
    with site.application.database.read() as tx:
        known = identities.provider(tx, steps.strongbox(site))
    if known is None:
        raise PageNotFound
    return known
