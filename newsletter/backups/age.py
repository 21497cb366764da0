"""Encryption in the format of `age` (age-encryption.org/v1): by a passphrase, or for whoever has the key of a recipient."""

import base64
import binascii
import hmac
import io
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from newsletter.backups.parts import Writable
from newsletter.backups.refusal import BackupUnusable
from newsletter.errors import BadValue

MAGIC = b"age-encryption.org/v1\n"

_CHUNK = 64 * 2**10
_TAG = 16
_ZERO = bytes(12)
_WHOM = b"age-encryption.org/v1/X25519"
_WHAT = b"age-encryption.org/v1/scrypt"

# 2^17: half a second and 134 MB. Nobody is made to use more than 2^20, whatever a file asks for.
WORK = 17
_MOST_WORK = 20
# A header of ours is two lines; one with a thousand recipients still fits.
_LONGEST_HEADER = 256 * 2**10

_SIGNS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_KEY_BYTES = 32
_NO_AGE = "it is encrypted in a way that is not known here, or damaged"
_WORK_FACTOR = re.compile(rb"[1-9][0-9]?")


@dataclass(frozen=True, slots=True)
class Passphrase:
    """Words that lock and open."""

    words: str
    work: int = WORK


@dataclass(frozen=True, slots=True)
class Recipient:
    """The public half of a key: what is locked for it, only its other half opens."""

    key: bytes


@dataclass(frozen=True, slots=True)
class Identity:
    """The secret half of a key."""

    key: bytes


def read_recipient(text: str) -> Recipient:
    """Read a recipient, `age1…`.

    Raises:
        BadValue: it is none.

    """
    return Recipient(_bech32(text.strip(), "age", "recipient"))


def read_identities(text: str) -> tuple[Identity, ...]:
    """Read a file of keys as `age-keygen` writes it.

    Raises:
        BadValue: there is none in it, or one is damaged.

    """
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if not lines:
        raise BadValue("identity", "the file", "holds no key AGE-SECRET-KEY-1…")
    return tuple(Identity(_bech32(line.lower(), "age-secret-key-", "identity")) for line in lines)


class Locked:
    """Writes what it is given encrypted; it is whole only when it was closed."""

    def __init__(self, file: Writable, lock: Passphrase | Sequence[Recipient]) -> None:
        self._file = file
        file_key = secrets.token_bytes(16)
        head = MAGIC + _stanzas(lock, file_key) + b"---"
        file.write(head + b" " + _b64(_mac(file_key, head)) + b"\n")
        nonce = secrets.token_bytes(16)
        file.write(nonce)
        self._cipher = ChaCha20Poly1305(_hkdf(file_key, nonce, b"payload"))
        self._number = 0
        self._waiting = bytearray()

    def write(self, data: bytes) -> None:
        """Take bytes; the last piece waits, because it is marked as the last."""
        self._waiting += data
        while len(self._waiting) > _CHUNK:
            self._put(bytes(self._waiting[:_CHUNK]), is_last=False)
            del self._waiting[:_CHUNK]

    def close(self) -> None:
        """Write the last piece."""
        self._put(bytes(self._waiting), is_last=True)

    def _put(self, piece: bytes, *, is_last: bool) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._number, is_last=is_last), piece, None))
        self._number += 1


class Opened:
    """Reads what was encrypted; each piece is proved before it is given.

    Raises (also when it is read):
        BackupUnusable: it is not opened by this, damaged or cut off.

    """

    def __init__(self, file: BinaryIO, key: Passphrase | Sequence[Identity]) -> None:
        self._file = io.BufferedReader(file, _CHUNK + _TAG) if isinstance(file, io.RawIOBase) else file
        file_key = _opened_header(self._file, key)
        nonce = self._file.read(16)
        self._cipher = ChaCha20Poly1305(_hkdf(file_key, nonce, b"payload"))
        self._number = 0
        self._piece = b""
        self._next = self._file.read(_CHUNK + _TAG)

    def read(self, size: int, /) -> bytes:
        """Give up to so many bytes, none at the end."""
        if not self._piece and self._next:
            self._piece = self._open_next()
        data, self._piece = self._piece[:size], self._piece[size:]
        return data

    def _open_next(self) -> bytes:
        piece, self._next = self._next, self._file.read(_CHUNK + _TAG)
        nonce = _nonce(self._number, is_last=not self._next)
        self._number += 1
        try:
            return self._cipher.decrypt(nonce, piece, None)
        except InvalidTag as error:
            raise BackupUnusable("it is damaged or cut off: what is encrypted does not prove itself") from error


def _stanzas(lock: Passphrase | Sequence[Recipient], file_key: bytes) -> bytes:
    if isinstance(lock, Passphrase):
        salt = secrets.token_bytes(16)
        wrapped = ChaCha20Poly1305(_scrypt(lock, salt, lock.work)).encrypt(_ZERO, file_key, None)
        return b"-> scrypt " + _b64(salt) + b" %d\n" % lock.work + _b64(wrapped) + b"\n"
    return b"".join(_stanza_for(one, file_key) for one in lock)


