"""`newsletter staff`: who may do what, where, and how they come in."""

from collections.abc import Sequence

import click

from newsletter.cli import shown
from newsletter.cli.door import Door, common, destructive, pass_door
from newsletter.cli.providers import provider, provider_remove, provider_set
from newsletter.errors import BadValue
from newsletter.issues import newsletters
from newsletter.people import colleagues
from newsletter.staff import accounts, doorlinks, losses, passkeys, sessions
from newsletter.staff.accounts import Account
from newsletter.staff.permissions import Permission, Role
from subscribers.transaction import Transaction

ROLES = click.Choice([role.value for role in Role])
NO_ROLE = "none"


@click.command("add")
@click.argument("name")
@click.option("--role", type=ROLES, help="What the person may do on the whole instance.")
@click.option("--in", "places", multiple=True, metavar="NEWSLETTER=ROLE", help="What they may do in one newsletter; repeat it.")
@click.option("--address", default="", metavar="ADDR", help="What they sign in with, and where they are told what waits.")
@click.option("--mail", is_flag=True, help="Mail them the link by which they choose a password.")
@common
@pass_door
def add(door: Door, name: str, role: str | None, places: Sequence[str], address: str, *, mail: bool) -> None:
    """Put somebody on the staff, and print the link by which they choose a password, once.

    A viewer reads; an editor writes; a publisher approves and sends; an admin does everything. Somebody without an address
    cannot sign in; others still act as them by `--as NAME`.

    Example: newsletter staff add ann --role admin --address ann@example.org
    """
    if role is None and not places:
        raise click.UsageError("Say --role ROLE, or --in NEWSLETTER=ROLE.")
    with door.acting(Permission.MANAGE_STAFF) as acting:
        account = accounts.add(acting.tx, name, None, acting.now, address)
        account = accounts.set_roles(acting.tx, acting.actor, account, Role(role) if role else None, _roles(acting.tx, places))
        acting.record("staff.add", f"account {account.name}", role=role or NO_ROLE, places=list(places))
    link = _link(door, account, mail=mail) if account.address else ""
    lines = [shown.line(f"{account.name} is on the staff as {_in_words(account)}.")]
    door.answer(_document(account) | {"link": link}, *lines, *_printed(account, link, mail=mail))


@click.command("link")
@click.argument("name")
@click.option("--mail", is_flag=True, help="Mail it to them as well.")
@common
@pass_door
def link(door: Door, name: str, *, mail: bool) -> None:
    """Print a link by which somebody on the staff chooses a password, once within seven days.

    Their second factor is asked for all the same when they sign in.

    Example: newsletter staff link ann
    """
    with door.acting(Permission.MANAGE_STAFF) as acting:
        account = accounts.find(acting.tx, name)
        acting.record("staff.link", f"account {account.name}")
    if not account.address:
        raise BadValue("account", account.name, "has no address to sign in with; say one by `newsletter staff edit`")
    made = _link(door, account, mail=mail)
    door.answer(_document(account) | {"link": made}, *_printed(account, made, mail=mail))


@click.command("role")
@click.argument("name")
@click.option("--role", type=click.Choice([*ROLES.choices, NO_ROLE]), help="On the whole instance, or `none`.")
@click.option("--in", "places", multiple=True, metavar="NEWSLETTER=ROLE", help="In one newsletter, or `none` there.")
@common
@pass_door
def role_(door: Door, name: str, role: str | None, places: Sequence[str]) -> None:
    """Give somebody on the staff another role; they sign in anew.

    Nobody changes their own, and the last administrator stays one.

    Example: newsletter staff role ann --role none --in section-news=editor
    """
    if role is None and not places:
        raise click.UsageError("Say --role ROLE, or --in NEWSLETTER=ROLE.")
    with door.acting(Permission.MANAGE_STAFF) as acting:
        known = accounts.find(acting.tx, name)
        wanted = known.role if role is None else None if role == NO_ROLE else Role(role)
        roles = _roles(acting.tx, places, known)
        account = accounts.set_roles(acting.tx, acting.actor, known, wanted, roles)
        if account != known:
            sessions.end_all(acting.tx, account.id)
            acting.record("staff.role", f"account {account.name}", role=role, places=list(places))
    door.answer(_document(account), shown.line(f"{account.name} is on the staff as {_in_words(account)}."))


@click.command("edit")
@click.argument("name")
@click.option("--address", required=True, metavar="ADDR", help='What they sign in with, and are told at; "" for nowhere.')
@common
@pass_door
def edit(door: Door, name: str, address: str) -> None:
    """Say what somebody on the staff signs in with, and where they are told what waits for them.

    Example: newsletter staff edit ann --address ann@example.org
    """
    with door.acting(Permission.MANAGE_STAFF) as acting:
        account = accounts.set_address(acting.tx, name, address)
        acting.record("staff.edit", f"account {account.name}")
    told = f"is told at {account.address}" if account.address else "is not told anything by mail"
    door.answer(_document(account), shown.line(f"{account.name} {told}."))


