"""Pages: templates on disk filled with values, every value escaped, in the language of whoever looks."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from newsletter.languages.catalogue import Words, desk_words
from newsletter.languages.markup import html
from newsletter.languages.model import ENGLISH
from newsletter.web import spelled
from newsletter.web.countdown import countdown
from newsletter.web.speech import Speech
from newsletter.web.static import BUILT, Icons, read_shelf
from subscribers.sentence import Sentence

# The staff's pages speak English, and offer nothing else: their catalogues wait for translations.
DESK_SPEECH = Speech(desk_words(ENGLISH), is_chosen=False, is_repeatable=False)


class Pages:
    """The templates of all pages, and the files they link to.

    Raises:
        PagesNotBuilt: what the desk loads was not bundled yet.

    """

    def __init__(self, folder: Path, desk: Speech = DESK_SPEECH) -> None:
        self.desk = desk
        self._icons = Icons()
        self.shelf = read_shelf(folder / "static", BUILT)
        self._folder = folder
        self._environments: dict[Words, Environment] = {}

    def render(self, speech: Speech, name: str, /, **values: object) -> str:
        """Fill the template *name*, such as `public/home.html`, in the language of *speech*."""
        template = self._environment(speech.words).get_template(name)
        return template.render(values, speech=speech, way=speech.way)

    def page(self, name: str, /, **values: object) -> HTMLResponse:
        """Answer the staff with the template *name*, filled."""
        return HTMLResponse(self.render(self.desk, name, **values))

    def spoken(self, speech: Speech, name: str, status: int = 200, /, **values: object) -> HTMLResponse:
        """Answer a reader with the template *name*, filled, in the language of *speech*, and *status*."""
        # The same address may answer the next reader in another language; a cache must not take one for the other.
        headers = {"Content-Language": speech.language.tag, "Vary": "Accept-Language"}
        return HTMLResponse(self.render(speech, name, **values), status, headers)

    def _environment(self, words: Words) -> Environment:
        if words not in self._environments:
            self._environments[words] = self._made(words)
        return self._environments[words]

    def _made(self, words: Words) -> Environment:
        made = Environment(
            loader=FileSystemLoader(self._folder),
            # Everything a page shows came from outside: feeds, forms, relays.
            autoescape=True,
            # A misspelled value is a bug and looks like one.
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            # What rooms say is said in English there, and here in the language of the page.
            finalize=words.said,
        )
        made.globals.update(_said(words), static=self._address, icon=self._icons)
        made.filters.update(
            moment=partial(spelled.moment, words=words),
            day=words.day,
            city=partial(spelled.city, words=words),
            number=words.number,
            people=partial(spelled.people, words=words),
            month=partial(spelled.month, words=words),
            relative=partial(spelled.relative, words=words),
            countdown=partial(countdown, words=words),
        )
        return made

    def _address(self, name: str) -> str:
        return self.shelf[name].address


def _said(words: Words) -> dict[str, object]:
    """Give what templates say things with: `_`, `ngettext` and `pgettext`, each value escaped as it is put in."""

    def said(values: Mapping[str, object]) -> Mapping[str, object]:
        return values if words.language == ENGLISH else {name: words.said(value) for name, value in values.items()}

    def gettext(text: str, /, *, links: Sequence[str] = (), **values: object) -> Markup:
        if isinstance(text, Sentence):
            return escape(words.said(text))
        return html(words.pattern(text), said(values), links)

    def ngettext(one: str, many: str, count: int, /, *, links: Sequence[str] = (), **values: object) -> Markup:
        return html(words.plural_pattern(one, many, count), {"num": words.number(count), **said(values)}, links)

    def pgettext(context: str, text: str, /, *, links: Sequence[str] = (), **values: object) -> Markup:
        return html(words.context_pattern(context, text), said(values), links)

    return {"_": gettext, "ngettext": ngettext, "pgettext": pgettext}
