"""Settles an alert at the desk that a person says is dealt with."""

from collections.abc import Mapping
from types import MappingProxyType

from starlette.responses import RedirectResponse, Response

from newsletter.issues import alerts
from newsletter.languages.catalogue import later
from newsletter.staff import audit
from newsletter.web.desk import mends
from newsletter.web.desk.frame import Said
from newsletter.web.faults import PageNotFound
from newsletter.web.visits import Site, Visit

SEE_OTHER = 303

# What the board says afterwards, by the word in its address.
SAID: Mapping[str, Said] = MappingProxyType(
    {
        "settled": Said(later("Settled. What is not over, or comes again, is told anew.")),
        "settled_already": Said(later("That does not wait any more. Nothing was changed."), is_done=False),
    }
)


def settle(site: Site, visit: Visit) -> Response:
    """Settle an alert; one that was settled meanwhile stays as it is.

    Raises:
        PageNotFound: there is none that they see.

    """
    with site.application.database.write() as tx:
        known = alerts.find(tx, visit.number("alert_id"))
        if known is None or not mends.seen_by(visit.actor, [known]):
            raise PageNotFound
        mends.require_settling(visit.actor, known)
        if known not in alerts.open_alerts(tx):
            return RedirectResponse("/desk?said=settled_already", SEE_OTHER)
        alerts.settle_alert(tx, known.key, visit.now)
        audit.record(tx, visit.actor, "alert.settle", f"alert {known.key}", {}, visit.now)
    return RedirectResponse("/desk?said=settled", SEE_OTHER)
