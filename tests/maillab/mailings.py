"""An issue that is planned and mailed by the shipped worker, and what the ledger says of it afterwards."""

import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Self
from urllib.parse import quote

from sqlalchemy import select

from newsletter.database import Database
from newsletter.instance import claim_instance
from newsletter.issues import draft as drafts
from newsletter.issues import newsletters
from newsletter.issues import store as issues
from newsletter.issues.model import IssueState
from newsletter.letters import store as letters
from newsletter.letters.letter import Draft, LetterKind, SlotName, sealed
from newsletter.mail import dispatch, mailings
from newsletter.review import store as approvals
from newsletter.review.store import Approval
from newsletter.tables.mail import delivery
from subscribers.tables.evidence import suppression
from subscribers.tokens import Keyring, Purpose
from tests.harness import people
from tests.harness.instance import environment
from tests.harness.mailroom import SLOTS
from tests.harness.processes import ROOT, WORKER
from tests.maillab.lab import PASSWORD, READERS, RELAY_HOST, SENDER, USER, Lab
from tests.maillab.patience import wait_until

PUBLIC_URL = "https://www.news.example"
LIST_NAME = "Readers"
SENDER_ADDRESS = f"news@{SENDER}"

# Names as people have them; the numbers tell them apart.
NAMES = ("Ann Lee", "Jörg Müller", "", 'Ray "Chip" O\'Hara', "Željka Šarić-Đukić", "佐藤 花子")

# What servers have changed on its way: dots at the beginning of a line, a line that looks like an envelope, blanks at an end.
TREACHEROUS = (
    "",
    ".",
    "..",
    ".x",
    "...",
    "From x",
    ">From y",
    "ends in blanks  ",
    "\ttab",
    "a" * 1200,
    "ﬁn – ‘ends’ with =20=",
    "",
)

# Longer than 5,000 mails take on a busy machine. In seconds.
LONGEST_RUN = 900.0

S = SlotName


@dataclass(frozen=True, slots=True)
class Entry:
    """What the ledger says of one person."""

    id: int
    subscription_id: int
    subscriber_id: int
    email: str
    name: str
    state: str
    attempts: int
    code: int
    reply: str
    sending_at: datetime | None
    settled_at: datetime | None
    message_id: str

    @property
    def queue_id(self) -> str:
        """Under which the relay says it has queued the mail."""
        found = re.search(r"queued as (\w+)", self.reply)
        return found[1] if found else ""


class Mailing:
    """An issue that is approved and planned for readers, in a database of its own."""

    def __init__(
        self, lab: Lab, keyring: Keyring, folder: Path, database_url: str, addresses: Sequence[str], now: datetime
    ) -> None:
        self._keyring = keyring
        self.database = Database(database_url)
        self.draft = a_letter()
        self.settings = {
            **environment(database_url, folder),
            "NEWSLETTER_PUBLIC_URL": PUBLIC_URL,
            "NEWSLETTER_RELAY_URL": relay_url(),
            "SSL_CERT_FILE": str(lab.trust),
        }
        self.issue_id, self.letter_id = self._plan(addresses, now)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run `newsletter` with the settings of this instance."""
        command = [*WORKER[:-1], *words]
        return subprocess.run(command, cwd=ROOT, env=_with(self.settings), capture_output=True, text=True, check=False)

    def worker(self, folder: Path) -> "Worker":
        """Start `newsletter worker --until-idle`."""
        return Worker(self.settings, folder)

    def entries(self) -> dict[str, Entry]:
        """Give the ledger's rows by address."""
        columns = [delivery.c[name] for name in Entry.__dataclass_fields__ if name != "message_id"]
        with self.database.read() as tx:
            rows = tx.execute(select(*columns).where(delivery.c.letter_id == self.letter_id)).all()
        return {row.email: Entry(**row._asdict(), message_id=self._message_id(row.id)) for row in rows}

    def states(self) -> dict[str, str]:
        """Give the ledger's states by address."""
        return {email: entry.state for email, entry in self.entries().items()}

    def accepted(self) -> int:
        """How many are called accepted at this moment."""
        with self.database.read() as tx:
            return mailings.report(tx, self.letter_id).accepted

    def suppressed(self) -> list[str]:
        """Give whom nothing is ever sent to again."""
        with self.database.read() as tx:
            hashes = set(tx.execute(select(suppression.c.email_hash)).scalars())
            rows = tx.execute(select(delivery.c.email, delivery.c.email_hash)).all()
        return [row.email for row in rows if row.email_hash in hashes]

    def issue_state(self) -> IssueState:
        """Give the state of the issue."""
        with self.database.read() as tx:
            return issues.load(tx, self.issue_id).state

    def unsubscribe_url(self, entry: Entry) -> str:
        """Give the address by which this person leaves."""
        return f"{PUBLIC_URL}/u/{self._keyring.seal(Purpose.UNSUBSCRIBE, entry.subscription_id)}"

    def bodies(self, entry: Entry) -> tuple[str, str]:
        """Give text and HTML as the letter says them to this person, filled by nothing of the mailer's."""
        values = {S.NAME: entry.name or "reader", S.UNSUBSCRIBE: self.unsubscribe_url(entry)}
        text, html = self.draft.text, self.draft.html
        for name, value in values.items():
            text = text.replace(SLOTS[name], value)
            html = html.replace(SLOTS[name], escape(value, quote=True))
        return text, html

    def _message_id(self, delivery_id: int) -> str:
        return f"<{self._keyring.seal(Purpose.DELIVERY, delivery_id)}@{SENDER}>"

    def _plan(self, addresses: Sequence[str], now: datetime) -> tuple[int, int]:
        with self.database.write() as tx:
            claim_instance(tx, self._keyring.key_check, now)
            list_ = people.a_list(tx, now, LIST_NAME)
            for number, address in enumerate(addresses):
                people.join(tx, self._keyring, list_.id, address, now, NAMES[number % len(NAMES)])
            newsletter = newsletters.create(
                tx,
                name="Section News",
                sender_name="Section News",
                sender_address=SENDER_ADDRESS,
                list_id=list_.id,
                postal_address="1 Library Road",
                now=now,
            )
            issue = issues.set_state(tx, drafts.draft_empty(tx, newsletter, "January 2020", now), IssueState.IN_REVIEW, now)
            letter = letters.freeze(
                tx, self.draft, now, newsletter_id=newsletter.id, issue_id=issue.id, list_id=newsletter.list_id
            )
            approvals.add(tx, Approval(issue.id, self.draft.content_hash, "ann", now, ""))
            issues.approve_as(tx, issue, letter.id, now)
            dispatch.send_issue(tx, issue.id, now)
        return issue.id, letter.id


