"""`newsletter doctor`: the whole picture, and what to do."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from newsletter.archive import pdf
from newsletter.cli.exits import Exit
from newsletter.clock import system_clock
from newsletter.mail.dkimrecord import DnsRecord
from tests.harness.instance import environment
from tests.harness.nameserver import BROKEN, NameServer, name_server
from tests.harness.terminal import Terminal

RELAY = "smtp://127.0.0.1:9?tls=none"


def points(answer: Any) -> dict[str, str]:  # noqa: ANN401 -- JSON
    """Give how each thing of the first sender stands."""
    return {one["what"]: one["standing"] for one in answer["senders"][0]["points"]}


def publish(server: NameServer, terminal: Terminal) -> None:
    """Publish everything that a sender needs, and let a key sign."""
    made = terminal.ok("dkim", "new", "example.org", "--selector", "nl")
    server.publish(DnsRecord(made["record"]["name"], made["record"]["value"]))
    server.texts |= {"example.org": (("v=spf1 mx ~all",),), "_dmarc.example.org": (("v=DMARC1; p=reject",),)}
    server.others[("example.org", "MX")] = ("10 mx.example.org.",)
    terminal.ok("dkim", "activate", "example.org", "nl", "--nameserver", server.place)


def test_bare_domain_is_told_what_to_publish(terminal: Terminal, paper: str) -> None:
    """With name, type and value of each record, to be copied."""
    with name_server() as server:
        told = terminal("doctor", paper, "--nameserver", server.place)
        answer = terminal("doctor", "--nameserver", server.place, "--json").answer

    assert Exit.NOT_READY == told.code
    assert "value   v=DMARC1; p=none; rua=mailto:postmaster@example.org\n" in told.out
    assert "newsletter dkim new example.org" in told.out
    assert "Nothing proves its mail" in told.out
    assert {"SPF": "wrong", "DKIM": "wrong", "DMARC": "wrong", "MX": "wrong"} == points(answer)
    assert not answer["well"]


def test_domain_that_is_well(terminal: Terminal, paper: str) -> None:
    """Only the relay is missing then, which is told as well."""
    with name_server() as server:
        publish(server, terminal)
        told = terminal("doctor", "--nameserver", server.place, "--json").answer

    (sender,) = told["senders"]
    assert {"SPF": "right", "DKIM": "right", "DMARC": "right", "MX": "right"} == points(told)
    assert ("example.org", [paper], True, True, "reject") == tuple(
        sender[key] for key in ("domain", "newsletters", "spf_aligned", "dkim_aligned", "dmarc_policy")
    )
    assert ["relay"] == [point["what"] for point in told["points"] if point["standing"] == "wrong"]


def test_where_what_comes_back_is_brought_is_asked(terminal: Terminal, paper: str) -> None:
    """Of a return domain of its own, as long as there is one."""
    terminal.settings |= {"NEWSLETTER_RETURN_DOMAIN": "returns.example.org"}

    def told(server: NameServer) -> tuple[str, str]:
        answer = terminal("doctor", "--nameserver", server.place, "--json").answer
        [one] = [one for one in answer["points"] if one["what"] == "return domain"]
        return one["standing"], one["text"]

    with name_server() as server:
        missing = told(server)
        server.others[("returns.example.org", "MX")] = ("10 mx.example.org.",)
        published = told(server)

    assert ("wrong", True) == (missing[0], "no MX record" in missing[1])
    assert ("right", "What comes back to returns.example.org goes to mx.example.org.") == published


def test_name_server_that_cannot_tell_is_no_verdict(terminal: Terminal, paper: str) -> None:
    """What nobody could be asked is unknown."""
    with name_server(manner=BROKEN) as server:
        told = terminal("doctor", paper, "--nameserver", server.place, "--json").answer

    assert {"unknown"} == {
        point["standing"] for point in told["senders"][0]["points"] if point["what"] in {"SPF", "DMARC", "MX"}
    }


def test_relay_that_nobody_answers_at_is_wrong(terminal: Terminal, paper: str) -> None:
    """It is tried as a mailer would; offline it is not."""
    terminal.settings["NEWSLETTER_RELAY_URL"] = RELAY
    with name_server() as server:
        told = terminal("doctor", "--nameserver", server.place)

    assert "takes no mail." in told.out
    assert "newsletter relays test setting" in told.out
    assert "Not looked at" in terminal("doctor", "--offline").out
    assert "takes no mail" not in terminal("doctor", "--offline").out


def test_key_that_others_can_read_is_wrong(terminal: Terminal, paper: str, tmp_path: Path) -> None:
    """With the command that mends it."""
    key = tmp_path / "data" / "secret.key"
    key.parent.mkdir(exist_ok=True)
    key.write_text("x" * 64)
    key.chmod(0o644)
    told = terminal("doctor", "--offline")

    assert Exit.NOT_READY == told.code
    assert f"chmod 600 {key}" in told.out


def test_instance_without_a_database_is_told_of(terminal: Terminal, tmp_path: Path) -> None:
    """The doctor comes to those who cannot walk."""
    told = terminal("doctor", "--offline", "--json", NEWSLETTER_DATABASE_URL=f"sqlite:///{tmp_path}/none.db")

    assert Exit.NOT_READY == told.code
    (database,) = (point for point in told.answer["points"] if point["what"] == "database")
    assert "newsletter init" in database["text"]


@pytest.mark.parametrize("place", ["nowhere", "1.1.1.1:0"])
def test_unreadable_name_server_is_refused(terminal: Terminal, place: str) -> None:
    """Before anything is asked."""
    assert Exit.REFUSED == terminal("doctor", "--nameserver", place).code


def test_a_missing_printer_is_told(terminal: Terminal, paper: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what to install; it is advice, for everything else works."""
    monkeypatch.setattr(pdf, "available", lambda: "WeasyPrint is not installed")
    told = terminal("doctor", "--offline", "--json").answer

    (point,) = [one for one in told["points"] if one["what"] == "pdf"]
    assert "advice" == point["standing"]
    assert "No issue is printed as PDF, and no page offers one: WeasyPrint is not installed." == point["text"]


