import pytest
from markupsafe import Markup

from newsletter.languages.markup import html


def test_values_are_escaped() -> None:
    """Names come from outside, in whatever sentence they stand."""
    assert "Leave &lt;b&gt; [x]?" == html("Leave %(newsletter)s?", {"newsletter": "<b> [x]"})


def test_markup_of_ours_stays() -> None:
    """An address in its own element."""
    assert "To <bdi>a…</bdi>." == html("To %(address)s.", {"address": Markup("<bdi>a…</bdi>")})


def test_a_translation_is_text() -> None:
    """Whoever translates writes words and no elements."""
    assert "&lt;b&gt;100 %&lt;/b&gt;" == html("<b>100 %%</b>", {})


def test_words_in_brackets_are_links_in_order() -> None:
    """Also with values inside and beside them, which may have brackets of their own."""
    said = html("%(name)s: [read %(title)s] or [leave].", {"name": "[n]", "title": "]t["}, ['/a?b="', "/c"])

    assert '[n]: <a href="/a?b=&#34;">read ]t[</a> or <a href="/c">leave</a>.' == said


def test_a_link_can_have_a_look() -> None:
    """Mail has no style sheet."""
    assert '<a class="go" href="/c">x</a>' == html("[x]", {}, ["/c"], Markup('class="go" '))


@pytest.mark.parametrize("pattern", ["no link", "[one] and [two]", "[open", "open]"])
def test_a_pattern_with_other_links_is_refused(pattern: str) -> None:
    """A translator lost one, or a template."""
    with pytest.raises(ValueError, match="addresses"):
        html(pattern, {}, ["/c"])
