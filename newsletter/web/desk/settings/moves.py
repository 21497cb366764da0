"""A newsletter in another time zone, and a newsletter that goes to another list: what that means is shown before it is done."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from starlette.responses import Response

from newsletter.errors import BadValue
from newsletter.issues import calendar, listchange, newsletters, zonechange
from newsletter.issues.model import Newsletter
from newsletter.issues.recurrence import parse_zone
from newsletter.staff.permissions import allowed
from newsletter.web.desk.settings import lists, papers, sheets
from newsletter.web.visits import Site, Visit
from subscribers import register
from subscribers.model import MailingList
from subscribers.sentence import say
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Timed:
    """An issue with its moment."""

    id: int
    number: int
    title: str
    at: datetime


def ask_zone(site: Site, visit: Visit) -> Response:
    """Show in which time zone a newsletter is, or, with another one in the address, what it would mean."""
    return _zone(site, visit, visit.query.get("zone", "").strip())


def set_zone(site: Site, visit: Visit) -> Response:
    """Let a newsletter be in another time zone from now on."""
    wanted = visit.text("zone")
    try:
        with site.application.database.write() as tx:
            known = newsletters.by_id(tx, visit.number("newsletter_id"))
            moved = zonechange.change(tx, known.id, wanted)
            sheets.record(tx, visit, "newsletter.zone", f"newsletter {known.name}", before=known.zone, after=moved.zone)
    except sheets.REFUSALS as error:
        return _zone(site, visit, wanted, error)
    return sheets.done(papers.address(moved.id), "zone")


def ask_list(site: Site, visit: Visit) -> Response:
    """Show to which list a newsletter goes, or, with another one in the address, what it would mean."""
    return _list(site, visit, visit.query.get("list_id", ""))


def set_list(site: Site, visit: Visit) -> Response:
    """Let what is approved of a newsletter from now on go to another list."""
    wanted = visit.text("list_id")
    try:
        with site.application.database.write() as tx:
            known = newsletters.by_id(tx, visit.number("newsletter_id"))
            former, chosen = register.list_by_id(tx, known.list_id), _chosen(tx, visit, wanted)
            moved = listchange.change(tx, known.id, chosen.id)
            sheets.record(tx, visit, "newsletter.list", f"newsletter {known.name}", before=former.name, after=chosen.name)
    except sheets.REFUSALS as error:
        return _list(site, visit, wanted, error)
    return sheets.done(papers.address(moved.id), "list-changed")


def _zone(site: Site, visit: Visit, wanted: str, refused: Exception | None = None) -> Response:
    with site.application.database.read() as tx:
        known = newsletters.by_id(tx, visit.number("newsletter_id"))
        kept = zonechange.kept(tx, known)
        coming = calendar.upcoming(tx, known.id, visit.now, count=1)
    try:
        zone = parse_zone(wanted) if wanted else known.zone
    except BadValue as error:
        zone, refused = known.zone, refused or error
    return sheets.page(
        site,
        visit,
        "newsletter_zone",
        at="newsletters",
        refused=refused,
        newsletter=known,
        tabs=papers.tabs(known, visit.words),
        typed=wanted or known.zone,
        zone=zone,
        is_other=zone != known.zone,
        kept=kept,
        issues=[Timed(line.id, line.number, line.title, line.send_at) for line in kept.issues if line.send_at is not None],
        next_at=coming[0].send_at if coming else None,
        zones=sorted(available_timezones()),
    )


def _list(site: Site, visit: Visit, wanted: str, refused: Exception | None = None) -> Response:
    with site.application.database.read() as tx:
        known = newsletters.by_id(tx, visit.number("newsletter_id"))
        left = listchange.left(tx, known)
        open_lists = _open_lists(tx, visit, known)
    chosen = next((one for one in open_lists if str(one.id) == wanted), None)
    return sheets.page(
        site,
        visit,
        "newsletter_list",
        at="newsletters",
        refused=refused,
        newsletter=known,
        tabs=papers.tabs(known, visit.words),
        left=left,
        lists=open_lists,
        chosen=chosen,
        can_make=allowed(visit.actor, sheets.P.MANAGE_PEOPLE),
    )


def _open_lists(tx: Transaction, visit: Visit, known: Newsletter) -> tuple[MailingList, ...]:
    """Give the lists it may go to: whoever has a role in some newsletters has nothing to do with the people of others."""
    theirs = lists.lists_of(tx, visit.actor)
    return tuple(one for one in theirs if not one.is_archived and one.id != known.list_id)


def _chosen(tx: Transaction, visit: Visit, wanted: str) -> MailingList:
    found = next((one for one in lists.lists_of(tx, visit.actor) if str(one.id) == wanted), None)
    if found is None:
        raise BadValue(say("list"), "", say("choose one of yours"))
    return found
