"""How fast mail goes: to the people of single domains, whichever relay takes it, and to a relay while an issue is mailed."""

from pydantic import Field

from newsletter.issues import store
from newsletter.mail import domains, relaybook
from newsletter.mail.domains import DomainRate
from newsletter.mail.limits import parse_rate
from newsletter.mail.relaychange import NONE, RelayChange, changed
from newsletter.staff.permissions import Permission
from newsletter.strongbox import Strongbox
from newsletter.web.api import paging
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer, Given, Line
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.routing import Routes
from newsletter.web.visits import Of

RELAYS = Permission.MANAGE_RELAYS
ONE = "/rates/{domain}"

routes = Routes("rates", "How fast mail goes, to the people of single domains and while an issue is mailed.")


class RateAnswer(Answer):
    """A domain whose people are written to no faster than so."""

    domain: str
    rate: str


class RateGiven(Given):
    """How fast."""

    rate: Line = Field(description="As `300/min`.")


class Pace(Given):
    """How fast mail goes to a relay."""

    relay: Line
    rate: Line = Field(description="As `300/min`; `none` for no limit.")


class PaceAnswer(Answer):
    """How fast mail goes to a relay now."""

    relay: str
    rate: str


@routes.post("/issues/{issue_id:int}/rate", RELAYS, Of.ISSUE)
def set_pace(call: Calling, issue_id: int, given: Pace) -> PaceAnswer:
    """Change how fast mail goes to a relay while an issue is mailed; it holds for everything that is mailed."""
    application = call.application
    strongbox = Strongbox.of(application.keyring)
    with call.acting() as acting:
        store.load(acting.tx, issue_id)
        entry = relaybook.find_to_change(acting.tx, given.relay, application.relay)
        relay = changed(relaybook.opened(entry, strongbox), RelayChange(rate=given.rate), acting.now)
        relaybook.change(acting.tx, relay, strongbox, acting.now)
        rate = str(relay.limits.rate or NONE)
        acting.record("relay.edit", f"relay {entry.name}", rate=rate)
    return PaceAnswer(relay=entry.name, rate=rate)


@routes.get("/rates", RELAYS)
def list_rates(call: Calling, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[RateAnswer]:
    """List the domains that have a rate of their own."""
    with call.reading() as tx:
        known = [one for one in domains.rates(tx) if one.rate is not None]
    shown, more = paging.part_of(known, cursor, limit)
    return Page(items=[_answer(one) for one in shown], next=more)


@routes.put(ONE, RELAYS)
def set_rate(call: Calling, domain: Line, given: RateGiven) -> RateAnswer:
    """Write to the people of a domain no faster than so, at once for everybody who waits."""
    rate = parse_rate(given.rate)
    with call.acting() as acting:
        made = domains.set_rate(acting.tx, domain, rate, acting.now)
        acting.record("domain.rate", f"domain {made.domain}", rate=str(made.rate))
    return _answer(made)


@routes.delete(ONE, RELAYS)
def remove_rate(call: Calling, domain: Line) -> None:
    """Write to the people of a domain as fast as to all others."""
    with call.acting() as acting:
        domains.remove_rate(acting.tx, domain, acting.now)
        acting.record("domain.remove", f"domain {domain}")


def _answer(one: DomainRate) -> RateAnswer:
    return RateAnswer(domain=one.domain, rate=str(one.rate))
