"""Which words of a letter stand in which colours, in light and in dark, as a mail program would paint them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborNode, SelectolaxError

from newsletter.review.contrast import Colour, read_colour
from newsletter.review.page import Page
from newsletter.review.sheets import Rule, read_style, rules

_SPECIFIC = re.compile(r"([#.:\[]?)[\w-]+")
_PIXELS = re.compile(r"([0-9.]{1,6})px")
_WEIGHTS = frozenset({"bold", "bolder", "600", "700", "800", "900"})
_HEADINGS = {"h1": 32.0, "h2": 24.0, "h3": 18.72, "h4": 16.0, "h5": 13.28, "h6": 10.72}
_BOLD = frozenset({*_HEADINGS, "b", "strong", "th"})
_NO_PAINT = frozenset({"style", "script", "title"})

_WHITE, _BLACK = Colour(1, 1, 1), Colour(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Paint:
    """How words are painted."""

    text: Colour = _BLACK
    ground: Colour = _WHITE
    # In pixels.
    size: float = 16.0
    is_bold: bool = False
    # On a picture nobody can say what the ground is.
    is_known: bool = True

    @property
    def is_large(self) -> bool:
        """Whether it is large type in the sense of WCAG."""
        return self.size >= 24 or (self.is_bold and self.size >= 18.66)  # noqa: PLR2004 -- WCAG 2.2, "large scale"


@dataclass(frozen=True, slots=True)
class Words:
    """Some words, their paint and the element they stand in."""

    text: str
    paint: Paint
    node: LexborNode


def painted(page: Page, *, is_dark: bool) -> Iterator[Words]:
    """Give the words of the letter in order, with their paint; in dark nothing where the letter has no dark dress."""
    dress = _dark_rules(page.styles) if is_dark else ()
    if is_dark and not dress:
        return
    yield from _walk(page.root, Paint(), _overrides(page.root, dress))


def _dark_rules(styles: str) -> tuple[Rule, ...]:
    return tuple(rule for rule in rules(styles) if any(_is_dark(around) for around in rule.within))


def _is_dark(around: str) -> bool:
    bare = "".join(around.lower().split())
    return bare.startswith("@media") and "(prefers-color-scheme:dark)" in bare


def _overrides(root: LexborNode, dress: tuple[Rule, ...]) -> Mapping[int, Mapping[str, str]]:
    """Give what the rules say about each element, by its id; the more specific one wins, then the later one."""
    found: dict[int, dict[str, tuple[tuple[int, int, int], str]]] = {}
    whole = root.parent or root
    for rule in dress:
        said = _spelled_out(read_style(rule.declarations.replace("!important", "")))
        for selector in rule.selector.split(","):
            weight = _specificity(selector)
            for node in _matched(whole, selector.strip()):
                known = found.setdefault(node.mem_id, {})
                for name, value in said.items():
                    if name not in known or known[name][0] <= weight:
                        known[name] = (weight, value)
    return {node: {name: value for name, (_, value) in said.items()} for node, said in found.items()}


def _matched(root: LexborNode, selector: str) -> list[LexborNode]:
    try:
        return root.css(selector)
    except SelectolaxError:
        # Made for one program only (`u + .body`, `[data-ogsc]`), or wrong: no program we know paints by it.
        return []


def _specificity(selector: str) -> tuple[int, int, int]:
    marks = [match[1] for match in _SPECIFIC.finditer(selector)]
    return (marks.count("#"), sum(mark in {".", ":", "["} for mark in marks), marks.count(""))


def _walk(node: LexborNode, paint: Paint, overrides: Mapping[int, Mapping[str, str]]) -> Iterator[Words]:
    # A stack of its own: letters nest deeper than anybody likes to recurse.
    waiting = [(node, paint)]
    while waiting:
        current, above = waiting.pop()
        if current.tag == "-text":
            text = " ".join((current.text_content or "").split())
            if text and current.parent is not None:
                yield Words(text, above, current.parent)
            continue
        own = _paint(current, above, overrides.get(current.mem_id))
        if own is None:
            continue
        waiting += [(child, own) for child in list(current.iter(include_text=True))[::-1]]


def _paint(node: LexborNode, above: Paint, override: Mapping[str, str] | None) -> Paint | None:
    """Give the paint within an element; None: nobody sees it."""
    tag = node.tag or ""
    if tag in _NO_PAINT or tag.startswith("-"):
        return None
    attributes = node.attributes
    style = _spelled_out(read_style(attributes.get("style") or ""))
    if override:
        style = {**style, **override}
    if style.get("display") == "none" or style.get("visibility") == "hidden":
        return None
    paint = replace(above, size=_HEADINGS.get(tag, above.size), is_bold=above.is_bold or tag in _BOLD)
    paint = _grounded(paint, style, attributes.get("bgcolor") or "", has_picture=bool(attributes.get("background")))
    if colour := read_colour(style.get("color") or attributes.get("color") or ""):
        paint = replace(paint, text=colour)
    if size := _PIXELS.fullmatch(style.get("font-size", "")):
        paint = replace(paint, size=float(size[1]))
    weight = style.get("font-weight")
    return paint if weight is None else replace(paint, is_bold=weight in _WEIGHTS)


def _grounded(paint: Paint, style: Mapping[str, str], attribute: str, *, has_picture: bool) -> Paint:
    if has_picture or "url(" in style.get("background", "") or "url(" in style.get("background-image", ""):
        return replace(paint, is_known=False)
    ground = read_colour(style.get("background-color") or attribute)
    return paint if ground is None else replace(paint, ground=ground.on(paint.ground), is_known=True)


def _spelled_out(style: Mapping[str, str]) -> Mapping[str, str]:
    """Give *style* with the colour that `background` sets, which takes the place of one that was set before."""
    if "background" not in style:
        return style
    whole: dict[str, str] = {}
    for name, value in style.items():
        whole[name] = value
        if name == "background":
            whole["background-color"] = next((part for part in _parts(value) if read_colour(part)), "transparent")
    return whole


def _parts(value: str) -> list[str]:
    # A colour may have blanks in it: rgb(1, 2, 3).
    return [value, *value.split(" ")]
