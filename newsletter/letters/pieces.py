"""What a letter shows article by article, as it is kept with the letter when that is frozen; pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """What a letter shows of one article."""

    section: str
    title: str
    byline: str
    # Where it appeared first; empty for own text.
    link: str
    # As the letter has it, without styles, slots not filled; empty where the letter shows the title only.
    html: str
    # Stands in the address of its page; empty where it has none.
    slug: str = ""
    picture: str = ""
    picture_alt: str = ""
    picture_credit: str = ""
    # Of whoever wrote it, where another picture leads it.
    portrait: str = ""
    portrait_alt: str = ""
    portrait_credit: str = ""
    # When and where, spelled, and where calendar programs get it; empty where nothing happens.
    happens: str = ""
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class Pieces:
    """What a letter shows, in reading order, and the page that is printed of it."""

    # The name of the newsletter, and the title of the issue, as they were.
    newsletter: str
    title: str
    articles: tuple[Piece, ...]
    # HTML with marks where it says when it was published (letters.printing); empty for letters that are older than this page.
    page: str = ""
