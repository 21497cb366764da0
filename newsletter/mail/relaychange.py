"""What somebody wants of a relay, or wants different: read, checked, and said no to in words; pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from newsletter.errors import BadValue
from newsletter.issues.recurrence import parse_zone
from newsletter.mail import limits as rules
from newsletter.mail.limits import Limits
from newsletter.mail.relays import (
    FROM_SETTING,
    LONGEST_IDLE,
    LONGEST_TIMEOUT,
    MOST_CONNECTIONS,
    MOST_MESSAGES,
    MOST_WEIGHT,
    PHASES,
    Relay,
    Tls,
    is_loopback,
    read_address,
    shows_password,
)
from subscribers.sentence import say

# What takes a limit away.
NONE = "none"

LONGEST_LOGIN = 1000

_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]{0,38}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class RelayChange:
    """What is to be different; None: stays as it is. Limits are texts, and `none` takes one away."""

    # A password may stand in it.
    url: str | None = field(default=None, repr=False)
    tls: str | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    connections: int | None = None
    weight: int | None = None
    rate: str | None = None
    daily_cap: str | None = None
    quiet_hours: str | None = None
    warm_up: str | None = None
    zone: str | None = None
    messages: int | None = None
    idle: int | None = None
    ca_file: str | None = None
    pipelining: bool | None = None
    chunking: bool | None = None
    dsn: bool | None = None
    # `phase=seconds`, `phase=none`.
    timeouts: Sequence[str] = ()
    # Said in so many words: unencrypted over a network.
    is_insecure: bool = False

    @property
    def is_nothing(self) -> bool:
        """Whether all stays as it is."""
        return replace(self, is_insecure=False) == RelayChange()

    @property
    def brings_password(self) -> bool:
        """Whether the password that is known is not needed: another one comes, or another address, which may have none."""
        return self.password is not None or self.url is not None

    @property
    def touches_connection(self) -> bool:
        """Whether it says anything that, for the relay of the setting, the setting says."""
        return (
            replace(self, weight=None, rate=None, daily_cap=None, quiet_hours=None, warm_up=None, zone=None, is_insecure=False)
            != RelayChange()
        )


def new_relay(name: str, change: RelayChange, now: datetime) -> Relay:
    """Give the relay that *change* describes from its address on.

    Raises:
        BadValue: something in it cannot be used.

    """
    name = name.strip().lower()
    if not _NAME.fullmatch(name):
        raise BadValue(say("relay"), name, say("a name has letters, digits, dots and hyphens, 40 at most"))
    if name == FROM_SETTING:
        raise BadValue(say("relay"), name, say("is what the relay of NEWSLETTER_RELAY_URL is called; choose another name"))
    return changed(replace(_read(name, change.url or ""), name=name), replace(change, url=None), now, is_new=True)


def changed(relay: Relay, change: RelayChange, now: datetime, *, is_new: bool = False) -> Relay:
    """Give *relay* with what is to be different; another address brings its own login, or none.

    Raises:
        BadValue: something in it cannot be used.

    """
    if relay.name == FROM_SETTING and change.touches_connection:
        raise BadValue(
            say("relay"), relay.name, say("how to reach it stands in NEWSLETTER_RELAY_URL; weight and limits can be set here")
        )
    if change.url is not None:
        relay = _moved(relay, _read(relay.name, change.url))
    made = replace(
        relay,
        tls=relay.tls if change.tls is None else _tls(change.tls),
        username=_login("user", relay.username, change.username),
        password=_login("password", relay.password, change.password),
        connections=_within("connections", relay.connections, change.connections, MOST_CONNECTIONS),
        weight=_within("weight", relay.weight, change.weight, MOST_WEIGHT),
        messages=_within("messages", relay.messages, change.messages, MOST_MESSAGES),
        idle=_within("idle", relay.idle, change.idle, LONGEST_IDLE),
        ca_file=_unless_none(relay.ca_file, change.ca_file),
        pipelining=relay.pipelining if change.pipelining is None else change.pipelining,
        chunking=relay.chunking if change.chunking is None else change.chunking,
        dsn=relay.dsn if change.dsn is None else change.dsn,
        timeouts=_timeouts(relay.timeouts, change.timeouts),
        limits=_limits(relay.limits, change, now),
    )
    _refuse_what_is_open(made, change, is_new=is_new)
    return made


def facts(relay: Relay) -> dict[str, object]:
    """Give everything about a relay that may be shown and written down: no login."""
    return {
        "host": relay.host,
        "port": relay.port,
        "tls": relay.tls.value,
        "connections": relay.connections,
        "weight": relay.weight,
        "limits": rules.document(relay.limits),
        "messages": relay.messages,
        "idle": relay.idle,
        "timeouts": dict(relay.timeouts),
        "ca_file": relay.ca_file,
        "pipelining": relay.pipelining,
        "chunking": relay.chunking,
        "dsn": relay.dsn,
    }


def difference(before: Relay, after: Relay) -> dict[str, object]:
    """Give what is different, for the audit."""
    old, new = facts(before), facts(after)
    return {name: value for name, value in new.items() if old[name] != value}


def _read(name: str, url: str) -> Relay:
    try:
        return read_address(url)
    except ValueError as error:
        # The address itself is not repeated: a password may stand in it.
        raise BadValue(say("relay"), name, say("its address %(error)s", error=error)) from error


def _moved(relay: Relay, at: Relay) -> Relay:
    # A password is never taken along to another server.
    return replace(relay, host=at.host, port=at.port, tls=at.tls, username=at.username, password=at.password)


def _refuse_what_is_open(relay: Relay, change: RelayChange, *, is_new: bool) -> None:
    if relay.password and not relay.username:
        raise BadValue(say("relay"), relay.name, say("a password needs a user"))
    if shows_password(relay):
        raise BadValue(
            say("relay"), relay.name, say("would send the password in the clear; encrypt it (tls starttls or implicit)")
        )
    is_chosen = is_new or change.url is not None or change.tls is not None
    if is_chosen and relay.tls is Tls.NONE and not is_loopback(relay.host) and not change.is_insecure:
        raise BadValue(
            say("relay"), relay.name, say("mail would go unencrypted over the network; if that is meant, say so (--insecure)")
        )


def _limits(limits: Limits, change: RelayChange, now: datetime) -> Limits:
    quiet_hours, zone = limits.quiet_hours, limits.zone if change.zone is None else parse_zone(change.zone)
    if change.quiet_hours is not None:
        quiet_hours, spelled = (None, "") if change.quiet_hours == NONE else rules.parse_quiet_hours(change.quiet_hours)
        if spelled and change.zone is not None and spelled != zone:
            raise BadValue(
                say("quiet hours"),
                change.quiet_hours,
                say("name another zone than %(zone)s; a relay has one", zone=change.zone),
            )
        zone = spelled or zone
    made = replace(limits, quiet_hours=quiet_hours, zone=zone)
    if change.rate is not None:
        made = replace(made, rate=None if change.rate == NONE else rules.parse_rate(change.rate))
    if change.daily_cap is not None:
        made = replace(made, daily_cap=None if change.daily_cap == NONE else _cap(change.daily_cap))
    if change.warm_up is not None:
        warm_up = None if change.warm_up == NONE else rules.parse_warm_up(change.warm_up, made.day(now))
        made = replace(made, warm_up=warm_up)
    return made


def _cap(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > len(str(rules.HIGHEST_CAP)):
        raise BadValue(say("daily cap"), text, say("is no number of messages, nor none"))
    if not 1 <= int(text) <= rules.HIGHEST_CAP:
        raise BadValue(say("daily cap"), text, say("is to be from 1 to %(highest_cap)s", highest_cap=f"{rules.HIGHEST_CAP:,}"))
    return int(text)


def _timeouts(known: Mapping[str, float], texts: Sequence[str]) -> dict[str, float]:
    made = dict(known)
    for text in texts:
        phase, _, seconds = text.partition("=")
        if phase not in PHASES:
            raise BadValue(say("timeout"), text, say("write it as dot=600; phases are %(phases)s", phases=", ".join(PHASES)))
        if seconds == NONE:
            made.pop(phase, None)
        elif seconds.isascii() and seconds.isdigit() and len(seconds) <= len(str(LONGEST_TIMEOUT)):
            made[phase] = float(_within(say("timeout %(phase)s", phase=phase), 0, int(seconds), LONGEST_TIMEOUT))
        else:
            raise BadValue(say("timeout"), text, say("is no whole number of seconds, nor none"))
    return made


def _tls(text: str) -> Tls:
    if text not in set(Tls):
        raise BadValue(say("tls"), text, say("is not one of implicit, starttls, none"))
    return Tls(text)


def _login(what: str, known: str, wanted: str | None) -> str:
    if wanted is None:
        return known
    if len(wanted) > LONGEST_LOGIN or any(not char.isprintable() for char in wanted):
        raise BadValue(
            what, "given", say("is longer than %(most)s characters, or holds control characters", most=LONGEST_LOGIN)
        )
    return wanted


def _unless_none(known: str, wanted: str | None) -> str:
    if wanted is None:
        return known
    return "" if wanted == NONE else wanted


def _within(what: str, known: int, wanted: int | None, most: int) -> int:
    if wanted is None:
        return known
    if not 1 <= wanted <= most:
        raise BadValue(what, wanted, say("is to be from 1 to %(most)s", most=most))
    return wanted
