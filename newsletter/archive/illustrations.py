"""The pictures of ours that a text shows, with their bytes: what prints and books may hold."""

import re
from html import unescape

from newsletter.errors import ImageNotFound
from newsletter.images import store as images
from newsletter.images.model import own_key
from subscribers.transaction import Transaction

_SHOWN = re.compile(r'"([^"]*/images/[^"]*)"')


def pictures_of(tx: Transaction, html: str) -> dict[str, bytes]:
    """Give the bytes of every picture of ours that *html* shows, by the address it has there.

    Under whichever host: what was approved keeps the address that the instance had then.
    """
    found = {}
    for address in dict.fromkeys(map(unescape, _SHOWN.findall(html))):
        try:
            _, found[address] = images.content(tx, own_key(address))
        except ImageNotFound:
            continue
    return found
