import csv
import io
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.spreadsheet import MOST_LINES_OF_A_ROW, read_table, write_row

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "''@x"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_no_cell_is_a_formula(cell: str) -> None:
    """It starts with an apostrophe, and comes back as it went."""
    written = next(csv.reader([write_row([cell])]))

    assert [f"'{cell}"] == written


@given(
    st.lists(st.text(alphabet=st.characters(exclude_characters="\r\x00", exclude_categories=["Cs"])), min_size=2, max_size=2),
    st.booleans(),
)
def test_what_is_written_is_read_again(cells: list[str], is_raw: bool) -> None:  # noqa: FBT001 -- drawn by Hypothesis
    """Whatever stands in it: formulas, quotation marks, delimiters, line breaks."""
    if not any(cells) or max(cell.count("\n") for cell in cells) >= MOST_LINES_OF_A_ROW:
        return

    written = io.BytesIO((write_row(["a", "b"], is_raw=is_raw) + write_row(cells, is_raw=is_raw)).encode())

    assert [cells] == [row.cells for row in read_table(written, is_raw=is_raw).rows]


def test_reading_needs_no_memory_for_the_rows() -> None:
    """A file of any length is read as it comes."""
    lines = (b"email,name\n" if number == 0 else b"p%d@x.test,P\n" % number for number in range(20_000))
    tracemalloc.start()
    count = sum(1 for _ in read_table(lines).rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert 19_999 == count
    assert peak < 200_000
