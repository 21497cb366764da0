"""The small files that pages link to."""

from pathlib import Path

from newsletter.web.static import read_shelf


def test_address_changes_with_the_content(tmp_path: Path) -> None:
    """A file may be kept for ever under an address that names its content."""
    (tmp_path / "style.css").write_text("a { color: red }")
    before = read_shelf(tmp_path)["style.css"].address
    (tmp_path / "style.css").write_text("a { color: blue }")

    assert before != read_shelf(tmp_path)["style.css"].address


def test_only_kinds_that_pages_link_to_are_on_the_shelf(tmp_path: Path) -> None:
    """What lies in the folder by accident is not served."""
    for name in ("style.css", "notes.txt", ".env", "style.css.bak"):
        (tmp_path / name).write_text("x")

    assert ["style.css"] == list(read_shelf(tmp_path))
