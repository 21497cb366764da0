"""Files of people taken in: brought, mapped, tried, run behind the pages, and undone as one."""

from collections.abc import Mapping

from starlette.responses import RedirectResponse, Response

from newsletter.errors import BadValue
from newsletter.issues import newsletters
from newsletter.languages.catalogue import later
from newsletter.people import importwork
from newsletter.people.importwork import CHANGEABLE, OPEN, NotNow, State, Work
from newsletter.staff import audit
from newsletter.web.desk import frame
from newsletter.web.desk.frame import Area, Said
from newsletter.web.desk.issue.audience import Option
from newsletter.web.desk.people import inhand
from newsletter.web.desk.people.acts import SEE_OTHER
from newsletter.web.desk.people.inhand import LARGEST, LONGEST_CELL, MOST_SHOWN
from newsletter.web.desk.people.scope import require_list, seen_lists
from newsletter.web.faults import PageNotFound
from newsletter.web.visits import Site, Visit, whole_number
from subscribers import register
from subscribers.exchange import asking
from subscribers.exchange import imports as store
from subscribers.exchange.model import ImportOrder
from subscribers.oneline import one_line
from subscribers.sentence import say

HERE = "/desk/people/imports"
S = State

USUAL_PACE = 500

SAID: Mapping[str, Said] = {
    "dropped": Said(later("The file is deleted. Nobody was taken in from it.")),
    "asking": Said(later("The people of this import are asked by mail, so many an hour.")),
}


def show(site: Site, visit: Visit) -> Response:
    """Show what is in hand, what was imported before, and the form to bring a file."""
    with site.application.database.read() as tx:
        seen = seen_lists(tx, visit)
        known = {one.id: one for one in register.all_lists(tx) if seen is None or one.id in seen}
        in_hand = [one for one in importwork.in_hand(tx) if one.order.list_id in known and one.state is not S.DONE]
        zone = newsletters.zone_of_house(tx)
        done = [one for one in store.newest(tx, MOST_SHOWN) if one.order.list_id in known]
    return frame.page(
        site,
        visit,
        "desk/people/imports.html",
        here=Area.PEOPLE,
        said=SAID.get(visit.query.get("said", "")),
        in_hand=[one for one in in_hand if one.state is not S.UNDONE],
        done=done,
        zone=zone,
        names={one.id: one.name for one in known.values()},
        lists=tuple(Option(str(one.id), one.name) for one in known.values() if not one.is_archived),
        largest=LARGEST // (1024 * 1024),
    )


def bring(site: Site, visit: Visit) -> Response:
    """Keep a file for a while."""
    brought = inhand.brought(visit)
    with site.application.database.read() as tx:
        list_id = whole_number(visit.text("list")) or 0
        require_list(tx, visit, list_id)
        register.require_open(tx, list_id)
    order = ImportOrder(list_id, "", is_confirmed=False, source=brought.name)
    work = site.porter.carrier.keep(order, visit.actor.name, brought.data)
    return _to(work.id)


def look(site: Site, visit: Visit) -> Response:
    """Show one file in hand: its columns, what a trial said, how far it is."""
    work, names = _work(site, visit)
    read = inhand.read(site, visit, work) if work.state in CHANGEABLE else None
    waiting = work.state in OPEN
    return frame.page(
        site,
        visit,
        "desk/people/import_work.html",
        here=Area.PEOPLE,
        work=work,
        list_name=names[work.order.list_id],
        read=read,
        report=work.report,
        is_open=waiting,
        rows=(work.report or {}).get("rows", 0),
        refusals=(work.report or {}).get("refusals", ())[:MOST_SHOWN],
        cleanings=(work.report or {}).get("cleanings", ())[:MOST_SHOWN],
        has_rejects=bool((work.report or {}).get("refusals")),
        wrong=_wrong(visit.query.get("wrong", "")),
    )


