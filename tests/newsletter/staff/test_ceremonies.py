"""What browsers say of passkeys, and what is not believed."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from webauthn.helpers import bytes_to_base64url, encode_cbor

from newsletter.staff import ceremonies
from newsletter.staff.ceremonies import Made, Owner, Place
from newsletter.staff.refusals import PasskeyRefused
from newsletter.staff.secrets import new_secret
from tests.harness.authenticator import ATTESTED, PRESENT, VERIFIED, Authenticator

PLACE = Place("news.example.org", "https://news.example.org")
ANN = Owner(new_secret(), "ann@example.org", "Ann")
CHALLENGE = new_secret()


def a_device() -> tuple[Authenticator, Made]:
    """Give a device, and the passkey that it made."""
    device = Authenticator(PLACE.origin)
    answer = device.create(ceremonies.creation(PLACE, CHALLENGE, ANN, []))
    return device, ceremonies.made(PLACE, CHALLENGE, answer)


@pytest.mark.parametrize(
    ("public_url", "place"),
    [
        ("https://news.example.org", PLACE),
        ("https://news.example.org:443", PLACE),
        ("https://news.example.org:8443", Place("news.example.org", "https://news.example.org:8443")),
        ("http://localhost:8000", Place("localhost", "http://localhost:8000")),
        ("http://desk.localhost", Place("desk.localhost", "http://desk.localhost")),
        ("http://news.example.org", None),
        ("http://127.0.0.1:8000", None),
        ("https://192.0.2.7", None),
        ("https://[2001:db8::1]", None),
        ("http://notlocalhost", None),
    ],
)
def test_where_passkeys_are_good(public_url: str, place: Place | None) -> None:
    """Where browsers make them: under a name, over TLS or on this machine."""
    assert place == ceremonies.place_of(public_url)


def test_a_browser_is_asked_for_what_stands_for_both_factors() -> None:
    """Found without an address, and given only after the device asked who holds it."""
    creation = json.loads(ceremonies.creation(PLACE, CHALLENGE, ANN, ["AAAA"]))
    request = json.loads(ceremonies.request(PLACE, CHALLENGE))

    assert {"residentKey": "required", "requireResidentKey": True, "userVerification": "required"} == creation[
        "authenticatorSelection"
    ]
    assert ("none", ["AAAA"]) == (creation["attestation"], [one["id"] for one in creation["excludeCredentials"]])
    assert (CHALLENGE, "required", []) == (request["challenge"], request["userVerification"], request["allowCredentials"])
    assert {ANN.handle} == {creation["user"]["id"]}


def test_a_passkey_answers() -> None:
    """With its count."""
    device, made = a_device()
    answer = device.get(ceremonies.request(PLACE, CHALLENGE))

    assert ceremonies.named(answer).credential == made.credential
    assert ANN.handle == ceremonies.named(answer).handle
    assert [1, 2] == [
        ceremonies.uses_of(PLACE, CHALLENGE, one, made.public_key)
        for one in (answer, device.get(ceremonies.request(PLACE, CHALLENGE)))
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"origin": "https://news.example.org.evil.example"},
        {"origin": "http://news.example.org"},
        {"origin": "https://news.example.org:8443"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
        {"is_framed": True},
    ],
    ids=str,
)
def test_what_was_asked_elsewhere_or_without_its_owner_is_refused(wrong: dict[str, object]) -> None:
    """A page of another origin, and a device that did not ask who holds it; when it is made and when it is used."""
    device, made = a_device()
    for name, value in wrong.items():
        setattr(device, name, value)
    with pytest.raises(PasskeyRefused):
        ceremonies.uses_of(PLACE, CHALLENGE, device.get(ceremonies.request(PLACE, CHALLENGE)), made.public_key)
    with pytest.raises(PasskeyRefused):
        ceremonies.made(PLACE, CHALLENGE, device.create(ceremonies.creation(PLACE, CHALLENGE, ANN, [])))


def test_another_challenge_place_or_key_is_refused() -> None:
    """And an answer of one kind is none of the other."""
    device, made = a_device()
    _other, others = a_device()
    answer = device.get(ceremonies.request(PLACE, CHALLENGE))
    elsewhere = replace(PLACE, name="example.org")
    for place, challenge, key in (
        (PLACE, new_secret(), made.public_key),
        (elsewhere, CHALLENGE, made.public_key),
        (PLACE, CHALLENGE, others.public_key),
        (PLACE, CHALLENGE, ""),
    ):
        with pytest.raises(PasskeyRefused):
            ceremonies.uses_of(place, challenge, answer, key)
    with pytest.raises(PasskeyRefused):
        ceremonies.made(PLACE, CHALLENGE, answer)
    with pytest.raises(PasskeyRefused):
        ceremonies.made(PLACE, new_secret(), device.create(ceremonies.creation(PLACE, CHALLENGE, ANN, [])))


def test_a_changed_answer_is_refused() -> None:
    """Each part of it is signed, or is looked up."""
    device, made = a_device()
    whole = json.loads(device.get(ceremonies.request(PLACE, CHALLENGE)))
    for part in ("clientDataJSON", "authenticatorData", "signature"):
        changed = {**whole, "response": {**whole["response"], part: whole["response"][part][:-6] + "AAAAAA"}}
        with pytest.raises(PasskeyRefused):
            ceremonies.uses_of(PLACE, CHALLENGE, json.dumps(changed), made.public_key)
    for nobody in ({**whole["response"], "userHandle": None}, {**whole["response"], "userHandle": 5}):
        with pytest.raises(PasskeyRefused):
            ceremonies.named(json.dumps({**whole, "response": nobody}))


_LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.just("AAAA") | st.just("public-key")
_JSON = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
_PARTS = ("clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle")
_ANSWERS = st.fixed_dictionaries(
    {"id": _JSON, "rawId": _JSON, "type": _JSON, "response": st.dictionaries(st.sampled_from(_PARTS), _JSON) | _JSON}
)
_KEY = a_device()[1].public_key


@given(st.text() | _JSON.map(json.dumps) | _ANSWERS.map(json.dumps) | st.just("[" * 60_000))
def test_what_no_browser_sends_is_refused(answer: str) -> None:
    """Whatever it is: nothing else comes out of it."""
    for read in (
        lambda: ceremonies.made(PLACE, CHALLENGE, answer),
        lambda: ceremonies.named(answer),
        lambda: ceremonies.uses_of(PLACE, CHALLENGE, answer, _KEY),
    ):
        try:
            read()
        except PasskeyRefused:
            continue


# What begins as an authenticator's does, and breaks off or goes on otherwise.
_HEAD = Authenticator(PLACE.origin).rp_data(PLACE.name, ATTESTED)
_DATA = st.binary(max_size=200) | st.binary(max_size=200).map(lambda rest: _HEAD + rest)
_ATTESTED = _DATA.map(lambda data: encode_cbor({"fmt": "none", "attStmt": {}, "authData": data}))


@given(_DATA | _ATTESTED, st.binary(max_size=200))
def test_bytes_of_no_authenticator_are_refused(data: bytes, signed: bytes) -> None:
    """Within an answer whose frame is whole."""
    device = Authenticator(PLACE.origin)
    created = json.loads(device.create(ceremonies.creation(PLACE, CHALLENGE, ANN, [])))
    got = json.loads(device.get(ceremonies.request(PLACE, CHALLENGE)))
    created["response"]["attestationObject"] = bytes_to_base64url(data)
    got["response"] |= {"authenticatorData": bytes_to_base64url(data), "signature": bytes_to_base64url(signed)}

    with pytest.raises(PasskeyRefused):
        ceremonies.made(PLACE, CHALLENGE, json.dumps(created))
    with pytest.raises(PasskeyRefused):
        ceremonies.uses_of(PLACE, CHALLENGE, json.dumps(got), _KEY)
