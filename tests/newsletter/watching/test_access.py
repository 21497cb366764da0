"""Who is told metrics, as the settings say."""

import pytest

from newsletter.errors import SettingWrong
from newsletter.settings import load
from newsletter.watching.access import Access

TOKEN = "a-token-that-is-long-enough"


def access(**given: str) -> Access:
    """Read the settings."""
    return load({f"NEWSLETTER_{name}": text for name, text in given.items()}).watching


def test_by_default_nobody_is_told() -> None:
    """No port, no token, no traces; and a header without a token opens nothing."""
    nothing = access()
    assert Access() == nothing
    assert not any(map(nothing.lets_in, ("", "Bearer ", "Bearer x")))


def test_a_port_of_this_machine_needs_no_token_and_any_other_does() -> None:
    """Else strangers would read it."""
    assert "127.0.0.1:9464" == str(access(METRICS_LISTEN="127.0.0.1:9464").listen)
    assert access(METRICS_LISTEN="0.0.0.0:9464", METRICS_TOKEN=TOKEN).lets_in(f"Bearer {TOKEN}")
    for place in ("0.0.0.0:9464", "[::]:9464", "10.0.0.7:9464", "worker:9464"):
        with pytest.raises(SettingWrong, match="set NEWSLETTER_METRICS_TOKEN, too"):
            access(METRICS_LISTEN=place)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("METRICS_LISTEN", "9464"),
        ("METRICS_LISTEN", "127.0.0.1:9464?certificate=/x.pem"),
        ("METRICS_TOKEN", "short"),
        ("METRICS_TOKEN", "with a blank in the middle"),
        ("METRICS_TOKEN", "with-an-umlaut-in-the-middlé"),
        ("TRACES", "localhost:4318"),
        ("TRACES", "ftp://localhost"),
    ],
)
def test_what_cannot_be_used_is_told_and_a_secret_is_not_repeated(name: str, text: str) -> None:
    """At the start, by the name of the setting."""
    with pytest.raises(SettingWrong, match=f"NEWSLETTER_{name}") as told:
        access(**{name: text})

    assert name != "METRICS_TOKEN" or text not in str(told.value)
