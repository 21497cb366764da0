"""Rich text is held to a short list of nodes, whatever is stored or sent."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import BadValue
from newsletter.issues import document
from newsletter.issues.document import DEEPEST, LONGEST_TEXT, MOST_NODES, Kind, Node, is_link, read, write


def text(words: str, *marks: dict[str, Any]) -> dict[str, Any]:
    """Give a text node."""
    return {"type": "text", "text": words, **({"marks": list(marks)} if marks else {})}


def paragraph(*inline: dict[str, Any]) -> dict[str, Any]:
    """Give a paragraph."""
    return {"type": "paragraph", "content": list(inline)}


def doc(*blocks: Any) -> dict[str, Any]:  # noqa: ANN401 -- any JSON
    """Give a whole text."""
    return {"type": "doc", "content": list(blocks)}


WHOLE = doc(
    {"type": "heading", "attrs": {"level": 2}, "content": [text("Dear colleagues")]},
    paragraph(
        text("Read "),
        text("this", {"type": "link", "attrs": {"href": "https://example.org/", "target": "_blank"}}, {"type": "bold"}),
        {"type": "hardBreak"},
        {"type": "slot", "attrs": {"key": "library", "otherwise": "your library"}},
    ),
    {
        "type": "orderedList",
        "attrs": {"start": 3, "type": None},
        "content": [{"type": "listItem", "content": [paragraph(text("three"))]}],
    },
    {"type": "bulletList", "content": [{"type": "listItem", "content": [paragraph(text("one"))]}]},
    {"type": "blockquote", "content": [paragraph(text("said", {"type": "italic"}))]},
    {"type": "horizontalRule"},
    {"type": "image", "attrs": {"key": "4f2a", "alt": "The reading room"}},
)


def test_what_the_editor_gives_is_kept_with_its_schema() -> None:
    """Every node and mark there is survives; attributes that mean nothing here are left out."""
    kept = write(read(WHOLE))

    assert 1 == kept["schema"]
    assert [block["type"] for block in WHOLE["content"]] == [block["type"] for block in kept["content"]]
    assert {"href": "https://example.org/"} == kept["content"][1]["content"][1]["marks"][0]["attrs"]
    assert {"start": 3} == kept["content"][2]["attrs"]


def test_what_is_kept_reads_as_itself() -> None:
    """One spelling: reading and writing again changes nothing."""
    kept = write(read(WHOLE))

    assert kept == write(read(json.loads(json.dumps(kept))))


def test_an_empty_text_is_one_empty_paragraph() -> None:
    """As an editor's page begins with, and as ProseMirror asks for."""
    assert Node(Kind.DOC, (Node(Kind.PARAGRAPH),)) == read({"type": "doc"})


