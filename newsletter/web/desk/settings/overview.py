"""The overview of the settings: what stands in each part, and what needs somebody."""

from collections.abc import Iterator
from dataclasses import dataclass

from starlette.responses import Response

from newsletter.feeds import store as feeds
from newsletter.feeds.model import Feed
from newsletter.images import store as images
from newsletter.issues import alerts, newsletters, schedulebook
from newsletter.issues.model import Newsletter
from newsletter.languages.catalogue import Words
from newsletter.languages.model import LANGUAGES
from newsletter.mail import relaybook
from newsletter.mail.relaybook import Entry
from newsletter.mail.senderproof import Standing
from newsletter.staff import accounts, apikeys, audit
from newsletter.web.desk.settings import domains, intake, lists, retention, sheets, system
from newsletter.web.desk.settings.sheets import Part
from newsletter.web.spelled import relative
from newsletter.web.visits import Site, Visit
from newsletter.webhooks import hookbook
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
    words = visit.words
    yield "newsletters", _names(known.papers, words.gettext("No newsletter yet."), words), _of_newsletters(tx, known, words)
    troubled = [
        words.gettext("%(feed)s could not be read.", feed=sheets.isolated(feed.title or feed.url))
        for feed in known.feeds
        if feed.trouble
    ]
    yield "feeds", _feeds_in_words(len(known.feeds), words), troubled
    with_form = sum(one.has_form for one in known.lists)
    lists_named = _names(known.lists, words.gettext("No list yet."), words)
    forms = (
        words.ngettext("%(num)s public form.", "%(num)s public forms.", with_form)
        if with_form
        else words.gettext("No public forms.")
    )
    yield "lists", f"{lists_named} {forms}", []
    asked = len(attributebook.all_attributes(tx))
    beside = words.ngettext(
        "%(num)s question besides name and language.", "%(num)s questions besides name and language.", asked
    )
    yield "questions", beside if asked else words.gettext("No questions besides name and language."), []
    yield from _of_mail(site, tx, known, words)
    yield "returns", *_of_returns(site, tx, words)
    yield "webhooks", *_of_hooks(tx, words)
    yield "images", *_of_images(tx, words)
    yield "languages", words.gettext("Pages and notices speak %(count)s languages.", count=len(LANGUAGES)), []
    keep = site.application.keep(tx).deliveries
    yield "retention", words.gettext("Names in deliveries: %(how_long)s.", how_long=retention.lasting(keep, words)), []
    yield "staff", words.ngettext("%(num)s account.", "%(num)s accounts.", len(accounts.all_accounts(tx))), []
    open_keys = sum(one.is_open(visit.wall) for one in apikeys.all_keys(tx))
    of_programs = words.ngettext("%(num)s key of a program.", "%(num)s keys of programs.", open_keys)
    yield "keys", of_programs if open_keys else words.gettext("No program has a key."), []
    yield "audit", _last_act(tx, visit), []
    yield from _of_system(site, tx, visit)


def _of_returns(site: Site, tx: Transaction, words: Words) -> tuple[str, list[str]]:
    told = {one.key: one.text for one in alerts.open_alerts(tx) if one.key.startswith("returns:")}
    ways = intake.ways_of(site.application.settings, {}, told, words)
    used = [one.name for one in ways if one.is_set]
    nothing = words.gettext("Nothing is read that comes back.")
    return (words.beside(used) if used else nothing, [one.trouble for one in ways if one.trouble])


def _of_hooks(tx: Transaction, words: Words) -> tuple[str, list[str]]:
    known = hookbook.all_hooks(tx)
    told = words.ngettext("%(num)s program is told what happens.", "%(num)s programs are told what happens.", len(known))
    off = [
        words.gettext("%(webhook)s was switched off, because %(reason)s.", webhook=one.name, reason=one.off_because)
        for one in known
        if one.off_because
    ]
    failing = [
        words.gettext("%(webhook)s takes nothing.", webhook=one.name) for one in known if one.is_enabled and one.failing_since
    ]
    return told if known else words.gettext("No program is told what happens."), [*off, *failing]


