"""An issue of which something came back."""

from datetime import timedelta

import pytest

from newsletter.database import Database
from newsletter.issues.model import Newsletter
from subscribers.tokens import Keyring
from tests.harness import mailroom, returned
from tests.harness.returned import COMPLAINT, DEAD, FULL
from tests.newsletter.web.conftest import Hands, Reader

# What a stranger may write.
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def letter_id(database: Database, keyring: Keyring, newsletter: Newsletter, reader: Reader, clock: Hands) -> int:
    """Give a letter to Ann: her mailbox was full, and a stranger sent what looks like a complaint."""
    with database.write() as tx:
        made = mailroom.plan(tx, newsletter.id, newsletter.list_id, clock(), mailroom.a_draft(subject="January"))
        back = returned.address(keyring, returned.delivery_of(tx, "ann", made, "example.org"))
        returned.take(tx, keyring, returned.bounce(back, subject=HOSTILE), FULL, clock())
        forged = f"b-{'a' * (len(back.partition('@')[0]) - 2)}@returns.example.org"
        returned.take(tx, keyring, returned.bounce(forged), DEAD, clock() + timedelta(minutes=1))
        returned.take(tx, keyring, returned.mail("news@example.org"), COMPLAINT, clock() + timedelta(minutes=2))
    return made
