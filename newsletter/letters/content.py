"""Makes the HTML of a blog post fit for mail: one clean dialect, whatever the blog and its plugins wrote."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

import css_inline
import nh3
from selectolax.lexbor import LexborHTMLParser, LexborNode, create_tag

from newsletter.images.model import Shelf
from newsletter.letters import pictures
from newsletter.letters.pictures import Picture, Settled

# The longest post seen was 90 KB; 2 MB of markup is an accident or an attack.
MOST_BYTES = 2_000_000
# Lexbor takes quadratic time in depth: 2,000 levels 5 ms, 200,000 levels 80 s.
DEEPEST_PARSED = 2_000
# Page builders nest 40 levels; css-inline and every walk of ours recurse, and 50,000 levels end css-inline by SIGSEGV.
DEEPEST_KEPT = 100

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
# They have no end, or one that may be left out: an open one says nothing about depth.
_NOT_NESTING = frozenset(
    "area base br col dd dt embed hr img input li link meta option p param source tbody td tfoot th thead tr track wbr".split(),  # noqa: SIM905 -- reads as the list it is
)

# Share buttons, related posts, forms, scripts: what a page has and a letter has not.
_UNFIT = (
    "script, style, form, input, button, select, textarea, template, svg, canvas, math, object, map, dialog, "
    ".sharedaddy, .jp-relatedposts, .wp-block-file__button, .screen-reader-text, .wp-block-spacer, a.more-link, "
    ".addtoany_share_save_container"
)
_APPEARED_FIRST = re.compile(r"\s*The post .{1,500} (?:appeared|first appeared) (?:first )?on .{1,300}", re.DOTALL)
_SHORTCODE = re.compile(
    r"\[/?(?:embed|caption|gallery|audio|video|playlist|contact-form-7|vc_\w+|et_pb_\w+|su_\w+|wpforms|mc4wp_form)\b[^\]<>]*\]",
)
_PLAYERS = {
    re.compile(r"(?:https?:)?//(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{6,})"): "https://youtu.be/",
    re.compile(r"(?:https?:)?//player\.vimeo\.com/video/(\d+)"): "https://vimeo.com/",
}
_VERBS = {"video": "Watch", "audio": "Listen"}

_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
_WRAPPERS = "div, section, article, header, footer, main, aside, nav, address, details, summary"
_BLOCKS = f"{_WRAPPERS}, p, ul, ol, li, dl, dt, dd, table, blockquote, figure, figcaption, h1, h2, h3, h4, h5, h6, pre, hr"
_BLOCK_TAGS = frozenset(_BLOCKS.split(", "))
_TAGS = (
    "p br hr h1 h2 h3 h4 h5 h6 ul ol li dl dt dd blockquote cite q a strong b em i u s del ins sup sub small mark code pre "
    "kbd abbr span div figure figcaption img table caption thead tbody tfoot tr th td time"
)
_CLEANER = nh3.Cleaner(
    tags=set(_TAGS.split()),
    clean_content_tags={"script", "style", "title", "noscript", "iframe", "video", "audio", "object"},
    attributes={
        "a": {"href"},
        "img": {"src", "alt", "width"},
        "td": {"colspan", "rowspan"},
        "th": {"colspan", "rowspan", "scope"},
        "ol": {"start"},
        "*": {"lang", "dir"},
    },
    url_schemes=set(_SCHEMES),
    link_rel=None,
    strip_comments=True,
)
_EMPTY_BLOCK = re.compile(
    r"<(p|div|span|figure|figcaption|li|ul|ol|h[1-6]|a|blockquote|strong|em|b|i)(?: [^>]*)?>(?:\s|&nbsp;|\u00a0|<br>)*</\1>",
)
_HEADING = re.compile(r"<(/?)h([1-6])\b")
# The article's own title is an h3; what stands in it begins below.
_FIRST_HEADING = 4
_LAST_HEADING = 6

_INLINER = css_inline.CSSInliner(inline_style_tags=False, keep_style_tags=True, load_remote_stylesheets=False)


@dataclass(frozen=True, slots=True)
class Fit:
    """An article fit for mail."""

    html: str
    # In words for the editor: what was taken out.
    warnings: tuple[str, ...]
    # The pictures that stand in `html`, in order.
    pictures: tuple[Picture, ...]
    # What is to be said of its pictures where they are shown.
    settled: Settled

    @property
    def remarks(self) -> tuple[str, ...]:
        """Everything an editor should know of an article that is shown whole."""
        silent = self.settled.silent
        return (*self.warnings, *self.settled.lost, *([pictures.silent_words(silent)] if silent else ()))


@dataclass(frozen=True, slots=True)
class Unfit:
    """An article that nothing should try to lay out, and why in words."""

    reason: str


def make_fit(html: str, base_url: str, shelf: Shelf | None = None) -> Fit | Unfit:
    """Clean the HTML of one article; links and pictures are resolved against *base_url*, the article's permalink.

    With a *shelf* its pictures come from there or are left out; without one they stay where the blog has them.

    The result has only the tags and attributes that mail programs know, no style, no class, headings from h4 down;
    sanitising it again would change nothing. Call it in a child process: hostile markup of 20 KB can cost seconds.
    """
    html = _CONTROLS.sub("", html)
    if len(html.encode()) > MOST_BYTES:
        return Unfit(f"it is larger than {MOST_BYTES // 1_000_000} MB")
    if nesting(html) > DEEPEST_PARSED:
        return Unfit(f"it is nested deeper than {DEEPEST_PARSED:,} levels")
    root = LexborHTMLParser(html).body
    if root is None:
        return Fit("", (), (), Settled())
    warnings, settled = _rewrite(root, base_url, shelf)
    fit = _finish(root.inner_html or "")
    if nesting(fit) > DEEPEST_KEPT:
        return Unfit(f"it is nested deeper than {DEEPEST_KEPT} levels")
    return Fit(fit, tuple(warnings), pictures.pictures_of(root), settled)


def nesting(html: str) -> int:
    """Count how deep the tags of *html* nest, without parsing it; tags that close by themselves do not count."""
    depth = deepest = 0
    for slash, name in _ANY_TAG.findall(html):
        if name.lower() in _NOT_NESTING:
            continue
        depth = max(depth - 1, 0) if slash else depth + 1
        deepest = max(deepest, depth)
    return deepest


def inline_style(html: str, css: str) -> str:
    """Write the rules of *css* into the style attributes of a fit article; many mail programs read nothing else."""
    return _INLINER.inline_fragment(html, css) if html else ""


def is_web_link(url: str) -> bool:
    """Whether *url* is a link one may offer to readers: http or https with a host, nothing that runs."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def _rewrite(root: LexborNode, base_url: str, shelf: Shelf | None) -> tuple[list[str], Settled]:
    """Turn what a page can show into what a letter can show; gives the warnings, those of pictures apart."""
    warnings = _replace_players(root, base_url)
    pictures.settle_noscript(root)
    for node in _inner_first(root, _UNFIT):
        node.decompose()
    for node in _inner_first(root, "p"):
        if _APPEARED_FIRST.fullmatch(node.text()):
            node.decompose()
    settled = pictures.settle(root, base_url, shelf)
    _settle_links(root, base_url)
    _settle_blocks(root)
    _settle_tables(root)
    if codes := _SHORTCODE.findall(root.text()):
        warnings.append(f"shortcodes that the blog did not render were removed: {', '.join(codes[:3])}")
    return warnings, settled


