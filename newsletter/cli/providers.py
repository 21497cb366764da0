"""`newsletter staff provider…`: where the staff may sign in besides (OpenID Connect)."""

import asyncio

import click
from rich.text import Text

from newsletter.cli import shown
from newsletter.cli.door import Door, common, destructive, pass_door
from newsletter.cli.parameters import read_text
from newsletter.staff import identities, providersetup
from newsletter.staff.permissions import Permission
from newsletter.staff.provider import Provider, discover
from newsletter.strongbox import Strongbox


@click.command("provider")
@common
@pass_door
def provider(door: Door) -> None:
    """Show the provider that the staff may sign in with, and what it must know of this desk.

    Example: newsletter staff provider
    """
    with door.reading() as tx:
        known = identities.provider(tx, _strongbox(door))
    back = door.application.links.provider_back()
    if known is None:
        line = f"There is none. Register this desk at one with the address {back}, then say newsletter staff provider-set."
        door.answer({"provider": None, "redirect_uri": back}, shown.line(line))
        return
    door.answer({"provider": _document(known), "redirect_uri": back}, *_told(known), shown.line(f"It sends people to {back}."))


@click.command("provider-set")
@click.argument("issuer")
@click.option("--client-id", required=True, metavar="ID", help="What the provider calls this desk.")
@click.option("--secret-file", metavar="FILE", help="Where the client's secret stands; - for stdin. Left out: it stays.")
@click.option("--name", metavar="NAME", help="What stands on the button. Left out: it stays, or is the issuer's host.")
@click.option("--second-factor", type=click.Choice(["ours", "theirs"]), default="ours", help="Whether theirs is enough.")
@common
@pass_door
def provider_set(
    door: Door, issuer: str, client_id: str, secret_file: str | None, name: str | None, second_factor: str
) -> None:
    """Let the staff sign in with a provider, once it answered that it is the one; any other is forgotten.

    Nobody gets an account by it. The first time our own second factor is asked for in any case.

    Example: newsletter staff provider-set https://accounts.example.org --client-id desk --secret-file secret.txt
    """
    policy = door.settings.fetch_policy
    with door.reading() as tx:
        known = identities.provider(tx, _strongbox(door))
    wanted = providersetup.wanted(
        known,
        name=name or (known.name if known is not None else providersetup.host_of(issuer)),
        issuer=issuer,
        client_id=client_id,
        secret=read_text(secret_file).rstrip("\r\n") if secret_file else "",
        is_enough=second_factor == "theirs",
        policy=policy,
    )
    asyncio.run(discover(wanted, policy))
    with door.acting(Permission.MANAGE_STAFF) as acting:
        identities.set_provider(acting.tx, _strongbox(door), wanted)
        acting.record("provider.set", f"provider {wanted.name}", **_document(wanted))
    back = door.application.links.provider_back()
    door.answer({"provider": _document(wanted), "redirect_uri": back}, *_told(wanted))


@click.command("provider-remove")
@common
@destructive
@pass_door
def provider_remove(door: Door) -> None:
    """Let nobody sign in with the provider any more; whoever has no password then needs a link to one.

    Example: newsletter staff provider-remove --yes
    """
    door.confirm("Let nobody sign in with the provider any more?")
    with door.acting(Permission.MANAGE_STAFF) as acting:
        name = identities.provider_name(acting.tx)
        was_there = identities.remove_provider(acting.tx)
        if was_there:
            acting.record("provider.remove", f"provider {name}")
    words = f"Nobody signs in with {name} any more." if was_there else "There was none."
    door.answer({"removed": name}, shown.line(words))


def _document(known: Provider) -> dict[str, object]:
    return {"name": known.name, "issuer": known.issuer, "client_id": known.client_id, "is_enough": known.is_enough}


def _told(known: Provider) -> list[Text]:
    whose = "its second factor is enough" if known.is_enough else "our second factor is asked for as well"
    return [shown.line(f"The staff signs in with {known.name} ({known.issuer}); {whose}.")]


def _strongbox(door: Door) -> Strongbox:
    return Strongbox.of(door.application.keyring)
