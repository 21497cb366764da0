import io

from hypothesis import given
from hypothesis import strategies as st

from subscribers.exchange.vcard import LONGEST_PROPERTY, read_cards
from subscribers.spreadsheet import Row


def rows_of(text: str) -> list[Row]:
    """Read an address book."""
    return list(read_cards(io.StringIO(text)).rows)


def people_of(text: str) -> list[tuple[str, ...]]:
    """Read addresses, names and languages."""
    return [tuple(row.cells) for row in rows_of(text)]


CARD = "BEGIN:VCARD\nVERSION:3.0\n{}\nEND:VCARD\n"


def test_cards_of_all_versions_are_people() -> None:
    """As phones, Outlook and Thunderbird write them."""
    book = (
        "BEGIN:VCARD\nVERSION:4.0\nFN:Ann Lee\nEMAIL;TYPE=work:ann@x.test\nLANG:nl\nEND:VCARD\n"
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Sato;Sakura;;;\r\nFN:\r\nitem1.EMAIL;type=INTERNET:sakura@x.test\r\nEND:VCARD\r\n"
        "begin:vcard\nversion:2.1\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Zo=C3=AB =\nLee\n"
        "EMAIL;INTERNET:zoe@x.test\nend:vcard\n"
    )

    assert [("ann@x.test", "Ann Lee", "nl"), ("sakura@x.test", "Sakura Sato", ""), ("zoe@x.test", "Zoë Lee", "")] == people_of(
        book
    )


def test_card_is_numbered_by_its_first_line() -> None:
    """So that it is found again in an editor."""
    assert [1, 5, 10] == [
        row.number for row in rows_of(CARD.format("EMAIL:a@x.test") + CARD.format("FN:B\nEMAIL:b@x.test") + CARD.format("FN:C"))
    ]


def test_preferred_address_is_the_persons() -> None:
    """By the ways of two versions; else the first. A card is one person."""
    old = "EMAIL;TYPE=home:a@x.test\nEMAIL;TYPE=work,pref:b@x.test"
    new = "EMAIL;PREF=2:a@x.test\nEMAIL;PREF=1:b@x.test"
    none = "EMAIL:a@x.test\nEMAIL:b@x.test"

    assert ["b@x.test", "b@x.test", "a@x.test"] == [people_of(CARD.format(one))[0][0] for one in (old, new, none)]


def test_folded_and_escaped_text_is_put_together() -> None:
    """RFC 6350 3.2 and 3.4."""
    assert "Lee, Ann; the\nfirst" == people_of(CARD.format("FN:Lee\\, An\n n\\; the\\nfirst\nEMAIL:a@x.test"))[0][1]


def test_card_without_an_address_or_an_end_is_still_told() -> None:
    """The rows after it are read as ever."""
    book = (
        CARD.format("FN:Nobody")
        + "BEGIN:VCARD\nEMAIL:ann@x.test\n"
        + CARD.format("EMAIL:bob@x.test")
        + "BEGIN:VCARD\nEMAIL:cy@x.test"
    )

    assert [("", ""), ("ann@x.test", "Its card has no end."), ("bob@x.test", ""), ("cy@x.test", "Its card has no end.")] == [
        (row.cells[0], row.damage) for row in rows_of(book)
    ]


def test_photograph_takes_no_memory() -> None:
    """It is one property of a million lines."""
    photo = "PHOTO;ENCODING=b:" + "A" * 60 + "\n" + (" " + "A" * 60 + "\n") * 20_000
    name = "FN:" + "x" * 3 * LONGEST_PROPERTY

    ann = people_of(CARD.format(f"{photo}{name}\nEMAIL:ann@x.test"))[0]

    assert ("ann@x.test", LONGEST_PROPERTY - len("FN:")) == (ann[0], len(ann[1]))


@given(st.text(max_size=300))
def test_any_text_is_an_address_book(text: str) -> None:
    """No file makes the reader fail."""
    rows = rows_of(f"BEGIN:VCARD\n{text}\nEND:VCARD\n")

    assert sorted(row.number for row in rows) == [row.number for row in rows]
