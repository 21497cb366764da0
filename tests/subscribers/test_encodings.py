import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subscribers.encodings import decoded
from subscribers.errors import FileUnreadable

TEXT = "email,name\nann@x.test,Zoë\nbob@x.test,Łucja “B”\n"


def lines_of(content: bytes, encoding: str = "") -> list[str]:
    """Read a file of this content, given line by line as a file gives itself."""
    return list(decoded(content.splitlines(keepends=True), encoding))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_unicode_is_known_by_itself(encoding: str) -> None:
    """With a byte order mark or without."""
    assert TEXT.splitlines(keepends=True) == lines_of(TEXT.encode(encoding))


def test_big_endian_mark_is_known() -> None:
    """Its bytes are the other way round."""
    assert TEXT.splitlines(keepends=True) == lines_of(codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"))


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("cp1251", "Пётр"), ("gb18030", "佐藤"), ("latin-1", "Zoë"), ("cp1256", "مريم"), ("shift_jis", "佐藤")],
)
def test_encoding_that_is_said_is_believed(encoding: str, name: str) -> None:
    """Nobody could find it out from a few bytes."""
    assert ["name\n", f"{name}\n"] == lines_of(f"name\n{name}\n".encode(encoding), encoding)


def test_mark_of_an_encoding_that_is_said_is_no_text() -> None:
    """Else the first column would have another name."""
    assert ["email\n"] == lines_of(b"\xef\xbb\xbfemail\n", "utf-8")


def test_line_ends_of_all_systems_end_lines() -> None:
    """In both ways of reading."""
    content = "a\r\nb\rc\nd"

    assert ["a\n", "b\n", "c\n", "d"] == lines_of(content.encode()) == lines_of(content.encode("utf-16"))


@pytest.mark.parametrize("encoding", ["klingon", "hex", "rot13", "a\0b", "../x"])
def test_unknown_encoding_is_refused(encoding: str) -> None:
    """Those that are none of text as well."""
    with pytest.raises(FileUnreadable, match="No encoding"):
        lines_of(b"email\n", encoding)


@given(st.lists(st.binary(max_size=60), max_size=6), st.sampled_from(["", "utf-8", "utf-16", "utf-32", "cp1251", "gb18030"]))
def test_nothing_stops_the_reading(chunks: list[bytes], encoding: str) -> None:
    """Whatever the bytes are, they are lines."""
    lines = list(decoded(chunks, encoding))

    assert all("\r" not in line for line in lines)


@given(st.text(alphabet=st.characters(exclude_characters="\r\ufeff", exclude_categories=["Cs"]), min_size=1))
def test_text_comes_through_utf16(text: str) -> None:
    """Letter by letter, wherever the file is cut."""
    content = text.encode("utf-16")

    assert text == "".join(decoded([content[:3], content[3:5], content[5:]]))
