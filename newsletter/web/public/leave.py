"""Leaving a list: by the button on the page, or by the mail program's own button (RFC 8058)."""

from dataclasses import dataclass

from starlette.responses import PlainTextResponse, Response

from newsletter.people import departures, withdraw
from newsletter.people.departures import Why
from newsletter.people.withdraw import Goodbyes
from newsletter.web.faults import LinkRunOut
from newsletter.web.public import farewells
from newsletter.web.public.publications import masked, speech_about
from newsletter.web.speech import Speech
from newsletter.web.subjects import Subject, find_subject, subject_of
from newsletter.web.visits import Site, Visit
from subscribers import register
from subscribers.consent import Door, Evidence
from subscribers.errors import TokenInvalid
from subscribers.model import Subscriber, Subscription, SubscriptionState
from subscribers.outcomes import Unknown, Withdrawn, WithdrawOutcome
from subscribers.tokens import Purpose
from subscribers.transaction import Transaction

# RFC 8058 3.1: the body of the POST, urlencoded or multipart.
ONE_CLICK_FIELD = "List-Unsubscribe"
ONE_CLICK_VALUE = "One-Click"


@dataclass(frozen=True, slots=True)
class _Standing:
    """Whom a link is about."""

    subject: Subject
    subscription: Subscription
    subscriber: Subscriber
    speech: Speech

    @property
    def wording(self) -> str:
        """The words on the button, which are those of the no."""
        return self.speech.words.gettext("Unsubscribe")


def question(site: Site, visit: Visit) -> Response:
    """Show what the button would do; nothing is changed (RFC 8058 1: scanners follow links)."""
    with site.application.database.read() as tx:
        standing = _standing(site, visit, tx)
    if standing.subscription.state is SubscriptionState.WITHDRAWN:
        return _left(site, standing, visit, already=True)
    token = site.application.keyring.seal(Purpose.PREFERENCES, standing.subscriber.id)
    return _page(site, "public/leave.html", standing, token=visit.token, preferences=f"/p/{token}", wording=standing.wording)


def leave(site: Site, visit: Visit) -> Response:
    """Take the no; saying it twice is answered like the first time."""
    if visit.form.get(ONE_CLICK_FIELD) == ONE_CLICK_VALUE:
        return _one_click(site, visit)
    with site.application.database.read() as tx:
        standing = _standing(site, visit, tx)
    goodbyes = farewells.goodbyes(site, standing.subscriber, [standing.subject])
    outcome = _withdraw(site, visit, _evidence(visit, standing), goodbyes)
    if isinstance(outcome, Unknown):
        raise TokenInvalid
    return _left(site, standing, visit, already=not isinstance(outcome, Withdrawn))


def say_why(site: Site, visit: Visit) -> Response:
    """Keep what somebody who left chose to say about it; nothing else is changed."""
    with site.application.database.read() as tx:
        standing = _standing(site, visit, tx)
    if standing.subscription.state is not SubscriptionState.WITHDRAWN:
        # They came back meanwhile, and the page lay open.
        raise LinkRunOut
    why = next((one for one in Why if one.value == visit.text("why")), None)
    if why is not None:
        with site.application.database.write() as tx:
            departures.say_why(tx, standing.subscription.id, why)
    return _page(site, "public/thanks.html", standing, is_counted=why is not None)


def _evidence(visit: Visit, standing: _Standing) -> Evidence:
    return Evidence(Door.LINK, standing.wording, visit.network, visit.agent, language=standing.speech.language.tag)


def _one_click(site: Site, visit: Visit) -> Response:
    # No page, no cookie and no redirect (RFC 8058 3.1). Somebody who was erased since is answered like everybody else.
    evidence = Evidence(Door.ONE_CLICK, f"{ONE_CLICK_FIELD}={ONE_CLICK_VALUE}", visit.network, visit.agent)
    _withdraw(site, visit, evidence, _goodbyes(site, visit))
    return PlainTextResponse("Unsubscribed.\n")


def _goodbyes(site: Site, visit: Visit) -> Goodbyes:
    subscription_id = site.application.keyring.open(Purpose.UNSUBSCRIBE, visit.token)
    with site.application.database.read() as tx:
        known = register.subscription_by_id(tx, subscription_id)
        # Whoever left before is not told so again.
        if known is None or known.state is SubscriptionState.WITHDRAWN:
            return withdraw.SILENT
        subject = find_subject(tx, register.list_by_id(tx, known.list_id))
        person = register.subscriber_by_id(tx, known.subscriber_id)
    return farewells.goodbyes(site, person, [subject])


def _withdraw(site: Site, visit: Visit, evidence: Evidence, goodbyes: Goodbyes) -> WithdrawOutcome:
    subscription_id = site.application.keyring.open(Purpose.UNSUBSCRIBE, visit.token)
    with site.application.database.write() as tx:
        return withdraw.withdraw(tx, site.application.keyring, subscription_id, visit.now, evidence, goodbyes)


def _standing(site: Site, visit: Visit, tx: Transaction) -> _Standing:
    subscription_id = site.application.keyring.open(Purpose.UNSUBSCRIBE, visit.token)
    subscription = register.subscription_by_id(tx, subscription_id)
    if subscription is None:
        raise TokenInvalid
    subject = subject_of(tx, register.list_by_id(tx, subscription.list_id))
    subscriber = register.subscriber_by_id(tx, subscription.subscriber_id)
    return _Standing(subject, subscription, subscriber, speech_about(visit, subject, subscriber))


def _left(site: Site, standing: _Standing, visit: Visit, *, already: bool) -> Response:
    return _page(site, "public/left.html", standing, already=already, token=visit.token)


def _page(site: Site, name: str, standing: _Standing, **values: object) -> Response:
    return site.pages.spoken(
        standing.speech,
        name,
        newsletter=standing.subject.newsletter,
        list=standing.subject.list,
        called=standing.subject.called,
        whom=masked(standing.subscriber.address),
        **values,
    )
