"""`newsletter subscribers import` and `export`."""

import csv
from pathlib import Path

import pytest

from newsletter.cli.exits import Exit
from tests.harness.terminal import Terminal

ROWS = 'email,name\nann@example.org,Ann\nno address,Nobody\nbob@example.org,"Bob\nCc: x"\n'
IMPORT = ("subscribers", "import", "readers")
BASIS = ("--basis", "Signed up on paper, 2019")


@pytest.fixture
def people(terminal: Terminal, tmp_path: Path) -> str:
    """Give the path of a file with two people and a row that is none; the list is there."""
    terminal.ok("lists", "create", "readers")
    path = tmp_path / "people.csv"
    path.write_text(ROWS)
    return str(path)


def test_refused_rows_are_told_and_the_rest_is_taken(terminal: Terminal, people: str) -> None:
    """With row number and reason, and exit code 0."""
    told = terminal(*IMPORT, people, *BASIS, "--confirmed")

    assert 0 == told.code
    assert "3 rows: 2 added to readers, 1 refused." in told.out
    assert "Row 3: 'no address' is left out" in told.err
    assert "was cleaned to 'Bob Cc: x'" in told.err


def test_long_cell_is_told_by_its_beginning(terminal: Terminal, people: str) -> None:
    """The others are still to be seen; the JSON has all of it."""
    told = terminal(*IMPORT, "-", *BASIS, "--json", stdin=b"email,name\n" + b"x" * 300 + b",Ann\n")

    assert f"Row 2: '{'x' * 79}…' is left out" in told.err
    assert "x" * 300 == told.answer["refusals"][0]["text"]


def test_same_file_again_changes_nothing(terminal: Terminal, people: str) -> None:
    """Everybody is there before."""
    terminal.ok(*IMPORT, people, *BASIS, "--confirmed")
    again = terminal.ok(*IMPORT, people, *BASIS, "--confirmed")

    assert (0, 2) == (again["added"], again["there"])


def test_unconfirmed_people_wait(terminal: Terminal, people: str) -> None:
    """They are not counted before they confirm by themselves."""
    told = terminal(*IMPORT, people, *BASIS)

    assert "They must confirm before they are written to." in told.out
    assert [0] == [one["people"] for one in terminal.ok("lists", "list")["lists"]]


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"", "It is empty."), (b"name\nAnn\n", "email"), (b"\x89PNG\r\n\x1a\n\0\0\0", ""), (b"\0" * 1000, "")],
)
def test_what_is_no_list_of_people_is_refused(terminal: Terminal, people: str, content: bytes, reason: str) -> None:
    """One sentence, nothing imported."""
    told = terminal(*IMPORT, "-", *BASIS, stdin=content)

    assert Exit.REFUSED == told.code
    assert reason in told.err
    assert 1 == told.err.count("\n")


@pytest.mark.parametrize("arguments", [("/no/such/file", *BASIS), ("/", *BASIS), ("-", "--basis", " ")])
def test_unreadable_file_and_empty_basis_are_refused(terminal: Terminal, people: str, arguments: tuple[str, ...]) -> None:
    """Before anything is read."""
    assert Exit.REFUSED == terminal(*IMPORT, *arguments, stdin=ROWS.encode()).code


def test_list_that_is_not_there_is_not_made(terminal: Terminal, people: str) -> None:
    """A slip of the pen must not make a second list."""
    assert Exit.NOT_FOUND == terminal("subscribers", "import", "raeders", people, *BASIS).code


def test_export_is_what_import_takes(terminal: Terminal, people: str, tmp_path: Path) -> None:
    """To stdout, to a file, and as JSON."""
    terminal.ok(*IMPORT, people, *BASIS, "--confirmed")
    told = terminal("subscribers", "export", "readers")
    path = tmp_path / "out.csv"
    terminal.ok("subscribers", "export", "readers", "--output", str(path))
    rows = list(csv.DictReader(told.out.splitlines()))

    assert ["ann@example.org", "bob@example.org"] == [row["email"] for row in rows]
    assert path.read_bytes().decode() == told.out
    assert rows == terminal.ok("subscribers", "export", "readers")["people"]
    assert 2 == terminal.ok(*IMPORT, str(path), *BASIS)["there"]


def test_export_to_where_nothing_can_be_written_is_refused(terminal: Terminal, people: str) -> None:
    """With the reason."""
    told = terminal("subscribers", "export", "readers", "--output", "/no/such/folder/out.csv")

    assert Exit.REFUSED == told.code
    assert "No such file or directory" in told.err


def test_dry_run_says_the_same_and_changes_nothing(terminal: Terminal, people: str) -> None:
    """The real run afterwards has the same figures."""
    tried = terminal(*IMPORT, people, *BASIS, "--dry-run")
    said = terminal.ok(*IMPORT, people, *BASIS, "--dry-run")
    nobody = terminal.ok("subscribers", "export", "readers")["people"]
    done = terminal.ok(*IMPORT, people, *BASIS)

    assert "2 would be added to readers" in tried.out
    assert "Nothing was changed." in tried.out
    assert [] == nobody
    assert (None, said) == (said["id"], {**done, "id": None})


def test_columns_are_told_and_can_be_said(terminal: Terminal, people: str, tmp_path: Path) -> None:
    """By title and field."""
    path = tmp_path / "members.csv"
    path.write_text("Wer;Kontakt;Zahl\nAnn;ann@example.org;3\n")
    told = terminal(*IMPORT, str(path), *BASIS, "--map", "Wer=name")

    assert "Columns: Wer as name, Kontakt as email; not taken: Zahl." in told.err
    assert Exit.USAGE == terminal(*IMPORT, str(path), *BASIS, "--map", "Wer").code
    assert Exit.REFUSED == terminal(*IMPORT, str(path), *BASIS, "--map", "Wer=shoe size").code


def test_update_changes_names_that_are_known(terminal: Terminal, people: str, tmp_path: Path) -> None:
    """Else they stay; an empty cell changes nothing."""
    terminal.ok(*IMPORT, people, *BASIS)
    path = tmp_path / "again.csv"
    path.write_text("email,name,language\nann@example.org,Ann Lee,nl\nbob@example.org,,\n")
    kept = terminal.ok(*IMPORT, str(path), *BASIS)
    changed = terminal.ok(*IMPORT, str(path), *BASIS, "--update")
    rows = terminal.ok("subscribers", "export", "readers")["people"]

    assert [(0, 2), (1, 1)] == [(one["updated"], one["there"]) for one in (kept, changed)]
    assert [("Ann Lee", "nl"), ("Bob Cc: x", "")] == [(row["name"], row["language"]) for row in rows]


def test_export_of_another_program_is_named(terminal: Terminal, people: str) -> None:
    """And its encoding may be said."""
    listmonk = "uuid,email,name,attributes,status\n1,ann@example.org,Пётр,{},enabled\n".encode("cp1251")
    told = terminal(*IMPORT, "-", *BASIS, "--encoding", "cp1251", stdin=listmonk)

    assert "This is a file of listmonk." in told.err
    assert ["Пётр"] == [row["name"] for row in terminal.ok("subscribers", "export", "readers")["people"]]
