"""What every page of the desk costs with a few people and with very many: the fastest of some visits, on both databases.

    python -m benchmarks.desk --json
    python -m benchmarks.desk --subscribers 100000 --only sqlite

The people are put straight into the tables, with the deliveries of the last three of 200 issues. What a page costs is the whole
way through the application, from the request to its last byte, without a network. The bound is three times (F6). Numbers that
fill in later, by a request of their own, stand under `counts`: of them it is asked that they come within two seconds. Pages
that ask others (a feed, the DNS) or that never end are named under `left_out`.
"""

import argparse
import contextlib
import json
import re
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Text, cast, func, insert, literal, select, update
from starlette.testclient import TestClient

from benchmarks import instance
from benchmarks.__main__ import postgresql
from newsletter import settings
from newsletter.bootstrap import Application
from newsletter.clock import system_clock
from newsletter.confined import Child
from newsletter.database import Database
from newsletter.issues import draft, editing, newsletters, store
from newsletter.issues.model import IssueState, Month
from newsletter.letters.letter import LetterKind
from newsletter.letters.links import Links
from newsletter.letters.templates import Templates, packaged_templates
from newsletter.mail import mailings
from newsletter.mail.mailings import MailingState
from newsletter.people import segments
from newsletter.staff import accounts
from newsletter.staff.permissions import Role
from newsletter.tables.mail import delivery, figure, mailing
from newsletter.web.app import create_app
from newsletter.web.desk.routes import ROUTES
from newsletter.web.visits import GET, Page
from subscribers import register
from subscribers.consent import Act, Door
from subscribers.exchange import imports
from subscribers.exchange.model import ImportOrder
from subscribers.tables.evidence import consent
from subscribers.tables.kinds import Instant, Number
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import crowd, mailroom
from tests.harness.newsroom import a_month

FEW, MANY = 1_000, 1_000_000
ISSUES = 200
# Visits of one page, after one that is not counted; fewer where it takes long.
VISITS = 7
LONGEST = 2.0
# A page that is done in less is not told from another by a clock: what is below counts as this, in milliseconds.
FLOOR = 5.0

PUBLIC_URL = "https://news.example.org"
TOKEN = "the-link-of-the-benchmark"  # noqa: S105 -- opens a desk that nobody else reaches

LEFT_OUT: Mapping[str, str] = {
    "/desk/settings/domains/look": "asks the DNS",
    "/desk/settings/feeds/try": "asks a feed",
    "/desk/settings/feeds/{feed_id:int}/test": "asks a feed",
}

# Requests that a page makes behind itself, for a number that grows with the list.
COUNTS = frozenset(
    {
        "/desk/people?count=1",
        "/desk/settings/lists/{list_id:int}/people",
        "/desk/settings/questions/{key}/people",
        "/desk/settings/retention/rehearsal",
        "/desk/newsletters/{newsletter_id:int}/readers",
        "/desk/issues/{issue_id:int}/send/count",
    }
)

# What the list of people is asked besides; each is a page of its own.
QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "/desk/people": (
        "q=person12",
        "q=person+7",
        "q=p",
        "q=nobody-of-this-name",
        "list={list_id}&state=confirmed",
        "list={list_id}&language=fr&kept=not&sort=oldest",
        "language=xx",
        "kept=bounced",
        "source=form&returned=1",
        "since=2020-01-25",
        "sort=address",
        "count=1",
    ),
    "/desk/people/suppression": ("address=person50@d0.example.org", "reason=manual"),
}


@dataclass(frozen=True, slots=True)
class Visited:
    """One page at both sizes, in milliseconds."""

    page: str
    database: str
    few_ms: float
    many_ms: float
    # Of which what is below the floor counts as the floor.
    ratio: float
    kilobytes: float


@dataclass(frozen=True, slots=True)
class Result:
    """All pages."""

    few: int
    many: int
    issues: int
    pages: tuple[Visited, ...]
    worst_ratio: float
    worst_page: str
    # Numbers that fill in later, and the longest of them at the large size, in seconds.
    counts: tuple[Visited, ...]
    slowest_count: float
    # Pages that were not measured, and why.
    left_out: Mapping[str, str]
    seconds: float


