"""Puts a still, or a link in words, where a page plays a film, a recording, a map or somebody else's page."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qs, urlsplit

from selectolax.lexbor import LexborNode

from newsletter.images.model import PLAYS
from newsletter.letters.dom import classes_of, element, inner_first, link_paragraph, resolve, words_of
from subscribers.sentence import say

# Titles that players give to every film.
_GENERIC = re.compile(
    r"(?:youtube|vimeo|videopress|dailymotion)?[\s-]*(?:video|audio|embed(?:ded)?)?[\s-]*(?:player|content)?", re.IGNORECASE
)
_ADDRESS = re.compile(r"https?://[^\s<>\"']{4,2000}")
_ID = r"([\w-]{6,64})"
_FRAMES = "iframe, video, audio, embed, lite-youtube, lite-vimeo"
# Their names as far as letters go.
TAGS = frozenset(tag.partition("-")[0] for tag in _FRAMES.split(", "))
_LAZY = ("src", "data-src", "data-lazy-src", "data-litespeed-src", "data-cmp-src", "data-orig-src")
# So begins each paragraph that may be nothing but an address.
BARE = re.compile(r">\s*https?://")
# Blocks in which WordPress leaves the bare address where the feed has no player.
_BARE = ("figure.wp-block-embed", ".wp-block-embed__wrapper", "p")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a player's content is to be had by itself."""

    url: str
    # What one does there, and on which site.
    verb: str
    site: str
    # A picture of it; empty where none is had by an address alone.
    still: str = ""


@dataclass(frozen=True, slots=True)
class _Site:
    pattern: re.Pattern[str]
    place: Callable[[re.Match[str]], Place]


def _youtube(found: re.Match[str]) -> Place:
    return Place(f"https://youtu.be/{found[1]}", "Watch", "YouTube", f"https://i.ytimg.com/vi/{found[1]}/hqdefault.jpg")


def _soundcloud(found: re.Match[str]) -> Place:
    named = parse_qs(found[1]).get("url", [""])[0]
    return Place(named if named.startswith("https://") else "https://soundcloud.com/", "Listen", "SoundCloud")


def _site(pattern: str, place: Callable[[re.Match[str]], Place]) -> _Site:
    return _Site(re.compile(r"(?:https?:)?//(?:www\.|m\.)?" + pattern, re.ASCII), place)


_SITES = (
    _site(
        r"youtube(?:-nocookie)?\.com/embed/videoseries\?(?:[^#]*&)?list=([\w-]+)",
        lambda found: Place(f"https://www.youtube.com/playlist?list={found[1]}", "Watch", "YouTube"),
    ),
    _site(rf"youtube(?:-nocookie)?\.com/(?:embed|shorts|live|v)/{_ID}", _youtube),
    _site(rf"youtube\.com/watch\?(?:[^#]*&)?v={_ID}", _youtube),
    _site(rf"youtu\.be/{_ID}", _youtube),
    _site(r"(?:player\.)?vimeo\.com/(?:video/)?(\d+)", lambda found: Place(f"https://vimeo.com/{found[1]}", "Watch", "Vimeo")),
    _site(
        r"dailymotion\.com/(?:embed/)?video/(\w+)",
        lambda found: Place(
            f"https://www.dailymotion.com/video/{found[1]}",
            "Watch",
            "Dailymotion",
            f"https://www.dailymotion.com/thumbnail/video/{found[1]}",
        ),
    ),
    _site(
        r"(?:video\.wordpress|videopress)\.com/(?:embed|v)/(\w+)",
        lambda found: Place(f"https://videopress.com/v/{found[1]}", "Watch", "VideoPress"),
    ),
    _site(
        r"open\.spotify\.com/(?:embed(?:-podcast)?/)?(\w+/\w+)",
        lambda found: Place(f"https://open.spotify.com/{found[1]}", "Listen", "Spotify"),
    ),
    _site(r"w\.soundcloud\.com/player/?\?([^#]+)", _soundcloud),
    _site(
        r"google\.[a-z.]{2,6}/maps/embed([^#]*)",
        lambda found: Place(f"https://www.google.com/maps/embed{found[1]}", "See the map", "Google Maps"),
    ),
    _site(
        r"docs\.google\.com/(forms/[^?#]+)",
        lambda found: Place(f"https://docs.google.com/{found[1]}", "Fill in the form", "Google Forms"),
    ),
    _site(
        r"docs\.google\.com/presentation/([^?#]+?)/(?:embed|pub)",
        lambda found: Place(f"https://docs.google.com/presentation/{found[1]}/pub", "See the slides", "Google Slides"),
    ),
    _site(
        r"slideshare\.net/slideshow/embed_code/([^?#]+)",
        lambda found: Place(f"https://www.slideshare.net/slideshow/embed_code/{found[1]}", "See the slides", "SlideShare"),
    ),
)
_VERBS = {"video": "Watch", "audio": "Listen"}
_NOUNS = {"Watch": "Watch the video", "Listen": "Listen to the recording"}


