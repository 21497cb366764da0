"""`newsletter templates`: the themes there are, whether their templates are sound, and what letters look like in them."""

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from newsletter.bootstrap import OWN_TEMPLATES
from newsletter.cli import shown
from newsletter.cli.door import Door, common, pass_door
from newsletter.cli.exits import Exit
from newsletter.cli.parameters import write_file
from newsletter.confined import Child
from newsletter.errors import BadValue
from newsletter.letters.compose import CLIPPED_BYTES, Composition, compose_issue
from newsletter.letters.letter import fill_html, fill_text
from newsletter.letters.links import Links
from newsletter.letters.samples import PICTURES, Sample, samples
from newsletter.letters.templatecheck import TemplateFault, check_theme
from newsletter.letters.templates import Templates
from newsletter.letters.webcopy import public_values

_SEED = b"a sample is looked at, not mailed"
_PICTURES = "pictures"
_PICTURE = re.compile(re.escape(PICTURES) + r"([a-z]+\.png)")


@click.command("list")
@common
@pass_door
def list_(door: Door) -> None:
    """Show all themes.

    Example: newsletter templates list
    """
    with Child() as child:
        templates = _templates(door, child, None)
        found = [templates.themes.read(name) for name in templates.themes.names()]
    door.answer(
        {"themes": [{"theme": theme.name, "about": theme.about} for theme in found]},
        shown.table(("theme", "looks like"), [(theme.name, theme.about) for theme in found]),
    )


@click.command("check")
@click.option("--theme", metavar="NAME", help="This one only; all of them if not said.")
@click.option(
    "--path",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Templates of one's own, laid out as in the data folder: themes/NAME and SLUG.",
)
@common
@pass_door
def check(door: Door, theme: str | None, path: Path | None) -> int:
    """Look over all templates: tokens and contrast, syntax, elements and attributes of MJML, sizes; needs no database.

    Each fault has its file, line and column.

    Example: newsletter templates check --path my-templates
    """
    with Child() as child:
        templates = _templates(door, child, path)
        names = _names(templates, theme)
        slugs = ("", *_newsletters(path or door.settings.data_dir / OWN_TEMPLATES))
        found = [fault for name in names for slug in slugs for fault in check_theme(templates, name, slug)]
    faults = list(dict.fromkeys(found))
    door.answer(
        {"themes": names, "faults": [_document(fault) for fault in faults]},
        *(_line(fault) for fault in faults),
        shown.line(_summary(names, faults)),
    )
    return Exit.UNSOUND if faults else Exit.DONE


@click.command("preview")
@click.option("--theme", metavar="NAME", help="This one only; all of them if not said.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), metavar="DIR", required=True, help="Where to write them."
)
@click.option(
    "--path",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Templates of one's own, laid out as in the data folder.",
)
@common
@pass_door
def preview(door: Door, theme: str | None, out: Path, path: Path | None) -> None:
    """Write sample letters as HTML and text: every block, few, none, twenty articles, Arabic, long words, big type.

    Example: newsletter templates preview --theme magazine --out samples
    """
    _make_folder(out / _PICTURES)
    written: list[tuple[str, str, int, int]] = []
    with Child() as child:
        templates = _templates(door, child, path)
        for name in _names(templates, theme):
            for called, sample in samples().items():
                composition = _write_sample(templates, sample, name, out / f"{name}-{called}")
                count = len(sample.issue.articles)
                written.append((name, called, count, composition.size))
    _write_pictures(door.settings.templates, out)
    rows = [(name, called, count, size, f"{name}-{called}.html") for name, called, count, size in written]
    door.answer(
        {
            "folder": str(out),
            "samples": [
                {"theme": name, "sample": called, "articles": count, "bytes": size, "limit": CLIPPED_BYTES}
                for name, called, count, size in written
            ],
        },
        shown.table(("theme", "sample", "#articles", "#bytes", "file"), rows),
        shown.line(f"Written to {out}. Gmail hides what is beyond {CLIPPED_BYTES:,} bytes."),
    )


def _templates(door: Door, child: Child, path: Path | None) -> Templates:
    return Templates(door.settings.templates, child, own=path or door.settings.data_dir / OWN_TEMPLATES)


def _names(templates: Templates, theme: str | None) -> list[str]:
    names = list(templates.themes.names())
    if theme is None:
        return names
    if theme not in names:
        raise BadValue("theme", theme, f"there is none of this name; there are {', '.join(names)}")
    return [theme]


def _newsletters(own: Path) -> list[str]:
    """Give the newsletters that lay out something otherwise."""
    return sorted(folder.name for folder in own.glob("*") if folder.is_dir() and folder.name != "themes")


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadValue("folder", folder, f"cannot be made: {error.strerror}") from error


def _write_sample(templates: Templates, sample: Sample, theme: str, stem: Path) -> Composition:
    newsletter = replace(sample.newsletter, theme=theme)
    links = Links("https://news.example.org")
    composition = compose_issue(templates, newsletter, sample.issue, links, _SEED, sample.shelf)
    draft = composition.draft
    values = public_values(links, newsletter.slug, sample.issue.number, newsletter.language)
    html = _PICTURE.sub(rf"{_PICTURES}/\1", fill_html(draft.html, draft.slots, values))
    write_file(f"{stem}.html", html.encode())
    write_file(f"{stem}.txt", fill_text(draft.text, draft.slots, values).encode())
    return composition


def _write_pictures(templates: Path, out: Path) -> None:
    folder = out / _PICTURES
    for picture in (templates / "samples").glob("*.png"):
        write_file(str(folder / picture.name), picture.read_bytes())


def _document(fault: TemplateFault) -> Mapping[str, object]:
    return {"theme": fault.theme, "file": fault.file, "line": fault.line, "column": fault.column, "text": fault.text}


def _line(fault: TemplateFault) -> str:
    place = ":".join(str(part) for part in (fault.file, fault.line, fault.column) if part)
    return f"{place}: {fault.text} ({fault.theme})"


def _summary(names: list[str], faults: list[TemplateFault]) -> str:
    themes = "1 theme" if len(names) == 1 else f"{len(names)} themes"
    if not faults:
        return f"{themes} looked over; nothing is wrong."
    return f"{themes} looked over; {'1 fault' if len(faults) == 1 else f'{len(faults)} faults'}."


templates = click.Group(
    "templates", commands=[list_, check, preview], help="The themes of letters: listed, looked over, and shown by samples."
)
