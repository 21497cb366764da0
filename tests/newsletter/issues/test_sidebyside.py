"""Two texts laid beside each other."""

from hypothesis import given
from hypothesis import strategies as st

from newsletter.issues.differences import Mark, Run
from newsletter.issues.sidebyside import Row, lay

WORDS = st.lists(st.sampled_from(["a", "b", "library", "وداد", "1"]), max_size=6).map(" ".join)
TEXTS = st.lists(WORDS.filter(bool), max_size=6)


def said(rows: list[Row], side: str) -> list[str]:
    """Give what one side says, paragraph by paragraph."""
    paragraphs = (" ".join(run.text for run in getattr(row, side)) for row in rows)
    return [one for one in paragraphs if one]


@given(TEXTS, TEXTS)
def test_each_side_says_all_of_its_text(left: list[str], right: list[str]) -> None:
    """Whatever is different."""
    rows = list(lay(left, right))

    assert left == said(rows, "left")
    assert right == said(rows, "right")


@given(TEXTS, TEXTS)
def test_only_what_both_say_is_unmarked(left: list[str], right: list[str]) -> None:
    """And a side has no mark that is the other's."""
    for row in lay(left, right):
        assert Mark.ADDED not in {run.mark for run in row.left}
        assert Mark.REMOVED not in {run.mark for run in row.right}
        same = [[run.text for run in side if run.mark is Mark.SAME] for side in (row.left, row.right)]
        assert same[0] == same[1]


def test_words_that_differ_are_marked_within_their_paragraph() -> None:
    """At one height."""
    (row,) = lay(["Dear colleagues, good day"], ["Dear friends, good day"])

    assert (Run(Mark.SAME, "Dear"), Run(Mark.REMOVED, "colleagues,"), Run(Mark.SAME, "good day")) == row.left
    assert (Run(Mark.SAME, "Dear"), Run(Mark.ADDED, "friends,"), Run(Mark.SAME, "good day")) == row.right
