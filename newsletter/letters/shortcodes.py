"""Shortcodes that a blog left unrendered: done by us where their content is in them, else taken out and told."""

import re
from collections.abc import Callable
from html import escape, unescape

# Names of WordPress itself and of the page builders; other words in brackets are text.
_NAMES = (
    r"embed|caption|wp_caption|gallery|audio|video|playlist|youtube|vimeo|contact-form(?:-7)?|gravityform|ninja_form|wpforms|mc4wp_form|"
    r"(?:vc|et_pb|su|fusion|av|tatsu|cs|elementor|fl|x|divi|mk|ult|rev|tm)_[\w-]+|rev_slider|smartslider3|ngg|nggallery|"
    r"table|tablepress|footnote|ref|toc|ez-toc|sharethis|addtoany|jetpack_[\w-]+|wpdatatable|formidable|newsletter_form"
)
_ANY = re.compile(rf"\[/?(?:{_NAMES})(?:[\s=/][^\]<>]{{0,2000}})?\]")
_NAME = re.compile(r"\[/?([\w-]+)")
# What stands in a tag of its own is bounded: without an end each beginning would be looked through to the end of the page.
_CAPTION = re.compile(r"\[(?:wp_)?caption\b[^\]<>]{0,500}\](.{1,6000}?)\[/(?:wp_)?caption\]", re.DOTALL)
_PICTURED = re.compile(r"\s*((?:<a\b[^<>]{0,2000}>\s*)?<img\b[^<>]{0,4000}>(?:\s*</a>)?)(.*)", re.DOTALL)
_EMBED = re.compile(r"\[embed\b[^\]<>]{0,300}\]\s*(https?://[^\s\[\]<>\"']{4,2000})\s*\[/embed\]")
_MEDIA = re.compile(r"\[(video|audio|youtube|vimeo)\b([^\]<>]{1,2000})\](?:\s*\[/\1\])?")
_URL = re.compile(r"https?://[^\s\"'\[\]<>]{4,2000}")
_DIGITS = re.compile(r"\s*=?\s*[\"']?(\d{5,12})")


def settle(html: str) -> tuple[str, list[str]]:
    """Give *html* with what could be done of its shortcodes and without the others, and the warnings about those.

    What stands between two of them stays.
    """
    if not _ANY.search(html):
        return html, []
    html = _CAPTION.sub(_figure, html)
    html = _EMBED.sub(lambda found: f"<p>{found[1]}</p>", html)
    html = _MEDIA.sub(_media, html)
    left = dict.fromkeys(name[1] for name in map(_NAME.match, _ANY.findall(html)) if name)
    told = ", ".join(f"[{name}]" for name in [*left][:3])
    return _ANY.sub("", html), [f"shortcodes that the blog did not render were removed: {told}"] if left else []


def _figure(found: re.Match[str]) -> str:
    pictured = _PICTURED.fullmatch(found[1])
    if pictured is None:
        return found[1]
    return f"<figure>{pictured[1]}<figcaption>{pictured[2].strip()}</figcaption></figure>"


def _media(found: re.Match[str]) -> str:
    kind, said = found[1], unescape(found[2])
    url = _URL.search(said)
    if url is not None:
        return _player(kind, url[0])
    number = _DIGITS.match(said) if kind == "vimeo" else None
    return _player(kind, f"https://vimeo.com/{number[1]}") if number else found[0]


def _player(kind: str, url: str) -> str:
    tag: Callable[[str], str] = {"audio": "<audio src='{}'></audio>", "video": "<video src='{}'></video>"}.get(
        kind, "<iframe src='{}'></iframe>"
    ).format
    return tag(escape(url, quote=True))
