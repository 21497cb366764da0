"""The picture that a feed gives beside a post (enclosure, media:content), for a text that has none of its own; pure."""

import re
from collections.abc import Iterable
from html import escape
from urllib.parse import urlsplit

from newsletter.feeds.model import Enclosure

_PICTURE = re.compile(r"<(?:img|picture|amp-img)\b", re.IGNORECASE)
_IMAGE_FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|avif)\Z", re.IGNORECASE)


def with_picture(content: str, enclosures: Iterable[Enclosure]) -> str:
    """Give *content* led by the first picture beside it, where it shows none itself."""
    if _PICTURE.search(content):
        return content
    found = next(filter(_is_picture, enclosures), None)
    if found is None:
        return content
    return f'<figure><img src="{escape(found.href)}" alt=""></figure>\n{content}'


def _is_picture(enclosure: Enclosure) -> bool:
    kind = enclosure.media_type.lower()
    is_image = kind == "image" or kind.startswith("image/")
    # Many feeds do not say what it is, or say that it is anything.
    is_unsaid = not kind or kind == "application/octet-stream"
    return enclosure.href.startswith(("http://", "https://")) and (
        is_image or (is_unsaid and _IMAGE_FILE.search(urlsplit(enclosure.href).path) is not None)
    )
