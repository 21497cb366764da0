"""`newsletter staff`: who may do what."""

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.staff import accounts
from newsletter.staff.permissions import Permission, Role


@click.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True, help="What the person may do.")
@common
@pass_door
def add(door: Door, name: str, role: str) -> None:
    """Put somebody on the staff; others then act as them by `--as NAME`.

    A viewer reads; an editor writes; a publisher approves and sends; an admin does everything.

    Example: newsletter staff add ann --role editor
    """
    with door.acting(Permission.MANAGE_STAFF) as acting:
        account = accounts.add(acting.tx, name, Role(role), acting.now)
        acting.record("staff.add", f"account {account.name}", role=role)
    door.answer({"name": account.name, "role": role}, shown.line(f"{account.name} is on the staff as {role}."))


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
        {"staff": [{"name": one.name, "role": one.role} for one in known]},
        shown.table(("name", "role"), [(one.name, one.role) for one in known]),
    )


staff = click.Group("staff", commands=[add, list_], help="Who may do what.")
