"""The house of `benchmarks.desk`: very many people, 200 issues, the deliveries of the last three, and one of everything else.

What there is a million of is put straight into the tables.
"""

import contextlib
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import LargeBinary, Text, case, cast, func, insert, literal, select, update

from benchmarks import instance
from newsletter.bootstrap import Application
from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.issues import authorbook, draft, editing, newsletters, snippets, store
from newsletter.issues.model import Issue, IssueState, Month
from newsletter.issues.snippets import Said
from newsletter.letters import redirects
from newsletter.letters.letter import LetterKind
from newsletter.mail import dispatch, mailings, relaybook
from newsletter.mail.mailings import MailingState
from newsletter.mail.relays import Relay, Tls
from newsletter.people import importwork, segments
from newsletter.people.departures import Why
from newsletter.staff import accounts, doorlinks
from newsletter.staff.permissions import Role
from newsletter.strongbox import Strongbox
from newsletter.tables.clicks import click_day, counted_link, person_click
from newsletter.tables.departures import departure
from newsletter.tables.mail import delivery, figure, mailing
from newsletter.tables.returns import return_fact, return_message
from newsletter.web.porter import Porter
from subscribers.consent import Act, Door
from subscribers.exchange import imports
from subscribers.exchange.model import ImportOrder
from subscribers.model import Reason
from subscribers.tables.evidence import consent, suppression
from subscribers.tables.kinds import Instant, Number
from subscribers.tables.lists import subscription
from subscribers.tables.people import subscriber
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction
from tests.harness import crowd, hooked, mailroom
from tests.harness.newsroom import a_month, an_image

ISSUES = 200
RELAY = "main"
SEGMENT = "French readers"

# Of a mailing on its way: one in so many waits, was put off, and is uncertain.
_WAITS, _PUT_OFF, _UNCERTAIN = 3, 50, 20_000

# One in so many calls mail spam, which providers put up with just so: half of them at the last issue, half of them yesterday.
_CALLS_IT_SPAM = 1_000

# As much came back as was mailed of the last issue: of so many deliveries one did not arrive, and the rest is a flood of what
# carries no mark of ours.
_BOUNCES = 20

# One in so many leaves after the last issue, and as many in the last month; each in a month of days.
_LEAVES, _DAYS = 100, 29
# What they say about it; some say nothing.
_WHY = (*(why.value for why in Why), "", "")

# One in so many allows that it is kept which links they follow, and follows one of each letter.
_ALLOWS = 10
_LINKS = tuple(f"https://www.example.org/{page}" for page in ("programme", "registration", "call"))

# A file as somebody brings it; one row of it is left out.
_FILE = (
    b"Address,Name\n"
    + b"".join(b"new%d@d0.example.org,New %d\n" % (number, number) for number in range(500))
    + b"no address,\n"
)


@dataclass(frozen=True, slots=True)
class House:
    """What the addresses of pages are filled with."""

    ids: Mapping[str, str | int]
    # Instead of those of the draft, for an issue in another state, by what that is called.
    states: Mapping[str, Mapping[str, str | int]]
    # For single pages, by how their paths begin: what is called the same elsewhere is another thing there.
    places: Mapping[str, Mapping[str, str | int]]
    order: ImportOrder


@contextlib.contextmanager
def in_bulk(address: str) -> Iterator[Database]:
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