def settle(root: LexborNode, base_url: str) -> list[str]:
    """Replace every player in the tree; gives the warnings."""
    warnings = []
    for node in inner_first(root, _FRAMES):
        source = _source(node)
        place = place_of(source, base_url, _VERBS.get(node.tag or "", "Open"))
        if place is None or "wp-embedded-content" in classes_of(node):
            # WordPress embeds come with a quotation that holds the link already.
            if place is None and (source or node.attributes.get("srcdoc")):
                warnings.append(say("an %(tag)s without an address one can go to is left out", tag=node.tag))
            node.decompose()
            continue
        still = place.still or resolve(node.attributes.get("poster") or "", base_url)
        node.replace_with(_shown(place, still, _title(node)))
        warnings.append(say("%(tag)s replaced by a link to %(url)s", tag=node.tag, url=place.url))
    return warnings


def settle_bare(root: LexborNode) -> None:
    """Show what a paragraph that is nothing but an address leads to; pages make players of such."""
    # Asked anew for each: what stood within one that was replaced is gone.
    for node in (node for selector in _BARE for node in inner_first(root, selector)):
        words = node.text(strip=True)
        if not _ADDRESS.fullmatch(words) or node.css_first("img") is not None or not _is_all(node, words):
            continue
        place = _known(words)
        if place is not None:
            node.replace_with(_shown(place, place.still, ""))
        elif node.css_first("a") is None and resolve(words, ""):
            node.replace_with(link_paragraph(words, words))


def place_of(source: str, base_url: str, verb: str = "Open") -> Place | None:
    """Give where the content of a player is to be had by itself; None when it leads nowhere one may go."""
    known = _known(unescape(source))
    if known is not None:
        return known
    url = resolve(source, base_url)
    return Place(url, verb, urlsplit(url).netloc) if url.startswith(("http://", "https://")) else None


def _known(source: str) -> Place | None:
    for site in _SITES:
        if found := site.pattern.match(source):
            return site.place(found)
    return None


def _source(node: LexborNode) -> str:
    if node.tag == "lite-youtube":
        return f"https://youtu.be/{node.attributes.get('videoid') or ''}"
    if node.tag == "lite-vimeo":
        return f"https://vimeo.com/{node.attributes.get('videoid') or ''}"
    inner = node.css_first("source")
    for holder in (node, inner) if inner is not None else (node,):
        for name in _LAZY:
            value = (holder.attributes.get(name) or "").strip()
            if value and not value.startswith(("about:", "data:")):
                return value
    return ""


def _title(node: LexborNode) -> str:
    title = " ".join((node.attributes.get("title") or node.attributes.get("aria-label") or "").split())
    return "" if _GENERIC.fullmatch(title) else title


def _shown(place: Place, still: str, title: str) -> LexborNode:
    """Make a still with a mark that it plays and a link in words below it, or the words alone."""
    label = f"{place.verb}: {title}" if title else f"{_NOUNS.get(place.verb, place.verb)} on {place.site}"
    if place.verb == "Open" and not title:
        label = f"Open: {place.site}"
    if not still:
        return link_paragraph(label, place.url)
    picture = element("img", src=still + PLAYS, alt=f"Film: {title}" if title else f"Film on {place.site}")
    return element("figure", element("a", picture, href=place.url), element("figcaption", element("a", label, href=place.url)))


def _is_all(node: LexborNode, words: str) -> bool:
    """Whether nothing but *words* and what wraps them stands in *node*: a link's other address is no bare one."""
    link = node.css_first("a")
    return link is None or (link.attributes.get("href") or "").rstrip("/") == words_of(link).rstrip("/") == words.rstrip("/")
