"""What stands in the addresses and forms of the desk and no page of ours wrote there (A06, A07, W06, W07)."""

import html
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice

import pytest
from sqlalchemy import Connection, Engine, event, func, select, update

from newsletter.bootstrap import Application
from newsletter.database import Database, DatabaseAway
from newsletter.web.desk.routes import ROUTES
from newsletter.web.faults import fault_of
from newsletter.web.visits import LARGEST_NUMBER, whole_number
from subscribers.tables.kinds import metadata
from subscribers.tokens import Keyring
from tests.harness.injections import COMPUTED, INJECTIONS
from tests.newsletter.web.conftest import ROOT, Hands, browser_of, csrf_of
from tests.newsletter.web.desk.conftest import overheard
from tests.newsletter.web.test_access import ADMIN, address, furnished
from tests.newsletter.web.test_crawl import everything
from tests.newsletter.web.test_returned import LEAVES
from tests.newsletter.web.test_returned import forms as forms_of

# Ask a feed, a name server or a web site, of which there is none here.
ASKING_ELSEWHERE = frozenset(
    {"/desk/settings/feeds/try", "/desk/settings/feeds/{feed_id:int}/test", "/desk/settings/domains/look"}
)

_READ = re.compile(r'query(?:\.get\(|\[)"([a-z_.-]+)"')
_NAMED = re.compile(r'name="([a-z_.-]+)"')


def names() -> list[str]:
    """Give every parameter that a page of the desk reads or a form of it has."""
    code = "".join(file.read_text() for file in (ROOT / "newsletter" / "web").rglob("*.py"))
    pages = "".join(file.read_text() for file in (ROOT / "templates" / "pages" / "desk").rglob("*.html"))
    return sorted({*_READ.findall(code), *_NAMED.findall(pages)})


# A page that did not foresee what it was asked.
BROKEN = 500


# What ends a text in SQL, numbers that no column holds, times that no calendar has, signs that databases refuse.
HOSTILE = (
    "' OR 1=1; DROP TABLE account; -- ",
    '1") UNION SELECT name, password FROM account -- %00\0\\',
    "9" * 30,
    "9999-12-31T23:59",
    "x" * 400,
)

# What tools that look for holes of SQL try: what is always so and what never is, another answer behind the page's own, another
# statement, comments in place of spaces and of the rest, other quotes.
INJECTED = (
    "1' AND 1=2-- -",
    "1) OR ('a'='a",
    "-1' UNION ALL SELECT NULL,NULL,CURRENT_USER-- -",
    "1; DELETE FROM account; --",
    "'/**/OR/**/1=1/*",
    '" OR ""="#',
)

# A hole that shows nothing shows by the time it takes; each database is asked in its words.
SLEEPING = ("1' AND 1=(SELECT 1 FROM PG_SLEEP(60))-- -", "1; SELECT PG_SLEEP(60)--")
BURNING = ("1' AND 1=LIKE('A',UPPER(HEX(RANDOMBLOB(300000000/2))))-- -", "1; SELECT RANDOMBLOB(300000000)--")

# In milliseconds; no statement of a page takes nearly so long.
PATIENCE = 5_000

# A page that cannot read a time says so and asks the database nothing: what stands beside it is not looked for then.
TIMES = frozenset({"since", "until"})

# Numbers that nothing has, in fields that hold one.
NUMBERS = ("9" * 30, "9" * 5000, "0365999999999", "٣", "-1", "1_0", "1e9")
NUMBERED = {
    "/desk/settings/newsletters/new": {"name": "New", "list_id": ""},
    "/desk/issues/{issue_id}/comments": {"text": "A word.", "article": ""},
    "/desk/issues/{issue_id}/reviewers": {"address": "ann@example.org", "name": "Ann", "days": ""},
    "/desk/issues/{issue_id}/approve": {"version": ""},
    "/desk/issues/{issue_id}/compose/sections/{section_id}/remove": {"into": ""},
    "/desk/people/add": {"address": "ann@example.org", "how": "ask", "list": ""},
    "/desk/people/export": {"list": ""},
    "/desk/people/suppression": {"address": "ann@example.org", "reason": "manual", "list": ""},
    "/desk/people/{subscriber_id}/keep-out": {"reason": "manual", "list": ""},
    "/desk/people/{subscriber_id}/answered": {"request": ""},
    "/desk/people/segments/new": {"act": "count", "rule": "language is de", "list": ""},
}

