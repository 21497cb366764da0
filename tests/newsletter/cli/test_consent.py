"""`newsletter consent`: the evidence of consent, shown and looked over."""

from datetime import UTC, datetime
from hashlib import sha256

import pytest
from sqlalchemy import text

from newsletter.cli.exits import Exit
from newsletter.database import Database
from subscribers import dossier, seals
from subscribers.address import parse
from subscribers.consent import Act
from subscribers.tokens import Keyring
from tests.conftest import SECRET
from tests.harness.terminal import Terminal

ANN = "ann@example.org"
BASIS = ("--confirmed", "--basis", "Told us at the congress")
NOW = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)


def change(url: str, statement: str) -> None:
    """Change something behind everybody's back."""
    database = Database(url)
    with database.write() as tx:
        assert tx.execute(text(statement)).rowcount
    database.close()


def seal(url: str) -> None:
    """Seal what was said."""
    database = Database(url)
    seals.seal(database.write, database.read, Keyring(SECRET), NOW)
    database.close()


@pytest.fixture
def joined(terminal: Terminal, paper: str) -> None:
    """Let Ann be on the list, and leave it."""
    terminal.ok("subscribers", "add", ANN, *BASIS)
    terminal.ok("subscribers", "unsubscribe", ANN, "--list", "readers")


def test_leaving_everything_is_shown_as_an_act_of_its_own(terminal: Terminal, paper: str) -> None:
    """About every list; programs are told no list."""
    terminal.ok("subscribers", "add", ANN, *BASIS)
    terminal.ok("subscribers", "unsubscribe", ANN)
    told = terminal("consent", "show", ANN)

    assert "3. Withdrawn" in told.out
    assert "every list" in told.out.partition("3. Withdrawn")[2].partition("digest")[0]
    acts = [(one["act"], one["list"]) for one in terminal.ok("consent", "show", ANN)["acts"]]
    assert [("added", "readers"), ("withdrawn", "readers"), ("withdrawn", None)] == acts


def test_evidence_is_shown(terminal: Terminal, joined: None, sqlite_url: str) -> None:
    """Each act with its words, and what it is sealed by."""
    seal(sqlite_url)
    told = terminal("consent", "show", ANN.upper())

    assert Exit.DONE == told.code
    for part in ("1. Added", "2. Withdrawn", "readers", "Told us at the congress", "by seal 1", "These acts fit together"):
        assert part in told.out
    assert "unsubscribed" in told.out


def test_evidence_can_be_checked_with_other_tools(terminal: Terminal, joined: None) -> None:
    """The digests come out of what is handed over, without us."""
    answer = terminal.ok("consent", "show", ANN)
    first, second = answer["acts"]

    assert answer["is_sound"]
    assert sha256(first["digested"].encode()).hexdigest() == first["digest"]
    assert sha256(second["digested"].encode()).hexdigest() == second["digest"]
    assert first["digest"] == second["digested"].splitlines()[1]
    assert sha256(first["wording"].encode()).hexdigest() == first["version"] == first["digested"].splitlines()[10]
    assert sha256(f"{first['person_salt']}\n{ANN}".encode()).hexdigest() == first["digested"].splitlines()[12]
    assert ["added", "withdrawn"] == [one["act"] for one in answer["acts"]]
    assert [("readers", "withdrawn")] == [(one["list"], one["state"]) for one in answer["lists"]]
    assert None is first["seal"]


def test_evidence_outlives_the_person(terminal: Terminal, joined: None) -> None:
    """By the keyed hash of the address, and with nothing of them in it but what they were asked with."""
    terminal.ok("subscribers", "erase", ANN, "--yes")
    answer = terminal.ok("consent", "show", ANN)
    told = terminal("consent", "show", ANN)

    assert not answer["is_known"]
    assert ["added", "withdrawn", "erased"] == [one["act"] for one in answer["acts"]]
    assert "kept under a keyed hash" in told.out
    assert "3. Erased" in told.out


def test_nobody_has_no_evidence(terminal: Terminal, paper: str) -> None:
    """And is told so, by the address that was asked for."""
    told = terminal("consent", "show", "bob@example.org")

    assert Exit.NOT_FOUND == told.code
    assert "bob@example.org" in told.err


