"""What somebody wants of a relay, and what is said no to."""

from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import pytest

from newsletter.errors import BadValue
from newsletter.mail.limits import Limits, QuietHours, Rate, WarmUp
from newsletter.mail.relaychange import RelayChange, changed, new_relay
from newsletter.mail.relays import FROM_SETTING, PHASES, Relay, Tls
from newsletter.mail.transactions import Patience

URL = "smtp://news:s3cret@mail.example.org"
MAIN = Relay("mail.example.org", 587, Tls.STARTTLS, "news", "s3cret", name="main")


def test_address_is_enough(now: datetime) -> None:
    """The rest is what is usual."""
    assert MAIN == new_relay(" Main ", RelayChange(url=URL), now)


def test_everything_can_be_said(now: datetime) -> None:
    """Options come before what stands in the address."""
    change = RelayChange(
        url=f"{URL}?connections=3&messages=50&idle=5&chunking=off&dsn=off",
        tls="implicit",
        username="other",
        password="geheim",
        connections=9,
        weight=3,
        rate="300/min",
        daily_cap="20000",
        quiet_hours="22:00-07:00 Europe/Amsterdam",
        warm_up="50 x 1.5",
        messages=70,
        idle=20,
        ca_file="ca.pem",
        pipelining=False,
        timeouts=("greeting=60", "dot=900"),
    )
    limits = Limits(
        Rate(300, "min"), 20000, QuietHours(time(22), time(7)), WarmUp(50, 1.5, date(2020, 2, 1)), "Europe/Amsterdam"
    )
    made = new_relay("main", change, now)

    assert ("other", "geheim", Tls.IMPLICIT, 9, 3) == (made.username, made.password, made.tls, made.connections, made.weight)
    assert limits == made.limits
    assert (70, 20, "ca.pem") == (made.messages, made.idle, made.ca_file)
    assert (False, False, False) == (made.pipelining, made.chunking, made.dsn)
    assert {"greeting": 60.0, "dot": 900.0} == made.timeouts


def test_nothing_said_changes_nothing(now: datetime) -> None:
    """And is known to be nothing."""
    assert RelayChange().is_nothing
    assert RelayChange(is_insecure=True).is_nothing
    assert MAIN == changed(MAIN, RelayChange(), now)


def test_none_takes_a_limit_away(now: datetime) -> None:
    """Each for itself."""
    full = new_relay("main", RelayChange(url=URL, rate="1/s", daily_cap="5", quiet_hours="22:00-07:00", warm_up="5 x 2"), now)
    bare = changed(full, RelayChange(rate="none", daily_cap="none", quiet_hours="none", warm_up="none"), now)

    assert bare.limits.are_none
    assert full.limits.daily_cap == changed(full, RelayChange(rate="none"), now).limits.daily_cap


def test_password_does_not_follow_to_another_server(now: datetime) -> None:
    """Whoever may change the address must not get to read it."""
    moved = changed(MAIN, RelayChange(url="smtp://news@elsewhere.example.org"), now)

    assert ("news", "") == (moved.username, moved.password)


def test_weight_and_limits_stay_when_the_address_changes(now: datetime) -> None:
    """They are about the relay and not about where it is."""
    limits = Limits(rate=Rate(1, "s"))
    moved = changed(replace(MAIN, weight=4, limits=limits), RelayChange(url="smtp://mx.example.org"), now)

    assert ("mx.example.org", 4, limits) == (moved.host, moved.weight, moved.limits)


@pytest.mark.parametrize(
    "given",
    [
        {"url": "http://mail.example.org"},
        {"url": "smtp://mail example.org"},
        {"url": "smtp://[::1"},
        {"url": "smtp://mail.example.org:0"},
        {"url": "smtp://mail.example.org?weight=3"},
        {"url": "smtp://mail.example.org?tls=none"},
        {"url": "smtp://mail.example.org?pipelining=perhaps"},
        {"tls": "none"},
        {"tls": "none", "is_insecure": True},
        {"tls": "maybe"},
        {"connections": 0},
        {"connections": 1000},
        {"weight": 0},
        {"weight": 10**9},
        {"messages": 0},
        {"idle": 10**9},
        {"rate": "fast"},
        {"daily_cap": "0"},
        {"daily_cap": "-1"},
        {"daily_cap": "1e9"},
        {"daily_cap": "9" * 5000},
        {"quiet_hours": "always"},
        {"quiet_hours": "22:00-07:00 UTC", "zone": "Europe/Amsterdam"},
        {"zone": "Mars/Base"},
        {"warm_up": "50"},
        {"timeouts": ("dot",)},
        {"timeouts": ("dot=0",)},
        {"timeouts": ("dot=-5",)},
        {"timeouts": ("dot=99999999999999999999",)},
        {"timeouts": ("lunch=60",)},
        {"username": ""},
        {"username": "a\r\nRCPT TO:<x@example.org>"},
        {"password": "x\0y"},
        {"password": "x" * 1001},
    ],
)
def test_what_cannot_be_used_is_refused(given: dict[str, Any], now: datetime) -> None:
    """In words that repeat no password."""
    with pytest.raises(BadValue) as refused:
        changed(MAIN, RelayChange(**given), now)

    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("name", ["", "-", "a b", "x" * 41, "näme", "../x", "setting", "a\n"])
def test_name_that_is_none_is_refused(name: str, now: datetime) -> None:
    """`setting` is taken by the setting."""
    if name == "a\n":
        assert "a" == new_relay(name, RelayChange(url=URL), now).name
        return
    with pytest.raises(BadValue, match="relay"):
        new_relay(name, RelayChange(url=URL), now)


def test_unencrypted_over_a_network_is_said_twice(now: datetime) -> None:
    """On this machine once is enough; with a login never."""
    open_ = "smtp://catcher:1025?tls=none"
    with pytest.raises(BadValue, match="--insecure"):
        new_relay("main", RelayChange(url=open_), now)
    made = new_relay("main", RelayChange(url=open_, is_insecure=True), now)

    assert Tls.NONE is made.tls
    assert made.weight + 1 == changed(made, RelayChange(weight=2), now).weight
    assert Tls.NONE is new_relay("main", RelayChange(url="smtp://127.0.0.1:25"), now).tls
    with pytest.raises(BadValue, match="in the clear"):
        changed(made, RelayChange(username="me", password="s3cret", is_insecure=True), now)


def test_of_the_setting_only_weight_and_limits_are_kept_here(now: datetime) -> None:
    """How to reach it stands elsewhere."""
    own = replace(MAIN, name=FROM_SETTING)

    assert 5 == changed(own, RelayChange(weight=5, rate="1/s"), now).weight
    for change in (
        RelayChange(connections=2),
        RelayChange(url=URL),
        RelayChange(password="x"),
        RelayChange(timeouts=("dot=60",)),
    ):
        with pytest.raises(BadValue, match="NEWSLETTER_RELAY_URL"):
            changed(own, change, now)


def test_secrets_are_not_shown() -> None:
    """Neither in a log nor in a traceback."""
    assert "s3cret" not in repr(RelayChange(password="s3cret"))


def test_phases_are_those_of_a_session() -> None:
    """Each is something a session waits for."""
    assert set(PHASES) == {"greeting", "mail", "rcpt", "data", "block", "dot"}
    assert all(hasattr(Patience(), phase) for phase in PHASES)