@pytest.mark.parametrize("hours", [0, 3, -3])
def test_clock_that_is_wrong_is_told(postgres_url: str, tmp_path: Path, hours: int) -> None:
    """On PostgreSQL there is another to compare it with; the bound is a minute."""
    settings = environment(postgres_url, tmp_path)
    terminal = Terminal(settings, host=lambda: system_clock() + timedelta(hours=hours))
    terminal.ok("init")
    (told,) = [one for one in terminal("doctor", "--offline", "--json").answer["points"] if one["what"] == "clock"]

    assert ("wrong" if hours else "right") == told["standing"]
    assert ("3 h 0 min" in told["text"]) is bool(hours)


def test_whether_anything_reads_what_comes_back_is_told(terminal: Terminal, paper: str) -> None:
    """By which ways, without their passwords; where there is none, it is advice and nothing wrong."""

    def told() -> tuple[str, str]:
        [one] = [one for one in terminal("doctor", "--offline", "--json").answer["points"] if one["what"] == "returns"]
        return one["standing"], one["text"]

    assert "advice" == told()[0]
    terminal.settings |= {
        "NEWSLETTER_RETURNS_URL": "imaps://ann:geheim@mail.example.org",
        "NEWSLETTER_RETURNS_LISTEN": "127.0.0.1:2525",
        "NEWSLETTER_WEBHOOKS_MAILGUN": "f" * 40,
    }

    assert told() == (
        "right",
        "What comes back is taken in: INBOX of ann at mail.example.org:993, 127.0.0.1:2525, mailgun.",
    )


def said_of(terminal: Terminal, what: str) -> list[tuple[str, str, str | None]]:
    """Ask the doctor, and give what is said of one thing: how it stands, the words, and what to type."""
    answer = terminal("doctor", "--offline", "--json").answer
    return [(one["standing"], one["text"], one["command"]) for one in answer["points"] if one["what"] == what]


def test_files_that_others_can_read_are_wrong(terminal: Terminal, paper: str) -> None:
    """Where addresses of people are; what to type is said."""
    folder = Path(terminal.settings["NEWSLETTER_DATA_DIR"])
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    before = said_of(terminal, "permissions")
    folder.chmod(0o755)
    after = said_of(terminal, "permissions")

    assert ("wrong", f"chmod 700 {folder}") in [(standing, command) for standing, _, command in after]
    assert len(after) > len(before) or before[0][0] == "right"


def test_mail_that_nobody_mails_is_wrong(terminal: Terminal, paper: str) -> None:
    """And what is due is told with what starts a mailer; without mail it is advice."""
    idle = said_of(terminal, "mailing")
    terminal.ok("subscribers", "add", "ann@example.org")
    [(standing, text, command)] = said_of(terminal, "mailing")

    assert ["advice"] == [one[0] for one in idle]
    assert ("wrong", "1 mails wait, and no mailer runs.", "newsletter worker") == (standing, text, command)


def test_whether_anybody_is_told_how_it_goes_is_told(terminal: Terminal) -> None:
    """By which ways, without the token."""
    [(before, _, _)] = said_of(terminal, "watching")
    terminal.settings |= {
        "NEWSLETTER_METRICS_TOKEN": "a-token-that-is-long-enough",
        "NEWSLETTER_METRICS_LISTEN": "127.0.0.1:9464",
    }
    [(after, text, _)] = said_of(terminal, "watching")

    assert ("advice", "right") == (before, after)
    assert "Metrics are told: /metrics, 127.0.0.1:9464." == text
