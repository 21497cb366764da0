"""The mail lab: its tests are collected where its namespaces are, and nowhere else."""

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from subscribers.tokens import Keyring
from tests.maillab.lab import PASSWORD, SCRATCH, USER, Lab, opened
from tests.maillab.mailings import Mailing
from tests.maillab.postfix import Postfix

# The one place where it is decided: `make test` walks past, `make maillab` does not.
collect_ignore_glob = [] if SCRATCH in os.environ else ["test_*.py"]

NOTES = pytest.StashKey[list[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the size of the large mailing be chosen."""
    parser.addoption("--recipients", type=int, default=5000, help="How many people the large mailing of the lab has.")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Tell what was measured."""
    for note in config.stash.get(NOTES, []):
        terminalreporter.write_line(f"measured: {note}")


@pytest.fixture(scope="session")
def lab(pytestconfig: pytest.Config) -> Iterator[Lab]:
    """Give the lab, started once."""
    with opened(Path(os.environ[SCRATCH], "lab")) as lab:
        pytestconfig.stash[NOTES] = lab.notes
        yield lab


@pytest.fixture
def relay(lab: Lab) -> Iterator[Postfix]:
    """Give a relay of this test's own, with a log that tells of this test alone."""
    lab.dovecot.set_password(USER, PASSWORD)
    with lab.relay() as relay:
        yield relay


@pytest.fixture
def plan(
    lab: Lab, keyring: Keyring, sqlite_url: str, now: datetime, tmp_path: Path
) -> Iterator[Callable[[list[str]], Mailing]]:
    """Give what plans an issue for these addresses, in a database of its own."""
    planned: list[Mailing] = []

    def for_all(addresses: list[str]) -> Mailing:
        planned.append(Mailing(lab, keyring, tmp_path, sqlite_url, addresses, now))
        return planned[-1]

    yield for_all
    for mailing in planned:
        mailing.database.close()
