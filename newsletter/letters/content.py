"""Makes the HTML of a blog post fit for mail: one clean dialect, whatever the blog and its plugins wrote."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, create_tag

from newsletter.atneed import at_need
from newsletter.feeds.decoding import legal
from newsletter.images.model import Shelf
from newsletter.letters import direction, documents, embeds, footnotes, galleries, pictures, shortcodes, tables
from newsletter.letters.dom import SCHEMES, inner_first, rename, resolve
from newsletter.letters.pictures import Picture, Settled
from subscribers.sentence import say

if TYPE_CHECKING:
    import css_inline
    import nh3
else:
    css_inline, nh3 = at_need("css_inline"), at_need("nh3")

# The longest post seen was 90 KB; 2 MB of markup is an accident or an attack.
MOST_BYTES = 2_000_000
# Lexbor takes quadratic time in depth: 2,000 levels 5 ms, 200,000 levels 80 s.
DEEPEST_PARSED = 2_000
# Page builders nest 40 levels; css-inline and every walk of ours recurse, and 50,000 levels end css-inline by SIGSEGV.
DEEPEST_KEPT = 100

# U+F8FF, for private use, marks where an author broke the text for its excerpt; nobody else may write it.
BREAK = "\uf8ff"
_DELETE = "\x7f"
# WordPress writes the one in its text, and the other in its pages and feeds.
_BREAKS = re.compile(r"<!--\s*more\b[^>]{0,200}-->|<span[^>]{0,40} id=[\"']more-\d+[\"'][^>]{0,40}>\s*</span>", re.IGNORECASE)
_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# They have no end, or one that may be left out: an open one says nothing about depth.
_NOT_NESTING = frozenset(
    "area base br col dd dt embed hr img input li link meta option p param source tbody td tfoot th thead tr track wbr".split(),  # noqa: SIM905 -- reads as the list it is
)

# Share buttons, related posts, forms, scripts: what a page has and a letter has not.
_CLUTTER = (
    ".sharedaddy, .jp-relatedposts, .wp-block-file__button, .screen-reader-text, .wp-block-spacer, a.more-link, "
    ".addtoany_share_save_container, .post-views, .wp-block-buttons:empty, [aria-hidden=true]"
)
_UNFIT = (
    "script, style, form, input, button, select, textarea, template, svg, canvas, math, object, map, dialog, frameset, marquee"
)
_UNFIT_TAGS = frozenset(_UNFIT.split(", "))
# What of it a reader would have seen.
_LOSSES = {
    "form": say("a form is left out; link to its page instead"),
    "svg": say("a drawing (SVG) is left out"),
    "canvas": say("a drawing that the page makes by script is left out"),
    "math": say("a formula is left out"),
    "object": say("an embedded object is left out"),
}
_APPEARED_FIRST = re.compile(r"\s*The post .{1,500} (?:appeared|first appeared) (?:first )?on .{1,300}", re.DOTALL)
_WRAPPERS = "div, section, article, header, footer, main, aside, nav, address, details, summary"
_HOLLOW = f"{_WRAPPERS}, span, font, center"
_HOLLOW_TAGS = frozenset(_HOLLOW.split(", "))
_BLOCKS = f"{_WRAPPERS}, p, ul, ol, li, dl, dt, dd, table, blockquote, figure, figcaption, h1, h2, h3, h4, h5, h6, pre, hr"
_BLOCK_TAGS = frozenset(_BLOCKS.split(", "))
_KEPT = (
    "p br hr h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote cite q a strong b em i u s del ins sup sub small mark code pre "
    "kbd abbr span div figure figcaption img table caption thead tbody tfoot tr th td time"
)
_TAGS = frozenset(_KEPT.split())
# With all that stands in them.
_DROPPED = frozenset({"script", "style", "title", "noscript", "iframe", "video", "audio", "object"})
_EMPTY_BLOCK = re.compile(
    r"<(p|div|span|figure|figcaption|li|ul|ol|h[1-6]|a|blockquote|strong|em|b|i)(?: [^>]*)?>(?:\s|&nbsp;|\u00a0|<br>)*</\1>",
)
# As the sanitiser writes it.
_IMAGE = re.compile(r'<img(?: src="([^"]*)")?(?: [a-z]+="[^"]*")*>')
_HEADING = re.compile(r"<(/?)h([1-6])\b")
# The article's own title is an h3; what stands in it begins below.
_FIRST_HEADING = 4
_LAST_HEADING = 6


@dataclass(frozen=True, slots=True)
class Rewritten:
    """An article as a letter can show it, but not sanitised yet: nothing of its tree leaves this room before `finish`."""

    root: LexborNode
    # In words for the editor: what was taken out.
    warnings: tuple[str, ...]
    # The pictures that stand in it, in order.
    pictures: tuple[Picture, ...]
    # What is to be said of its pictures where they are shown.
    settled: Settled
    # Addresses of the documents it links to.
    documents: tuple[str, ...]
    # Whether its author broke the text for an excerpt: `BREAK` stands there.
    is_broken: bool

    @property
    def remarks(self) -> tuple[str, ...]:
        """Everything an editor should know of an article that is shown whole."""
        silent = self.settled.silent
        return (*self.warnings, *self.settled.lost, *([pictures.silent_words(silent)] if silent else ()))


@dataclass(frozen=True, slots=True)
class Fit:
    """An article fit for mail."""

    html: str
    # What it was made of.
    article: Rewritten


@dataclass(frozen=True, slots=True)
class Unfit:
    """An article that nothing should try to lay out, and why in words."""

    reason: str


def make_fit(html: str, base_url: str, shelf: Shelf | None = None, runs: str = "ltr") -> Fit | Unfit:
    """Clean the HTML of one article, all of it: `rewrite` and `finish`.

    Call it in a child process: hostile markup of 20 KB can cost seconds.
    """
    article = rewrite(html, base_url, shelf, runs)
    return article if isinstance(article, Unfit) else Fit(finish(article.root, shelf), article)


def rewrite(html: str, base_url: str, shelf: Shelf | None = None, runs: str = "ltr") -> Rewritten | Unfit:
    """Turn one article into what a letter can show; links and pictures are resolved against *base_url*, its permalink.

    With a *shelf* its pictures come from there or are left out; without one they stay where the blog has them. What runs in
    another direction than the letter, which *runs* "ltr" or "rtl", says so.
    """
    html = legal(html).replace(_DELETE, "").replace(BREAK, "")
    if len(html.encode()) > MOST_BYTES:
        return Unfit(say("it is larger than %(most)s MB", most=MOST_BYTES // 1000000))
    html, warnings = shortcodes.settle(_BREAKS.sub(BREAK, html, count=1))
    found = _ANY_TAG.findall(html)
    # Fewer tags than levels need not be counted through.
    if len(found) > DEEPEST_PARSED and _depth(found) > DEEPEST_PARSED:
        return Unfit(say("it is nested deeper than %(deepest_parsed)s levels", deepest_parsed=f"{DEEPEST_PARSED:,}"))
    tags = frozenset(map(str.lower, {name for _, name in found}))
    root = LexborHTMLParser(html).body
    if root is None:
        return Unfit(say("it is a page of frames"))
    told, settled, linked = _rewrite(root, base_url, shelf, html, tags)
    if runs == "rtl" or direction.has_right_to_left(html):
        direction.settle(root, runs)
    if len(found) > DEEPEST_KEPT and nesting(root.inner_html or "") > DEEPEST_KEPT:
        return Unfit(say("it is nested deeper than %(deepest_kept)s levels", deepest_kept=DEEPEST_KEPT))
    return Rewritten(root, (*warnings, *told), pictures.pictures_of(root), settled, linked, is_broken=BREAK in html)


def finish(root: LexborNode, shelf: Shelf | None = None) -> str:
    """Give what stands in the tree of a rewritten article, or is left of it, as HTML fit for mail.

    The result has only the tags and attributes that mail programs know, no style, no class, headings from h4 down;
    sanitising it again would change nothing.
    """
    fit = _sanitised((root.inner_html or "").replace(BREAK, ""))
    return _only_from(shelf, fit) if shelf is not None else fit


def _only_from(shelf: Shelf, fit: str) -> str:
    """Take out every picture that is not of the shelf; there is none, unless the steps before were outwitted."""
    ours = {hosted.src for hosted in shelf.by_source.values()}
    return _IMAGE.sub(lambda found: found[0] if found[1] in ours else "", fit)


def nesting(html: str) -> int:
    """Count how deep the tags of *html* nest, without parsing it; tags that close by themselves do not count."""
    return _depth(_ANY_TAG.findall(html))


def _depth(found: Iterable[tuple[str, str]]) -> int:
    depth = deepest = 0
    for slash, name in found:
        if name.lower() in _NOT_NESTING:
            continue
        if not slash:
            depth += 1
            deepest = max(deepest, depth)
        elif depth:
            depth -= 1
    return deepest


def inline_style(html: str, css: str) -> str:
    """Write the rules of *css* into the style attributes of a fit article; many mail programs read nothing else."""
    return _inliner().inline_fragment(html, css) if html else ""


def is_web_link(url: str) -> bool:
    """Whether *url* is a link one may offer to readers: http or https with a host, nothing that runs."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _rewrite(
    root: LexborNode, base_url: str, shelf: Shelf | None, html: str, tags: frozenset[str]
) -> tuple[list[str], Settled, tuple[str, ...]]:
    """Turn what a page can show into what a letter can; gives the warnings, those of pictures apart, and linked documents.

    *root* is the tree of *html*, and *tags* are those in it; what is not there is not looked for.
    """
    warnings = embeds.settle(root, base_url) if tags & embeds.TAGS else []
    if "noscript" in tags:
        pictures.settle_noscript(root)
    warnings += _clear(root, html, tags)
    if embeds.BARE.search(html):
        embeds.settle_bare(root)
    settled = pictures.settle(root, base_url, shelf)
    if "#" in html:
        footnotes.settle(root)
    addresses = _settle_links(root, base_url)
    linked: tuple[str, ...] = ()
    if any(map(documents.kind_of, addresses)):
        linked = documents.settle(root, shelf.sizes if shelf is not None else {})
    if any(mark in html for mark in galleries.MARKS):
        galleries.settle(root)
    if "table" in tags:
        warnings += tables.settle(root)
    if "gallery" in html or "wp-caption" in html:
        _settle_captions(root)
    # The cells of a layout become wrappers.
    if tags & _HOLLOW_TAGS or "table" in tags:
        _settle_blocks(root)
    _wrap_bare_runs(root)
    _unwrap_strange(root)
    return list(dict.fromkeys(warnings)), settled, linked


