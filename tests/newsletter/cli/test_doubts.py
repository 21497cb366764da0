"""`newsletter uncertain`, `reconcile`, `issues verify` and `issues send-rest`, as an operator uses them after a crash."""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from newsletter.cli import logfiles
from newsletter.cli.exits import Exit
from newsletter.clock import MovableClock
from newsletter.database import Database
from newsletter.mail import mailings
from newsletter.mail.delivery import DeliveryState
from newsletter.staff import audit
from newsletter.staff.audit import Entry
from newsletter.tables.mail import mailing
from subscribers.tokens import Keyring, Purpose
from tests.harness.mailed import Mailed
from tests.harness.terminal import Terminal

S = DeliveryState
START = datetime(2020, 2, 1, 8, 0, tzinfo=UTC)
PEOPLE = b"email,name\nann@example.net,Ann\nbob@example.net,Bob\ncem@example.net,Cem\n"


@dataclass
class Desk:
    """A terminal, and an issue that was sent to three people in the middle of a crash."""

    terminal: Terminal
    mailed: Mailed

    @property
    def issue(self) -> str:
        """Its id, as an argument."""
        return str(self.mailed.issue_id)

    def acts(self) -> list[Entry]:
        """Give what was written down, the latest first."""
        with self.mailed.database.read() as tx:
            return list(audit.recent(tx))


@pytest.fixture
def desk(settings: dict[str, str], terminal: Terminal, paper: str) -> Iterator[Desk]:
    """Give an issue that was sent: Ann has it, and nobody knows of Bob and Cem."""
    at_desk = Terminal(settings, MovableClock(START))
    at_desk.ok("subscribers", "import", "readers", "-", "--basis", "Signed up", "--confirmed", stdin=PEOPLE)
    issue_id = int(at_desk.ok("issues", "draft", paper, "--month", "2020-01")["issue"])
    at_desk.ok("issues", "approve", str(issue_id), "--override", "A test")
    at_desk.ok("issues", "send", str(issue_id))
    database = Database(settings["NEWSLETTER_DATABASE_URL"])
    with database.read() as tx:
        letter_id = mailings.letter_of_issue(tx, issue_id)
    assert letter_id is not None
    mailed = Mailed(database, issue_id, letter_id, START + timedelta(minutes=1))
    mailed.mail({"bob": S.UNCERTAIN, "cem": S.UNCERTAIN})
    yield Desk(at_desk, mailed)
    database.close()


def test_list_shows_who_and_by_which_message_id(desk: Desk) -> None:
    """Of one issue, and of everything."""
    answer = desk.terminal.ok("uncertain", "list", desk.issue)
    told = desk.terminal("uncertain", "list")

    assert ["bob@example.net", "cem@example.net"] == [one["address"] for one in answer["uncertain"]]
    assert answer == desk.terminal.ok("uncertain", "list")
    assert answer["uncertain"][0]["message_id"] in told.out
    assert Exit.NOT_FOUND == desk.terminal("uncertain", "list", "404").code


def test_one_is_called_sent_and_the_other_resent(desk: Desk) -> None:
    """Each act is written down, and nobody's address with it."""
    assert 1 == desk.terminal.ok("uncertain", "sent", desk.issue, "--address", "BOB@example.net")["accepted"]
    answer = desk.terminal.ok("uncertain", "resend", desk.issue, "--all")

    assert (1, 0, 0) == (answer["resent"], answer["erased"], answer["uncertain"])
    assert "sending" == desk.terminal.ok("issues", "show", desk.issue)["state"]
    acts = [(entry.act, entry.actor, entry.detail) for entry in desk.acts()[:2]]
    assert ("uncertain.resend", "local operator", {"resent": 1, "erased": 0}) == acts[0]
    assert ("uncertain.sent", "local operator", {"accepted": 1}) == acts[1]
    assert "Nothing is uncertain." in desk.terminal("uncertain", "list").out