class Worker:
    """The shipped worker as a process: it can be listened to, waited for and killed."""

    def __init__(self, settings: Mapping[str, str], folder: Path) -> None:
        self._log = folder / "worker.log"
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [*WORKER, "--until-idle", "--json"],
                cwd=ROOT,
                env=_with(settings),
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()

    @property
    def said(self) -> str:
        """What it has logged, and all before it in the same folder."""
        return self._log.read_text()

    def wait_for_word(self, word: str) -> None:
        """Wait until it has logged *word*."""
        wait_until(lambda: self._is_still_there() and word in self.said, f"the worker says {word!r}")

    def wait_until_accepted(self, mailing: Mailing, count: int) -> None:
        """Wait until the ledger calls so many accepted."""
        wait_until(lambda: self._is_still_there() and mailing.accepted() >= count, f"{count} are accepted")

    def kill(self) -> None:
        """Kill it, as the kernel does when memory is short."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def finish(self) -> dict[str, object]:
        """Wait for its end; gives what it answered."""
        answered, _ = self._process.communicate(timeout=LONGEST_RUN)
        assert 0 == self._process.returncode, f"{self._process.returncode}: {self.said[-3000:]}"
        figures: dict[str, object] = json.loads(answered.splitlines()[-1])
        return figures

    def _is_still_there(self) -> bool:
        assert self._process.poll() is None, f"the worker ended: {self.said[-3000:]}"
        return True


def relay_url(password: str = PASSWORD, port: int = 587, tls: str = "starttls", connections: int = 5) -> str:
    """Give the setting that leads to the relay."""
    return f"smtp://{USER}:{quote(password, safe='')}@{RELAY_HOST}:{port}?tls={tls}&connections={connections}"


def readers(test: str, count: int) -> list[str]:
    """Give addresses that no other test has."""
    return [f"{test}{number}@{READERS}" for number in range(count)]


def a_letter() -> Draft:
    """Give a letter with everything in it that has ever been changed on its way."""
    lines = (f"Dear {SLOTS[S.NAME]},", *TREACHEROUS, f"leave: {SLOTS[S.UNSUBSCRIBE]}", "")
    paragraphs = "\n".join(f"<p>{escape(line)}</p>\n{line if line.startswith('.') else ''}" for line in TREACHEROUS)
    return sealed(
        Draft(
            kind=LetterKind.ISSUE,
            sender_name="Section News, the “Update”",
            sender_address=SENDER_ADDRESS,
            reply_to=f"editor@{SENDER}",
            subject="January 2020: Bücher, 本 and 👩‍🏫",
            preheader="What happened",
            language="en",
            html=f"<p>Dear {SLOTS[S.NAME]}, <a href='{SLOTS[S.UNSUBSCRIBE]}'>leave</a></p>\n{paragraphs}",
            text="\n".join(lines),
            slots={name: SLOTS[name] for name in (S.NAME, S.UNSUBSCRIBE)},
            content_hash="",
        ),
    )


def _with(settings: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in os.environ.items() if not name.startswith("NEWSLETTER_")} | dict(settings)
