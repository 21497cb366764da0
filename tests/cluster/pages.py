"""Pages on two hosts in the middle of a mailing: row web."""

import random
import re
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import cycle

import httpx2
from sqlalchemy import select

from newsletter.issues import store
from newsletter.mail import roster
from newsletter.tables.mail import delivery
from newsletter.web.cookies import Cookie
from newsletter.web.public.leave import ONE_CLICK_FIELD, ONE_CLICK_VALUE
from subscribers.tokens import Purpose
from tests.cluster.cluster import CONNECTIONS, MAILERS, PUBLIC, START_WITHIN, Cluster, Issue, Running
from tests.cluster.net import DATA, Host
from tests.cluster.rows import judged, none_ended
from tests.harness import ledgercheck
from tests.harness.sinklog import read_log
from tests.harness.trial import Record, wait_until

PORT = 8000
OWNER = {"name": "Ada", "address": "ada@example.org", "password": "seven tall ships at noon"}
# A mailing that rests is watched for so long, in seconds.
REST = 2.0


@dataclass(slots=True)
class Desk:
    """A web host, and somebody's browser at it."""

    at: Host
    running: Running
    browser: httpx2.Client
    # Opens the desk once.
    link: str

    def sign_in(self) -> str:
        """Make the first account, by the link that was printed; gives the secret of the session."""
        answer = self.browser.post(self.link, data=OWNER)
        assert answer.status_code == httpx2.codes.SEE_OTHER, answer.text[:500]
        return answer.cookies[Cookie.SESSION]

    def knows(self, session: str) -> bool:
        """Whether a session holds here."""
        return self.browser.get("/desk/account", headers=_cookie(session)).status_code == httpx2.codes.OK

    def order(self, issue: Issue, verb: str, session: str) -> None:
        """Press a button of the issue's page."""
        shown = self.browser.get("/desk/account", headers=_cookie(session)).text
        found = re.search(r'name="csrf" value="([^"]+)"', shown)
        assert found is not None, shown[:500]
        with issue.database.read() as tx:
            fields = {"csrf": found[1], "version": str(store.version_of(tx, issue.trial.issue_id))}
        answer = self.browser.post(f"/desk/issues/{issue.trial.issue_id}/{verb}", data=fields, headers=_cookie(session))
        assert answer.status_code == httpx2.codes.SEE_OTHER, f"{verb} at {self.at.name}: {answer.text[:500]}"

    def say_no(self, issue: Issue, subscription_id: int) -> float:
        """Leave as a mail program's own button does it; gives when that was answered."""
        token = issue.trial.keyring.seal(Purpose.UNSUBSCRIBE, subscription_id)
        answer = self.browser.post(f"/u/{token}", data={ONE_CLICK_FIELD: ONE_CLICK_VALUE})
        assert answer.status_code == httpx2.codes.OK, f"at {self.at.name}: {answer.text[:500]}"
        return time.time()


@dataclass(slots=True)
class Leavers:
    """Readers who leave in the middle, in an order that was drawn, and when each was answered."""

    issue: Issue
    waiting: list[int]
    answered: dict[int, float] = field(default_factory=dict)

    def leave(self, count: int, desks: Sequence[Desk]) -> None:
        """Let so many more leave, at one desk after the other."""
        for desk, _ in zip(cycle(desks), range(count), strict=False):
            subscription_id = self.waiting.pop()
            self.answered[subscription_id] = desk.say_no(self.issue, subscription_id)

    def begun_late(self) -> list[int]:
        """Give those to whom a mail was begun after their no had been answered."""
        asked = select(delivery.c.subscription_id, delivery.c.sending_at).where(
            delivery.c.letter_id == self.issue.trial.letter_id, delivery.c.sending_at.is_not(None)
        )
        with self.issue.database.read() as tx:
            begun = {row.subscription_id: row.sending_at.timestamp() for row in tx.execute(asked)}
        return [one for one, at in self.answered.items() if begun.get(one, 0.0) > at]


