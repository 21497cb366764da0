"""The acts of the demonstration: what an organisation does once, what its editors do each month, what a reader does.

Each act uses the product as its doors do: values in, one transaction, nothing behind its back. The draft and the mailing
are not among them; those the worker does by itself.
"""

import asyncio
import http.client
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from newsletter.bootstrap import Application
from newsletter.clock import monotonic
from newsletter.demo import people
from newsletter.demo.envelopes import Envelopes
from newsletter.demo.mails import read_mail
from newsletter.demo.outcome import Caught
from newsletter.demo.posts import MATERIAL, SITE_ZONE
from newsletter.errors import NewsletterError
from newsletter.feeds import store as feeds
from newsletter.images import library
from newsletter.images.model import Facts as FactsOfImage
from newsletter.issues import authors, changes, draft, editing, newsletters, schedulebook, store, texts, timetable
from newsletter.issues.changes import Change
from newsletter.issues.contents import Text
from newsletter.issues.model import Event, Issue, IssueState, Month, Newsletter, SectionPlan, Show
from newsletter.issues.plan import parse_plan
from newsletter.issues.recurrence import parse_recurrence
from newsletter.issues.schedule import WhenEmpty
from newsletter.letters import prose
from newsletter.letters.illustrate import illustrate
from newsletter.mail import dispatch
from newsletter.mail.delivery import Report
from newsletter.review import approval
from newsletter.review.facts import Facts
from newsletter.staff import accounts, passwords
from newsletter.staff.permissions import LOCAL_OPERATOR, Role
from subscribers import register
from subscribers.exchange.importing import import_people
from subscribers.exchange.model import ImportOrder
from subscribers.transaction import Transaction

T = TypeVar("T")

NAME = "CPDWL Newsletter"
SENDER = "newsletter@cpdwl.example"
POSTAL_ADDRESS = "CPDWL demonstration, 1 Example Square, 2595 BE The Hague, Netherlands"

EDITOR = "Edda Editor"
EDITOR_ADDRESS = "edda@cpdwl.example"
# Shown to everybody, and worth nothing: it dies with the demonstration.
PASSWORD = "two boats and one fjord"  # noqa: S105 -- see above

RECURRENCE = "first monday"
AT = time(9, 0)
DRAFT_BEFORE = timedelta(days=2)

# The clock of the demonstration is set here first: the draft is due at nine.
BEFORE_DRAFT = datetime(2020, 2, 1, 8, 59, 56, tzinfo=SITE_ZONE)
# And here once the issue is approved: it is sent at nine.
BEFORE_SENDING = datetime(2020, 2, 3, 8, 59, 58, tzinfo=SITE_ZONE)

SUBJECT = "January 2020: two boats, one fjord, eleven first steps"
PREHEADER = "Mentoring in Norway, guidelines in Moscow, a sofa in Athens, and a letter from the Division Chair"
LETTER_SECTION = "Division Chair letter"
LETTER_BY = "Catharina Isberg"

# Its chair says where the letter comes from.
LETTER_AFFILIATION = "Chair of the division"
PORTRAIT_FILE = "pictures/chair.png"
PORTRAIT_FACTS = FactsOfImage("The chair of the division", alt=f"{LETTER_BY}, drawn", credit="drawn for this demonstration")

# Typed by the editors, because posts do not say them, or not so that they cannot be mistaken.
TYPED_EVENTS = (
    ("Webinar: the first hundred days in a new post", Event("2020-02-12T14:00", "2020-02-12T15:00", place="online")),
    ("Reading circle: nine pages, three questions", Event("2020-02-27T16:00", "2020-02-27T17:00", place="online")),
    ("Webinar: teaching colleagues who are older than you", Event("2020-03-18T14:00", "2020-03-18T15:00", place="online")),
)
SATELLITE = "Satellite meeting"
SATELLITE_EVENT = Event("2020-08-13", "2020-08-14", place="Dublin")
# The typed ones, and the post that is one.
EVENTS = len(TYPED_EVENTS) + 1

NOTE_TITLE = "A note between two issues"
NOTE_SECTION = "Reading circle"
NOTE_BY = "The editors"
NOTE_SUBJECT = "The reading circle meets on 27 February"
NOTE_PREHEADER = "Nine pages, one hour, on screen. Those who have not read the text may listen."

