"""`newsletter keys`: what programs come with when they use the API."""

from collections.abc import Sequence
from datetime import timedelta

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, destructive, pass_door
from newsletter.cli.parameters import HIGHEST_ID
from newsletter.issues import newsletters
from newsletter.staff import accounts, apikeys
from newsletter.staff.apikeys import Key, Terms
from newsletter.staff.permissions import Permission

LONGEST_DAYS = 3_650


@click.command("add")
@click.argument("name")
@click.option("--for", "account", metavar="NAME", required=True, help="The member of the staff in whose name it acts.")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([one.value for one in Permission]),
    multiple=True,
    required=True,
    help="What it lets through, of what they may do; repeat it.",
)
@click.option("--newsletter", "only", metavar="NEWSLETTER", multiple=True, help="Only in this one; repeat it. All if not said.")
@click.option("--days", type=click.IntRange(1, LONGEST_DAYS), help="How long it is good; until it is revoked if not said.")
@common
@pass_door
def add(door: Door, name: str, account: str, scopes: Sequence[str], only: Sequence[str], days: int | None) -> None:
    """Make a key for a program, called NAME, and print it, once: nobody can see it again.

    The program acts for a member of the staff and does no more than both may; the audit names both.

    Example: newsletter keys add "the shop" --for ann --scope view --scope manage_people --days 365
    """
    with door.acting(Permission.MANAGE_STAFF) as acting:
        owner = accounts.find(acting.tx, account)
        places = frozenset(newsletters.find(acting.tx, one).id for one in only) if only else None
        here = door.now_here()
        terms = Terms(apikeys.scopes_of(scopes), places, here + timedelta(days=days) if days is not None else None)
        made, secret = apikeys.make(acting.tx, owner, name, terms, here)
        acting.record("apikey.add", f"key {made.id}", name=made.name, account=owner.name, scopes=sorted(scopes))
    document = _document(made, door)
    door.answer(document | {"key": secret}, shown.line(f"The key of {made.name}. It is shown this once:"), secret)


@click.command("list")
@common
@pass_door
def list_(door: Door) -> None:
    """Show all keys, without what is secret of them.

    Example: newsletter keys list
    """
    with door.reading(Permission.MANAGE_STAFF) as tx:
        known = apikeys.all_keys(tx)
        names = {one.id: one.slug for one in newsletters.all_newsletters(tx)}
    rows = [
        (
            one.id,
            one.name,
            one.owner,
            ", ".join(sorted(one.terms.scopes)),
            "all"
            if one.terms.newsletters is None
            else ", ".join(names.get(each, "") for each in sorted(one.terms.newsletters)),
            shown.moment(one.used_at),
            _state(one, door),
        )
        for one in known
    ]
    columns = ("#id", "name", "acts for", "scopes", "newsletters", "last used", "state")
    door.answer({"keys": [_document(one, door) for one in known]}, shown.table(columns, rows))


@click.command("revoke")
@click.argument("key_id", metavar="ID", type=click.IntRange(1, HIGHEST_ID))
@destructive
@common
@pass_door
def revoke(door: Door, key_id: int) -> None:
    """Let a key open nothing any more, from this moment on.

    Example: newsletter keys revoke 3 --yes
    """
    with door.reading(Permission.MANAGE_STAFF) as tx:
        known = apikeys.by_id(tx, key_id)
    door.confirm(f"Revoke the key of {known.name}? What uses it stops working.")
    with door.acting(Permission.MANAGE_STAFF) as acting:
        gone = apikeys.revoke(acting.tx, key_id, door.now_here())
        acting.record("apikey.revoke", f"key {key_id}", name=gone.name)
    door.answer(_document(gone, door), shown.line(f"The key of {gone.name} opens nothing any more."))


def _state(one: Key, door: Door) -> str:
    if one.revoked_at is not None:
        return "revoked"
    return "open" if one.is_open(door.now_here()) else "over"


def _document(one: Key, door: Door) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "account": one.owner,
        "scopes": sorted(one.terms.scopes),
        "newsletters": None if one.terms.newsletters is None else sorted(one.terms.newsletters),
        "made_at": one.made_at,
        "ends_at": one.terms.ends_at,
        "used_at": one.used_at,
        "state": _state(one, door),
    }


keys = click.Group("keys", commands=[add, list_, revoke], help="Keys that programs come with (the API).")