# Whose texts stand on which page, by table and column: editors', readers' and the staff's.
SHOWN = {
    ("newsletter", "name"): "/desk/settings/newsletters/{newsletter_id}",
    ("mailing_list", "name"): "/desk/settings/lists/{list_id}",
    ("issue", "title"): "/desk/issues/{issue_id}",
    ("issue", "subject"): "/desk/issues/{issue_id}/compose",
    ("section", "title"): "/desk/issues/{issue_id}/compose",
    ("article", "title"): "/desk/issues/{issue_id}/compose",
    ("subscriber", "name"): "/desk/people/{subscriber_id}",
}


def attempts(database: Database) -> tuple[str, ...]:
    """Give every hostile text, with those that cost this database time."""
    return (*HOSTILE, *INJECTED, *(BURNING if database.is_sqlite else SLEEPING))


@contextmanager
def impatient(patience: int = PATIENCE) -> Iterator[None]:
    """Let PostgreSQL refuse what takes long: a statement that sleeps is an error then, and no time is waited."""

    def hurry(connection: Connection) -> None:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SET LOCAL statement_timeout = {patience}")

    event.listen(Engine, "begin", hurry)
    try:
        yield
    finally:
        event.remove(Engine, "begin", hurry)


def run_by(asked: list[str], texts: Iterable[str]) -> list[str]:
    """Give the statements in which one of *texts* stands as it was sent: as SQL, and no value."""
    return [statement for statement in sorted(set(asked)) if any(text in statement for text in texts)]


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_statement_that_sleeps_breaks_the_page(database: Database) -> None:
    """So what took time is seen as what was broken."""
    with impatient(1), pytest.raises(DatabaseAway) as caught, database.read() as tx:
        tx.execute(select(func.pg_sleep(60)))

    assert BROKEN <= fault_of(caught.value).status


def test_no_parameter_is_more_than_a_text(application: Application, database: Database, keyring: Keyring, clock: Hands) -> None:
    """In every parameter of every page: refused, or found nowhere, and no row is another one afterwards (A06, A07, W07)."""
    ids = furnished(database, keyring, "Own", clock())
    client = browser_of(application, ADMIN)
    known, texts, broken = names(), cycle(attempts(database)), []
    before = everything(database)
    with impatient(), overheard() as statements:
        for page in ROUTES:
            if "GET" not in page.methods or page.is_stream or page.path in ASKING_ELSEWHERE:
                continue
            for left_out in (frozenset[str](), TIMES):
                # Each page is asked with all of them, in another order each time; the other time without what hides others.
                asked = dict(zip([name for name in known if name not in left_out], texts, strict=False))
                answer = client.get(address(page, ids), params=asked)
                if answer.status_code >= BROKEN or "argon2" in answer.text:
                    broken.append(f"{page.path}: {answer.status_code}")

    after = everything(database)
    # Who looked at what people clicked is written down, as the command does.
    looked = [row for row in after["audit"] if "clicks.people" in row]

    assert [] == broken
    assert [] == run_by(statements, attempts(database))
    assert before == {**after, "audit": [row for row in after["audit"] if row not in looked]}


