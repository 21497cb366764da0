"""Which ID tokens are believed."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwk, jwt

from newsletter.staff import idtokens
from newsletter.staff.idtokens import Expected, Person
from newsletter.staff.refusals import ProviderRefused
from tests.harness.openid import KEY, RSA

ISSUER = "https://accounts.example.org"
EXPECTED = Expected(ISSUER, "the desk", "n0nce")
KEYS = [KEY.as_dict(), RSA.as_dict()]
NOW = datetime.fromisoformat("2020-02-01T09:00:00+00:00")
CLAIMS = {
    "iss": ISSUER,
    "aud": "the desk",
    "sub": "1001",
    "nonce": "n0nce",
    "iat": int(NOW.timestamp()),
    "exp": int(NOW.timestamp()) + 300,
    "email": "ann@example.org",
    "email_verified": True,
}


def signed(header: dict[str, Any] | None = None, key: Any = KEY, **claims: Any) -> str:  # noqa: ANN401 -- JSON, and keys of any kind
    """Sign claims; None leaves one out."""
    head = header or {"alg": "ES256", "kid": "one"}
    said = {name: value for name, value in {**CLAIMS, **claims}.items() if value is not None}
    return jwt.encode(head, said, key, algorithms=[head["alg"]])


def seconds(span: timedelta) -> int:
    """Give a moment as tokens say it."""
    return int((NOW + span).timestamp())


@pytest.mark.parametrize(
    "token",
    [
        signed(),
        signed({"alg": "RS256", "kid": "two"}, RSA),
        # A key that is not named is looked for among all of them.
        signed({"alg": "RS256"}, RSA),
        signed(aud=["the desk"]),
        signed(aud=["another", "the desk"], azp="the desk"),
        signed(exp=seconds(timedelta(minutes=-1))),
        signed(iat=seconds(timedelta(minutes=1))),
    ],
)
def test_what_the_provider_says_now_to_us_is_believed(token: str) -> None:
    """Signed with either algorithm; clocks may be a minute apart."""
    assert Person("1001", "ann@example.org") == idtokens.read(token, KEYS, EXPECTED, NOW)


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_an_address_counts_when_it_was_verified(verified: object) -> None:
    """And the provider says so by nothing else than yes."""
    assert Person("1001", "") == idtokens.read(signed(email_verified=verified), KEYS, EXPECTED, NOW)


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"iss": f"{ISSUER}/"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": []},
        {"aud": ["the desk", "another"]},
        {"aud": ["the desk"], "azp": "another"},
        {"azp": "another"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": seconds(timedelta(minutes=-2))},
        {"exp": None},
        {"exp": "9999999999"},
        {"exp": True},
        {"iat": seconds(timedelta(minutes=-11))},
        {"iat": seconds(timedelta(minutes=3))},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 1001},
        {"sub": "x" * 256},
        {"sub": "ü"},
    ],
    ids=str,
)
def test_what_is_for_another_time_place_or_person_is_refused(claims: dict[str, Any]) -> None:
    """OpenID Connect Core 3.1.3.7, point by point."""
    with pytest.raises(ProviderRefused):
        idtokens.read(signed(**claims), KEYS, EXPECTED, NOW)


def spelled(part: object) -> str:
    """Give a part of a token."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def confused() -> str:
    """Sign with HS256 and the public key as its secret: who takes any algorithm, takes this."""
    head = f"{spelled({'alg': 'HS256', 'kid': 'two'})}.{spelled(CLAIMS)}"
    signature = hmac.digest(RSA.as_pem(private=False), head.encode(), hashlib.sha256)
    return f"{head}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


# A secret that both sides have.
SECRET = jwk.generate_key("oct", 256, {"kid": "four"})
STRANGER = jwk.generate_key("EC", "P-256", {"kid": "one"})


@pytest.mark.parametrize(
    "forge",
    [
        lambda: f"{spelled({'alg': 'none'})}.{spelled(CLAIMS)}.",
        lambda: f"{spelled({'alg': 'None', 'kid': 'one'})}.{spelled(CLAIMS)}.",
        confused,
        lambda: signed({"alg": "HS256", "kid": "four"}, SECRET),
        lambda: signed(key=STRANGER),
        lambda: signed({"alg": "ES256", "kid": "one", "jwk": STRANGER.as_dict(private=False)}, STRANGER),
        lambda: signed({"alg": "ES256", "kid": "three"}),
        lambda: f"{spelled({'alg': 'PS256', 'kid': 'two'})}.{'.'.join(signed().split('.')[1:])}",
        lambda: f"{spelled({'alg': 'ES256', 'kid': 'one', 'crit': ['x'], 'x': 1})}.{'.'.join(signed().split('.')[1:])}",
        lambda: ".".join((*signed().split(".")[:2], "")),
        lambda: ".".join((signed().split(".")[0], spelled({**CLAIMS, "sub": "1"}), signed().split(".")[2])),
    ],
)
def test_what_the_provider_did_not_sign_is_refused(forge: Callable[[], str]) -> None:
    """No algorithm, another one, another key, one that the token brings along, or other words."""
    with pytest.raises(ProviderRefused):
        idtokens.read(forge(), [*KEYS, SECRET.as_dict()], EXPECTED, NOW)


@pytest.mark.parametrize("use", ["enc", "both", None])
def test_keys_for_something_else_sign_nothing(use: str | None) -> None:
    """Those that are to encrypt."""
    with pytest.raises(ProviderRefused):
        idtokens.read(signed(), [{**KEY.as_dict(), "use": use}], EXPECTED, NOW)


def test_a_broken_key_is_passed_over() -> None:
    """One that cannot be read does not hide the one that fits."""
    broken: list[Any] = [None, "x", {}, {"kty": "EC", "kid": "one"}, {"kty": "RSA", "kid": "one", "n": "!", "e": 5}]

    assert "1001" == idtokens.read(signed(), [*broken, *KEYS], EXPECTED, NOW).subject


@given(
    st.text() | st.binary().map(lambda raw: raw.hex()), st.lists(st.none() | st.dictionaries(st.text(), st.text()), max_size=3)
)
def test_what_is_no_token_is_refused(text: str, keys: list[object]) -> None:
    """Whatever it is."""
    for token in (text, f"{spelled({'alg': 'ES256'})}.{text}.{text}", f"{text}.{text}.{text}"):
        with pytest.raises(ProviderRefused):
            idtokens.read(token, [*keys, *KEYS], EXPECTED, NOW)
