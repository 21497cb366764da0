"""`newsletter dkim`: the keys that sign our mail."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import click
from rich.console import RenderableType

from newsletter import nameserver
from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.parameters import read_text
from newsletter.errors import BadValue
from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.mail import dkimkeys, senderlook
from newsletter.mail.dkim import SigningKey
from newsletter.mail.dkimkeys import KeptKey, KeyState
from newsletter.mail.dkimrecord import Algorithm, DnsRecord, domain_name, selector_name
from newsletter.mail.senderlook import KeyAnswer
from newsletter.nameserver import Server
from newsletter.staff.permissions import Permission
from newsletter.strongbox import Strongbox
from subscribers.transaction import Transaction

# Mail is read days after it was signed, and some servers look again then.
DAYS_TO_KEEP_A_RECORD = 7

_ALL_THE_SAME = "and --unchecked activates the key all the same."

NAME_SERVER_HELP = "Ask this name server and not the system's, which may remember for an hour that there was nothing."


@dataclass(frozen=True, slots=True)
class Signed:
    """A newsletter and what signs its mail."""

    newsletter: Newsletter
    keys: tuple[KeptKey, ...]


@click.command("new")
@click.argument("domain")
@click.option("--selector", metavar="S", help="What tells this key from others of the domain; by the month if not said.")
@click.option("--ed25519", "is_ed25519", is_flag=True, help="A short key of the newer kind, to sign beside an RSA key.")
@click.option("--import", "file", metavar="FILE", help="Keep this private key (PEM, - for stdin) and make none.")
@common
@pass_door
def new(door: Door, domain: str, *, selector: str | None, is_ed25519: bool, file: str | None) -> None:
    """Make a key for DOMAIN and print the DNS record to publish; it signs nothing before it is activated.

    Example: newsletter dkim new example.org
    """
    if file is not None and is_ed25519:
        raise click.UsageError("--import takes the kind of key that FILE holds; leave --ed25519 out.")
    door.allow(Permission.MANAGE_NEWSLETTERS)
    domain = domain_name(domain)
    algorithm = Algorithm.ED25519 if is_ed25519 else Algorithm.RSA
    name = selector_name(selector, domain) if selector is not None else _monthly(door, domain, algorithm)
    # An RSA key takes its time to be found; no transaction waits for that.
    key = _read_key(domain, name, file) if file is not None else SigningKey.generate(domain, name, algorithm)
    with door.acting(Permission.MANAGE_NEWSLETTERS) as acting:
        kept = dkimkeys.keep(acting.tx, Strongbox.of(door.application.keyring), key, acting.now)
        acting.record("dkim.new", f"DKIM key {kept.name}", algorithm=kept.algorithm, is_imported=file is not None)
    following = _activation(kept)
    door.answer(
        {**_document(kept), "next": following},
        shown.line(f"The key {kept.name} ({kept.algorithm}) is made and signs nothing yet. Publish this record in the DNS:"),
        *_record(kept.record),
        shown.line("Once it is there, let the key sign:"),
        f"\n  {following}",
    )


@click.command("show")
@click.argument("domain", required=False)
@click.option("--check", "is_checking", is_flag=True, help="Look whether the DNS has the records.")
@click.option("--nameserver", "server", metavar="IP", help=NAME_SERVER_HELP)
@common
@pass_door
def show(door: Door, domain: str | None, *, is_checking: bool, server: str | None) -> None:
    """Show the keys of DOMAIN with their DNS records, or all keys, and which of them sign for which newsletter.

    Example: newsletter dkim show example.org --check
    """
    asked = None if domain is None else domain_name(domain)
    with door.reading() as tx:
        keys = dkimkeys.all_keys(tx, asked)
        signed = [] if asked is not None else _signed(tx)
    looks = [senderlook.look_at_key(key, _server(server)) for key in keys] if is_checking or server is not None else []
    records = [part for key in keys for part in _record(key.record)] if asked is not None else []
    door.answer(
        {"keys": _documents(keys, looks), "newsletters": [_signed_document(one) for one in signed]},
        _table(keys, looks) if keys else shown.line(_no_key(asked)),
        *records,
        *(shown.line(_signed_sentence(one)) for one in signed),
    )


@click.command("activate")
@click.argument("domain")
@click.argument("selector")
@click.option("--unchecked", is_flag=True, help="Do not look whether the DNS has the record.")
@click.option("--nameserver", "server", metavar="IP", help=NAME_SERVER_HELP)
@common
@pass_door
def activate(door: Door, domain: str, selector: str, *, unchecked: bool, server: str | None) -> None:
    """Let a key sign, once the DNS has its record; a key of the same kind that signed for DOMAIN is retired.

    Example: newsletter dkim activate example.org nl202002
    """
    domain = domain_name(domain)
    selector = selector_name(selector, domain)
    with door.reading(Permission.MANAGE_NEWSLETTERS) as tx:
        key = dkimkeys.find(tx, domain, selector)
    if not unchecked:
        # Before the transaction that changes something: nothing is held over the network.
        _require_published(key, _server(server))
    with door.acting(Permission.MANAGE_NEWSLETTERS) as acting:
        former = dkimkeys.activate(acting.tx, domain, selector, acting.now)
        acting.record("dkim.activate", f"DKIM key {key.name}", is_checked=not unchecked)
    sentences = [f"The key {key.name} ({key.algorithm}) signs from now on."]
    if former is not None:
        sentences.append(f"It takes over from {former.selector}. {_keep_record(former)}")
    door.answer(
        {"domain": domain, "selector": selector, "state": KeyState.ACTIVE, "retired": former.selector if former else None},
        *map(shown.line, sentences),
    )


@click.command("retire")
@click.argument("domain")
@click.argument("selector")
@common
@pass_door
def retire(door: Door, domain: str, selector: str) -> None:
    """Let a key sign no more; it is kept, and can be activated again.

    Example: newsletter dkim retire example.org nl201911
    """
    domain = domain_name(domain)
    selector = selector_name(selector, domain)
    with door.acting(Permission.MANAGE_NEWSLETTERS) as acting:
        key = dkimkeys.find(acting.tx, domain, selector)
        dkimkeys.retire(acting.tx, domain, selector, acting.now)
        acting.record("dkim.retire", f"DKIM key {key.name}")
        left = dkimkeys.signing(acting.tx, domain)
    sentences = [f"The key {key.name} is retired."]
    if key.state is KeyState.ACTIVE:
        sentences.append(_keep_record(key))
    if not left:
        sentences.append(f"No key signs for {domain} now; its mail goes out unsigned.")
    document = {"domain": domain, "selector": selector, "state": KeyState.RETIRED, "signing": [one.name for one in left]}
    door.answer(document, *map(shown.line, sentences))


def _monthly(door: Door, domain: str, algorithm: Algorithm) -> str:
    with door.reading() as tx:
        return dkimkeys.monthly_selector(tx, domain, algorithm, door.now())


def _read_key(domain: str, selector: str, file: str) -> SigningKey:
    try:
        return SigningKey.from_pem(domain, selector, read_text(file))
    except BadValue as error:
        # What is wrong is wrong with the file that was named.
        raise BadValue("file", file, error.reason) from error


def _require_published(key: KeptKey, server: Server | None) -> None:
    look = senderlook.look_at_key(key, server)
    if not look.is_right:
        advice = f"`newsletter dkim show {key.domain}` prints the record to publish"
        raise BadValue("record", key.record.name, f"{look.words}. The key was not activated; {advice}, {_ALL_THE_SAME}")


def _server(text: str | None) -> Server | None:
    return None if text is None else nameserver.read_server(text)


def _signed(tx: Transaction) -> list[Signed]:
    return [Signed(one, dkimkeys.signing(tx, one.sender_address.rpartition("@")[2])) for one in newsletters.all_newsletters(tx)]


def _activation(key: KeptKey) -> str:
    return f"newsletter dkim activate {key.domain} {key.selector}"


def _keep_record(key: KeptKey) -> str:
    return f"Leave its record {key.record.name} in the DNS for {DAYS_TO_KEEP_A_RECORD} days: mail that it signed is under way."


def _no_key(domain: str | None) -> str:
    return f"There is no key yet. Next: newsletter dkim new {domain or 'DOMAIN'}"


def _record(record: DnsRecord) -> Iterator[RenderableType]:
    yield f"\n  name    {record.name}\n  type    TXT\n  value   {record.value}\n"
    if len(record.strings) > 1:
        yield "  The same where strings of at most 255 characters are asked for, and as a line of a zone file:\n"
        yield from (f'  "{part}"' for part in record.strings)
        yield ""
    yield f"  {record.zone_line}\n"


def _table(keys: Sequence[KeptKey], looks: Sequence[KeyAnswer]) -> RenderableType:
    columns = ("domain", "selector", "kind", "state", "since")
    rows = [(key.domain, key.selector, key.algorithm, _state(key), shown.moment(key.since)) for key in keys]
    if not looks:
        return shown.table(columns, rows)
    return shown.table((*columns, "DNS"), [(*row, look.words) for row, look in zip(rows, looks, strict=True)])


def _state(key: KeptKey) -> str:
    match key.state:
        case KeyState.ACTIVE:
            return "signs"
        case KeyState.MADE:
            return "not yet activated"
        case KeyState.RETIRED:
            return "retired"


def _signed_sentence(one: Signed) -> str:
    sender = f"{one.newsletter.name} <{one.newsletter.sender_address}>"
    if not one.keys:
        return f"No key signs {sender}."
    names = " and ".join(key.selector for key in one.keys)
    return f"{names} of {one.keys[0].domain} {'sign' if len(one.keys) > 1 else 'signs'} {sender}."


def _signed_document(one: Signed) -> dict[str, object]:
    keys = [{"domain": key.domain, "selector": key.selector} for key in one.keys]
    return {"newsletter": one.newsletter.slug, "sender": one.newsletter.sender_address, "keys": keys}


def _documents(keys: Sequence[KeptKey], looks: Sequence[KeyAnswer]) -> list[dict[str, object]]:
    if not looks:
        return [_document(key) for key in keys]
    return [{**_document(key), "dns": look.found, "found": look.words} for key, look in zip(keys, looks, strict=True)]


def _document(key: KeptKey) -> dict[str, object]:
    record = key.record
    return {
        "domain": key.domain,
        "selector": key.selector,
        "algorithm": key.algorithm,
        "state": key.state,
        "since": key.since,
        "record": {
            "name": record.name,
            "type": "TXT",
            "value": record.value,
            "strings": record.strings,
            "zone": record.zone_line,
        },
    }


dkim = click.Group("dkim", commands=[new, show, activate, retire], help="The keys that sign our mail.")
