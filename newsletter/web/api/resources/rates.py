"""How fast mail goes to the people of single domains, whichever relay takes it."""

from pydantic import Field

from newsletter.mail import domains
from newsletter.mail.domains import DomainRate
from newsletter.mail.limits import parse_rate
from newsletter.staff.permissions import Permission
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer, Given, Line
from newsletter.web.api.routing import Routes

RELAYS = Permission.MANAGE_RELAYS
ONE = "/rates/{domain}"

routes = Routes("rates", "How fast mail goes to the people of single domains.")


class RateAnswer(Answer):
    """A domain whose people are written to no faster than so."""

    domain: str
    rate: str


class RateGiven(Given):
    """How fast."""

    rate: Line = Field(description="As `300/min`.")


@routes.get("/rates", RELAYS)
def list_rates(call: Calling) -> list[RateAnswer]:
    """List the domains that have a rate of their own."""
    with call.reading() as tx:
        return [_answer(one) for one in domains.rates(tx) if one.rate is not None]


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