@pytest.mark.parametrize(
    ("given", "where", "why"),
    [
        (None, "doc", "an object"),
        ({"type": "paragraph"}, "doc", '"type": "doc"'),
        ({"type": "doc", "schema": 2}, "doc", "schema 2"),
        ({"type": "doc", "schema": True}, "doc", "schema True"),
        ({"type": "doc", "content": {}}, "doc", "a list"),
        (doc("words"), "doc, 1 ?", "an object"),
        (doc({"type": "table"}), "doc, 1 table", "no node 'table'"),
        (doc({"type": ["paragraph"]}), "doc, 1 ?", "no node"),
        (doc(text("bare")), "doc", "a text cannot stand in a doc"),
        (doc(paragraph(text("x", {"type": "code"}))), "doc, 1 paragraph, 1 text", "no mark 'code'"),
        (doc(paragraph(text("x", {"type": "link"}))), "doc, 1 paragraph, 1 text", "no link"),
        (
            doc(paragraph(text("x", {"type": "link", "attrs": {"href": "javascript:alert(1)"}}))),
            "doc, 1 paragraph, 1 text",
            "no link",
        ),
        (doc(paragraph({"type": "text"})), "doc, 1 paragraph, 1 text", "no text"),
        (doc(paragraph({"type": "text", "text": "x", "marks": {}})), "doc, 1 paragraph, 1 text", "marks are a list"),
        (doc(paragraph({"type": "paragraph"})), "doc, 1 paragraph", "a paragraph cannot stand in a paragraph"),
        (doc({"type": "heading", "attrs": {"level": 1}}), "doc, 1 heading", "from 2 to 4"),
        (doc({"type": "heading"}), "doc, 1 heading", "from 2 to 4"),
        (doc({"type": "heading", "attrs": []}), "doc, 1 heading", "attrs are an object"),
        (doc({"type": "bulletList"}), "doc, 1 bulletList", "never empty"),
        (doc({"type": "bulletList", "content": [paragraph()]}), "doc, 1 bulletList", "cannot stand in a bulletList"),
        (
            doc({"type": "bulletList", "content": [{"type": "listItem", "content": [{"type": "horizontalRule"}]}]}),
            "doc, 1 bulletList, 1 listItem",
            "begins with a paragraph",
        ),
        (doc({"type": "image", "attrs": {"src": "https://x.example/y.png"}}), "doc, 1 image", "one of the library"),
        (doc({"type": "image", "attrs": {"key": "../../etc/passwd"}}), "doc, 1 image", "one of the library"),
        (doc({"type": "image", "attrs": {"key": "a", "alt": 3}}), "doc, 1 image", "its alt is a text"),
        (doc({"type": "horizontalRule", "content": [text("x")]}), "doc, 1 horizontalRule", "nothing stands in"),
        (doc(paragraph({"type": "slot", "attrs": {"key": "Name"}})), "doc, 1 paragraph, 1 slot", "by its key"),
        (
            doc(paragraph({"type": "slot", "attrs": {"key": "name", "otherwise": "{{ x }}"}})),
            "doc, 1 paragraph, 1 slot",
            "none of them",
        ),
    ],
)
def test_what_cannot_be_kept_is_refused_by_its_path(given: object, where: str, why: str) -> None:
    """An error says which node is meant, and what it may be instead."""
    with pytest.raises(BadValue, match="rich text") as refused:
        read(given)

    assert f"at {where}" == refused.value.value
    assert why in refused.value.reason


def test_a_text_is_no_deeper_longer_or_richer_than_a_letter() -> None:
    """Each limit has its own words."""
    deep: dict[str, Any] = paragraph(text("x"))
    for _ in range(DEEPEST):
        deep = {"type": "blockquote", "content": [deep]}

    with pytest.raises(BadValue, match=f"deeper than {DEEPEST}"):
        read(doc(deep))
    with pytest.raises(BadValue, match="longer than 400,000"):
        read(doc(paragraph(text("x" * (LONGEST_TEXT + 1)))))
    with pytest.raises(BadValue, match="more than 20,000"):
        read(doc(*[{"type": "horizontalRule"}] * MOST_NODES))


def test_characters_that_no_text_has_are_taken_out() -> None:
    """Controls and lone surrogates would stop the database or the mail."""
    assert "a b" == read(doc(paragraph(text("a\x00\n\ud800b\u2028")))).words


def test_images_are_named_for_whoever_keeps_them() -> None:
    """In order, wherever they stand."""
    image = {"type": "image", "attrs": {"key": "deep"}}

    found = list(document.image_keys(read(doc(*WHOLE["content"], {"type": "blockquote", "content": [image]}))))

    assert ["4f2a", "deep"] == found


@pytest.mark.parametrize(
    "href",
    ["https://example.org", "http://münchen.example/ä?b=1#c", "mailto:ann@example.org?subject=Hi", "tel:+31-70-3140884"],
)
def test_links_lead_to_the_web_to_people_and_to_telephones(href: str) -> None:
    """As in any letter."""
    assert is_link(href)


@pytest.mark.parametrize(
    "href",
    [
        "",
        "/relative",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https://user:word@example.org/",
        "https://exa mple.org/",
        "https://[::1",
        "https://example.org:99999/",
        'https://example.org/"onmouseover="x',
        "https://xn--/",
        "https://1.2.3",
        "mailto:nobody",
        "tel:call me",
        "https://example.org/" + "x" * 2000,
        "https://example.org/\ud800",
    ],
)
def test_links_that_lead_nowhere_or_run_are_none(href: str) -> None:
    """What the cleaner would take away later is refused where somebody can still mend it."""
    assert not is_link(href)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | st.sampled_from(list(Kind)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["type", "content", "attrs", "marks", "text", "level"]), inner)
    ),
    max_leaves=30,
)


@given(JSON)
def test_any_json_is_read_or_refused(value: object) -> None:
    """Nothing but a refusal comes out of nonsense, and what is read stays as it is."""
    try:
        kept = write(read(value))
    except BadValue:
        return
    assert kept == write(read(kept))
