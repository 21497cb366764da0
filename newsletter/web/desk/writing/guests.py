"""Texts of people without an account: asked for, watched, and taken back at the desk."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import RedirectResponse, Response

from newsletter.errors import BadValue, NewsletterError
from newsletter.issues import newsletters, store
from newsletter.issues.model import EDITABLE, Issue, Newsletter, SectionKind
from newsletter.languages.catalogue import later
from newsletter.people import commissions, contributors
from newsletter.people.commissions import MOST_WORDS, Asked, Order
from newsletter.review.contribution import ContributionState
from newsletter.staff import audit
from newsletter.staff.permissions import Permission, allowed
from newsletter.web.desk.frame import Said
from newsletter.web.desk.issue import around
from newsletter.web.desk.issue.around import Tab
from newsletter.web.desk.writing.history import READERS
from newsletter.web.faults import fault_of
from newsletter.web.visits import Site, Visit
from subscribers.errors import SubscribersError
from subscribers.sentence import say
from subscribers.transaction import Transaction

C = ContributionState

SEE_OTHER = 303

# A form begins with this last day.
USUAL_NOTICE = timedelta(days=14)
# What comes after the issue is in none: the last day is at least so long before that.
TO_EDIT_IT = timedelta(days=1)

_MOST_DIGITS = 5

SAID = {
    "invited": Said(later("The mail is on its way. You are told here when the text comes.")),
    "also": Said(
        later(
            "The mail is on its way. Somebody else is asked for the same, or this guest for something else; both links work."
        ),
        is_done=False,
    ),
    "asked": Said(later("The guest is asked by mail whether the text may stand as it is now.")),
    "reminded": Said(later("The guest is reminded by mail.")),
    "withdrawn": Said(later("The link opens nothing any more. What was handed in stays in the issue.")),
}

_MARKS = {
    C.INVITED: "waits",
    C.WRITING: "begun",
    C.HANDED_IN: "ready",
    C.EDITED: "waits",
    C.AGREED: "done",
    C.WITHDRAWN: "gone",
}


# What `commissions.stands` says, for the catalogue.
_STANDS = {
    C.INVITED.words: later("invited"),
    C.WRITING.words: later("writing"),
    C.HANDED_IN.words: later("handed in"),
    C.EDITED.words: later("edited"),
    C.AGREED.words: later("agreed"),
    C.WITHDRAWN.words: later("withdrawn"),
    commissions.CHANGED: later("changed since agreed"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One text as the list shows it."""

    asked: Asked
    # How it stands, in words.
    words: str
    mark: str
    is_late: bool
    can_ask: bool
    can_withdraw: bool
    can_remind: bool
    # Until then nobody reminds them; None: there is nothing to remind of, or they can be reminded.
    rests_until: datetime | None


def show(site: Site, visit: Visit) -> Response:
    """Show whom an issue asks for texts, and the form that asks somebody."""
    return _page(site, visit)


def invite(site: Site, visit: Visit) -> Response:
    """Ask a guest for a text; what was typed stays in the form when that cannot be."""
    application = site.application
    with application.database.read() as tx:
        issue, newsletter = _owner(tx, visit)
    try:
        order = _order(visit)
        letter = commissions.compose_invitation(
            application.templates, application.keyring, issue, newsletter, visit.actor, order
        )
        with application.database.write() as tx:
            invited = commissions.invite(tx, application.keyring, letter, visit.actor.name, visit.now)
            detail = {"section": letter.section, "contribution": invited.asked.contribution.id}
            audit.record(tx, visit.actor, "issue.invite", f"issue {issue.id}", detail, visit.now)
    except (NewsletterError, SubscribersError) as error:
        return _page(site, visit, trouble=str(error), status=fault_of(error).status)
    return _back(visit, "also" if invited.before else "invited")


def ask(site: Site, visit: Visit) -> Response:
    """Ask a guest whether their text may stand as it was edited."""
    application, number = site.application, visit.number("number")
    with application.database.read() as tx:
        issue, newsletter = _owner(tx, visit)
        asked = commissions.asked_for(tx, issue.id, number)
    letter = commissions.compose_question(
        application.templates, application.keyring, issue, newsletter, visit.actor, asked, visit.text("note")
    )
    with application.database.write() as tx:
        commissions.ask(tx, application.keyring, asked, letter, visit.now)
        audit.record(tx, visit.actor, "issue.ask_contributor", f"issue {issue.id}", {"contribution": number}, visit.now)
    return _back(visit, "asked")