def _stanza_for(recipient: Recipient, file_key: bytes) -> bytes:
    once = X25519PrivateKey.generate()
    share = once.public_key().public_bytes_raw()
    shared = once.exchange(X25519PublicKey.from_public_bytes(recipient.key))
    wrapped = ChaCha20Poly1305(_hkdf(shared, share + recipient.key, _WHOM)).encrypt(_ZERO, file_key, None)
    return b"-> X25519 " + _b64(share) + b"\n" + _b64(wrapped) + b"\n"


def _opened_header(file: BinaryIO, key: Passphrase | Sequence[Identity]) -> bytes:
    lines = [file.readline(_LONGEST_HEADER)]
    if lines[0] != MAGIC:
        raise BackupUnusable(_NO_AGE)
    while not lines[-1].startswith(b"---"):
        lines.append(file.readline(_LONGEST_HEADER))
        if not lines[-1].endswith(b"\n") or sum(map(len, lines)) > _LONGEST_HEADER:
            raise BackupUnusable(_NO_AGE)
    head = b"".join(lines[:-1]) + b"---"
    for arguments, body in _read_stanzas(lines[1:-1]):
        file_key = _unwrapped(arguments, body, key)
        if file_key is None:
            continue
        if not hmac.compare_digest(_mac(file_key, head), _unb64(lines[-1][4:].rstrip(b"\n"))):
            raise BackupUnusable("its head was changed")
        return file_key
    what = "passphrase" if isinstance(key, Passphrase) else "key"
    raise BackupUnusable(f"it does not open with this {what}")


def _read_stanzas(lines: Sequence[bytes]) -> list[tuple[list[bytes], bytes]]:
    found: list[tuple[list[bytes], bytes]] = []
    for line in lines:
        if line.startswith(b"-> "):
            found.append((line[3:].split(), b""))
        elif found:
            found[-1] = (found[-1][0], found[-1][1] + line.rstrip(b"\n"))
    return [(arguments, _unb64(body)) for arguments, body in found]


def _unwrapped(arguments: Sequence[bytes], body: bytes, key: Passphrase | Sequence[Identity]) -> bytes | None:
    if isinstance(key, Passphrase):
        return _by_words(arguments, body, key)
    if len(arguments) != 2 or arguments[0] != b"X25519":  # noqa: PLR2004 -- its name and its share
        return None
    share = _unb64(arguments[1])
    if len(share) != _KEY_BYTES:
        return None
    return next((found for one in key if (found := _by_key(share, body, one)) is not None), None)


def _by_words(arguments: Sequence[bytes], body: bytes, key: Passphrase) -> bytes | None:
    if len(arguments) != 3 or arguments[0] != b"scrypt" or not _WORK_FACTOR.fullmatch(arguments[2]):  # noqa: PLR2004 -- name, salt, work
        return None
    if int(arguments[2]) > _MOST_WORK:
        raise BackupUnusable(f"opening it would take more work than 2^{_MOST_WORK}, which nobody needs")
    try:
        return ChaCha20Poly1305(_scrypt(key, _unb64(arguments[1]), int(arguments[2]))).decrypt(_ZERO, body, None)
    except InvalidTag:
        return None


def _by_key(share: bytes, body: bytes, identity: Identity) -> bytes | None:
    ours = X25519PrivateKey.from_private_bytes(identity.key)
    try:
        shared = ours.exchange(X25519PublicKey.from_public_bytes(share))
        whose = share + ours.public_key().public_bytes_raw()
        return ChaCha20Poly1305(_hkdf(shared, whose, _WHOM)).decrypt(_ZERO, body, None)
    # ValueError: a share by which everybody would have the same secret.
    except (InvalidTag, ValueError):
        return None


def _scrypt(key: Passphrase, salt: bytes, work: int) -> bytes:
    return Scrypt(salt=_WHAT + salt, length=32, n=2**work, r=8, p=1).derive(key.words.encode("utf-8", "surrogateescape"))


def _hkdf(secret: bytes, salt: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt or None, info=info).derive(secret)


def _mac(file_key: bytes, head: bytes) -> bytes:
    return hmac.digest(_hkdf(file_key, b"", b"header"), head, "sha256")


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


def _b64(data: bytes) -> bytes:
    return base64.b64encode(data).rstrip(b"=")


def _unb64(text: bytes) -> bytes:
    try:
        return base64.b64decode(text + b"=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BackupUnusable(_NO_AGE) from error


def _bech32(text: str, prefix: str, what: str) -> bytes:
    """Read a key in Bech32 (BIP 173)."""
    wrong = BadValue(what, text[:12] + "…", "is no key of age, or is misspelled")
    begin, _, rest = text.rpartition("1")
    if begin != prefix or any(sign not in _SIGNS for sign in rest):
        raise wrong
    values = [_SIGNS.index(sign) for sign in rest]
    spread = [ord(sign) >> 5 for sign in begin] + [0] + [ord(sign) & 31 for sign in begin]
    if _polymod(spread + values) != 1:
        raise wrong
    bits = int("".join(f"{value:05b}" for value in values[:-6]) or "0", 2)
    spare = 5 * len(values[:-6]) - 8 * _KEY_BYTES
    if not 0 <= spare < 5 or bits & ((1 << spare) - 1):  # noqa: PLR2004 -- bits of a sign
        raise wrong
    return (bits >> spare).to_bytes(_KEY_BYTES, "big")


def _polymod(values: Sequence[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for number, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if (top >> number) & 1 else 0
    return check
