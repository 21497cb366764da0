"""A desk that speaks another language by a catalogue made up for a test."""

from babel.messages.catalog import Catalog

from newsletter.languages.catalogue import Words, desk_words_from
from newsletter.languages.model import first_of

Text = str | tuple[str, str]
Said = str | tuple[str, ...]


def desk_in(code: str, texts: dict[Text, Said], place: str = "newsletter/web/desk/made_up.py") -> Words:
    """Give the words of a desk whose catalogue holds *texts* with their translations, gathered at *place*."""
    catalogue = Catalog(code)
    for text, said in texts.items():
        catalogue.add(text, said, [(place, 1)])
    return desk_words_from(first_of(code), catalogue)
