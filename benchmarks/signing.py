"""What a DKIM signature costs at least: RSA-2048, PKCS #1 v1.5, SHA-256, by the library alone."""

import time
from importlib import import_module
from importlib.util import find_spec
from statistics import median

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from newsletter.clock import system_clock
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction

BITS = 2048
ROUNDS = 5
SIGNATURES = 200
SELECTOR = "benchmark"

# What is signed: the headers of a message; the hash of the body stands in one of them.
SIGNED = b"x" * 1500


class NotThereYet(Exception):  # noqa: N818 -- named for what happens
    """The mailer does not sign."""


def give_key(tx: Transaction, keyring: Keyring, domain: str) -> None:
    """Let a fresh key sign for a domain from now on; one that is there already goes on signing.

    Raises:
        NotThereYet: this version has no keys.

    """
    if find_spec("newsletter.mail.dkimkeys") is None:
        raise NotThereYet("This version of the mailer does not sign yet: there is no newsletter.mail.dkimkeys.")
    dkim, keys, box = map(import_module, ("newsletter.mail.dkim", "newsletter.mail.dkimkeys", "newsletter.strongbox"))
    if keys.signing(tx, domain):
        return
    now = system_clock()
    keys.keep(tx, box.Strongbox.of(keyring), dkim.SigningKey.generate(domain, SELECTOR, dkim.Algorithm.RSA), now)
    keys.activate(tx, domain, SELECTOR, now)


def require_signed(message: bytes) -> None:
    """Return when a message carries a signature.

    Raises:
        NotThereYet: it does not.

    """
    if not message.partition(b"\r\n\r\n")[0].lower().startswith(b"dkim-signature:"):
        raise NotThereYet("This version of the mailer does not sign yet: a key is active and the message has no signature.")


def bare_signature_us() -> float:
    """Measure the CPU of one signature, in microseconds."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=BITS)
    costs = []
    for _ in range(ROUNDS):
        begun = time.process_time()
        for _ in range(SIGNATURES):
            key.sign(SIGNED, padding.PKCS1v15(), SHA256())
        costs.append((time.process_time() - begun) / SIGNATURES)
    return round(median(costs) * 1e6, 1)
