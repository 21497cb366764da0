"""Mailing lists: what people consent to, the subjects of each, and what its form asks."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from newsletter.people import segments
from newsletter.staff.permissions import Permission
from newsletter.web.api import paging
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer, Given, Line, Number, Words
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.routing import Routes
from newsletter.web.visits import Of
from subscribers import attributebook, audience, domainrules, listbook, questions, register, topicbook
from subscribers.domainrules import Verdict
from subscribers.errors import TopicNotFound
from subscribers.model import Topic
from subscribers.transaction import Transaction

PEOPLE = Permission.MANAGE_PEOPLE
LIST = "/lists/{list_id:int}"
TOPIC = f"{LIST}/topics/{{topic_id:int}}"
QUESTION = f"{LIST}/questions/{{key}}"

# Of one list; said at once and shown.
MOST_DOMAINS = 1_000

routes = Routes("lists", "What people consent to, its subjects, and what its form asks.")


class ListAnswer(Answer):
    """A list."""

    id: int
    slug: str = Field(description="As it stands in the address of its form.")
    name: str
    description: str
    is_public: bool = Field(description="Whether it has a form on the web.")
    language: str = Field(description="Of its pages and notices; empty: the newsletter's.")
    sender_name: str
    sender_address: str
    created_at: datetime
    archived_at: datetime | None


class People(Answer):
    """How many people stand on a list."""

    people: int = Field(description="Who may be written to now.")


class NewList(Given):
    """A list that is to be made."""

    name: Line
    description: Words = ""
    is_public: bool = True


class ListChange(Given):
    """What is to be said of a list; what is left out stays."""

    name: Line | None = None
    description: Words | None = None
    is_public: bool | None = None
    language: Line | None = None
    sender_name: Line | None = None
    sender_address: Line | None = None


class TopicAnswer(Answer):
    """A subject of a list, of which people may take only some."""

    id: int
    name: str
    description: str
    position: int


class NewTopic(Given):
    """A subject that a list is to offer."""

    name: Line
    description: Words = ""
    position: Number | None = Field(None, description="Where it stands, from 1; last if left out.")


class TopicChange(Given):
    """What a subject is to be called and where it stands; what is left out stays."""

    name: Line | None = None
    description: Words | None = None
    position: Number | None = None


class QuestionAnswer(Answer):
    """An attribute that the form of a list asks for."""

    key: str
    is_required: bool


class Asking(Given):
    """How a form asks."""

    is_required: bool = False


class DomainRuleAnswer(Answer):
    """What is said of a domain and of those below it."""

    domain: str
    verdict: Verdict


class DomainRuling(Given):
    """What is to be said of some domains."""

    domains: Annotated[list[Line], Field(min_length=1, max_length=MOST_DOMAINS)]
    verdict: Verdict | None = Field(description="Null: nothing is said of them any more.")


@routes.get("/lists", PEOPLE, Of.ANY_NEWSLETTER)
def list_lists(call: Calling, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[ListAnswer]:
    """List the lists of the newsletters that the key reaches, archived ones with them."""
    with call.reading() as tx:
        seen = call.lists(tx)
        known = sorted((one for one in register.all_lists(tx) if seen is None or one.id in seen), key=lambda one: one.id)
    shown, more = paging.page_of(known, lambda one: one.id, cursor, limit)
    return Page(items=[ListAnswer.model_validate(one) for one in shown], next=more)


@routes.post("/lists", PEOPLE, status_code=201)
def create_list(call: Calling, given: NewList) -> ListAnswer:
    """Make a list that people can join."""
    with call.acting() as acting:
        made = register.create_list(acting.tx, given.name, acting.now, description=given.description, is_public=given.is_public)
        acting.record("list.create", f"list {made.name}")
    return ListAnswer.model_validate(made)


@routes.get(LIST, PEOPLE, Of.LIST)
def show_list(call: Calling, list_id: int) -> ListAnswer:
    """Show a list."""
    with call.reading() as tx:
        return ListAnswer.model_validate(register.list_by_id(tx, list_id))


@routes.patch(LIST, PEOPLE, Of.LIST)
def change_list(call: Calling, list_id: int, given: ListChange) -> ListAnswer:
    """Change what is said of a list; letters that are approved stay as they are."""
    with call.acting() as acting:
        changed = listbook.edit(acting.tx, list_id, **given.model_dump())
        acting.record("list.edit", f"list {changed.name}")
    return ListAnswer.model_validate(changed)


@routes.get(f"{LIST}/people", PEOPLE, Of.LIST)
def count_people(call: Calling, list_id: int) -> People:
    """Count the people of a list who may be written to; of a million that takes a second."""
    with call.reading() as tx:
        return People(people=audience.count(tx, list_id))


@routes.post(f"{LIST}/archive", PEOPLE, Of.LIST)
def archive_list(call: Calling, list_id: int) -> ListAnswer:
    """End a list: nobody joins it, and nothing is sent to it; its people and their consent are kept."""
    with call.acting() as acting:
        archived = listbook.archive(acting.tx, list_id, acting.now)
        acting.record("list.archive", f"list {archived.name}")
    return ListAnswer.model_validate(archived)


@routes.post(f"{LIST}/reopen", PEOPLE, Of.LIST)
def reopen_list(call: Calling, list_id: int) -> ListAnswer:
    """Take up an archived list again, with the people who stand on it."""
    with call.acting() as acting:
        reopened = listbook.reopen(acting.tx, list_id)
        acting.record("list.reopen", f"list {reopened.name}")
    return ListAnswer.model_validate(reopened)


@routes.get(f"{LIST}/domains", PEOPLE, Of.LIST)
def list_domain_rules(
    call: Calling, list_id: int, cursor: Cursor = None, limit: Limit = paging.USUAL
) -> Page[DomainRuleAnswer]:
    """List the domains whose people may join a list, or may not; where some may, nobody else does."""
    with call.reading() as tx:
        found = domainrules.rules_of(tx, list_id, MOST_DOMAINS)
    shown, more = paging.part_of(found, cursor, limit)
    return Page(items=[DomainRuleAnswer.model_validate(one) for one in shown], next=more)


@routes.put(f"{LIST}/domains", PEOPLE, Of.LIST)
def rule_domains(call: Calling, list_id: int, given: DomainRuling) -> Page[DomainRuleAnswer]:
    """Say of some domains that their people may join a list, may not, or that nothing is said of them; others stay."""
    wanted = [domainrules.domain_of(one) for one in given.domains]
    with call.acting() as acting:
        known = register.list_by_id(acting.tx, list_id)
        if given.verdict is None:
            domainrules.remove_rules(acting.tx, known.id, wanted)
        else:
            domainrules.set_rules(acting.tx, known.id, wanted, given.verdict, acting.now)
        said = given.verdict.value if given.verdict is not None else "none"
        acting.record("list.domains", f"list {known.name}", verdict=said, domains=len(wanted))
    return list_domain_rules(call, list_id)


@routes.get(f"{LIST}/topics", PEOPLE, Of.LIST)
def list_topics(call: Calling, list_id: int, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[TopicAnswer]:
    """List the subjects that a list offers, in their order."""
    with call.reading() as tx:
        known = topicbook.of_list(tx, list_id)
    shown, more = paging.part_of(known, cursor, limit)
    return Page(items=[TopicAnswer.model_validate(one) for one in shown], next=more)


@routes.post(f"{LIST}/topics", PEOPLE, Of.LIST, status_code=201)
def add_topic(call: Calling, list_id: int, given: NewTopic) -> TopicAnswer:
    """Let a list offer one more subject; whoever takes all takes it as well."""
    with call.acting() as acting:
        made = topicbook.add(acting.tx, list_id, given.name, description=given.description, position=given.position)
        acting.record("topic.add", f"list {register.list_by_id(acting.tx, list_id).name}", topic=made.name)
    return TopicAnswer.model_validate(made)


@routes.patch(TOPIC, PEOPLE, Of.LIST)
def change_topic(call: Calling, list_id: int, topic_id: int, given: TopicChange) -> TopicAnswer:
    """Change what a subject is called and where it stands; segments that name it follow."""
    with call.acting() as acting:
        changed = segments.edit_topic(acting.tx, _topic(acting.tx, list_id, topic_id), **given.model_dump())
        acting.record("topic.edit", f"list {register.list_by_id(acting.tx, list_id).name}", topic=changed.name)
    return TopicAnswer.model_validate(changed)


@routes.delete(TOPIC, PEOPLE, Of.LIST)
def remove_topic(call: Calling, list_id: int, topic_id: int) -> None:
    """Offer a subject no more; it is refused while a segment asks for it."""
    with call.acting() as acting:
        known = _topic(acting.tx, list_id, topic_id)
        segments.remove_topic(acting.tx, known, acting.now)
        acting.record("topic.remove", f"list {register.list_by_id(acting.tx, list_id).name}", topic=known.name)


@routes.get(f"{LIST}/questions", PEOPLE, Of.LIST)
def list_questions(call: Calling, list_id: int) -> list[QuestionAnswer]:
    """List the attributes that the form of a list asks for, in order."""
    with call.reading() as tx:
        asked = questions.questions_of(tx, list_id)
    return [QuestionAnswer(key=one.attribute.key, is_required=one.is_required) for one in asked]


@routes.put(QUESTION, PEOPLE, Of.LIST)
def ask_question(call: Calling, list_id: int, key: Line, given: Asking) -> QuestionAnswer:
    """Let the form of a list ask for an attribute."""
    with call.acting() as acting:
        known = attributebook.find(acting.tx, key)
        questions.ask(acting.tx, list_id, known.id, is_required=given.is_required)
        acting.record("list.ask", f"list {register.list_by_id(acting.tx, list_id).name}", attribute=known.key, asks=True)
    return QuestionAnswer(key=known.key, is_required=given.is_required)


@routes.delete(QUESTION, PEOPLE, Of.LIST)
def drop_question(call: Calling, list_id: int, key: Line) -> None:
    """Let the form of a list ask for it no more; what was answered stays."""
    with call.acting() as acting:
        known = attributebook.find(acting.tx, key)
        questions.drop(acting.tx, list_id, known.id)
        acting.record("list.ask", f"list {register.list_by_id(acting.tx, list_id).name}", attribute=known.key, asks=False)


def _topic(tx: Transaction, list_id: int, topic_id: int) -> Topic:
    known = next((one for one in topicbook.of_list(tx, list_id) if one.id == topic_id), None)
    if known is None:
        raise TopicNotFound(str(topic_id))
    return known
