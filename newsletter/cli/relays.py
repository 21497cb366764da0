"""`newsletter relays`: the mail servers that mail is handed to, and how much they may be given."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, ParamSpec, TypeVar

import click

from newsletter.cli import relayviews, shown
from newsletter.cli.door import Door, common, destructive, pass_door
from newsletter.cli.exits import Exit
from newsletter.cli.parameters import read_text
from newsletter.errors import RelayMissing
from newsletter.issues import newsletters
from newsletter.mail import allowances, mailings, relaybook, relaycheck
from newsletter.mail.relaychange import RelayChange, changed, difference, new_relay
from newsletter.mail.relaycheck import Found, Probe
from newsletter.mail.relays import Relay, Tls
from newsletter.staff.permissions import Permission
from newsletter.strongbox import Strongbox
from subscribers import address

P = ParamSpec("P")
R = TypeVar("R")

_OPTIONS = (
    click.option(
        "--tls",
        type=click.Choice([one.value for one in Tls]),
        help="How it is encrypted, never by chance; if not said, by the port.",
    ),
    click.option("--insecure", "is_insecure", is_flag=True, help="Unencrypted over a network is meant; never with a login."),
    click.option("--ca-file", metavar="FILE", help="Trust these certificates instead of the system's; none for the system's."),
    click.option("--user", "username", metavar="NAME", help="The login, when it does not stand in URL."),
    click.option(
        "--password-file", metavar="FILE", help="Where its password stands; - for stdin. Without: asked on a terminal."
    ),
    click.option("--connections", type=int, metavar="N", help="How many connections it bears; 5 if not said."),
    click.option("--weight", type=int, metavar="N", help="Its share of the mail beside that of the others; 1 if not said."),
    click.option("--rate", metavar="RATE", help="As 10/s, 300/min, 5000/h or 20000/day; none for no limit."),
    click.option("--daily-cap", metavar="N", help="Messages a day; none for no limit."),
    click.option("--quiet-hours", metavar="HOURS", help='As "22:00-07:00 Europe/Amsterdam": nothing goes then; or none.'),
    click.option("--zone", metavar="Z", help="The time zone of its days and quiet hours; UTC if not said."),
    click.option("--warm-up", metavar="PLAN", help='As "50 x 1.5 from 2020-02-01": 50 on the first day, then more; or none.'),
    click.option("--messages", type=int, metavar="N", help="Messages of one connection; 100 if not said."),
    click.option("--idle", type=int, metavar="S", help="Seconds after which an idle connection is closed; 10 if not said."),
    click.option("--timeout", "timeouts", multiple=True, metavar="PHASE=S", help="Seconds to wait: greeting, mail, …, dot."),
    click.option("--pipelining/--no-pipelining", default=None, help="Send commands together where it offers that."),
    click.option("--chunking/--no-chunking", default=None, help="Send messages in one piece (BDAT) where it offers that."),
    click.option("--dsn/--no-dsn", default=None, help="Ask for reports about what does not arrive (DSN) where it offers them."),
)


def _wishes(command: Callable[P, R]) -> Callable[P, R]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.command("add")
@click.argument("name")
@click.argument("url")
@_wishes
@common
@pass_door
def add(door: Door, /, name: str, url: str, **given: Any) -> None:  # noqa: ANN401 -- click's values, checked by the verb
    """Add a relay; mail goes to it within a second.

    URL is written as in NEWSLETTER_RELAY_URL. A password in it stands in the history of the shell and, for a moment, in the
    list of processes; one from a file or the terminal does not. It is kept encrypted with the instance's key.

    Example: newsletter relays add main smtp://news@mail.example.org:587?tls=starttls --password-file - --rate 300/min
    """
    relay = new_relay(name, _change(url, given), door.now())
    relay = _with_asked_password(door, relay)
    relaycheck.trust(relay)
    with door.acting(Permission.MANAGE_RELAYS) as acting:
        relaybook.add(acting.tx, relay, _strongbox(door), acting.now)
        acting.record("relay.add", f"relay {relay.name}", at=str(relay))
    _note_haste(door, relay)
    door.answer(
        relayviews.document(relaybook.Entry(relay, is_enabled=True, has_password=bool(relay.password)), 0),
        shown.line(f"Relay {relay.name} at {relay} is added. Try it: newsletter relays test {relay.name}"),
    )


@click.command("edit")
@click.argument("name")
@click.option("--url", metavar="URL", help="Another address; the login comes from it or from the options.")
@_wishes
@common
@pass_door
def edit(door: Door, /, name: str, url: str | None, **given: Any) -> None:  # noqa: ANN401 -- click's values, checked by the verb
    """Change a relay; a mailer that is running goes by it within a second or two.

    Of the relay `setting`, which is that of NEWSLETTER_RELAY_URL, weight and limits can be set here.

    Example: newsletter relays edit main --rate 100/min
    """
    change = _change(url, given)
    if change.is_nothing:
        raise click.UsageError("Nothing to change was given; see `newsletter relays edit --help`.")
    strongbox = _strongbox(door)
    with door.acting(Permission.MANAGE_RELAYS) as acting:
        entry = relaybook.find_to_change(acting.tx, name, door.settings.relay)
        known = entry.relay if change.brings_password else relaybook.opened(entry, strongbox)
        relay = changed(known, change, acting.now)
        relaycheck.trust(relay)
        relaybook.change(acting.tx, relay, strongbox, acting.now)
        acting.record("relay.edit", f"relay {relay.name}", **difference(entry.relay, relay))
    _note_haste(door, relay)
    made = replace(entry, relay=relay, has_password=bool(relay.password))
    door.answer({"changed": True} | relayviews.document(made, None), shown.line(f"Relay {relay.name} is changed."))


@click.command("list")
@common
@pass_door
def list_(door: Door) -> None:
    """Show all relays, their limits, and what they were given today.

    Example: newsletter relays list
    """
    with door.reading() as tx:
        known = relaybook.entries(tx, door.settings.relay)
        used = allowances.used_today(tx, (one.relay for one in known), door.now())
    door.answer(
        {"relays": [relayviews.document(one, used[one.name]) for one in known]},
        relayviews.table(known, used) if known else shown.line("There is no relay: nothing is mailed."),
    )


@click.command("show")
@click.argument("name")
@common
@pass_door
def show(door: Door, name: str) -> None:
    """Show everything about a relay but its password.

    Example: newsletter relays show main
    """
    with door.reading() as tx:
        entry = relaybook.find(tx, name, door.settings.relay)
        used = allowances.used_today(tx, [entry.relay], door.now())[entry.name]
    door.answer(relayviews.document(entry, used), relayviews.facts(entry, used))


@click.command("remove")
@click.argument("name")
@destructive
@common
@pass_door
def remove(door: Door, name: str) -> None:
    """Forget a relay and its login; the others take its mail.

    Example: newsletter relays remove main
    """
    door.allow(Permission.MANAGE_RELAYS)
    door.confirm(f"Forget the relay {name}?")
    with door.acting(Permission.MANAGE_RELAYS) as acting:
        entry = relaybook.find(acting.tx, name, door.settings.relay)
        relaybook.remove(acting.tx, entry)
        acting.record("relay.remove", f"relay {entry.name}")
    door.answer({"removed": entry.name}, shown.line(f"Relay {entry.name} is forgotten."))


@click.command("enable")
@click.argument("name")
@common
@pass_door
def enable(door: Door, name: str) -> None:
    """Let a relay take mail again.

    Example: newsletter relays enable main
    """
    _switch(door, name, is_enabled=True)


@click.command("disable")
@click.argument("name")
@common
@pass_door
def disable(door: Door, name: str) -> None:
    """Hand no more mail to a relay; what is on the wire ends first.

    Example: newsletter relays disable main
    """
    _switch(door, name, is_enabled=False)


@click.command("test")
@click.argument("name", required=False)
@click.option("--to", "recipient", metavar="ADDRESS", help="Send a mail there.")
@click.option("--from", "sender", metavar="ADDRESS", help="Who the mail is from; the first newsletter's sender if not said.")
@common
@pass_door
def test(door: Door, name: str | None, recipient: str | None, sender: str | None) -> int:
    """Connect to a relay, or to all, log in, and show what it says of itself; with --to, send a mail.

    Example: newsletter relays test main --to me@example.org
    """
    door.allow(Permission.MANAGE_RELAYS)
    strongbox = _strongbox(door)
    with door.reading() as tx:
        known = relaybook.entries(tx, door.settings.relay)
        chosen = [relaybook.find(tx, name, door.settings.relay)] if name else known
    if not chosen:
        raise RelayMissing
    if recipient:
        with door.reading() as tx:
            mailings.require_adopted(tx)
    probe = _probe(door, recipient, sender) if recipient else None
    found = {one.name: asyncio.run(relaycheck.examine(relaybook.opened(one, strongbox), probe)) for one in chosen}
    _tell(door, {one.name: one.relay for one in chosen}, found)
    return Exit.NO_MAILER if any(one.trouble for one in found.values()) else Exit.DONE


def _tell(door: Door, tried: Mapping[str, Relay], found: Mapping[str, Found]) -> None:
    documents = [relayviews.finding(name, one) for name, one in found.items()]
    door.answer(
        {"relays": documents},
        *(part for name, one in found.items() for part in relayviews.finding_shown(tried[name], one)),
    )
    for name, one in found.items():
        if one.trouble:
            door.note(f"Error: relay {name} at {tried[name]}: {one.trouble}")


def _switch(door: Door, name: str, *, is_enabled: bool) -> None:
    with door.acting(Permission.MANAGE_RELAYS) as acting:
        entry = relaybook.find_to_change(acting.tx, name, door.settings.relay)
        relaybook.enable(acting.tx, entry, acting.now, is_enabled=is_enabled)
        acting.record("relay.enable" if is_enabled else "relay.disable", f"relay {entry.name}")
    words = "takes mail" if is_enabled else "takes no more mail"
    door.answer({"relay": entry.name, "is_enabled": is_enabled}, shown.line(f"Relay {entry.name} {words}."))


def _change(url: str | None, given: dict[str, Any]) -> RelayChange:
    path = given.pop("password_file")
    password = None if path is None else read_text(path).rstrip("\r\n")
    timeouts = tuple(given.pop("timeouts"))
    return RelayChange(url=url, password=password, timeouts=timeouts, **given)


def _with_asked_password(door: Door, relay: Relay) -> Relay:
    """Ask for the password of a login that came without one, on a terminal."""
    if not relay.username or relay.password or not door.is_terminal:
        return relay
    password: str = click.prompt(f"Password of {relay.username}", hide_input=True, err=True)
    return changed(relay, RelayChange(password=password), door.now())


def _probe(door: Door, recipient: str, sender: str | None) -> Probe:
    if sender is None:
        with door.reading() as tx:
            known = newsletters.all_newsletters(tx)
        if not known:
            raise click.UsageError("There is no newsletter whose sender could be used; say --from ADDRESS.")
        sender = known[0].sender_address
    return Probe(address.parse(sender).text, address.parse(recipient).text, door.now())


def _note_haste(door: Door, relay: Relay) -> None:
    if relay.timeouts.get("dot", relaycheck.SAFE_DOT) < relaycheck.SAFE_DOT:
        door.note(
            f"Note: a relay may take {relaycheck.SAFE_DOT} s to answer a whole message (RFC 5321). With a shorter timeout, "
            "messages it takes after that are counted as uncertain."
        )


def _strongbox(door: Door) -> Strongbox:
    return Strongbox.of(door.application.keyring)


relays = click.Group(
    "relays",
    commands=[add, edit, list_, show, remove, enable, disable, test],
    help="The mail servers that mail is handed to.",
)