def test_no_field_is_more_than_a_text(application: Application, database: Database, keyring: Keyring, clock: Hands) -> None:
    """Each field of each form, alone and with all others, the ones that nobody sees as well: nothing breaks (A06, W07)."""
    ids = furnished(database, keyring, "Own", clock())
    client = browser_of(application, ADMIN)
    csrf, texts, broken = csrf_of(client), cycle(attempts(database)), []
    staff = everybody(database)
    shown = {address(page, ids) for page in ROUTES if "GET" in page.methods and not page.is_stream}
    forms = {(one.to, *sorted(one.fields)): one for path in sorted(shown) for one in forms_of(client, path)}.values()
    tried = [(one.to, {**one.fields, name: next(texts)}) for one in forms for name in one.fields if name != "csrf"]
    for page in ROUTES:
        if "POST" in page.methods:
            named = [one.replace("*", "1") for one in page.fields or ()]
            tried += [(address(page, ids), dict.fromkeys(named, text) | {"csrf": csrf}) for text in islice(texts, 2)]
    with impatient(), overheard() as statements:
        for to, fields in tried:
            if to not in {LEAVES, *ASKING_ELSEWHERE}:
                answer = client.post(to, data=fields)
                if answer.status_code >= BROKEN or "argon2" in answer.text:
                    broken.append(f"{to} {sorted(fields)}: {answer.status_code}")

    assert [] == broken
    assert [] == run_by(statements, attempts(database))
    assert len(tried) > 500
    assert 200 == client.get("/desk/account").status_code
    assert staff == everybody(database)[: len(staff)]


def everybody(database: Database) -> list[tuple[object, ...]]:
    """Give who is on the staff, and with which roles."""
    account, roles = metadata.tables["account"], metadata.tables["account_role"]
    kept = select(account.c.id, account.c.role, roles.c.role).outerjoin(roles, roles.c.account_id == account.c.id)
    with database.read() as tx:
        return [tuple(row) for row in tx.execute(kept.order_by(account.c.id))]


def test_a_number_that_nothing_has_is_no_bug(
    application: Application, database: Database, keyring: Keyring, clock: Hands
) -> None:
    """Neither one that no database holds nor one that Python does not read (W07)."""
    ids = furnished(database, keyring, "Own", clock())
    client = browser_of(application, ADMIN)
    csrf = csrf_of(client)
    answers = {
        f"{path} {text[:20]}": client.post(
            path.format(**ids), data={"csrf": csrf} | {name: value or text for name, value in fields.items()}
        ).status_code
        for path, fields in NUMBERED.items()
        for text in NUMBERS
    }

    assert {} == {said: status for said, status in answers.items() if status >= BROKEN}


@pytest.mark.parametrize("text", ["", "x", "1.0", "+1", "-1", " 1", "1_0", "²", "٣", "9" * 30, "9" * 5000])
def test_what_is_no_number_of_ours(text: str) -> None:
    """Whatever Python would make of it."""
    assert whole_number(text) is None


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), (str(LARGEST_NUMBER), LARGEST_NUMBER)])
def test_a_number_is_read(text: str, number: int) -> None:
    """As it was typed."""
    assert number == whole_number(text)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_text_at_the_desk_is_a_template(
    application: Application, database: Database, keyring: Keyring, clock: Hands
) -> None:
    """Whoever wrote it, whatever engine it was written for: it stands there letter by letter (A01, W06)."""
    ids = furnished(database, keyring, "Own", clock())
    client = browser_of(application, ADMIN)
    texts = cycle(INJECTIONS)
    for _ in range(len(INJECTIONS) // len(SHOWN) + 1):
        written = dict(zip(SHOWN, islice(texts, len(SHOWN)), strict=True))
        with database.write() as tx:
            for (table, column), text in written.items():
                rows = metadata.tables[table]
                # Of things that may not be called alike only the first.
                tx.execute(update(rows).where(rows.c.id == 1).values({column: text}))
        pages = {path: html.unescape(client.get(path.format(**ids)).text) for path in set(SHOWN.values())}

        assert [] == [text for place, text in written.items() if text not in pages[SHOWN[place]]]
        assert [] == [path for path, page in pages.items() if COMPUTED in page]
