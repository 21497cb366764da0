"""Where what comes back is taken in: the mailbox, the port and the providers, what came by each last, and what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response

from newsletter.issues import alerts, newsletters
from newsletter.languages.catalogue import Words
from newsletter.returns import browsing
from newsletter.returns.hooks.providers import NAMES, PROVIDERS, path_of
from newsletter.returns.model import CameBy
from newsletter.settings import Settings
from newsletter.web.desk.settings import sheets
from newsletter.web.visits import Site, Visit

HERE = "/desk/settings/returns"


@dataclass(frozen=True, slots=True)
class Way:
    """One way by which something comes back."""

    name: str
    # As far as it may be shown; empty: it is not set.
    place: str
    # The setting that says it.
    setting: str
    is_set: bool
    # Lately; None: nothing did.
    last_at: datetime | None
    # What is wrong with it now.
    trouble: str = ""


def show(site: Site, visit: Visit) -> Response:
    """Show each way, whether it is set, and what it brought last."""
    settings = site.application.settings
    with site.application.database.read() as tx:
        last = browsing.last_by_way(tx)
        told = {one.key: one.text for one in alerts.open_alerts(tx) if one.key.startswith("returns:")}
        zone = newsletters.zone_of_house(tx)
    ways = ways_of(settings, last, told, visit.words)
    return sheets.page(
        site,
        visit,
        "returns",
        at="returns",
        ways=ways,
        reads=any(one.is_set for one in ways),
        return_domain=settings.return_domain,
        seconds=settings.returns_seconds,
        looked=browsing.WINDOW,
        last_at=max(last.values(), default=None),
        zone=zone,
    )


def ways_of(settings: Settings, last: Mapping[CameBy, datetime], told: Mapping[str, str], words: Words) -> tuple[Way, ...]:
    """Give every way there is; never a password or a secret."""
    mailbox, listen = settings.returns_mailbox, settings.returns_listen
    by_mail = (
        Way(
            words.gettext("Mailbox (IMAP)"),
            str(mailbox) if mailbox is not None else "",
            "NEWSLETTER_RETURNS_URL",
            mailbox is not None,
            last.get(CameBy.IMAP),
            told.get("returns:mailbox", ""),
        ),
        Way(
            words.gettext("Port (SMTP)"),
            str(listen) if listen is not None else "",
            "NEWSLETTER_RETURNS_LISTEN",
            listen is not None,
            last.get(CameBy.SMTP),
            told.get("returns:port", ""),
        ),
    )
    hooks = tuple(
        Way(
            words.gettext("Reports of %(provider)s", provider=NAMES[one]),
            f"{settings.public_url}{path_of(one)}" if settings.webhooks.takes(one) else "",
            f"NEWSLETTER_WEBHOOKS_{one.upper()}",
            settings.webhooks.takes(one),
            last.get(one),
        )
        for one in PROVIDERS
    )
    return (*by_mail, *hooks)
