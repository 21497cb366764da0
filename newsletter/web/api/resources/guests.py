"""Texts of people without an account: asked for, reminded of, asked about as edited, and taken back."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from newsletter.issues import newsletters, store
from newsletter.issues.model import Issue, Newsletter
from newsletter.people import commissions, contributors
from newsletter.people.commissions import MOST_WORDS, Asked, Order
from newsletter.review.contribution import ContributionState
from newsletter.staff.acting import Acting
from newsletter.staff.permissions import Permission
from newsletter.web.api import paging
from newsletter.web.api.calls import Call, Calling
from newsletter.web.api.fields import Answer, Given, Line, Words
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.routing import Routes
from newsletter.web.visits import LARGEST_NUMBER, Of
from subscribers.transaction import Transaction

P = Permission
HERE = "/issues/{issue_id:int}/contributions"
ONE = f"{HERE}/{{number:int}}"

routes = Routes("guests", "Texts that people without an account are asked for.")


class ContributionAnswer(Answer):
    """How far a text is."""

    number: int
    section: str
    words: int = Field(description="How many are asked for; 0: nobody said.")
    due_at: datetime
    state: ContributionState
    is_changed: bool = Field(description="It was changed since the guest agreed to it.")
    article_id: int | None = Field(description="What it became in the issue.")


class GuestAnswer(ContributionAnswer):
    """How far a text is, and who is asked for it."""

    name: str
    address: str = Field(description="Empty: the guest was forgotten.")
    invited_by: str
    is_open: bool = Field(description="Whether the guest's link opens anything.")
    can_be_reminded_at: datetime | None = Field(description="Null: there is nothing to remind of.")


class Invitation(Given):
    """Who is asked for what."""

    section: Line = Field(description="The title of the section it is for.")
    address: Line
    name: Line = Field(description="How they are addressed; their byline, unless they write another.")
    by: date = Field(description="The last day, in the newsletter's time zone.")
    words: Annotated[int, Field(ge=0, le=MOST_WORDS)] = Field(0, description="How many words are right; 0: nobody says.")
    note: Words = Field("", description="What the mail says besides.")


class Invited(Answer):
    """What a guest is asked for now."""

    contribution: ContributionAnswer
    asked_already: list[int] = Field(description="Numbers of others that are asked for the same; all links work.")


class Question(Given):
    """What is said besides the question whether a text may stand."""

    note: Words = ""


@routes.get(HERE, P.EDIT, Of.ISSUE)
def list_contributions(call: Calling, issue_id: int, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[GuestAnswer]:
    """List the texts that an issue asks or asked guests for, in the order they were asked for."""
    with call.reading() as tx:
        known = commissions.all_asked(tx, issue_id)
        shown, more = paging.page_of(known, lambda one: one.contribution.id, cursor, limit)
        return Page(items=[_guest(tx, one, call.now) for one in shown], next=more)


@routes.post(HERE, P.EDIT, Of.ISSUE, status_code=201)
def invite_guest(call: Calling, issue_id: int, given: Invitation) -> Invited:
    """Ask somebody without an account for a text: a mail brings them a link by which they write it and hand it in."""
    application = call.application
    issue, newsletter = _owner(call, issue_id)
    order = Order(given.section, given.address, given.name, given.by.isoformat(), given.words, given.note)
    letter = commissions.compose_invitation(application.templates, application.keyring, issue, newsletter, call.actor, order)
    with call.acting() as acting:
        invited = commissions.invite(acting.tx, application.keyring, letter, acting.actor.name, acting.now)
        made = invited.asked.contribution
        acting.record("issue.invite", f"issue {issue_id}", section=letter.section, contribution=made.id)
        asked_already = [one.contribution.id for one in invited.before]
        return Invited(contribution=_told(acting, issue_id, made.id), asked_already=asked_already)


@routes.post(f"{ONE}/remind", P.EDIT, Of.ISSUE)
def remind_guest(call: Calling, issue_id: int, number: int) -> ContributionAnswer:
    """Remind a guest by mail of the text that they owe; nobody is reminded twice a day."""
    application = call.application
    issue, newsletter = _owner(call, issue_id)
    asked = _asked(call, issue_id, number)
    letter = commissions.compose_reminder(application.templates, application.keyring, issue, newsletter, asked, call.now)
    with call.acting() as acting:
        commissions.remind(acting.tx, application.keyring, asked, letter, acting.now)
        acting.record("issue.remind", f"issue {issue_id}", contribution=number)
        return _told(acting, issue_id, number)


@routes.post(f"{ONE}/ask", P.EDIT, Of.ISSUE)
def ask_guest(call: Calling, issue_id: int, number: int, given: Question) -> ContributionAnswer:
    """Ask a guest by mail whether their text may stand as it is edited; only they themselves can agree to it."""
    application = call.application
    issue, newsletter = _owner(call, issue_id)
    asked = _asked(call, issue_id, number)
    letter = commissions.compose_question(
        application.templates, application.keyring, issue, newsletter, call.actor, asked, given.note
    )
    with call.acting() as acting:
        commissions.ask(acting.tx, application.keyring, asked, letter, acting.now)
        acting.record("issue.ask_contributor", f"issue {issue_id}", contribution=number)
        return _told(acting, issue_id, number)


@routes.post(f"{ONE}/withdraw", P.EDIT, Of.ISSUE)
def withdraw_invitation(call: Calling, issue_id: int, number: int) -> ContributionAnswer:
    """Ask a guest for nothing any more: their link opens nothing. What they handed in stays in the issue."""
    asked = _asked(call, issue_id, number)
    with call.acting() as acting:
        contributors.withdraw(acting.tx, asked.contribution, acting.now)
        acting.record("issue.uninvite", f"issue {issue_id}", contribution=number)
        return _told(acting, issue_id, number)


def _owner(call: Call, issue_id: int) -> tuple[Issue, Newsletter]:
    with call.reading() as tx:
        issue = store.load(tx, issue_id)
        return issue, newsletters.by_id(tx, issue.newsletter_id)


def _asked(call: Call, issue_id: int, number: int) -> Asked:
    with call.reading() as tx:
        return commissions.asked_for(tx, issue_id, min(number, LARGEST_NUMBER))


def _told(acting: Acting, issue_id: int, number: int) -> ContributionAnswer:
    return ContributionAnswer(**_facts(acting.tx, commissions.asked_for(acting.tx, issue_id, number)))


def _guest(tx: Transaction, asked: Asked, now: datetime) -> GuestAnswer:
    link = asked.link
    return GuestAnswer(
        **_facts(tx, asked),
        name=link.name,
        address=link.address,
        invited_by=link.invited_by,
        is_open=link.is_open(now),
        can_be_reminded_at=commissions.rests_until(tx, asked) if commissions.can_remind(asked, now) else None,
    )


def _facts(tx: Transaction, asked: Asked) -> dict[str, Any]:
    known = asked.contribution
    return {
        "number": known.id,
        "section": known.section,
        "words": known.words,
        "due_at": known.due_at,
        "state": known.state,
        "is_changed": commissions.stands(tx, known) == commissions.CHANGED,
        "article_id": known.article_id,
    }
