"""What a DKIM signature costs at least: RSA-2048, PKCS #1 v1.5, SHA-256, by the library alone."""

import time
from importlib.util import find_spec
from statistics import median

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

BITS = 2048
ROUNDS = 5
SIGNATURES = 200

# What is signed: the headers of a message; the hash of the body stands in one of them.
SIGNED = b"x" * 1500


class NotThereYet(Exception):  # noqa: N818 -- named for what happens
    """The mailer does not sign."""


def require_signer() -> None:
    """Return when the mailer can sign.

    Raises:
        NotThereYet: it cannot.

    """
    if find_spec("newsletter.mail.dkim") is None:
        raise NotThereYet("This version of the mailer does not sign yet: there is no newsletter.mail.dkim.")


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
