"""Signatures: good for dkimpy, which shares no code with ours; broken by whatever somebody changes; the same each time."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadValue
from newsletter.mail.dkim import Signer, SigningKey, Unsignable
from newsletter.mail.dkimrecord import Algorithm
from tests.harness.signatures import fields_of, verdicts
from tests.newsletter.mail.test_message import envelope

AT = 1_580_544_000


@cache
def key(algorithm: Algorithm = Algorithm.RSA, selector: str = "nl202002", domain: str = "example.org") -> SigningKey:
    """Make a key; an RSA key takes a while, so each is made once."""
    return SigningKey.generate(domain, selector, algorithm)


def both() -> tuple[SigningKey, SigningKey]:
    """Give an RSA key and an Ed25519 key of one domain."""
    return key(), key(Algorithm.ED25519, "nl202002ed")


def signed(message: bytes, keys: Sequence[SigningKey]) -> bytes:
    """Sign a message as the mailer does."""
    body = message.partition(b"\r\n\r\n")[2]
    return Signer(keys).sign(fields_of(message), hashlib.sha256(body).digest(), AT) + message


def good(message: bytes, keys: Sequence[SigningKey]) -> list[bool]:
    """Whether each signature is good, as a receiver sees it."""
    return verdicts(message, [one.record for one in keys])


def issue() -> bytes:
    """Give a message as it is mailed."""
    return envelope().data


def pem(private: object, passphrase: bytes = b"") -> str:
    """Write a private key as other programs do."""
    assert hasattr(private, "private_bytes")
    lock = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    text: bytes = private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)
    return text.decode()


def test_issue_is_signed() -> None:
    """By RSA, which every receiver knows."""
    assert [True] == good(signed(issue(), [key()]), [key()])


def test_second_signature_stands_beside_the_first() -> None:
    """RSA first; a receiver that does not know Ed25519 still finds the other good."""
    message = signed(issue(), both()[::-1])

    assert [b"rsa-sha256", b"ed25519-sha256"] == re.findall(rb" a=([^;]+);", message)
    assert [True, True] == good(message, both())
    assert [True, False] == good(message, [key()])


UNSUBSCRIBE = b"List-Unsubscribe: <https://evil.example/u/x>\r\n"
TAMPERINGS: dict[str, Callable[[bytes], bytes]] = {
    "body": lambda message: message.replace(b"--=_", b"--=-", 1),
    "body made longer": lambda message: message + b"Buy this.\r\n",
    "body cut": lambda message: message[:-4],
    "subject": lambda message: message.replace(b"Subject: J", b"Subject: j"),
    "unsubscribe token": lambda message: re.sub(rb"(List-Unsubscribe: <.*/u/)[a-z2-7]", rb"\g<1>0", message),
    "one click": lambda message: message.replace(b"=One-Click", b"=Two-Click"),
    "one click taken out": lambda message: message.replace(b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b""),
    "sender": lambda message: message.replace(b"<news@example.org>", b"<boss@example.org>"),
    "archive": lambda message: message.replace(b"List-Archive: <https://news", b"List-Archive: <https://mews"),
    "moment": lambda message: message.replace(b" t=1580544000;", b" t=1580544001;"),
    "second From": lambda message: b"From: <evil@example.com>\r\n" + message,
    "second From at the end": lambda message: message.replace(b"\r\n\r\n", b"\r\nFrom: <evil@example.com>\r\n\r\n", 1),
    "second List-Unsubscribe": lambda message: UNSUBSCRIBE + message,
    "second List-Unsubscribe at the end": lambda message: message.replace(b"\r\n\r\n", b"\r\n" + UNSUBSCRIBE + b"\r\n", 1),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_what_is_changed_on_the_way_is_noticed(name: str) -> None:
    """By both signatures, whatever was changed, added or taken out."""
    message = signed(issue(), both())
    changed = TAMPERINGS[name](message)
    assert message != changed

    assert [False, False] == good(changed, both())


@pytest.mark.parametrize(
    "name", ["Subject", "To", "Cc", "Date", "Message-ID", "Reply-To", "Content-Type", "MIME-Version", "List-Unsubscribe-Post"]
)
def test_what_is_added_on_the_way_is_noticed(name: str) -> None:
    """A second one, wherever it is put, even where there was none."""
    message = signed(issue(), both())
    added = name.encode() + b": x\r\n"

    assert [False, False] == good(added + message, both())
    assert [False, False] == good(message.replace(b"\r\n\r\n", b"\r\n" + added + b"\r\n", 1), both())


def test_other_key_in_the_dns_makes_signatures_bad() -> None:
    """It was pasted into the wrong place, or belongs to another selector."""
    other = key(selector="nl202003")

    assert [False] == verdicts(signed(issue(), [key()]), [replace(other.record, name=key().record.name)])


def test_button_cannot_be_given_to_mail_that_has_none() -> None:
    """A confirmation names List-Unsubscribe as absent."""
    message = signed(b"From: <news@example.org>\r\nTo: <ann@example.net>\r\n\r\nHello\r\n", [key()])

    assert [True] == good(message, [key()])
    assert [False] == good(UNSUBSCRIBE + message, [key()])


def test_what_relays_do_on_the_way_is_harmless() -> None:
    """They add their own fields, fold anew, change letter case of names and blanks."""
    message = signed(issue(), both())
    refolded = re.sub(rb"\r\nSubject: (\w+) ", rb"\r\nSUBJECT:\t\g<1>\r\n   ", message)
    travelled = b"Received: by relay\r\nX-Spam: no\r\n" + refolded

    assert message != refolded
    assert [True, True] == good(travelled, both())


def test_signature_is_the_same_each_time() -> None:
    """A second attempt sends the same bytes, even after a restart."""
    again = [SigningKey.from_bytes(one.domain, one.selector, one.to_bytes()) for one in both()]

    assert signed(issue(), both()) == signed(issue(), again)


def test_lines_are_short() -> None:
    """And no longer where a domain, a selector or a field's name is long."""
    long = key(Algorithm.ED25519, "a" * 40 + "." + "b" * 40, "c" * 40 + ".example.org")
    message = b"List-" + b"x" * 55 + b": y\r\n" + issue()
    fields = signed(message, [*both()]).removesuffix(message) + signed(message, [key(), long]).removesuffix(message)

    assert max(map(len, fields.split(b"\r\n"))) <= len(" s=;") + 81
    assert [] == [line for line in fields.split(b"\r\n") if len(line) > 76 and b"s=aaaa" not in line]
    assert [True, True] == good(signed(message, [key(), long]), [key(), long])


