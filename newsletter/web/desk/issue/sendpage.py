"""Where an issue is sent: who gets it and when, a last look that says both in one sentence, and then how its mailing goes."""

from datetime import datetime
from enum import Enum, auto
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.responses import Response

from newsletter.errors import BadValue, TookTooLong, WrongState
from newsletter.issues.model import EDITABLE, Issue, IssueState
from newsletter.mail import audiences, mailings, orders
from newsletter.review import store as approvals
from newsletter.staff.permissions import Permission
from newsletter.web.desk.issue import around, audience, clocks, desked, live, steps
from newsletter.web.desk.issue.around import Tab
from newsletter.web.desk.issue.clocks import Wall
from newsletter.web.desk.issue.desked import Desked
from newsletter.web.spelled import moment, people, relative
from newsletter.web.visits import Site, Visit
from subscribers.sentence import say

S = IssueState

APPROVED = frozenset({S.APPROVED, S.SCHEDULED})

# What the form calls the two ways to send.
NOW, AT = "now", "at"

# Nobody plans a mailing further ahead by hand; a year that was mistyped is seen at once.
LONGEST_AHEAD = 366


class _Trouble(Enum):
    """What is wrong with a time that is asked about."""

    UNREAD = auto()
    PASSED = auto()
    FAR = auto()


def show(site: Site, visit: Visit) -> Response:
    """Show who gets the issue when, or, once it is on its way, how that goes."""
    with site.application.database.read() as tx:
        known = desked.load(site, tx, visit)
        is_copy = mailings.is_copy(tx)
        approval = approvals.standing(tx, known.issue)
    said = steps.SAID.get(visit.query.get("said", ""))
    if known.issue.state not in EDITABLE:
        return live.page(site, visit, known, said)
    wall = _wall(visit, known)
    return around.page(
        site,
        visit,
        "desk/issue/send.html",
        known.around,
        tab=Tab.SEND,
        said=said,
        list_name=known.list_name,
        choice=audience.choice(site.application, known.issue, visit.actor, visit.words),
        approval=approval,
        is_ready=known.issue.state in APPROVED,
        may_send=around.may(visit, Permission.SEND, known.around),
        may_approve=around.may(visit, Permission.APPROVE, known.around),
        when=visit.query.get("when", AT if known.issue.send_at else NOW),
        at=_suggestion(known, visit),
        wall=wall,
        warning=wall.warning(visit.words) if wall else "",
        trouble=_time_said(wall, visit),
        elsewhere=clocks.elsewhere(wall.at if wall else visit.now, known.newsletter.zone, visit.words),
        can_mail=known.can_mail,
        is_copy=is_copy,
    )


def count(site: Site, visit: Visit) -> Response:
    """Count who would get the issue by a choice that may not be kept yet; a piece of a page."""
    application = site.application
    with application.database.read() as tx:
        known = desked.load(site, tx, visit)
        wanted = audience.wished(tx, visit, known.issue)
    words, left_out, trouble = "", "", ""
    try:
        with application.database.read(within=desked.LONGEST_COUNT) as tx:
            found = audiences.count_if(tx, known.issue, wanted, visit.now)
            words = people(found.readers, visit.words)
            left_out = people(found.left_out, visit.words) if found.left_out else ""
    except BadValue as error:
        trouble = str(error)
    except TookTooLong:
        trouble = visit.words.gettext(
            "They could not be counted within %(seconds)s seconds. It goes to all of them all the same.",
            seconds=f"{desked.LONGEST_COUNT:g}",
        )
    return site.pages.page("desk/issue/_count.html", words=words, left_out=left_out, trouble=trouble)


