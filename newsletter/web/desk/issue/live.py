"""An issue on its way: how far it is, how fast it goes, what relays answer, and what can be done about it."""

from dataclasses import dataclass, field

from starlette.responses import Response

from newsletter.issues import alerts
from newsletter.issues.model import IssueState
from newsletter.mail import dispatch, mailings, relaybook, replies
from newsletter.mail.replies import NO_REPLIES, Replies
from newsletter.staff.permissions import Permission
from newsletter.web import reports
from newsletter.web.desk import mends
from newsletter.web.desk.frame import Said
from newsletter.web.desk.issue import around, bars, desked, states
from newsletter.web.desk.issue.around import Tab
from newsletter.web.desk.issue.bars import Bar
from newsletter.web.desk.issue.desked import Desked
from newsletter.web.desk.issue.states import ShownState
from newsletter.web.reports import Figure
from newsletter.web.visits import Site, Visit
from subscribers.transaction import Transaction

S = IssueState


@dataclass(frozen=True, slots=True)
class RelayRate:
    """How fast mail goes to one relay at most."""

    name: str
    where: str
    # "300/min", or empty for no limit.
    rate: str


@dataclass(frozen=True, slots=True)
class Live:
    """Everything of the page that changes while an issue is mailed."""

    bar: Bar
    state: ShownState
    is_sending: bool
    is_paused: bool
    figures: tuple[Figure, ...]
    uncertain: int
    # Went without it, and could get it still.
    without: int
    replies: Replies = field(default=NO_REPLIES)


def page(site: Site, visit: Visit, known: Desked, said: Said | None) -> Response:
    """Show how the mailing of an issue goes, or went."""
    with site.application.database.read() as tx:
        shown = _live(site, tx, known)
        waiting = [one for one in alerts.open_alerts(tx) if one.issue_id == known.issue.id]
        # Mail servers belong to the whole instance; whoever sends is told how fast they go, and of no more.
        may_send = around.may(visit, Permission.SEND, known.around)
        rates = _rates(site, tx) if may_send and shown.is_sending else ()
    return around.page(
        site,
        visit,
        "desk/issue/sending.html",
        known.around,
        tab=Tab.SEND,
        readers=known.how_many,
        said=said,
        live=shown,
        list_name=known.list_name,
        alerts=[mends.mended(visit.actor, one) for one in waiting],
        rates=rates,
        may_change_rates=around.may(visit, Permission.MANAGE_RELAYS, known.around),
        may_send=may_send,
    )


def fragment(site: Site, visit: Visit) -> Response:
    """Give what changes alone: for whoever asks again and again, and for the stream."""
    with site.application.database.read() as tx:
        known = desked.load(site, tx, visit)
        shown = _live(site, tx, known)
    may_send = around.may(visit, Permission.SEND, known.around)
    return site.pages.page(
        "desk/issue/_live.html", live=shown, issue=known.issue, may_send=may_send, csrf=visit.csrf, now=visit.now
    )


def _live(site: Site, tx: Transaction, known: Desked) -> Live:
    issue, report = known.issue, known.report or dispatch.NOBODY
    letter_id = mailings.letter_of_issue(tx, issue.id)
    is_troubled = letter_id is not None and bool(report.refused + report.deferred)
    return Live(
        bar=bars.bar(site, known.words, issue, report, is_named=False, can_mail=known.can_mail),
        state=states.shown(issue.state, is_paused=issue.is_paused),
        is_sending=issue.state is S.SENDING,
        is_paused=issue.is_paused,
        figures=reports.lines(report) if report.audience else (),
        uncertain=report.uncertain,
        without=report.refused + report.skipped + report.cancelled,
        replies=site.replies.get(issue.id, report, lambda: _replies(tx, letter_id)) if is_troubled else NO_REPLIES,
    )


def _replies(tx: Transaction, letter_id: int | None) -> Replies:
    return NO_REPLIES if letter_id is None else replies.of_letter(tx, letter_id)


def _rates(site: Site, tx: Transaction) -> tuple[RelayRate, ...]:
    known = relaybook.entries(tx, site.application.relay)
    return tuple(
        RelayRate(one.name, f"{one.relay.host}:{one.relay.port}", str(one.relay.limits.rate or ""))
        for one in known
        if one.is_enabled
    )
