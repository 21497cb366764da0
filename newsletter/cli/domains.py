"""`newsletter domains`: recipients' domains that are written to more slowly than others."""

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.mail import domains as store
from newsletter.mail.limits import parse_rate
from newsletter.staff.permissions import Permission


@click.command("add")
@click.argument("domain")
@click.argument("rate")
@common
@pass_door
def add(door: Door, domain: str, rate: str) -> None:
    """Write to the people of DOMAIN no faster than RATE (10/s, 300/min, 600/h), over all relays; or change the rate.

    Everybody else goes on meanwhile. Issues wait for it; a confirmation or a proof does not.

    Example: newsletter domains add gmail.com 600/h
    """
    with door.acting(Permission.MANAGE_RELAYS) as acting:
        made = store.set_rate(acting.tx, domain, parse_rate(rate), acting.now)
        acting.record("domain.rate", f"domain {made.domain}", rate=str(made.rate))
    door.answer(
        {"domain": made.domain, "rate": str(made.rate)},
        shown.line(f"People at {made.domain} get {made.rate} at most."),
    )


@click.command("list")
@common
@pass_door
def list_(door: Door) -> None:
    """Show the domains that have a rate.

    Example: newsletter domains list
    """
    with door.reading() as tx:
        known = [(one.domain, str(one.rate)) for one in store.rates(tx) if one.rate is not None]
    door.answer(
        {"domains": [{"domain": domain, "rate": rate} for domain, rate in known]},
        shown.table(("domain", "rate"), known) if known else shown.line("No domain has a rate of its own."),
    )


@click.command("remove")
@click.argument("domain")
@common
@pass_door
def remove(door: Door, domain: str) -> None:
    """Write to the people of DOMAIN as fast as to all others.

    Example: newsletter domains remove gmail.com
    """
    with door.acting(Permission.MANAGE_RELAYS) as acting:
        store.remove_rate(acting.tx, domain, acting.now)
        acting.record("domain.remove", f"domain {domain}")
    door.answer({"removed": domain}, shown.line(f"{domain} has no rate of its own any more."))


domains = click.Group("domains", commands=[add, list_, remove], help="Domains that are written to more slowly than others.")
