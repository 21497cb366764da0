"""What fills templates: a sandbox in which nothing of others is written into MJML, and everything is said in one language."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, pass_context
from jinja2.exceptions import TemplateRuntimeError
from jinja2.ext import Extension
from jinja2.runtime import Context, Undefined
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from newsletter.issues.model import Newsletter
from newsletter.languages.catalogue import Words
from newsletter.languages.markup import NO_LOOK, html
from newsletter.letters.holes import Bare, Holes, Ready, Style
from newsletter.letters.plaintext import underlined, wrap
from newsletter.letters.theme import Face, Faces, Lengths, Logo, Palette, Sizes, Theme
from newsletter.letters.view import ArticleView, EventView, IssueView, Page, PictureView, SectionView

# A theme has thirty of them.
MOST_STYLES_KEPT = 2_000
# Seven languages of the few themes that an instance shows; each is a megabyte of compiled templates.
MOST_KITS_KEPT = 50


@dataclass(frozen=True, slots=True)
class Kit:
    """What fills the templates of one search path in one language."""

    mail: SandboxedEnvironment
    text: SandboxedEnvironment


_NOTHING = object()


class _Sandbox(SandboxedEnvironment):
    """A sandbox that knows our own values by their type, and asks for everything else as sandboxes do.

    Two thousand attributes are read for a letter; asking for each of them was most of the time that Jinja took.
    """

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 -- as Jinja has it
        """Give what a template reads; of our own values whatever is public."""
        if type(obj) in _OURS and attribute[0] != "_":
            value = getattr(obj, attribute, _NOTHING)
            if value is not _NOTHING:
                return value
        return super().getattr(obj, attribute)


# Frozen values that are made for templates, and hold nothing that acts.
_OURS = frozenset(
    {
        ArticleView,
        EventView,
        Face,
        Faces,
        IssueView,
        Lengths,
        Logo,
        Newsletter,
        Page,
        Palette,
        PictureView,
        SectionView,
        Sizes,
        Theme,
    }
)


def kit_for(path: Sequence[Path], words: Words, extensions: Sequence[type[Extension]] = ()) -> Kit:
    """Make what fills the templates that lie in *path*, in the language of *words*."""
    loader = FileSystemLoader(path)
    # Sandboxed: templates can be brought along by settings. Strict: a misspelt name is an error, not a gap.
    mail = _Sandbox(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_kept_back,
        extensions=extensions,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Plain text: escapes would be read as they stand.
    text = _Sandbox(loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    text.filters["wrapped"] = _wrapped
    text.filters["underlined"] = underlined
    mail.globals.update(_said_in_html(words))
    text.globals.update(_said_in_text(words))
    return Kit(mail, text)


@lru_cache(MOST_KITS_KEPT)
def printing_kit(path: tuple[Path, ...], words: Words) -> SandboxedEnvironment:
    """Make what fills the templates of printed pages: no MJML stands behind it, so texts are escaped and written."""
    made = _Sandbox(
        loader=FileSystemLoader(path), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )

    def gettext(text: str, /, **values: object) -> Markup:
        return html(words.pattern(text), values)

    made.globals["_"] = gettext
    return made


@lru_cache(MOST_KITS_KEPT)
def kept_kit(path: tuple[Path, ...], words: Words) -> Kit:
    """Give what `kit_for` makes, to all who ask for the same: templates are compiled once, and anew when a file changes."""
    return kit_for(path, words)


@pass_context
def _kept_back(context: Context, value: object) -> object:
    """Let a template write no text of others into MJML: what it writes is a token."""
    match value:
        case Markup() | int():
            # What a macro of ours made; a number.
            return value
        case Bare():
            return value.word
        case Style():
            # Single quotes stand in it as they are.
            return _style(value.word)
        case str() | Ready():
            holes = context["holes"]
            assert isinstance(holes, Holes)
            return holes.token_for(value)
        case Undefined():
            # Says which name is missing.
            return str(value)
    msg = f"a {type(value).__name__} cannot be written"
    raise TemplateRuntimeError(msg)


@lru_cache(MOST_STYLES_KEPT)
def _style(word: str) -> Markup:
    return Markup(word)  # noqa: S704 -- checked when the theme was read


def _said_in_html(words: Words) -> dict[str, object]:
    """Give what a template of MJML says things with; a text and its values go in when MJML has rendered, as all texts do."""
    # What has no values in it is the same each time.
    plain: dict[str, Ready] = {}

    def gettext(text: str, /, *, links: Sequence[object] = (), look: str = "", **values: object) -> Ready:
        if not values and not links:
            if text not in plain:
                plain[text] = Ready(html(words.pattern(text), {}, ()))
            return plain[text]
        beside = Markup(f"{look} ") if look else NO_LOOK  # noqa: S704 -- as it stands in the template
        return Ready(html(words.pattern(text), values, links, beside))

    def ngettext(one: str, many: str, count: int, /, **values: object) -> Ready:
        return Ready(html(words.plural_pattern(one, many, count), {"num": words.number(count), **values}))

    def pgettext(context: str, text: str, /, **values: object) -> Ready:
        return Ready(html(words.context_pattern(context, text), values))

    return {"_": gettext, "ngettext": ngettext, "pgettext": pgettext}


def _said_in_text(words: Words) -> dict[str, object]:
    return {"_": words.gettext, "ngettext": words.ngettext, "pgettext": words.pgettext}


def _wrapped(text: str, indent: str = "", first: str | None = None) -> str:
    """Break a text into lines of 72 columns, each led by *indent*, the first by *first*."""
    lines = wrap(text, 72 - len(indent))
    leads = [indent if first is None else first, *[indent] * len(lines)]
    return "\n".join(lead + line for lead, line in zip(leads, lines, strict=False))