def _replace_players(root: LexborNode, base_url: str) -> list[str]:
    """Put a link where a video, a recording or an embedded page stood."""
    warnings = []
    for node in _inner_first(root, "iframe, video, audio, embed"):
        source = node.css_first("source")
        url = _player_address(node.attributes.get("src") or (source and source.attributes.get("src")) or "", base_url)
        if not url or "wp-embedded-content" in (node.attributes.get("class") or ""):
            # WordPress embeds come with a quotation that holds the link already.
            node.decompose()
            continue
        is_player = url.startswith(tuple(_PLAYERS.values()))
        verb = "Watch" if is_player else _VERBS.get(node.tag or "", "Open")
        label = (node.attributes.get("title") or "").strip() or urlsplit(url).netloc
        node.replace_with(_paragraph_with_link(f"{verb}: {label}", url))
        warnings.append(f"{node.tag} replaced by a link to {url}")
    return warnings


def _player_address(source: str, base_url: str) -> str:
    for pattern, site in _PLAYERS.items():
        if match := pattern.match(source):
            return site + match[1]
    return resolve(source, base_url)


def _paragraph_with_link(label: str, url: str) -> LexborNode:
    paragraph, link = create_tag("p"), create_tag("a")
    link.attrs["href"] = url
    link.insert_child(label)
    paragraph.insert_child(link)
    return paragraph