def test_length_is_never_limited() -> None:
    """With l= anybody could put something after the body (RFC 6376 8.2)."""
    field = signed(issue(), both()).removesuffix(issue())

    assert b" l=" not in field
    assert 2 == field.count(b"c=relaxed/simple")


# What stands between the colon and the end of a field, folded in whatever manner.
WORDS = st.lists(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1), max_size=6)
GAPS = st.sampled_from([" ", "\t", "  ", "\r\n ", " \r\n\t ", "\t\t"])


@given(st.data())
def test_any_fields_are_signed_as_receivers_read_them(data: st.DataObject) -> None:
    """Blanks, tabs and folds anywhere, fields in any order, names in any letter case."""
    names = data.draw(st.permutations(["From", "TO", "subject", "List-Id", "Feedback-ID", "X-Other", "Date"]))
    head = ""
    for name in names:
        head += f"{name}:"
        for word in data.draw(WORDS):
            head += data.draw(GAPS) + word
        # A line of blanks only would end the header for some receivers; our writer makes none.
        head += ".\r\n"
    message = signed(f"{head}\r\nHello\r\n".encode(), [key()])

    assert [True] == good(message, [key()])


@given(st.binary(max_size=200))
def test_any_bytes_are_one_field_or_refused(raw: bytes) -> None:
    """Nothing is signed that a receiver would read as another header."""
    try:
        signature = Signer([key()]).sign([b"From: <news@example.org>\r\n", raw], bytes(32), AT)
    except Unsignable:
        return

    assert fields_of(raw) == [raw]
    assert signature.endswith(b"\r\n")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ([b"To: <ann@example.net>\r\n"], "no From"),
        ([b"From: <a@example.org>\r\n", b"FROM: <b@example.org>\r\n"], "more than one from"),
        ([b"From: <a@example.org>\r\n", UNSUBSCRIBE], "without List-Unsubscribe-Post"),
        ([b"From: <a@example.org>\r\n", UNSUBSCRIBE, UNSUBSCRIBE], "more than one list-unsubscribe"),
        ([b"From: <a@example.org>\r\n", b"List-Id: a\r\n", b"List-Id: b\r\n"], "more than one list-id"),
        ([b"From: <a@example.org>\r\nBcc: <b@example.org>\r\n"], "not one whole header field"),
        ([b"From: <a@example.org>\r\n\r\n"], "not one whole header field"),
        ([b"From: <a@example.org>"], "not one whole header field"),
        ([b"From: <a@example.org>\n"], "not one whole header field"),
        ([b"From\r\n: <a@example.org>\r\n"], "not one whole header field"),
        ([b""], "not one whole header field"),
    ],
)
def test_what_must_not_be_signed_is_refused(fields: list[bytes], reason: str) -> None:
    """Half a button, a field that readers could choose from, two fields in one."""
    with pytest.raises(Unsignable, match=reason):
        Signer([key()]).sign(fields, bytes(32), AT)


