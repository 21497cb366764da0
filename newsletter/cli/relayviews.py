"""How relays, and what came of trying one, look on a terminal and as JSON; never with a password."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.table import Table

from newsletter.cli import shown
from newsletter.mail import relaychange
from newsletter.mail.relaybook import Entry
from newsletter.mail.relaycheck import Found
from newsletter.mail.relays import Relay


def document(entry: Entry, used_today: int | None) -> dict[str, object]:
    """Give a relay as JSON."""
    relay = entry.relay
    return {
        "name": relay.name,
        "user": relay.username,
        "has_password": entry.has_password,
        "is_enabled": entry.is_enabled,
        **relaychange.facts(relay),
    } | ({} if used_today is None else {"used_today": used_today})


def table(entries: Sequence[Entry], used: Mapping[str, int]) -> Table:
    """Give all relays one below the other."""
    rows = (
        (
            one.name,
            str(one.relay),
            one.relay.tls.value,
            "yes" if one.is_enabled else "no",
            one.relay.connections,
            one.relay.weight,
            one.relay.limits.words,
            f"{used[one.name]:,}" if not one.relay.limits.are_none else "",
        )
        for one in entries
    )
    return shown.table(("name", "address", "tls", "enabled", "#connections", "#weight", "limits", "#today"), rows)


def facts(entry: Entry, used_today: int) -> Table:
    """Give everything about one relay."""
    relay = entry.relay
    return shown.pairs(
        name=relay.name,
        address=str(relay),
        encryption=relay.tls.value,
        certificates=relay.ca_file or "the system's",
        user=relay.username,
        password="kept encrypted" if entry.has_password else "",
        enabled="yes" if entry.is_enabled else "no",
        connections=relay.connections,
        weight=relay.weight,
        limits=relay.limits.words,
        given_today=f"{used_today:,}" if not relay.limits.are_none else "",
        messages_of_a_connection=relay.messages,
        idle=f"{relay.idle} s",
        timeouts=", ".join(f"{phase} {seconds:g} s" for phase, seconds in relay.timeouts.items()),
        pipelining="where it is offered" if relay.pipelining else "never",
        chunking="where it is offered" if relay.chunking else "never",
        reports="asked for where they are offered" if relay.dsn else "never asked for",
    )


def finding(name: str, found: Found) -> dict[str, object]:
    """Give what came of trying a relay as JSON."""
    seen = found.handshake
    return {
        "relay": name,
        "works": not found.trouble,
        "trouble": found.trouble,
        "greeting": seen.greeting if seen else "",
        "extensions": list(found.extensions),
        "tls_version": seen.tls_version if seen else "",
        "certificate": dict(found.certificate),
        "reply": found.reply,
    }


def finding_shown(relay: Relay, found: Found) -> Iterator[RenderableType]:
    """Give what came of trying a relay as a person reads it."""
    seen = found.handshake
    if seen is None:
        return
    certificate = found.certificate
    yield shown.pairs(
        relay=f"{relay.name} at {relay}",
        greeting=seen.greeting,
        extensions=", ".join(found.extensions),
        encryption=seen.tls_version or "none",
        certificate=certificate.get("subject", ""),
        issued_by=certificate.get("issuer", ""),
        good_until=certificate.get("expires", ""),
        login=f"as {relay.username}" if relay.username else "none asked for",
        answer_to_the_mail=found.reply,
    )
    if not found.trouble:
        yield shown.line(f"Relay {relay.name} works." if not found.reply else f"Relay {relay.name} took the mail.")
