"""Relays that misbehave by name; the sink's log is the judge. The soak has every one at every step, on both databases."""

from pathlib import Path

import pytest

from tests.faults import weathers
from tests.faults.weathers import Case
from tests.harness import trial
from tests.harness.certificates import Authority

PEOPLE = 30
SEED = 20_200_201

# One before the body and one after it for each; what tests/newsletter/mail/test_mailer.py tries already is left to the soak.
THINNED = (
    Case("stall", "ehlo"),
    Case("stall", "rcpt"),
    Case("drip", "data"),
    Case("endless-line", "rcpt"),
    Case("endless-line", "dot"),
    Case("endless-reply", "mail"),
    Case("endless-reply", "answer"),
    Case("answer-twice", "rcpt"),
    Case("answer-twice", "answer"),
    Case("speak-unasked", "connect"),
    Case("speak-unasked", "answer"),
    Case("byte-by-byte", "answer", 0.002),
    Case("late", "answer", 0.3),
    Case("452", "data"),
    Case("452", "dot"),
    Case("stop-reading"),
    Case("421-in-body"),
    Case("close-after", number=3),
    Case("connection-cap", number=1),
    Case("354-for-nobody"),
    Case("rset-refused"),
)


@pytest.mark.parametrize("case", THINNED, ids=str)
def test_bad_weather_costs_nobody_a_letter_and_brings_nobody_two(case: Case, sqlite_url: str, tmp_path: Path) -> None:
    """S01 to S10, mail cases 58 to 64: then the weather is good again, and everybody is settled."""
    record = weathers.brave(trial.plan(sqlite_url, tmp_path, PEOPLE), case, seed=SEED)

    assert record.is_good, record.note


@pytest.mark.parametrize("case", [Case("reset", "dot"), Case("354-for-nobody"), Case("stall", "chunk")], ids=str)
def test_bad_weather_where_chunks_are_taken(case: Case, sqlite_url: str, tmp_path: Path) -> None:
    """The same where the relay offers BDAT, whether the mailer uses it or not."""
    record = weathers.brave(trial.plan(sqlite_url, tmp_path, PEOPLE), case, chunking=True, seed=SEED)

    assert record.is_good, record.note


@pytest.mark.parametrize("name", ["accept-then-reset", "reset-in-body"])
def test_every_twentieth_answer_is_lost(name: str, database_url: str, tmp_path: Path) -> None:
    """S02, S03: five in a hundred, drawn from the seed."""
    record = weathers.brave(trial.plan(database_url, tmp_path, 120), Case(name), seed=SEED, share=0.05)

    assert record.is_good, record.note


@pytest.mark.parametrize("name", ["starttls-stripped", "wrong-certificate", "plaintext-before-tls"])
def test_no_encryption_no_password(name: str, sqlite_url: str, tmp_path: Path) -> None:
    """S11, A26, mail case 62: whoever sits in between gets nothing."""
    record = weathers.keep_the_password(trial.plan(sqlite_url, tmp_path, 5), name, Authority())

    assert record.is_good, record.note


def test_login_that_is_refused_touches_nobody(sqlite_url: str, tmp_path: Path) -> None:
    """S12: the password was changed in the middle."""
    record = weathers.refuse_login(trial.plan(sqlite_url, tmp_path, PEOPLE))

    assert record.is_good, record.note


def test_relay_that_is_away_for_hours_is_waited_for(database_url: str, tmp_path: Path) -> None:
    """Mail case 66: in the middle, for three hours."""
    record = weathers.be_away(trial.plan(database_url, tmp_path, 40), 3)

    assert record.is_good, record.note
