"""A device that keeps passkeys, for tests: it makes keys, counts, and answers what pages ask, as browsers hand it over.

device = Authenticator("https://news.example.org")
answer = device.create(options)      # what the page puts into its form
answer = device.get(options)         # the same, for the passkey it has
"""

import hashlib
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, encode_cbor

# WebAuthn 6.1: somebody was there, the device knows who, and a credential comes with it.
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One device with one passkey."""

    # What its browser says where the page is.
    origin: str
    # Added at each answer; 0: it counts nothing.
    step: int = 1
    flags: int = PRESENT | VERIFIED
    uses: int = 0
    # A frame in somebody else's page asked.
    is_framed: bool = False
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    handle: str = ""

    def create(self, options: str) -> str:
        """Make the passkey that a page asks for."""
        asked = json.loads(options)
        self.handle = asked["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        # RFC 9053 7.1.1: an elliptic curve, ES256, P-256, and the point.
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + struct.pack(">H", len(self.credential)) + self.credential + encode_cbor(public)
        data = self.rp_data(asked["rp"]["id"], ATTESTED) + attested
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        said = self._said("webauthn.create", asked["challenge"])
        return self._answer(clientDataJSON=said, attestationObject=attestation)

    def get(self, options: str) -> str:
        """Answer a page that asks for a passkey."""
        asked = json.loads(options)
        self.uses += self.step
        data, said = self.rp_data(asked["rpId"]), self._said("webauthn.get", asked["challenge"])
        signature = self.key.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        handle = base64url_to_bytes(self.handle)
        return self._answer(clientDataJSON=said, authenticatorData=data, signature=signature, userHandle=handle)

    def rp_data(self, name: str, more: int = 0) -> bytes:
        """Say for whom it answers, what it made sure of, and how often it was used (WebAuthn 6.1)."""
        return hashlib.sha256(name.encode()).digest() + struct.pack(">BI", self.flags | more, self.uses)

    def _said(self, kind: str, challenge: str) -> bytes:
        said: dict[str, Any] = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.is_framed}
        return json.dumps(said).encode()

    def _answer(self, **response: bytes) -> str:
        credential = bytes_to_base64url(self.credential)
        spelled = {name: bytes_to_base64url(value) for name, value in response.items()}
        return json.dumps({"id": credential, "rawId": credential, "type": "public-key", "response": spelled})
