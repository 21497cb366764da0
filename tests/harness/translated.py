"""A desk that speaks another language by a catalogue made up for a test."""

import re
from collections.abc import Iterable
from importlib.resources import files

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from newsletter.languages.catalogue import DESK, READERS, Words, desk_words_from
from newsletter.languages.model import first_of

Text = str | tuple[str, str]
Said = str | tuple[str, ...]

# What a translation keeps as it is: values, and the brackets of links.
_KEPT = re.compile(r"(%\(\w+\)s|%%|[\[\]])")


def desk_in(code: str, texts: dict[Text, Said], place: str = "newsletter/web/desk/made_up.py") -> Words:
    """Give the words of a desk whose catalogue holds *texts* with their translations, gathered at *place*."""
    catalogue = Catalog(code)
    for text, said in texts.items():
        catalogue.add(text, said, [(place, 1)])
    return desk_words_from(first_of(code), catalogue)


def bracketed() -> Words:
    """Give the words of a desk in which every text of the catalogues stands in brackets, ⟦so⟧, and what is put in does not."""
    catalogue = Catalog("de")
    for domain in (DESK, READERS):
        place = files("newsletter.languages") / "locales" / "de" / "LC_MESSAGES" / f"{domain}.po"
        with place.open("rb") as text:
            for message in read_po(text):
                if message.id and catalogue.get(message.id, message.context) is None:
                    catalogue.add(message.id, _in_brackets(message.id), context=message.context)
    return desk_words_from(first_of("de"), catalogue)


def _in_brackets(text: str | Iterable[str]) -> Said:
    return _in_brackets_alone(text) if isinstance(text, str) else tuple(map(_in_brackets_alone, text))


def _in_brackets_alone(text: str) -> str:
    pieces = _KEPT.split(text)
    return "".join(f"⟦{piece}⟧" if number % 2 == 0 and piece.strip() else piece for number, piece in enumerate(pieces))
