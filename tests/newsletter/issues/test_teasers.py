import pytest

from newsletter.issues.teasers import LONGEST, by_hand

CONTENT = "<p>A library that stops <b>learning</b> does not close; it fades.</p><p>More of it.</p>"


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("<p>Why libraries fade, and what we did.</p>", "Why libraries fade, and what we did."),
        (
            "<p>Why libraries fade.</p>\n<p>The post <a href='/x'>Fading</a> appeared first on <a href='/'>Blog</a>.</p>",
            "Why libraries fade.",
        ),
        ("Fish &amp; chips\nfor\u2028all", "Fish & chips for all"),
        # What a blog cuts by itself.
        ("<p>A library that stops learning does not [&hellip;]</p>", ""),
        ("A library that stops [...]", ""),
        ("Some words of a plugin… <a href='/x'>Continue reading “Fading” →</a>", ""),
        ("Words of a plugin. <a>Weiterlesen</a>", ""),
        ("<p>A library that stops learning does not close; it fades.</p>", ""),
        ("A library that stopslearning does not close; it fades. More of it.", ""),
        ("A library that stops [&#8230;]<p>The post <a>Fading</a> first appeared on <a>Blog</a>.</p>", ""),
        ("", ""),
        ("<p> </p>", ""),
        ("word " * LONGEST, ""),
    ],
)
def test_excerpt_by_hand_is_told_from_a_cut(summary: str, expected: str) -> None:
    """What an author wrote for this purpose is better than the first words."""
    assert expected == by_hand(summary, CONTENT)
