"""Rich texts of every shape, for property tests."""

from typing import Any

from hypothesis import strategies as st

WORDS = st.text(max_size=12) | st.sampled_from(
    [
        "{{ name }}",
        "{",
        "{{",
        "<script>alert(1)</script>",
        "&amp;",
        "\"'",
        "  ",
        "\u00a0",
        "שלום",
        "e\u0301",
        "\ud83d\ude00",
        "-->",
        "]]>",
    ],
)
LINKS = st.sampled_from(["https://example.org/", "https://münchen.example/ä?a=1&b=2", "mailto:a@b.example", "tel:+31701234567"])
MARKS = st.lists(
    st.sampled_from([{"type": "bold"}, {"type": "italic"}]) | LINKS.map(lambda href: {"type": "link", "attrs": {"href": href}}),
    max_size=3,
)
SLOTS = st.fixed_dictionaries(
    {
        "key": st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True),
        "otherwise": st.text(max_size=10).filter(lambda words: not set(words) & set("{}|<>")),
    },
)
INLINE = st.lists(
    st.builds(lambda words, marks: {"type": "text", "text": words, "marks": marks}, WORDS, MARKS)
    | st.builds(lambda marks: {"type": "hardBreak", "marks": marks}, MARKS)
    | st.builds(lambda attrs, marks: {"type": "slot", "attrs": attrs, "marks": marks}, SLOTS, MARKS),
    max_size=3,
)
PARAGRAPHS = INLINE.map(lambda content: {"type": "paragraph", "content": content})
LEAVES = (
    PARAGRAPHS
    | st.builds(
        lambda level, content: {"type": "heading", "attrs": {"level": level}, "content": content}, st.integers(2, 4), INLINE
    )
    | st.just({"type": "horizontalRule"})
    | st.builds(lambda alt: {"type": "image", "attrs": {"key": "0a-b_c.1", "alt": alt}}, WORDS)
)


def _nested(blocks: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    some = st.lists(blocks, min_size=1, max_size=3)
    items = st.lists(
        st.builds(
            lambda first, others: {"type": "listItem", "content": [first, *others]}, PARAGRAPHS, st.lists(blocks, max_size=2)
        ),
        min_size=1,
        max_size=3,
    )
    return (
        some.map(lambda content: {"type": "blockquote", "content": content})
        | items.map(lambda content: {"type": "bulletList", "content": content})
        | st.builds(
            lambda start, content: {"type": "orderedList", "attrs": {"start": start}, "content": content},
            st.integers(0, 99),
            items,
        )
    )


DOCUMENTS = st.lists(st.recursive(LEAVES, _nested, max_leaves=5), max_size=3).map(
    lambda content: {"type": "doc", "content": content}
)
