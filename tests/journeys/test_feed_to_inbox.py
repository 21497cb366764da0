"""From a blog's feed to the inboxes of a list, by the command line alone, over real HTTP and real SMTP."""

import email
import email.policy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.harness.background import Watched, in_background
from tests.harness.chaosfeed import ChaosFeed
from tests.harness.instance import environment
from tests.harness.processes import run_command
from tests.harness.terminal import Terminal
from tests.harness.wordpress import Blog, BlogPost

PAPER = "Section News"
SECTIONS = ["Division Chair letter", "Feature articles", "Communication initiatives", "The section's activities", "… and more"]

POSTS = [
    # Still December in Amsterdam, and the new year.
    BlogPost(1, "The last one", datetime(2019, 12, 31, 22, 30, tzinfo=UTC)),
    BlogPost(2, "The first one", datetime(2019, 12, 31, 23, 30, tzinfo=UTC)),
    BlogPost(3, "Mentoring in Norway by Almuth Gastinger", datetime(2020, 1, 8, 9, 0, tzinfo=UTC)),
    BlogPost(4, "Coaching &amp; mentoring by Ann Other", datetime(2020, 1, 9, 9, 0, tzinfo=UTC)),
    BlogPost(5, "{{7*7}} </title><script>alert(1)</script>", datetime(2020, 1, 10, 9, 0, tzinfo=UTC)),
    BlogPost(6, "Where to find us", datetime(2020, 1, 12, 9, 0, tzinfo=UTC), categories=("Communication",)),
    BlogPost(7, "Athens in August", datetime(2020, 1, 14, 9, 0, tzinfo=UTC), categories=("WLIC 2020",)),
    BlogPost(8, "Learning for free", datetime(2020, 1, 20, 9, 0, tzinfo=UTC), content="<div>" * 3000 + "deep"),
    # February in Amsterdam.
    BlogPost(9, "The next one", datetime(2020, 1, 31, 23, 30, tzinfo=UTC)),
]

PEOPLE = """\ufeffEmail;Name;Language
ann@example.net;Ann Other;en
BOB@Example.NET;Bob;de
"zoë@bücher.example";Zoë;
chen@example.net;陳 大文;zh
evil@example.net;"Eve\r
Bcc: all@example.net";en
no address;Nobody;
ann@example.net;Ann again;
gone@example.net;Gone;
"""


@dataclass
class Desk:
    """Somebody at a terminal, with a blog and a mail server somewhere."""

    settings: dict[str, str]
    folder: Path
    feed: str
    sink: Watched

    def __call__(self, *arguments: str, stdin: str = "", code: int = 0) -> Any:  # noqa: ANN401 -- JSON
        """Run one command, which must end with *code*; gives the object that ends its stdout."""
        told = Terminal(self.settings)(*arguments, "--json", stdin=stdin.encode())
        assert code == told.code, told.err
        return told.answer

    def process(self, *arguments: str) -> Any:  # noqa: ANN401 -- JSON
        """Run one command as a process of its own, as a newcomer or a timer does."""
        done = run_command(self.settings, *arguments, "--json")
        assert 0 == done.returncode, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def file(self, name: str) -> str:
        """Give the path of a file in the person's folder."""
        return str(self.folder / name)

    def mails(self) -> dict[str, email.message.EmailMessage]:
        """Give the messages that were taken, by recipient."""
        parsed = [email.message_from_bytes(raw, policy=email.policy.default) for raw in self.sink.messages]
        return {taken.recipient: mail for taken, mail in zip(self.sink.taken, parsed, strict=True)}


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Iterator[Desk]:
    """Give a newcomer with an empty folder, and a blog of nine posts, four to a page."""
    with ChaosFeed() as chaos, in_background(Watched()) as sink:
        feed = Blog(POSTS, per_page=4).mount(chaos)
        yield Desk(environment(database_url, tmp_path / "data", relay_port=sink.port), tmp_path, feed, sink)


def test_feed_to_inbox(desk: Desk) -> None:
    """Nine posts, seven of January, five people: each gets it once, and the figures add up."""
    _found(desk)
    issue = _draft(desk)
    _approve(desk, issue)
    _look(desk, issue)
    _send(desk, issue)
    _read(desk)


