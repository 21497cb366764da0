"""`newsletter returns fetch, check`."""

import signal
from contextlib import closing

import pytest

from newsletter.cli.exits import Exit
from newsletter.database import Database
from newsletter.returns.intakes import Listen
from newsletter.returns.listener import Listener
from tests.harness import mailroom
from tests.harness.dovecot import Dovecot
from tests.harness.processes import run_command
from tests.harness.terminal import Terminal

pytestmark = pytest.mark.usefixtures("paper")


def test_fetch_empties_the_mailbox_and_counts(terminal: Terminal, dovecot: Dovecot, user: str) -> None:
    """What nobody can read is counted apart; a second time there is nothing."""
    terminal.settings["NEWSLETTER_RETURNS_URL"] = dovecot.url(user)
    dovecot.put(user, [b"Subject: a\r\n\r\nHello\r\n", b"Subject: b\r\n\r\nHello\r\n"])
    first = terminal.ok("returns", "fetch")
    told = terminal("returns", "fetch")

    assert {"processed": 2, "unparsed": 0, "left": 0} == first
    assert (0, "0 read, and moved to Processed.\n") == (told.code, told.out)
    assert 2 == len(dovecot.lying(user, "Processed"))


def test_copy_reads_nothing_until_it_is_adopted(terminal: Terminal, dovecot: Dovecot, user: str, instance_url: str) -> None:
    """It says what to do, touches no mailbox, and has a mail server keep what it pipes in."""
    terminal.settings["NEWSLETTER_RETURNS_URL"] = dovecot.url(user)
    mail = b"Subject: a\r\n\r\nHello\r\n"
    dovecot.put(user, [mail])
    with closing(Database(instance_url)) as database, database.write() as tx:
        mailroom.set_adopted(tx, is_adopted=False)
    held, piped = terminal("returns", "fetch"), terminal("returns", "read", "-", stdin=mail)
    with dovecot.client(user) as client:
        folders = str(client.list()[1])

    assert (Exit.REFUSED, Exit.TRY_LATER) == (held.code, piped.code)
    assert "newsletter adopt" in held.err
    assert ([mail], False) == (dovecot.lying(user), "Processed" in folders)
    terminal.ok("adopt", "--stopped", "A test.")
    assert {"processed": 1, "unparsed": 0, "left": 0} == terminal.ok("returns", "fetch")


def test_check_tells_what_works(terminal: Terminal, dovecot: Dovecot, user: str) -> None:
    """Of the mailbox and of the port; the mails stay."""
    terminal.settings["NEWSLETTER_RETURNS_URL"] = dovecot.url(user)
    dovecot.put(user, [b"Subject: a\r\n\r\nHello\r\n"])
    server = Listener(Listen("127.0.0.1", 0), lambda *_: None, list, "news.example.org")
    server.start()
    terminal.settings["NEWSLETTER_RETURNS_LISTEN"] = f"127.0.0.1:{server.port}"
    answer = terminal.ok("returns", "check")
    server.stop()
    told = terminal("returns", "check")

    assert {"waiting": 1, "made": ["Processed", "Unparsed"], "idle": True, "move": True, "uidplus": True} == {
        name: value for name, value in answer["mailbox"].items() if name != "name"
    }
    assert answer["port"]["greeting"].startswith("220 news.example.org")
    assert "(IDLE): yes." in told.out
    assert "nobody answers" in told.out


def test_trouble_is_one_sentence(terminal: Terminal, dovecot: Dovecot, user: str) -> None:
    """No mailbox, or a wrong password, which is not repeated."""
    unset = terminal("returns", "check")
    terminal.settings["NEWSLETTER_RETURNS_URL"] = dovecot.url(user, password="geheim")
    refused = terminal("returns", "fetch")

    assert (6, 5) == (unset.code, refused.code)
    assert "NEWSLETTER_RETURNS_URL: it is not set" in unset.err
    assert "the login was refused" in refused.err
    assert "geheim" not in refused.err


def test_kill_behind_the_commit_loses_and_doubles_nothing(terminal: Terminal, dovecot: Dovecot, user: str) -> None:
    """As a power cut does it; the next one goes on, and of each mail there is one record and one in the folder."""
    terminal.settings["NEWSLETTER_RETURNS_URL"] = dovecot.url(user)
    mails = [f"Subject: {number}\r\n\r\nHello\r\n".encode() for number in range(3)]
    dovecot.put(user, mails)
    killed = run_command({**terminal.settings, "NEWSLETTER_FAILPOINT": "return.recorded:kill:2"}, "returns", "fetch")
    assert -signal.SIGKILL == killed.returncode, killed.stderr
    terminal.ok("returns", "fetch")

    assert 3 == len(terminal.ok("returns", "list")["returns"])
    assert mails == sorted(dovecot.lying(user, "Processed"))
    assert [] == dovecot.lying(user)
