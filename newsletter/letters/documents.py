"""Says behind a link to a document what it is and how large: nobody on the road opens 40 MB by accident."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from newsletter.letters.dom import words_of

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "pdf": "PDF",
        "doc": "Word",
        "docx": "Word",
        "odt": "ODT",
        "rtf": "RTF",
        "xls": "Excel",
        "xlsx": "Excel",
        "ods": "ODS",
        "csv": "CSV",
        "ppt": "PowerPoint",
        "pptx": "PowerPoint",
        "odp": "ODP",
        "epub": "EPUB",
        "zip": "ZIP",
    },
)
# A catalogue of publications links to hundreds; the sizes of the first ones will do.
MOST_MEASURED = 40

_SIZE = re.compile(r"\d\s?(?:[KMG]i?[BO]|bytes|octets)\b", re.IGNORECASE)
_BEHIND = re.compile(r"\s*[\[(][^\])]{0,40}[\])]")
_KILO = 1000


def settle(root: LexborNode, sizes: Mapping[str, int]) -> tuple[str, ...]:
    """Mark every link to a document in the tree; gives the addresses of the documents, in order."""
    found: dict[str, None] = {}
    for link in root.css("a"):
        address = link.attributes.get("href") or ""
        kind = kind_of(address)
        words = words_of(link) if kind else ""
        if not words:
            continue
        found[address] = None
        said = f"{words} {_said_behind(link)}"
        missing = [kind] if kind.casefold() not in said.casefold() else []
        if address in sizes and not _SIZE.search(said):
            missing.append(in_words(sizes[address]))
        if missing:
            link.insert_child(f" ({', '.join(missing)})")
    return tuple(found)[:MOST_MEASURED]


def kind_of(address: str) -> str:
    """Give what kind of document *address* leads to, as readers call it; empty when it is a page."""
    try:
        path = urlsplit(address).path
    except ValueError:
        return ""
    return KINDS.get(path.rpartition(".")[2].lower(), "")


def in_words(size: int) -> str:
    """Say how large a document is: "340 KB", "1.2 MB"."""
    if size < _KILO**2:
        return f"{max(round(size / _KILO), 1)} KB"
    megabytes = size / _KILO**2
    return f"{megabytes:.1f} MB" if megabytes < 10 else f"{megabytes:.0f} MB"  # noqa: PLR2004 -- two figures are enough


def _said_behind(link: LexborNode) -> str:
    """Give what stands in brackets right behind a link, as in "Report [PDF, 2 MB]"."""
    after = link.next
    text = (after.text_content or "") if after is not None and after.is_text_node else ""
    found = _BEHIND.match(text)
    return found[0] if found else ""
