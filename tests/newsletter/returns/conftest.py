"""A newsletter with readers, and a letter that is planned for them, on either database."""

from datetime import datetime

import pytest

from newsletter.database import Database
from subscribers.tokens import Keyring
from tests.harness import mailroom
from tests.harness.mailroom import Mailroom


@pytest.fixture
def room(database: Database, keyring: Keyring, now: datetime) -> Mailroom:
    """Give a letter on its way to Ann, Bob and Cem."""
    with database.write() as tx:
        return mailroom.open_mailroom(tx, keyring, now, ("ann", "bob", "cem"))
