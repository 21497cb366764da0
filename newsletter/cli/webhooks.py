"""`newsletter returns hooks`: the providers that tell by webhook what comes back."""

from collections.abc import Mapping
from datetime import datetime

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.returns import returnbook
from newsletter.returns.hooks.providers import BY_SECRET, NAMES, PROVIDERS, path_of
from newsletter.returns.model import CameBy

# Stands for a secret that is shown to nobody; whoever set it knows it.
_SECRET = "SECRET"  # noqa: S105 -- a name for one


@click.command("hooks")
@common
@pass_door
def hooks_(door: Door) -> None:
    """Tell which providers are switched on, the address each calls, and when it was last heard of.

    In an address SECRET stands for what its setting has.

    Example: newsletter returns hooks --json
    """
    with door.reading() as tx:
        latest = returnbook.latest_by_way(tx)
    known = [_document(door, one, latest) for one in PROVIDERS]
    rows = [
        (NAMES[one], "on" if told["is_on"] else "off", told["setting"], told["url"] or "", shown.moment(latest.get(one)))
        for one, told in zip(PROVIDERS, known, strict=True)
    ]
    door.answer({"providers": known}, shown.table(("provider", "state", "setting", "address", "last heard of"), rows))


def _document(door: Door, provider: CameBy, latest: Mapping[CameBy, datetime]) -> dict[str, object]:
    is_on = door.settings.webhooks.takes(provider)
    secret = f"/{_SECRET}" if provider in BY_SECRET else ""
    last = latest.get(provider)
    return {
        "provider": provider.value,
        "is_on": is_on,
        "setting": f"NEWSLETTER_WEBHOOKS_{provider.upper()}",
        "url": f"{door.settings.public_url}{path_of(provider)}{secret}" if is_on else None,
        "last_at": last.isoformat() if last else None,
    }