def try_(site: Site, visit: Visit) -> Response:
    """Take down what the columns hold and on which basis, and let it be tried."""
    work, _ = _work(site, visit)
    basis = one_line(visit.text("basis"))
    if not basis or visit.text("consent") not in {"confirmed", "ask"}:
        return RedirectResponse(f"{HERE}/files/{work.id}?wrong={'basis' if not basis else 'consent'}", SEE_OTHER)
    order = ImportOrder(
        work.order.list_id,
        basis,
        visit.text("consent") == "confirmed",
        updates="updates" in visit.form,
        columns=inhand.said(site, visit, work),
        encoding=visit.text("encoding")[:LONGEST_CELL],
        is_raw="raw" in visit.form,
        source=work.order.source,
    )
    with site.application.database.write() as tx:
        if not importwork.map_(tx, work, order):
            raise NotNow(work)
    site.porter.call()
    return _to(work.id)


def run(site: Site, visit: Visit) -> Response:
    """Let it be taken in, behind the pages."""
    work, _ = _work(site, visit)
    with site.application.database.write() as tx:
        if not importwork.move(tx, work, S.RUNNING, before=S.TRIED, done=0):
            raise NotNow(work)
        audit.record(tx, visit.actor, "subscribers.import-begin", f"list {work.order.list_id}", {"upload": work.id}, visit.now)
    site.porter.call()
    return _to(work.id)


def drop(site: Site, visit: Visit) -> Response:
    """Delete the file."""
    work, _ = _work(site, visit)
    if not site.porter.carrier.drop(work):
        raise NotNow(work)
    return RedirectResponse(f"{HERE}?said=dropped", SEE_OTHER)


def rejects(site: Site, visit: Visit) -> Response:
    """Give the rows that were left out, with the reason, as a file that no spreadsheet runs."""
    work, _ = _work(site, visit)
    return inhand.left_out(work)


def one(site: Site, visit: Visit) -> Response:
    """Show one import: on which basis, how far it came, and what can be done with it."""
    with site.application.database.read() as tx:
        known = store.by_id(tx, visit.number("import_id"))
        name = register.list_by_id(tx, known.order.list_id).name
        zone = newsletters.zone_of_house(tx)
        undoing = next(
            (work for work in importwork.in_hand(tx) if work.import_id == known.id and work.state is not S.DONE), None
        )
    return frame.page(
        site,
        visit,
        "desk/people/import.html",
        here=Area.PEOPLE,
        said=SAID.get(visit.query.get("said", "")),
        known=known,
        list_name=name,
        zone=zone,
        undoing=undoing,
        usual_pace=USUAL_PACE,
        fastest=asking.FASTEST,
    )


def undo(site: Site, visit: Visit) -> Response:
    """Take an import back as one, behind the pages."""
    with site.application.database.write() as tx:
        known = store.by_id(tx, visit.number("import_id"))
        importwork.begin_undoing(tx, known.order, visit.actor.name, known.id, visit.now)
    site.porter.call()
    return RedirectResponse(f"{HERE}/{known.id}", SEE_OTHER)


def ask(site: Site, visit: Visit) -> Response:
    """Let the people of an import who must confirm be asked by mail, so many an hour."""
    pace = whole_number(visit.text("pace")) or 0
    if not 1 <= pace <= asking.FASTEST:
        raise BadValue(
            say("pace"), visit.text("pace")[:20], say("from 1 to %(fastest)s people an hour", fastest=f"{asking.FASTEST:,}")
        )
    with site.application.database.write() as tx:
        known = store.by_id(tx, visit.number("import_id"))
        asking.set_pace(tx, known.id, pace, visit.now)
        audit.record(tx, visit.actor, "subscribers.ask", f"import {known.id}", {"per_hour": pace}, visit.now)
    return RedirectResponse(f"{HERE}/{known.id}?said=asking", SEE_OTHER)


def _work(site: Site, visit: Visit) -> tuple[Work, Mapping[int, str]]:
    with site.application.database.read() as tx:
        work = importwork.by_id(tx, visit.number("work_id"))
        if work.reason is not None:
            raise PageNotFound
        require_list(tx, visit, work.order.list_id)
        return work, {known.id: known.name for known in register.all_lists(tx)}


def _wrong(which: str) -> Mapping[str, str]:
    texts = {
        "basis": later("Say why these people may be written to; it is kept as evidence with each of them."),
        "consent": later("Choose one of the two."),
    }
    return {which: texts[which]} if which in texts else {}


def _to(work_id: int) -> Response:
    return RedirectResponse(f"{HERE}/files/{work_id}", SEE_OTHER)
