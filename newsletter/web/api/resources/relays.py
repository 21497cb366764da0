"""Relays: the mail servers that mail is handed to. A password goes in and never comes out."""

import re
from typing import Any

from pydantic import Field

from newsletter.issues import newsletters
from newsletter.mail import mailings, relaybook, relaychange, relaycheck
from newsletter.mail.relaybook import Entry
from newsletter.mail.relaychange import RelayChange, changed, difference, new_relay
from newsletter.mail.relaycheck import Found, Probe
from newsletter.staff.permissions import Permission
from newsletter.strongbox import Strongbox
from newsletter.web.api import paging
from newsletter.web.api.calls import Call, Calling
from newsletter.web.api.fields import Answer, Given, Line, Number
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.routing import Routes
from subscribers.address import parse
from subscribers.transaction import Transaction

RELAYS = Permission.MANAGE_RELAYS
ONE = "/relays/{name}"
# One for each phase of a message.
MOST_TIMEOUTS = 20

# Of one relay, in seconds: whoever asks waits for it.
PATIENCE = 45.0
TOO_LATE = f"It did not answer within {PATIENCE:g} seconds."

routes = Routes("relays", "The mail servers that mail is handed to.")


class RelayAnswer(Answer):
    """A relay, without its password."""

    name: str
    username: str
    has_password: bool
    is_enabled: bool
    settings: dict[str, Any] = Field(description="Address, encryption, connections, weight, limits and timeouts.")


class RelaySettings(Given):
    """How a relay is reached and how much it is given; what is left out stays, or is as usual."""

    tls: Line | None = Field(None, description="`implicit`, `starttls` or `none`.")
    username: Line | None = None
    password: Line | None = Field(None, description="Kept sealed; no answer has it.")
    connections: Number | None = None
    weight: Number | None = None
    rate: Line | None = Field(None, description="As `300/min`; `none` for no limit.")
    daily_cap: Line | None = None
    quiet_hours: Line | None = Field(None, description="As `22:00-07:00 Europe/Amsterdam`; or `none`.")
    warm_up: Line | None = None
    zone: Line | None = None
    messages: Number | None = None
    idle: Number | None = None
    ca_file: Line | None = None
    pipelining: bool | None = None
    chunking: bool | None = None
    dsn: bool | None = None
    timeouts: list[Line] = Field([], max_length=MOST_TIMEOUTS, description="As `greeting=30`.")
    is_insecure: bool = Field(False, description="Unencrypted over a network is meant; never with a login.")


class NewRelay(RelaySettings):
    """A relay that is to be added."""

    name: Line
    url: Line = Field(description="As in NEWSLETTER_RELAY_URL.")


class RelaySettingsChange(RelaySettings):
    """What is to be different in a relay."""

    url: Line | None = None


class Trial(Given):
    """How a relay is to be tried."""

    to: Line | None = Field(None, description="Where a mail is to go; left out: nothing is mailed.")


class Tried(Answer):
    """What came of trying a relay. The address is not repeated."""

    works: bool
    trouble: str = Field(description="Where it got stuck; empty: nowhere.")
    reply: str = Field(description="What it answered to the mail.")
    extensions: list[str]
    certificate: dict[str, str] = Field(description="Whose it is, who issued it, and until when it is good.")


