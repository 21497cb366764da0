"""Holes: texts, addresses and articles are kept out of MJML by tokens, and put in when it has rendered."""

import hmac
import re
from dataclasses import dataclass

from newsletter.errors import RenderFailed

# 96 bits that nobody can guess, the same for a page, and the number of the text: no article can hold the token of another.
_DIGITS = 24
_COUNTED = 4
_TOKEN = re.compile(rf"(hole[0-9a-f]{{{_DIGITS + _COUNTED}}})")
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"})
_BARE = re.compile(r"[A-Za-z0-9-]*")
# No quotation mark but the single one, which MJML writes as it stands; nothing that ends an attribute or a rule.
_STYLE = re.compile(r"[A-Za-z0-9 #,.'-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Ready:
    """HTML that was sanitised; it goes into the letter as it is."""

    html: str


@dataclass(frozen=True, slots=True)
class Bare:
    """A word of our own, such as "ltr" or the token of a slot, that MJML may see: letters, digits and hyphens."""

    word: str

    def __post_init__(self) -> None:
        if not _BARE.fullmatch(self.word):
            msg = f"MJML may not see {self.word!r}"
            raise ValueError(msg)

    def __str__(self) -> str:
        return self.word


@dataclass(frozen=True, slots=True)
class Style:
    """A value of a style sheet that was checked, such as "#0f5c63" or a list of fonts; MJML may see it."""

    word: str

    def __post_init__(self) -> None:
        if not _STYLE.fullmatch(self.word):
            msg = f"{self.word!r} is no value of a style"
            raise ValueError(msg)

    def __str__(self) -> str:
        return self.word


class Holes:
    """Hands out a token for each text that goes into a page, and fills the rendered page.

    MJML writes attributes in the debug form of Rust (a quotation mark ends the attribute, a combining accent becomes
    an escape), and malformed HTML stops it: nothing that comes from a feed or an editor may pass through it.
    """

    def __init__(self, seed: bytes, about: str) -> None:
        self._about = about
        self._lead = "hole" + hmac.digest(seed, about.encode(), "sha256").hex()[:_DIGITS]
        self._values: dict[str, str] = {}

    def token_for(self, value: str | Ready) -> str:
        """Keep *value* back and give the token that stands for it; counted, so that the same page gets the same tokens."""
        token = f"{self._lead}{len(self._values):0{_COUNTED}x}"
        # Escaped for text and for quoted attributes alike: the token may stand in either.
        self._values[token] = value.html if isinstance(value, Ready) else value.translate(_ESCAPES)
        return token

    def fill(self, page: str) -> str:
        """Put every value where its token stands, in one pass.

        Raises:
            RenderFailed: a token was lost on the way, or one is left.

        """
        pieces = _TOKEN.split(page)
        found = set(pieces[1::2])
        lost = self._values.keys() - found
        if lost:
            raise RenderFailed(self._about, f"{len(lost)} of {len(self._values)} texts were lost in MJML")
        pieces[1::2] = [self._values.get(token, token) for token in pieces[1::2]]
        filled = "".join(pieces)
        # All tokens of a page begin alike; one that is left came in with a text.
        if self._lead in filled:
            raise RenderFailed(self._about, "a text could not be put in its place")
        return filled
