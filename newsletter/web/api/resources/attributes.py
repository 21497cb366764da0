"""Attributes: what this instance may know of its people besides name and language."""

from pydantic import Field

from newsletter.people import segments
from newsletter.staff.permissions import Permission
from newsletter.web.api import paging
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer, Given, Line
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.routing import Routes
from subscribers import attributebook
from subscribers.attributes import AttributeKind

PEOPLE = Permission.MANAGE_PEOPLE
ONE = "/attributes/{key}"
MOST_CHOICES = 200

routes = Routes("attributes", "What is asked of people besides name and language.")


class AttributeAnswer(Answer):
    """An attribute."""

    key: str
    label: str
    kind: AttributeKind
    choices: list[str]


class NewAttribute(Given):
    """An attribute that is to be laid down."""

    key: Line = Field(description="Stands in files, rules and letters, and never changes.")
    kind: AttributeKind = AttributeKind.TEXT
    label: Line = Field("", description="What a form asks; made of the key if left out.")
    choices: list[Line] = Field([], max_length=MOST_CHOICES)


class AttributeChange(Given):
    """What a form is to ask and to offer; what is left out stays."""

    label: Line | None = None
    adds: list[Line] = Field([], max_length=MOST_CHOICES, description="Words that can be chosen as well.")
    removes: list[Line] = Field([], max_length=MOST_CHOICES, description="Words that nobody has chosen.")


@routes.get("/attributes", PEOPLE)
def list_attributes(call: Calling, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[AttributeAnswer]:
    """List all attributes, in the order they were defined."""
    with call.reading() as tx:
        known = attributebook.all_attributes(tx)
    shown, more = paging.part_of(known, cursor, limit)
    return Page(items=[AttributeAnswer.model_validate(one) for one in shown], next=more)


@routes.post("/attributes", PEOPLE, status_code=201)
def define_attribute(call: Calling, given: NewAttribute) -> AttributeAnswer:
    """Lay down an attribute."""
    with call.acting() as acting:
        made = attributebook.define(acting.tx, given.key, given.kind, acting.now, label=given.label, choices=given.choices)
        acting.record("attribute.define", f"attribute {made.key}", kind=made.kind.value)
    return AttributeAnswer.model_validate(made)


@routes.patch(ONE, PEOPLE)
def change_attribute(call: Calling, key: Line, given: AttributeChange) -> AttributeAnswer:
    """Change what a form asks and offers; answers stay as they are."""
    with call.acting() as acting:
        changed = segments.edit_attribute(acting.tx, key, label=given.label, adds=given.adds, removes=given.removes)
        acting.record("attribute.edit", f"attribute {changed.key}")
    return AttributeAnswer.model_validate(changed)


@routes.delete(ONE, PEOPLE)
def remove_attribute(call: Calling, key: Line) -> None:
    """Forget an attribute with everything people answered to it; refused while a segment asks for it."""
    with call.acting() as acting:
        gone = segments.forget_attribute(acting.tx, attributebook.find(acting.tx, key).key)
        acting.record("attribute.remove", f"attribute {key}", answers=gone)