def resolve(url: str, base_url: str) -> str:
    """Give *url* as a reader far from the page needs it, or nothing when it leads nowhere one may go."""
    try:
        absolute = urljoin(base_url, url.strip())
        scheme = urlsplit(absolute).scheme
    except ValueError:
        return ""
    if not url.strip() or scheme not in _SCHEMES:
        return ""
    return absolute


def _settle_links(root: LexborNode, base_url: str) -> None:
    for node in _inner_first(root, "a"):
        address = resolve(node.attributes.get("href") or "", base_url)
        if not address or not (node.text(strip=True) or node.css_first("img")):
            node.unwrap()
        else:
            node.attrs["href"] = address


def _settle_blocks(root: LexborNode) -> None:
    """Say with plain elements what WordPress says with classes."""
    for node in _inner_first(root, ".gallery dl, dl.gallery-item"):
        node.unwrap()
    for node in _inner_first(root, "dt.gallery-icon, dd.gallery-caption"):
        _rename(node, "p")
    for node in _inner_first(root, "div.wp-caption"):
        _rename(node, "figure")
    for node in _inner_first(root, ".wp-caption-text"):
        _rename(node, "figcaption")
    for node in _inner_first(root, _WRAPPERS):
        # Bare words in a div would stand without the space around a paragraph.
        if _has_no_block(node):
            _rename(node, "p")
    for node in _inner_first(root, f"{_WRAPPERS}, span, font, center"):
        if not ({"lang", "dir"} & node.attributes.keys()):
            node.unwrap()
    _wrap_bare_runs(root)


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


def _inner_first(root: LexborNode, selector: str) -> list[LexborNode]:
    """Find what may be taken out: inner before outer, so that nothing is touched after its parent is gone."""
    return root.css(selector)[::-1]


def _rename(node: LexborNode, tag: str) -> None:
    renamed = create_tag(tag)
    for name in ("lang", "dir"):
        if value := node.attributes.get(name):
            renamed.attrs[name] = value
    # Copies, never moves: a node moved out of its document while others still point at it is not safe in C.
    for child in node.iter(include_text=True):
        renamed.insert_child(child)
    node.replace_with(renamed)


def _settle_tables(root: LexborNode) -> None:
    """Tell screen readers what a header cell is the header of."""
    for table in root.css("table"):
        first_row = table.css_first("tr")
        for cell in table.css("th"):
            cell.attrs["scope"] = "col" if cell.parent == first_row else "row"


def _finish(html: str) -> str:
    """Sanitise, tidy the now well-formed result, and let the sanitiser have the last word."""
    html = _CLEANER.clean(_SHORTCODE.sub("", html))
    # Each pass takes one more shell away; page builders leave two or three.
    for _ in range(4):
        html = _EMPTY_BLOCK.sub("", html)
    return _CLEANER.clean(_demote_headings(html)).strip()


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
