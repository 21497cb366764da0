"""What an editor's page sends of a text, and what it is given to begin with."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from newsletter.errors import BadValue
from newsletter.images.model import LIBRARY, own_key
from newsletter.issues import document
from newsletter.issues.changes import Change
from newsletter.issues.document import Node
from newsletter.issues.model import Article
from newsletter.issues.richhtml import to_html
from newsletter.letters import prose, richtext
from newsletter.web.visits import Visit
from subscribers.sentence import say

# Fields of the form: rich text of the editor, or what was typed where there is none.
DOCUMENT_FIELD = "document"
TEXT_FIELD = "text"


@dataclass(frozen=True, slots=True)
class Begun:
    """A text as the editor begins with it."""

    # Rich text, as JSON.
    document: Mapping[str, Any]
    # The same as HTML, a block a line; for whoever has no editor.
    html: str
    # What of it the editor cannot keep, in words.
    losses: tuple[str, ...] = ()


def begun(article: Article) -> Begun:
    """Give the text of an article; one that a blog or an older tool wrote is turned into rich text."""
    if article.document is not None:
        return _begun(document.read(article.document))
    if article.is_placeholder or not article.content.strip():
        return _begun(Node(document.Kind.DOC, (Node(document.Kind.PARAGRAPH),)))
    try:
        taken = richtext.from_html(article.content, key_of, base_url=article.link, with_slots=is_own(article))
    except BadValue as error:
        return Begun(document.write(Node(document.Kind.DOC, (Node(document.Kind.PARAGRAPH),))), "", (str(error),))
    return _begun(taken.document, taken.losses)


def change(visit: Visit, article: Article) -> Change:
    """Give what the form changes of an article; what it says already is left out, and so is what the form has not.

    Raises:
        BadValue: the text cannot be read.

    """
    title, byline = visit.form.get("title"), visit.form.get("byline")
    return Change(
        title=None if title is None or title == article.title else title,
        byline=None if byline is None or byline.strip() == article.byline else byline,
        document=_document(visit, article),
    )


def pasted(html: str, article: Article) -> richtext.Taken:
    """Give the rich text of what somebody pasted into an article.

    Raises:
        BadValue: it is too large or nested too deep to be a text.

    """
    return richtext.from_html(html, key_of, with_slots=is_own(article))


def is_own(article: Article) -> bool:
    """Whether it was written here; who writes a blog asks our readers nothing."""
    return article.post_id is None


def key_of(src: str) -> str:
    """Give the key of the image of the library that an address means; nothing for any other."""
    return src.removeprefix(LIBRARY) if src.startswith(LIBRARY) else own_key(src)


def _document(visit: Visit, article: Article) -> Mapping[str, Any] | None:
    given = visit.form.get(DOCUMENT_FIELD, "")
    if given:
        return _loaded(given)
    text = visit.form.get(TEXT_FIELD)
    if text is None:
        return None
    # Nobody touched it: what the form cannot show stays as it is.
    text = text.replace("\r\n", "\n")
    if text == begun(article).html:
        return None
    taken = richtext.from_file(text, prose.guessed_name(text), key_of, with_slots=is_own(article))
    return document.write(taken.document)


def _loaded(text: str) -> Mapping[str, Any]:
    try:
        given = json.loads(text)
    # RecursionError: brackets within brackets by the thousand; and a number of thousands of digits is no error of JSON's.
    except (ValueError, RecursionError) as error:
        raise BadValue(say("text"), say("of the article"), say("arrived damaged")) from error
    return document.write(document.read(given))


def _begun(node: Node, losses: tuple[str, ...] = ()) -> Begun:
    lines = (to_html(child) for child in node.children)
    return Begun(document.write(node), "\n\n".join(filter(None, lines)), losses)
