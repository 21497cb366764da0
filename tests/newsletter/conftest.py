"""A mailbox on a real IMAP server, started when the first test asks for it."""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count

import pytest

from tests.harness import dovecot as harness
from tests.harness.dovecot import Dovecot
from tests.maillab.packages import PackagesMissing

_NUMBERS = count()


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """Give a Dovecot of our own."""
    with ExitStack() as stack:
        try:
            server = stack.enter_context(harness.dovecot())
        except PackagesMissing as missing:
            pytest.skip(str(missing))
        yield server


@pytest.fixture
def user() -> str:
    """Give somebody whose mailbox is empty."""
    return f"user{next(_NUMBERS)}"
