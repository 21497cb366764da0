"""A small OpenID provider, for tests: discovery, a page that says yes at once, codes that are good once, tokens, and keys.

with OpenId() as provider:
    provider.answers(authorization_address)     # where a browser is sent back to

What it says can be bent: `provider.claims`, `provider.document`, `provider.alg`, …
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwk, jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from tests.harness.answering import Answering

KEY = jwk.generate_key("EC", "P-256", {"kid": "one", "use": "sig", "alg": "ES256"})
RSA = jwk.generate_key("RSA", 2048, {"kid": "two", "use": "sig", "alg": "RS256"})


@dataclass
class OpenId(Answering):
    """Runs while the block lasts."""

    now: Callable[[], datetime]
    client_id: str = "the desk"
    secret: str = "s3cret:%&="
    subject: str = "1001"
    address: str = "ann@example.org"
    is_verified: bool = True
    # Laid over what it would say; None: left out.
    claims: dict[str, Any] = field(default_factory=dict)
    document: dict[str, Any] = field(default_factory=dict)
    # Whether the address stands in the token; else userinfo tells it.
    tells_address: bool = True
    key: ECKey | RSAKey | OctKey = field(default_factory=lambda: KEY)
    header: dict[str, Any] = field(default_factory=lambda: {"alg": "ES256", "kid": "one"})
    keys: list[dict[str, Any]] = field(default_factory=lambda: [dict(KEY.as_dict()), dict(RSA.as_dict())])
    # What it answers to a browser besides, or instead of a code.
    returns: dict[str, str] = field(default_factory=dict)
    # Every path that was asked.
    asked: list[str] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        """Give what each request is answered by."""
        return _handler(self)

    @property
    def issuer(self) -> str:
        """Its address, which is its name."""
        return self.origin

    def answers(self, address: str) -> str:
        """Say yes to whom we are sent, as its page does; gives where the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert ("code", "S256", self.client_id) == (asked["response_type"], asked["code_challenge_method"], asked["client_id"])
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe()
        self._codes[code] = asked
        back = {"code": code, "state": asked["state"], **self.returns}
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def get(self, path: str, headers: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Answer a question."""
        if path == "/.well-known/openid-configuration":
            return 200, self._document()
        if path == "/keys":
            return 200, {"keys": self.keys}
        if path == "/me" and headers.get("authorization") == "Bearer an access token":
            return 200, {"sub": self.subject, "email": self.address, "email_verified": self.is_verified}
        return 404, {}

    def token(self, authorization: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Give a token for a code, once, to whom the code was for (RFC 6749 4.1.3, RFC 7636 4.6)."""
        login = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        client_id, _, secret = login.partition(":")
        asked = self._codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest()).decode()
        if (unquote(client_id), unquote(secret)) != (self.client_id, self.secret):
            return 401, {"error": "invalid_client"}
        if asked is None or challenge.rstrip("=") != asked["code_challenge"] or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        return 200, {"id_token": self._signed(asked["nonce"]), "access_token": "an access token", "token_type": "Bearer"}

    def _document(self) -> dict[str, Any]:
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/me",
            **self.document,
        }
        return {name: value for name, value in said.items() if value is not None}

    def _signed(self, nonce: str) -> str:
        moment = int(self.now().timestamp())
        said = {
            "iss": self.issuer,
            "aud": self.client_id,
            "sub": self.subject,
            "nonce": nonce,
            "iat": moment,
            "exp": moment + 300,
        }
        if self.tells_address:
            said |= {"email": self.address, "email_verified": self.is_verified}
        said |= self.claims
        kept = {name: value for name, value in said.items() if value is not None}
        return jwt.encode(self.header, kept, self.key, algorithms=[self.header["alg"]])


def _handler(provider: OpenId) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            provider.asked.append(parts.path)
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.answers(self.path))
                self.end_headers()
                return
            self._say(*provider.get(parts.path, {name.lower(): value for name, value in self.headers.items()}))

        def do_POST(self) -> None:
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            self._say(*provider.token(self.headers.get("Authorization", ""), form))

        def _say(self, status: int, said: dict[str, Any]) -> None:
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
