"""Files of addresses that are kept out from then on: brought, tried, and run behind the pages."""

from starlette.responses import RedirectResponse, Response

from newsletter.errors import BadValue
from newsletter.issues import newsletters
from newsletter.people import importwork, keepout
from newsletter.people.importwork import CHANGEABLE, OPEN, NotNow, State, Work
from newsletter.staff import audit
from newsletter.staff.permissions import Permission, require
from newsletter.web.desk import frame
from newsletter.web.desk.frame import Area
from newsletter.web.desk.people import inhand, words
from newsletter.web.desk.people.acts import SEE_OTHER
from newsletter.web.desk.people.inhand import LONGEST_CELL, MOST_SHOWN
from newsletter.web.desk.people.scope import require_scope
from newsletter.web.desk.people.suppressions import HERE, scope_of
from newsletter.web.faults import PageNotFound
from newsletter.web.visits import Site, Visit
from subscribers import register
from subscribers.exchange.model import ImportOrder
from subscribers.model import EVERY_LIST, Reason
from subscribers.sentence import say
from subscribers.transaction import Transaction

S = State


def bring(site: Site, visit: Visit) -> Response:
    """Keep a file for a while, and try it at once where it can be read as it is."""
    brought, reason = inhand.brought(visit), _reason(visit.text("reason"))
    with site.application.database.read() as tx:
        scope = scope_of(tx, visit)
    order = ImportOrder(scope, "", is_confirmed=False, source=brought.name)
    work = site.porter.carrier.keep(order, visit.actor.name, brought.data, reason=reason)
    return _to(work) if inhand.read(site, visit, work).trouble else _tried(site, work, order)


def look(site: Site, visit: Visit) -> Response:
    """Show one file in hand: its columns, what a trial said, how far it is."""
    work = _work(site, visit)
    with site.application.database.read() as tx:
        where = _where(tx, work)
        noted = importwork.count_kept_out(tx, work.id)
        zone = newsletters.zone_of_house(tx)
    report = work.report or {}
    return frame.page(
        site,
        visit,
        "desk/people/blocklist.html",
        here=Area.PEOPLE,
        work=work,
        where=where,
        noted=noted,
        zone=zone,
        reason=words.REASONS[work.reason or Reason.MANUAL],
        read=inhand.read(site, visit, work) if work.state in CHANGEABLE else None,
        report=report,
        is_open=work.state in OPEN,
        refusals=report.get("refusals", ())[:MOST_SHOWN],
    )


def try_(site: Site, visit: Visit) -> Response:
    """Take down what the columns hold, and let it be tried."""
    work = _work(site, visit)
    order = ImportOrder(
        work.order.list_id,
        "",
        is_confirmed=False,
        columns=inhand.said(site, visit, work),
        encoding=visit.text("encoding")[:LONGEST_CELL],
        is_raw="raw" in visit.form,
        source=work.order.source,
    )
    return _tried(site, work, order)


def run(site: Site, visit: Visit) -> Response:
    """Let its addresses be kept out, behind the pages."""
    work = _work(site, visit)
    with site.application.database.write() as tx:
        if not importwork.move(tx, work, S.RUNNING, before=S.TRIED, done=0):
            raise NotNow(work)
        audit.record(
            tx, visit.actor, "suppressions.import-begin", keepout.about(work.order.list_id), {"upload": work.id}, visit.now
        )
    site.porter.call()
    return _to(work)


def drop(site: Site, visit: Visit) -> Response:
    """Delete the file."""
    work = _work(site, visit)
    if not site.porter.carrier.drop(work):
        raise NotNow(work)
    return RedirectResponse(f"{HERE}?said=dropped", SEE_OTHER)


def undo(site: Site, visit: Visit) -> Response:
    """Let what the file said be taken back, behind the pages; a complaint is lifted by those alone who may lift one."""
    work = _work(site, visit)
    with site.application.database.write() as tx:
        if importwork.count_kept_out(tx, work.id, Reason.COMPLAINED):
            require(visit.actor, Permission.LIFT_COMPLAINTS)
        begun = {"done": 0, "trouble": "", "undone_by": visit.actor.name}
        if not importwork.move(tx, work, S.UNDOING, before=S.DONE, **begun):
            raise NotNow(work)
        about = keepout.about(work.order.list_id)
        audit.record(tx, visit.actor, "suppressions.undo-begin", about, {"upload": work.id}, visit.now)
    site.porter.call()
    return _to(work)


def rejects(site: Site, visit: Visit) -> Response:
    """Give the rows that are no addresses as a file."""
    return inhand.left_out(_work(site, visit))


def _tried(site: Site, work: Work, order: ImportOrder) -> Response:
    with site.application.database.write() as tx:
        if not importwork.map_(tx, work, order):
            raise NotNow(work)
    site.porter.call()
    return _to(work)


def _work(site: Site, visit: Visit) -> Work:
    with site.application.database.read() as tx:
        work = importwork.by_id(tx, visit.number("work_id"))
        if work.reason is None:
            raise PageNotFound
        require_scope(tx, visit, work.order.list_id)
        return work


def _where(tx: Transaction, work: Work) -> str:
    return "" if work.order.list_id == EVERY_LIST else register.list_by_id(tx, work.order.list_id).name


def _reason(text: str) -> Reason:
    if text not in words.FILE_REASONS:
        raise BadValue(say("reason"), text[:40], say("choose one of those offered"))
    return Reason(text)


def _to(work: Work) -> Response:
    return RedirectResponse(f"{HERE}/files/{work.id}", SEE_OTHER)