@pytest.mark.parametrize("verb", ["sent", "resend"])
def test_nobody_is_settled_by_a_slip(desk: Desk, verb: str) -> None:
    """Without saying whom, saying both, an address that is certain, and one that is none."""
    wrong = [(), ("--all", "--address", "bob@example.net")]
    unfit = [("--address", "ann@example.net"), ("--address", "bob@example.net", "--address", "nobody")]

    assert {Exit.USAGE} == {desk.terminal("uncertain", verb, desk.issue, *more).code for more in wrong}
    assert {Exit.REFUSED} == {desk.terminal("uncertain", verb, desk.issue, *more).code for more in unfit}
    assert 2 == len(desk.mailed.doubts)


@pytest.mark.parametrize(
    ("verb", "question"),
    [("sent", "Call the issue accepted for 2 people, for good?"), ("resend", "again to 2 people, who may have it already?")],
)
def test_terminal_is_asked_first(desk: Desk, verb: str, question: str) -> None:
    """No is no."""
    told = desk.terminal("uncertain", verb, desk.issue, "--all", stdin=b"n\n", is_terminal=True)

    assert Exit.INTERRUPTED == told.code
    assert question in told.err
    assert 2 == len(desk.mailed.doubts)


def test_viewer_may_verify_and_nothing_else(desk: Desk, tmp_path: Path) -> None:
    """What mails, or shows addresses, is for those who may send."""
    log = tmp_path / "mail.log"
    log.touch()
    desk.terminal.ok("staff", "add", "vic", "--role", "viewer")
    verbs = [
        ("uncertain", "list"),
        ("uncertain", "sent", desk.issue, "--all"),
        ("uncertain", "resend", desk.issue, "--all"),
        ("reconcile", "--postfix-log", str(log)),
        ("issues", "send-rest", desk.issue),
    ]

    assert {Exit.REFUSED} == {desk.terminal(*verb, "--as", "vic").code for verb in verbs}
    assert 0 == desk.terminal("issues", "verify", desk.issue, "--as", "vic").code


def lines_of(desk: Desk) -> list[str]:
    """Give the log of a relay that took Ann's and Bob's and never had Cem's."""
    bob = desk.terminal.ok("uncertain", "list", desk.issue)["uncertain"][0]["message_id"]
    ann = desk.mailed.column("id")[0]
    keyring_token = _token(desk, int(str(ann)))
    at = desk.mailed.now
    return [
        f"{(at - timedelta(minutes=9)).isoformat()} mail postfix/smtpd[1]: connect from localhost[127.0.0.1]",
        f"{at.isoformat()} mail postfix/cleanup[1]: AB12CD34EF: message-id=<{keyring_token}@example.org>",
        f"{at.isoformat()} mail postfix/cleanup[1]: 3F2A91C0D4: message-id={bob}",
        f"{at.isoformat()} mail postfix/qmgr[1]: 3F2A91C0D4: from=<x@example.org>, size=1, nrcpt=1 (queue active)",
        f"{(at + timedelta(hours=1)).isoformat()} mail postfix/smtpd[1]: disconnect from localhost[127.0.0.1]",
    ]


def _token(desk: Desk, delivery_id: int) -> str:

    return Keyring(desk.terminal.settings["NEWSLETTER_SECRET_KEY"]).seal(Purpose.DELIVERY, delivery_id)


def test_reconcile_accepts_what_the_log_has(desk: Desk) -> None:
    """From stdin; first as a rehearsal, which changes nothing."""
    log = "\n".join(lines_of(desk)).encode()
    rehearsed = desk.terminal.ok("reconcile", "--postfix-log", "-", "--dry-run", stdin=log)
    assert 2 == len(desk.mailed.doubts)
    done = desk.terminal.ok("reconcile", "--postfix-log", "-", stdin=log)

    assert (2, 1, 1, 0) == tuple(rehearsed[name] for name in ("asked", "accepted", "missing", "untold"))
    assert rehearsed["asked"] == rehearsed["accepted"] + rehearsed["missing"] + rehearsed["untold"]
    assert (1, 0, "3F2A91C0D4") == (done["accepted"], done["resent"], done["deliveries"][0]["queue_id"])
    assert {"ann": S.ACCEPTED, "bob": S.ACCEPTED, "cem": S.UNCERTAIN} == desk.mailed.states
    assert "uncertain.reconcile" == desk.acts()[0].act


