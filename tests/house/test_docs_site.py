"""The documentation as a site: it builds, no link of it leads nowhere, and every page is found."""

from pathlib import Path

import pytest

from scripts import docsite

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the site, built once, without what draws diagrams."""
    target = tmp_path_factory.mktemp("site") / "built"
    docsite.build(target)
    return target


def test_site_has_no_link_that_leads_nowhere_and_loads_nothing_from_elsewhere(site: Path) -> None:
    """The places within pages, too; `make docs` says the same of the site that it builds."""
    assert [] == docsite.faults(site)


def test_site_has_every_page_and_shows_blocks_in_lists_as_blocks(site: Path) -> None:
    """A list that the builder reads otherwise than the repository would show its commands as text."""
    pages = sorted(path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md"))
    wanted = [site / page for page in pages if page.name != "README.html"]

    assert [] == [page for page in wanted if not page.exists()]
    assert [] == [page for page in wanted if "<p>```" in page.read_text() or "</code>`" in page.read_text()]


def test_navigation_is_the_index_with_its_headings_as_tabs() -> None:
    """A page that gets its line there is in the navigation, below whom it is for."""
    index = (
        "# All\n\n- [Above](a.md)\n\n## Editors\n\n- [Write](to/write.md): and more\n\n## Rest\n\n- [New](../CHANGELOG.md)\n"
    )

    assert {"Editors": [{"Write": "to/write.md"}], "Rest": [{"New": "changelog.md"}]} == docsite.navigation(index)


def test_what_leads_nowhere_is_named_with_its_page(tmp_path: Path) -> None:
    """A page, a place and a picture that are not there, and a script of a stranger."""
    (tmp_path / "there.html").write_text('<h2 id="place">There</h2>')
    (tmp_path / "page.html").write_text(
        '<a href="there.html#place">1</a><a href="there.html#lost">2</a><a href="lost.html">3</a><img src="lost.png">'
        '<a href="https://example.org/">4</a><a href="../outside.html">5</a><script src="https://example.org/x.js"></script>',
    )

    assert [
        "page.html: there.html#lost names a place that the page does not have",
        "page.html: lost.html is not there",
        "page.html: ../outside.html is not there",
        "page.html: lost.png is not there",
        "page.html: https://example.org/x.js is loaded from elsewhere",
    ] == docsite.faults(tmp_path)
