"""`newsletter init, serve, worker`: an instance from nothing, and its processes."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from newsletter.cli.exits import Exit
from newsletter.mail.sole import only_mailer
from tests.harness.background import Watched, in_background
from tests.harness.chaossmtp import at, either, for_recipients, saying
from tests.harness.ports import free_port
from tests.harness.sink import Step
from tests.harness.terminal import Terminal
from tests.harness.trial import wait_until

COMMAND = Path(sys.executable).with_name("newsletter")
LONGEST = 60


@pytest.fixture
def nothing(tmp_path: Path) -> Terminal:
    """Give a terminal of a newcomer: an empty folder and no other setting."""
    return Terminal({"NEWSLETTER_DATA_DIR": str(tmp_path / "new")})


@contextmanager
def running(settings: dict[str, str], *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Run a command that stays up."""
    others = {name: text for name, text in os.environ.items() if not name.startswith("NEWSLETTER_")}
    process = subprocess.Popen(
        [COMMAND, *arguments], env=others | settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def first_answer(process: subprocess.Popen[str]) -> Any:  # noqa: ANN401 -- JSON
    """Give the object on the first line of stdout."""
    assert process.stdout is not None
    return json.loads(process.stdout.readline())


def get(url: str) -> int:
    """Ask for a page; gives the status."""
    with urllib.request.urlopen(url, timeout=LONGEST) as answer:  # noqa: S310 -- our own server
        return int(answer.status)


def text_of(url: str) -> str:
    """Ask for a page; gives what it says."""
    with urllib.request.urlopen(url, timeout=LONGEST) as answer:  # noqa: S310 -- our own server
        return str(answer.read().decode())


def test_init_makes_everything_and_says_what_next(nothing: Terminal) -> None:
    """And the second time nothing."""
    told = nothing("init")

    assert 0 == told.code
    assert "secret.key holds the secret key" in told.out
    assert "newsletter newsletters create" in told.out
    assert "NEWSLETTER_RELAY_URL" in told.out
    assert not nothing.ok("init")["made_key"]
    assert [] == nothing.ok("lists", "list")["lists"]


def test_nothing_runs_before_init(nothing: Terminal) -> None:
    """And it says what to do."""
    for command in (("worker", "--until-idle"), ("lists", "list"), ("serve", "--port", "0")):
        told = nothing(*command)
        assert Exit.NOT_READY == told.code
        assert "newsletter init" in told.err


def test_missing_secret_in_production_is_told(nothing: Terminal) -> None:
    """No key is made up for an address that readers reach."""
    told = nothing("init", NEWSLETTER_PUBLIC_URL="https://news.example.org")

    assert Exit.NOT_READY == told.code
    assert "NEWSLETTER_SECRET_KEY: is missing" in told.err


def test_idle_worker_has_nothing_to_do(terminal: Terminal) -> None:
    """Without a relay, because nobody waits."""
    told = terminal("worker", "--until-idle")

    assert (0, "Idle: nobody waited for mail.\n") == (told.code, told.out)


def test_second_worker_on_sqlite_names_the_first(settings: dict[str, str]) -> None:
    """And exits 7, whether it would stay up or not."""
    path = Path(settings["NEWSLETTER_DATABASE_URL"].removeprefix("sqlite:///"))
    second = Terminal(settings | {"NEWSLETTER_RELAY_URL": "smtp://127.0.0.1:9"})
    with only_mailer(path, "attic, process 7"):
        for command in (("worker", "--until-idle"), ("worker",), ("serve", "--port", "0")):
            told = second(*command)
            assert Exit.NO_MAILER == told.code
            assert "attic, process 7" in told.err


def test_worker_mails_a_confirmation_and_stops_when_told(settings: dict[str, str], paper: str) -> None:
    """SIGTERM is answered with exit code 0 after what is on the wire. Meanwhile it tells metrics where a setting says."""
    with in_background(Watched()) as sink:
        place = f"127.0.0.1:{free_port()}"
        relayed = settings | {"NEWSLETTER_RELAY_URL": f"smtp://127.0.0.1:{sink.port}?tls=none"}
        Terminal(relayed).ok("subscribers", "add", "ann@example.org")
        with running(relayed | {"NEWSLETTER_METRICS_LISTEN": place}, "worker") as process:
            sink.wait_for(1)
            line = 'verdicts_total{relay="setting",state="accepted"} 1.0'
            wait_until(lambda: line in text_of(f"http://{place}/metrics"), "what was accepted to be counted")
            healths = [get(f"http://{place}{path}") for path in ("/healthz", "/readyz")]
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=LONGEST)

        assert 0 == process.returncode
        assert "Stopping" in err
        assert [200, 200] == healths
        assert ["ann@example.org"] == [taken.recipient for taken in sink.taken]


