import csv
import unicodedata

from newsletter.demo import people

ROWS = list(csv.DictReader(line.decode() for line in people.lines()))

# RFC 2606: nobody can own them, so no mail can reach anybody.
RESERVED = (".example", ".test", ".invalid")


def test_there_are_two_hundred_of_them() -> None:
    """Each with an address of their own."""
    assert 200 == people.count() == len(ROWS) == len({row["email"] for row in ROWS})


def test_nobody_could_ever_get_a_mail() -> None:
    """All domains are reserved."""
    assert [] == [row["email"] for row in ROWS if not row["email"].endswith(RESERVED)]


def test_names_are_written_in_many_scripts() -> None:
    """So that a header that cannot carry one of them is noticed."""
    scripts = {unicodedata.name(sign).split()[0] for row in ROWS for sign in row["name"] if sign.isalpha()}

    assert {"LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW", "DEVANAGARI", "BENGALI", "CJK", "HANGUL", "THAI"} <= scripts
