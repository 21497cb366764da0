"""People: looked up, put on lists, and changed."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from newsletter.errors import BadValue
from newsletter.issues import newsletters
from newsletter.languages.catalogue import words_for
from newsletter.letters.letter import LetterKind
from newsletter.people import joining
from newsletter.staff.permissions import Permission
from newsletter.web.api.calls import Call, Calling
from newsletter.web.api.fields import NO_NUL, Answer, Given, Line, Number, Words
from newsletter.web.api.looking import Looking
from newsletter.web.api.paging import Cursor, Page, read, written
from newsletter.web.api.problems import Invalid, Wrong
from newsletter.web.api.routing import Routes
from newsletter.web.api.scope import require_all_lists_of, require_list
from newsletter.web.visits import Of
from subscribers import attributebook, directory, register
from subscribers.address import EmailAddress, parse
from subscribers.attributes import spelled
from subscribers.consent import Door, Evidence
from subscribers.directory import Place
from subscribers.model import MailingList, Reason, SubscriptionState
from subscribers.narrowing import Way
from subscribers.outcomes import (
    Added,
    AddOutcome,
    AlreadyConfirmed,
    AlreadyThere,
    ConfirmationDue,
    RequestOutcome,
    Suppressed,
    TooSoon,
)
from subscribers.sentence import say
from subscribers.transaction import Transaction

PEOPLE = Permission.MANAGE_PEOPLE

routes = Routes("subscribers", "People, how they stand to lists, and what they said.")


class Standing(Answer):
    """How a person stands to a list."""

    list_id: int
    state: SubscriptionState


class KeptOut(Answer):
    """Why a person is not written to."""

    list_id: int = Field(description="0: on every list.")
    reason: Reason


class PersonLine(Answer):
    """A person among others."""

    id: int
    email: str
    name: str
    language: str
    created_at: datetime
    standings: list[Standing]
    kept_out: list[KeptOut]


class PersonAnswer(Answer):
    """A person."""

    id: int
    email: str
    name: str
    language: str
    created_at: datetime
    attributes: dict[str, str] = Field(description="What they answered, by the keys of the attributes.")


class Joining(Given):
    """Who comes onto which list."""

    email: Line
    list_id: Number
    name: Line = ""
    basis: Words | None = Field(
        None,
        description="How and when they consented: kept as evidence, and they are on the list at once. "
        "Without it they are asked by mail, and come onto the list by their own yes.",
    )


class Joined(Answer):
    """What became of it. An address is not repeated."""

    outcome: str = Field(
        description="`added`, `asked` (a mail with a button is on its way), `there`, "
        "`too_soon` (asked often enough; see `again_at`), or `suppressed` (kept out; see `reason`)."
    )
    subscriber_id: int | None = None
    again_at: datetime | None = None
    reason: Reason | None = None


class PersonChange(Given):
    """What is to be known of a person; what is left out stays."""

    name: Line | None = None
    language: Annotated[str, Field(max_length=35, pattern=NO_NUL)] | None = None
    attributes: dict[Line, Line] = Field({}, description="By the keys of the attributes; an empty answer is none.")


@routes.get("/subscribers", PEOPLE, Of.ANY_NEWSLETTER)
def list_subscribers(call: Calling, looking: Looking, cursor: Cursor = None) -> Page[PersonLine]:
    """List the people of the lists that the key reaches, the oldest first, fifty at a time.

    A page may hold fewer, or none, and still have a next one: where filters leave out many, each page looks through 20,000.
    """
    after = _place(cursor)
    with call.reading() as tx:
        wanted = looking.wanted(tx, call.lists(tx))
        found = directory.look(tx, wanted, after, directory.FAR_WINDOW)
    return Page(items=[_line(one) for one in found.people], next=written(str(found.more)) if found.more else None)


@routes.post("/subscribers", PEOPLE, Of.ANY_NEWSLETTER)
def add_subscriber(call: Calling, given: Joining) -> Joined:
    """Put a person on a list, or ask them by mail whether they want to be."""
    address = parse(given.email)
    with call.reading() as tx:
        chosen = require_list(tx, call, given.list_id)
    outcome = _asked(call, chosen, address, given) if given.basis is None else _added(call, chosen, address, given)
    return _joined(outcome)


@routes.get("/subscribers/{subscriber_id:int}", PEOPLE, Of.SUBSCRIBER)
def show_subscriber(call: Calling, subscriber_id: int) -> PersonAnswer:
    """Show a person."""
    with call.reading() as tx:
        return _person(tx, subscriber_id)


@routes.patch("/subscribers/{subscriber_id:int}", PEOPLE, Of.SUBSCRIBER)
def change_subscriber(call: Calling, subscriber_id: int, given: PersonChange) -> PersonAnswer:
    """Change what is known of a person; takes the permission on all lists they are on."""
    with call.acting() as acting:
        require_all_lists_of(acting.tx, call, subscriber_id)
        register.edit(acting.tx, subscriber_id, name=given.name, language=given.language)
        attributebook.answer(acting.tx, subscriber_id, given.attributes)
        acting.record("subscriber.edit", f"subscriber {subscriber_id}", attributes=sorted(given.attributes))
        return _person(acting.tx, subscriber_id)


def _added(call: Call, chosen: MailingList, address: EmailAddress, given: Joining) -> AddOutcome:
    evidence = Evidence(Door.COMMAND, (given.basis or "").strip())
    if not evidence.wording:
        raise BadValue(say("basis"), "", say("Say how and when they consented; it is kept as evidence."))
    keyring = call.application.keyring
    with call.acting() as acting:
        outcome = register.add(acting.tx, keyring, chosen.id, address, given.name, acting.now, evidence, is_confirmed=True)
        acting.record("subscriber.add", f"list {chosen.name}", confirmed=True, outcome=type(outcome).__name__)
    return outcome


def _asked(call: Call, chosen: MailingList, address: EmailAddress, given: Joining) -> RequestOutcome:
    application = call.application
    with call.reading() as tx:
        newsletter = newsletters.of_list(tx, chosen.id)
    if newsletter is None:
        raise BadValue(
            say("list"), chosen.name, say("no newsletter goes to it, so nobody can be asked by mail; make one first")
        )
    words = words_for(chosen.language, newsletter.language)
    letter = application.notice(LetterKind.CONFIRMATION, newsletter, chosen, words)
    evidence = Evidence(Door.COMMAND, "Added by the staff; to be confirmed by mail.")
    with call.acting() as acting:
        outcome = joining.join(acting.tx, application.keyring, letter, newsletter, address, given.name, acting.now, evidence)
        acting.record("subscriber.add", f"list {chosen.name}", confirmed=False, outcome=type(outcome).__name__)
    return outcome


def _joined(outcome: AddOutcome | RequestOutcome) -> Joined:
    match outcome:
        case Added(subscriber=person):
            return Joined(outcome="added", subscriber_id=person.id)
        case ConfirmationDue(subscriber=person):
            return Joined(outcome="asked", subscriber_id=person.id)
        case AlreadyThere(subscriber=person) | AlreadyConfirmed(subscriber=person):
            return Joined(outcome="there", subscriber_id=person.id)
        case TooSoon(again_at=again_at):
            return Joined(outcome="too_soon", again_at=again_at)
        case Suppressed(reason=reason):
            return Joined(outcome="suppressed", reason=reason)


def _person(tx: Transaction, subscriber_id: int) -> PersonAnswer:
    person = register.subscriber_by_id(tx, subscriber_id)
    answers = {key: spelled(one) for key, one in attributebook.answers_of(tx, subscriber_id).items()}
    return PersonAnswer(
        id=person.id,
        email=person.address.text,
        name=person.name,
        language=person.language,
        created_at=person.created_at,
        attributes=answers,
    )


def _line(one: directory.Line) -> PersonLine:
    return PersonLine(
        id=one.id,
        email=one.email,
        name=one.name,
        language=one.language,
        created_at=one.created_at,
        standings=[Standing.model_validate(standing) for standing in one.standings],
        kept_out=[KeptOut(list_id=list_id, reason=reason) for list_id, reason in one.kept_out],
    )


def _place(cursor: str | None) -> Place | None:
    known = read(cursor)
    if known is None:
        return None
    way, _, number = str(known).partition("-")
    if way not in set(Way) or not number.isascii() or not number.isdecimal() or len(number) > len("1000000000000"):
        raise Invalid([Wrong("query/cursor", "is not the `next` of a page")])
    return Place(Way(way), int(number))
