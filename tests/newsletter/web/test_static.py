"""The small files that pages link to."""

import gzip
from pathlib import Path

import pytest

from newsletter.web.static import Icons, PagesNotBuilt, read_shelf


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


def test_files_are_packed_where_that_is_shorter(tmp_path: Path) -> None:
    """As those who accept it get them; a file of one letter grows by it."""
    (tmp_path / "style.css").write_text("a { color: red }\n" * 100)
    (tmp_path / "small.css").write_text("a")
    shelf = read_shelf(tmp_path)

    assert shelf["style.css"].body == gzip.decompress(shelf["style.css"].packed)
    assert b"" == shelf["small.css"].packed


def test_icon_is_drawn_for_the_eyes_only(tmp_path: Path) -> None:
    """The words beside it say the same to those who hear the page."""
    (tmp_path / "icons.json").write_text('{"dot": "<circle r=\\"1\\"/>"}')

    assert '<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><circle r="1"/></svg>' == Icons(
        tmp_path
    )("dot")


def test_pages_that_were_not_built_say_what_to_do(tmp_path: Path) -> None:
    """Before anybody looks at a page without styles."""
    with pytest.raises(PagesNotBuilt, match="Run `make env`"):
        Icons(tmp_path)
