"""Puts what belongs to a page of ours around a letter shown on the web, and leaves every byte of the letter as it is."""

import re

_HEAD = re.compile(r"<head\b[^>]*>", re.IGNORECASE)
_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)


def dress(letter: str, head: str, bar: str) -> str:
    """Give the HTML of a letter with *head* at the beginning of its head, and *bar* before everything that it shows."""
    return _behind(_BODY, _behind(_HEAD, letter, head), bar)


def _behind(tag: re.Pattern[str], html: str, piece: str) -> str:
    found = tag.search(html)
    if found is None:
        # A letter without one is no page; what is to be seen around it stands before it.
        return piece + html
    return html[: found.end()] + piece + html[found.end() :]