def serve_two(cluster: Cluster, scale: float, seed: int) -> Record:
    """Web: readers leave and the desk gives orders at either of two web hosts; one is killed, and begins anew."""
    with cluster.issue(max(300, int(900 * scale))) as issue, ExitStack() as stack:
        with issue.database.write() as tx:
            for at in cluster.webs:
                # They have workers of their own; here they only answer.
                roster.drain_host(tx, at.name, issue.database.moment())
        one, other = (stack.enter_context(_desk(issue, at)) for at in cluster.webs)
        session = one.sign_in()
        workers = stack.enter_context(issue.workers())
        issue.reaches(issue.tail(), 1)
        leavers = Leavers(issue, _drawn(issue, seed))
        leavers.leave(20, (one, other))
        late = [_rest(issue, one, other, session)]
        one.running.send(signal.SIGKILL)
        one.running.process.wait()
        leavers.leave(10, (other,))
        late.append(_rest(issue, other, other, session))
        with issue.braked():
            again = stack.enter_context(_desk(issue, cluster.webs[0]))
        is_known = again.knows(session) and other.knows(session)
        leavers.leave(10, (again, other))
        left = issue.left()
        issue.finishes()
        claims = none_ended([*workers, again.running, other.running]) | {
            "it was in the middle of the mailing": left > 0,
            "a session holds at both, and past a death": is_known,
            "nobody is begun with who has left": not leavers.begun_late(),
            "a pause bites at once": max(late) <= len(MAILERS) * CONNECTIONS,
        }
        note = f"{len(leavers.answered)} left at two hosts; behind the answer to a pause came {max(late)} messages at most"
        return judged(issue, "web", claims, note, times=1, left=len(leavers.answered), seed=seed)


def _rest(issue: Issue, pauses: Desk, resumes: Desk, session: str) -> int:
    """Pause at one host and resume at another; gives how many of the issue's messages came in between."""
    pauses.order(issue, "pause", session)
    answered = time.time()
    time.sleep(REST)
    came = [one for one in read_log(issue.trial.log) if one.at > answered]
    resumes.order(issue, "resume", session)
    # Goodbyes to those who left are mailed all the same.
    with issue.database.read() as tx:
        of_it = set(tx.execute(select(delivery.c.id).where(delivery.c.letter_id == issue.trial.letter_id)).scalars())
    return sum(ledgercheck.delivery_id(issue.trial.keyring, one) in of_it for one in came)


def _drawn(issue: Issue, seed: int) -> list[int]:
    asked = select(delivery.c.subscription_id).where(delivery.c.letter_id == issue.trial.letter_id)
    with issue.database.read() as tx:
        everybody = sorted(tx.execute(asked).scalars())
    random.Random(seed).shuffle(everybody)  # noqa: S311 -- repeatable, and no secret
    return everybody


@contextmanager
def _desk(issue: Issue, at: Host) -> Iterator[Desk]:
    """Serve pages on a host."""
    begin = len(at.words)
    words = ("serve", "--host", "0.0.0.0", "--port", str(PORT), "--json")  # noqa: S104 -- in a network of its own
    base = f"http://{at.address(DATA)}:{PORT}"
    with (
        at.running("newsletter.cli", words, issue.settings(at)) as process,
        # What stands before them hands on the public name; it shares no connection with what was before a death.
        httpx2.Client(base_url=base, headers={"host": PUBLIC}, timeout=60, trust_env=False) as browser,
    ):
        wait_until(lambda: process.poll() is not None or _link(at.words[begin:]), f"the pages of {at.name}", START_WITHIN)
        assert process.poll() is None, at.words[begin:][-2000:]
        yield Desk(at, Running(at, process), browser, _link(at.words[begin:]))


def _link(words: str) -> str:
    found = re.search(r"/desk/enter/[\w-]+", words)
    return found[0] if found else ""


def _cookie(session: str) -> dict[str, str]:
    return {"cookie": f"{Cookie.SESSION}={session}"}