@routes.get("/relays", RELAYS)
def list_relays(call: Calling, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[RelayAnswer]:
    """List all relays: that of the setting first, then by name."""
    with call.reading() as tx:
        known = relaybook.entries(tx, call.application.relay)
    shown, more = paging.part_of(known, cursor, limit)
    return Page(items=[_answer(one) for one in shown], next=more)


@routes.post("/relays", RELAYS, status_code=201)
def add_relay(call: Calling, given: NewRelay) -> RelayAnswer:
    """Add a relay; mail goes to it within a second."""
    relay = new_relay(given.name, _change(given, given.url), call.now)
    relaycheck.trust(relay)
    with call.acting() as acting:
        relaybook.add(acting.tx, relay, _strongbox(call), acting.now)
        acting.record("relay.add", f"relay {relay.name}", at=str(relay))
        return _answer(_known(acting.tx, call, relay.name))


@routes.get(ONE, RELAYS)
def show_relay(call: Calling, name: Line) -> RelayAnswer:
    """Show a relay."""
    with call.reading() as tx:
        return _answer(_known(tx, call, name))


@routes.patch(ONE, RELAYS)
def change_relay(call: Calling, name: Line, given: RelaySettingsChange) -> RelayAnswer:
    """Change a relay; a mailer that is running goes by it within two seconds. A password does not move to another address."""
    wanted, strongbox = _change(given, given.url), _strongbox(call)
    with call.acting() as acting:
        entry = relaybook.find_to_change(acting.tx, name, call.application.relay)
        before = entry.relay if wanted.brings_password else relaybook.opened(entry, strongbox)
        relay = changed(before, wanted, acting.now)
        relaycheck.trust(relay)
        relaybook.change(acting.tx, relay, strongbox, acting.now)
        acting.record("relay.edit", f"relay {relay.name}", **difference(entry.relay, relay))
        return _answer(_known(acting.tx, call, relay.name))


@routes.post(f"{ONE}/enable", RELAYS)
def enable_relay(call: Calling, name: Line) -> RelayAnswer:
    """Let a relay take mail again."""
    return _switch(call, name, is_enabled=True)


@routes.post(f"{ONE}/disable", RELAYS)
def disable_relay(call: Calling, name: Line) -> RelayAnswer:
    """Hand no more mail to a relay; what is on the wire ends first."""
    return _switch(call, name, is_enabled=False)


@routes.post(f"{ONE}/test", RELAYS)
def try_relay(call: Calling, name: Line, given: Trial) -> Tried:
    """Connect to a relay as a mailer would, log in, and, where an address is given, send a mail there; takes 45 s at most."""
    with call.reading() as tx:
        entry, papers = _known(tx, call, name), newsletters.all_newsletters(tx)
        if given.to is not None:
            mailings.require_adopted(tx)
    probe = None
    if given.to is not None:
        to = parse(given.to).text
        probe = Probe(parse(papers[0].sender_address).text if papers else to, to, call.now)
    found = relaycheck.examined(relaybook.opened(entry, _strongbox(call)), probe, PATIENCE) or Found(trouble=TOO_LATE)
    with call.acting() as acting:
        acting.record("relay.test", f"relay {entry.name}", works=not found.trouble)
    return Tried(
        works=not found.trouble,
        trouble=_without(found.trouble, probe),
        reply=_without(found.reply, probe),
        extensions=list(found.extensions),
        certificate=dict(found.certificate),
    )


@routes.delete(ONE, RELAYS)
def remove_relay(call: Calling, name: Line) -> None:
    """Forget a relay and its login; the others take its mail."""
    with call.acting() as acting:
        entry = relaybook.find_to_change(acting.tx, name, call.application.relay)
        relaybook.remove(acting.tx, entry)
        acting.record("relay.remove", f"relay {entry.name}")


def _without(text: str, probe: Probe | None) -> str:
    """Give what a relay said without whose address it was said of: answers are kept."""
    return re.sub(re.escape(probe.recipient), "…", text, flags=re.IGNORECASE) if probe is not None else text


def _switch(call: Call, name: str, *, is_enabled: bool) -> RelayAnswer:
    with call.acting() as acting:
        entry = relaybook.find_to_change(acting.tx, name, call.application.relay)
        relaybook.enable(acting.tx, entry, acting.now, is_enabled=is_enabled)
        acting.record("relay.enable" if is_enabled else "relay.disable", f"relay {entry.name}")
        return _answer(_known(acting.tx, call, entry.name))


def _change(given: RelaySettings, url: str | None) -> RelayChange:
    said = given.model_dump(exclude={"name", "url"})
    return RelayChange(url=url, **said)


def _known(tx: Transaction, call: Call, name: str) -> Entry:
    return relaybook.find(tx, name, call.application.relay)


def _answer(one: Entry) -> RelayAnswer:
    return RelayAnswer(
        name=one.name,
        username=one.relay.username,
        has_password=one.has_password,
        is_enabled=one.is_enabled,
        settings=relaychange.facts(one.relay),
    )


def _strongbox(call: Call) -> Strongbox:
    return Strongbox.of(call.application.keyring)
