"""How relays, and what came of trying one, look on a terminal and as JSON; never with a password."""

from collections.abc import Iterator, Mapping, Sequence

from rich.console import RenderableType
from rich.table import Table

from newsletter.cli import shown
from newsletter.mail import limits as rules
from newsletter.mail.limits import Limits
from newsletter.mail.relaybook import Entry
from newsletter.mail.relaycheck import Found
from newsletter.mail.relays import Relay
from newsletter.mail.session import Handshake


def document(entry: Entry, used_today: int | None) -> dict[str, object]:
    """Give a relay as JSON."""
    relay = entry.relay
    return {
        "name": relay.name,
        "host": relay.host,
        "port": relay.port,
        "tls": relay.tls.value,
        "user": relay.username,
        "has_password": entry.has_password,
        "is_enabled": entry.is_enabled,
        "connections": relay.connections,
        "weight": relay.weight,
        "limits": rules.document(relay.limits),
        "messages": relay.messages,
        "idle": relay.idle,
        "timeouts": dict(relay.timeouts),
        "ca_file": relay.ca_file,
        "pipelining": relay.pipelining,
        "chunking": relay.chunking,
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
            in_words(one.relay.limits),
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
        limits=in_words(relay.limits),
        given_today=f"{used_today:,}" if not relay.limits.are_none else "",
        messages_of_a_connection=relay.messages,
        idle=f"{relay.idle} s",
        timeouts=", ".join(f"{phase} {seconds:g} s" for phase, seconds in relay.timeouts.items()),
        pipelining="where it is offered" if relay.pipelining else "never",
        chunking="where it is offered" if relay.chunking else "never",
    )


def in_words(limits: Limits) -> str:
    """Give limits on one line; nothing for none."""
    parts = [
        str(limits.rate) if limits.rate else "",
        f"{limits.daily_cap:,} a day" if limits.daily_cap else "",
        f"quiet {limits.quiet_hours}" if limits.quiet_hours else "",
        f"warm-up {limits.warm_up}" if limits.warm_up else "",
    ]
    said = ", ".join(part for part in parts if part)
    has_clock = limits.quiet_hours or limits.counts_days
    return f"{said} ({limits.zone})" if has_clock else said


def difference(before: Relay, after: Relay) -> dict[str, object]:
    """Give what is different, for the audit: no login in it."""
    old, new = (document(Entry(one, is_enabled=True, has_password=False), None) for one in (before, after))
    return {name: new[name] for name in new if name != "user" and old[name] != new[name]}


def finding(name: str, found: Found) -> dict[str, object]:
    """Give what came of trying a relay as JSON."""
    seen = found.handshake
    return {
        "relay": name,
        "works": not found.trouble,
        "trouble": found.trouble,
        "greeting": seen.greeting if seen else "",
        "extensions": _extensions(seen) if seen else [],
        "tls_version": seen.tls_version if seen else "",
        "certificate": _certificate(seen) if seen else {},
        "reply": found.reply,
    }


def finding_shown(relay: Relay, found: Found) -> Iterator[RenderableType]:
    """Give what came of trying a relay as a person reads it."""
    seen = found.handshake
    if seen is None:
        return
    certificate = _certificate(seen)
    yield shown.pairs(
        relay=f"{relay.name} at {relay}",
        greeting=seen.greeting,
        extensions=", ".join(_extensions(seen)),
        encryption=seen.tls_version or "none",
        certificate=certificate.get("subject", ""),
        issued_by=certificate.get("issuer", ""),
        good_until=certificate.get("expires", ""),
        login=f"as {relay.username}" if relay.username else "none asked for",
        answer_to_the_mail=found.reply,
    )
    if not found.trouble:
        yield shown.line(f"Relay {relay.name} works." if not found.reply else f"Relay {relay.name} took the mail.")


def _extensions(seen: Handshake) -> list[str]:
    return sorted(f"{name.upper()} {value}".strip() for name, value in seen.extensions.items())


def _certificate(seen: Handshake) -> dict[str, str]:
    if not seen.certificate:
        return {}
    return {
        "subject": _names(seen.certificate.get("subject", ())),
        "issuer": _names(seen.certificate.get("issuer", ())),
        "expires": str(seen.certificate.get("notAfter", "")),
    }


def _names(parts: Sequence[Sequence[Sequence[str]]]) -> str:
    """Give a name of X.509, which comes as pairs in groups, on one line."""
    return ", ".join(f"{pair[0]}={pair[1]}" for group in parts for pair in group)
