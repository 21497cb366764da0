"""What mail programs can show, by the tests of caniemail.com: read from its data, and compared with what a letter uses."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from newsletter.review.page import Page
from newsletter.review.programs import USUAL, Program
from newsletter.review.sheets import read_style, rules

# Where `scripts/caniemail` puts the data; a package is built with them where they are there.
DATA = Path(__file__).parents[1] / "_caniemail" / "data.json"

# What MJML writes into every letter, for programs that need it beside others that do not know it. A test renders a bare letter
# and compares.
MJML = frozenset(
    """
    css--ms-interpolation-mode css--ms-text-size-adjust css--webkit-text-size-adjust css-at-media css-at-media-max-width
    css-at-media-min-width css-background css-border css-border-collapse css-border-radius css-border-spacing css-border-top
    css-color css-cursor css-direction css-display css-display-none css-font-family css-font-size css-font-weight css-height
    css-important css-line-height css-margin css-max-height css-max-width css-mso-padding-alt css-mso-table-lspace
    css-mso-table-rspace css-opacity css-outline css-overflow css-padding css-text-align css-text-decoration css-text-transform
    css-unit-percent css-unit-pt css-unit-px css-vertical-align css-width css-word-break css-word-spacing html-a html-align
    html-alt html-aria-label html-aria-roledescription html-bgcolor html-body html-border html-cellpadding html-cellspacing
    html-class html-dir html-div html-height html-href html-img html-lang html-p html-role html-src html-style html-table
    html-target html-tbody html-td html-tr html-valign html-vertical-align html-width
    """.split()  # noqa: SIM905 -- reads as the list it is
)

# Where a program does not know these, the letter is plainer and as easy to read.
_GRACEFUL = re.compile(
    r"css-at-media.*|css-pseudo-.*|css-selector-.*|css-border-radius.*|css-box-shadow|css-color-scheme|css-hyphens|css-important"
    r"|css-letter-spacing|css-sytem-ui|css-text-decoration-.*|css-text-underline-.*|css-text-wrap|css-transition|css-animation"
    r"|css-at-keyframes|css-at-font-face|css-font-kerning|css-widows|css-orphans|css-overflow-wrap|css-word-wrap|css-word-break"
    r"|css-max-width|css-tab-size|css-caption-side|css-outline.*|css-cursor|css-white-space|css-at-supports"
    r"|html-semantics|html-lang|html-dir|html-role|html-aria-.*|html-abbr|html-acronym|html-address|html-bdi|html-wbr|html-dfn"
    r"|html-anchor-links|html-target|html-loading-attribute|html-meta-color-scheme|html-comments|html-doctype|html-small|html-del"
)

_SEMANTIC = frozenset("article aside details figcaption figure footer header main mark nav section summary time".split())  # noqa: SIM905 -- reads as the list it is
_LISTS = frozenset({"ul", "ol", "dl"})
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_FAMILIES = ("margin-inline", "margin-block", "padding-inline", "padding-block", "border-radius", "margin", "padding", "border")
_LONGHANDS = ("list-style", "text-decoration", "background", "font", "flex")
_FUNCTIONS = {
    "calc": "css-unit-calc", "clamp": "css-function-clamp", "max": "css-function-max", "min": "css-function-min",
    "light-dark": "css-function-light-dark", "var": "css-variables", "rgb": "css-rgb", "rgba": "css-rgba",
    "linear-gradient": "css-linear-gradient", "radial-gradient": "css-radial-gradient", "conic-gradient": "css-conic-gradient",
}  # fmt: skip
_CALL = re.compile(r"([a-z-]{3,20})\(", re.IGNORECASE)
_UNIT = re.compile(r"(?<![\w#.-])-?[0-9.]+(rem|em|ch|cm|ex|in|mm|pc|pt|px|vh|vw|vmin|vmax|%)(?![\w-])", re.IGNORECASE)
_AT_RULE = re.compile(r"@([a-z-]{3,30})", re.IGNORECASE)
_FEATURE = re.compile(r"\(\s{0,9}([a-z-]{3,40})\s{0,9}:", re.IGNORECASE)
_PSEUDO = re.compile(r"[\w\])*](::?)([a-z-]{3,30})", re.IGNORECASE)
_PICTURES = {
    "svg": "svg",
    "webp": "webp",
    "avif": "avif",
    "bmp": "bmp",
    "tif": "tiff",
    "tiff": "tiff",
    "heic": "heif",
    "apng": "apng",
}


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that some of the readers' programs cannot show."""

    slug: str
    title: str
    url: str
    # The programs, as a person calls them.
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Support:
    """What the readers' programs cannot show, by the feature's name at caniemail."""

    # The day of the data, such as 2026-05-13.
    as_of: str
    features: Mapping[str, Feature]
    # Those that were asked about.
    programs: tuple[Program, ...] = USUAL


