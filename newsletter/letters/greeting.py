"""How a letter greets somebody whose name is not known."""

from functools import cache

from newsletter.languages.catalogue import words_for


@cache
def nameless(language: str) -> str:
    """Give what stands in the slot of the name where none is known, in a letter in *language*."""
    # Translators: instead of a name, in the greeting "Dear %(name)s,".
    return words_for(language).pgettext("instead of a name", "reader")
