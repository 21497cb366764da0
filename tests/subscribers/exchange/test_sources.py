import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from subscribers.errors import FileUnreadable
from subscribers.exchange.model import PersonRow, Standing
from subscribers.exchange.sources import LONGEST_LINE, fingerprint, open_source
from subscribers.spreadsheet import MOST_LINES_OF_A_ROW
from tests.harness.workbooks import a_workbook


def rows_of(text: str | bytes) -> list[PersonRow]:
    """Read a file of this content."""
    file = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    return list(open_source(file).people)


def people_of(text: str | bytes) -> list[list[str]]:
    """Read the addresses and names of a file of this content."""
    return [[row.email, row.name] for row in rows_of(text)]


ANN_AND_BOB = [["ann@x.test", "Ann"], ["bob@x.test", "Bob"]]


@pytest.mark.parametrize(
    "text",
    [
        "email,name\nann@x.test,Ann\nbob@x.test,Bob\n",
        "email,name\nann@x.test,Ann\nbob@x.test,Bob",
        "\ufeffemail,name\nann@x.test,Ann\nbob@x.test,Bob\n",
        "E-Mail;NAME\r\nann@x.test;Ann\r\nbob@x.test;Bob\r\n",
        "name\taddress\nAnn\tann@x.test\nBob\tbob@x.test\n",
        '"Email Address","Name"\n"ann@x.test","Ann"\n"bob@x.test","Bob"\n',
        "email,name\rann@x.test,Ann\rbob@x.test,Bob\r",
        "\n\nemail , name \n\nann@x.test,Ann\n,\nbob@x.test,Bob\n\n",
        "id,email,street,name\n1,ann@x.test,Elm,Ann\n2,bob@x.test,Oak,Bob\n",
        "address,email,name\nElm Street,ann@x.test,Ann\nOak Street,bob@x.test,Bob\n",
    ],
)
def test_file_of_any_make_is_read(text: str) -> None:
    """Delimiter, byte order mark, line ends, letter case, order of columns, empty rows: all as spreadsheets have them."""
    assert ANN_AND_BOB == people_of(text)


def test_encoding_is_decided_for_each_line() -> None:
    """A file put together from two programs has both."""
    text = "email,name\nann@x.test,Zoë\n".encode() + "bob@x.test,Zoë “B” €\n".encode("cp1252") + b"cy@x.test,\x81\n"

    assert ["Zoë", "Zoë “B” €", "\ufffd"] == [row.name for row in rows_of(text)]


def test_line_breaks_in_a_quoted_cell_belong_to_it() -> None:
    """And the rows after it keep their numbers as an editor counts."""
    rows = rows_of('email,name\nann@x.test,"Ann\nLee"\nbob@x.test,Bob\n')

    assert [(2, "Ann\nLee"), (4, "Bob")] == [(row.number, row.name) for row in rows]


def test_short_rows_have_empty_cells() -> None:
    """Spreadsheets leave out what is empty at the end."""
    rows = rows_of("email,name,language,state\nann@x.test\nbob@x.test,Bob,nl,Unsubscribed\n")

    assert PersonRow(2, "ann@x.test", "", "", Standing.GOOD, "", "", "") == rows[0]
    assert PersonRow(3, "bob@x.test", "Bob", "nl", Standing.LEFT, "", "", "") == rows[1]


@pytest.mark.parametrize(
    "broken",
    [
        'ann@x.test,"Ann',
        'ann@x.test,"Ann" ',
        'ann@x.test,"Ann"x',
    ],
)
def test_quotation_mark_out_of_place_costs_nobody(broken: str) -> None:
    """The row is read as it stands and marked; the rows after it are read as ever."""
    rows = rows_of(f"email,name\n{broken}\nbob@x.test,Bob\ncy@x.test,Cy\n")

    assert ["ann@x.test", "bob@x.test", "cy@x.test"] == [row.email for row in rows]
    assert [2, 3, 4] == [row.number for row in rows]
    assert ["A quotation mark is out of place.", "", ""] == [row.damage for row in rows]


def test_unclosed_quotation_mark_does_not_swallow_a_long_file() -> None:
    """No cell has so many lines."""
    many = MOST_LINES_OF_A_ROW * 5
    rows = rows_of('email,name\nann@x.test,"Ann\n' + "".join(f"p{number}@x.test,P\n" for number in range(many)))

    assert many + 1 == len(rows)
    assert list(range(2, many + 3)) == [row.number for row in rows]


def test_endless_cell_is_one_damaged_row() -> None:
    """The others are read."""
    rows = rows_of("email,name\n" + "x" * 1_000_000 + "\nbob@x.test,Bob\n")

    assert ["bob@x.test"] == [row.email for row in rows if not row.damage]


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (b"", "It is empty"),
        (b"\n \r\n\n", "It is empty"),
        (b"ann@x.test,Ann\nbob@x.test,Bob\n", "Put a line above it"),
        (b"first,last\nAnn,Lee\n", "email"),
        (b"PK\x03\x04\x14\x00\x06\x00\n", "save it as CSV"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x1f\x8b\x08\0", "Unpack"),
        (b"\x00\xff\x00\n\x00", "email"),
    ],
)
def test_file_that_is_no_list_of_people_is_refused_with_advice(content: bytes, advice: str) -> None:
    """Before anything of it is imported."""
    with pytest.raises(FileUnreadable, match=advice):
        rows_of(content)


@settings(deadline=None)
@given(st.binary(max_size=200), st.sampled_from([b",", b";", b"\t"]))
def test_any_bytes_after_a_header_are_rows(content: bytes, delimiter: bytes) -> None:
    """No file makes the reader fail."""
    rows = rows_of(delimiter.join([b"email", b"name"]) + b"\n" + content)

    assert sorted(row.number for row in rows) == [row.number for row in rows]


@pytest.mark.parametrize(
    ("content", "kind", "people"),
    [
        (b"ann@x.test\nBob <bob@x.test>\n", "Mailman", [["ann@x.test", ""], ["bob@x.test", "Bob"]]),
        (b"\xef\xbb\xbfbegin:vcard\nEMAIL:ann@x.test\nFN:Ann\nEND:VCARD\n", "vCard", [["ann@x.test", "Ann"]]),
        (a_workbook([["Courriel", "Nom"], ["ann@x.test", "Ann"]]), "XLSX", [["ann@x.test", "Ann"]]),
        ("E-Mail;Vorname;Nachname\nann@x.test;Ann;Lee\n".encode("utf-16"), "", [["ann@x.test", "Ann Lee"]]),
        (b"Email|Name\nann@x.test|Ann\n", "", [["ann@x.test", "Ann"]]),
    ],
)
def test_file_is_what_its_beginning_says(content: bytes, kind: str, people: list[list[str]]) -> None:
    """Whatever its name."""
    source = open_source(io.BytesIO(content))

    assert kind == source.kind
    assert people == [[row.email, row.name] for row in source.people]


def test_same_content_is_the_same_file() -> None:
    """Whoever it is read by is given the whole of it afterwards."""
    file = io.BytesIO(b"email\nann@x.test\n")

    assert fingerprint(file) == fingerprint(file) != fingerprint(io.BytesIO(b"email\nann@x.test"))
    assert b"email\n" == file.readline()


def test_endless_line_does_not_fill_the_memory() -> None:
    """It is cut, and its pieces are refused one by one."""
    file = io.BytesIO(b"email\n" + b"x" * (LONGEST_LINE * 3) + b"\nann@x.test\n")
    rows = list(open_source(file).people)

    assert "ann@x.test" == rows[-1].email
    assert max(len(row.email) for row in rows) <= LONGEST_LINE
