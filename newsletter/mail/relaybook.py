"""The relays that were added, in SQL; passwords are sealed. The relay of the setting stands among them when there is one."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert

from newsletter.errors import AlreadyThere, BadValue, RelayMissing, RelayNotFound
from newsletter.mail import limits as rules
from newsletter.mail.relays import FROM_SETTING, Relay, Tls
from newsletter.strongbox import Strongbox
from newsletter.tables.relays import relay as table
from subscribers.sentence import say
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Entry:
    """A relay as it is kept: its password is not read, only known to be there."""

    relay: Relay
    is_enabled: bool
    has_password: bool
    sealed: str = ""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.relay.name


def entries(tx: Transaction, setting: Relay | None) -> tuple[Entry, ...]:
    """Give all relays in order: that of the setting first, then by name."""
    kept = [_entry(row) for row in tx.execute(select(table).order_by(table.c.name))]
    own = next((one for one in kept if one.name == FROM_SETTING), None)
    others = tuple(one for one in kept if one.name != FROM_SETTING)
    return others if setting is None else (_of_setting(setting, own), *others)


def find(tx: Transaction, name: str, setting: Relay | None) -> Entry:
    """Give the relay of this name.

    Raises:
        RelayNotFound: there is none.

    """
    wanted = name.strip().lower()
    found = next((one for one in entries(tx, setting) if one.name == wanted), None)
    if found is None:
        raise RelayNotFound(name)
    return found


def find_to_change(tx: Transaction, name: str, setting: Relay | None) -> Entry:
    """Give the relay of this name, and let nobody else change it before this transaction ends.

    What is kept afterwards is the whole relay: of two that change it at once, the later one is to see what the first did.

    Raises:
        RelayNotFound: there is none.

    """
    tx.execute(select(table.c.id).where(table.c.name == name.strip().lower()).with_for_update())
    return find(tx, name, setting)


def missing(tx: Transaction, setting: Relay | None) -> RelayMissing | None:
    """Say why nothing can be mailed: there is no relay, or none is enabled; None when there is one."""
    known = entries(tx, setting)
    return None if any(one.is_enabled for one in known) else RelayMissing([one.name for one in known])


def opened(entry: Entry, strongbox: Strongbox) -> Relay:
    """Give a relay with its password.

    Raises:
        SealBroken: it was sealed with another key, or moved here from another relay.

    """
    if not entry.sealed:
        return entry.relay
    return replace(entry.relay, password=strongbox.open_text(entry.sealed, _about(entry.name)))


def add(tx: Transaction, relay: Relay, strongbox: Strongbox, now: datetime) -> None:
    """Keep a new relay.

    Raises:
        AlreadyThere: the name is taken.

    """
    values = _values(relay) | {"name": relay.name, "is_enabled": True, "created_at": now}
    values["password_sealed"] = _sealed(relay, strongbox)
    made = tx.execute(insert(table).values(**values).on_conflict_do_nothing().returning(table.c.id)).scalar_one_or_none()
    if made is None:
        raise AlreadyThere(say("relay"), relay.name)


def change(tx: Transaction, relay: Relay, strongbox: Strongbox, now: datetime) -> None:
    """Keep what is different in a relay; of that of the setting, its weight and limits."""
    if relay.name == FROM_SETTING:
        _ensure_setting(tx, relay, now)
        values: dict[str, Any] = {"weight": relay.weight, "limits": rules.document(relay.limits)}
    else:
        values = _values(relay) | {"password_sealed": _sealed(relay, strongbox)}
    tx.execute(update(table).where(table.c.name == relay.name).values(**values))


def enable(tx: Transaction, entry: Entry, now: datetime, *, is_enabled: bool) -> None:
    """Let a relay take mail, or not."""
    if entry.name == FROM_SETTING:
        _ensure_setting(tx, entry.relay, now)
    tx.execute(update(table).where(table.c.name == entry.name).values(is_enabled=is_enabled))


def reseal(tx: Transaction, strongbox: Strongbox) -> int:
    """Seal all passwords anew; gives how many.

    Raises:
        SealBroken: one of them does not open.

    """
    sealed = tx.execute(select(table.c.name, table.c.password_sealed).where(table.c.password_sealed != "")).all()
    for row in sealed:
        about = _about(row.name)
        anew = strongbox.seal(strongbox.open(row.password_sealed, about), about)
        tx.execute(update(table).where(table.c.name == row.name).values(password_sealed=anew))
    return len(sealed)


def remove(tx: Transaction, entry: Entry) -> None:
    """Forget a relay; what it was given of its limits today stays known.

    Raises:
        BadValue: it is the relay of the setting.

    """
    if entry.name == FROM_SETTING:
        raise BadValue(say("relay"), entry.name, "stands in NEWSLETTER_RELAY_URL; take that away, or disable the relay")
    tx.execute(delete(table).where(table.c.name == entry.name))


def _ensure_setting(tx: Transaction, relay: Relay, now: datetime) -> None:
    # Without the login: that stands in the setting and nowhere else.
    values = _values(replace(relay, username="", password="")) | {"name": FROM_SETTING, "is_enabled": True, "created_at": now}
    tx.execute(insert(table).values(**values | {"host": "", "password_sealed": ""}).on_conflict_do_nothing())


def _of_setting(setting: Relay, own: Entry | None) -> Entry:
    relay = replace(setting, name=FROM_SETTING)
    if own is None:
        return Entry(relay, is_enabled=True, has_password=bool(setting.password))
    relay = replace(relay, weight=own.relay.weight, limits=own.relay.limits)
    return Entry(relay, own.is_enabled, has_password=bool(setting.password))


def _entry(row: Row[Any]) -> Entry:
    timeouts: Mapping[str, float] = row.timeouts
    relay = Relay(
        host=row.host,
        port=row.port,
        tls=Tls(row.tls),
        username=row.username,
        connections=row.connections,
        name=row.name,
        weight=row.weight,
        limits=rules.from_document(row.limits),
        messages=row.messages,
        idle=row.idle_seconds,
        timeouts=timeouts,
        ca_file=row.ca_file,
        pipelining=row.uses_pipelining,
        chunking=row.uses_chunking,
        dsn=row.uses_dsn,
    )
    return Entry(relay, row.is_enabled, bool(row.password_sealed), row.password_sealed)


def _values(relay: Relay) -> dict[str, Any]:
    return {
        "host": relay.host,
        "port": relay.port,
        "tls": relay.tls,
        "username": relay.username,
        "connections": relay.connections,
        "weight": relay.weight,
        "limits": rules.document(relay.limits),
        "messages": relay.messages,
        "idle_seconds": relay.idle,
        "timeouts": dict(relay.timeouts),
        "ca_file": relay.ca_file,
        "uses_pipelining": relay.pipelining,
        "uses_chunking": relay.chunking,
        "uses_dsn": relay.dsn,
    }


def _sealed(relay: Relay, strongbox: Strongbox) -> str:
    return strongbox.seal(relay.password, _about(relay.name)) if relay.password else ""


def _about(name: str) -> str:
    return f"relay {name}"
