"""What one person wishes: which lists, how much of them, where to, to leave, and to be forgotten; and what they said."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import Response
from pydantic import Field

from newsletter.errors import BadValue
from newsletter.issues import newsletters
from newsletter.languages.catalogue import words_for
from newsletter.letters.letter import LetterKind
from newsletter.people import departures, moving, personfile, withdraw
from newsletter.people import erase as erasing
from newsletter.people.departures import Why
from newsletter.staff.permissions import Permission
from newsletter.web.api import paging
from newsletter.web.api.calls import Call, Calling
from newsletter.web.api.fields import Answer, Given, Line, Moment, Number
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.routing import Routes
from newsletter.web.api.scope import require_all_lists_of, require_list
from newsletter.web.faults import PageNotFound
from newsletter.web.subjects import subject_for
from newsletter.web.visits import Of
from subscribers import dossier, register, terms, topicbook
from subscribers.address import parse
from subscribers.consent import Door, Evidence
from subscribers.dossier import Exhibit
from subscribers.errors import SubscriptionNotFound
from subscribers.model import Cadence, Subscription, SubscriptionState
from subscribers.outcomes import Withdrawn
from subscribers.sentence import say
from subscribers.transaction import Transaction

PEOPLE = Permission.MANAGE_PEOPLE
PERSON = "/subscribers/{subscriber_id:int}"

routes = Routes("consent", "How people stand to lists, what they take of them, and the evidence of what they said.")


class SubscriptionAnswer(Answer):
    """A person and a list."""

    list_id: int
    state: SubscriptionState
    requested_at: datetime | None
    confirmed_at: datetime | None
    withdrawn_at: datetime | None
    cadence: Cadence
    paused_until: datetime | None
    topics: list[str] | None = Field(description="Null: all, also those to come.")


class Wanted(Given):
    """How much of a list a person takes; what is left out stays as it is."""

    cadence: Cadence | None = None
    paused_until: Moment | None = Field(None, description="Nothing comes before.")
    resumes: bool = Field(False, description="A pause ends now.")
    topics: Annotated[list[Line], Field(max_length=100)] | None = Field(
        None, description="These only; none: what is for everybody."
    )
    all_topics: bool = False


class Leaving(Given):
    """Which list they leave."""

    list_id: Number | None = Field(None, description="All lists where none is said.")
    why: Why | None = None


class Left(Answer):
    """How many lists they left by it."""

    lists: int


class MovingAway(Given):
    """Where their mail is to go."""

    email: Line


class Moved(Answer):
    """Whether somebody at the other address is asked; nothing changes before they say yes."""

    is_asked: bool


class ActAnswer(Answer):
    """One act, with what anybody can check it by."""

    act: str
    at: datetime
    list: str | None
    door: str
    wording: str
    language: str
    network: str
    agent: str
    form: str
    message_id: str
    digest: str
    digested: str
    seal: int | None


class Proof(Answer):
    """All evidence about a person."""

    is_sound: bool
    acts: list[ActAnswer]
    findings: list[str] = Field(description="What does not fit together.")


@routes.get(f"{PERSON}/subscriptions", PEOPLE, Of.SUBSCRIBER)
def list_subscriptions(
    call: Calling, subscriber_id: int, cursor: Cursor = None, limit: Limit = paging.USUAL
) -> Page[SubscriptionAnswer]:
    """Show how a person stands to the lists that the key reaches."""
    with call.reading() as tx:
        seen = call.lists(tx)
        standings = register.subscriptions_of(tx, subscriber_id)
        known = [one for one in standings if seen is None or one.list_id in seen]
        shown, more = paging.page_of(known, lambda one: one.list_id, cursor, limit)
        return Page(items=[_subscription(tx, one, call) for one in shown], next=more)


@routes.patch(f"{PERSON}/subscriptions/{{list_id:int}}", PEOPLE, Of.SUBSCRIBER)
def change_subscription(call: Calling, subscriber_id: int, list_id: int, given: Wanted) -> SubscriptionAnswer:
    """Change how much of a list a person takes, as they told the staff; it stands in the evidence."""
    with call.acting() as acting:
        require_list(acting.tx, call, list_id)
        standing = _standing(acting.tx, subscriber_id, list_id)
        paper = newsletters.of_list(acting.tx, list_id)
        offered = topicbook.of_list(acting.tx, list_id)
        wanted = terms.terms_of(acting.tx, standing, acting.now)
        if given.cadence is not None:
            wanted = replace(wanted, cadence=given.cadence)
        if given.paused_until is not None or given.resumes:
            wanted = replace(wanted, paused_until=None if given.resumes else given.paused_until)
        if given.topics is not None or given.all_topics:
            wanted = replace(wanted, topic_ids=None if given.all_topics else _topics(acting.tx, list_id, given.topics or []))
        said = terms.words(wanted, offered, paper.zone if paper else newsletters.zone_of_house(acting.tx))
        evidence = Evidence(Door.COMMAND, f"Told the staff: {said}.")
        changed = terms.agree(acting.tx, call.application.keyring, standing.id, wanted, acting.now, evidence)
        acting.record("subscriber.prefer", f"subscriber {subscriber_id}", list=list_id)
        return _subscription(acting.tx, changed, call)


@routes.post(f"{PERSON}/unsubscribe", PEOPLE, Of.SUBSCRIBER)
def unsubscribe(call: Calling, subscriber_id: int, given: Leaving) -> Left:
    """Take a person's no, as they told it; from this moment on they are not written to."""
    keyring, evidence = call.application.keyring, Evidence(Door.COMMAND, "Told the staff.")
    with call.acting() as acting:
        if given.list_id is None:
            require_all_lists_of(acting.tx, call, subscriber_id)
            outcomes = withdraw.withdraw_everywhere(acting.tx, keyring, subscriber_id, acting.now, evidence)
        else:
            require_list(acting.tx, call, given.list_id)
            standing = _standing(acting.tx, subscriber_id, given.list_id)
            outcomes = (withdraw.withdraw(acting.tx, keyring, standing.id, acting.now, evidence),)
        left = [one.subscription for one in outcomes if isinstance(one, Withdrawn)]
        if given.why is not None:
            for one in left:
                departures.say_why(acting.tx, one.id, given.why)
        acting.record("subscriber.unsubscribe", f"subscriber {subscriber_id}", lists=len(left))
    return Left(lists=len(left))