def load_support(path: Path = DATA, programs: tuple[Program, ...] = USUAL) -> Support | None:
    """Read the data where they are there; None where nobody fetched them, or they cannot be read."""
    try:
        return _read_once(path, path.stat().st_mtime_ns, programs)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


@lru_cache(maxsize=4)
def _read_once(path: Path, _changed_ns: int, programs: tuple[Program, ...]) -> Support:
    # The desk asks at every look at an issue; the data change when somebody fetches them.
    return read_support(path.read_bytes(), programs)


def read_support(document: bytes, programs: tuple[Program, ...] = USUAL) -> Support:
    """Read the data of caniemail (its `caniemail.json`).

    Raises:
        ValueError: it is no JSON.
        KeyError: it is something else.

    """
    read = json.loads(document)
    features = {}
    for one in read["data"]:
        stats = one["stats"]
        lacking = tuple(each.name for each in programs if _lacks(stats.get(each.family, {}).get(each.platform, {})))
        if lacking:
            features[one["slug"]] = Feature(one["slug"], one["title"], one["url"], lacking)
    return Support(str(read["last_update_date"])[:10], features, programs)


def _lacks(versions: Mapping[str, str]) -> bool:
    """Whether the newest version of a program cannot do it; where nobody has tried, it can."""
    return bool(versions) and list(versions.values())[-1].startswith("n")


def unsupported(page: Page, support: Support) -> Iterator[tuple[Feature, int | None]]:
    """Give what the letter uses and some programs cannot show, with the article it was found in first.

    What MJML writes itself is left out, and so is what leaves a letter as easy to read where it is missing.
    """
    for slug, article_id in used(page).items():
        feature = support.features.get(slug)
        if feature is not None and slug not in MJML and not _GRACEFUL.fullmatch(slug):
            yield feature, article_id


def used(page: Page) -> dict[str, int | None]:
    """Give the features that the letter uses, by their names at caniemail, with the first article that does."""
    found: dict[str, int | None] = {}
    for node in page.root.traverse():
        tag = node.tag or ""
        if tag.startswith("-"):
            continue
        attributes = node.attributes
        slugs = [*_of_tag(tag), *_of_attributes(attributes)]
        if style := attributes.get("style"):
            slugs += _of_style(style)
        if tag == "img" and (picture := _of_picture(attributes.get("src") or "")):
            slugs.append(picture)
        for slug in slugs:
            found.setdefault(slug, page.owners.get(node.mem_id))
    for slug in _of_sheet(page.styles):
        found.setdefault(slug, None)
    return found


def _of_tag(tag: str) -> Iterator[str]:
    if tag in _HEADINGS:
        yield "html-h1-h6"
    elif tag in _LISTS:
        yield "html-lists"
    elif tag in _SEMANTIC:
        yield "html-semantics"
    else:
        yield f"html-{tag}"


def _of_attributes(attributes: Mapping[str, str | None]) -> Iterator[str]:
    for name in attributes:
        yield "html-loading-attribute" if name == "loading" else f"html-{name}"


def _of_picture(src: str) -> str:
    kind = _PICTURES.get(urlsplit(src).path.rpartition(".")[2].lower())
    return "image-base64" if src.startswith("data:") else f"image-{kind}" if kind else ""


def _of_style(style: str) -> list[str]:
    slugs: list[str] = []
    for name, value in read_style(style).items():
        slugs += [f"css-{name}", *_of_family(name), *_of_value(name, value)]
    return slugs


def _of_family(name: str) -> Iterator[str]:
    whole = next((family for family in (*_FAMILIES, *_LONGHANDS) if name.startswith(f"{family}-")), "")
    if whole in _FAMILIES:
        yield f"css-{whole}"


def _of_value(name: str, value: str) -> Iterator[str]:
    low = value.lower()
    if name == "display" and low.split(" ")[0] in {"flex", "grid", "none", "inline-flex"}:
        yield f"css-display-{low.split(' ')[0].removeprefix('inline-')}"
    yield from (_FUNCTIONS[call.lower()] for call in _CALL.findall(value) if call.lower() in _FUNCTIONS)
    for unit in _UNIT.findall(value):
        yield f"css-unit-{'percent' if unit == '%' else unit.lower()}"
    if "!important" in low:
        yield "css-important"
    if "system-ui" in low:
        yield "css-sytem-ui"


def _of_sheet(styles: str) -> Collection[str]:
    slugs = dict.fromkeys(f"css-at-{rule.lower()}" for rule in _AT_RULE.findall(styles))
    for rule in rules(styles):
        for around in rule.within:
            kind = _AT_RULE.match(around)
            name = kind[1].lower() if kind else ""
            slugs |= dict.fromkeys(f"css-at-{name}-{feature.lower()}" for feature in _FEATURE.findall(around))
        for colons, name in _PSEUDO.findall(rule.selector):
            slugs[f"css-pseudo-{'element' if colons == '::' else 'class'}-{name.lower()}"] = None
        slugs |= dict.fromkeys(_of_style(rule.declarations))
    return slugs