@dataclass(frozen=True, slots=True)
class _Answer:
    milliseconds: float
    bytes: int


@dataclass(frozen=True, slots=True)
class _House:
    """What the addresses of pages are filled with."""

    ids: Mapping[str, str | int]


def measure(many: int, few: int, only: str | None, begins: str = "/desk") -> Result:
    """Visit every page whose path *begins* so at both sizes, on both databases or on *only* one of them."""
    begun = time.monotonic()
    visited: list[Visited] = []
    left_out: dict[str, str] = {}
    for name in ("sqlite", "postgresql"):
        if only in {None, name}:
            with _small_and_large(name, few, many, left_out, begins) as (small, large):
                visited += [_compared(page, name, small[page], large[page]) for page in small if page in large]
    counts = [one for one in visited if _is_count(one)]
    pages = sorted((one for one in visited if not _is_count(one)), key=lambda one: -one.ratio)
    worst = pages[0]
    return Result(
        few=few,
        many=many,
        issues=ISSUES,
        pages=tuple(pages),
        worst_ratio=worst.ratio,
        worst_page=f"{worst.page} on {worst.database}",
        counts=tuple(counts),
        slowest_count=round(max((one.many_ms for one in counts), default=0.0) / 1000, 2),
        left_out=left_out,
        seconds=round(time.monotonic() - begun, 1),
    )


@contextlib.contextmanager
def _small_and_large(
    name: str, few: int, many: int, left_out: dict[str, str], begins: str
) -> Iterator[tuple[Mapping[str, _Answer], Mapping[str, _Answer]]]:
    with contextlib.ExitStack() as stack:
        address = stack.enter_context(postgresql()) if name == "postgresql" else None
        measured = []
        for people in (few, many):
            with instance.folder() as folder:
                begun = time.monotonic()
                instance.emptied(address, folder).close()
                with _in_bulk(address or instance.sqlite_in(folder)) as bulk:
                    house = furnish(bulk, people)
                database = Database(address or instance.sqlite_in(folder))
                print(f"{name}: {people:,} people in {time.monotonic() - begun:.0f} s", file=sys.stderr)
                measured.append(_visited(database, house, Path(folder), left_out, begins))
                database.close()
        yield measured[0], measured[1]


@contextlib.contextmanager
def _in_bulk(address: str) -> Iterator[Database]:
    """Give a database without its indexes, and on PostgreSQL without looks at foreign keys; they are there again behind it."""
    database = Database(address)
    with database.write() as tx:
        found = [(row[0], row[1]) for row in tx.exec_driver_sql(_INDEXES[database.is_sqlite])]
        for name, _ in found:
            tx.exec_driver_sql(f'DROP INDEX "{name}"')
        if not database.is_sqlite:
            tx.exec_driver_sql("ALTER ROLE CURRENT_USER SET session_replication_role = replica")
    # What was set for the role holds for new connections.
    database.close()
    bulk = Database(address)
    yield bulk
    with bulk.write() as tx:
        for _, statement in found:
            tx.exec_driver_sql(statement)
        if not bulk.is_sqlite:
            tx.exec_driver_sql("ALTER ROLE CURRENT_USER RESET session_replication_role")
    if not bulk.is_sqlite:
        with bulk.write() as tx:
            tx.exec_driver_sql("ANALYZE")
    bulk.close()


# By whether it is SQLite: the names and texts of the indexes that only make things fast.
_INDEXES: Mapping[bool, str] = {
    True: "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE INDEX%'",
    False: "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE 'CREATE INDEX%%'",
}