def look(site: Site, visit: Visit) -> Response:
    """Say in one sentence who gets what when, above the button that does it.

    Raises:
        WrongState: the issue is not approved.
        BadValue: the time cannot be read, or has passed.

    """
    with site.application.database.read() as tx:
        known = desked.load(site, tx, visit)
        no_relay = desked.no_relay(site, tx, visit.words)
    if known.issue.state not in APPROVED:
        raise WrongState(known.issue.id, "sent", known.issue.state.words)
    wall = None
    if visit.query.get("when", NOW) == AT:
        wall = clocks.read_wall(visit.query.get("at", ""), known.newsletter.zone)
        _require_time(wall, visit)
    is_counted = desked.is_to_be_counted(visit)
    known = desked.counted(site, known) if is_counted else known
    return around.page(
        site,
        visit,
        "desk/issue/look.html",
        known.around,
        tab=Tab.SEND,
        list_name=known.list_name,
        is_counted=is_counted,
        counting=_counting(known.issue.id, wall),
        readers=known.how_many,
        uncounted=known.uncounted,
        trouble=known.trouble,
        wall=wall,
        warning=wall.warning(visit.words) if wall else "",
        at=wall.local.strftime(clocks.WALL) if wall else "",
        when=_when(wall, visit, known),
        undo=round(orders.UNDO.total_seconds()),
        no_relay=no_relay,
    )


def _counting(issue_id: int, wall: Wall | None) -> str:
    """Give the address at which the last look names the number."""
    asked = {"when": NOW} if wall is None else {"when": AT, "at": wall.local.strftime(clocks.WALL)}
    return f"/desk/issues/{issue_id}/send/look?{urlencode(asked | {'counted': '1'})}"


def _when(wall: Wall | None, visit: Visit, known: Desked) -> str:
    if wall is None:
        return visit.words.gettext("in a minute")
    at, ahead = moment(wall.at, known.newsletter.zone, visit.words), relative(wall.at, visit.now, visit.words)
    return visit.words.gettext("%(moment)s (%(relative)s)", moment=at, relative=ahead)


def _wall(visit: Visit, known: Desked) -> Wall | None:
    """Read the time that is asked about; a half typed one is none."""
    try:
        return clocks.read_wall(_suggestion(known, visit), known.newsletter.zone)
    except BadValue:
        return None


def _require_time(wall: Wall, visit: Visit) -> None:
    trouble, text = _time_trouble(wall, visit), visit.query.get("at", "")
    if trouble is _Trouble.PASSED:
        raise BadValue(say("time"), text, say("has passed; choose a later one, or send the issue now"))
    if trouble is _Trouble.FAR:
        raise BadValue(
            say("time"),
            text,
            say("lies %(days)s days ahead; an issue waits for a year at most", days=f"{(wall.at - visit.now).days:,}"),
        )


def _time_trouble(wall: Wall | None, visit: Visit) -> _Trouble | None:
    if wall is None:
        return _Trouble.UNREAD
    if wall.at <= visit.now:
        return _Trouble.PASSED
    return _Trouble.FAR if (wall.at - visit.now).days > LONGEST_AHEAD else None


def _time_said(wall: Wall | None, visit: Visit) -> str:
    trouble, words = _time_trouble(wall, visit), visit.words
    if trouble is _Trouble.UNREAD or wall is None:
        return words.gettext("Write the time as 2020-02-03T09:00.")
    if trouble is _Trouble.PASSED:
        return words.gettext("This time has passed; choose a later one, or send the issue now.")
    if trouble is _Trouble.FAR:
        return words.ngettext(
            "This time lies %(num)s day ahead; an issue waits for a year at most.",
            "This time lies %(num)s days ahead; an issue waits for a year at most.",
            (wall.at - visit.now).days,
        )
    return ""


def _suggestion(known: Desked, visit: Visit) -> str:
    """Give the local wall time a form begins with: what was asked about, else the issue's, else the next full hour."""
    if visit.query.get("at"):
        return visit.query["at"]
    return _local(known.issue, visit.now).astimezone(ZoneInfo(known.newsletter.zone)).strftime(clocks.WALL)


def _local(issue: Issue, now: datetime) -> datetime:
    return issue.send_at if issue.send_at is not None and issue.send_at > now else clocks.next_hour(now)
