"""Retention: what is kept of people for how long, and what would be forgotten if it were done now."""

from datetime import timedelta

from starlette.responses import Response

from newsletter.errors import TookTooLong
from newsletter.languages.catalogue import Words
from newsletter.people import retention
from newsletter.web.desk.settings import sheets
from newsletter.web.visits import Site, Visit

# Counting walks everybody who left; whoever dry-runs it sits in front of it.
LONGEST_COUNT = 20.0

# Which setting says how long, by the names of the rules.
_SET_BY = {
    "deliveries": "NEWSLETTER_KEEP_DELIVERIES",
    "networks": "NEWSLETTER_KEEP_NETWORKS",
    "departures": "NEWSLETTER_KEEP_NETWORKS",
    "left": "NEWSLETTER_KEEP_LEFT",
    "evidence": "NEWSLETTER_KEEP_LEFT",
    "clicks": "NEWSLETTER_KEEP_CLICKS",
    "guests": "NEWSLETTER_KEEP_GUESTS",
}


def show(site: Site, visit: Visit) -> Response:
    """Show how long what is kept."""
    return _page(site, visit, found=None, trouble="")


def rehearse(site: Site, visit: Visit) -> Response:
    """Count what would be forgotten now; forgets nothing."""
    followed = _rules(site, visit)
    try:
        with site.application.database.read(within=LONGEST_COUNT) as tx:
            found = retention.due(tx, followed, visit.now)
    except TookTooLong as error:
        told = visit.words.gettext(
            "%(problem)s “newsletter retention run --dry-run” counts for as long as it takes.", problem=error
        )
        return _page(site, visit, found=None, trouble=told)
    return _page(site, visit, found=found, trouble="")


def lasting(keep: timedelta | None, words: Words) -> str:
    """Say how long something is kept."""
    return words.gettext("for ever") if keep is None else words.ngettext("%(num)s day", "%(num)s days", keep.days)


def _rules(site: Site, visit: Visit) -> tuple[retention.Rule, ...]:
    return retention.rules(site.application.settings.keep, site.application.keyring, visit.now)


def _page(site: Site, visit: Visit, *, found: object, trouble: str) -> Response:
    rows = [(rule, _SET_BY[rule.name], lasting(rule.keep, visit.words)) for rule in _rules(site, visit)]
    return sheets.page(site, visit, "retention", at="retention", rows=rows, found=found, trouble=trouble)
