"""What mail programs cannot show, compared with what a letter uses."""

import json
from pathlib import Path

import pytest

from newsletter.letters.templates import lay_out
from newsletter.review.caniemail import MJML, Support, load_support, read_support, unsupported, used
from newsletter.review.programs import parse_programs
from tests.newsletter.review.test_page import page

# As a letter has it that does nothing but use MJML.
BARE = """
<mjml><mj-head><mj-title>t</mj-title><mj-preview>p</mj-preview></mj-head><mj-body><mj-wrapper><mj-section><mj-column>
<mj-text>x</mj-text><mj-image src="a.png" alt="b" /><mj-divider /><mj-button href="x">y</mj-button>
</mj-column></mj-section></mj-wrapper></mj-body></mjml>
"""


def data(**features: dict[str, dict[str, dict[str, str]]]) -> bytes:
    """Give data in the shape of caniemail's; names have _ for -."""
    listed = [
        {"slug": slug.replace("_", "-"), "title": slug, "url": f"https://c.example/{slug}/", "stats": stats}
        for slug, stats in features.items()
    ]
    return json.dumps({"last_update_date": "2026-05-13 14:45:41 +0000", "data": listed}).encode()


def lacks(*names: str) -> Support:
    """Give data by which Gmail cannot show these."""
    never = {"gmail": {"desktop-webmail": {"2020-01": "n"}}}
    return read_support(data(**dict.fromkeys((name.replace("-", "_") for name in names), never)))


def found(html: str, *names: str) -> dict[str, int | None]:
    """Give which of *names* a letter is told of, with the article."""
    return {feature.slug: article_id for feature, article_id in unsupported(page(html), lacks(*names))}


def test_newest_version_of_a_program_counts() -> None:
    """One that nobody has tried can do it, and so can one that does it in part."""
    stats = {
        "gmail": {"desktop-webmail": {"2019": "y", "2024": "n #1"}},
        "outlook": {"windows": {"2007": "n", "2019": "y"}, "macos": {"16": "a #2"}},
    }
    support = read_support(data(css_gap=stats))

    assert "2026-05-13" == support.as_of
    assert ("Gmail",) == support.features["css-gap"].lacking


def test_programs_of_the_readers_may_be_others() -> None:
    """Whoever knows them says so."""
    stats = {"mail-ru": {"desktop-webmail": {"2020-01": "n"}}}

    assert {} == read_support(data(css_gap=stats)).features
    assert ("Mail.ru",) == read_support(data(css_gap=stats), parse_programs("gmail, mail-ru")).features["css-gap"].lacking


@pytest.mark.parametrize(
    ("html", "slug"),
    [
        ("<video></video>", "html-video"),
        ('<p style="display: flex">x</p>', "css-display-flex"),
        ('<p style="width: calc(1px + 2px)">x</p>', "css-unit-calc"),
        ('<p style="font-size: 2rem">x</p>', "css-unit-rem"),
        ('<p style="margin-inline-start: 2px">x</p>', "css-margin-inline"),
        ('<img src="https://e.org/a.webp?x=1" alt="a">', "image-webp"),
        ('<img src="data:image/png;base64,AA" alt="a">', "image-base64"),
        ('<img src="a.png" srcset="b.png 2x" alt="a">', "html-srcset"),
        ("<style>p { position: absolute }</style>", "css-position"),
        ("<style>@supports (display: grid) { p { gap: 1px } }</style>", "css-gap"),
    ],
)
def test_what_a_letter_uses_is_seen(html: str, slug: str) -> None:
    """In elements, attributes, styles and pictures."""
    assert slug in found(html, slug)


def test_article_that_uses_it_is_named() -> None:
    """Its text is what can be changed."""
    assert {"html-video": 2} == found('<h3 id="a2">Two</h3><video></video>', "html-video")


def test_what_mjml_writes_is_not_held_against_it() -> None:
    """The list is that of a bare letter, as MJML lays it out today."""
    bare = page(lay_out(BARE))

    assert set(MJML) == set(used(bare))
    assert [] == list(unsupported(bare, lacks(*MJML)))


def test_what_leaves_a_letter_as_easy_to_read_is_passed_over() -> None:
    """A dark dress that some programs do not know is no fault of theirs."""
    html = "<style>@media (prefers-color-scheme: dark) { a:hover { border-radius: 4px } }</style><article>x</article>"

    assert {} == found(
        html, "css-at-media-prefers-color-scheme", "css-pseudo-class-hover", "css-border-radius", "html-semantics"
    )


@pytest.mark.parametrize("document", [None, b"", b"[]", b"{}", b'{"data": [{}], "last_update_date": ""}'])
def test_data_that_are_not_there_are_no_data(tmp_path: Path, document: bytes | None) -> None:
    """The check is left out, and the command says so."""
    path = tmp_path / "data.json"
    if document is not None:
        path.write_bytes(document)

    assert load_support(path) is None


def test_data_fetched_meanwhile_are_read(tmp_path: Path) -> None:
    """A desk that runs need not be started again."""
    path = tmp_path / "data.json"

    assert load_support(path) is None
    path.write_bytes(data(css_gap={"gmail": {"ios": {"2020-01": "n"}}}))
    assert ["css-gap"] == list((load_support(path) or Support("", {})).features)
