"""Pictures in an article: which of a page's many versions is meant, what is none, and what is said of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from newsletter.images.model import PLAYS, Hosted, Shelf
from newsletter.letters.dom import inner_first, join, link_paragraph, words_of
from subscribers.oneline import one_line
from subscribers.sentence import say

# The width of the text column in the letter; screens with fine pixels want twice as many.
COLUMN = 536
WANTED_WIDTH = 2 * COLUMN

_TRACKERS = re.compile(
    r"pixel\.wp\.com|stats\.wordpress\.com|feeds\.feedburner\.com/~r|/feedflare|doubleclick\.net", re.IGNORECASE
)
_SOURCES = ("data-src", "data-lazy-src", "data-original", "data-orig-file", "src")
_SOURCE_SETS = ("data-srcset", "data-lazy-srcset", "srcset")
# Candidates are separated by commas; addresses may hold commas too, but no white space.
_CANDIDATE = re.compile(r"(\S+)\s+([0-9]{1,6}(?:\.[0-9]{1,3})?)([wx])\s*(?:,|$)")
_PIXELS = re.compile("[0-9]{1,5}")
# What may stand around a picture and nothing else.
_HOLDERS = frozenset({"a", "picture", "figure", "p", "div", "span", "li"})
# Where WordPress and its like keep pictures of single characters.
_EMOJI = re.compile(
    r"/images/core/emoji/|/twemoji[/@]|/wp-includes/images/smilies/|/emoji/[\w.-]*/?(?:72x72|svg)/", re.IGNORECASE
)
_IMAGE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)(?:$|\?)", re.IGNORECASE)
# Whose a picture is, as captions say it in the languages of most blogs.
_CREDIT = re.compile(
    r"(?:\b(?:photo(?:graph)?s?|images?|pictures?|fotos?|bild(?:er)?|credits?|cr[eé]dits?(?: photos?)?|quelle|source)"
    r"(?: credits?)?\s*(?:by\b|von\b|par\b|de\b|:)(?:\s*(?:by|von|par|de)\b)?\s*([^|·•()\[\]]{2,100})"
    r"|((?:©|\bcourtesy of\b)[^|·•()\[\]]{2,100}))",
    re.IGNORECASE,
)
_CREDITS = "cite, .credit, .wp-credit, .media-credit, .image-credit, .photo-credit, .wp-caption-credit"
# Stands in all of them.
_MAY_CREDIT = re.compile("cite|credit", re.IGNORECASE)
# Why a picture is left out that nobody has tried to fetch.
NOT_YET = say("has not been fetched yet")
# The attributes of a picture.
Said = Mapping[str, str | None]

_TOO_SMALL = frozenset({"0", "1"})
_LONGEST_NAME = 60
_LONGEST_CREDIT = 200


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture in an article; sizes in CSS pixels, 0 where the article does not say."""

    src: str
    alt: str
    width: int
    height: int
    # The same cut to the shape of cards; empty where there is none.
    card: str = ""
    # Whose it is, as far as anybody says.
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done with the pictures of an article, in words for its editor."""

    # Left out, or not quite as they were.
    lost: tuple[str, ...] = ()
    # Without words for whoever does not see them.
    silent: int = 0


def settle_noscript(root: LexborNode) -> None:
    """Take from the twin for readers without scripts what a lazily loaded picture lacks, and drop the twin."""
    for node in root.css("noscript")[::-1]:
        twin, lazy = node.css_first("img"), _element_before(node)
        if twin is None or _is_tracker(twin.attributes, twin.attributes.get("src") or ""):
            node.decompose()
        elif lazy is None or lazy.tag != "img":
            node.unwrap()
        else:
            for name in ("alt", "srcset", "width", "height"):
                if not lazy.attributes.get(name) and (value := twin.attributes.get(name)):
                    lazy.attrs[name] = value
            if not _best_source(lazy.attributes):
                lazy.attrs["src"] = twin.attributes.get("src") or ""
            node.decompose()


def settle(root: LexborNode, base_url: str, shelf: Shelf | None) -> Settled:
    """Leave of each picture its best source, its alternative text and its width.

    With a *shelf* it is shown from there, and left out when it is not there: nothing is loaded from elsewhere.
    """
    silent = 0
    lost: list[str] = []
    for node in inner_first(root, "img"):
        said = node.attributes
        if _is_emoji(said):
            # Without the page's style sheet the 72-pixel emoji picture would be huge.
            node.replace_with(said.get("alt") or "")
            continue
        source = _best_source(said)
        if not source or _is_tracker(said, source) or not (address := _web_address(source, base_url)):
            if (said.get("src") or "").startswith("data:") and not source:
                lost.append(say("a picture that is written into the page itself (data:) is left out"))
            node.decompose()
            continue
        hosted = shelf.by_source.get(address) if shelf is not None else None
        if shelf is not None and hosted is None:
            lost.append(_lost(address, shelf.troubles.get(address) or NOT_YET))
            _take_out(node)
            continue
        if hosted is not None and hosted.remark:
            lost.append(say("the picture %(name_of)s %(remark)s", name_of=name_of(address), remark=hosted.remark))
        _unlink(node)
        alt = " ".join((said.get("alt") or "").split()) or (hosted.alt if hosted else "")
        silent += not alt and not _has_caption(node)
        _rewrite(node, address, alt, hosted)
    return Settled(tuple(dict.fromkeys(reversed(lost))), silent)


def name_of(address: str) -> str:
    """Give what an editor knows a picture by: the name of its file."""
    name = unquote(urlsplit(address).path.rpartition("/")[2], errors="replace")
    return f"“{one_line(name, _LONGEST_NAME)}”"


def pictures_of(root: LexborNode) -> tuple[Picture, ...]:
    """List the pictures that `settle` left."""
    return tuple(
        Picture(
            src=said.get("src") or "",
            alt=said.get("alt") or "",
            width=_number(said.get("data-width")),
            height=_number(said.get("data-height")),
            card=said.get("data-card") or "",
            credit=said.get("data-credit") or "",
        )
        for said in (node.attributes for node in root.css("img"))
    )


def lift_first(html: str) -> str | None:
    """Give fit HTML without its first picture, when that stands before the first word; else nothing."""
    root = LexborHTMLParser(html).body
    image = root.css_first("img") if root is not None else None
    if root is None or image is None or _speaks_before(root, image):
        return None
    holder = image
    while (parent := holder.parent) is not None and parent != root:
        holder = parent
    # A figure goes with its caption; a paragraph that begins with the picture keeps its words.
    has_words = holder.tag != "figure" and bool(holder.text(strip=True))
    (image if has_words else holder).decompose()
    return root.inner_html or ""


def _speaks_before(root: LexborNode, image: LexborNode) -> bool:
    for node in root.traverse(include_text=True, skip_empty=True):
        if node == image:
            return False
        if node.is_text_node:
            return True
    return False


def _is_emoji(said: Said) -> bool:
    classes = (said.get("class") or "").split()
    return "wp-smiley" in classes or "emoji" in classes or _EMOJI.search(said.get("src") or "") is not None


def _unlink(image: LexborNode) -> None:
    """Take away the link around a picture that only leads to the same picture, large."""
    link = image.parent
    if link is not None and link.tag == "a" and _IMAGE_FILE.search(link.attributes.get("href") or ""):
        link.unwrap()


def _lost(address: str, reason: str) -> str:
    if address.endswith(PLAYS):
        return say("the still of a film is left out, and its link stays: the picture %(reason)s", reason=reason)
    return say("the picture %(name_of)s is left out: it %(reason)s", name_of=name_of(address), reason=reason)


def _take_out(image: LexborNode) -> None:
    """Take a picture out, and what stands there for its sake: its link, its figure with the caption.

    Of the still of a film the link in words stays.
    """
    if (image.attributes.get("src") or "").endswith(PLAYS) and _leave_words(image):
        return
    holder = image
    while (parent := holder.parent) is not None and parent.tag in _HOLDERS and len(parent.css("img")) == 1:
        if parent.tag != "figure" and parent.text(strip=True):
            break
        holder = parent
    holder.decompose()


def _leave_words(still: LexborNode) -> bool:
    figure = _figure_of(still)
    # Not "figcaption a": selectors look above the figure, too, and found the link around the picture in one that wraps it all.
    links = [link for link in figure.css("a") if link.css_first("img") is None] if figure is not None else []
    if figure is None or not links:
        return False
    figure.replace_with(link_paragraph(words_of(links[0]), links[0].attributes.get("href") or ""))
    return True


def _credit_of(node: LexborNode) -> str:
    """Give whose picture it is, as its caption says."""
    figure = _figure_of(node)
    caption = figure.css_first("figcaption, .wp-caption-text") if figure is not None else None
    if caption is None:
        return ""
    marked = caption.css_first(_CREDITS) if _MAY_CREDIT.search(caption.html or "") else None
    if marked is not None:
        return one_line(marked.text(), _LONGEST_CREDIT)
    found = _CREDIT.search(one_line(caption.text(), 2 * _LONGEST_CREDIT))
    return one_line((found[1] or found[2]).strip(" ,;:–—-./"), _LONGEST_CREDIT) if found else ""


def _figure_of(node: LexborNode) -> LexborNode | None:
    around = node.parent
    while around is not None and around.tag != "figure" and "wp-caption" not in (around.attributes.get("class") or "").split():
        around = around.parent
    return around


def _rewrite(node: LexborNode, address: str, alt: str, hosted: Hosted | None) -> None:
    width, height = _number(node.attrs.get("width")), _number(node.attrs.get("height"))
    if hosted is not None:
        # What a page says is often the size of its own column; a portrait that is shown small stays small.
        width, height = min(width, hosted.width) if width else hosted.width, hosted.height
    for name in tuple(node.attributes):
        del node.attrs[name]
    node.attrs["src"], node.attrs["alt"] = hosted.src if hosted else address, alt
    if width:
        # Outlook obeys the attribute and nothing else.
        node.attrs["width"] = str(min(width, COLUMN))
    # Read by `pictures_of`, dropped by the sanitiser.
    node.attrs["data-width"], node.attrs["data-height"] = str(width), str(height)
    if hosted is not None and hosted.card:
        node.attrs["data-card"] = hosted.card
    if credit := _credit_of(node) or (hosted.credit if hosted else ""):
        node.attrs["data-credit"] = credit


def _best_source(said: Said) -> str:
    """Choose the smallest version that is large enough, else the largest; never one inlined as data."""
    candidates: list[tuple[float, str]] = [
        (float(size) * (WANTED_WIDTH if unit == "x" else 1), address)
        for name in _SOURCE_SETS
        for address, size, unit in _CANDIDATE.findall(said.get(name) or "")
        if not address.startswith("data:")
    ]
    if candidates:
        enough = [candidate for candidate in candidates if candidate[0] >= WANTED_WIDTH]
        return min(enough)[1] if enough else max(candidates)[1]
    sources = (said.get(name) or "" for name in _SOURCES)
    return next((source.strip() for source in sources if source.strip() and not source.strip().startswith("data:")), "")


def _is_tracker(said: Said, source: str) -> bool:
    sizes = {said.get("width"), said.get("height")}
    return bool(sizes & _TOO_SMALL) or _TRACKERS.search(source) is not None


def _web_address(source: str, base_url: str) -> str:
    try:
        address = join(base_url, source)
    except ValueError:
        return ""
    return address if address.startswith(("http://", "https://")) else ""


def _has_caption(node: LexborNode) -> bool:
    parent = node.parent
    while parent is not None and parent.tag not in {"figure", "body"}:
        parent = parent.parent
    return parent is not None and parent.tag == "figure" and parent.css_first("figcaption") is not None


def _element_before(node: LexborNode) -> LexborNode | None:
    before = node.prev
    while before is not None and not before.is_element_node:
        before = before.prev
    return before


def _number(text: str | None) -> int:
    return int(text) if text and _PIXELS.fullmatch(text) else 0


def silent_words(count: int) -> str:
    """Say how many pictures have no alternative text."""
    return say("1 picture without alt text") if count == 1 else say("%(count)s pictures without alt text", count=count)