def _clear(root: LexborNode, html: str, tags: frozenset[str]) -> list[str]:
    """Take out what a letter has no use for; gives the warnings about what a reader would have seen of it."""
    warnings = []
    for node in inner_first(root, _CLUTTER):
        node.decompose()
    for node in inner_first(root, _UNFIT) if tags & _UNFIT_TAGS else ():
        if loss := _LOSSES.get(node.tag or ""):
            warnings.append(loss)
        node.decompose()
    for node in inner_first(root, "p") if "appeared" in html or "&#" in html else ():
        if _APPEARED_FIRST.fullmatch(node.text()):
            node.decompose()
    return warnings


def _settle_links(root: LexborNode, base_url: str) -> list[str]:
    """Make the addresses of links whole, and leave the words of those that lead nowhere; gives the addresses."""
    addresses = []
    for node in inner_first(root, "a"):
        address = resolve(node.attrs.get("href") or "", base_url)
        if not address or not (node.text(strip=True) or node.css_first("img")):
            node.unwrap()
        else:
            node.attrs["href"] = address
            addresses.append(address)
    return addresses


def _settle_captions(root: LexborNode) -> None:
    """Say with plain elements what WordPress says with classes."""
    for node in inner_first(root, ".gallery dl, dl.gallery-item"):
        node.unwrap()
    for node in inner_first(root, "dt.gallery-icon, dd.gallery-caption"):
        rename(node, "p")
    for node in inner_first(root, "div.wp-caption"):
        rename(node, "figure")
    for node in inner_first(root, ".wp-caption-text"):
        rename(node, "figcaption")


