import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.oneline import is_one_line, one_line

ANY = st.text(alphabet=st.characters(), max_size=80)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Ann Lee", "Ann Lee"),
        ("  Ann \t Lee\r\n", "Ann Lee"),
        ("Ann\r\nBcc: evil@x.test", "Ann Bcc: evil@x.test"),
        ("Ann\u2028Lee", "Ann Lee"),
        ("Ann\x00Lee", "Ann Lee"),
        ("\u202eeeL nnA", "eeL nnA"),
        ("e\u0301", "é"),
        ("\ud800", ""),
        ("👩‍👩‍👧 Family", "👩‍👩‍👧 Family"),
        ("ندى", "ندى"),
    ],
)
def test_text_becomes_one_line(text: str, line: str) -> None:
    """What breaks a line or turns the reading direction goes; what people are called stays."""
    assert line == one_line(text)


def test_long_text_is_cut_with_a_mark() -> None:
    """The reader sees that something is missing."""
    assert "Ann…" == one_line("Ann   Lee", 5)


@given(ANY, st.integers(min_value=1, max_value=40))
def test_line_is_safe_short_and_stable(text: str, limit: int) -> None:
    """It can be encoded, has nothing unwanted in it, and is its own line."""
    line = one_line(text, limit)

    assert len(line) <= limit
    assert is_one_line(line)
    assert line == line.strip()
    assert not {"\r", "\n", "\x00", "\u2028", "\u2029", "\x85"} & set(line)
    assert line == line.encode().decode()
    assert line == one_line(line, limit)


@given(ANY)
def test_ordinary_text_is_left_alone(text: str) -> None:
    """A composed text of single words in order comes back as it went."""
    ordinary = " ".join(unicodedata.normalize("NFC", text).split())
    if not is_one_line(ordinary):
        return

    assert ordinary == one_line(ordinary)
