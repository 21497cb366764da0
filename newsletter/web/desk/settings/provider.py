"""The provider by which the staff may sign in: set up, asked, and taken away; its secret goes in and never comes out."""

import asyncio
from collections.abc import Mapping

from starlette.responses import Response

from newsletter.errors import BadValue
from newsletter.staff import identities, provider, providersetup
from newsletter.staff.provider import Provider
from newsletter.staff.refusals import ProviderRefused
from newsletter.strongbox import Strongbox
from newsletter.web.desk.settings import sheets
from newsletter.web.visits import Site, Visit

HERE = "/desk/settings/staff/provider"
REFUSALS = (BadValue, ProviderRefused)


def show(site: Site, visit: Visit) -> Response:
    """Show the provider, or the form of one."""
    known = _known(site)
    return _form(site, visit, known, _fields(known))


def save(site: Site, visit: Visit) -> Response:
    """Let the staff come in by this provider, once it said of itself that it is the one."""
    application, known = site.application, _known(site)
    typed = {name: visit.text(name) for name in ("name", "issuer", "client_id")}
    try:
        wanted = providersetup.wanted(
            known,
            **typed,
            secret=visit.form.get("secret", ""),
            is_enough="is_enough" in visit.form,
            policy=application.fetch_policy,
        )
        asyncio.run(provider.discover(wanted, application.fetch_policy))
    except REFUSALS as refused:
        return _form(site, visit, known, {**typed, "is_enough": "is_enough" in visit.form}, refused)
    with application.database.write() as tx:
        identities.set_provider(tx, Strongbox.of(application.keyring), wanted)
        about = {"issuer": wanted.issuer, "client_id": wanted.client_id, "is_enough": wanted.is_enough}
        sheets.record(tx, visit, "provider.set", f"provider {wanted.name}", **about)
    return sheets.done(HERE, "provider-saved")


def remove(site: Site, visit: Visit) -> Response:
    """Let nobody come in by the provider any more."""
    with site.application.database.write() as tx:
        name = identities.provider_name(tx)
        if identities.remove_provider(tx):
            sheets.record(tx, visit, "provider.remove", f"provider {name}")
    return sheets.done(HERE, "provider-gone")


def _form(
    site: Site, visit: Visit, known: Provider | None, typed: Mapping[str, object], refused: Exception | None = None
) -> Response:
    back = site.application.links.provider_back()
    return sheets.page(site, visit, "provider", at="staff", refused=refused, known=known, typed=typed, back=back)


def _fields(known: Provider | None) -> Mapping[str, object]:
    if known is None:
        return {"name": "", "issuer": "", "client_id": "", "is_enough": False}
    return {"name": known.name, "issuer": known.issuer, "client_id": known.client_id, "is_enough": known.is_enough}


def _known(site: Site) -> Provider | None:
    with site.application.database.read() as tx:
        return identities.provider(tx, Strongbox.of(site.application.keyring))