FORM = "application/x-www-form-urlencoded"

# What the slowest machine needs for one step of the worker, in seconds; more means that something is broken.
PATIENCE = 90.0
BETWEEN_LOOKS = 0.1


class DemoStuck(NewsletterError):  # noqa: N818 -- named for the outcome
    """Something that was to happen by itself did not."""

    def __init__(self, what: str) -> None:
        super().__init__(f"The demonstration waited {PATIENCE:.0f} seconds in vain: {what}.")


@dataclass(frozen=True, slots=True)
class Organised:
    """A newsletter with everything it needs to come out every month."""

    newsletter: Newsletter
    imported: int


def make_editor(app: Application) -> None:
    """Make the account that the link of the demonstration lets in, with a password for a second browser."""
    kept = passwords.hashed(PASSWORD)
    with app.database.write() as tx:
        account = accounts.add(tx, EDITOR, Role.ADMIN, app.clock(), EDITOR_ADDRESS)
        accounts.set_password(tx, account.id, kept)


def organise(app: Application, blog_url: str) -> Organised:
    """Make the list, the newsletter, its feed and its cadence, and import the readers."""
    now = app.clock()
    with app.database.write() as tx:
        mailing_list = register.create_list(tx, NAME, now, description="What happened at the section, once a month.")
        newsletter = newsletters.create(
            tx,
            name=NAME,
            sender_name=NAME,
            sender_address=SENDER,
            list_id=mailing_list.id,
            postal_address=POSTAL_ADDRESS,
            now=now,
            zone=SITE_ZONE.key,
        )
        newsletters.set_plan(tx, newsletter.id, plan())
        feeds.add(tx, newsletter.id, f"{blog_url}/feed/", now)
        schedulebook.set_schedule(
            tx,
            timetable.propose(
                newsletter.id, parse_recurrence(RECURRENCE), AT, SITE_ZONE.key, DRAFT_BEFORE, None, WhenEmpty.SKIP, now
            ),
        )
    order = ImportOrder(mailing_list.id, people.BASIS, is_confirmed=True, source=people.FILE.name)
    with people.FILE.open("rb") as file:
        report = import_people(app.database.write, app.keyring, file, order, now)
    return Organised(newsletter, report.added)


async def drafted_by_the_worker(app: Application, newsletter: Newsletter, month: Month) -> Issue:
    """Wait for the issue of *month* that the worker drafts when its slot says so."""

    def look() -> Issue | None:
        with app.database.read() as tx:
            lines = [line for line in store.issues_of(tx, newsletter.id) if line.month == str(month)]
            return store.load(tx, lines[0].id) if lines else None

    return await _until(look, "the worker drafted no issue")


def plan() -> tuple[SectionPlan, ...]:
    """Give the sections of the newsletter, from a file as an editor writes it."""
    return parse_plan((MATERIAL / "plan.toml").read_text(encoding="utf-8"))


def finish_issue(app: Application, issue_id: int) -> Issue:
    """Do an editor's work: put the chair's letter in, say what happens when, give the issue its subject, approve it."""
    portrait = library.add(app.database, app.child, app.clock, (MATERIAL / PORTRAIT_FILE).read_bytes(), PORTRAIT_FACTS)
    with app.database.write() as tx:
        authors.sign(tx, LOCAL_OPERATOR.name)
        write_issue(tx, issue_id, app.clock(), portrait.key)
    return approve(app, issue_id)


def write_issue(tx: Transaction, issue_id: int, now: datetime, portrait: str = "") -> Issue:
    """Write what a month's posts do not say: the letter, the dates, the subject."""
    written = editing.write_letter(tx, issue_id, LETTER_SECTION, _prose("letter.md"), LETTER_BY, now)
    (letter,) = written.section_called(LETTER_SECTION).articles
    changes.change_article(tx, issue_id, letter.id, Change(affiliation=LETTER_AFFILIATION, portrait=portrait), now)
    satellite = next(article for article in written.articles if article.title.startswith(SATELLITE))
    changes.change_article(tx, issue_id, satellite.id, Change(event=SATELLITE_EVENT), now)
    for title, event in TYPED_EVENTS:
        texts.add_event(tx, issue_id, Text(title, "", Show.FULL, event=event), now)
    return editing.edit_issue(tx, issue_id, now, subject=SUBJECT, preheader=PREHEADER)


