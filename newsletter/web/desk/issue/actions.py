"""What the desk does with an issue: given to readers, given a time, sent, taken back, paused, resumed, cancelled."""

from starlette.responses import Response

from newsletter.errors import WrongState
from newsletter.issues import agenda, newsletters
from newsletter.issues.model import EDITABLE, IssueState
from newsletter.mail import dispatch, further, orders, relaybook
from newsletter.mail.relaychange import NONE, RelayChange, changed
from newsletter.staff import audit
from newsletter.strongbox import Strongbox
from newsletter.web import reports
from newsletter.web.desk.issue import around, audience, clocks, desked
from newsletter.web.desk.issue.around import Tab
from newsletter.web.desk.issue.back import record, seen, to_overview, to_send
from newsletter.web.desk.issue.desked import Desked
from newsletter.web.spelled import people
from newsletter.web.visits import Site, Visit, whole_number

S = IssueState


def choose(site: Site, visit: Visit) -> Response:
    """Let an issue that is not approved go to some of its list, or to all of it."""
    with site.application.database.write() as tx:
        issue = seen(tx, visit)
        audience.choose(tx, visit, issue)
    return to_send(issue.id, "chosen")


def schedule(site: Site, visit: Visit) -> Response:
    """Give an approved issue a time, spelled as the wall clock of its newsletter's zone."""
    with site.application.database.write() as tx:
        issue = seen(tx, visit)
        wall = clocks.read_wall(visit.text("at"), newsletters.by_id(tx, issue.newsletter_id).zone)
        order = orders.schedule(tx, issue.id, wall.at, visit.actor.name, visit.now)
        record(tx, visit, "issue.schedule", issue.id, at=order.send_at.isoformat())
    return to_send(issue.id, "scheduled")


def send(site: Site, visit: Visit) -> Response:
    """Let an approved issue go out as soon as that cannot be taken back any more."""
    with site.application.database.write() as tx:
        issue = seen(tx, visit)
        order = orders.send(tx, issue.id, visit.actor.name, visit.now)
        record(tx, visit, "issue.order", issue.id, at=order.send_at.isoformat())
    return to_send(issue.id, "ordered")


def undo(site: Site, visit: Visit) -> Response:
    """Take back that an issue goes out, or that more of one that was mailed is, within the minute."""
    if "order" in visit.form:
        return _undo_further(site, visit)
    with site.application.database.write() as tx:
        issue = orders.take_back(tx, visit.number("issue_id"), visit.now)
        record(tx, visit, "issue.undo", issue.id)
    return to_send(issue.id, "undone")


def _undo_further(site: Site, visit: Visit) -> Response:
    issue_id = visit.number("issue_id")
    with site.application.database.write() as tx:
        order = further.take_back(tx, issue_id, whole_number(visit.text("order")) or 0)
        record(tx, visit, "issue.undo", issue_id, whom=order.whom.value, ordered_by=order.given_by)
    return to_send(issue_id, "order_undone")


def unschedule(site: Site, visit: Visit) -> Response:
    """Take the time of an approved issue away."""
    with site.application.database.write() as tx:
        issue = seen(tx, visit)
        agenda.unschedule(tx, issue.id, visit.now)
        record(tx, visit, "issue.unschedule", issue.id)
    return to_send(issue.id, "unscheduled")


def pause(site: Site, visit: Visit) -> Response:
    """Let the mailing rest."""
    with site.application.database.write() as tx:
        issue = seen(tx, visit)
        dispatch.pause(tx, issue.id, visit.now)
        record(tx, visit, "issue.pause", issue.id)
    return to_send(issue.id, "paused")


def resume(site: Site, visit: Visit) -> Response:
    """Let the mailing go on."""
    with site.application.database.write() as tx:
        issue = seen(tx, visit)
        dispatch.resume(tx, issue.id, visit.now)
        record(tx, visit, "issue.resume", issue.id)
    return to_send(issue.id, "resumed")


def set_rate(site: Site, visit: Visit) -> Response:
    """Change how fast mail goes to a relay; it holds for everything that is mailed, within a second or two."""
    application = site.application
    name, rate = visit.text("relay"), visit.text("rate") or NONE
    strongbox = Strongbox.of(application.keyring)
    with application.database.write() as tx:
        issue = seen(tx, visit)
        entry = relaybook.find_to_change(tx, name, application.relay)
        relay = changed(relaybook.opened(entry, strongbox), RelayChange(rate=rate), visit.now)
        relaybook.change(tx, relay, strongbox, visit.now)
        detail = {"rate": str(relay.limits.rate or NONE)}
        audit.record(tx, visit.actor, "relay.edit", f"relay {entry.name}", detail, visit.now)
    return to_send(issue.id, "rate")


def ask_to_cancel(site: Site, visit: Visit) -> Response:
    """Ask whether an issue is to be cancelled, naming how many people go without it."""
    with site.application.database.read() as tx:
        known = desked.load(site, tx, visit)
    issue, words = known.issue, visit.words
    if issue.state is S.SENDING and known.report is not None:
        left = reports.waiting(known.report)
        return _ask(
            site,
            visit,
            known,
            question=words.gettext(
                "Cancel “%(issue)s” for the %(people)s who wait for it?", issue=issue.title, people=people(left, words)
            ),
            lines=(
                words.gettext(
                    "%(accepted)s of %(people)s have it already, and keep it.",
                    accepted=words.number(known.report.accepted),
                    people=people(known.report.audience, words),
                ),
                words.gettext("The others do not get it, unless somebody sends it to them later."),
            ),
            button=words.gettext("Cancel it for %(people)s", people=people(left, words)),
        )
    if issue.state not in EDITABLE:
        raise WrongState(issue.id, "cancelled", issue.state.words)
    return _ask(
        site,
        visit,
        known,
        question=words.gettext("Cancel “%(issue)s”?", issue=issue.title),
        lines=(
            words.gettext("It will not be sent to anybody on %(list)s.", list=known.list_name),
            words.gettext("The posts in it are free for another issue. The issue itself cannot be taken up again."),
        ),
        button=words.gettext("Cancel this issue"),
    )


def cancel(site: Site, visit: Visit) -> Response:
    """Cancel an issue, or what is left of its mailing."""
    with site.application.database.write() as tx:
        issue = seen(tx, visit)
        report = dispatch.cancel(tx, issue.id, visit.now)
        record(tx, visit, "issue.cancel", issue.id, cancelled=report.cancelled)
    return to_send(issue.id, "cancelled") if report.audience else to_overview(issue.id, "cancelled")


def _ask(site: Site, visit: Visit, known: Desked, *, question: str, lines: tuple[str, ...], button: str) -> Response:
    return around.page(
        site,
        visit,
        "desk/issue/cancel.html",
        known.around,
        tab=Tab.SEND if known.report is not None else Tab.OVERVIEW,
        readers=known.how_many,
        question=question,
        lines=lines,
        button=button,
    )