def test_reconcile_reads_rotated_logs_in_any_order(desk: Desk, tmp_path: Path) -> None:
    """Gzipped ones too; and mails again what is missing when asked."""
    lines = lines_of(desk)
    old, new = tmp_path / "mail.log.2.gz", tmp_path / "mail.log"
    # The story of one message is cut in the middle.
    old.write_bytes(gzip.compress("\n".join(lines[:3]).encode()))
    new.write_text("\n".join(lines[3:]))
    told = desk.terminal("reconcile", "--postfix-log", str(new), "--postfix-log", str(old), "--resend-missing")

    assert (0, "") == (told.code, told.err)
    assert "To be mailed again: 1 person." in told.out
    assert {"ann": S.ACCEPTED, "bob": S.ACCEPTED, "cem": S.PENDING} == desk.mailed.states


def test_reconcile_since_asks_about_later_ones_only(desk: Desk) -> None:
    """A moment with its zone, or in the one that is said."""
    log = "\n".join(lines_of(desk)).encode()
    since = ("--since", "2020-02-01T09:30", "--timezone", "Europe/Amsterdam")

    assert 0 == desk.terminal.ok("reconcile", "--postfix-log", "-", *since, stdin=log)["asked"]
    assert 2 == desk.terminal.ok("reconcile", "--postfix-log", "-", "--since", "2020-02-01T08:01Z", stdin=log)["asked"]


def test_reconcile_tells_of_logs_that_cannot_be_read(desk: Desk, tmp_path: Path) -> None:
    """Absent, a folder, a torn gzip file, an unknown zone; nothing is settled by half a log."""
    torn = tmp_path / "torn.gz"
    torn.write_bytes(gzip.compress(b"x" * 100_000)[:-9])
    bad = [str(tmp_path / "absent"), str(tmp_path), str(torn)]

    assert {Exit.REFUSED} == {desk.terminal("reconcile", "--postfix-log", path).code for path in bad}
    assert Exit.REFUSED == desk.terminal("reconcile", "--postfix-log", "-", "--timezone", "Mars/Base").code
    assert Exit.USAGE == desk.terminal("reconcile").code


@pytest.mark.parametrize("raw", [b"", b"\x00\xff" * 50_000, b"Feb  1 " * 40_000, b"\x1f\x8b"])
def test_reconcile_reads_what_is_no_log(desk: Desk, raw: bytes) -> None:
    """Empty, binary, one endless line: nothing is told by it, and nothing is settled."""
    told = desk.terminal("reconcile", "--postfix-log", "-", "--resend-missing", "--json", stdin=raw)

    assert told.code in {0, Exit.REFUSED}
    assert 2 == len(desk.mailed.doubts)


def test_reconcile_believes_no_line_within_a_line(desk: Desk) -> None:
    """What somebody else makes a program write may be long, and look like a line of its own from a certain place on."""
    log = "".join(f"{'x' * logfiles.LONGEST_LINE}{line}\n" for line in lines_of(desk)).encode()
    told = desk.terminal.ok("reconcile", "--postfix-log", "-", "--resend-missing", stdin=log)

    assert (2, 0, 0, 0) == tuple(told[name] for name in ("asked", "accepted", "missing", "messages_of_ours"))
    assert 2 == len(desk.mailed.doubts)