@routes.post(f"{PERSON}/move", PEOPLE, Of.SUBSCRIBER)
def move_subscriber(call: Calling, subscriber_id: int, given: MovingAway) -> Moved:
    """Ask at another address whether a person's mail is to go there."""
    wanted, application = parse(given.email), call.application
    with call.reading() as tx:
        person = register.subscriber_by_id(tx, subscriber_id)
        require_all_lists_of(tx, call, subscriber_id)
        try:
            subject = subject_for(tx, person)
        except PageNotFound as error:
            raise BadValue(say("address"), "", say("there is no newsletter to ask in the name of; make one first")) from error
    words = words_for(person.language, subject.list.language, subject.newsletter.language)
    question = application.notice(LetterKind.MOVE, subject.newsletter, subject.list, words)
    with call.acting() as acting:
        is_asked = moving.ask(acting.tx, application.keyring, question, subject.newsletter, person, wanted, acting.now)
        acting.record("subscriber.move", f"subscriber {subscriber_id}", asked=is_asked)
    return Moved(is_asked=is_asked)


@routes.get(f"{PERSON}/consent", PEOPLE, Of.SUBSCRIBER)
def show_consent(call: Calling, subscriber_id: int) -> Proof:
    """Show the evidence of what a person said, about the lists that the key reaches."""
    with call.reading() as tx:
        person = register.subscriber_by_id(tx, subscriber_id)
        seen = call.lists(tx)
        found = dossier.gather(tx, call.application.keyring, person.address)
        findings = dossier.findings_of(tx, subscriber_id)
    # Somebody else may have had the address before.
    own = [one for one in found.exhibits if one.consent.chain == subscriber_id]
    acts = [_act(one) for one in own if seen is None or one.consent.list_id is None or one.consent.list_id in seen]
    return Proof(is_sound=not findings, acts=acts, findings=[str(one.text) for one in findings])


@routes.post(f"{PERSON}/data", PEOPLE, Of.SUBSCRIBER)
def hand_out_data(call: Calling, subscriber_id: int, response: Response) -> dict[str, object]:
    """Give everything that is held about a person, as it is handed out to them; who took it stands in the audit.

    The answer is not kept for a repetition.
    """
    with call.acting() as acting:
        require_all_lists_of(acting.tx, call, subscriber_id)
        everything: dict[str, object] = json.loads(personfile.gather(acting.tx, subscriber_id).to_json())
        acting.record("privacy.export", f"subscriber {subscriber_id}")
    response.headers["Content-Disposition"] = f'attachment; filename="person-{subscriber_id}.json"'
    return everything


@routes.delete(PERSON, PEOPLE, Of.SUBSCRIBER)
def erase_subscriber(call: Calling, subscriber_id: int) -> Response:
    """Forget a person; only a keyed hash of the address stays, so that no import brings them back."""
    with call.acting() as acting:
        require_all_lists_of(acting.tx, call, subscriber_id)
        evidence = Evidence(Door.COMMAND, "Told the staff.")
        erasing.erase(acting.tx, call.application.keyring, subscriber_id, acting.now, evidence)
        acting.record("subscriber.erase", f"subscriber {subscriber_id}")
    call.application.database.scrub()
    return Response(status_code=204)


def _standing(tx: Transaction, subscriber_id: int, list_id: int) -> Subscription:
    found = next((one for one in register.subscriptions_of(tx, subscriber_id) if one.list_id == list_id), None)
    if found is None:
        raise SubscriptionNotFound(f"of subscriber {subscriber_id} to list {list_id}")
    return found


def _topics(tx: Transaction, list_id: int, names: list[str]) -> frozenset[int]:
    return frozenset(topicbook.find(tx, list_id, name).id for name in names)


def _subscription(tx: Transaction, one: Subscription, call: Call) -> SubscriptionAnswer:
    return SubscriptionAnswer(
        list_id=one.list_id,
        state=one.state,
        requested_at=one.requested_at,
        confirmed_at=one.confirmed_at,
        withdrawn_at=one.withdrawn_at,
        cadence=one.cadence,
        paused_until=one.paused_until if one.is_paused(call.now) else None,
        topics=None if one.takes_all_topics else [topic.name for topic in terms.topics_taken(tx, one)],
    )


def _act(one: Exhibit) -> ActAnswer:
    said, evidence = one.consent, one.consent.evidence
    return ActAnswer(
        act=said.act,
        at=said.at,
        list=one.list_name or None,
        door=evidence.door,
        wording=evidence.wording,
        language=evidence.language,
        network=evidence.network,
        agent=evidence.agent,
        form=evidence.form,
        message_id=evidence.message_id,
        digest=said.digest,
        digested=one.digested,
        seal=one.seal,
    )
