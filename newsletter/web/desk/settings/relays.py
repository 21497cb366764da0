"""Relays at the desk: added, changed, tried and switched; a password goes in and never comes out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.responses import Response

from newsletter.errors import BadValue, NotAdopted
from newsletter.issues import newsletters
from newsletter.languages.catalogue import Words, later
from newsletter.mail import allowances, domains, mailings, relaybook, relaycheck
from newsletter.mail.limits import parse_rate
from newsletter.mail.relaybook import Entry
from newsletter.mail.relaychange import NONE, RelayChange, changed, difference, new_relay
from newsletter.mail.relaycheck import Found, Probe
from newsletter.mail.relays import (
    DEFAULT_IDLE,
    DEFAULT_MESSAGES,
    FROM_SETTING,
    LONGEST_IDLE,
    LONGEST_TIMEOUT,
    MOST_CONNECTIONS,
    MOST_MESSAGES,
    MOST_WEIGHT,
    PHASES,
    Relay,
    Tls,
)
from newsletter.mail.transactions import Patience
from newsletter.strongbox import Strongbox
from newsletter.web.desk.settings import sheets
from newsletter.web.spelled import number
from newsletter.web.visits import Site, Visit
from subscribers import address
from subscribers.sentence import say
from subscribers.transaction import Transaction

HERE = "/desk/settings/relays"

# Of one relay, in seconds: whoever presses the button sits in front of it.
PATIENCE = 45.0

_ADDRESS = ("host", "port", "tls")
_NUMBERS = ("connections", "weight")
_LIMITS = ("rate", "daily_cap", "quiet_hours", "warm_up")
# Whether something is used where the relay offers it, spelled as the form spells it.
_OFFERED = ("pipelining", "chunking", "dsn")
_YES, _NO = "yes", "no"
# Before a phase, the name of the field with the seconds that are waited in it.
TIMEOUT = "timeout-"
_TIMEOUTS = tuple(f"{TIMEOUT}{phase}" for phase in PHASES)
_OF_CONNECTION = ("messages", "idle", *_OFFERED, *_TIMEOUTS)
_FIELDS = ("name", *_ADDRESS, "username", *_NUMBERS, *_LIMITS, "zone", "ca_file", *_OF_CONNECTION)
# What a relay that nobody changed has, as the form spells it.
_USUAL = {"messages": str(DEFAULT_MESSAGES), "idle": str(DEFAULT_IDLE), **dict.fromkeys(_OFFERED, _YES)}

_TLS: Mapping[Tls, str] = {
    Tls.STARTTLS: later("STARTTLS, usually on port 587"),
    Tls.IMPLICIT: later("TLS from the first byte, usually on port 465"),
    Tls.NONE: later("None: for a relay on this machine"),
}


# What is waited for in each phase of a message.
_PHASES: Mapping[str, str] = {
    "greeting": later("Connection, greeting and login"),
    "mail": later("The sender"),
    "rcpt": later("A recipient"),
    "data": later("Leave to send the message"),
    "block": later("Each piece of the message"),
    "dot": later("Its answer to the whole message"),
}


@dataclass(frozen=True, slots=True)
class Wait:
    """How long one phase of a message may take."""

    name: str
    words: str
    # As it was typed; empty: the usual.
    typed: str
    # In seconds, where nobody says otherwise.
    usual: int


@dataclass(frozen=True, slots=True)
class Row:
    """A relay in the list of them."""

    entry: Entry
    limits: str
    # What it was given of its limits today; empty where none of them counts days.
    today: str

    @property
    def is_of_setting(self) -> bool:
        """Whether it stands in a setting, where its address and login are changed."""
        return self.entry.name == FROM_SETTING


def show(site: Site, visit: Visit) -> Response:
    """Show the relays and the rates of recipients' domains."""
    return _list(site, visit)


def ask(site: Site, visit: Visit) -> Response:
    """Show the form of a new relay."""
    usual = {"port": "587", "tls": Tls.STARTTLS.value, "connections": "5", "weight": "1", **_USUAL}
    return _form(site, visit, None, dict.fromkeys(_FIELDS, "") | usual)


def add(site: Site, visit: Visit) -> Response:
    """Add a relay; mail goes to it within a second."""
    typed = _typed(visit)
    try:
        relay = new_relay(typed["name"], _change(visit, typed, None), visit.now)
        relaycheck.trust(relay)
        with site.application.database.write() as tx:
            relaybook.add(tx, relay, _strongbox(site), visit.now)
            sheets.record(tx, visit, "relay.add", f"relay {relay.name}", at=str(relay))
    except sheets.REFUSALS as error:
        return _form(site, visit, None, typed, error)
    return sheets.done(HERE, "relay-hasty" if _is_hasty(relay) else "relay-added")


def open_(site: Site, visit: Visit) -> Response:
    """Show everything about a relay but its password."""
    with site.application.database.read() as tx:
        entry = _entry(site, tx, visit)
    return _form(site, visit, entry, _fields(entry.relay))


