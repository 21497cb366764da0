"""Signs messages (DKIM: RFC 6376, 8301, 8463) with keys of our own; pure.

Signing runs once for each person, so what is the same for everybody of a letter is worked out once: the canonical form of
each header field by its bytes, and the shape of the signature by the names of the fields.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Self

from newsletter.atneed import at_need
from newsletter.errors import BadValue
from newsletter.mail.dkimrecord import Algorithm, DnsRecord, domain_name, key_record, selector_name
from subscribers.sentence import say

if TYPE_CHECKING:
    from cryptography import exceptions
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
else:
    # Eight megabytes, for whoever signs only.
    exceptions = at_need("cryptography.exceptions")
    hashes, serialization = (at_need(f"cryptography.hazmat.primitives.{name}") for name in ("hashes", "serialization"))
    ed25519, padding, rsa = (
        at_need(f"cryptography.hazmat.primitives.asymmetric.{name}") for name in ("ed25519", "padding", "rsa")
    )

# RFC 8301 3.2: signers should use 2048 bits, verifiers must know keys up to 4096.
RSA_BITS = 2048
LONGEST_RSA_BITS = 4096
_RSA_EXPONENT = 65537

# Named once more than they are there, so that a second one, put before ours by somebody else, breaks the signature
# (RFC 6376 8.15). RFC 8058 rests on the last two.
_OVERSIGNED = (
    *(b"from", b"to", b"cc", b"reply-to", b"subject", b"date", b"message-id", b"mime-version", b"content-type"),
    *(b"list-unsubscribe", b"list-unsubscribe-post"),
)
# Signed where they are there; and so is everything that begins with List-.
_SIGNED = frozenset(
    (
        *(b"content-language", b"content-transfer-encoding", b"feedback-id", b"precedence", b"auto-submitted"),
        # RFC 9477 3.1 wants them signed.
        *(b"cfbl-address", b"cfbl-feedback-id"),
    )
)

# RFC 5322 2.1.1 and 2047 2: no line of ours is longer.
_LINE = 76

# A letter has some twenty fields that are the same for everybody, three of a person's own, and a few letters go out at once.
_REMEMBERED_FIELDS = 1024
_REMEMBERED_SHAPES = 128

_FIELD = re.compile(rb"(?P<name>[!-9;-~]+)[ \t]*:(?P<value>(?:[^\r\n]++|\r\n[ \t])*+)\r\n")
_BLANKS = re.compile(rb"[ \t]+")


class Unsignable(ValueError):  # noqa: N818 -- named for the outcome
    """A header that must not be signed: half an unsubscribe button, a field twice, or bytes that are no field."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """What signs for a domain, and the selector by which receivers find it."""

    domain: str
    selector: str
    private: "rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey" = field(repr=False)

    def __post_init__(self) -> None:
        # They stand in a header and in the name of a record as they are here.
        if (self.domain, self.selector) != (domain_name(self.domain), selector_name(self.selector, self.domain)):
            raise BadValue(say("key"), f"{self.selector} of {self.domain}", "is not named in lower case and A-labels")
        if not isinstance(self.private, rsa.RSAPrivateKey):
            return
        bits = self.private.key_size
        if bits < RSA_BITS:
            raise BadValue(
                say("key"),
                self.selector,
                f"has {bits} bits; receivers distrust less than {RSA_BITS} (RFC 8301), so it signs nothing",
            )
        if bits > LONGEST_RSA_BITS:
            raise BadValue(say("key"), self.selector, f"has {bits} bits; receivers need not know more than {LONGEST_RSA_BITS}")

    @classmethod
    def generate(cls, domain: str, selector: str, algorithm: Algorithm) -> Self:
        """Make a new key."""
        if algorithm is Algorithm.ED25519:
            return cls(domain, selector, ed25519.Ed25519PrivateKey.generate())
        return cls(domain, selector, rsa.generate_private_key(_RSA_EXPONENT, RSA_BITS))

    @classmethod
    def from_pem(cls, domain: str, selector: str, pem: str) -> Self:
        """Read a key that was made elsewhere.

        Raises:
            BadValue: it is none, too short, or of a kind that DKIM does not know.

        """
        try:
            private = serialization.load_pem_private_key(pem.encode(), None)
        # TypeError is what the library says of a key that has a passphrase.
        except TypeError as error:
            raise BadValue(say("key"), selector, "is protected by a passphrase; take it off first (openssl pkey)") from error
        except (ValueError, exceptions.UnsupportedAlgorithm) as error:
            raise BadValue(say("key"), selector, "cannot be read; give a private key as PEM") from error
        if not isinstance(private, rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey):
            raise BadValue(say("key"), selector, "is neither an RSA nor an Ed25519 key, and DKIM knows no other")
        return cls(domain, selector, private)

    @classmethod
    def from_bytes(cls, domain: str, selector: str, der: bytes) -> Self:
        """Give the key that `to_bytes` wrote."""
        private = serialization.load_der_private_key(der, None)
        assert isinstance(private, rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey)
        return cls(domain, selector, private)

    def to_bytes(self) -> bytes:
        """Write the private key, to be sealed and kept."""
        encryption = serialization.NoEncryption()
        return self.private.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, encryption)

    @property
    def algorithm(self) -> Algorithm:
        """What it signs with."""
        return Algorithm.RSA if isinstance(self.private, rsa.RSAPrivateKey) else Algorithm.ED25519

    @property
    def public(self) -> str:
        """The public key in base64, as the DNS has it."""
        public = self.private.public_key()
        if self.algorithm is Algorithm.RSA:
            # What everybody publishes for RFC 6376's "RSAPublicKey" (erratum 3017).
            raw = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        else:
            # RFC 8463 4: the 32 bytes alone.
            raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
        return base64.b64encode(raw).decode("ascii")

    @property
    def record(self) -> DnsRecord:
        """What must be published before the key signs."""
        return key_record(self.domain, self.selector, self.algorithm, self.public)

    def sign(self, data: bytes) -> bytes:
        """Give the bare signature of *data*; the same each time."""
        if isinstance(self.private, rsa.RSAPrivateKey):
            return self.private.sign(data, *_rsa_scheme())
        # RFC 8463 3: what Ed25519 signs is the hash.
        return self.private.sign(hashlib.sha256(data).digest())


@cache
def _rsa_scheme() -> tuple["padding.PKCS1v15", "hashes.SHA256"]:
    return padding.PKCS1v15(), hashes.SHA256()


class Signer:
    """Signs the messages of one domain: with RSA always, with Ed25519 beside it where there is such a key."""

    def __init__(self, keys: Iterable[SigningKey]) -> None:
        self._keys = sorted(keys, key=lambda key: key.algorithm is not Algorithm.RSA)
        algorithms = [key.algorithm for key in self._keys]
        if algorithms[:1] != [Algorithm.RSA] or algorithms.count(Algorithm.RSA) != 1 or len(algorithms) > len(Algorithm):
            raise ValueError(f"a signer needs one RSA key and at most one Ed25519 key beside it, not {algorithms}")

    def sign(self, fields: Sequence[bytes], body_digest: bytes, at: int) -> bytes:
        r"""Give the DKIM-Signature fields of a message, to be put before *fields*; the same bytes each time.

        *fields* are all header fields in order, each `Name: value\r\n`, folded or not; *body_digest* is the SHA-256 of the
        body, which ends in exactly one CRLF (simple canonicalisation); *at* is when the letter was signed, in seconds.

        Raises:
            Unsignable: the header must not be signed.

        """
        read = [_read_field(one) for one in fields]
        shape = _shape_of(tuple([one.name for one in read]))
        canonical = b"".join([read[index].canonical for index in shape.order])
        middle = b"%d; bh=%b;" % (at, binascii.b2a_base64(body_digest, newline=False))
        return b"".join([_signature_field(key, shape.names, canonical, middle) for key in self._keys])


@dataclass(frozen=True, slots=True)
class _Field:
    """A header field as signatures see it: name in lower case, unfolded, blanks single (RFC 6376 3.4.2)."""

    name: bytes
    canonical: bytes


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a signature over fields of certain names covers."""

    # Which fields, in the order of the names below.
    order: tuple[int, ...]
    # For the h= tag; an oversigned field has one more than there are.
    names: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Opening:
    """A signature field up to its first value that is not the same for everybody: as it is mailed, and as it is signed."""

    shown: bytes
    canonical: bytes


