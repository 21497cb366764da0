"""Hosts that have different templates of their own are noticed, by whoever looks and by whoever does not."""

import socket
from pathlib import Path

import pytest

from newsletter.bootstrap import Application, open_application
from newsletter.clock import system_clock
from newsletter.issues import alerts
from newsletter.letters import hostbook
from newsletter.letters.hostbook import SAID_WITHIN
from newsletter.letters.themes import digest_of
from newsletter.settings import load
from newsletter.worker import layouts
from tests.harness.instance import environment
from tests.harness.terminal import Terminal

HERE = socket.gethostname()


def other(application: Application, digest: str) -> None:
    """Let another host say what it has."""
    with application.database.write() as tx:
        hostbook.say(tx, "mail2", digest, application.clock())


def waiting(application: Application) -> list[str]:
    """Give what waits for a person, after a tick."""
    layouts.compare(application)
    with application.database.read() as tx:
        return [one.text for one in alerts.open_alerts(tx)]


def test_hosts_with_different_templates_are_named(postgres_url: str, tmp_path: Path) -> None:
    """By an alert, by doctor's look and by the list of workers, until they agree or one of them is gone."""
    settings = environment(postgres_url, tmp_path)
    with open_application(load(settings)) as application:
        other(application, application.templates.digest())
        alone = waiting(application)
        (tmp_path / "templates" / "themes").mkdir(parents=True)
        (tmp_path / "templates" / "themes" / "footer.mjml").write_text("<mj-text>Ours</mj-text>")
        differing = waiting(application)
        told, seen = Terminal(settings).ok("workers", "list")["templates"], Terminal(settings)("workers", "list").out
        looked = Terminal(settings)("doctor", "--json").out
        other(application, application.templates.digest())
        agreeing = waiting(application)
        with application.database.write() as tx:
            hostbook.say(tx, "mail2", "something", application.clock() - SAID_WITHIN * 2)
        gone = waiting(application)

    assert ([], [], []) == (alone, agreeing, gone)
    assert [True] == [one.startswith("Hosts have different templates of their own: ") for one in differing]
    assert sorted([[HERE], ["mail2"]]) == sorted(told)
    assert "Hosts have different templates of their own" in seen
    assert "Hosts have different templates of their own" in looked


def test_one_host_is_told_nothing(sqlite_url: str, tmp_path: Path) -> None:
    """With SQLite there is no other."""
    with open_application(load(environment(sqlite_url, tmp_path)), system_clock) as application:
        (tmp_path / "templates").mkdir()
        assert [] == waiting(application)
        with application.database.read() as tx:
            assert () == hostbook.sides(tx, application.clock())


@pytest.mark.parametrize(
    ("name", "text", "tells"),
    [("b.mjml", "x", True), ("a.mjml", "y", True), ("a.mjml", "x", False), (".a.swp", "x", False), ("a.mjml~", "y", False)],
)
def test_digest_tells_names_and_bytes_apart(tmp_path: Path, name: str, text: str, *, tells: bool) -> None:
    """And nothing else: not what an editor leaves behind, nor when it was written."""
    (tmp_path / "a.mjml").write_text("x")
    before = digest_of([tmp_path, tmp_path / "nowhere"])
    (tmp_path / name).write_text(text)

    assert tells == (before != digest_of([tmp_path]))