def change(site: Site, visit: Visit) -> Response:
    """Change a relay; a password that is left empty stays, unless the relay is at another address now."""
    typed, strongbox = _typed(visit), _strongbox(site)
    with site.application.database.read() as tx:
        before = _entry(site, tx, visit)
    try:
        with site.application.database.write() as tx:
            entry = relaybook.find_to_change(tx, before.name, site.application.relay)
            wanted = _change(visit, typed, entry.relay)
            known = entry.relay if wanted.brings_password else relaybook.opened(entry, strongbox)
            relay = changed(known, wanted, visit.now)
            relaycheck.trust(relay)
            relaybook.change(tx, relay, strongbox, visit.now)
            sheets.record(tx, visit, "relay.edit", f"relay {relay.name}", **difference(entry.relay, relay))
    except sheets.REFUSALS as error:
        return _form(site, visit, before, typed, error)
    return sheets.done(HERE, "relay-hasty" if _is_hasty(relay) else "relay-saved")


def switch(site: Site, visit: Visit) -> Response:
    """Let a relay take mail, or no more."""
    is_enabled = visit.text("act") == "enable"
    with site.application.database.write() as tx:
        entry = relaybook.find_to_change(tx, str(visit.path["name"]), site.application.relay)
        relaybook.enable(tx, entry, visit.now, is_enabled=is_enabled)
        sheets.record(tx, visit, "relay.enable" if is_enabled else "relay.disable", f"relay {entry.name}")
    return sheets.done(HERE, "relay-on" if is_enabled else "relay-off")


def test(site: Site, visit: Visit) -> Response:
    """Connect to a relay as a mailer would, log in, and, where an address is given, send a mail there."""
    with site.application.database.read() as tx:
        entry = _entry(site, tx, visit)
        papers = newsletters.all_newsletters(tx)
        is_copy = mailings.is_copy(tx)
    to = visit.text("to")
    if to and is_copy:
        return _form(site, visit, entry, _fields(entry.relay), NotAdopted(), to=to)
    try:
        sender = papers[0].sender_address if papers else to
        probe = Probe(address.parse(sender).text, address.parse(to).text, visit.now) if to else None
    except sheets.REFUSALS as error:
        return _form(site, visit, entry, _fields(entry.relay), error, to=to)
    found = _found(relaybook.opened(entry, _strongbox(site)), probe, visit.words)
    with site.application.database.write() as tx:
        sheets.record(tx, visit, "relay.test", f"relay {entry.name}", works=not found.trouble)
    return _form(site, visit, entry, _fields(entry.relay), found=found, to=to)


def ask_to_remove(site: Site, visit: Visit) -> Response:
    """Ask whether a relay is to be forgotten."""
    with site.application.database.read() as tx:
        entry = _entry(site, tx, visit)
        others = [
            one.name for one in relaybook.entries(tx, site.application.relay) if one.is_enabled and one.name != entry.name
        ]
    return sheets.page(site, visit, "relay_remove", at="relays", entry=entry, others=others)


def remove(site: Site, visit: Visit) -> Response:
    """Forget a relay and its login."""
    try:
        with site.application.database.write() as tx:
            entry = _entry(site, tx, visit)
            relaybook.remove(tx, entry)
            sheets.record(tx, visit, "relay.remove", f"relay {entry.name}")
    except sheets.REFUSALS as error:
        return _list(site, visit, error)
    return sheets.done(HERE, "relay-gone")


def set_rate(site: Site, visit: Visit) -> Response:
    """Write to the people of a domain no faster than so; or as fast as to all others."""
    domain, rate = visit.text("domain"), visit.text("rate")
    try:
        with site.application.database.write() as tx:
            if visit.text("act") == "remove":
                domains.remove_rate(tx, domain, visit.now)
                sheets.record(tx, visit, "domain.remove", f"domain {domain}")
            else:
                made = domains.set_rate(tx, domain, parse_rate(rate), visit.now)
                sheets.record(tx, visit, "domain.rate", f"domain {made.domain}", rate=str(made.rate))
    except sheets.REFUSALS as error:
        return _list(site, visit, error)
    return sheets.done(HERE, "rate")


def _found(relay: Relay, probe: Probe | None, words: Words) -> Found:
    too_late = Found(trouble=words.gettext("It did not answer within %(count)s seconds.", count=f"{PATIENCE:g}"))
    return relaycheck.examined(relay, probe, PATIENCE) or too_late


