import pytest

from subscribers.exchange.memberlines import is_member, read_members

MEMBERS = """\
# members of readers@lists.x.test

ann@x.test
Bob Lee <bob@x.test>
"Sato, Sakura" <sakura@x.test>
Lee, Cy <cy@x.test>
nobody at all
"""


def test_members_are_read_with_their_names() -> None:
    """As `list_members -f` of Mailman 2 and `mailman members` of Mailman 3 print them; comments are skipped."""
    rows = [(row.number, tuple(row.cells)) for row in read_members(iter(MEMBERS.splitlines())).rows]

    assert [
        (3, ("ann@x.test", "")),
        (4, ("bob@x.test", "Bob Lee")),
        (5, ("sakura@x.test", "Sato, Sakura")),
        (6, ("cy@x.test", "Lee, Cy")),
        (7, ("nobody at all", "")),
    ] == rows


@pytest.mark.parametrize(
    "line", ["email", "email,name", "ann@x.test,Ann", "ann@x.test;bob@x.test", '"ann@x.test","Ann"', "", "a b@x.test"]
)
def test_titles_and_rows_are_no_member(line: str) -> None:
    """They belong to a table."""
    assert not is_member(line)
