"""`newsletter hooks`: programs outside that are told what happens here."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta

import click

from newsletter.cli import hookviews, shown
from newsletter.cli.door import Door, common, destructive, pass_door
from newsletter.cli.exits import Exit
from newsletter.cli.parameters import SpanType, read_text
from newsletter.issues import newsletters
from newsletter.staff.acting import Acting
from newsletter.staff.permissions import Permission
from newsletter.strongbox import Strongbox
from newsletter.webhooks import hookbook, signing, telling, tellingbook
from newsletter.webhooks.hookbook import Wanted
from newsletter.webhooks.model import Hook, HookNotFound, Telling, TellingState, read_kinds
from newsletter.webhooks.telling import Herald
from subscribers.transaction import Transaction

M = Permission.MANAGE_INSTANCE

MOST_SHOWN = 200

_NAME = click.argument("name")
_EVENTS = click.option(
    "--event",
    "events",
    multiple=True,
    metavar="EVENT",
    help="As issue.sent or subscriber.*; said several times. All if not said.",
)
_NEWSLETTER = click.option("--newsletter", metavar="NAME", help="Of one newsletter and its people alone.")
_SECRET = click.option(
    "--secret-file", metavar="FILE", help="A secret (whsec_…) of the receiver's; - for stdin. One is made if not said."
)


@click.command("add")
@_NAME
@click.argument("url")
@_EVENTS
@_NEWSLETTER
@click.option("--addresses", "shows_addresses", is_flag=True, help="Tell the addresses of people, not only their numbers.")
@_SECRET
@common
@pass_door
def add(
    door: Door,
    name: str,
    url: str,
    *,
    events: tuple[str, ...],
    newsletter: str | None,
    shows_addresses: bool,
    secret_file: str | None,
) -> None:
    """Tell a program at URL what happens from now on, each event signed and until it is taken.

    The receiver checks the signature with the secret that `newsletter hooks secret NAME` shows.

    Example: newsletter hooks add crm https://crm.example.org/in --event "subscriber.*"
    """
    secret = _given(secret_file)
    with door.acting(M) as acting:
        wanted = Wanted(name, url, _number(acting.tx, newsletter), read_kinds(events or ("*",)), shows_addresses)
        policy, strongbox = door.settings.fetch_policy, _strongbox(door)
        known = hookbook.add(acting.tx, wanted, secret, policy, strongbox, acting.now, acting.actor.name)
        acting.record("hook.add", f"webhook {known.name}", url=known.url, events=list(known.kinds))
        document = hookviews.document(acting.tx, known)
    door.answer(
        document,
        shown.line(f"Webhook {known.name} is told from now on. Its secret: newsletter hooks secret {known.name}"),
        shown.line(f"Try it: newsletter hooks test {known.name}"),
    )


@click.command("list")
@common
@pass_door
def list_(door: Door) -> None:
    """Show all webhooks, how they stand, and how much waits for them.

    Example: newsletter hooks list
    """
    with door.reading(M) as tx:
        known = hookbook.all_hooks(tx)
        documents = [hookviews.document(tx, one) for one in known]
        table = hookviews.table(known, tellingbook.counts(tx), door.now())
    door.answer({"webhooks": documents}, table if known else shown.line("No program is told what happens here."))


@click.command("show")
@_NAME
@common
@pass_door
def show(door: Door, name: str) -> None:
    """Show everything about a webhook but its secret.

    Example: newsletter hooks show crm
    """
    with door.reading(M) as tx:
        known = hookbook.find(tx, name)
        document = hookviews.document(tx, known)
        counted = tellingbook.counts(tx).get(known.id) or Counter()
    door.answer(document, hookviews.facts(known, str(document["newsletter"] or "all"), counted, door.now()))


@click.command("edit")
@_NAME
@click.option("--url", metavar="URL", help="Another address.")
@_EVENTS
@_NEWSLETTER
@click.option("--all-newsletters", is_flag=True, help="Of all newsletters again.")
@click.option("--addresses/--no-addresses", "shows_addresses", default=None, help="Whether addresses of people are told.")
@common
@pass_door
def edit(
    door: Door,
    name: str,
    *,
    url: str | None,
    events: tuple[str, ...],
    newsletter: str | None,
    all_newsletters: bool,
    shows_addresses: bool | None,
) -> None:
    """Tell a program something else, or elsewhere; what waits for it goes to the new address.

    Example: newsletter hooks edit crm --event issue.sent --event issue.finished
    """
    with door.acting(M) as acting:
        before = hookbook.find(acting.tx, name)
        of = None if all_newsletters else _number(acting.tx, newsletter) if newsletter else before.newsletter_id
        wanted = Wanted(
            name=before.name,
            url=url or before.url,
            newsletter_id=of,
            kinds=read_kinds(events) if events else before.kinds,
            shows_addresses=before.shows_addresses if shows_addresses is None else shows_addresses,
        )
        known = hookbook.change(acting.tx, before.id, wanted, door.settings.fetch_policy)
        acting.record("hook.edit", f"webhook {known.name}", url=known.url, events=list(known.kinds))
        document = hookviews.document(acting.tx, known)
    door.answer(document, shown.line(f"Webhook {known.name} is changed."))


@click.command("secret")
@_NAME
@common
@pass_door
def secret_(door: Door, name: str) -> None:
    """Show the secret by which a receiver knows that a message is ours; the audit keeps that it was shown.

    Example: newsletter hooks secret crm
    """
    with door.acting(M) as acting:
        known = hookbook.find(acting.tx, name)
        secrets = hookbook.secrets_of(acting.tx, known.id, _strongbox(door), acting.now)
        acting.record("hook.secret", f"webhook {known.name}")
    spelled = [signing.spelled(one) for one in secrets]
    former = [shown.line(f"Until {shown.moment(known.former_until)} the one before signs as well.")] if spelled[1:] else []
    door.answer({"name": known.name, "secret": spelled[0], "former_until": known.former_until}, spelled[0], *former)


@click.command("rotate")
@_NAME
@_SECRET
@click.option("--at-once", is_flag=True, help="The one before is void at once, because somebody else knows it.")
@common
@pass_door
def rotate(door: Door, name: str, *, secret_file: str | None, at_once: bool) -> None:
    """Give a webhook another secret; for a day the one before signs as well, so that the receiver can be changed.

    Example: newsletter hooks rotate crm
    """
    secret = _given(secret_file)
    with door.acting(M) as acting:
        known = hookbook.find(acting.tx, name)
        known = hookbook.rotate(acting.tx, known.id, secret, _strongbox(door), acting.now, at_once=at_once)
        acting.record("hook.rotate", f"webhook {known.name}", at_once=at_once)
        document = hookviews.document(acting.tx, known)
    until = f"; the one before signs as well until {shown.moment(known.former_until)}" if known.former_until else ""
    door.answer(document, shown.line(f"Webhook {known.name} has another secret{until}."))


@click.command("enable")
@_NAME
@common
@pass_door
def enable(door: Door, name: str) -> None:
    """Tell a program what happens again, beginning with what waits.

    Example: newsletter hooks enable crm
    """
    _switch(door, name, is_enabled=True)


@click.command("disable")
@_NAME
@common
@pass_door
def disable(door: Door, name: str) -> None:
    """Tell a program nothing more; what waits for it is kept, what happens meanwhile is not.

    Example: newsletter hooks disable crm
    """
    _switch(door, name, is_enabled=False)


@click.command("remove")
@_NAME
@destructive
@common
@pass_door
def remove(door: Door, name: str) -> None:
    """Forget a webhook, its secret and its log.

    Example: newsletter hooks remove crm
    """
    door.allow(M)
    door.confirm(f"Forget the webhook {name} and what it was told?")
    with door.acting(M) as acting:
        known = hookbook.find(acting.tx, name)
        hookbook.remove(acting.tx, known.id, acting.now)
        acting.record("hook.remove", f"webhook {known.name}")
    door.answer({"removed": known.name}, shown.line(f"Webhook {known.name} is forgotten."))


@click.command("test")
@_NAME
@common
@pass_door
def test(door: Door, name: str) -> int:
    """Send a program an event that says it is a test, and show what it answered.

    Example: newsletter hooks test crm
    """
    with door.acting(M) as acting:
        known = hookbook.find(acting.tx, name)
        number = tellingbook.trial(acting.tx, known.id, acting.now)
        acting.record("hook.test", f"webhook {known.name}")
    application = door.application
    herald = Herald(application.database, _strongbox(door), application.fetch_policy, application.clock)
    attempt = asyncio.run(telling.tell_one(herald, number))
    words = (
        f"It answered {attempt.status} after {attempt.took_ms} ms." if attempt.is_taken else f"Not taken: {attempt.trouble}."
    )
    door.answer(hookviews.attempt(attempt), shown.line(words))
    return Exit.DONE if attempt.is_taken else Exit.REFUSED


@click.command("log")
@_NAME
@click.option("--state", type=click.Choice([one.value for one in TellingState]), help="Only what stands so.")
@click.option("--limit", type=click.IntRange(1, MOST_SHOWN), default=20, show_default=True, help="How many at most.")
@click.option("--message", "uid", metavar="ID", help="One message, with every try.")
@common
@pass_door
def log(door: Door, name: str, *, state: str | None, limit: int, uid: str | None) -> None:
    """Show what a program was told and how it took it, the latest first; it is kept for 30 days.

    Example: newsletter hooks log crm --state given-up
    """
    with door.reading(M) as tx:
        known = hookbook.find(tx, name)
        if uid is not None:
            one = _message(tx, known, uid)
            attempts = tellingbook.attempts(tx, one.id)
            door.answer(
                hookviews.message(one) | {"attempts": [hookviews.attempt(each) for each in attempts]},
                hookviews.one_message(one, attempts),
            )
            return
        told = tellingbook.page(tx, known.id, None, limit, TellingState(state) if state else None)
    door.answer(
        {"messages": [hookviews.message(one) for one in told]},
        hookviews.messages(told) if told else shown.line("It was told nothing of this kind yet."),
    )


@click.command("replay")
@_NAME
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--failed", "is_failed", is_flag=True, help="All that were given up.")
@click.option("--last", type=SpanType(), metavar="SPAN", help="All that happened within the last 7d, 12h or 90m.")
@common
@pass_door
def replay(door: Door, name: str, ids: tuple[str, ...], *, is_failed: bool, last: timedelta | None) -> None:
    """Tell a program again what it was told, under the same ids; a worker does it within seconds.

    Example: newsletter hooks replay crm --failed
    """
    if not ids and not is_failed and last is None:
        raise click.UsageError("Say which: an ID of `newsletter hooks log`, --failed, or --last 12h.")
    with door.acting(M) as acting:
        known = hookbook.find(acting.tx, name)
        told = _again(acting, known, ids, is_failed=is_failed, since=acting.now - last if last is not None else None)
        hookbook.wake(acting.tx, known.id)
        acting.record("hook.replay", f"webhook {known.name}", messages=told)
    off = "" if known.is_enabled else " It is switched off: they go once it is enabled."
    door.answer({"name": known.name, "messages": told}, shown.line(f"To be told again: {told}.{off}"))


def _again(acting: Acting, known: Hook, ids: tuple[str, ...], *, is_failed: bool, since: datetime | None) -> int:
    told = 0
    if ids:
        told += tellingbook.tell_again(acting.tx, known.id, acting.now, [_message(acting.tx, known, uid).id for uid in ids])
    if is_failed:
        told += tellingbook.tell_failed_again(acting.tx, known.id, acting.now)
    if since is not None:
        told += tellingbook.tell_again_since(acting.tx, known.id, acting.now, since)
    return told


def _message(tx: Transaction, known: Hook, uid: str) -> Telling:
    found = tellingbook.by_uid(tx, known.id, uid)
    if found is None:
        raise HookNotFound(f"{known.name} with a message {uid}")
    return found


def _switch(door: Door, name: str, *, is_enabled: bool) -> None:
    with door.acting(M) as acting:
        known = hookbook.find(acting.tx, name)
        known = hookbook.switch(acting.tx, known.id, acting.now, is_enabled=is_enabled)
        acting.record("hook.enable" if is_enabled else "hook.disable", f"webhook {known.name}")
        document = hookviews.document(acting.tx, known)
    words = "is told what happens" if is_enabled else "is told nothing more"
    door.answer(document, shown.line(f"Webhook {known.name} {words}."))


def _given(path: str | None) -> bytes | None:
    return None if path is None else signing.read_secret(read_text(path))


def _number(tx: Transaction, newsletter: str | None) -> int | None:
    return None if newsletter is None else newsletters.find(tx, newsletter).id


def _strongbox(door: Door) -> Strongbox:
    return Strongbox.of(door.application.keyring)


hooks = click.Group(
    "hooks",
    commands=[add, list_, show, edit, secret_, rotate, enable, disable, test, log, replay, remove],
    help="Programs outside that are told what happens here (webhooks).",
)
