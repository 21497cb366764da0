"""Confirming by the link in the mail: the page has one button, and only the button acts."""

from dataclasses import dataclass

from starlette.responses import Response

from newsletter.letters.letter import LetterKind
from newsletter.people import joining
from newsletter.web.faults import LinkRunOut
from newsletter.web.public import counting
from newsletter.web.public.publications import masked, speech_about
from newsletter.web.speech import Speech
from newsletter.web.subjects import Subject, subject_of
from newsletter.web.visits import Site, Visit
from subscribers import confirmations, register
from subscribers.consent import Door, Evidence
from subscribers.model import Subscriber, Subscription
from subscribers.outcomes import AlreadyConfirmed, Confirmed
from subscribers.tokens import Purpose
from subscribers.transaction import Transaction

GONE = 410


@dataclass(frozen=True, slots=True)
class _Question:
    """What a confirmation asks, and whom."""

    confirmation_id: int
    subject: Subject
    subscription: Subscription
    subscriber: Subscriber
    speech: Speech


def question(site: Site, visit: Visit) -> Response:
    """Show what the button would do; nothing is changed, however often a mail scanner looks."""
    with site.application.database.read() as tx:
        asked = _question(site, visit, tx)
        is_good = confirmations.is_good(tx, asked.confirmation_id, visit.now)
    if asked.subscription.is_confirmed:
        return _confirmed(site, asked, already=True)
    if not is_good:
        return _expired(site, asked)
    words = asked.speech.words
    return _page(
        site,
        "public/confirm.html",
        asked,
        token=visit.token,
        wording=_wording(asked),
        clicks_question=counting.question(asked.subject.list, words) if asked.subject.counts_clicks else "",
        clicks_explanation=counting.explanation(words),
    )


def confirm(site: Site, visit: Visit) -> Response:
    """Take the yes, and welcome the person by mail."""
    application = site.application
    with application.database.read() as tx:
        asked = _question(site, visit, tx)
    welcome = application.notice(LetterKind.WELCOME, asked.subject.newsletter, asked.subject.list, asked.speech.words)
    evidence = Evidence(Door.LINK, _wording(asked), visit.network, visit.agent, language=asked.speech.language.tag)
    with application.database.write() as tx:
        outcome = joining.confirm(
            tx, application.keyring, welcome, asked.subject.newsletter, asked.confirmation_id, visit.now, evidence
        )
        if isinstance(outcome, Confirmed) and asked.subject.counts_clicks and counting.is_yes(visit.text(counting.FIELD)):
            box = counting.Box(asked.subject.list, outcome.subscription)
            counting.take(tx, application.keyring, box, asked.speech.words, visit.now, evidence, is_allowed=True)
    if isinstance(outcome, Confirmed | AlreadyConfirmed):
        return _confirmed(site, asked, already=isinstance(outcome, AlreadyConfirmed))
    return _expired(site, asked)


def _question(site: Site, visit: Visit, tx: Transaction) -> _Question:
    confirmation_id = site.application.keyring.open(Purpose.CONFIRM, visit.token)
    subscription_id = confirmations.subscription_of(tx, confirmation_id)
    subscription = register.subscription_by_id(tx, subscription_id) if subscription_id is not None else None
    if subscription is None:
        # The person was erased, or never answered and was forgotten.
        raise LinkRunOut
    subject = subject_of(tx, register.list_by_id(tx, subscription.list_id))
    subscriber = register.subscriber_by_id(tx, subscription.subscriber_id)
    return _Question(confirmation_id, subject, subscription, subscriber, speech_about(visit, subject, subscriber))


def _wording(asked: _Question) -> str:
    """Give the words on the button, which are those of the yes."""
    return asked.speech.words.gettext("Start my subscription")


def _confirmed(site: Site, asked: _Question, *, already: bool) -> Response:
    token = site.application.keyring.seal(Purpose.PREFERENCES, asked.subscriber.id)
    return _page(site, "public/confirmed.html", asked, already=already, preferences=f"/p/{token}")


def _expired(site: Site, asked: _Question) -> Response:
    return _page(site, "public/expired.html", asked, status=GONE)


def _page(site: Site, name: str, asked: _Question, status: int = 200, **values: object) -> Response:
    return site.pages.spoken(
        asked.speech,
        name,
        status,
        newsletter=asked.subject.newsletter,
        list=asked.subject.list,
        called=asked.subject.called,
        whom=masked(asked.subscriber.address),
        **values,
    )
