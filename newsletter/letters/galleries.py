"""Sets the pictures of a gallery two by two, which every mail program can."""

from selectolax.lexbor import LexborNode

from newsletter.letters.dom import element, words_of

# Two beside each other in the column of a letter.
_HALF = 260
# A page that has more is a catalogue; the rest stands one picture below the other.
MOST_GALLERIES = 50
_GALLERIES = (
    "figure.wp-block-gallery, .wp-block-jetpack-tiled-gallery, .tiled-gallery, ul.blocks-gallery-grid, div.gallery, "
    ".wp-block-jetpack-slideshow, .slideshow-window, .elementor-image-gallery, .ngg-galleryoverview"
)
# One of these stands in every article that has a gallery.
MARKS = ("gallery", "slideshow")
_CAPTIONS = "figcaption, .gallery-caption, .wp-caption-text, .ngg-caption, .tiled-gallery-caption"


def settle(root: LexborNode) -> None:
    """Set every gallery in the tree anew; to be done when each picture has its one source."""
    # Asked anew each time: what stood within one that was set is gone.
    for _ in range(MOST_GALLERIES):
        gallery = root.css_first(_GALLERIES)
        if gallery is None:
            return
        pictures = gallery.css("img")
        if pictures:
            gallery.replace_with(_set(gallery, pictures))
        else:
            gallery.attrs["class"] = ""


def _set(gallery: LexborNode, pictures: list[LexborNode]) -> LexborNode:
    caption = _caption_of_all(gallery)
    if len(pictures) == 1:
        said = _caption_of(pictures[0], gallery) or caption
        return element("figure", _shown(pictures[0]), *([element("figcaption", said)] if said else []))
    cells = [_cell(picture, gallery) for picture in pictures]
    table = element("table", *([element("caption", caption)] if caption else []), role="presentation")
    for at in range(0, len(cells), 2):
        table.insert_child(element("tr", *cells[at : at + 2]))
    return table


def _cell(picture: LexborNode, gallery: LexborNode) -> LexborNode:
    """Make a cell of a picture, its link, and the caption of its own."""
    width = picture.attributes.get("width") or ""
    picture.attrs["width"] = str(min(int(width) if width.isdecimal() else _HALF, _HALF))
    cell = element("td", _shown(picture))
    if said := _caption_of(picture, gallery):
        cell.insert_child(element("br"))
        cell.insert_child(said)
    return cell


def _shown(picture: LexborNode) -> LexborNode:
    link = picture.parent
    return link if link is not None and link.tag == "a" else picture


def _caption_of(picture: LexborNode, gallery: LexborNode) -> str:
    own = _item_of(picture, gallery)
    caption = own.css_first(_CAPTIONS) if own is not None else None
    return words_of(caption) if caption is not None else ""


def _item_of(picture: LexborNode, gallery: LexborNode) -> LexborNode | None:
    """Give the largest thing around *picture* in *gallery* that has no other picture."""
    own: LexborNode | None = None
    around = picture.parent
    while around is not None and around != gallery and len(around.css("img")) == 1:
        own = around
        around = around.parent
    return own


def _caption_of_all(gallery: LexborNode) -> str:
    """Give what is said of the gallery as a whole: a caption directly in it, or behind its list."""
    for caption in gallery.css("figcaption"):
        if caption.parent == gallery or "blocks-gallery-caption" in (caption.attributes.get("class") or ""):
            return words_of(caption)
    return ""
