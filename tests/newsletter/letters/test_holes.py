import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import RenderFailed
from newsletter.letters.holes import Bare, Holes, Ready

SEED = b"seed"


@given(st.text(max_size=50))
def test_a_text_arrives_whole_and_cannot_leave_its_place(text: str) -> None:
    """Escaped for text and attributes alike, in whatever alphabet."""
    holes = Holes(SEED, "page")

    filled = holes.fill(f'<p title="{holes.token_for(text)}">')

    assert text == unescape(filled[len('<p title="') : -len('">')])
    assert not re.search(r'[<>"\']', filled[len('<p title="') : -len('">')])


def test_ready_html_goes_in_as_it_is() -> None:
    """Sanitised articles are not escaped again."""
    holes = Holes(SEED, "page")

    assert "<p>x</p>" == holes.fill(holes.token_for(Ready("<p>x</p>")))


def test_same_page_has_the_same_tokens() -> None:
    """Two renderings compare byte for byte, and two pages share no token."""
    first, again, other = (Holes(SEED, name).token_for("x") for name in ("page", "page", "other"))

    assert first == again != other
    assert re.fullmatch(r"hole[0-9a-f]{28}", first)


def test_token_in_a_text_is_not_filled() -> None:
    """One pass: a text cannot pull another text into itself."""
    holes = Holes(SEED, "page")
    secret = holes.token_for("secret")
    quoted = holes.token_for(secret)

    with pytest.raises(RenderFailed, match="could not be put in its place"):
        holes.fill(secret + quoted)


def test_text_lost_in_mjml_is_noticed() -> None:
    """MJML drops what stands in the wrong element without a word."""
    holes = Holes(SEED, "page")
    holes.token_for("x")

    with pytest.raises(RenderFailed, match="1 of 1 texts were lost"):
        holes.fill("<p></p>")


@pytest.mark.parametrize("word", ['a"b', "a b", "<", "é", "a\n"])
def test_only_plain_words_may_be_seen_by_mjml(word: str) -> None:
    """Nothing that MJML could garble is ever bare."""
    with pytest.raises(ValueError, match="MJML may not see"):
        Bare(word)