def _found(desk: Desk) -> None:
    desk.process("init")
    desk(
        *("newsletters", "create", PAPER, "--from", "The Section <news@example.org>", "--list", "readers"),
        *("--postal-address", "1 Library Road, Utrecht", "--timezone", "Europe/Amsterdam"),
    )
    report = desk("subscribers", "import", "readers", "-", "--basis", "Signed up in 2019", "--confirmed", stdin=PEOPLE)
    assert (8, 6, 1, 1, 1) == (report["rows"], report["added"], report["refused"], report["duplicates"], report["cleaned"])
    assert [("no address", 8)] == [(one["text"], one["row"]) for one in report["refusals"]]
    desk("subscribers", "unsubscribe", "GONE@example.net")
    desk("feeds", "add", PAPER, desk.feed)
    assert 9 == desk("feeds", "gather")["new"]


def _draft(desk: Desk) -> str:
    drafted = desk("issues", "draft", PAPER, "--month", "2020-01")
    titles = {section["title"]: [article["title"] for article in section["articles"]] for section in drafted["sections"]}

    assert SECTIONS == list(titles)
    assert ["Mentoring in Norway", "Coaching & mentoring"] == titles["Feature articles"]
    assert ["Where to find us"] == titles["Communication initiatives"]
    assert ["Athens in August"] == titles["The section's activities"]
    assert "The first one" in titles["… and more"]
    assert 4 == len(titles["… and more"]) + 1
    return str(drafted["issue"])


def _approve(desk: Desk, issue: str) -> None:
    blocked = desk("issues", "approve", issue, code=3)
    assert ["letter_missing"] == [finding["code"] for finding in blocked["findings"]]

    (desk.folder / "chair.md").write_text("Dear *readers*,\n\nthis was January.\n")
    desk("issues", "letter", issue, "division chair letter", desk.file("chair.md"), "--by", "Ann Chair")
    desk("issues", "edit", issue, "--subject", "What January brought", "--preheader", "Mentoring, Athens and more")
    desk("issues", "send", issue, code=5)
    assert "approved" == desk("issues", "approve", issue)["state"]


def _look(desk: Desk, issue: str) -> None:
    exported = desk(
        "issues", "export", issue, *("--html", desk.file("i.html"), "--text", desk.file("i.txt"), "--eml", desk.file("i.eml"))
    )
    html, text = (desk.folder / "i.html").read_text(), (desk.folder / "i.txt").read_text()
    message = email.message_from_bytes((desk.folder / "i.eml").read_bytes(), policy=email.policy.default)

    assert "What January brought" == exported["subject"] == message["Subject"]
    for title in ("Mentoring in Norway", "Athens in August", "{{7*7}}"):
        assert title in html
        assert title in text
    assert "<script" not in html
    proofed = desk("issues", "proof", issue, "editor@example.org")
    assert exported["content_hash"] == proofed["content_hash"]


def _send(desk: Desk, issue: str) -> None:
    planned = desk("issues", "send", issue)
    assert (5, 5, 0) == (planned["audience"], planned["pending"], planned["accepted"])
    assert [] == desk.sink.taken

    assert 6 == desk.process("worker", "--until-idle")["accepted"]
    report = desk("issues", "report", issue)
    parts = ("accepted", "refused", "deferred", "uncertain", "skipped", "cancelled", "pending")

    assert (5, 5, "sent") == (report["audience"], report["accepted"], report["state"])
    assert report["audience"] == sum(report[part] for part in parts)
    assert 0 == desk.process("worker", "--until-idle")["accepted"]
    desk("issues", "send", issue, code=5)


def _read(desk: Desk) -> None:
    mails = desk.mails()
    expected = {"ann@example.net", "BOB@example.net", "zoë@xn--bcher-kva.example", "chen@example.net", "evil@example.net"}

    # The proof is claimed first; which of the two connections is the faster one is chance.
    assert "editor@example.org" in {taken.recipient for taken in desk.sink.taken[:2]}
    assert expected | {"editor@example.org"} == {taken.recipient for taken in desk.sink.taken}
    assert 6 == len(desk.sink.taken)
    for recipient in expected:
        mail = mails[recipient]
        assert "What January brought" == mail["Subject"]
        assert "List-Unsubscribe=One-Click" == mail["List-Unsubscribe-Post"]
        assert mail["List-Unsubscribe"].startswith("<http://127.0.0.1:8000/u/")
        assert "Bcc" not in mail
    assert "陳 大文" in str(mails["chen@example.net"]["To"])
    assert len(expected) == len({mails[recipient]["List-Unsubscribe"] for recipient in expected})
