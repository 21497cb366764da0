"""What an image is here, and the shelf from which a letter takes the images of its articles; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from urllib.parse import urlsplit

from newsletter.errors import BadValue
from subscribers.sentence import say

# A column of 552 pixels on a screen with twice as many; wider ones are bytes that nobody sees.
WIDEST = 1200
HIGHEST = 2400
# Decoding them takes 150 MB; 30,000 by 30,000 pixels fit into a PNG of 109 KB.
MOST_PIXELS = 50_000_000
# A photo as it comes from a phone has 3 to 10 MB.
LARGEST_FILE = 20 * 1024 * 1024

# What stands behind the address of a still whose picture is to carry a mark that it plays.
PLAYS = "#play"

# 160 bits of SHA-256.
_KEY_DIGITS = 40
_OWN_PATH = re.compile(rf"/images/([0-9a-f]{{{_KEY_DIGITS}}})\.(?:jpg|png)")
_HOME = re.compile(rf"src=\"(https?://[A-Za-z0-9.:\[\]-]+)(?:/[^\s\"'<>]*)?/images/[0-9a-f]{{{_KEY_DIGITS}}}\.(?:jpg|png)")
_EXTENSIONS = MappingProxyType({"image/jpeg": ".jpg", "image/png": ".png"})
_FOCUS = re.compile(r"\s*(0?\.[0-9]{1,3}|0|1|1\.0)\s*,\s*(0?\.[0-9]{1,3}|0|1|1\.0)\s*", re.ASCII)


class MediaType(StrEnum):
    """What mail programs show; WebP and AVIF are not for Outlook."""

    JPEG = "image/jpeg"
    PNG = "image/png"


@dataclass(frozen=True, slots=True)
class Focus:
    """Where the eye goes, in thousandths of width and height from the upper left; a card is cut around it."""

    x: int = 500
    y: int = 500

    def __str__(self) -> str:
        return f"{self.x / 1000:g},{self.y / 1000:g}"

    @classmethod
    def parse(cls, text: str) -> "Focus":
        """Read a point written as "0.3,0.4".

        Raises:
            BadValue: it is written otherwise, or lies outside.

        """
        match = _FOCUS.fullmatch(text)
        if match is None:
            raise BadValue(say("focus"), text, say("write it as 0.3,0.4: shares of width and height from the upper left"))
        return cls(round(float(match[1]) * 1000), round(float(match[2]) * 1000))


MIDDLE = Focus()


@dataclass(frozen=True, slots=True)
class Encoded:
    """An image as we keep it: decoded, turned upright, made small, and written anew without metadata."""

    data: bytes
    media_type: MediaType
    width: int
    height: int

    @property
    def key(self) -> str:
        """What names it: a hash of its content, so that an address never means another image."""
        return sha256(self.data).hexdigest()[:_KEY_DIGITS]


@dataclass(frozen=True, slots=True)
class Developed:
    """An image, its card, and what was lost on the way."""

    image: Encoded
    # Cut to the shape of cards around the focus.
    card: Encoded
    # Completes "the picture …"; empty when nothing was lost.
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is not taken for an image, and why; the reason completes "the picture …"."""

    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What is told of an image by whoever brings it."""

    name: str
    # Where it was fetched; empty for a file.
    source: str = ""
    alt: str = ""
    credit: str = ""
    focus: Focus = MIDDLE
    # Chosen by an editor, and so listed; others came with a post.
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Image:
    """An image that is kept, without its bytes."""

    key: str
    media_type: MediaType
    width: int
    height: int
    # Bytes.
    size: int
    facts: Facts
    created_at: datetime

    @property
    def file(self) -> str:
        """Its name in an address."""
        return file_name(self.key, self.media_type)


# Stands in rich text before the key of an image, because the public address of an instance may change while texts are kept.
# A name that never exists (RFC 6761).
LIBRARY = "https://library.invalid/"


@dataclass(frozen=True, slots=True)
class Uses:
    """Where an image is needed."""

    # Frozen letters that show it, articles and texts of guests that somebody chose it for, and newsletters whose logo it is.
    letters: int
    articles: int
    newsletters: int = 0

    @property
    def any(self) -> bool:
        """Whether it is needed at all."""
        return bool(self.letters or self.articles or self.newsletters)


@dataclass(frozen=True, slots=True)
class Hosted:
    """An image as a letter shows it: from our own address."""

    src: str
    width: int
    height: int
    # The same cut to the shape of cards; empty where there is none.
    card: str = ""
    # As whoever brought it said; a post says its own.
    alt: str = ""
    credit: str = ""
    # What was lost when it was made; completes "the picture …".
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a letter may show: images by where its articles have them from and by key, and what is known of linked documents."""

    by_source: Mapping[str, Hosted] = field(default_factory=dict)
    # Address -> why there is no image, to complete "the picture …".
    troubles: Mapping[str, str] = field(default_factory=dict)
    by_key: Mapping[str, Hosted] = field(default_factory=dict)
    # Address of a linked document -> its bytes.
    sizes: Mapping[str, int] = field(default_factory=dict)


def file_name(key: str, media_type: str) -> str:
    """Give the name of an image in an address."""
    return key + _EXTENSIONS[media_type]


def own_key(url: str) -> str:
    """Give the key of the image that *url* leads to when it is one of ours; else nothing.

    Under whichever host: the key is a hash of the content.
    """
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    match = _OWN_PATH.fullmatch(path)
    return match[1] if match else ""


def own_file(url: str) -> str:
    """Give the name of the file of the image that *url* leads to when it is one of ours; else nothing."""
    return url.rpartition("/")[2] if own_key(url) and "?" not in url and "#" not in url else ""


def homes(html: str) -> frozenset[str]:
    """Give where a page has images of ours from, such as "https://news.example.org": an instance may have moved since."""
    return frozenset(_HOME.findall(html))


def shown_keys(html: str) -> frozenset[str]:
    """Give the keys of our images that a letter shows."""
    return frozenset(_OWN_PATH.findall(html))