@click.command("sign-out")
@click.argument("name")
@click.option("--second-factor-off", "is_lost", is_flag=True, help="They lost it, and every recovery code.")
@click.option(
    "--passkeys-off", "has_lost_keys", is_flag=True, help="They lost what keeps their passkeys; none opens anything more."
)
@common
@pass_door
def sign_out(door: Door, name: str, *, is_lost: bool, has_lost_keys: bool) -> None:
    """End every session of somebody on the staff.

    Their password stays; `newsletter staff link` gives them the way to another one.

    Example: newsletter staff sign-out ann --second-factor-off --passkeys-off
    """
    with door.acting(Permission.MANAGE_STAFF) as acting:
        account = accounts.find(acting.tx, name)
        ended = losses.sign_out(acting.tx, account.id, second_factor=is_lost, all_passkeys=has_lost_keys)
        what = {"ended": ended.sessions, "second_factor_off": is_lost, "passkeys": ended.passkeys}
        acting.record("staff.sign_out", f"account {account.name}", **what)
        account = accounts.find(acting.tx, name)
    told = " Their passkeys open nothing any more." if has_lost_keys else ""
    document = _document(account) | {"ended": ended.sessions, "passkeys_removed": ended.passkeys}
    door.answer(document, shown.line(f"{ended.sessions} sessions of {account.name} were ended.{told}"))


@click.command("remove")
@click.argument("name")
@common
@destructive
@pass_door
def remove(door: Door, name: str) -> None:
    """Take somebody off the staff, with their sessions and everything they sign in with; the audit keeps their name.

    Example: newsletter staff remove ann --yes
    """
    door.confirm(f"Take {name} off the staff?")
    with door.acting(Permission.MANAGE_STAFF) as acting:
        account = accounts.find(acting.tx, name)
        accounts.remove(acting.tx, acting.actor, account)
        acting.record("staff.remove", f"account {account.name}")
    door.answer({"removed": account.name}, shown.line(f"{account.name} is not on the staff any more."))


@click.command("list")
@common
@pass_door
def list_(door: Door) -> None:
    """Show who is on the staff.

    Example: newsletter staff list
    """
    with door.reading() as tx:
        known, keys = accounts.all_accounts(tx), passkeys.counts(tx)
    rows = [
        (one.name, _in_words(one), one.address, "yes" if one.has_second_factor else "", str(keys.get(one.id, "")))
        for one in known
    ]
    door.answer(
        {"staff": [_document(one) | {"passkeys": keys.get(one.id, 0)} for one in known]},
        shown.table(("name", "role", "address", "second factor", "passkeys"), rows),
    )


def _link(door: Door, account: Account, *, mail: bool) -> str:
    """Make a link; composed before, because that takes a while in which nobody else could write."""
    application = door.application
    draft = None
    if mail:
        draft = colleagues.invitation(application.database, application.templates, application.keyring, account, _host(door))
        if draft is None:
            raise BadValue("account", account.name, "cannot be mailed to before there is a newsletter; leave out --mail")
    with door.acting(Permission.MANAGE_STAFF) as acting:
        made = doorlinks.make(acting.tx, account, door.now_here(), doorlinks.INVITED)
        if draft is not None:
            colleagues.write(acting.tx, application.keyring, draft, account, made, acting.now)
    return application.links.door(doorlinks.token(application.keyring, made.id))


def _host(door: Door) -> str:
    return door.actor_name or "An administrator"


def _printed(account: Account, link: str, *, mail: bool) -> list[str]:
    """Say the link, which is there to be copied, on a line of its own."""
    if not link:
        return ["They have no address, so they cannot sign in. Say one by `newsletter staff edit`."]
    how = f"It is mailed to {account.address}, too. " if mail else ""
    return [f"{how}Their password is chosen here, once within seven days:", link]


def _roles(tx: Transaction, places: Sequence[str], known: Account | None = None) -> dict[int, Role]:
    roles = dict(known.roles) if known is not None else {}
    for place in places:
        name, equals, role = place.rpartition("=")
        if not equals or role not in {*ROLES.choices, NO_ROLE}:
            raise BadValue("role", place, "write it as NEWSLETTER=ROLE")
        newsletter_id = newsletters.find(tx, name).id
        if role == NO_ROLE:
            roles.pop(newsletter_id, None)
        else:
            roles[newsletter_id] = Role(role)
    return roles


def _in_words(account: Account) -> str:
    count = len(account.roles)
    some = f"{count} newsletter{'' if count == 1 else 's'}"
    if account.role is None:
        return f"one with roles in {some}" if count else "one without a role"
    return f"{account.role} and in {some}" if count else str(account.role)


def _document(account: Account) -> dict[str, object]:
    return {
        "name": account.name,
        "role": account.role,
        "roles": {str(one): role.value for one, role in account.roles.items()},
        "address": account.address,
        "second_factor": account.has_second_factor,
    }


staff = click.Group(
    "staff",
    commands=[add, edit, link, list_, provider, provider_remove, provider_set, remove, role_, sign_out],
    help="Who may do what.",
)