def _settle_blocks(root: LexborNode) -> None:
    """Leave paragraphs where wrappers stood."""
    for node in inner_first(root, _WRAPPERS):
        # Bare words in a div would stand without the space around a paragraph.
        if _has_no_block(node):
            rename(node, "p")
    for node in inner_first(root, _HOLLOW):
        if not ({"lang", "dir"} & node.attributes.keys()):
            node.unwrap()


def _has_no_block(node: LexborNode) -> bool:
    # A search in a node finds the node itself, too.
    return all(found == node for found in node.css(_BLOCKS))


def _wrap_bare_runs(root: LexborNode) -> None:
    """Put words that stand between paragraphs into paragraphs of their own."""
    run: list[LexborNode] = []
    for node in [*root.iter(include_text=True), None]:
        if node is not None and not (node.is_element_node and node.tag in _BLOCK_TAGS):
            run.append(node)
            continue
        if any((bare.text(strip=True) if bare.is_text_node else bare.tag != "br") for bare in run):
            paragraph = create_tag("p")
            for bare in run:
                paragraph.insert_child(bare)
            run[0].insert_before(paragraph)
            for bare in run:
                bare.decompose()
        run = []


def _unwrap_strange(root: LexborNode) -> None:
    """Take away what the sanitiser would, so that an excerpt counts no word that is not shown."""
    for node in [*root.traverse()][:0:-1]:
        if node.is_comment_node or node.tag in _DROPPED:
            node.decompose()
        elif node.tag not in _TAGS:
            node.unwrap(delete_empty=True)
    root.merge_text_nodes()