def test_worker_tells_its_figures_as_lines(settings: dict[str, str], paper: str) -> None:
    """While it mails and once at its end, also one that stays up."""
    with in_background(Watched()) as sink:
        relayed = settings | {"NEWSLETTER_RELAY_URL": f"smtp://127.0.0.1:{sink.port}?tls=none"}
        Terminal(relayed).ok("subscribers", "add", "ann@example.org")
        with running(relayed, "worker", "--json") as process:
            sink.wait_for(1)
            assert "per_second" in first_answer(process)
            process.send_signal(signal.SIGTERM)
            out, _ = process.communicate(timeout=LONGEST)

    figures = json.loads(out.splitlines()[-1])
    names = ["accepted", "deferred", "refused", "uncertain", "skipped", "waiting", "per_second", "seconds_left"]
    assert names == list(figures)
    assert (1, 0, 0) == (figures["accepted"], figures["uncertain"], figures["waiting"])


def test_worker_until_idle_that_is_stopped_says_so(settings: dict[str, str], paper: str) -> None:
    """It exits 130: whoever waits for idle must not go on as if it were."""

    def stop(step: Step) -> None:
        if step.name == "dot":
            process.send_signal(signal.SIGTERM)

    with in_background(Watched(stop)) as sink:
        relayed = settings | {"NEWSLETTER_RELAY_URL": f"smtp://127.0.0.1:{sink.port}?tls=none&connections=1"}
        Terminal(relayed).ok("subscribers", "add", "ann@example.org")
        with running(relayed, "worker", "--until-idle", "--json") as process:
            out, _ = process.communicate(timeout=LONGEST)

    assert Exit.INTERRUPTED == process.returncode
    *told, ended = (json.loads(line) for line in out.splitlines())
    assert (False, 1) == (ended["is_idle"], ended["accepted"])
    assert (1, 0, 0) == (told[-1]["accepted"], told[-1]["waiting"], told[-1]["seconds_left"])


def test_serve_answers_pages_and_prints_the_link_of_the_desk(settings: dict[str, str]) -> None:
    """Healthy, without a relay, which it says; and it ends when told."""
    with running(settings, "serve", "--port", "0", "--json") as process:
        opened = first_answer(process)
        statuses = [get(opened["url"] + "/healthz"), get(opened["url"] + "/"), get(opened["desk"])]
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=LONGEST)

    assert [200, 200, 200] == statuses
    assert 0 == process.returncode
    assert "No relay is configured" in err
    assert opened["desk"].rpartition("/")[2] not in err


def test_port_in_use_is_told(settings: dict[str, str]) -> None:
    """In one sentence."""
    with in_background(Watched()) as sink:
        told = Terminal(settings)("serve", "--port", str(sink.port))

    assert Exit.REFUSED == told.code
    assert told.err.endswith("cannot be listened on: Address already in use\n")


def test_module_is_the_command(settings: dict[str, str]) -> None:
    """`python -m newsletter.cli` does what `newsletter` does."""
    done = subprocess.run([sys.executable, "-m", "newsletter.cli", "--version"], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("newsletter ")


def test_log_of_a_mailing_says_nobodys_address(settings: dict[str, str], paper: str) -> None:
    """Whatever a relay puts into its refusals, and at the lowest level: lines have neither addresses nor tokens of links."""
    people = [f"canary{number}@example.org" for number in range(5)]
    refused = {people[0]: f"550 5.1.1 <{people[0]}> unknown", people[1]: f"451 4.3.0 {people[1]} later"}
    sink = Watched()
    sink.script = either(for_recipients(refused), at("connect", saying(f"421 busy with {people[2]}"), times=1))
    with in_background(sink):
        relayed = settings | {"NEWSLETTER_RELAY_URL": f"smtp://127.0.0.1:{sink.port}?tls=none", "NEWSLETTER_LOG": "debug/json"}
        terminal = Terminal(relayed)
        for one in people:
            terminal.ok("subscribers", "add", one)
        told = terminal("worker", "--until-idle")

    assert 3 == len(sink.taken)
    lines = [json.loads(line) for line in told.err.splitlines() if line.startswith("{")]
    assert any(line["level"] == "warning" for line in lines)
    assert "canary" not in told.err
    tokens = {
        part for message in sink.messages for part in re.findall(r"/c/([a-z2-7]{26})", message.decode("utf-8", "replace"))
    }
    assert tokens
    assert not any(token in told.err for token in tokens)
