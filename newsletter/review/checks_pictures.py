"""Checks of pictures: what is said for whoever does not see them, their weight, and the words beside them."""

import re
from collections.abc import Iterator
from html import escape
from urllib.parse import unquote, urlsplit

from newsletter.images.model import own_file, own_key
from newsletter.issues.model import Show
from newsletter.review import addresses
from newsletter.review.facts import Inspected
from newsletter.review.finding import Code, Finding, Mend
from newsletter.review.page import PagePicture
from subscribers.sentence import say

# A picture of the whole column at twice its width has about 200 KB as JPEG; a reader on the road waits for more.
HEAVY_BYTES = 1_000_000
# All pictures of a letter together.
HEAVY_LETTER_BYTES = 5_000_000

# Fewer words beside a picture, and filters take a letter for one that hides its text from them.
FEWEST_WORDS = 20

# What is longer says something.
_LONGEST_POOR = 80

_WORD = re.compile(r"\w+")
# The name of a file or of a camera's picture, and words that name the kind of thing instead of what is to be seen.
_POOR = re.compile(
    r"(?:.+\.(?:jpe?g|png|gif|webp|avif|bmp|heic))|(?:(?:img|dsc[nf]?|pict?|p|image|photo|foto|bild|scan|screenshot|untitled)[\W\d_]*)"
    r"|(?:image|photo|picture|logo|graphic|icon|banner|header|alt text|image description)",
    re.IGNORECASE,
)


def check(seen: Inspected) -> Iterator[Finding]:
    """Find pictures that say nothing, weigh too much, or stand without words."""
    for picture in seen.page.pictures:
        yield from _about_alt(seen, picture)
        yield from _about_source(seen, picture)
    yield from _about_place(seen)
    yield from _about_weight(seen)
    yield from _about_words(seen)


def _about_alt(seen: Inspected, picture: PagePicture) -> Iterator[Finding]:
    name, article_id = _name(seen, picture.src), picture.article_id
    if not picture.alt and not picture.is_explained:
        text = say("%(place)sthe picture “%(name)s” has no alternative text.", place=seen.place(article_id), name=name)
        mend = _mend_alt(seen, picture, say("Say in its alt text what is to be seen, for readers who do not see it."))
        yield Finding(Code.ALT_MISSING, text, is_blocking=True, mend=mend, article_id=article_id)
    elif len(picture.alt) <= _LONGEST_POOR and _POOR.fullmatch(picture.alt):
        text = say(
            "%(place)sthe alternative text “%(alt)s” of “%(name)s” does not say what is to be seen.",
            place=seen.place(article_id),
            alt=picture.alt,
            name=name,
        )
        mend = _mend_alt(seen, picture, say("Describe it in a few words, as on the telephone."))
        yield Finding(Code.ALT_POOR, text, is_blocking=False, mend=mend, article_id=article_id)


def _mend_alt(seen: Inspected, picture: PagePicture, words: str) -> Mend:
    """Say how the words for a picture are changed: of what an editor or a guest chose beside it, of others in the text."""
    article = seen.article(picture.article_id)
    key = own_key(picture.src)
    if article is not None and key and key in {article.picture, article.portrait}:
        option = "--alt" if key == article.picture else "--portrait-alt"
        return Mend(words, seen.commands.article(article, f"{option} TEXT"))
    first = next((one for one in seen.page.pictures if one.article_id == picture.article_id), None)
    if article is None or article.show is Show.FULL or picture != first:
        return seen.mend_text(picture.article_id, words)
    return Mend(words, seen.commands.article(article, "--alt TEXT"))


def _about_source(seen: Inspected, picture: PagePicture) -> Iterator[Finding]:
    if urlsplit(picture.src).scheme == "http" and not addresses.is_loopback(picture.src):
        name = _name(seen, picture.src)
        text = say(
            "%(place)sthe picture “%(name)s” is not encrypted (http), and some programs do not show it.",
            place=seen.place(picture.article_id),
            name=name,
        )
        mend = seen.mend_text(picture.article_id, say("Use its https address."))
        yield Finding(Code.IMAGE_HTTP, text, is_blocking=False, mend=mend, article_id=picture.article_id)


def _about_place(seen: Inspected) -> Iterator[Finding]:
    """Find what the letter would show from elsewhere: its server is told who reads, and may show something else tomorrow."""
    for picture in seen.page.pictures:
        name, article_id = _name(seen, picture.src), picture.article_id
        if picture.src in seen.facts.gone:
            text = say("%(place)sthe picture “%(name)s” is not there any more.", place=seen.place(article_id), name=name)
            mend = seen.mend_text(article_id, say("Take it into your images again, or show another one."))
            yield Finding(Code.IMAGE_GONE, text, is_blocking=True, mend=mend, article_id=article_id)
    for src in _of_templates(seen):
        host = urlsplit(src).netloc
        if host and not own_file(src):
            text = say(
                "The templates show the picture %(name)s from %(host)s, which would be told who reads.",
                name=_name(seen, src),
                host=host,
            )
            mend = Mend(say("Take it into your own images, and show it from there."), aside="newsletter images add does.")
            yield Finding(Code.IMAGE_REMOTE, text, is_blocking=True, mend=mend)


def _of_templates(seen: Inspected) -> list[str]:
    """Give the pictures that no article brings along; what articles show is ours, or was left out of the letter."""
    articles = [article for section in seen.composition.sections for article in section.articles]
    laid_out = {one.src for each in articles for one in (each.picture, each.portrait, each.face) if one is not None}
    laid_out |= {one.card for each in articles if (one := each.picture) is not None}
    bodies = "".join(article.body.html for article in articles if article.body is not None)
    found = dict.fromkeys(picture.src for picture in seen.page.pictures)
    return [src for src in found if src not in laid_out and f'"{escape(src)}"' not in bodies]


def _about_weight(seen: Inspected) -> Iterator[Finding]:
    weights = seen.facts.weights
    for picture in seen.page.pictures:
        weight = weights.get(picture.src, 0)
        if weight > HEAVY_BYTES:
            text = say(
                "%(place)sthe picture “%(name)s” has %(megabytes)s MB.",
                place=seen.place(picture.article_id),
                name=_name(seen, picture.src),
                megabytes=_megabytes(weight),
            )
            mend = seen.mend_text(picture.article_id, say("Use a smaller one: 1,200 pixels are wide enough."))
            yield Finding(Code.IMAGE_HEAVY, text, is_blocking=False, mend=mend, article_id=picture.article_id)
    total = sum(weights.get(src, 0) for src in {picture.src for picture in seen.page.pictures})
    if total > HEAVY_LETTER_BYTES:
        text = say("The pictures of the letter have %(megabytes)s MB together.", megabytes=_megabytes(total))
        yield Finding(Code.IMAGE_HEAVY, text, is_blocking=False, mend=Mend(say("Use smaller ones, or fewer.")))


def _about_words(seen: Inspected) -> Iterator[Finding]:
    if not seen.page.pictures:
        return
    words = sum(len(_WORD.findall(text)) for text in seen.page.texts.values())
    if words < FEWEST_WORDS:
        text = say(
            "The letter has %(count)s picture(s) and %(words)s words beside them, as spam has.",
            count=len(seen.page.pictures),
            words=words,
        )
        mend = Mend(say("Say in words what the pictures say; many programs show no pictures until they are asked to."))
        yield Finding(Code.IMAGES_ONLY, text, is_blocking=False, mend=mend)


def _name(seen: Inspected, src: str) -> str:
    return seen.facts.names.get(src) or unquote(urlsplit(src).path.rpartition("/")[2]) or src[:60]


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.1f}"
