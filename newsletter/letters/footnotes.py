"""Turns footnotes into what a letter can have: numbers in brackets, and notes at the end of the article."""

import re

from selectolax.lexbor import LexborNode

from newsletter.letters.dom import element, inner_first, words_of

_REFERENCES = (
    'sup a[href*="#"], a.footnote-ref, a[id^="fnref"], a[id^="_ftnref"], a[name^="_ftnref"], .easy-footnote a, '
    'a.footnote-reference, a[href^="#_ftn"], a[href^="#fn"], sup.modern-footnotes-footnote'
)
# The way back to where one was: "↩", "↑", "^".
_BACK = re.compile(r"[\[(]?[↩↑^⤴\ufe0e\ufe0f←]+[\])]?")
_NUMBER = re.compile(r"[\[(]?([0-9]{1,3}|[ivx]{1,5}|[a-z*†‡§])[\])]?", re.IGNORECASE)
# As `settle` writes them; an excerpt leaves them out, since it has no notes.
MARK = re.compile(r"\[(?:[0-9]{1,3}|[ivx]{1,5}|[a-z*†‡§])\]", re.IGNORECASE)


def settle(root: LexborNode) -> None:
    """Rewrite references and notes; links within an article work in few mail programs."""
    for link in inner_first(root, 'a[href*="#"]'):
        if _BACK.fullmatch(words_of(link)):
            link.decompose()
    for link in inner_first(root, _REFERENCES):
        number = _NUMBER.fullmatch(words_of(link))
        if number is None:
            continue
        around = link.parent
        is_note = (link.attributes.get("href") or "").partition("#")[2].startswith(("fnref", "_ftnref"))
        if is_note:
            link.replace_with(f"[{number[1]}]")
        elif around is not None and around.tag == "sup" and words_of(around) == words_of(link):
            around.replace_with(element("sup", f"[{number[1]}]"))
        else:
            link.replace_with(element("sup", f"[{number[1]}]"))