def test_reconcile_believes_no_message_id_of_somebody_else(desk: Desk) -> None:
    """Whoever mails over the same server writes Message-IDs into its log: none can be made up that is one of ours."""
    lines = lines_of(desk)
    at, token = lines[0].partition(" ")[0], _token(desk, 1)
    other = Keyring("the secret of another instance, as long").seal(Purpose.DELIVERY, desk.mailed.doubts[0].delivery_id)
    wrong = (other, token[:-1], token[:-1] + ("a" if token[-1] != "a" else "b"), f"x{token}", "1", "")
    forged = [
        line
        for number, guess in enumerate(wrong)
        for line in (
            f"{at} mail postfix/cleanup[1]: ABCDEF{number}: message-id=<{guess}@example.org>",
            f"{at} mail postfix/qmgr[1]: ABCDEF{number}: from=<evil@example.com>, size=1, nrcpt=1 (queue active)",
        )
    ]
    told = desk.terminal.ok("reconcile", "--postfix-log", "-", stdin="\n".join(forged).encode())

    assert (2, 0, 0) == tuple(told[name] for name in ("asked", "accepted", "messages_of_ours"))


def test_verify_is_content_with_healthy_books(desk: Desk) -> None:
    """Of one, of all, and the figures are there."""
    answer = desk.terminal.ok("issues", "verify", "--all")

    assert (True, 3) == (answer["is_sound"], answer["issues"][0]["rows"])
    assert 2 == answer["issues"][0]["states"]["uncertain"]
    assert f"Issue {desk.issue}: in order, 3 rows.\n" == desk.terminal("issues", "verify", desk.issue).out


def test_verify_exits_8_and_says_what_is_wrong(desk: Desk) -> None:
    """A sentence for each finding."""
    with desk.mailed.database.write() as tx:
        tx.execute(update(mailing).where(mailing.c.letter_id == desk.mailed.letter_id).values(audience=4))
    told = desk.terminal("issues", "verify", desk.issue, "--json")

    assert (Exit.UNSOUND, False) == (told.code, told.answer["is_sound"])
    assert "The audience is 4 and there are 3 rows" in told.answer["issues"][0]["findings"][0]["text"]
    assert "1 are missing" in desk.terminal("issues", "verify", "--all").out
    assert Exit.USAGE == desk.terminal("issues", "verify").code
    assert Exit.NOT_FOUND == desk.terminal("issues", "verify", "404").code


def test_send_rest_counts_asks_and_plans(desk: Desk) -> None:
    """Newcomers only when they are asked for; the uncertain never."""
    desk.terminal.ok("subscribers", "import", "readers", "-", "--basis", "b", "--confirmed", stdin=b"email\ndot@example.net\n")
    assert "Confirmed later, and left out without --also-new: 1 person." in desk.terminal("issues", "send-rest", desk.issue).err
    rehearsed = desk.terminal.ok("issues", "send-rest", desk.issue, "--also-new", "--dry-run")
    asked = desk.terminal("issues", "send-rest", desk.issue, "--also-new", stdin=b"n\n", is_terminal=True)
    assert 3 == len(desk.mailed.states)
    planned = desk.terminal.ok("issues", "send-rest", desk.issue, "--also-new")

    assert ({"again": 0, "new": 1, "perhaps_reached": 0}, 3) == (rehearsed["owed"], rehearsed["audience"])
    assert (Exit.INTERRUPTED, True) == (asked.code, "Send January 2020 to 1 person?" in asked.err)
    assert ({"again": 0, "new": 1}, 4, 2) == (planned["planned"], planned["audience"], planned["uncertain"])
    assert ("issue.send_rest", {"again": 0, "new": 1}) == (desk.acts()[0].act, desk.acts()[0].detail)
    assert ["dot"] == desk.mailed.mail()


def test_cancel_of_a_rest_says_that_the_issue_is_sent(desk: Desk) -> None:
    """It was published, and stays so."""
    desk.terminal.ok("uncertain", "resend", desk.issue, "--all")
    told = desk.terminal("issues", "cancel", desk.issue)

    assert (0, "January 2020 is sent; 2 people will not get it.\n") == (told.code, told.out)
