"""A newsletter with readers, and a letter that is planned for them, on either database; a mailbox on a real IMAP server."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from urllib.parse import quote

import pytest

from newsletter.database import Database
from newsletter.returns.intakes import Mailbox, parse_mailbox
from subscribers.tokens import Keyring
from tests.harness import dovecot as harness
from tests.harness import mailroom
from tests.harness.dovecot import Dovecot
from tests.harness.mailroom import Mailroom

_NUMBERS = count()


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """Give a Dovecot of our own."""
    with harness.dovecot() as server:
        yield server


@pytest.fixture
def user() -> str:
    """Give somebody whose mailbox is empty."""
    return f"user{next(_NUMBERS)}"


@pytest.fixture
def setting(dovecot: Dovecot, user: str) -> Callable[..., Mailbox]:
    """Give what makes the setting of the user's mailbox: by TLS, or on the server of the last century."""

    def made(*, is_old: bool = False, folder: str = "INBOX", password: str = harness.PASSWORD, more: str = "") -> Mailbox:
        login = f"{user}:{quote(password, safe='')}"
        if is_old:
            return parse_mailbox(f"imap://{login}@{harness.OLD}:{dovecot.plain_port}/{quote(folder)}?{more}")
        return parse_mailbox(f"imaps://{login}@localhost:{dovecot.tls_port}/{quote(folder)}?ca={dovecot.trust}&{more}")

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