def test_changed_evidence_is_shown_as_such(terminal: Terminal, joined: None, sqlite_url: str) -> None:
    """Nobody hands it out for good."""
    change(sqlite_url, "UPDATE consent SET door = 'form' WHERE seq = 1")
    told = terminal("consent", "show", ANN)

    assert Exit.UNSOUND == told.code
    assert "act 1 (added" in told.out
    assert "fit together" not in told.out


def test_whole_evidence_is_verified(terminal: Terminal, joined: None, sqlite_url: str) -> None:
    """With the code of the last seal, to be kept elsewhere."""
    assert "not sealed yet: 2" in terminal("consent", "verify").out

    seal(sqlite_url)
    answer = terminal.ok("consent", "verify")
    told = terminal("consent", "verify")
    assert (True, 2, 1, 1, 0) == tuple(answer[name] for name in ("is_sound", "acts", "chains", "seals", "unsealed"))
    assert "Everything fits (acts: 2, chains: 1, seals: 1, not sealed yet: 0)." in told.out
    assert f"number 1 of 2020-02-01, code {answer['last_seal']['code']}" in told.out


def test_first_break_is_named(terminal: Terminal, joined: None, sqlite_url: str) -> None:
    """Whose, which act, which row; the exit code is for scripts."""
    change(sqlite_url, "DELETE FROM consent WHERE seq = 1")
    told = terminal("consent", "verify")
    answer = terminal("consent", "verify", "--json").answer

    assert Exit.UNSOUND == told.code
    assert "Of subscriber 1, act 1 is missing." in told.out
    assert "Not everything fits. Findings: " in told.out
    assert "act_missing" == answer["findings"][0]["fault"]
    assert not answer["is_sound"]


def test_code_kept_elsewhere_must_be_there(terminal: Terminal, joined: None, sqlite_url: str) -> None:
    """Whoever has the key as well can make other seals, but not one of this code."""
    seal(sqlite_url)
    code = terminal.ok("consent", "verify")["last_seal"]["code"]
    change(sqlite_url, "DELETE FROM consent_seal")
    change(sqlite_url, "UPDATE subscription SET state = 'withdrawn'")
    missing = terminal("consent", "verify", "--expect", code)

    assert Exit.UNSOUND == missing.code
    assert f"No seal has the code {code}." in missing.out
    assert Exit.DONE == terminal("consent", "verify").code

    seal(sqlite_url)
    assert Exit.DONE == terminal("consent", "verify", "--expect", f" {code.upper()} ").code


def test_seals_are_listed(terminal: Terminal, joined: None, sqlite_url: str) -> None:
    """With their codes."""
    assert "Nothing is sealed yet." in terminal("consent", "seals").out

    seal(sqlite_url)
    assert [1] == [one["number"] for one in terminal.ok("consent", "seals")["seals"]]
    assert "2020-02-01" in terminal("consent", "seals", "--all").out


def test_viewer_sees_no_evidence(terminal: Terminal, joined: None) -> None:
    """It is about people."""
    terminal.ok("staff", "add", "vic", "--role", "viewer")

    assert Exit.REFUSED == terminal("consent", "show", ANN, "--as", "vic").code
    assert Exit.REFUSED == terminal("consent", "verify", "--as", "vic").code


def test_evidence_is_found_behind_a_change_of_the_key(terminal: Terminal, joined: None, settings: dict[str, str]) -> None:
    """As long as the former key is given, also of somebody who was erased before the change."""
    terminal.ok("subscribers", "erase", ANN, "--yes")
    database = Database(settings["NEWSLETTER_DATABASE_URL"])
    with database.read() as tx:
        found = dossier.gather(tx, Keyring("another secret of the tests, also long", [SECRET]), parse(ANN))
        lost = dossier.gather(tx, Keyring("another secret of the tests, also long"), parse(ANN))
    database.close()

    assert [Act.ADDED, Act.WITHDRAWN, Act.ERASED] == [one.consent.act for one in found.exhibits]
    assert lost.is_empty
