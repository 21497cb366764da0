"""What the processes write while people come and go, mail is refused, and everything breaks (A44, W12)."""

import signal
import tempfile
from collections.abc import Mapping
from contextlib import closing

import httpx2
import pytest
from sqlalchemy import text

from newsletter.database import Database
from tests.harness.background import Watched, in_background
from tests.harness.processes import STARTS, own_environment, run_command
from tests.harness.sink import Conversation
from tests.harness.terminal import Terminal
from tests.harness.trial import wait_until
from tests.newsletter.cli.test_running import LONGEST, first_answer, running

# None of these is anywhere in a log: who somebody is, what they typed, and what opens something.
NAME, ADDRESS, PASSWORD = "Canary Person", "canary@example.org", "canary words in a row"
READER, SEARCHED = "kanarie@example.org", "kanarienvogel"


def come_in(browser: httpx2.Client, desk: str) -> str:
    """Make the first account by the link of the console; gives the token of its forms."""
    browser.post(desk, data={"name": NAME, "address": ADDRESS, "password": PASSWORD})
    return browser.get("/desk/account").text.split('name="csrf" value="')[1].split('"')[0]


def go_around(browser: httpx2.Client, csrf: str) -> None:
    """Do what people do, and what is refused."""
    for path in (f"/desk/people?q={SEARCHED}", f"/desk/people?q={READER}", f"/desk/nothing/{SEARCHED}", f"/u/{SEARCHED}"):
        browser.get(path)
    browser.post("/desk/people/add", data={"csrf": csrf, "address": READER, "name": SEARCHED, "list": "1"})
    browser.post("/desk/sign-in", data={"address": ADDRESS, "password": f"{PASSWORD} no", "next": f"/desk?q={SEARCHED}"})
    browser.post("/desk/sign-in/forgotten", data={"address": ADDRESS})
    browser.post("/desk/account/name", data={"csrf": csrf, SEARCHED: NAME})


def take_away(settings: Mapping[str, str], table: str = "subscriber") -> None:
    """Take a table away, so that every question about what is in it is an error with its statement."""
    with closing(Database(settings["NEWSLETTER_DATABASE_URL"])) as database, database.write() as tx:
        tx.execute(text(f"ALTER TABLE {table} RENAME TO somewhere_else"))


def told_in(err: str, *secrets: str) -> list[str]:
    """Give who and what is told in a log."""
    return [one for one in (NAME, ADDRESS, PASSWORD, READER, SEARCHED, *secrets) if one in err]


@pytest.mark.both_databases
def test_no_line_of_a_log_tells_who_was_there(settings: dict[str, str], paper: str) -> None:
    """Neither a refusal nor a traceback: no name, no address, no password, no word that was looked for, no token (A44, W12)."""
    is_sqlite = settings["NEWSLETTER_DATABASE_URL"].startswith("sqlite")
    relayed = {**settings, "NEWSLETTER_RELAY_URL": "smtp://127.0.0.1:9", "NEWSLETTER_LOG": "debug"}
    Terminal(relayed).ok("subscribers", "add", READER)
    with running(relayed, "serve", "--port", "0", "--json") as process:
        opened = first_answer(process)
        with httpx2.Client(base_url=opened["url"], timeout=LONGEST) as browser:
            csrf = come_in(browser, opened["desk"])
            go_around(browser, csrf)
            take_away(settings)
            go_around(browser, csrf)
            secrets = [csrf, opened["desk"].rpartition("/")[2], *(value for value in browser.cookies.values() if value)]
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LONGEST)

    # SQLite calls a lost table a database that is away, which is no bug and leaves no traceback.
    assert is_sqlite or ("a page failed" in err and "Traceback" in err)
    assert [] == told_in(err + out, *secrets)


async def refuse(conversation: Conversation) -> None:
    """Say no, and say to whom."""
    await conversation.say(f"550 5.1.1 <{READER}>: {NAME} ({SEARCHED}) is not here")


def unkind() -> Watched:
    """Give a mail server that takes nobody, and tells in each answer who it was."""
    sink = Watched()
    sink.script = lambda step: refuse if step.name == "rcpt" else None
    return sink


@pytest.mark.both_databases
@pytest.mark.parametrize("lost", ["", "delivery"])
def test_no_line_of_the_worker_tells_to_whom(settings: dict[str, str], paper: str, lost: str) -> None:
    """What is mailed, what a mail server says of somebody, and what breaks meanwhile (A44, W12)."""
    with in_background(unkind()) as sink:
        relayed = settings | {"NEWSLETTER_RELAY_URL": f"smtp://127.0.0.1:{sink.port}?tls=none", "NEWSLETTER_LOG": "debug"}
        Terminal(relayed).ok("subscribers", "add", READER, "--name", NAME)
        if lost:
            take_away(settings, lost)
        ended, told = told_by_worker(relayed, is_told_to_end=bool(lost))

    assert bool(lost) == bool(ended)
    assert [] == told_in(told)


def told_by_worker(settings: Mapping[str, str], *, is_told_to_end: bool) -> tuple[int, str]:
    """Run a worker until idle; gives how it ended and what it wrote.

    At a database that is away it would go on asking for two thirds of a minute, and is told to end when it has asked twice.
    """
    environment = {**own_environment(), **settings}
    words = ("worker", "--until-idle", "--json")
    with (
        tempfile.TemporaryFile("a+") as out,
        STARTS.started("newsletter.cli", words, environment, stdout=out, stderr=out) as worker,
    ):

        def told() -> str:
            out.seek(0)
            return out.read()

        if is_told_to_end:
            wait_until(lambda: worker.poll() is not None or told().count("the ledger cannot be written") > 1, "it to ask twice")
            worker.terminate()
        return worker.wait(LONGEST), told()


@pytest.mark.both_databases
def test_no_error_of_a_command_tells_whom_it_was_about(settings: dict[str, str], paper: str) -> None:
    """Whoever asks for help sends its lines: none of them says who somebody is (A44, W12)."""
    relayed = settings | {"NEWSLETTER_LOG": "debug"}
    Terminal(relayed).ok("subscribers", "add", READER, "--name", NAME)
    take_away(settings)
    told = [
        run_command(relayed, *words)
        for words in (
            ("subscribers", "show", READER),
            ("subscribers", "add", ADDRESS, "--name", NAME, "--confirmed", "--basis", SEARCHED),
            ("subscribers", "edit", READER, "--name", SEARCHED),
            ("subscribers", "erase", READER, "--yes"),
            ("suppressions", "add", READER, "--reason", "manual"),
        )
    ]

    assert all(one.returncode for one in told)
    assert [] == told_in("".join(one.stderr for one in told))
