"""People who are kept out, at every door of an instance at once, and others who leave meanwhile; what each met is kept."""

import io
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import func, select

from benchmarks import visitors
from newsletter.clock import system_clock
from newsletter.database import Database, DatabaseFault
from newsletter.letters.letter import LetterKind
from newsletter.mail import dispatch
from newsletter.web.public import stamps
from subscribers import audience, register
from subscribers.address import parse
from subscribers.exchange.importing import import_people
from subscribers.exchange.model import ImportOrder
from subscribers.outcomes import Suppressed
from subscribers.tokens import Keyring, Purpose
from tests.harness import mailroom, people

# What the addresses begin with: of people who complained and of people who left, both still known; of addresses that nobody
# has; of people who leave meanwhile, and of people who stay and are written to.
COMPLAINED, LEFT, NEVER, LEAVING, STAYING = "spam", "left", "never", "leaving", "staying"
KEPT_OUT = (COMPLAINED, LEFT, NEVER)

DOMAINS = 50
# Of an import, half of them of people and half of nobody.
FILE = 200

# How long each rests before it asks again, in seconds.
REST = {"command": 0.02, "click": 0.05, "form": 1.0, "gate": 0.5, "import": 1.0, "audience": 3.0}


def email(kind: str, number: int) -> str:
    """Give the address of somebody."""
    return f"{kind}{number}@mx{number % DOMAINS}.example.net"


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who is there, how many of each kind by what their addresses begin with."""

    list_id: int
    list_slug: str
    sizes: dict[str, int]
    # Of those who leave, by their numbers; and of those who stay, the ids of the people themselves.
    leaving: tuple[int, ...] = ()
    staying: tuple[int, ...] = ()


@dataclass(slots=True)
class Tries:
    """What they met."""

    asked: Counter[str] = field(default_factory=Counter)
    # By which door, and who.
    let_through: list[str] = field(default_factory=list)
    # Of a door that writes, from before its transaction begins to its commit; and of a click. In seconds.
    waits: list[float] = field(default_factory=list)
    clicks: list[float] = field(default_factory=list)
    # What the database refused.
    faults: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Doors:
    """All doors of an instance whose key is being changed; whoever stands at one has both keys."""

    database: Database
    keyring: Keyring
    crowd: Crowd
    port: int
    # By what the clicks of those who leave were signed, before the change.
    former: Keyring
    tries: Tries = field(default_factory=Tries)
    # How many have clicked by now.
    left: int = 0
    # Letters planned for people who are kept out, and for people who stay.
    forbidden: int = 0
    allowed: int = 0

    @contextmanager
    def besieged(self, tries: Tries) -> Iterator[None]:
        """Have all of them ask as long as the block lasts."""
        self.tries = tries
        ways = {
            "command": self._by_command,
            "click": self._click,
            "form": self._by_form,
            "gate": self._at_the_gate,
            "import": self._by_import,
            "audience": self._in_an_audience,
        }
        is_over = threading.Event()
        stamp = visitors.stamp_of(self.port, self.crowd.list_slug)

        def ask_again(way: str, ask: Callable[[random.Random, str], None]) -> None:
            dice = random.Random(way)
            while not is_over.wait(REST[way]):
                try:
                    ask(dice, stamp)
                except DatabaseFault as fault:
                    tries.faults.append(f"{way}: {fault.orig}")
                tries.asked[way] += 1

        with ThreadPoolExecutor(len(ways)) as threads:
            asking = [threads.submit(ask_again, way, ask) for way, ask in ways.items()]
            try:
                yield
            finally:
                is_over.set()
        for one in asking:
            one.result()

    def _somebody(self, dice: random.Random, *kinds: str) -> str:
        kind = dice.choice(kinds)
        return email(kind, dice.randrange(self.crowd.sizes[kind]))

    def _by_command(self, dice: random.Random, _stamp: str) -> None:
        """Ask as the staff would, and as a stranger would."""
        begun = time.perf_counter()
        with self.database.write() as tx:
            now, list_id = system_clock(), self.crowd.list_id
            if dice.random() < 0.5:  # noqa: PLR2004 -- one or the other
                who = self._somebody(dice, *KEPT_OUT)
                outcome: object = register.add(
                    tx, self.keyring, list_id, parse(who), "", now, people.COMMAND, is_confirmed=True
                )
            else:
                # Whoever left may ask to come back.
                who = self._somebody(dice, COMPLAINED, NEVER)
                outcome = register.request(tx, self.keyring, list_id, parse(who), "", now, people.FORM)
        self.tries.waits.append(time.perf_counter() - begun)
        if not isinstance(outcome, Suppressed):
            self.tries.let_through.append(f"command: {who}: {outcome}")

    def _by_import(self, dice: random.Random, _stamp: str) -> None:
        who = {self._somebody(dice, *KEPT_OUT) for _ in range(FILE)}
        lines = "email\n" + "".join(f"{one}\n" for one in sorted(who))
        order = ImportOrder(self.crowd.list_id, f"A benchmark, {dice.random()}", is_confirmed=True)
        report = import_people(self.database.write, self.keyring, io.BytesIO(lines.encode()), order, system_clock())
        if report.said_no != len(who):
            self.tries.let_through.append(f"import: {len(who) - report.said_no} of {len(who)}")

    def _in_an_audience(self, _dice: random.Random, _stamp: str) -> None:
        with self.database.read() as tx:
            these = audience.confirmed(self.crowd.list_id).order_by(None).subquery()
            kept_out = these.c.email.not_like(f"{LEAVING}%") & these.c.email.not_like(f"{STAYING}%")
            found = tx.execute(select(func.count(), func.min(these.c.email)).where(kept_out)).one()
        if found[0]:
            self.tries.let_through.append(f"audience: {found[0]} people, {found[1]} first")

    def _by_form(self, dice: random.Random, stamp: str) -> None:
        """Fill in the form over HTTP; whoever gets a mail by it is found in the relay's log."""
        fields = {"email": self._somebody(dice, COMPLAINED, NEVER), stamps.FIELD: stamp}
        visitor = visitors.visitor_from(dice.randrange(visitors.MOST_NETWORKS))
        visitors.post(self.port, visitor, f"/subscribe/{self.crowd.list_slug}", fields)

    def _at_the_gate(self, dice: random.Random, _stamp: str) -> None:
        """Plan a letter to somebody who is kept out, and one to somebody who stays; the mailer tries both."""
        draft, now = mailroom.a_draft(LetterKind.WELCOME), system_clock()
        stays = dice.choice(self.crowd.staying)
        with self.database.write() as tx:
            forbidden = register.find(tx, parse(self._somebody(dice, COMPLAINED)))
            dispatch.notice(tx, draft, forbidden, now, list_id=self.crowd.list_id)
            dispatch.notice(tx, draft, register.subscriber_by_id(tx, stays), now, list_id=self.crowd.list_id)
        self.forbidden += 1
        self.allowed += 1

    def _click(self, _dice: random.Random, _stamp: str) -> None:
        """Leave by one click; when all have, they say it a second time."""
        number = self.left % len(self.crowd.leaving)
        token = self.former.seal(Purpose.UNSUBSCRIBE, self.crowd.leaving[number])
        visitor = visitors.visitor_from(number % visitors.MOST_NETWORKS)
        answer = visitors.post(self.port, visitor, f"/u/{token}", {"List-Unsubscribe": "One-Click"})
        self.tries.clicks.append(answer.seconds)
        if answer.status == 200:  # noqa: PLR2004 -- OK
            self.left += 1
        else:
            self.tries.faults.append(f"click: answered {answer.status}")
