"""What is done in the review of an issue: people asked, comments settled, proofs mailed, and the word that it may go out."""

import asyncio
from datetime import timedelta

from starlette.responses import Response

from newsletter import inspection
from newsletter.errors import BadValue, Blocked
from newsletter.issues import newsletters, store
from newsletter.letters import store as letters
from newsletter.letters.illustrate import illustrate
from newsletter.letters.letter import Draft
from newsletter.mail import audiences, dispatch
from newsletter.people import reviewers
from newsletter.review import approval, comments, guests
from newsletter.review.facts import Facts
from newsletter.review.guests import LONGEST_LIFE, GuestPurpose
from newsletter.staff.permissions import LOCAL_OPERATOR
from newsletter.web.desk.composing import compose
from newsletter.web.desk.issue.back import record, seen, to_review, to_send
from newsletter.web.visits import Site, Visit, whole_number
from subscribers.address import parse
from subscribers.sentence import say

# Seconds that whoever approves waits for pictures; most often the worker has brought them long before.
LONGEST_WAIT = 25.0


def approve(site: Site, visit: Visit) -> Response:
    """Freeze the letter and say that it may go out."""
    application = site.application
    issue_id = visit.number("issue_id")
    with application.database.read() as tx:
        issue = store.load(tx, issue_id)
    unread = application.reader().read_again(issue)
    asyncio.run(illustrate(application.bringer(LONGEST_WAIT), issue_id, again=True))
    try:
        with application.database.read() as tx:
            seed = application.keyring.derive("slots")
            known = Facts(now=visit.now, reach=inspection.reach(tx, issue_id, visit.now), support=application.support)
            looked = approval.look_over(tx, application.templates, issue_id, links=application.links, seed=seed, known=known)
        with application.database.write() as tx:
            seen(tx, visit)
            approved = approval.approve(tx, looked, visit.actor, visit.now, override_reason=visit.text("reason"))
            # Nobody approves an issue for a segment that cannot be asked any more.
            audiences.among(tx, approved.issue, visit.now)
    except Blocked:
        return to_review(issue_id, "blocked")
    return to_send(issue_id, "approved_unread" if unread else "approved")


def invite(site: Site, visit: Visit) -> Response:
    """Mail somebody a link to the issue as it will arrive, and a place for what they say of it."""
    application = site.application
    issue_id = visit.number("issue_id")
    address, name, life = visit.text("address"), visit.text("name"), _life(visit.text("days"))
    parse(address)
    with application.database.read() as tx:
        issue = store.load(tx, issue_id)
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
    # As a stranger can understand who asks.
    host = newsletter.sender_name if visit.actor == LOCAL_OPERATOR else visit.actor.name
    errand = reviewers.errand(issue, newsletter, host=host, ends_at=visit.now + life, name=name, note=visit.text("note"))
    letter = reviewers.compose(application.templates, application.keyring, newsletter, issue, errand, address)
    with application.database.write() as tx:
        made = reviewers.invite(
            tx,
            application.keyring,
            letter,
            issue_id,
            address=address,
            name=name,
            by=visit.actor.name,
            life=life,
            now=visit.now,
        )
        record(tx, visit, "issue.review", issue_id, link=made.id)
    return to_review(issue_id, "invited", "#guests")


def revoke(site: Site, visit: Visit) -> Response:
    """Let the link of a reviewer open nothing any more."""
    issue_id, link_id = visit.number("issue_id"), visit.number("link_id")
    with site.application.database.write() as tx:
        guests.revoke(tx, issue_id, link_id, GuestPurpose.REVIEW, visit.now)
        record(tx, visit, "issue.review.revoke", issue_id, link=link_id)
    return to_review(issue_id, "revoked", "#guests")


def comment(site: Site, visit: Visit) -> Response:
    """Say something of the issue, or of one article, where reviewers read it too."""
    issue_id, article_id = visit.number("issue_id"), whole_number(visit.text("article"))
    with site.application.database.write() as tx:
        issue = store.load(tx, issue_id)
        made = comments.say(tx, issue, visit.actor.name, visit.text("text"), visit.now, article_id=article_id)
        record(tx, visit, "issue.comment", issue_id, comment=made.id)
    return to_review(issue_id, "commented", f"#c{made.id}")


def resolve(site: Site, visit: Visit) -> Response:
    """Call a comment done, with an answer that its author reads."""
    issue_id, comment_id = visit.number("issue_id"), visit.number("comment_id")
    with site.application.database.write() as tx:
        comments.resolve(tx, issue_id, comment_id, visit.actor.name, visit.now, visit.text("answer"))
        record(tx, visit, "issue.comment.resolve", issue_id, comment=comment_id)
    return to_review(issue_id, "resolved", "#comments")


def proof(site: Site, visit: Visit) -> Response:
    """Mail the issue as it stands to one address, without counting it as sent."""
    issue_id = visit.number("issue_id")
    recipient = parse(visit.text("address"))
    with site.application.database.read() as tx:
        issue = store.load(tx, issue_id)
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
        frozen = letters.load(tx, issue.letter_id).draft if issue.letter_id is not None else None
    letter = frozen or _composed(site, issue_id)
    with site.application.database.write() as tx:
        dispatch.proof(
            tx,
            site.application.keyring,
            letter,
            recipient,
            visit.now,
            newsletter_id=newsletter.id,
            issue_id=issue_id,
            list_id=newsletter.list_id,
        )
        record(tx, visit, "issue.proof", issue_id)
    return to_review(issue_id, "proofed", "#proof")


def _composed(site: Site, issue_id: int) -> Draft:
    asyncio.run(illustrate(site.application.bringer(LONGEST_WAIT), issue_id))
    with site.application.database.read() as tx:
        issue = store.load(tx, issue_id)
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
    return compose(site, issue, newsletter).draft


def _life(days: str) -> timedelta:
    number = whole_number(days)
    if number is None or not 1 <= number <= LONGEST_LIFE.days:
        raise BadValue(say("days"), days, say("is to be a number from 1 to %(days)s", days=LONGEST_LIFE.days))
    return timedelta(days=number)
