"""The addresses under which calendar programs get the events of issues: as good as public, and not to be counted through."""

import hmac
import re
from collections.abc import Iterable

from newsletter.letters.links import Links
from subscribers.errors import TokenInvalid

# 80 bits: an event of an issue that is not out yet is found by whoever has its proof.
_DIGITS = 20
_TOKEN = re.compile(rf"([1-9][0-9]{{0,18}})-([0-9a-f]{{{_DIGITS}}})", re.ASCII)


def address(links: Links, seed: bytes, article_id: int) -> str:
    """Give where the event of an article is got; *seed* is that of the letter, so that the same letter has the same bytes."""
    return links.event(f"{article_id}-{_code(seed, article_id)}")


def opened(token: str, seeds: Iterable[bytes]) -> int:
    """Give the id of the article that a token stands for; *seeds* are those of all keys that letters were made with.

    Raises:
        TokenInvalid: we did not make it.

    """
    match = _TOKEN.fullmatch(token.lower())
    if match is None:
        raise TokenInvalid
    article_id = int(match[1])
    if not any(hmac.compare_digest(_code(seed, article_id), match[2]) for seed in seeds):
        raise TokenInvalid
    return article_id


def _code(seed: bytes, article_id: int) -> str:
    return hmac.digest(seed, f"event:{article_id}".encode(), "sha256").hex()[:_DIGITS]