def write_note(app: Application, newsletter: Newsletter) -> Issue:
    """Write and approve an issue of its own between two months, without any feed."""
    now = app.clock()
    with app.database.write() as tx:
        authors.sign(tx, LOCAL_OPERATOR.name)
        issue = draft.draft_empty(tx, newsletter, NOTE_TITLE, now)
        editing.write_letter(tx, issue.id, NOTE_SECTION, _prose("note.md"), NOTE_BY, now)
        editing.edit_issue(tx, issue.id, now, subject=NOTE_SUBJECT, preheader=NOTE_PREHEADER)
    return approve(app, issue.id)


def approve(app: Application, issue_id: int) -> Issue:
    """Look an issue over and say that it may go out."""
    asyncio.run(illustrate(app.bringer(), issue_id))
    with app.database.read() as tx:
        known = Facts(now=app.clock(), support=app.support)
        looked = approval.look_over(tx, app.templates, issue_id, links=app.links, seed=app.keyring.derive("slots"), known=known)
    with app.database.write() as tx:
        return approval.approve(tx, looked, LOCAL_OPERATOR, app.clock()).issue


def send_now(app: Application, issue_id: int) -> None:
    """Plan an approved issue for everybody who is on the list at this moment."""
    with app.database.write() as tx:
        dispatch.send_issue(tx, issue_id, app.clock())


async def sent_by_the_worker(app: Application, issue_id: int, show: Callable[[Report], None]) -> Report:
    """Wait until the worker has mailed an issue to everybody, showing how it goes; gives the figures."""

    def look() -> Report | None:
        with app.database.read() as tx:
            report, state = dispatch.report(tx, issue_id), store.load(tx, issue_id).state
        show(report)
        return report if state is IssueState.SENT else None

    return await _until(look, "the worker did not finish the mailing")


async def leave_by_one_click(envelopes: Envelopes) -> int:
    """Do what a mail program does when its reader presses "unsubscribe"; gives how many were answered with success."""
    # The first mails tell the editor what waits; nobody leaves those by a click.
    mails = (read_mail(envelopes.content(one)) for one in envelopes.all())
    address = next((mail.one_click for mail in mails if mail.one_click), "")
    # RFC 8058 3.1: this field, no cookie, and no redirect is followed.
    return int(address != "" and await asyncio.to_thread(_ask, address, "POST", "List-Unsubscribe=One-Click") == http.client.OK)


def status_of(address: str) -> int:
    """Give what the page at *address* answers with; no redirect is followed."""
    return _ask(address, "GET")


def newsletter_of(app: Application, issue: Issue) -> Newsletter:
    """Give the newsletter that an issue belongs to."""
    with app.database.read() as tx:
        return newsletters.by_id(tx, issue.newsletter_id)


def count_posts(app: Application, newsletter: Newsletter) -> int:
    """Give how many posts were read from the feed and kept."""
    beginning, end = datetime(2000, 1, 1, tzinfo=SITE_ZONE), app.clock() + timedelta(days=1)
    with app.database.read() as tx:
        return len(feeds.posts_between(tx, newsletter.id, beginning, end))


def caught_mails(envelopes: Envelopes) -> tuple[Caught, ...]:
    """Give what the catcher holds, by person."""
    mails = ((envelope, read_mail(envelopes.content(envelope))) for envelope in envelopes.all())
    return tuple(Caught(mail.heading.subject, recipient) for envelope, mail in mails for recipient in envelope.recipients)


def _prose(name: str) -> str:
    return prose.to_html((MATERIAL / name).read_text(encoding="utf-8"), name)


def _ask(address: str, method: str, body: str | None = None) -> int:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        connection.request(method, parts.path, body, {"Content-Type": FORM} if body else {})
        return connection.getresponse().status
    finally:
        connection.close()


async def _until(look: Callable[[], T | None], what: str) -> T:
    deadline = monotonic() + PATIENCE
    while monotonic() < deadline:
        found = await asyncio.to_thread(look)
        if found is not None:
            return found
        await asyncio.sleep(BETWEEN_LOOKS)
    raise DemoStuck(what)