@lru_cache(_REMEMBERED_FIELDS)
def _read_field(raw: bytes) -> _Field:
    match = _FIELD.fullmatch(raw)
    if match is None:
        raise Unsignable(f"{raw[:80]!r} is not one whole header field")
    name = match["name"].lower()
    value = _BLANKS.sub(b" ", match["value"].replace(b"\r\n", b"")).strip(b" ")
    return _Field(name, b"%b:%b\r\n" % (name, value))


@lru_cache(_REMEMBERED_SHAPES)
def _shape_of(names: tuple[bytes, ...]) -> _Shape:
    signed = [name for name in names if name in _OVERSIGNED or name in _SIGNED or name.startswith(b"list-")]
    # RFC 5322 3.6 and 2369 3: each of these once at most; with two, each reader chooses for itself.
    if twice := sorted({name.decode() for name in signed if signed.count(name) > 1}):
        raise Unsignable(f"the message has more than one {', '.join(twice)}")
    if b"from" not in signed:
        raise Unsignable("the message has no From")
    # RFC 8058 3.1: a button works with both and only when both are signed.
    if b"list-unsubscribe" in signed and b"list-unsubscribe-post" not in signed:
        raise Unsignable("the message has List-Unsubscribe without List-Unsubscribe-Post")
    others = [name for name in signed if name not in _OVERSIGNED]
    first = [name for name in _OVERSIGNED if name in signed]
    covered = [*first, *others]
    # RFC 6376 5.4.2: a name that finds no field any more counts for nothing, wherever it stands after the ones that do.
    listed = [name for one in _OVERSIGNED for name in [one] * (1 + (one in signed))]
    return _Shape(tuple(names.index(name) for name in covered), (*listed, *others))