def test_signer_needs_an_rsa_key() -> None:
    """Many receivers know no other."""
    rsa, ed25519 = both()
    for keys in ([], [ed25519], [rsa, rsa], [rsa, ed25519, ed25519]):
        with pytest.raises(ValueError, match="one RSA key"):
            Signer(keys)


@pytest.mark.parametrize("bits", [1024, 2047])
def test_short_key_is_refused(bits: int) -> None:
    """With a sentence that says what is wrong."""
    with pytest.raises(BadValue, match=f"has {bits} bits; receivers distrust less than 2048"):
        SigningKey.from_pem("example.org", "old", pem(generate_private_key(65537, bits)))


def test_key_longer_than_receivers_must_know_is_refused() -> None:
    """RFC 8301 ends at 4096 bits."""
    with pytest.raises(BadValue, match="has 4104 bits"):
        SigningKey.from_pem("example.org", "big", pem(generate_private_key(65537, 4104)))


NO_KEYS: dict[str, Callable[[], str]] = {
    "neither an RSA nor an Ed25519": lambda: pem(ec.generate_private_key(ec.SECP256R1())),
    "passphrase": lambda: pem(key().private, b"secret"),
    "cannot be read": lambda: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    "cannot be read; give a private key": lambda: "",
    "give a private key as PEM": lambda: "half a surrogate \ud800",
}


@pytest.mark.parametrize("reason", NO_KEYS)
def test_what_is_no_key_is_refused(reason: str) -> None:
    """With a sentence each."""
    with pytest.raises(BadValue, match=reason):
        SigningKey.from_pem("example.org", "nl202002", NO_KEYS[reason]())


def test_key_of_another_program_is_taken() -> None:
    """With the record it always had."""
    read = [SigningKey.from_pem(one.domain, one.selector, pem(one.private)) for one in both()]

    assert [(one.algorithm, one.record) for one in both()] == [(one.algorithm, one.record) for one in read]


@pytest.mark.parametrize(
    ("domain", "selector"), [("Example.org", "a"), ("example.org", "A"), ("example.org;x=y", "a"), ("b.org", "a b")]
)
def test_key_has_a_name_that_can_stand_in_a_header(domain: str, selector: str) -> None:
    """As the store and the commands make it."""
    with pytest.raises(BadValue):
        SigningKey(domain, selector, key().private)


def test_private_key_is_not_shown() -> None:
    """Not even in a traceback."""
    assert "private" not in repr(key())
