"""The overview of the settings: what stands in each part, and what needs somebody."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.responses import Response

from newsletter.feeds import store as feeds
from newsletter.feeds.model import Feed
from newsletter.issues import newsletters, schedulebook
from newsletter.issues.model import Newsletter
from newsletter.languages.model import LANGUAGES
from newsletter.mail import relaybook
from newsletter.mail.relaybook import Entry
from newsletter.mail.senderproof import Standing
from newsletter.staff import accounts, audit
from newsletter.web.desk.settings import domains, lists, sheets, system
from newsletter.web.desk.settings.sheets import Part
from newsletter.web.spelled import relative
from newsletter.web.visits import Site, Visit
from subscribers import attributebook
from subscribers.model import MailingList
from subscribers.transaction import Transaction

# Of one part: what is beyond stands on its own page.
MOST_WANTS = 3


@dataclass(frozen=True, slots=True)
class Summary:
    """A part with what is in it."""

    part: Part
    # What there is, as a sentence.
    text: str
    # What needs somebody, each as a sentence.
    wants: tuple[str, ...] = ()

    @property
    def more(self) -> int:
        """How many of them are not shown."""
        return len(self.wants[MOST_WANTS:])


@dataclass(frozen=True, slots=True)
class _Known:
    papers: tuple[Newsletter, ...]
    feeds: tuple[Feed, ...]
    lists: tuple[MailingList, ...]
    relays: tuple[Entry, ...]


def show(site: Site, visit: Visit) -> Response:
    """Show what is in each part that is open to whoever asks."""
    with site.application.database.read() as tx:
        wanted = visit.actor.newsletters(sheets.P.MANAGE_NEWSLETTERS)
        papers = tuple(one for one in newsletters.all_newsletters(tx) if wanted is None or one.id in wanted)
        ids = {one.id for one in papers}
        known = _Known(
            papers,
            tuple(one for one in feeds.feeds_of(tx, None) if one.newsletter_id in ids),
            lists.lists_of(tx, visit.actor),
            relaybook.entries(tx, site.application.relay),
        )
        told = {key: (text, tuple(wants)) for key, text, wants in _told(site, tx, known, visit)}
    summaries = tuple(Summary(part, *told[part.key]) for part in sheets.parts_of(visit.actor))
    return sheets.page(site, visit, "overview", at="", summaries=summaries, most=MOST_WANTS)


def _told(site: Site, tx: Transaction, known: _Known, visit: Visit) -> Iterator[tuple[str, str, list[str]]]:
    yield "newsletters", _names(known.papers, "No newsletter yet."), _of_newsletters(tx, known)
    troubled = [f"{feed.title or feed.url} could not be read." for feed in known.feeds if feed.trouble]
    yield "feeds", _counted(len(known.feeds), "feed") + " are read.", troubled
    with_form = sum(one.has_form for one in known.lists)
    yield "lists", f"{_names(known.lists, 'No list yet.')} {_counted(with_form, 'public form')}.", []
    yield "questions", f"{_counted(len(attributebook.all_attributes(tx)), 'question')} besides name and language.", []
    missing = relaybook.missing(tx, site.application.relay)
    enabled = sum(one.is_enabled for one in known.relays)
    yield (
        "relays",
        f"{_counted(len(known.relays), 'relay')}, {enabled} of them in use.",
        ["Nothing can be mailed."] if missing else [],
    )
    senders = domains.domains_of(tx)
    unsigned = [f"No key signs the mail of {one.name}." for one in senders if not one.signed_by and one.newsletters]
    yield "domains", ", ".join(one.name for one in senders) or "No sender yet.", unsigned
    yield "languages", f"Pages and notices speak {len(LANGUAGES)} languages.", []
    keep = site.application.settings.keep
    yield "retention", f"Names in deliveries: {f'{keep.deliveries.days} days' if keep.deliveries else 'for ever'}.", []
    yield "staff", f"{_counted(len(accounts.all_accounts(tx)), 'account')}.", []
    last = audit.recent(tx, 1)
    told = f"Last: {last[0].act} by {last[0].actor}, {relative(last[0].at, visit.now)}." if last else "Nothing was done yet."
    yield "audit", told, []
    points = system.looked_at(site, tx, visit.now)
    wrong = [point.text for point in points if point.standing is Standing.WRONG]
    yield (
        "system",
        f"{_counted(len(points), 'thing')} looked at.",
        [*wrong, *([] if site.health() else ["The clock of the worker stands still."])],
    )


def _of_newsletters(tx: Transaction, known: _Known) -> list[str]:
    read = {feed.newsletter_id for feed in known.feeds}
    without_feed = [f"{one.name} has no feed to be drafted from." for one in known.papers if one.id not in read]
    planned = {one.newsletter_id for one in schedulebook.running(tx)}
    without_calendar = [f"{one.name} has no calendar." for one in known.papers if one.id not in planned]
    archived = {one.id for one in known.lists if one.is_archived}
    to_nobody = [f"The list of {one.name} is archived; nothing can be sent." for one in known.papers if one.list_id in archived]
    return [*to_nobody, *without_calendar, *without_feed]


def _names(things: tuple[Newsletter, ...] | tuple[MailingList, ...], none: str, most: int = 3) -> str:
    if not things:
        return none
    shown = ", ".join(one.name for one in things[:most])
    return f"{shown}, and {len(things) - most} more." if len(things) > most else f"{shown}."


def _counted(count: int, unit: str) -> str:
    return f"{count or 'No'} {unit}" if count == 1 else f"{count or 'No'} {unit}s"
