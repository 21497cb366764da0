"""Passkeys as browsers make and use them (WebAuthn): what a browser is asked, and whether what it answers is true."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from newsletter.atneed import at_need
from newsletter.staff.refusals import PasskeyRefused

if TYPE_CHECKING:
    import webauthn
    from webauthn import helpers
    from webauthn.helpers import exceptions, structs
else:
    # Five megabytes and a tenth of a second.
    webauthn, helpers = at_need("webauthn"), at_need("webauthn.helpers")
    exceptions, structs = at_need("webauthn.helpers.exceptions"), at_need("webauthn.helpers.structs")

# What stands above the name of the account where a device lists its passkeys.
HOUSE = "Newsletter"

# How long a browser shows its question; the step at the door lasts longer.
MILLISECONDS = 5 * 60 * 1000

_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Place:
    """Where the passkeys of this instance are good; said by its settings, never by a request."""

    # What they are bound to (the RP ID): the name of the host.
    name: str
    # What a browser calls the pages from which they are asked for.
    origin: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose passkey it becomes, as the device keeps it."""

    # Random, in base64url; it tells nothing of them (WebAuthn 14.6.1).
    handle: str
    # What they sign in with, and what they are called.
    address: str
    name: str


@dataclass(frozen=True, slots=True)
class Made:
    """A passkey that a browser made, its parts in base64url."""

    credential: str
    public_key: str = field(repr=False)
    uses: int


@dataclass(frozen=True, slots=True)
class Named:
    """Which passkey an answer says it is of, and whose; nothing of it is checked yet."""

    credential: str
    handle: str


def place_of(public_url: str) -> Place | None:
    """Give where passkeys are good for pages at *public_url*; None: browsers make none there.

    They ask for TLS and for a name instead of a number, this machine's own name apart.
    """
    parts = urlsplit(public_url)
    name = parts.hostname or ""
    is_own = name == "localhost" or name.endswith(".localhost")
    if _is_number(name) or not (parts.scheme == "https" or is_own):
        return None
    port = "" if parts.port in {None, _PORTS[parts.scheme]} else f":{parts.port}"
    return Place(name, f"{parts.scheme}://{name}{port}")


def creation(place: Place, challenge: str, owner: Owner, known: Sequence[str]) -> str:
    """Ask a browser for a new passkey, in JSON; not on a device that has one of *known* credentials."""
    options = webauthn.generate_registration_options(
        rp_id=place.name,
        rp_name=HOUSE,
        user_id=helpers.base64url_to_bytes(owner.handle),
        user_name=owner.address or owner.name,
        user_display_name=owner.name,
        challenge=helpers.base64url_to_bytes(challenge),
        timeout=MILLISECONDS,
        # It is found without an address being typed, and stands for both factors: the device asks who holds it.
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED, user_verification=structs.UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[structs.PublicKeyCredentialDescriptor(id=helpers.base64url_to_bytes(one)) for one in known],
    )
    return helpers.options_to_json(options)


def request(place: Place, challenge: str) -> str:
    """Ask a browser for any passkey of this place, in JSON."""
    options = webauthn.generate_authentication_options(
        rp_id=place.name,
        challenge=helpers.base64url_to_bytes(challenge),
        timeout=MILLISECONDS,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return helpers.options_to_json(options)


def made(place: Place, challenge: str, answer: str) -> Made:
    """Read the passkey that a browser made for this *challenge*.

    Raises:
        PasskeyRefused: made elsewhere, for another challenge, without asking who holds the device, or damaged.

    """
    try:
        read = helpers.parse_registration_credential_json(answer)
        _require_whole_page(read.response.client_data_json)
        checked = webauthn.verify_registration_response(
            credential=read,
            expected_challenge=helpers.base64url_to_bytes(challenge),
            expected_rp_id=place.name,
            expected_origin=place.origin,
            require_user_verification=True,
        )
        # A key that nothing can be checked with would be found out when somebody stands before the door.
        helpers.decoded_public_key_to_cryptography(helpers.decode_credential_public_key(checked.credential_public_key))
    except _stumbles() as error:
        raise PasskeyRefused from error
    return Made(
        helpers.bytes_to_base64url(checked.credential_id),
        helpers.bytes_to_base64url(checked.credential_public_key),
        checked.sign_count,
    )


def named(answer: str) -> Named:
    """Read whose passkey an answer says it is.

    Raises:
        PasskeyRefused: it is no answer, or names nobody.

    """
    try:
        read = helpers.parse_authentication_credential_json(answer)
    except _stumbles() as error:
        raise PasskeyRefused from error
    if read.response.user_handle is None:
        raise PasskeyRefused
    return Named(helpers.bytes_to_base64url(read.raw_id), helpers.bytes_to_base64url(read.response.user_handle))


def uses_of(place: Place, challenge: str, answer: str, public_key: str) -> int:
    """Check the answer of a passkey to this *challenge*; gives how often it says that it was used.

    Whether that count goes on from the last one is for the caller: who forges an answer is to raise no alarm.

    Raises:
        PasskeyRefused: answered elsewhere, to another challenge, by another key, or without asking who holds the device.

    """
    try:
        read = helpers.parse_authentication_credential_json(answer)
        _require_whole_page(read.response.client_data_json)
        checked = webauthn.verify_authentication_response(
            credential=read,
            expected_challenge=helpers.base64url_to_bytes(challenge),
            expected_rp_id=place.name,
            expected_origin=place.origin,
            credential_public_key=helpers.base64url_to_bytes(public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except _stumbles() as error:
        raise PasskeyRefused from error
    return checked.new_sign_count


def _require_whole_page(client_data: bytes) -> None:
    # A frame in somebody else's page; ours stand in none.
    if helpers.parse_client_data_json(client_data).cross_origin:
        raise PasskeyRefused


def _is_number(host: str) -> bool:
    try:
        return bool(ipaddress.ip_address(host))
    except ValueError:
        return False


@cache
def _stumbles() -> tuple[type[Exception], ...]:
    """Give what the library stumbles over where bytes come from no authenticator: base64, JSON, CBOR, keys."""
    return (
        exceptions.WebAuthnException,
        *(ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError),
    )