def remind(site: Site, visit: Visit) -> Response:
    """Remind a guest of the text that they owe, at most once a day."""
    application, number = site.application, visit.number("number")
    with application.database.read() as tx:
        issue, newsletter = _owner(tx, visit)
        asked = commissions.asked_for(tx, issue.id, number)
    letter = commissions.compose_reminder(application.templates, application.keyring, issue, newsletter, asked, visit.now)
    try:
        with application.database.write() as tx:
            commissions.remind(tx, application.keyring, asked, letter, visit.now)
            audit.record(tx, visit.actor, "issue.remind", f"issue {issue.id}", {"contribution": number}, visit.now)
    except NewsletterError as error:
        return _page(site, visit, trouble=str(error), status=fault_of(error).status)
    return _back(visit, "reminded")


def withdraw(site: Site, visit: Visit) -> Response:
    """Ask a guest for nothing any more."""
    issue_id, number = visit.number("issue_id"), visit.number("number")
    with site.application.database.write() as tx:
        contributors.withdraw(tx, commissions.asked_for(tx, issue_id, number).contribution, visit.now)
        audit.record(tx, visit.actor, "issue.uninvite", f"issue {issue_id}", {"contribution": number}, visit.now)
    return _back(visit, "withdrawn")


def _owner(tx: Transaction, visit: Visit) -> tuple[Issue, Newsletter]:
    issue = store.load(tx, visit.number("issue_id"))
    return issue, newsletters.by_id(tx, issue.newsletter_id)


def _order(visit: Visit) -> Order:
    words = visit.text("words")
    if words and not (words.isascii() and words.isdecimal() and len(words) <= _MOST_DIGITS):
        raise BadValue(say("number of words"), words, say("write a number up to %(most)s", most=f"{MOST_WORDS:,}"))
    return Order(
        section=visit.text("section"),
        address=visit.text("address"),
        name=visit.text("name"),
        day=visit.text("day"),
        words=int(words or 0),
        note=visit.text("note"),
    )


def _back(visit: Visit, said: str) -> Response:
    return RedirectResponse(f"/desk/issues/{visit.number('issue_id')}/contributions?said={said}", SEE_OTHER)


def _page(site: Site, visit: Visit, *, trouble: str = "", status: int = 200) -> Response:
    with site.application.database.read() as tx:
        stands = around.look(tx, visit.number("issue_id"), visit.now)
        issue, newsletter = stands.issue, stands.newsletter
        lines = tuple(_line(tx, one, visit) for one in commissions.all_asked(tx, issue.id))
    letters = [one.title for one in issue.sections if one.kind is SectionKind.LETTER]
    may_see = allowed(visit.actor, Permission.EDIT, issue.newsletter_id)
    answer = around.page(
        site,
        visit,
        "desk/writing/guests.html",
        stands,
        tab=Tab.GUESTS,
        readers=visit.words.gettext(READERS),
        said=SAID.get(visit.query.get("said", "")),
        lines=lines,
        typed=visit.form
        or {"section": visit.query.get("section", letters[0] if letters else ""), "day": _usual(visit, newsletter, issue)},
        trouble=trouble,
        can_edit=issue.state in EDITABLE and may_see,
        # Where guests are reached is for those who write to them.
        may_see=may_see,
        most_words=MOST_WORDS,
    )
    answer.status_code = status
    return answer


def _usual(visit: Visit, newsletter: Newsletter, issue: Issue) -> str:
    day = visit.now + USUAL_NOTICE
    if issue.send_at is not None:
        day = max(min(day, issue.send_at - TO_EDIT_IT), visit.now + TO_EDIT_IT)
    return day.astimezone(ZoneInfo(newsletter.zone)).date().isoformat()


def _line(tx: Transaction, asked: Asked, visit: Visit) -> Line:
    known = asked.contribution
    owes = commissions.can_remind(asked, visit.now)
    rests_until = commissions.rests_until(tx, asked) if owes else visit.now
    return Line(
        asked=asked,
        words=_STANDS[commissions.stands(tx, known)],
        mark=_MARKS[known.state],
        is_late=known.state in {C.INVITED, C.WRITING} and known.due_at < visit.now,
        can_ask=known.may_become(C.EDITED),
        can_withdraw=known.may_become(C.WITHDRAWN),
        can_remind=owes and rests_until <= visit.now,
        rests_until=rests_until if rests_until > visit.now else None,
    )
