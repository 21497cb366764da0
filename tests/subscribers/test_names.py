"""How names are folded to be looked up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers import names


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Ann  Other", "ann other"),
        ("ÅSA Lindström", "asa lindstrom"),
        ("Søren Łukasz", "soren lukasz"),
        ("Weiß", "weiss"),
        ("Éric", "e\u0301ric"),
        ("Алёна", "алена"),
        ("أحمد", "احمد"),
    ],
)
def test_spellings_of_one_name_are_one(typed: str, found: str) -> None:
    """Letter case, accents and the way they are encoded make no difference."""
    assert names.folded(typed) == names.folded(found)


def test_name_is_found_from_both_ends() -> None:
    """Whoever knows the family only finds the person too."""
    found = names.columns("Catharina Isberg")

    assert {"name": "Catharina Isberg", "name_key": "catharina isberg", "name_turned": "isberg catharina"} == found


@pytest.mark.parametrize(("name", "key"), [("", None), ("  ", None), ("Plato", "plato"), ("\u0301", None)])
def test_short_names_have_one_key_or_none(name: str, key: str | None) -> None:
    """Nothing is indexed twice, and nothing empty."""
    assert {"name": name, "name_key": key, "name_turned": None} == names.columns(name)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    """What stands in the database is what a question for it becomes."""
    once = names.folded(text)

    assert once == names.folded(once)
