"""Leaving by mail."""

from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.people import mailto
from subscribers import register
from subscribers.errors import TokenInvalid
from subscribers.outcomes import AlreadyWithdrawn, Unknown, Withdrawn
from subscribers.tokens import Keyring, Purpose
from tests.harness import mailroom
from tests.harness.mailroom import Mailroom


def test_a_mail_to_the_address_is_a_no(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """Whatever the case of its letters; saying it twice is no error, and its subject is the evidence."""
    with database.write() as tx:
        address = mailto.address(keyring, mailroom.subscription_of(tx, "ann").id, "returns.example.org")
        first = mailto.take(tx, keyring, f"<{address.upper()}>", "unsubscribe", now)
        second = mailto.take(tx, keyring, address, "unsubscribe", now)
        said = register.consent_of(tx, keyring.hash_address("ann@example.net"))

    assert isinstance(first, Withdrawn)
    assert isinstance(second, AlreadyWithdrawn)
    assert ("withdrawn", "mail", "unsubscribe") == (said[-1].act, said[-1].evidence.door, said[-1].evidence.wording)


def test_somebody_who_is_not_known_any_more_is_no_trouble(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """They were erased."""
    with database.write() as tx:
        assert isinstance(mailto.take(tx, keyring, mailto.address(keyring, 10**6, "x.example"), "", now), Unknown)


@pytest.mark.parametrize("local", ["", "u-", "unsubscribe", "u-" + "a" * 26, "b-" + "a" * 26])
def test_another_address_is_none_of_ours(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom, local: str
) -> None:
    """Made up, cut off, or of a returned mail."""
    with database.write() as tx, pytest.raises(TokenInvalid):
        mailto.take(tx, keyring, f"{local}@returns.example.org", "", now)


def test_a_token_of_another_purpose_is_none(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """The link to the preferences does not leave."""
    with database.write() as tx:
        number = mailroom.subscription_of(tx, "ann").id
        with pytest.raises(TokenInvalid):
            mailto.take(tx, keyring, f"u-{keyring.seal(Purpose.PREFERENCES, number)}@returns.example.org", "", now)
