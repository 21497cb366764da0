from pathlib import Path

import pytest

from newsletter.confined import Child
from newsletter.letters.templatecheck import TemplateFault, check_theme
from newsletter.letters.templates import Templates, packaged_templates

FOOTER = """<mj-section>
  <mj-column>
    {% if true %}<mj-text colr="red">{{ page.slots.unsubscribe }}</mj-text>{% endif %}

    <p>loose</p>
  </mj-column>
</mj-section>
"""


@pytest.mark.parametrize("theme", ["federation", "magazine", "letter"])
def test_themes_that_come_with_the_product_are_sound(theme: str, templates: Templates) -> None:
    """Every sample of each: no fault of MJML, no letter that Gmail would clip, no style that it would drop."""
    assert () == check_theme(templates, theme)


def faults(child: Child, own: Path, **files: str) -> tuple[TemplateFault, ...]:
    """Look over what one newsletter lays out otherwise."""
    for name, text in files.items():
        file = own / "ours" / "issue" / f"{name}.mjml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return check_theme(Templates(packaged_templates(), child, own=own), "federation", "ours")


def test_fault_has_the_line_and_column_of_its_template(child: Child, tmp_path: Path) -> None:
    """Not of what Jinja made of it; each is told once, however many samples show it."""
    found = faults(child, tmp_path, footer=FOOTER)

    assert [
        ("issue/footer.mjml", 3, 27, "<mj-text> has no attribute colr"),
        ("issue/footer.mjml", 5, 5, "<p> stands in <mj-column>; HTML belongs into <mj-text>"),
        ("issue/footer.mjml", 5, 8, "text stands in <mj-column>, where nothing shows it; it belongs into <mj-text>"),
    ] == [(fault.file, fault.line, fault.column, fault.text) for fault in found]


@pytest.mark.parametrize(
    ("source", "line", "text"),
    [
        ("<mj-section>\n{% if %}", 2, "Expected an expression"),
        ("<mj-section>{{ nobody }}</mj-section>", 0, "'nobody' is undefined"),
        ("", 0, "the templates leave out the unsubscribe link"),
    ],
)
def test_template_that_cannot_be_rendered_is_a_fault(source: str, line: int, text: str, child: Child, tmp_path: Path) -> None:
    """With the line that Jinja says, where it says one."""
    silent = "<mj-section><mj-column><mj-text><h1>x</h1></mj-text></mj-column></mj-section>"
    found = faults(child, tmp_path, footer=source, masthead=silent)

    assert [True] == [text in fault.text and line in {0, fault.line} for fault in found][:1]


def test_tokens_that_cannot_be_read_are_a_fault(child: Child, tmp_path: Path) -> None:
    """Nothing is rendered with them."""
    file = tmp_path / "themes" / "federation" / "theme.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[light]\nquiet = "#cccccc"\n')

    (fault,) = check_theme(Templates(packaged_templates(), child, own=tmp_path), "federation")

    assert "quiet #cccccc on paper #ffffff" in fault.text


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ('[logo]\nalt = "CPDWL"\n  src = "https://example.org/logo.png"\n', (3, 3)),
        ('logo.alt = "CPDWL"\nlogo.src = "//example.org/logo.png"\n', (2, 1)),
    ],
)
def test_logo_from_elsewhere_is_a_fault(said: str, place: tuple[int, int], child: Child, tmp_path: Path) -> None:
    """With its line and column, in the file that says so."""
    file = tmp_path / "ours" / "theme.toml"
    file.parent.mkdir(parents=True)
    file.write_text(said)

    (fault,) = check_theme(Templates(packaged_templates(), child, own=tmp_path), "federation", "ours")

    assert ("ours/theme.toml", *place) == (fault.file, fault.line, fault.column)
    assert "it tells another server who reads" in fault.text


@pytest.mark.parametrize(
    "column",
    [
        '<mj-image src="https://example.org/a.png" alt="A" />',
        '<mj-text><img src="//example.org/a.png" alt="A"></mj-text>',
        '<mj-text><p style="background:url(https://example.org/a.png)">A</p></mj-text>',
    ],
)
def test_picture_from_elsewhere_in_a_template_is_a_fault(column: str, child: Child, tmp_path: Path) -> None:
    """No letter tells another server who reads it."""
    masthead = f"<mj-section>\n<mj-column>\n{column}<mj-text><h1>x</h1></mj-text></mj-column></mj-section>"
    own = column.replace("example.org/a.png", f"news.example.org/images/{'0' * 40}.png")

    (fault,) = faults(child, tmp_path, masthead=masthead)

    assert ("issue/masthead.mjml", 3) == (fault.file, fault.line)
    assert "example.org/a.png is loaded from elsewhere" in fault.text
    assert () == faults(child, tmp_path, masthead=masthead.replace(column, own))


def test_what_is_printed_is_looked_over_too(child: Child, tmp_path: Path) -> None:
    """A newsletter may print otherwise; a template that fails would let nobody approve an issue."""
    own = tmp_path / "ours" / "print" / "issue.html"
    own.parent.mkdir(parents=True)
    own.write_text("<h1>{{ nobody }}</h1>")
    found = check_theme(Templates(packaged_templates(), child, own=tmp_path), "federation", "ours")

    assert {("print/issue.html", "'nobody' is undefined")} == {(fault.file, fault.text) for fault in found}