def furnish(database: Database, people: int) -> _House:
    """Make a newsletter with so many people, 200 issues and one of everything that a page can be of."""
    keyring = Keyring(instance.SECRET)
    made = crowd.gather(database, keyring, people)
    now = system_clock()
    with database.write() as tx:
        _acts(tx)
        _figures(tx, made.issue_ids)
        _older(tx, made.newsletter_id)
        _end_mailings(tx)
        paper = newsletters.by_id(tx, made.newsletter_id)
        a_month(tx, paper)
        issue = store.load(tx, draft.draft_month(tx, paper, Month(2020, 1), now).id)
        editing.write_letter(tx, issue.id, "Division Chair letter", "<p>Dear colleagues.</p>", "Ann Other", now)
        issue = store.load(tx, issue.id)
        approved = mailroom.approved_issue(tx, made.newsletter_id, now, "Approved")
        segment = segments.create(tx, "French readers", "language = fr", "benchmark", now)
        order = ImportOrder(made.list_id, "Signed in Athens.", is_confirmed=True, source="people.csv")
        done = imports.begin(tx, order, "0", "CSV", now)
        section = next(one for one in issue.sections if one.articles)
        topic = register.list_by_id(tx, made.list_id)
    return _House(
        {
            "newsletter_id": made.newsletter_id,
            "issue_id": issue.id,
            "sent_id": made.issue_ids[-1],
            "approved_id": approved,
            "article_id": section.articles[0].id,
            "section_id": section.id,
            "list_id": topic.id,
            "feed_id": 1,
            "subscriber_id": people // 2,
            "import_id": done.id,
            "segment_id": segment.id,
            "place": 1,
            "key": "country",
            "label": "1",
            "work_id": 0,
            "name": "none",
        }
    )


def _acts(tx: Transaction) -> None:
    """Let everybody have asked by a form; nobody checks whether these acts hold together."""
    rows = select(
        subscriber.c.id,
        literal(1),
        literal(Act.REQUESTED.value),
        literal(crowd.LONG_AGO, Instant()),
        literal(Door.FORM.value),
        cast(subscriber.c.id, Text),
        literal(1, Number),
    )
    columns = ["chain", "seq", "act", "at", "door", "digest", "list_id"]
    tx.execute(insert(consent).from_select(columns, rows))


def _figures(tx: Transaction, issue_ids: tuple[int, ...]) -> None:
    """Keep the figures of the issues that were mailed, and call them sent."""
    for issue_id in issue_ids:
        known = store.load(tx, issue_id)
        assert known.letter_id is not None  # approved
        counted = (
            select(delivery.c.letter_id, literal(""), delivery.c.state, func.count())
            .where(delivery.c.letter_id == known.letter_id)
            .group_by(delivery.c.letter_id, delivery.c.state)
        )
        tx.execute(insert(figure).from_select(["letter_id", "shard", "state", "people"], counted))
        store.set_state(tx, known, IssueState.SENT, crowd.NOW)


def _end_mailings(tx: Transaction) -> None:
    tx.execute(update(mailing).values(state=MailingState.FINISHED.value, finished_at=crowd.NOW))


def _older(tx: Transaction, newsletter_id: int) -> None:
    """Make the issues before, of which nothing but their letters is left."""
    for number in range(ISSUES - crowd.ISSUES):
        issue_id = mailroom.approved_issue(tx, newsletter_id, crowd.LONG_AGO, f"Older issue {number}")
        known = store.load(tx, issue_id)
        assert known.letter_id is not None  # approved
        mailings.begin(tx, known.letter_id, LetterKind.ISSUE, crowd.LONG_AGO)
        store.set_state(tx, store.set_state(tx, known, IssueState.SENDING, crowd.LONG_AGO), IssueState.SENT, crowd.LONG_AGO)


def _visited(database: Database, house: _House, folder: Path, left_out: dict[str, str], begins: str) -> Mapping[str, _Answer]:
    given = {
        "NEWSLETTER_DATA_DIR": str(folder),
        "NEWSLETTER_PUBLIC_URL": PUBLIC_URL,
        "NEWSLETTER_SECRET_KEY": instance.SECRET,
        "NEWSLETTER_RELAY_URL": "smtp://127.0.0.1:9",
    }
    loaded = settings.load(given)
    with Child() as child:
        application = Application(
            settings=loaded,
            database=database,
            keyring=Keyring(instance.SECRET),
            clock=system_clock,
            child=child,
            parser=child,
            templates=Templates(packaged_templates(), child),
            links=Links(PUBLIC_URL),
        )
        with database.write() as tx:
            if accounts.first_administrator(tx) is None:
                accounts.add(tx, "Ada", Role.ADMIN, system_clock())
        app = create_app(application, health=lambda: True, desk_token=TOKEN)
        with TestClient(app, PUBLIC_URL, follow_redirects=False) as client:
            client.post(f"/desk/enter/{TOKEN}")
            return dict(_answers(client, house, left_out, begins))


