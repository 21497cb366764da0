"""Templates of letters: files on disk, filled by Jinja, laid out by MJML in a child process."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

import mjml
from jinja2 import TemplateError
from jinja2.exceptions import TemplateSyntaxError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup

from newsletter.confined import Child, ChildFailed
from newsletter.errors import BadValue, RenderFailed
from newsletter.issues.model import Newsletter
from newsletter.languages.catalogue import Words, words_of
from newsletter.languages.model import ENGLISH
from newsletter.letters.content import nesting
from newsletter.letters.holes import Holes
from newsletter.letters.larder import Larder
from newsletter.letters.linemap import Marking, Traced, traced
from newsletter.letters.sandbox import Kit, kept_kit, kit_for, printing_kit
from newsletter.letters.theme import Theme
from newsletter.letters.themes import FEDERATION, Themes, digest_of
from subscribers.oneline import one_line
from subscribers.sentence import say

# mrml ends its process by a stack overflow at 2,000 levels; our own templates nest 12.
DEEPEST_TEMPLATE = 100
# A letter of 30 articles takes 2 ms.
MJML_SECONDS = 10.0
# RFC 5322 2.1.1 and what inboxes show: longer subjects are cut anyway.
LONGEST_SUBJECT = 250
# More than an instance has newsletters; each is a page of values.
MOST_THEMES_KEPT = 200

_SUFFIXES = frozenset({".mjml", ".txt", ".css"})
# Of a theme, as templates call them.
_PARTS = ("light", "dark", "face", "size", "length")
_BYTE_POSITION = re.compile(r"at position (\d+):")
_ENDS_ITSELF = re.compile(r"""<mj-[a-z-]+(?:[^<>"']|"[^"]*"|'[^']*')*/>""")
_EMPTY_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """A template that Jinja cannot parse."""

    file: str
    line: int
    text: str


class Templates:
    """The templates in a folder: `email/<name>/subject.txt`, `body.mjml` and `body.txt`, as one theme shows them."""

    def __init__(self, directory: Path, child: Child, *, own: Path | None = None) -> None:
        self.child = child
        self.larder = Larder()
        self.words = words_of(ENGLISH)
        self.themes = Themes(directory / "email", own)
        self._path: tuple[Path, ...] = (directory / "email",)
        # Where templates of what is printed are looked for, in a folder of that name.
        self._sheets: tuple[Path, ...] = (directory,)
        self._theme: Theme | None = None
        # Shared by all that are made of this one.
        self._worn: dict[tuple[object, ...], Theme] = {}

    @property
    def theme(self) -> Theme:
        """How the letters look; as they usually do, when no newsletter was named.

        Raises:
            BadValue: the tokens of the usual theme cannot be used.

        """
        return self._theme or self._read(FEDERATION, "", {})

    def digest(self) -> str:
        """Give what tells the templates of this host from those of another: its own, and those it has instead of ours."""
        instead = self._sheets[-1]
        folders = (self.themes.own, None if instead == packaged_templates() else instead)
        return digest_of(folder for folder in folders if folder is not None)

    def afresh(self) -> "Templates":
        """Give the same templates with nothing prepared for them yet."""
        fresh = copy(self)
        fresh.larder = Larder()
        return fresh

    def speaking(self, words: Words) -> "Templates":
        """Give the same templates in another language."""
        spoken = copy(self)
        spoken.words = words
        return spoken

    def worn_by(self, newsletter: Newsletter) -> "Templates":
        """Give the same templates as *newsletter* shows them: in its theme, with its tokens, and with what is its own.

        Raises:
            RenderFailed: there is no such theme, or its tokens cannot be used.

        """
        try:
            return self.in_theme(newsletter.theme, newsletter.slug, newsletter.tokens)
        except BadValue as error:
            raise RenderFailed(say("The theme of %(name)s", name=newsletter.name), f"{error.value}: {error.reason}") from error

    def in_theme(self, name: str, slug: str = "", tokens: Mapping[str, str] = MappingProxyType({})) -> "Templates":
        """Give the same templates in another theme.

        Raises:
            BadValue: there is no such theme, or its tokens cannot be used.

        """
        dressed = copy(self)
        dressed._theme = self._read(name, slug, tokens)  # noqa: SLF001 -- a copy of itself
        dressed._path = self.themes.search_path(name, slug)  # noqa: SLF001
        own = self.themes.own
        dressed._sheets = (*((own / slug,) if own is not None and slug else ()), self._sheets[-1])  # noqa: SLF001
        return dressed

    def at(self, images: str) -> "Templates":
        """Give the same templates with the theme's logo shown from *images*, where all our images have their addresses."""
        placed = copy(self)
        placed._theme = self.theme.at(images)  # noqa: SLF001 -- a copy of itself
        return placed

    def source(self, name: str, holes: Holes, values: dict[str, object]) -> str:
        """Render a template to MJML in which tokens stand for all texts.

        Raises:
            RenderFailed: the template is wrong.

        """
        source = _rendered(self._kit.mail, name, {**values, **self._dressing(), "holes": holes})
        # What ends itself is no level in MJML; looked at only where many sections seem deep by it.
        if nesting(source) > DEEPEST_TEMPLATE and nesting(_ENDS_ITSELF.sub("", source)) > DEEPEST_TEMPLATE:
            raise RenderFailed(
                name, say("it is nested deeper than %(deepest_template)s levels", deepest_template=DEEPEST_TEMPLATE)
            )
        return source

    def traced(self, name: str, holes: Holes, values: dict[str, object]) -> Traced:
        """Render a template to MJML as `source` does, and remember which template each part comes from.

        Raises:
            RenderFailed: the template is wrong.

        """
        kit = kit_for(self._path, self.words, (Marking,))
        marking = kit.mail.extensions[Marking.identifier]
        assert isinstance(marking, Marking)
        return traced(_rendered(kit.mail, name, {**values, **self._dressing(), "holes": holes}), marking.files)

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where templates are looked for, what counts most first."""
        return self._path

    def syntax_faults(self) -> Iterator[SyntaxFault]:
        """Parse every template there is, whether anything uses it or not, and give what cannot be parsed."""
        for folder in self._path:
            for file in sorted(folder.rglob("*")):
                if file.suffix in _SUFFIXES and file.is_file():
                    name = file.relative_to(folder).as_posix()
                    try:
                        self._kit.mail.parse(file.read_text(encoding="utf-8"), name)
                    except TemplateSyntaxError as error:
                        yield SyntaxFault(name, error.lineno, error.message or say("it cannot be parsed"))
                    except UnicodeDecodeError:
                        yield SyntaxFault(name, 0, say("it is not UTF-8"))

    def content_hash(self) -> str:
        """Give a hash of the templates and the theme: what a letter was made with is told from what there is now."""
        digest = hashlib.sha256(repr(self._theme).encode())
        for folder in (*self._path, *(one / "print" for one in self._sheets)):
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    digest.update(f"{path.relative_to(folder)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest()

    def html(self, name: str, holes: Holes, values: dict[str, object]) -> str:
        """Render a template of MJML; every text in *values* is kept out of MJML and put in last.

        Raises:
            RenderFailed: the template is wrong, or MJML cannot lay it out.

        """
        source = self.source(name, holes, values)
        try:
            page = self.child.run(lay_out, source, seconds=MJML_SECONDS)
        except ChildFailed as error:
            raise RenderFailed(name, str(error)) from error
        except ValueError as error:
            raise RenderFailed(name, _with_line(str(error), source)) from error
        return holes.fill(page)

    def text(self, name: str, values: dict[str, object]) -> str:
        """Render a template of plain text; runs of empty lines become one.

        Raises:
            RenderFailed: the template is wrong.

        """
        lines = _rendered(self._kit.text, name, {**values, **self._dressing()}).split("\n")
        text = "\n".join(line.rstrip(" \t") for line in lines)
        return _EMPTY_LINES.sub("\n\n", text).strip() + "\n"

    def sheet(self, name: str, values: dict[str, object]) -> str:
        """Render a template of what is printed, such as "print/issue.html".

        Raises:
            RenderFailed: the template is wrong.

        """
        return _rendered(printing_kit(self._sheets, self.words), name, values)

    def line(self, name: str, values: dict[str, object]) -> str:
        """Render a template of one line, such as a subject.

        Raises:
            RenderFailed: the template is wrong.

        """
        return one_line(_rendered(self._kit.text, name, values), LONGEST_SUBJECT)

    def _dressing(self) -> dict[str, object]:
        """Give what templates see of the theme; nothing where there is none, as in a folder of plain templates."""
        if self._theme is None and not self.themes.names():
            return {}
        theme = self.theme
        parts = {name: getattr(theme, name) for name in _PARTS}
        # How a link looks that stands in a translated sentence.
        go = Markup('class="go" style="color:{};"').format(theme.light.accent.word)
        return {"theme": theme, "go": go, **parts}

    @property
    def _kit(self) -> Kit:
        return kept_kit(self._path, self.words)

    def _read(self, name: str, slug: str, tokens: Mapping[str, str]) -> Theme:
        key = (name, slug, tuple(sorted(tokens.items())), self.themes.stamp(name, slug))
        if key not in self._worn:
            if len(self._worn) >= MOST_THEMES_KEPT:
                self._worn.clear()
            self._worn[key] = self.themes.read(name, slug, tokens)
        return self._worn[key]


def packaged_templates() -> Path:
    """Give the folder of the templates that came with the package: inside it in a wheel, beside it in a checkout."""
    package = Path(str(files("newsletter")))
    inside = package / "_templates"
    return inside if inside.is_dir() else package.parent / "templates"


def lay_out(source: str) -> str:
    """Turn MJML into HTML; to be called in a child process, which a stack overflow takes down.

    Raises:
        ValueError: it is no MJML.

    """
    # No fonts: by default every reader's program would ask Google for one.
    html: str = mjml.mjml2html(source, fonts={})
    return html


def _rendered(environment: SandboxedEnvironment, name: str, values: dict[str, object]) -> str:
    try:
        return environment.get_template(name).render(values)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        where = say("%(value)s, line %(line)s: ", value=getattr(error, "name", None) or name, line=line) if line else ""
        raise RenderFailed(name, f"{where}{error.message or type(error).__name__}") from error


def _with_line(message: str, source: str) -> str:
    """Say the line where mrml says a byte."""
    position = _BYTE_POSITION.search(message)
    if position is None:
        return message
    line = source.encode()[: int(position[1])].count(b"\n") + 1
    return say("%(message)s (line %(line)s of the MJML)", message=message, line=line)
