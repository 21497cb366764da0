"""The desk in a language made up for a test: outside of its brackets stands what people wrote, and nothing else."""

import re
from collections.abc import Iterator, Mapping
from zoneinfo import available_timezones

import pytest
from babel.core import Locale
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select
from starlette.testclient import TestClient

from newsletter.feeds.plain import to_words
from newsletter.languages.model import LANGUAGES
from newsletter.returns.hooks.providers import NAMES as PROVIDERS
from newsletter.web.app import create_app
from newsletter.web.speech import Speech
from subscribers.tables.kinds import metadata
from subscribers.transaction import Transaction
from tests.harness.browser import browser  # noqa: F401 -- a fixture
from tests.harness.house import DESK_TOKEN, House
from tests.harness.translated import bracketed
from tests.newsletter.web.conftest import at_desk
from tests.newsletter.web.desk.test_light_and_still import AT_THE_DESK
from tests.newsletter.web.desk.test_looks import FULL, house, names  # noqa: F401 -- fixtures
from tests.newsletter.web.test_payloads import WRITTEN

_BRACKETS = re.compile(r"⟦[^⟧]*⟧")
_WORD = re.compile(r"[^\W\d_]{2,}")
# Told by their own names, in every language; commands, addresses and keys.
_UNSPOKEN = "script, style, template, code, kbd, pre, svg, textarea, iframe, [translate=no]"
_ATTRIBUTES = ("aria-label", "title", "placeholder", "alt")

# What whoever sets up an instance chose.
_CHOSEN = {"attribute": ["choices"], "relay": ["name"]}
# Between names that stand in a row.
_BESIDE = ("; ", ", ", " · ", ": ", " (", ") ", "“", "”")


def _calendar(code: str) -> Iterator[Mapping[int, str]]:
    locale = Locale(code)
    for kind in (locale.months, locale.days):
        for widths in kind.values():
            yield from widths.values()


# Days, places and languages, as a language calls them and not the catalogue; a day within a sentence of a room is English.
_NAMES = {
    *(word for code in ("de", "en") for called in _calendar(code) for word in _WORD.findall(" ".join(called.values()))),
    *(word for zone in available_timezones() for word in re.findall(_WORD, zone)),
    *("DKIM", "DMARC", "MX", "PTR", "SPF", "STARTTLS", "TXT", "SERVER", "pdf", "uvloop", "Ctrl", "Shift", "Alt"),
    *("Android", "Apple", "Gmail", "Mail", "Outlook", "Thunderbird", "Windows", "Yahoo", "iOS", "macOS", "on"),
    *(word for called in PROVIDERS.values() for word in re.findall(_WORD, called)),
    # As Brazilians write it.
    "São",
    # The relay of the settings is called so.
    "setting",
    *(word for language in LANGUAGES for word in re.findall(_WORD, language.name)),
}
# Written by a machine or sealed in another time: addresses, numbers, names of things of the mail.
_NO_SPEECH = re.compile(r"\S+@\S*|https?://\S+|\S*[./_]\S*|\S*\d\S*")


@pytest.fixture(scope="module")
def desk(house: House, names: Mapping[str, str]) -> Iterator[TestClient]:  # noqa: F811 -- the fixtures
    """Give somebody at a desk that speaks in brackets."""
    app = create_app(
        house.application,
        health=lambda: True,
        desk_token=DESK_TOKEN,
        desk=Speech(bracketed(), is_chosen=False, is_repeatable=False),
    )
    with TestClient(app, house.url, follow_redirects=False) as client:
        at_desk(client)
        yield client


@pytest.fixture(scope="module")
def written(house: House, names: Mapping[str, str]) -> str:  # noqa: F811 -- the fixtures
    """Give everything that people, feeds and servers wrote."""
    with house.application.database.read() as tx:
        return "\n".join(" ".join(text.split()) for text in _written(tx))


def _written(tx: Transaction) -> Iterator[str]:
    for name, columns in (*WRITTEN.items(), *_CHOSEN.items()):
        table = metadata.tables[name]
        for row in tx.execute(select(*(table.c[column] for column in columns))):
            said = [" ".join(value) if isinstance(value, list) else str(value) for value in row if value]
            yield from (*said, *map(to_words, said))


def spoken(page: str) -> Iterator[str]:
    """Give what a page says, piece by piece."""
    tree = LexborHTMLParser(page)
    for node in tree.css(_UNSPOKEN):
        node.decompose()
    root = tree.root
    assert root is not None
    for node in root.traverse(include_text=True):
        if node.is_text_node:
            # Signs that keep the direction of a name to itself are no words.
            yield (node.text_content or "").translate({0x2068: "", 0x2069: ""})
        else:
            yield from (node.attributes.get(name) or "" for name in _ATTRIBUTES)


def outside(text: str, written: str) -> Iterator[str]:
    """Give what is said outside of brackets and was written by nobody."""
    for piece in _BRACKETS.split(text):
        line = " ".join(piece.split()).strip(" ·,.;:…()–—-?!|")
        if _spoken(line) and not _is_written(line, written):
            yield line


def _spoken(line: str) -> set[str]:
    """Give the words of *line* that a language has."""
    return set(_WORD.findall(_NO_SPEECH.sub(" ", line))) - _NAMES


def _is_written(line: str, written: str) -> bool:
    """Whether somebody wrote *line*, or all that stands side by side in it."""
    if line in written:
        return True
    return any(
        between in line and all(_is_written(part, written) or not _spoken(part) for part in line.split(between))
        for between in _BESIDE
    )


@pytest.mark.parametrize("path", [*FULL, *AT_THE_DESK])
def test_every_word_of_the_desk_can_be_translated(desk: TestClient, names: Mapping[str, str], written: str, path: str) -> None:  # noqa: F811
    """Also what rooms say, that know nothing of languages."""
    answer = desk.get(names[path] if path in names else path.format(**names))

    assert [] == [line for text in spoken(answer.text) for line in outside(text, written)]
