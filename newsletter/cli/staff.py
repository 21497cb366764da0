"""`newsletter staff`: who may do what."""

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.staff import accounts
from newsletter.staff.accounts import Account
from newsletter.staff.permissions import Permission, Role


@click.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="What the person may do.")
@click.option("--address", default="", metavar="ADDR", help="Where they are told what waits for them.")
@common
@pass_door
def add(door: Door, name: str, role: str, address: str) -> None:
    """Put somebody on the staff; others then act as them by `--as NAME`.

    A viewer reads; an editor writes; a publisher approves and sends; an admin does everything.

    Example: newsletter staff add ann --role editor --address ann@example.org
    """
    with door.acting(Permission.MANAGE_STAFF) as acting:
        account = accounts.add(acting.tx, name, Role(role), acting.now, address)
        acting.record("staff.add", f"account {account.name}", role=role)
    door.answer(_document(account), shown.line(f"{account.name} is on the staff as {role}."))


@click.command("edit")
@click.argument("name")
@click.option("--address", required=True, metavar="ADDR", help='Where they are told what waits for them; "" for nowhere.')
@common
@pass_door
def edit(door: Door, name: str, address: str) -> None:
    """Say where somebody on the staff is told what waits for them.

    Example: newsletter staff edit ann --address ann@example.org
    """
    with door.acting(Permission.MANAGE_STAFF) as acting:
        account = accounts.set_address(acting.tx, name, address)
        acting.record("staff.edit", f"account {account.name}")
    told = f"is told at {account.address}" if account.address else "is not told anything by mail"
    door.answer(_document(account), shown.line(f"{account.name} {told}."))


@click.command("list")
@common
@pass_door
def list_(door: Door) -> None:
    """Show who is on the staff.

    Example: newsletter staff list
    """
    with door.reading() as tx:
        known = accounts.all_accounts(tx)
    door.answer(
        {"staff": [_document(one) for one in known]},
        shown.table(("name", "role", "told at"), [(one.name, one.role, one.address) for one in known]),
    )


def _document(account: Account) -> dict[str, object]:
    return {"name": account.name, "role": account.role, "address": account.address}


staff = click.Group("staff", commands=[add, edit, list_], help="Who may do what.")
