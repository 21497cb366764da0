"""`newsletter returns classify`, as a script uses it."""

import json
from pathlib import Path

from newsletter.cli.exits import Exit
from tests.harness.terminal import Terminal

SEEN = Path(__file__).parents[2] / "material" / "returns" / "seen"
BOUNCE, EMPTY = str(SEEN / "postfix-unknown-remote.eml"), str(SEEN / "unreadable-empty.eml")

# Nothing is set: neither a database nor a key.
BARE = Terminal({})


def test_every_file_has_its_line_also_those_that_cannot_be_read(tmp_path: Path) -> None:
    """A script that gives a thousand files counts a thousand lines."""
    odd = tmp_path / "b\udcff\n.eml"
    odd.write_bytes(b"")
    files = (BOUNCE, EMPTY, str(tmp_path / "missing.eml"), str(tmp_path), str(odd))

    told = BARE("returns", "classify", *files, "--json")

    lines = [json.loads(line) for line in told.out.splitlines()]
    assert list(files) == [line["file"] for line in lines]
    assert ["bounce", *["unreadable"] * 4] == [line["kind"] for line in lines]
    assert ("address-dead", "5.1.1") == (lines[0]["class"], lines[0]["status"])
    assert {"file", "kind", "class", "status", "reason", "confidence"} == set(lines[0])
    assert "No such file" in lines[2]["reason"]
    assert Exit.NOT_FOUND == told.code


def test_what_can_be_opened_is_no_failure() -> None:
    """A message that is none is an answer, too."""
    assert Exit.DONE == BARE("returns", "classify", BOUNCE, EMPTY, "--json").code


def test_people_are_shown_a_table() -> None:
    """With the reason in the server's words."""
    shown = BARE("returns", "classify", BOUNCE).out

    assert "address-dead" in shown
    assert "5.1.1" in shown


def test_standard_input_and_each_message_of_an_mbox() -> None:
    """A pipe gives one message or many."""
    raw = Path(BOUNCE).read_bytes()

    one = BARE("returns", "classify", "-", "--json", stdin=raw)
    many = BARE(
        "returns", "classify", "-", "--json", stdin=(b"From x@example.net Mon Jan  1 10:00:00 2024\n" + raw + b"\n") * 3
    )

    assert ["bounce"] == [json.loads(line)["kind"] for line in one.out.splitlines()]
    assert [1, 2, 3] == [json.loads(line)["index"] for line in many.out.splitlines()]