def _answers(client: TestClient, house: _House, left_out: dict[str, str], begins: str) -> Iterator[tuple[str, _Answer]]:
    for page in ROUTES:
        if page.permission is None or page.methods != GET or not page.path.startswith(begins) or page.path in left_out:
            continue
        why = LEFT_OUT.get(page.path) or ("never ends" if page.is_stream else "")
        if why:
            left_out[page.path] = why
            continue
        for shown, address in _addresses(page, house):
            answer = _timed(client, address)
            if answer is None:
                left_out[shown] = "has nothing to show here"
            else:
                yield shown, answer


def _is_count(one: Visited) -> bool:
    # Whatever the state of the issue that is named behind it.
    return one.page.partition(" (")[0] in COUNTS


def _addresses(page: Page, house: _House) -> Iterator[tuple[str, str]]:
    """Give what a page is called, and where it is; some are visited with several questions."""
    address = re.sub(r"\{(\w+)(?::int)?\}", lambda found: str(house.ids.get(found[1], 1)), page.path)
    yield page.path, address
    if page.path.startswith("/desk/issues/{issue_id:int}"):
        for state in ("sent", "approved"):
            own = f"/issues/{house.ids['issue_id']}"
            yield f"{page.path} ({state})", address.replace(own, f"/issues/{house.ids[f'{state}_id']}")
    for question in QUESTIONS.get(page.path, ()):
        yield f"{page.path}?{question}", f"{address}?{question.format(**house.ids)}"


def _timed(client: TestClient, address: str) -> _Answer | None:
    first = client.get(address)
    if first.status_code >= 300:  # noqa: PLR2004 -- not shown
        return None
    taken: list[float] = []
    while len(taken) < VISITS and sum(taken) < LONGEST * 1000:
        begun = time.perf_counter()
        client.get(address)
        taken.append((time.perf_counter() - begun) * 1000)
    # The fastest: whatever else the machine does meanwhile is no cost of the page.
    return _Answer(min(taken), len(first.content))


def _compared(page: str, database: str, few: _Answer, many: _Answer) -> Visited:
    ratio = max(many.milliseconds, FLOOR) / max(few.milliseconds, FLOOR)
    return Visited(
        page, database, round(few.milliseconds, 1), round(many.milliseconds, 1), round(ratio, 2), round(many.bytes / 1024, 1)
    )


def told(result: Result) -> str:
    """Say it in words."""
    lines = [
        f"{one.ratio:>6} × {one.few_ms:>8} ms {one.many_ms:>8} ms {one.kilobytes:>7} KB {one.database:<10} {one.page}"
        for one in (*result.pages, *result.counts)
    ]
    left = [f"Left out: {page}, {why}" for page, why in result.left_out.items()]
    worst = (
        f"The worst: {result.worst_ratio} ×, {result.worst_page}; the slowest number that fills in later: "
        f"{result.slowest_count} s; all in {result.seconds:.0f} s"
    )
    return "\n".join([*lines, *left, worst])


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subscribers", type=int, default=MANY, help="how many are very many")
    parser.add_argument("--few", type=int, default=FEW, help="how many are few")
    parser.add_argument("--only", choices=["sqlite", "postgresql"], help="one of the databases")
    parser.add_argument("--pages", default="/desk", metavar="PATH", help="only pages whose path begins so")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    asked = parser.parse_args()
    result = measure(asked.subscribers, asked.few, asked.only, asked.pages)
    print(json.dumps(asdict(result)) if asked.json else told(result))


if __name__ == "__main__":
    main()
