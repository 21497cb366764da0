"""The pictures that articles of the archive show from our own address, with their bytes: what prints and books may hold."""

from collections.abc import Sequence

from newsletter.archive.shelf import KeptArticle
from newsletter.errors import ImageNotFound
from newsletter.images import store as images
from newsletter.images.model import file_name, shown_keys
from newsletter.letters.links import Links
from subscribers.transaction import Transaction


def pictures_of(tx: Transaction, articles: Sequence[KeptArticle], links: Links) -> dict[str, bytes]:
    """Give the bytes of every picture of ours that *articles* show, by its address."""
    found = {}
    text = " ".join(f'"{one.picture}" {one.html}' for one in articles)
    for key in sorted(shown_keys(text)):
        try:
            media_type, data = images.content(tx, key)
        except ImageNotFound:
            continue
        found[links.images() + file_name(key, media_type)] = data
    return found
