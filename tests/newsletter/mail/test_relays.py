"""The relay as a setting names it."""

import pytest

from newsletter.errors import SettingWrong
from newsletter.mail.relays import Relay, Tls, parse_relay


@pytest.mark.parametrize(
    ("url", "relay"),
    [
        (
            "smtp://user:pass@mail.example.org:587?tls=starttls&connections=7",
            Relay("mail.example.org", 587, Tls.STARTTLS, "user", "pass", 7),
        ),
        ("smtp://mail.example.org", Relay("mail.example.org", 587, Tls.STARTTLS)),
        ("smtp://mail.example.org:465", Relay("mail.example.org", 465, Tls.IMPLICIT)),
        ("smtps://mail.example.org", Relay("mail.example.org", 465, Tls.IMPLICIT)),
        ("smtp://mail.example.org:25?tls=none", Relay("mail.example.org", 25, Tls.NONE)),
        ("smtp://127.0.0.1:2525", Relay("127.0.0.1", 2525, Tls.NONE)),
        ("smtp://localhost:2525", Relay("localhost", 2525, Tls.NONE)),
        ("smtp://[::1]:2525/", Relay("::1", 2525, Tls.NONE)),
        ("smtp://a%40b:p%3A%2F%40@h.example:587", Relay("h.example", 587, Tls.STARTTLS, "a@b", "p:/@")),
        ("smtp://u:p@127.0.0.1:2525", Relay("127.0.0.1", 2525, Tls.NONE, "u", "p")),
    ],
)
def test_relay_is_read_from_its_address(url: str, relay: Relay) -> None:
    """With what is safe where nothing is said."""
    assert relay == parse_relay(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.org",
        "http://mail.example.org",
        "smtp://",
        "smtp://host:99999",
        "smtp://host:0",
        "smtp://host:587/path",
        "smtp://host:587?tls=maybe",
        "smtp://host:587?connections=0",
        "smtp://host:587?connections=many",
        "smtp://host:587?connections=1000",
        "smtp://host:587?tsl=none",
        "smtp://user:pass@mail.example.org:25?tls=none",
    ],
)
def test_address_that_cannot_be_used_is_a_setting_error(url: str) -> None:
    """Said at the start and not when the first issue is due; no password goes out in the clear."""
    with pytest.raises(SettingWrong, match="NEWSLETTER_RELAY_URL"):
        parse_relay(url)


@pytest.mark.parametrize(
    "url",
    [
        "smtp://mail.exam\r\nple.org",
        "smtp://mail.example.org\r\nRSET",
        "smtp://mail.example.org\t",
        "smtp://mail.example.org%0d%0aRSET",
        "smtp://me%0d%0aRSET:s3cret@mail.example.org",
        "smtp://me:s3cret%00@mail.example.org",
        "smtp://me:s3\x1b[31mcret@mail.example.org",
        "smtp://mail.example.org#fragment",
    ],
)
def test_address_with_line_ends_or_controls_names_no_other_host(url: str) -> None:
    """The parser of the library drops them and goes on; and the reason repeats nothing."""
    with pytest.raises(SettingWrong) as refused:
        parse_relay(url)

    assert str(refused.value).isprintable()
    assert "s3" not in str(refused.value)


@pytest.mark.parametrize("sign", ["/", "?", "#"])
def test_sign_in_a_password_that_is_not_encoded_is_explained(sign: str) -> None:
    """It cuts the address in two, and nobody guesses that."""
    with pytest.raises(SettingWrong, match="percent-encoded") as refused:
        parse_relay(f"smtp://me:s3{sign}cret@mail.example.org:587")

    assert "s3" not in str(refused.value)


def test_password_is_not_shown() -> None:
    """Neither in a log nor in a traceback."""
    assert "secret" not in repr(parse_relay("smtp://user:secret@mail.example.org"))
