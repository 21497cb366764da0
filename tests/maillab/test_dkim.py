"""Mail cases 33 to 37: signatures pass at two verifiers after a hop through Postfix, and fail when anything was changed."""

import base64
import hashlib
import json
import os
import re
import smtplib
from collections.abc import Callable, Sequence
from email.utils import formatdate
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.maillab import mailauth, opendkim
from tests.maillab.lab import MX_ADDRESS, READERS, SCRATCH, SENDER, Lab
from tests.maillab.mailings import Mailing, readers
from tests.maillab.names import ADDRESS
from tests.maillab.postfix import Postfix

Plan = Callable[[list[str]], Mailing]
Verifier = Callable[[Sequence[bytes]], list[list[str]]]

PEOPLE = 20


def changed_token(message: bytes) -> bytes:
    """Let somebody else be unsubscribed."""
    return re.sub(rb"(List-Unsubscribe:\s*<https://[^>]*)([a-z0-9])>", _other_digit, message, count=1)


def changed_subject(message: bytes) -> bytes:
    """Say it is about something else."""
    return re.sub(rb"(?m)^Subject: .*(\r\n[ \t].*)*", b"Subject: You have won", message, count=1)


def second_sender(message: bytes) -> bytes:
    """Add a From above the one that is signed."""
    return b"From: <bank@example.org>\r\n" + message


def second_unsubscribe(message: bytes) -> bytes:
    """Add a List-Unsubscribe above the one that is signed."""
    return b"List-Unsubscribe: <https://evil.example.org/>\r\n" + message


TAMPERED = (changed_token, changed_subject, second_sender, second_unsubscribe)


@pytest.fixture(scope="module")
def by_mailauth() -> Verifier:
    """Give the second verifier."""
    scratch = Path(os.environ[SCRATCH])
    if not mailauth.is_there(scratch):
        pytest.skip("mailauth, the second verifier, comes from npm, which could not bring it")
    return lambda messages: mailauth.verify(scratch, messages)


@pytest.fixture
def by_opendkim(lab: Lab) -> Verifier:
    """Give the first: the mails are handed to the readers' server once more, and it writes into them what it finds."""

    def verify(messages: Sequence[bytes]) -> list[list[str]]:
        address = f"verified{len(lab.dovecot.mailboxes)}@{READERS}"
        with smtplib.SMTP(MX_ADDRESS, 25) as client:
            for number, message in enumerate(messages):
                client.sendmail(f"tamperer@{SENDER}", address, b"X-Number: %d\r\n" % number + message)
        lab.settled(lab.mx)
        arrived = sorted(lab.dovecot.mails([address])[address], key=_number)
        # The topmost is this time's.
        return [opendkim.results(mail)[:1] for mail in arrived]

    return verify


@pytest.fixture(params=[False, True], ids=["rsa", "rsa and ed25519"])
def signed(request: pytest.FixtureRequest, lab: Lab, relay: Postfix, plan: Plan, tmp_path: Path) -> list[bytes]:
    """Give mails that the shipped worker signed, as they lie in the mailboxes."""
    # No test may find the mails of another.
    mailing = plan(readers(f"signed{len(lab.dovecot.mailboxes)}-", PEOPLE))
    for option in ([], ["--ed25519"])[: 2 if request.param else 1]:
        make_key(lab, mailing, *option)
    with mailing.worker(tmp_path) as worker:
        worker.finish()
    lab.arrived(relay)
    mails = lab.dovecot.mails(mailing.entries())
    return [mail for [mail] in mails.values()]


def make_key(lab: Lab, mailing: Mailing, *options: str) -> None:
    """Make a key, publish its record and let it sign, as somebody does who sets this up."""
    made = mailing.command("dkim", "new", SENDER, *options, "--json")
    assert 0 == made.returncode, made.stderr
    key = json.loads(made.stdout)
    lab.names.publish_text(key["record"]["name"], key["record"]["value"])
    activated = mailing.command("dkim", "activate", SENDER, key["selector"], "--nameserver", ADDRESS)
    assert 0 == activated.returncode, activated.stderr


def test_signed_mails_pass_at_both_verifiers(signed: list[bytes], by_mailauth: Verifier) -> None:
    """OpenDKIM wrote it into every mail on arrival, and mailauth finds the same, signature by signature."""
    signatures = signed[0].count(b"DKIM-Signature:")
    passes = ["pass"] * signatures

    assert signatures in {1, 2}
    assert [passes] * PEOPLE == [opendkim.results(mail) for mail in signed]
    assert [passes] * PEOPLE == by_mailauth(signed)


def test_tampered_mails_fail_at_both_verifiers(signed: list[bytes], by_opendkim: Verifier, by_mailauth: Verifier) -> None:
    """Nobody changes who is unsubscribed, what it is about or who says it."""
    good = as_sent(signed[0])
    tampered = [tamper(good) for tamper in TAMPERED]
    passed, *failed = ({*found} for found in by_mailauth([good, *tampered]))

    assert good not in tampered
    assert [["pass"], *[["fail"]] * len(TAMPERED)] == by_opendkim([good, *tampered])
    assert ({"pass"}, [{"fail"}] * len(TAMPERED)) == (passed, failed)


def test_verifiers_of_the_lab_know_good_from_tampered(lab: Lab, by_opendkim: Verifier, by_mailauth: Verifier) -> None:
    """Tried on a signature that the product had no part in, so that the other tests prove something."""
    good = signed_by_hand(lab, "hand", is_published=True)
    unknown = signed_by_hand(lab, "unknown", is_published=False)
    messages = [good, *(tamper(good) for tamper in TAMPERED)]

    assert [["pass"], *[["fail"]] * len(TAMPERED)] == by_opendkim(messages)
    assert [["pass"], *[["fail"]] * len(TAMPERED)] == by_mailauth(messages)
    assert "pass" not in {found for verifier in (by_opendkim, by_mailauth) for found in verifier([unknown])[0]}


def signed_by_hand(lab: Lab, selector: str, *, is_published: bool) -> bytes:
    """Sign a small newsletter by the letter of RFC 6376, `simple` in both, each field once more than it is there."""
    key = rsa.generate_private_key(65537, 2048)
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if is_published:
        lab.names.publish_text(f"{selector}._domainkey.{SENDER}", f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}")
    fields = (
        f"From: <news@{SENDER}>\r\n",
        "Subject: January\r\n",
        f"List-Unsubscribe: <https://www.{SENDER}/u/abc234>\r\n",
        f"Date: {formatdate()}\r\n",
    )
    body = b"Hello\r\n"
    names = ":".join(2 * [field.partition(":")[0] for field in fields])
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    signature = f"DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d={SENDER}; s={selector}; h={names}; bh={digest}; b="
    signed = key.sign("".join([*fields, signature]).encode(), padding.PKCS1v15(), hashes.SHA256())
    return "".join([signature, base64.b64encode(signed).decode(), "\r\n", *fields, "\r\n"]).encode() + body


def as_sent(mail: bytes) -> bytes:
    """Give a mail without what servers wrote on top of it."""
    start = re.search(rb"(?m)^DKIM-Signature:", mail)
    assert start is not None
    return mail[start.start() :]


def _number(mail: bytes) -> int:
    found = re.search(rb"(?m)^X-Number: (\d+)", mail)
    assert found is not None
    return int(found[1])


def _other_digit(match: re.Match[bytes]) -> bytes:
    return match[1] + (b"a" if match[2] != b"a" else b"b") + b">"
