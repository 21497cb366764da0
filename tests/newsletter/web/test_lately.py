"""What several people look at is read once."""

from functools import partial

from newsletter.web.lately import MOST_KEPT, Lately


def test_it_is_made_once_as_long_as_it_is_the_same() -> None:
    """And anew when it is made of something else, or for another key."""
    made: list[str] = []
    lately: Lately[str] = Lately()

    def make(what: str) -> str:
        made.append(what)
        return what

    asked = ((1, 1), (1, 1), (2, 1), (1, 2), (1, 2))
    found = [lately.get(key, mark, partial(make, f"{key}{mark}")) for key, mark in asked]

    assert ["11", "11", "21", "12", "12"] == found
    assert ["11", "21", "12"] == made


def test_it_keeps_so_many_and_no_more() -> None:
    """The one that was made first is forgotten first."""
    made: list[int] = []
    lately: Lately[None] = Lately()
    for key in (*range(MOST_KEPT + 1), MOST_KEPT, 0):
        lately.get(key, "", partial(made.append, key))

    assert [*range(MOST_KEPT + 1), 0] == made


def test_what_is_large_is_kept_in_smaller_numbers() -> None:
    """As many as it was made for."""
    made: list[int] = []
    lately: Lately[None] = Lately(1)
    for key in (1, 1, 2, 1):
        lately.get(key, "", partial(made.append, key))

    assert [1, 2, 1] == made
