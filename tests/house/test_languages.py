"""Texts of readers and of the desk: said by the catalogues, with the same values and links in every language."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from newsletter.languages.catalogue import DESK, READERS
from newsletter.languages.model import ENGLISH, LANGUAGES

ROOT = Path(__file__).parents[2]
TRANSLATED = [language.code for language in LANGUAGES if language != ENGLISH]
TEMPLATES = sorted(
    path
    for place in ("pages/public", "email", "print")
    for path in (ROOT / "templates" / place).rglob("*")
    if path.suffix in {".html", ".mjml", ".txt"}
)

_VALUE = re.compile(r"%(?:\((?P<name>\w+)\)s|%|(?P<broken>.?))")
JINJA = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
UNSEEN = re.compile(r"<(style|code|mj-style|mj-raw|mj-attributes)\b.*?</\1>", re.DOTALL)
SAID_IN_TAGS = re.compile(r'\b(?:alt|title|aria-label|placeholder)="([^"]*[^\W\d_][^"]*)"')
# A block in the middle of a tag is no text.
CLASS = re.compile(r"\{% block page_class %\}.*?\{% endblock %\}")
TAG = re.compile(r"<[^>]*>")
PROSE = re.compile(r"[^\W\d_]{2,}")
_SAYING = {"_", "ngettext", "pgettext", "way", "static"}


def catalogue(code: str, domain: str) -> Catalog:
    """Read a catalogue of a language."""
    path = ROOT / "newsletter" / "languages" / "locales" / code / "LC_MESSAGES" / f"{domain}.po"
    with path.open("rb") as text:
        return read_po(text, locale=code)


def messages(code: str, domain: str) -> Iterator[Message]:
    """Give everything a catalogue holds but its head."""
    return (message for message in catalogue(code, domain) if message.id)


Key = tuple[str | None, tuple[str, ...]]


def key(message: Message) -> Key:
    """Give what tells one text of a catalogue from all others."""
    return message.context, forms(message.id)


def forms(text: object) -> tuple[str, ...]:
    """Give all forms of a text or translation."""
    return tuple(text) if isinstance(text, list | tuple) else (str(text),)


def values(text: str) -> Counter[str]:
    """Count what is put into a text."""
    found = list(_VALUE.finditer(text))
    assert not [match for match in found if match["broken"] is not None], text
    return Counter(match["name"] for match in found if match["name"])


def template_id(path: Path) -> str:
    """Name a template in a test's id."""
    return str(path.relative_to(ROOT / "templates"))


def gathered(domain: str) -> set[Key]:
    """Gather everything that code, templates and scripts say to readers, or to the staff."""
    found = subprocess.run([ROOT / "scripts" / "messages", "texts", domain], capture_output=True, check=True)
    return {key(message) for message in read_po(BytesIO(found.stdout)) if message.id}


@pytest.fixture(scope="module")
def readers_texts() -> set[Key]:
    """Give what is said to readers."""
    return gathered(READERS)


@pytest.fixture(scope="module")
def desk_texts() -> set[Key]:
    """Give what is said at the desk."""
    return gathered(DESK)


@pytest.mark.parametrize("code", TRANSLATED)
def test_nothing_is_untranslated(readers_texts: set[Key], code: str) -> None:
    """Whoever adds a text runs `scripts/messages` and says it in six more languages; the catalogue holds nothing else."""
    there = {key(message): forms(message.string) for message in messages(code, READERS)}

    assert set() == {wanted for wanted in readers_texts if not all(there.get(wanted, ("",)))}
    assert set() == there.keys() - readers_texts


@pytest.mark.parametrize("code", TRANSLATED)
def test_catalogues_of_the_desk_wait_for_their_translations(desk_texts: set[Key], code: str) -> None:
    """Whoever adds a text of the desk runs `scripts/messages`; it is said in English until somebody translates it."""
    assert desk_texts == {key(message) for message in messages(code, DESK)}


@pytest.mark.parametrize("domain", [READERS, DESK])
@pytest.mark.parametrize("code", TRANSLATED)
def test_translations_have_the_values_and_links_of_the_text(code: str, domain: str) -> None:
    """Nothing that a sentence needs is lost; only a form for one certain number may leave the number out."""
    wrong = []
    for message in messages(code, domain):
        expected = values(forms(message.id)[-1])
        for said in filter(None, forms(message.string)):
            missing = expected - values(said)
            may_miss = Counter({"num": 1}) if message.pluralizable else Counter[str]()
            if missing - may_miss or values(said) - expected or links(said) != links(forms(message.id)[-1]):
                wrong.append(said)

    assert [] == wrong


def links(text: str) -> int:
    """Count the links of a text, which stand in square brackets."""
    return len(re.findall(r"\[[^\]]*\]", text))


@pytest.mark.parametrize("domain", [READERS, DESK])
@pytest.mark.parametrize("code", TRANSLATED)
def test_no_translation_is_a_guess(code: str, domain: str) -> None:
    """A catalogue has no fuzzy text, no text out of use, and the plural forms of its language."""
    found = catalogue(code, domain)

    assert [] == [message.id for message in messages(code, domain) if message.fuzzy]
    assert {} == found.obsolete
    assert [] == [
        message.id
        for message in messages(code, domain)
        if message.pluralizable and any(forms(message.string)) and len(forms(message.string)) != found.num_plurals
    ]


@pytest.mark.parametrize("path", TEMPLATES, ids=template_id)
def test_templates_say_nothing_by_themselves(path: Path) -> None:
    """Every word a reader sees goes through `_`, `ngettext` or `pgettext`, or is a value."""
    text = path.read_text()
    bare = UNSEEN.sub("", JINJA.sub("", CLASS.sub("", text)))

    assert [] == PROSE.findall(TAG.sub(" ", bare))
    assert [] == SAID_IN_TAGS.findall(bare)
    assert [] == [const.value for const in constants(Environment(autoescape=True).parse(text)) if " " in const.value.strip()]


def constants(node: nodes.Node) -> Iterator[nodes.Const]:
    """Give the texts that a template writes without saying them in anybody's language."""
    for child in node.iter_child_nodes():
        if isinstance(child, nodes.Call) and isinstance(child.node, nodes.Name) and child.node.name in _SAYING:
            continue
        if isinstance(child, nodes.Const) and isinstance(child.value, str):
            yield child
        yield from constants(child)


@pytest.mark.parametrize("path", [path for path in TEMPLATES if path.suffix == ".html"], ids=template_id)
def test_links_between_pages_keep_the_language(path: Path) -> None:
    """All but those of feeds, prints and questions go through `way`."""
    led = re.findall(r'(?:href|action)="(/[^"]*)"', path.read_text())

    assert [] == [link for link in led if not link.endswith(("/atom.xml", "/feed.json", ".pdf", ".epub", "/archive/search"))]
