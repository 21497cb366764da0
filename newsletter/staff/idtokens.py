"""ID tokens of OpenID Connect: whether one was signed by the provider, for us, now, and for this very sign-in."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from newsletter.atneed import at_need
from newsletter.staff.refusals import ProviderRefused
from subscribers.oneline import one_line

if TYPE_CHECKING:
    from joserfc import errors, jwk, jws, jwt
else:
    errors, jwk = at_need("joserfc.errors"), at_need("joserfc.jwk")
    jws, jwt = at_need("joserfc.jws"), at_need("joserfc.jwt")

# Asymmetric only: with "none" or a key that both sides have (HS256), whoever knows the client's secret could sign.
ALGORITHMS = ("RS256", "ES256")
_KINDS = frozenset({"RSA", "EC"})
# NIST SP 800-131A: shorter ones are not trusted any more.
SHORTEST_RSA = 2048

# Clocks of two servers that keep time are a second apart; one that does not is told.
SKEW = timedelta(minutes=2)
# A token is fetched within seconds of being made.
OLDEST = timedelta(minutes=10)

# OpenID Connect Core 2: at most 255 signs of ASCII.
LONGEST_SUBJECT = 255


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say."""

    issuer: str
    client_id: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who somebody is at the provider."""

    # Never given to another person there, unlike an address.
    subject: str
    # Empty unless the provider verified it.
    address: str


def read(token: str, keys: Sequence[Any], expected: Expected, now: datetime) -> Person:
    """Read a token with the provider's *keys*, which are as its JWKS document has them.

    Raises:
        ProviderRefused: not signed by one of them, not for us, not now, or not for this sign-in.

    """
    claims = _signed(token, keys)
    _require_meant(claims, expected)
    _require_now(claims, now)
    return person(claims)


def person(claims: Mapping[str, Any]) -> Person:
    """Read who claims are about, of a token or of what the provider says besides.

    Raises:
        ProviderRefused: about nobody.

    """
    subject, address = claims.get("sub"), claims.get("email")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isascii():
        raise ProviderRefused("names nobody")
    is_verified = claims.get("email_verified") is True and isinstance(address, str)
    return Person(subject, str(address) if is_verified else "")


def _signed(token: str, keys: Sequence[Any]) -> Mapping[str, Any]:
    try:
        header = jws.extract_compact(token.encode()).headers()
    except _stumbles() as error:
        raise ProviderRefused("sent a token that cannot be read") from error
    if header.get("alg") not in ALGORITHMS:
        raise ProviderRefused(f"signs with {one_line(str(header.get('alg')), 40)}; only {' and '.join(ALGORITHMS)} are taken")
    for key in _usable(keys, header.get("kid")):
        try:
            return jwt.decode(token, key, algorithms=ALGORITHMS).claims
        except _stumbles():
            # Another key of the same name, or of none.
            continue
    raise ProviderRefused("sent a token that none of its keys signed")


def _usable(keys: Sequence[Any], name: object) -> "list[jwk.Key]":
    found = []
    for one in keys:
        if not isinstance(one, dict) or one.get("kty") not in _KINDS or one.get("use", "sig") != "sig":
            continue
        if name is not None and one.get("kid") != name:
            continue
        try:
            key = jwk.import_key(json.loads(json.dumps(one)))
        except _stumbles():
            continue
        if isinstance(key, jwk.RSAKey) and key.raw_value.key_size < SHORTEST_RSA:
            continue
        found.append(key)
    return found


def _require_meant(claims: Mapping[str, Any], expected: Expected) -> None:
    """Require that the token is of this provider, for us, and an answer to what we asked (OpenID Connect Core 3.1.3.7)."""
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    party = claims.get("azp")
    if claims.get("iss") != expected.issuer:
        raise ProviderRefused("sent a token of another issuer")
    if expected.client_id not in audiences or (party is None and len(audiences) > 1) or party not in {None, expected.client_id}:
        raise ProviderRefused("sent a token that is for somebody else")
    if claims.get("nonce") != expected.nonce:
        raise ProviderRefused("sent a token of another sign-in")


def _require_now(claims: Mapping[str, Any], now: datetime) -> None:
    moment, skew = now.timestamp(), SKEW.total_seconds()
    ends_at, made_at = _seconds(claims, "exp"), _seconds(claims, "iat")
    if ends_at <= moment - skew:
        raise ProviderRefused("sent a token that has run out; the clock here or there may be wrong")
    if not moment - OLDEST.total_seconds() <= made_at <= moment + skew:
        raise ProviderRefused("sent a token of another time; the clock here or there may be wrong")


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ProviderRefused(f"sent a token without {name}")
    return value


@cache
def _stumbles() -> tuple[type[Exception], ...]:
    """Give what the library raises, its own errors and others, of bytes that are no token at all."""
    return (errors.JoseError, ValueError, TypeError, LookupError, AttributeError, RecursionError)
