"""Rows of a rule in a form."""

from newsletter.web.desk.people import rules
from subscribers.segments.rows import Group, Row, Sheet


def test_buttons_add_and_remove_rows() -> None:
    """The last row is replaced by an empty one; what is no button changes nothing."""
    sheet = Sheet(groups=(Group(rows=(Row("language"), Row("name"))),))
    added = rules.changed(rules.changed(sheet, "add-0"), "group")

    assert [3, 1] == [len(group.rows) for group in added.groups]
    assert ("name",) == tuple(row.what for row in rules.changed(sheet, "remove-0-0").groups[0].rows)
    assert Sheet() == rules.changed(Sheet(groups=(Group(rows=(Row("name"),)),)), "remove-0-0")
    for nonsense in ("add", "add-9", "remove-0", "remove-x-y", "save", "add-99999999999999999999", ""):
        assert sheet == rules.changed(sheet, nonsense)


def test_rows_of_a_form_are_read_as_they_stand() -> None:
    """Also with gaps, and no more of them than there may be."""
    form = {"g0-r0-what": "language", "g0-r0-by": "=", "g0-r0-value": " fr ", "g0-r5-what": "name", "g0-r5-not": "1"}
    [group] = rules.read_form(form | {f"g{n}-r0-what": "" for n in range(50, 60)}).groups

    assert [("language", "fr", False), ("name", "", True)] == [(row.what, row.value, row.is_not) for row in group.rows]
