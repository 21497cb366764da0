"""Speaks with an OpenID provider: what it says of itself, where somebody is sent, and who comes back."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from newsletter.outbound import Fetched, FetchFailed, FetchPolicy, fetch, post
from newsletter.staff import idtokens
from newsletter.staff.idtokens import Expected, Person
from newsletter.staff.refusals import ProviderRefused

# OpenID Connect Discovery 4.
WELL_KNOWN = "/.well-known/openid-configuration"
SCOPE = "openid email"
OK = 200

# Somebody stands before the door meanwhile; what is said there has a few kilobytes.
SECONDS = 10.0
MOST_BYTES = 512 * 1024


@dataclass(frozen=True, slots=True)
class Provider:
    """The provider of this instance, as an administrator set it up."""

    # On the button.
    name: str
    issuer: str
    client_id: str
    secret: str = field(repr=False)
    # Its own second factor is enough: ours is asked the first time only.
    is_enough: bool = False


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a provider says of itself."""

    authorization: str
    token: str
    keys: str
    # Empty: it has none.
    userinfo: str
    # Whether the secret goes in the body; else in the header, as every provider must take it.
    takes_secret_in_body: bool
    # Whether it says who it is when somebody comes back (RFC 9207).
    says_issuer: bool


@dataclass(frozen=True, slots=True)
class Way:
    """What one sign-in is known by on its way there and back."""

    redirect_uri: str
    state: str
    nonce: str
    # What only we know of the challenge that goes along (RFC 7636).
    verifier: str = field(repr=False)


async def discover(provider: Provider, policy: FetchPolicy) -> Metadata:
    """Ask a provider what it says of itself.

    Raises:
        ProviderRefused: it does not answer, says that it is another, or cannot do what is needed.

    """
    document = _document(await _fetched(provider.issuer.rstrip("/") + WELL_KNOWN, policy))
    if document.get("issuer") != provider.issuer:
        raise ProviderRefused("says that it is another issuer than the one that is set")
    methods = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Metadata(
        _endpoint(document, "authorization_endpoint", policy),
        _endpoint(document, "token_endpoint", policy),
        _endpoint(document, "jwks_uri", policy),
        _endpoint(document, "userinfo_endpoint", policy) if "userinfo_endpoint" in document else "",
        isinstance(methods, list) and "client_secret_basic" not in methods,
        document.get("authorization_response_iss_parameter_supported") is True,
    )


def asking(provider: Provider, metadata: Metadata, way: Way) -> str:
    """Give the address that somebody is sent to."""
    challenge = base64.urlsafe_b64encode(hashlib.sha256(way.verifier.encode()).digest()).decode().rstrip("=")
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": way.redirect_uri,
        "scope": SCOPE,
        "state": way.state,
        "nonce": way.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{metadata.authorization}{'&' if urlsplit(metadata.authorization).query else '?'}{urlencode(query)}"


async def person(provider: Provider, metadata: Metadata, way: Way, code: str, policy: FetchPolicy, now: datetime) -> Person:
    """Give who came back with *code*.

    Raises:
        ProviderRefused: the provider does not answer, or what it says does not hold.

    """
    answer = _document(await _token(provider, metadata, way, code, policy))
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise ProviderRefused("sent no token")
    keys = _document(await _fetched(metadata.keys, policy)).get("keys")
    expected = Expected(provider.issuer, provider.client_id, way.nonce)
    found = idtokens.read(token, keys if isinstance(keys, list) else [], expected, now)
    access = answer.get("access_token")
    if found.address or not metadata.userinfo or not isinstance(access, str):
        return found
    return await _with_address(found, metadata.userinfo, access, policy)


async def _with_address(found: Person, userinfo: str, access: str, policy: FetchPolicy) -> Person:
    """Ask for the address where the token does not tell it."""
    headers = [("Authorization", f"Bearer {access}"), ("Accept", "application/json")]
    try:
        said = idtokens.person(_document(await fetch(userinfo, _short(policy), headers)))
    except (FetchFailed, ProviderRefused):
        # Who they are is known; only an address that is not known yet is missing.
        return found
    # OpenID Connect Core 5.3.2: about another, it is of no use.
    return said if said.subject == found.subject else found


async def _token(provider: Provider, metadata: Metadata, way: Way, code: str, policy: FetchPolicy) -> Fetched:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": way.redirect_uri,
        "code_verifier": way.verifier,
    }
    headers = [("Content-Type", "application/x-www-form-urlencoded"), ("Accept", "application/json")]
    if metadata.takes_secret_in_body:
        form |= {"client_id": provider.client_id, "client_secret": provider.secret}
    else:
        # RFC 6749 2.3.1: both are encoded before they are joined.
        login = f"{quote(provider.client_id, safe='')}:{quote(provider.secret, safe='')}"
        headers.append(("Authorization", f"Basic {base64.b64encode(login.encode()).decode()}"))
    try:
        return await post(metadata.token, _short(policy), urlencode(form).encode(), headers)
    except FetchFailed as error:
        raise ProviderRefused(f"does not answer ({error.reason})") from error


async def _fetched(url: str, policy: FetchPolicy) -> Fetched:
    try:
        return await fetch(url, _short(policy), [("Accept", "application/json")])
    except FetchFailed as error:
        raise ProviderRefused(f"does not answer ({error.reason})") from error


def _short(policy: FetchPolicy) -> FetchPolicy:
    # A redirect would lead to who knows whom, with a secret or in place of the keys.
    return replace(policy, seconds=SECONDS, raw_bytes=MOST_BYTES, inflated_bytes=MOST_BYTES, redirects=0)


def _document(fetched: Fetched) -> Mapping[str, Any]:
    if fetched.status != OK:
        raise ProviderRefused(f"answers with status {fetched.status}")
    try:
        document = json.loads(fetched.body)
    except (ValueError, RecursionError) as error:
        raise ProviderRefused("answers with something that is no JSON") from error
    if not isinstance(document, dict):
        raise ProviderRefused("answers with something else than what was asked for")
    return document


def _endpoint(document: Mapping[str, Any], name: str, policy: FetchPolicy) -> str:
    url = document.get(name)
    if not isinstance(url, str) or not is_safe(url, policy):
        raise ProviderRefused(f"names no {name} over TLS")
    return url


def is_safe(url: str, policy: FetchPolicy) -> bool:
    """Whether nobody on the way reads what is said to *url*: TLS, or this machine where that is allowed."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_here = parts.hostname in {"localhost", "127.0.0.1"} and policy.allow_loopback
    return bool(parts.hostname) and parts.fragment == "" and (parts.scheme == "https" or (parts.scheme == "http" and is_here))