def _change(visit: Visit, typed: Mapping[str, str], known: Relay | None) -> RelayChange:
    """Read what is wanted of a relay; of that of the setting only weight and limits can be."""
    limits = RelayChange(
        weight=_whole("weight", typed["weight"]),
        zone=typed["zone"] or None,
        rate=typed["rate"] or NONE,
        daily_cap=typed["daily_cap"] or NONE,
        quiet_hours=typed["quiet_hours"] or NONE,
        warm_up=typed["warm_up"] or NONE,
    )
    if known is not None and known.name == FROM_SETTING:
        return limits
    is_moved = known is None or (known.host, str(known.port), known.tls.value) != tuple(typed[name] for name in _ADDRESS)
    return replace(
        limits,
        url=_url(typed) if is_moved else None,
        tls=typed["tls"],
        username=typed["username"],
        # Not stripped, and not among what comes back in the form: it may begin with a blank, and is shown to nobody.
        password=visit.form.get("password") or None,
        connections=_whole("connections", typed["connections"]),
        messages=_whole("messages", typed["messages"]) if typed["messages"] else None,
        idle=_whole("idle", typed["idle"]) if typed["idle"] else None,
        pipelining=_offered(typed["pipelining"]),
        chunking=_offered(typed["chunking"]),
        dsn=_offered(typed["dsn"]),
        timeouts=[f"{phase}={typed[f'{TIMEOUT}{phase}'] or NONE}" for phase in PHASES],
        ca_file=typed["ca_file"] or NONE,
        is_insecure="is_insecure" in visit.form,
    )


def _offered(text: str) -> bool | None:
    return {_YES: True, _NO: False}.get(text)


def _is_hasty(relay: Relay) -> bool:
    """Whether a mailer gives up before a relay has had the time that it may take."""
    return relay.timeouts.get("dot", relaycheck.SAFE_DOT) < relaycheck.SAFE_DOT


def _url(typed: Mapping[str, str]) -> str:
    host = f"[{typed['host']}]" if ":" in typed["host"] else typed["host"]
    return f"smtp://{host}:{_whole('port', typed['port'])}?tls={typed['tls']}"


def _whole(what: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):  # noqa: PLR2004 -- more digits are no number of ours
        raise BadValue(what, text, say("is a whole number"))
    return int(text)


def _list(site: Site, visit: Visit, refused: Exception | None = None) -> Response:
    with site.application.database.read() as tx:
        known = relaybook.entries(tx, site.application.relay)
        used = allowances.used_today(tx, (one.relay for one in known), visit.now)
        rates = [(one.domain, str(one.rate)) for one in domains.rates(tx) if one.rate is not None]
    rows = [Row(one, one.relay.limits.words, "" if one.relay.limits.are_none else number(used[one.name])) for one in known]
    return sheets.page(site, visit, "relays", at="relays", refused=refused, rows=rows, rates=rates, typed=_asked_rate(visit))


def _form(
    site: Site,
    visit: Visit,
    entry: Entry | None,
    typed: Mapping[str, str],
    refused: Exception | None = None,
    *,
    found: Found | None = None,
    to: str = "",
) -> Response:
    return sheets.page(
        site,
        visit,
        "relay",
        at="relays",
        refused=refused,
        entry=entry,
        is_of_setting=entry is not None and entry.name == FROM_SETTING,
        typed=typed,
        is_insecure="is_insecure" in visit.form,
        found=found,
        to=to,
        tls=sheets.spoken(visit, _TLS),
        most_connections=MOST_CONNECTIONS,
        most_weight=MOST_WEIGHT,
        most_messages=MOST_MESSAGES,
        longest_idle=LONGEST_IDLE,
        longest_timeout=LONGEST_TIMEOUT,
        waits=_waits(typed),
        is_tuned=any(typed[name] != _USUAL.get(name, "") for name in _OF_CONNECTION),
        haste=relaycheck.SAFE_DOT,
    )


def _waits(typed: Mapping[str, str]) -> tuple[Wait, ...]:
    usual = Patience()
    return tuple(
        Wait(f"{TIMEOUT}{phase}", _PHASES[phase], typed[f"{TIMEOUT}{phase}"], round(getattr(usual, phase))) for phase in PHASES
    )


def _typed(visit: Visit) -> dict[str, str]:
    return {name: visit.text(name) for name in _FIELDS}


def _fields(relay: Relay) -> dict[str, str]:
    limits = relay.limits
    return {
        "name": relay.name,
        "host": relay.host,
        "port": str(relay.port),
        "tls": relay.tls.value,
        "username": relay.username,
        "connections": str(relay.connections),
        "weight": str(relay.weight),
        "rate": str(limits.rate or ""),
        "daily_cap": str(limits.daily_cap or ""),
        "quiet_hours": str(limits.quiet_hours or ""),
        "warm_up": str(limits.warm_up or ""),
        "zone": limits.zone,
        "ca_file": relay.ca_file,
        "messages": str(relay.messages),
        "idle": str(relay.idle),
        "pipelining": _YES if relay.pipelining else _NO,
        "chunking": _YES if relay.chunking else _NO,
        "dsn": _YES if relay.dsn else _NO,
        **{f"{TIMEOUT}{phase}": f"{relay.timeouts[phase]:g}" if phase in relay.timeouts else "" for phase in PHASES},
    }


def _entry(site: Site, tx: Transaction, visit: Visit) -> Entry:
    return relaybook.find(tx, str(visit.path["name"]), site.application.relay)


def _strongbox(site: Site) -> Strongbox:
    return Strongbox.of(site.application.keyring)


def _asked_rate(visit: Visit) -> dict[str, str]:
    return {name: visit.text(name) for name in ("domain", "rate")}