def _sanitised(html: str) -> str:
    """Sanitise, tidy the now well-formed result, and let the sanitiser have the last word on whatever that changed."""
    clean = _cleaner().clean(html)
    tidy = _demote_headings(_without_empty(clean))
    return (clean if tidy == clean else _cleaner().clean(tidy)).strip()


def _without_empty(html: str) -> str:
    # Each pass takes one more shell away; page builders leave two or three.
    for _ in range(4):
        html, emptied = _EMPTY_BLOCK.subn("", html)
        if not emptied:
            break
    return html


def _demote_headings(html: str) -> str:
    """Let the article's headings begin at h4 and never skip a level."""
    levels = sorted({int(level) for _, level in _HEADING.findall(html)})
    ranks: Mapping[int, int] = {level: _FIRST_HEADING + rank for rank, level in enumerate(levels)}
    previous = _FIRST_HEADING - 1
    # Headings nest where a blog forgot an end tag: each end takes the level of its own beginning.
    opened: list[int] = []

    def demote(match: re.Match[str]) -> str:
        nonlocal previous
        if match[1]:
            return f"</h{opened.pop()}"
        previous = min(ranks[int(match[2])], previous + 1, _LAST_HEADING)
        opened.append(previous)
        return f"<h{previous}"

    return _HEADING.sub(demote, html)


@cache
def _cleaner() -> "nh3.Cleaner":
    return nh3.Cleaner(
        tags=set(_TAGS),
        # A gallery of ours; programs for reading aloud are told that it is no table.
        tag_attribute_values={"table": {"role": {"presentation"}}},
        clean_content_tags=set(_DROPPED),
        attributes={
            "a": {"href"},
            "img": {"src", "alt", "width"},
            "td": {"colspan", "rowspan"},
            "th": {"colspan", "rowspan", "scope"},
            "ol": {"start"},
            "*": {"lang", "dir"},
        },
        url_schemes=set(SCHEMES),
        link_rel=None,
        strip_comments=True,
    )


@cache
def _inliner() -> "css_inline.CSSInliner":
    return css_inline.CSSInliner(inline_style_tags=False, keep_style_tags=True, load_remote_stylesheets=False)