def _of_images(tx: Transaction, words: Words) -> tuple[str, list[str]]:
    known = images.library(tx)
    silent = sum(not one.facts.alt for one in known)
    there = words.ngettext("%(num)s image in the library.", "%(num)s images in the library.", len(known))
    wants = words.ngettext(
        "%(num)s image has no words for who does not see it.", "%(num)s images have no words for who does not see them.", silent
    )
    return (there if known else words.gettext("No images yet."), [wants] if silent else [])


def _feeds_in_words(count: int, words: Words) -> str:
    if not count:
        return words.gettext("No feeds are read.")
    return words.ngettext("%(num)s feed is read.", "%(num)s feeds are read.", count)


def _of_mail(site: Site, tx: Transaction, known: _Known, words: Words) -> Iterator[tuple[str, str, list[str]]]:
    missing = relaybook.missing(tx, site.application.relay)
    enabled = sum(one.is_enabled for one in known.relays)
    used = words.ngettext(
        "%(num)s relay, %(used)s of them in use.", "%(num)s relays, %(used)s of them in use.", len(known.relays), used=enabled
    )
    yield (
        "relays",
        used if known.relays else words.gettext("No relays."),
        [words.gettext("Nothing can be mailed.")] if missing else [],
    )
    senders = domains.domains_of(tx, words)
    unsigned = [
        words.gettext("No key signs the mail of %(domain)s.", domain=one.name)
        for one in senders
        if not one.signed_by and one.newsletters
    ]
    yield "domains", ", ".join(one.name for one in senders) or words.gettext("No sender yet."), unsigned


def _last_act(tx: Transaction, visit: Visit) -> str:
    last = audit.recent(tx, 1)
    if not last:
        return visit.words.gettext("Nothing was done yet.")
    then = relative(last[0].at, visit.now, visit.words)
    return visit.words.gettext("The last entry is by %(who)s, %(then)s.", who=last[0].actor, then=then)


def _of_system(site: Site, tx: Transaction, visit: Visit) -> Iterator[tuple[str, str, list[str]]]:
    words = visit.words
    points = system.looked_at(site, tx, visit.now)
    # That there is no relay is said of the relays, and in words of the desk.
    wrong = [point.text for point in points if point.standing is Standing.WRONG and point.what != "relay"]
    stands_still = [] if site.health() else [words.gettext("The clock of the worker stands still.")]
    is_well = site.health() and all(point.standing is not Standing.WRONG for point in points)
    well = words.gettext("Nothing is wrong.") if is_well else ""
    yield "system", well, [*wrong, *stands_still]


def _of_newsletters(tx: Transaction, known: _Known, words: Words) -> list[str]:
    read = {feed.newsletter_id for feed in known.feeds}
    planned = {one.newsletter_id for one in schedulebook.running(tx)}
    archived = {one.id for one in known.lists if one.is_archived}
    return [
        *(
            words.gettext("The list of %(newsletter)s is archived; nothing can be sent.", newsletter=sheets.isolated(one.name))
            for one in known.papers
            if one.list_id in archived
        ),
        *(
            words.gettext("%(newsletter)s has no calendar.", newsletter=sheets.isolated(one.name))
            for one in known.papers
            if one.id not in planned
        ),
        *(
            words.gettext("%(newsletter)s has no feed to be drafted from.", newsletter=sheets.isolated(one.name))
            for one in known.papers
            if one.id not in read
        ),
    ]


def _names(things: tuple[Newsletter, ...] | tuple[MailingList, ...], none: str, words: Words, most: int = 3) -> str:
    if not things:
        return none
    shown, more = ", ".join(sheets.isolated(one.name) for one in things[:most]), len(things[most:])
    if more:
        return words.ngettext("%(names)s, and %(num)s more.", "%(names)s, and %(num)s more.", more, names=shown)
    return words.gettext("%(names)s.", names=shown)
