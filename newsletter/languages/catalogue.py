"""What is said in each language: texts from its catalogue, days, numbers and lists as its readers write them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date, format_skeleton, format_time, get_timezone, get_timezone_location
from babel.lists import format_list
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from newsletter.languages.model import ENGLISH, Language, first_of
from subscribers.sentence import Sentence

# What readers are told, whole in every language; and what the staff reads at the desk, which may have gaps.
READERS = "newsletter"
DESK = "desk"

# Where texts stand that scripts of the desk say; they come to the page with it.
_SCRIPTS = "frontend/"

_Value = TypeVar("_Value")

# Among the first hundred numbers is one of each kind that a language has.
_NUMBERS = range(100)

# Of the many who speak a language, whose days and numbers are written. English with the day before the month.
_LOCALES = {"en": "en_GB", "zh": "zh_Hans"}


def later(text: str) -> str:
    """Mark *text* for translation where it is written down; whoever shows it says it in the reader's language."""
    return text


class Words:
    """Everything that is said in one language. English text is the key: what has no translation is said in English.

    Texts carry their values as `%(name)s`; a percent sign is written twice.
    """

    def __init__(self, language: Language, translations: NullTranslations, scripted: Sequence[Message] = ()) -> None:
        self.language: Final = language
        self._translations = translations
        self._locale = Locale.parse(_LOCALES.get(language.code, language.code))
        # What scripts say on a page: English text to translation, or to its forms by the kinds of numbers that CLDR names;
        # values not yet put in. What is not there they say in English.
        self.scripted: Final[Mapping[str, object]] = dict(self._said_by_scripts(message) for message in scripted)

    def pattern(self, text: str) -> str:
        """Give the translation of *text* as it stands in the catalogue, its values not yet put in."""
        # The translation of nothing would be the head of the catalogue.
        return self._translations.gettext(text) if text else ""

    def plural_pattern(self, one: str, many: str, count: int) -> str:
        """Give the form of the translation that goes with *count*, its values not yet put in."""
        return self._translations.ngettext(one, many, count)

    def context_pattern(self, context: str, text: str) -> str:
        """Give the translation of *text* where *context* tells it from the same words elsewhere."""
        return self._translations.pgettext(context, text)

    def said(self, value: _Value) -> _Value | str:
        """Say in this language what a room said as a sentence; anything else is given back as it is."""
        if not isinstance(value, Sentence):
            return value
        return self.pattern(value.pattern) % {name: self.said(part) for name, part in value.values.items()}

    def gettext(self, text: str, /, **values: object) -> str:
        """Say *text* with its *values*, sentences of rooms among them."""
        return self.pattern(text) % {name: self.said(value) for name, value in values.items()}

    def ngettext(self, one: str, many: str, count: int, /, **values: object) -> str:
        """Say how many: *one* or *many* in English, and as many forms as the language has; `%(num)s` is the number."""
        said = {name: self.said(value) for name, value in values.items()}
        return self.plural_pattern(one, many, count) % {"num": self.number(count), **said}

    def pgettext(self, context: str, text: str, /, **values: object) -> str:
        """Say *text* as it is meant in *context*."""
        return self.context_pattern(context, text) % values

    def day(self, at: datetime, zone: str) -> str:
        """Spell the day of *at* in *zone*: `3 February 2020`."""
        return format_date(at.astimezone(ZoneInfo(zone)), "long", locale=self._locale)

    def weekday(self, day: date) -> str:
        """Spell *day* with its weekday, shortly: `Mon, 3 Feb 2020`."""
        return format_skeleton("yMMMEd", datetime.combine(day, time()), locale=self._locale)

    def month(self, day: date) -> str:
        """Spell the month of *day* as on the leaf of a calendar: `Feb`."""
        return format_date(day, "MMM", locale=self._locale)

    def month_of(self, day: date) -> str:
        """Spell the month of *day* with its year: `February 2020`."""
        return format_skeleton("yMMMM", datetime.combine(day, time()), locale=self._locale)

    def weekday_clock(self, local: datetime) -> str:
        """Spell a time on the wall with the day of the week: `Mon 09:00`."""
        return format_skeleton("EHm", local.replace(tzinfo=None), locale=self._locale)

    def clock(self, at: time) -> str:
        """Spell a time of day: `09:00`."""
        return format_time(at, "short", locale=self._locale)

    def city(self, zone: str) -> str:
        """Say whose time *zone* is: `Amsterdam`."""
        return get_timezone_location(get_timezone(zone), locale=self._locale, return_city=True)

    def number(self, count: int) -> str:
        """Spell *count* with its thousands apart: `12,412`."""
        return format_decimal(count, locale=self._locale)

    def listed(self, names: Sequence[str]) -> str:
        """Say several in a row: `A, B and C`."""
        return format_list(names, "standard", locale=self._locale)

    def beside(self, parts: Sequence[str]) -> str:
        """Put several beside each other: `3 waiting, 2 refused`."""
        return format_list(parts, "unit", locale=self._locale)

    def _said_by_scripts(self, message: Message) -> tuple[str, object]:
        if isinstance(message.id, str):
            return message.id, message.string
        one, many = message.id
        kinds = {self._locale.plural_form(number): number for number in reversed(_NUMBERS)}
        return one, {kind: self.plural_pattern(one, many, number) for kind, number in kinds.items()}


@cache
def words_of(language: Language) -> Words:
    """Give the words of *language*; its catalogue is read the first time."""
    if language == ENGLISH:
        return Words(language, NullTranslations())
    return Words(language, _compiled(_catalogue(language, READERS)))


@cache
def desk_words(language: Language) -> Words:
    """Give the words of the desk in *language*; what its catalogue lacks and that of readers has not either is English."""
    if language == ENGLISH:
        return words_of(language)
    return desk_words_from(language, _catalogue(language, DESK))


def desk_words_from(language: Language, catalogue: Catalog) -> Words:
    """Give the words of the desk as *catalogue* has them."""
    translated = _without_gaps(catalogue)
    translations = _compiled(translated)
    translations.add_fallback(_compiled(_catalogue(language, READERS)))
    scripted = [message for message in translated if any(place.startswith(_SCRIPTS) for place, _ in message.locations)]
    return Words(language, translations, scripted)


def words_for(*tags: str) -> Words:
    """Give the words of the first of *tags* that means one of our languages; English when none does."""
    return words_of(first_of(*tags))


def _catalogue(language: Language, domain: str) -> Catalog:
    place = files("newsletter.languages") / "locales" / language.code / "LC_MESSAGES" / f"{domain}.po"
    with place.open("rb") as text:
        return read_po(text, locale=language.code)


def _without_gaps(catalogue: Catalog) -> Catalog:
    """Leave out what is not translated, and plurals of which a form is missing: that of English would stand in its place."""
    for message in list(catalogue):
        said = message.string
        if message.id and not (all(said) if isinstance(said, list | tuple) else said):
            catalogue.delete(message.id, message.context)
    return catalogue


def _compiled(catalogue: Catalog) -> NullTranslations:
    # Compiled here and not before: a catalogue that was changed needs no step that anybody could forget.
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)