def furnish(database: Database, people: int) -> House:
    """Make a newsletter with so many people, 200 issues and one of everything that a page can be of."""
    keyring = Keyring(instance.SECRET)
    made = crowd.gather(database, keyring, people)
    now = system_clock()
    sent, sending = made.issue_ids[-1], made.issue_ids[-2]
    with database.write() as tx:
        _acts(tx)
        _under_way(tx, sending)
        _figures(tx, made.issue_ids)
        _older(tx, made.newsletter_id)
        _end_mailings(tx, made.issue_ids, sending)
        _complaints(tx, sent, now)
        _returns(tx, sent, made.newsletter_id, now)
        _departures(tx, made.list_id, sent, now)
        _clicks(tx, (sent, sending))
        paper = newsletters.by_id(tx, made.newsletter_id)
        a_month(tx, paper)
        issue = store.load(tx, draft.draft_month(tx, paper, Month(2020, 1), now).id)
        editing.write_letter(tx, issue.id, "Division Chair letter", "<p>Dear colleagues.</p>", "Ann Other", now)
        issue = store.load(tx, issue.id)
        snippet = snippets.add(tx, paper.id, "Call for papers", Said("Call for papers", "<p>Write to us.</p>"), now)
        author = authorbook.add(tx, paper.id, "Ada Example", now, affiliation="The Section")
        an_image(tx, alt="A library")
        segment = segments.create(tx, SEGMENT, "language = fr", "benchmark", now)
        approved = _approved(tx, made.newsletter_id, now)
        order = ImportOrder(made.list_id, "Signed in Athens.", is_confirmed=True, source="people.csv")
        done = imports.begin(tx, order, "0", "CSV", now)
        telling = hooked.told(tx, keyring, now, "https://crm.example.org/in")
        relaybook.add(tx, Relay("127.0.0.1", 9, Tls.NONE, name=RELAY), Strongbox.of(keyring), now)
        states = {
            name: _of_issue(store.load(tx, issue_id))
            for name, issue_id in (("sent", sent), ("sending", sending), ("approved", approved))
        }
    return House(
        {
            "newsletter_id": made.newsletter_id,
            **_of_issue(issue),
            "list_id": made.list_id,
            "feed_id": 1,
            "subscriber_id": people // 2,
            "import_id": done.id,
            "segment_id": segment.id,
            "snippet_id": snippet.id,
            "author_id": author.id,
            "return_id": people // 2,
            "hook_id": telling.hook_id,
            "telling_id": telling.id,
            "mailed": sent,
            "place": 1,
            "key": "country",
            "name": RELAY,
            "soon": (now + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M"),
        },
        states,
        {},
        order,
    )


def bring_files(house: House, application: Application, porter: Porter) -> House:
    """Take a file of people in hand, and one of addresses that are kept out, tried and not run; and invite somebody."""
    with application.database.write() as tx:
        ada = accounts.add(tx, "Ada", Role.ADMIN, application.clock())
        invited = doorlinks.make(tx, ada, system_clock(), doorlinks.INVITED)
    brought = porter.carrier.keep(house.order, "Ada", _FILE)
    kept_out = porter.carrier.keep(house.order, "Ada", _FILE, reason=Reason.MANUAL)
    with application.database.write() as tx:
        for work in (brought, kept_out):
            importwork.map_(tx, work, house.order)
    porter.carrier.carry()
    places: Mapping[str, Mapping[str, str | int]] = {
        "/desk/people/imports/files": {"work_id": brought.id},
        "/desk/people/suppression/files": {"work_id": kept_out.id},
        "/desk/link": {"token": doorlinks.token(application.keyring, invited.id)},
    }
    return replace(house, places=places)


def _of_issue(issue: Issue) -> Mapping[str, str | int]:
    section = next(one for one in issue.sections if one.articles)
    return {
        "issue_id": issue.id,
        "article_id": section.articles[0].id,
        "section_id": section.id,
        "label": str(issue.version),
    }


def _approved(tx: Transaction, newsletter_id: int, now: datetime) -> int:
    """Let an issue for some of the people be approved."""
    made = draft.draft_empty(tx, newsletters.by_id(tx, newsletter_id), "Approved", now)
    editing.write_letter(tx, made.id, "A word", "<p>Dear colleagues.</p>", "Ann Other", now)
    editing.select_people(tx, made.id, now, included=[SEGMENT], excluded=[])
    return mailroom.approve(tx, store.load(tx, made.id), now)


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


def _under_way(tx: Transaction, issue_id: int) -> None:
    """Let a mailing be in its midst: some have it, some are refused, some wait, some are uncertain."""
    known = store.load(tx, issue_id)
    number = delivery.c.subscriber_id
    state = case(
        (number % _UNCERTAIN == 0, literal("uncertain")),
        (number % _PUT_OFF == 0, literal("deferred")),
        else_=literal("pending"),
    )
    some = (number % _WAITS == 0, delivery.c.state == "accepted", delivery.c.letter_id == known.letter_id)
    tx.execute(update(delivery).where(*some).values(state=state))


def _figures(tx: Transaction, issue_ids: tuple[int, ...]) -> None:
    """Keep the figures of the issues that were mailed, and call all but one of them sent."""
    for issue_id in issue_ids:
        known = store.load(tx, issue_id)
        assert known.letter_id is not None  # approved
        counted = (
            select(delivery.c.letter_id, literal(""), delivery.c.state, func.count())
            .where(delivery.c.letter_id == known.letter_id, delivery.c.state != "pending")
            .group_by(delivery.c.letter_id, delivery.c.state)
        )
        tx.execute(insert(figure).from_select(["letter_id", "shard", "state", "people"], counted))


def _end_mailings(tx: Transaction, issue_ids: tuple[int, ...], sending: int) -> None:
    """Let one mailing rest, and call all others finished."""
    dispatch.pause(tx, sending, crowd.NOW)
    ended = {"state": MailingState.FINISHED.value, "finished_at": crowd.NOW}
    tx.execute(update(mailing).where(mailing.c.state == MailingState.OPEN.value).values(ended))
    for issue_id in issue_ids:
        if issue_id != sending:
            store.set_state(tx, store.load(tx, issue_id), IssueState.SENT, crowd.NOW)


def _complaints(tx: Transaction, issue_id: int, now: datetime) -> None:
    """Date complaints so that the figures of the issue and those of the last months have some."""
    _, planned = _mailed(tx, issue_id)
    for rest, at in ((0, planned + timedelta(days=1)), (_CALLS_IT_SPAM, now - timedelta(days=1))):
        some = select(subscriber.c.email_hash).where(subscriber.c.id % (2 * _CALLS_IT_SPAM) == rest)
        tx.execute(update(suppression).where(suppression.c.email_hash.in_(some)).values(at=at))


def _returns(tx: Transaction, issue_id: int, newsletter_id: int, now: datetime) -> None:
    """Let as much have come back as was mailed of an issue, and count what is somebody's."""
    letter_id, _ = _mailed(tx, issue_id)
    number = delivery.c.id
    is_bounce, is_nobodys = number % _BOUNCES == 0, number % _BOUNCES != 0
    kind = case((is_bounce, literal("bounce")), else_=literal("reply"))
    cause = case(dict(enumerate(("address-dead", "full", "policy", "temporary"))), value=(number / _BOUNCES) % 4, else_="full")
    words = case((is_bounce, literal("552 5.2.2 mailbox full")), else_=literal(""))
    theirs = case((is_nobodys, literal(None, Number)), else_=number)
    message: dict[str, Any] = {
        "digest": cast(number, Text),
        "came_by": literal("imap"),
        "received_at": literal(now, Instant()),
        "happened_at": literal(now, Instant()),
        "recipient": literal(""),
        "sender": delivery.c.email,
        "subject": literal("It came back"),
        "kind": kind,
        "cause": case((is_bounce, cause), else_=literal("")),
        "status": literal("5.2.2"),
        "reason": words,
        "confidence": literal(100),
        "found_by": literal("envelope"),
        "delivery_number": number,
        "delivery_id": theirs,
        "subscriber_id": case((is_nobodys, literal(None, Number)), else_=delivery.c.subscriber_id),
        "fate": case((is_nobodys, literal("unattributed")), else_=literal("applied")),
        "size": literal(1_000),
        "raw": literal(zlib.compress(b"Subject: It came back\r\n\r\n" + b"Nobody is here.\r\n" * 50), LargeBinary),
    }
    of_letter = delivery.c.letter_id == letter_id
    tx.execute(insert(return_message).from_select(list(message), select(*message.values()).where(of_letter)))
    fact: dict[str, Any] = {
        "message_id": return_message.c.id,
        "delivery_id": return_message.c.delivery_id,
        "kind": return_message.c.kind,
        "letter_id": literal(letter_id, Number),
        "newsletter_id": literal(newsletter_id, Number),
        "subscriber_id": return_message.c.subscriber_id,
        "domain": literal("example.org"),
        "cause": return_message.c.cause,
        "status": return_message.c.status,
        "reason": return_message.c.reason,
        "words": return_message.c.reason,
        "at": return_message.c.happened_at,
        "followed": literal("point"),
    }
    counted = select(*fact.values()).where(return_message.c.delivery_id.is_not(None))
    tx.execute(insert(return_fact).from_select(list(fact), counted))


def _departures(tx: Transaction, list_id: int, issue_id: int, now: datetime) -> None:
    """Let some have left after the issue, and some in the last days; the list still has them, so that it stays as large."""
    letter_id, planned = _mailed(tx, issue_id)
    number = subscription.c.subscriber_id
    for rest, first, after in ((1, planned, letter_id), (2, now - timedelta(days=_DAYS), None)):
        days = {nth: literal(first + timedelta(days=nth), Instant()) for nth in range(_DAYS)}
        rows = select(
            subscription.c.id,
            literal(list_id, Number),
            case(days, value=number % _DAYS),
            literal(Door.FORM.value),
            literal(after, Number),
            case(dict(enumerate(_WHY)), value=number % len(_WHY)),
        ).where(subscription.c.list_id == list_id, number % _LEAVES == rest)
        columns = ["subscription_id", "list_id", "left_at", "door", "letter_id", "reason"]
        tx.execute(insert(departure).from_select(columns, rows))


def _clicks(tx: Transaction, issue_ids: tuple[int, ...]) -> None:
    """Count how often the links of these issues were followed, and by whom of those who allow it."""
    number = subscription.c.subscriber_id
    tx.execute(update(subscription).where(number % _ALLOWS == 0).values(clicks_allowed_at=crowd.LONG_AGO))
    for letter_id, planned in (_mailed(tx, issue_id) for issue_id in issue_ids):
        redirects.keep(tx, letter_id, _LINKS)
        followed = [
            {"link_id": link.id, "day": f"{planned + timedelta(days=nth):%Y-%m-%d}", "is_machine": by_machine, "clicks": 7}
            for link in redirects.of_letter(tx, letter_id)
            for nth in range(_DAYS)
            for by_machine in (False, True)
        ]
        tx.execute(insert(click_day), followed)
        is_theirs = counted_link.c.place == number // _ALLOWS % len(_LINKS) + 1
        rows = (
            select(subscription.c.id, counted_link.c.id, literal(planned, Instant()), literal(1, Number))
            .join_from(subscription, counted_link, is_theirs)
            .where(counted_link.c.letter_id == letter_id, number % _ALLOWS == 0)
        )
        tx.execute(insert(person_click).from_select(["subscription_id", "link_id", "first_at", "clicks"], rows))


def _mailed(tx: Transaction, issue_id: int) -> tuple[int, datetime]:
    """Give the letter of an issue, and when it was planned."""
    letter_id = store.load(tx, issue_id).letter_id
    assert letter_id is not None  # approved
    return letter_id, tx.execute(select(mailing.c.planned_at).where(mailing.c.letter_id == letter_id)).scalar_one()


def _older(tx: Transaction, newsletter_id: int) -> None:
    """Make the issues before, of which nothing but their letters is left."""
    for number in range(ISSUES - crowd.ISSUES):
        issue_id = mailroom.approved_issue(tx, newsletter_id, crowd.LONG_AGO, f"Older issue {number}")
        known = store.load(tx, issue_id)
        assert known.letter_id is not None  # approved
        mailings.begin(tx, known.letter_id, LetterKind.ISSUE, crowd.LONG_AGO)
        store.set_state(tx, store.set_state(tx, known, IssueState.SENDING, crowd.LONG_AGO), IssueState.SENT, crowd.LONG_AGO)