@lru_cache(_REMEMBERED_SHAPES)
def _opening_of(algorithm: Algorithm, domain: str, selector: str, names: tuple[bytes, ...]) -> _Opening:
    tags = (f"v=1; a={algorithm}-sha256; c=relaxed/simple; d={domain}; s={selector};").encode("ascii")
    pieces = [b" " + tag for tag in tags.split(b" ")]
    pieces += [b" h=" + names[0], *(b":" + name for name in names[1:])]
    shown = _folded(b"DKIM-Signature:", pieces, b";") + b"\r\n t="
    # Our own folds stand before a blank or in the middle of h=, each with one blank after it.
    return _Opening(shown, b"dkim-signature:" + shown.partition(b": ")[2].replace(b"\r\n", b""))


def _folded(start: bytes, pieces: Iterable[bytes], end: bytes) -> bytes:
    lines = [start]
    for piece in pieces:
        if len(lines[-1]) + len(piece) + len(end) > _LINE and lines[-1] != start:
            # A name of h= begins its line after the colon.
            is_name = piece.startswith(b":")
            lines[-1] += b":" if is_name else b""
            lines.append(b" ")
            piece = piece[1:]  # noqa: PLW2901 -- the blank or colon was written
        lines[-1] += piece
    return b"\r\n".join(lines) + end


def _signature_field(key: SigningKey, names: tuple[bytes, ...], canonical: bytes, middle: bytes) -> bytes:
    opening = _opening_of(key.algorithm, key.domain, key.selector, names)
    # RFC 6376 3.7: the field signs itself too, with an empty b= and without its last CRLF.
    signature = key.sign(b"".join([canonical, opening.canonical, middle, b" b="]))
    text = b"b=" + binascii.b2a_base64(signature, newline=False)
    lines = [text[start : start + _LINE - 1] for start in range(0, len(text), _LINE - 1)]
    return b"".join([opening.shown, middle, b"\r\n ", b"\r\n ".join(lines), b"\r\n"])
