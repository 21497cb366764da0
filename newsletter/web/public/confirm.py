"""Confirming by the link in the mail: the page has one button, and only the button acts."""

from dataclasses import dataclass

from starlette.responses import Response

from newsletter.letters import notices
from newsletter.people import joining
from newsletter.web.public.publications import Subject, masked, subject_of
from newsletter.web.visits import Site, Visit
from subscribers import confirmations, register
from subscribers.consent import Door, Evidence
from subscribers.errors import TokenInvalid
from subscribers.model import Subscriber, Subscription
from subscribers.outcomes import AlreadyConfirmed, Confirmed
from subscribers.tokens import Purpose
from subscribers.transaction import Transaction

WORDING = "Start my subscription"
GONE = 410


@dataclass(frozen=True, slots=True)
class _Question:
    """What a confirmation asks, and whom."""

    confirmation_id: int
    subject: Subject
    subscription: Subscription
    subscriber: Subscriber


def question(site: Site, visit: Visit) -> Response:
    """Show what the button would do; nothing is changed, however often a mail scanner looks."""
    with site.application.database.read() as tx:
        asked = _question(site, visit, tx)
        is_good = confirmations.is_good(tx, asked.confirmation_id, visit.now)
    if asked.subscription.is_confirmed:
        return _confirmed(site, asked, already=True)
    if not is_good:
        return _expired(site, asked)
    return _page(site, "public/confirm.html", asked, token=visit.token, wording=WORDING)


def confirm(site: Site, visit: Visit) -> Response:
    """Take the yes, and welcome the person by mail."""
    application = site.application
    with application.database.read() as tx:
        asked = _question(site, visit, tx)
    seed = application.keyring.derive("slots")
    welcome = notices.welcome(application.templates, asked.subject.newsletter, asked.subject.list, application.links, seed)
    evidence = Evidence(Door.LINK, WORDING, visit.network, visit.agent)
    with application.database.write() as tx:
        outcome = joining.confirm(
            tx, application.keyring, welcome, asked.subject.newsletter, asked.confirmation_id, visit.now, evidence
        )
    if isinstance(outcome, Confirmed | AlreadyConfirmed):
        return _confirmed(site, asked, already=isinstance(outcome, AlreadyConfirmed))
    return _expired(site, asked)


def _question(site: Site, visit: Visit, tx: Transaction) -> _Question:
    confirmation_id = site.application.keyring.open(Purpose.CONFIRM, visit.token)
    subscription_id = confirmations.subscription_of(tx, confirmation_id)
    subscription = register.subscription_by_id(tx, subscription_id) if subscription_id is not None else None
    if subscription is None:
        # The person was erased; a link of theirs is as good as none.
        raise TokenInvalid
    subject = subject_of(tx, register.list_by_id(tx, subscription.list_id))
    return _Question(confirmation_id, subject, subscription, register.subscriber_by_id(tx, subscription.subscriber_id))


def _confirmed(site: Site, asked: _Question, *, already: bool) -> Response:
    token = site.application.keyring.seal(Purpose.PREFERENCES, asked.subscriber.id)
    return _page(site, "public/confirmed.html", asked, already=already, preferences=f"/p/{token}")


def _expired(site: Site, asked: _Question) -> Response:
    response = _page(site, "public/expired.html", asked)
    response.status_code = GONE
    return response


def _page(site: Site, name: str, asked: _Question, **values: object) -> Response:
    return site.pages.page(
        name,
        newsletter=asked.subject.newsletter,
        list=asked.subject.list,
        called=asked.subject.called,
        whom=masked(asked.subscriber.address),
        **values,
    )
