import hmac
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from subscribers.sealer import Seal, Sealer, Tally
from subscribers.tokens import Keyring
from tests.conftest import SECRET

SEALER = Sealer(Keyring(SECRET))
MADE = Seal(
    number=2,
    day=date(2020, 2, 1),
    at=datetime(2020, 2, 1, 8, 0, tzinfo=UTC),
    key_id=SEALER.key_id,
    after_id=10,
    last_id=20,
    acts=9,
    chains=4,
    digest="ab" * 32,
    code="",
)
ACTS = st.lists(st.tuples(st.integers(1, 9), st.integers(-9, 9), st.integers(1, 9), st.text(max_size=3)), unique=True)


def tally(acts: list[tuple[int, int, int, str]]) -> Tally:
    """Give what acts amount to."""
    made = Tally()
    for act_id, chain, seq, digest in acts:
        made.add(seq, SEALER.mark(act_id, chain, seq, digest))
    return made


def test_code_is_made_with_the_key_over_eleven_lines() -> None:
    """And cannot be made without it."""
    lines = f"seal 1\nbefore\n2\n2020-02-01\n2020-02-01T08:00:00.000000Z\n{SEALER.key_id}\n10\n20\n9\n4\n{'ab' * 32}\n"

    assert hmac.new(Keyring(SECRET).derive("consent seal"), lines.encode(), sha256).hexdigest() == SEALER.code(MADE, "before")
    assert Sealer(Keyring("another secret of the tests, also long")).code(MADE, "before") != SEALER.code(MADE, "before")


def test_each_part_counts() -> None:
    """There is no part of a seal that could be changed unseen, and none that could stand behind another."""
    other: dict[str, Any] = {
        part.name: {int: 77, str: "77", date: date(2020, 2, 2), datetime: datetime(2021, 1, 1, tzinfo=UTC)}[
            type(getattr(MADE, part.name))
        ]
        for part in fields(Seal)
        if part.name != "code"
    }
    codes = {SEALER.code(replace(MADE, **{name: value}), "before") for name, value in other.items()}

    assert 9 == len(codes - {SEALER.code(MADE, "before")})
    assert SEALER.code(MADE, "before") != SEALER.code(MADE, "another")


def test_keys_have_ids_of_their_own() -> None:
    """By which a seal of a former key is told."""
    assert SEALER.key_id == Sealer(Keyring(SECRET)).key_id
    assert SEALER.key_id != Sealer(Keyring("another secret of the tests, also long")).key_id


@given(ACTS, st.randoms(use_true_random=False))
def test_acts_may_be_walked_in_any_order(acts: list[tuple[int, int, int, str]], dice: Any) -> None:  # noqa: ANN401 -- Hypothesis' type
    """The sealer goes by their ids, who verifies by their chains."""
    shuffled = list(acts)
    dice.shuffle(shuffled)

    assert tally(acts) == tally(shuffled)
    assert sum(act[2] == 1 for act in acts) == tally(acts).chains


@given(ACTS, ACTS)
def test_other_acts_have_another_digest(some: list[tuple[int, int, int, str]], others: list[tuple[int, int, int, str]]) -> None:
    """None added, none left out, none changed."""
    assert (set(some) == set(others)) == (tally(some).digest == tally(others).digest)


def test_nothing_has_a_digest_of_the_same_length() -> None:
    """A day on which nobody said anything is sealed as well."""
    assert "0" * 64 == Tally().digest
