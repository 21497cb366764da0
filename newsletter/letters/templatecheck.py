"""Looks the templates of a theme over: tokens, syntax, MJML, and the letters that samples make of them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from newsletter.errors import BadValue, RenderFailed
from newsletter.letters.apart import take_apart
from newsletter.letters.compose import BODY, CLIPPED_BYTES, compose_issue, trace_issue
from newsletter.letters.holes import Holes
from newsletter.letters.linemap import Place, Traced
from newsletter.letters.links import Links
from newsletter.letters.mjmlcheck import Fault, faults_of
from newsletter.letters.pieces import Pieces
from newsletter.letters.printing import print_page
from newsletter.letters.samples import Sample, samples
from newsletter.letters.templates import Templates
from subscribers.sentence import say

# Gmail drops all styles of a mail that has more of them.
LARGEST_STYLE = 16_000

_STYLE = re.compile("<style[^>]*>(.*?)</style>", re.DOTALL)
_LINKS = Links("https://news.example.org")
_SEED = b"templates are looked at, not mailed"
# This many articles fit below what Gmail shows.
_FULL_SAMPLE = "twenty"


@dataclass(frozen=True, slots=True)
class TemplateFault:
    """Something wrong with a template."""

    theme: str
    # As it is named below its folder; line and column count from 1, 0 where it is the whole file.
    file: str
    line: int
    column: int
    text: str


def check_theme(templates: Templates, theme: str, slug: str = "") -> tuple[TemplateFault, ...]:
    """Look over a theme, as the newsletter *slug* wears it if there is one of that name.

    Every file is parsed, every sample rendered; each fault is told once.
    """
    try:
        worn = templates.in_theme(theme, slug)
    except BadValue as error:
        place = templates.themes.place_of(theme, slug, str(error.value).partition("=")[0])
        return (TemplateFault(theme, place.file, place.line, place.column, f"{error.value}: {error.reason}"),)
    broken = [TemplateFault(theme, one.file, one.line, 0, one.text) for one in worn.syntax_faults()]
    if broken:
        # Whatever else would be told follows from these.
        return tuple(broken)
    found: dict[TemplateFault, None] = {}
    for name, sample in samples().items():
        found |= dict.fromkeys(_faults(worn, theme, name, _worn(sample, theme, slug)))
    return tuple(found)


def _worn(sample: Sample, theme: str, slug: str) -> Sample:
    newsletter = replace(sample.newsletter, theme=theme, slug=slug or sample.newsletter.slug)
    return replace(sample, newsletter=newsletter)


def _faults(templates: Templates, theme: str, name: str, sample: Sample) -> Iterator[TemplateFault]:
    try:
        source = trace_issue(templates, sample.newsletter, sample.issue, _LINKS, _SEED, Holes(_SEED, name), sample.shelf)
        faults = list(faults_of(source.text))
        yield from (_placed(theme, source, fault, templates.folders) for fault in faults)
        if faults:
            return
        composition = compose_issue(templates, sample.newsletter, sample.issue, _LINKS, _SEED, sample.shelf)
        # Without it no issue can be approved.
        pieces = Pieces(sample.newsletter.name, sample.issue.title, take_apart(composition.sections))
        print_page(templates, sample.newsletter, sample.issue.number, pieces, composition.draft, _LINKS)
    except RenderFailed as error:
        yield TemplateFault(theme, error.what, 0, 0, error.reason)
        return
    if name == _FULL_SAMPLE and composition.size > CLIPPED_BYTES:
        text = say(
            "twenty articles make %(size)s bytes of HTML; from %(clipped_bytes)s on Gmail hides the end",
            size=f"{composition.size:,}",
            clipped_bytes=f"{CLIPPED_BYTES:,}",
        )
        yield TemplateFault(theme, BODY, 0, 0, text)
    style = sum(len(text.encode()) for text in _STYLE.findall(composition.draft.html))
    if style > LARGEST_STYLE:
        text = say(
            "styles have %(style)s bytes; from %(largest_style)s on Gmail takes none of them",
            style=f"{style:,}",
            largest_style=f"{LARGEST_STYLE:,}",
        )
        yield TemplateFault(theme, "_parts/letter.css", 0, 0, text)


def _placed(theme: str, source: Traced, fault: Fault, folders: Sequence[Path]) -> TemplateFault:
    place = source.place_of(fault.offset)
    return TemplateFault(theme, place.file, place.line, place.column or _column(place, source, fault, folders), fault.text)


def _column(place: Place, source: Traced, fault: Fault, folders: Sequence[Path]) -> int:
    """Find what is at fault on the line of its template, where something of Jinja stands before it."""
    wanted = source.text[fault.offset :].split(None, 1)[0].split(">")[0][:20]
    for folder in folders:
        file = folder / place.file
        if file.is_file():
            lines = file.read_text(encoding="utf-8").split("\n")
            line = lines[place.line - 1] if place.line <= len(lines) else ""
            return line.find(wanted) + 1
    return 0
