"""Steps on the tree of an article that all who rewrite it share."""

import re
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborNode, create_tag

_WEB = frozenset({"http", "https"})
_FROM_ROOT = re.compile(r"(?:/[\w-]+)+/?", re.ASCII)
SCHEMES = frozenset({"http", "https", "mailto", "tel"})


def inner_first(root: LexborNode, selector: str) -> list[LexborNode]:
    """Find what may be taken out: inner before outer, so that nothing is touched after its parent is gone."""
    return root.css(selector)[::-1]


def rename(node: LexborNode, tag: str) -> LexborNode:
    """Give *node* another tag; of its attributes only language and direction stay."""
    renamed = create_tag(tag)
    for name in ("lang", "dir"):
        if value := node.attributes.get(name):
            renamed.attrs[name] = value
    copy_children(node, renamed)
    node.replace_with(renamed)
    return renamed


def copy_children(source: LexborNode, target: LexborNode) -> None:
    """Put copies of what stands in *source* at the end of *target*."""
    # Copies, never moves: a node moved out of its document while others still point at it is not safe in C.
    for child in source.iter(include_text=True):
        target.insert_child(child)


def element(tag: str, *children: LexborNode | str, **attributes: str) -> LexborNode:
    """Make an element."""
    made = create_tag(tag)
    for name, value in attributes.items():
        made.attrs[name] = value
    for child in children:
        made.insert_child(child)
    return made


def link_paragraph(label: str, url: str) -> LexborNode:
    """Make a paragraph that is one link."""
    return element("p", element("a", label, href=url))


def words_of(node: LexborNode) -> str:
    """Give the words in *node* on one line."""
    return " ".join(node.text().split())


def classes_of(node: LexborNode) -> str:
    """Give the class attribute of *node*."""
    return node.attributes.get("class") or ""


def join(base_url: str, url: str) -> str:
    """Give *url* made absolute.

    Raises:
        ValueError: it is no address.

    """
    if url.startswith(("https://", "http://")) and url.isprintable() and " " not in url:
        # Nothing is left to be joined, which is so for most and takes a fifth of the time of all else.
        urlsplit(url)
        return url
    if _FROM_ROOT.fullmatch(url):
        # As plain as that, it needs nothing but the site before it.
        base = urlsplit(base_url)
        return f"{base.scheme}://{base.netloc}{url}" if base.scheme in _WEB else urljoin(base_url, url)
    return urljoin(base_url, url)


def resolve(url: str, base_url: str) -> str:
    """Give *url* as a reader far from the page needs it, or nothing when it leads nowhere one may go."""
    try:
        absolute = join(base_url, url.strip())
        scheme = urlsplit(absolute).scheme
    except ValueError:
        return ""
    if not url.strip() or scheme not in SCHEMES:
        return ""
    return absolute
