"""What the process of the pages writes while people come and go, and while everything breaks (A44, W12)."""

import signal
from collections.abc import Mapping
from contextlib import closing

import httpx2
import pytest
from sqlalchemy import text

from newsletter.database import Database
from tests.harness.terminal import Terminal
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


def break_what_pages_read(settings: Mapping[str, str]) -> None:
    """Take a table away, so that every question about people is an error with its statement."""
    with closing(Database(settings["NEWSLETTER_DATABASE_URL"])) as database, database.write() as tx:
        tx.execute(text("ALTER TABLE subscriber RENAME TO somewhere_else"))


# SQLite calls a lost table a database that is away, which is no bug and leaves no traceback.
@pytest.mark.parametrize("instance_url", ["postgres"], indirect=True)
def test_no_line_of_a_log_tells_who_was_there(settings: dict[str, str], paper: str) -> None:
    """Neither a refusal nor a traceback: no name, no address, no password, no word that was looked for, no token (A44, W12)."""
    relayed = {**settings, "NEWSLETTER_RELAY_URL": "smtp://127.0.0.1:9", "NEWSLETTER_LOG": "debug"}
    Terminal(relayed).ok("subscribers", "add", READER)
    with running(relayed, "serve", "--port", "0", "--json") as process:
        opened = first_answer(process)
        with httpx2.Client(base_url=opened["url"], timeout=LONGEST) as browser:
            csrf = come_in(browser, opened["desk"])
            go_around(browser, csrf)
            break_what_pages_read(settings)
            go_around(browser, csrf)
            secrets = [csrf, opened["desk"].rpartition("/")[2], *(value for value in browser.cookies.values() if value)]
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=LONGEST)

    assert "a page failed" in err
    assert "Traceback" in err
    assert [] == [one for one in (NAME, ADDRESS, PASSWORD, READER, SEARCHED, *secrets) if one in err + out]
