"""A newsletter with readers, and a letter that is planned for them, on either database; somebody's mailbox."""

from collections.abc import Callable
from datetime import datetime

import pytest

from newsletter.database import Database
from newsletter.returns.intakes import Mailbox, parse_mailbox
from subscribers.tokens import Keyring
from tests.harness import mailroom
from tests.harness.dovecot import PASSWORD, Dovecot
from tests.harness.mailroom import Mailroom


@pytest.fixture
def setting(dovecot: Dovecot, user: str) -> Callable[..., Mailbox]:
    """Give what makes the setting of the user's mailbox: by TLS, or on the server of the last century."""

    def made(*, is_old: bool = False, folder: str = "INBOX", password: str = PASSWORD) -> Mailbox:
        return parse_mailbox(dovecot.url(user, is_old=is_old, folder=folder, password=password))

    return made


@pytest.fixture
def mailbox(setting: Callable[..., Mailbox]) -> Mailbox:
    """Give the user's mailbox by TLS."""
    return setting()


@pytest.fixture
def room(database: Database, keyring: Keyring, now: datetime) -> Mailroom:
    """Give a letter on its way to Ann, Bob and Cem."""
    with database.write() as tx:
        return mailroom.open_mailroom(tx, keyring, now, ("ann", "bob", "cem"))
