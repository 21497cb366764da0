"""Lets each paragraph run in the direction of its script, where that is not the direction of the letter."""

import re
import unicodedata

from selectolax.lexbor import LexborNode

_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_BLOCKS = "p, li, h4, h5, h6, h1, h2, h3, blockquote, figcaption, td, th, caption, dt, dd, ul, ol, table, pre"
_STRONG = {"L": "ltr", "R": "rtl", "AL": "rtl"}


def has_right_to_left(text: str) -> bool:
    """Whether a letter of a script that runs from right to left stands in *text*."""
    return not text.isascii() and _RIGHT_TO_LEFT.search(text) is not None


def settle(root: LexborNode, direction: str) -> None:
    """Say the direction of every block whose first strong letter (Unicode UAX 9, P2) runs otherwise than *direction*."""
    for block in root.css(_BLOCKS):
        if _said(block):
            continue
        runs = _first_strong(block.text())
        if runs and runs != _inherited(block, direction):
            block.attrs["dir"] = runs


def _said(block: LexborNode) -> bool:
    return (block.attributes.get("dir") or "") in {"ltr", "rtl"}


def _inherited(block: LexborNode, direction: str) -> str:
    around = block.parent
    while around is not None and around.is_element_node:
        if _said(around):
            return around.attributes["dir"] or direction
        around = around.parent
    return direction


def _first_strong(text: str) -> str:
    return next((_STRONG[kind] for kind in map(unicodedata.bidirectional, text) if kind in _STRONG), "")
