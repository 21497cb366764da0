"""What came back: messages and events, the figures of issues, and the rules of newsletters."""

from dataclasses import asdict
from datetime import datetime

from fastapi import Response
from pydantic import Field

from newsletter.issues import newsletters, store
from newsletter.returns import browsing, figures, listing, rulebook
from newsletter.returns.fate import Fate
from newsletter.returns.listing import Asked, Line
from newsletter.returns.policy import Rules, checked
from newsletter.staff.permissions import Permission
from newsletter.web.api import paging
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer, Count, Given
from newsletter.web.api.paging import Cursor, Limit, Page, read_number, written
from newsletter.web.api.routing import Routes
from newsletter.web.visits import Of

PEOPLE, VIEW, PAPERS = Permission.MANAGE_PEOPLE, Permission.VIEW, Permission.MANAGE_NEWSLETTERS
RULES = "/newsletters/{newsletter_id:int}/return-rules"

routes = Routes("returns", "What came back of the mail, and what followed.")


class ReturnAnswer(Answer):
    """A message that came back, or an event of a provider."""

    id: int
    received_at: datetime
    came_by: str
    kind: str
    cause: str
    status: str = Field(description="RFC 3463; empty where none was told.")
    reason: str = Field(description="As the server said it.")
    fate: str
    followed: str
    subscriber_id: int | None
    issue_id: int | None
    delivery_id: int | None


class Counted(Answer):
    """So many people of one kind."""

    name: str
    people: int


class FiguresAnswer(Answer):
    """What came back of an issue."""

    accepted: int
    refused: int
    bounced: int
    complaints: int
    suppressed: int
    kinds: dict[str, int]
    causes: dict[str, int]
    domains: list[Counted]


class RulesAnswer(Answer):
    """When an address is kept out from which mail came back."""

    full_points: int
    soft_points: int
    forget_days: int
    is_probing: bool


class RulesGiven(Given):
    """The rules that are to hold."""

    full_points: Count
    soft_points: Count
    forget_days: Count
    is_probing: bool


@routes.get("/returns", PEOPLE)
def list_returns(
    call: Calling, fate: Fate | None = None, cursor: Cursor = None, limit: Limit = paging.USUAL
) -> Page[ReturnAnswer]:
    """List what came back, the latest first."""
    with call.reading() as tx:
        found = listing.page(tx, Asked(fate), read_number(cursor), limit + 1)
    shown = found[:limit]
    more = written(shown[-1].id) if len(found) > limit else None
    return Page(items=[_answer(one) for one in shown], next=more)


@routes.get("/returns/{return_id:int}", PEOPLE, Of.RETURN)
def show_return(call: Calling, return_id: int) -> ReturnAnswer:
    """Show one of them."""
    with call.reading() as tx:
        return _answer(listing.find(tx, return_id))


@routes.get(
    "/returns/{return_id:int}/message",
    PEOPLE,
    Of.RETURN,
    response_class=Response,
    responses={200: {"description": "As it came.", "content": {"application/octet-stream": {"schema": {"type": "string"}}}}},
)
def show_return_as_it_came(call: Calling, return_id: int) -> Response:
    """Give the message, or what a provider told, byte for byte as it came; nothing once it was forgotten."""
    with call.reading() as tx:
        listing.find(tx, return_id)
        raw = browsing.bytes_of(tx, return_id)
    headers = {"Content-Disposition": f'attachment; filename="return-{return_id}"'}
    return Response(raw, media_type="application/octet-stream", headers=headers)


@routes.get("/issues/{issue_id:int}/returns", VIEW, Of.ISSUE)
def count_returns(call: Calling, issue_id: int) -> FiguresAnswer:
    """Count what came back of an issue; zeros before it was mailed."""
    with call.reading() as tx:
        letter_id = store.load(tx, issue_id).letter_id
        found = figures.of_letter(tx, letter_id or 0)
    return FiguresAnswer(
        accepted=found.accepted,
        refused=found.refused,
        bounced=found.bounced,
        complaints=found.complaints,
        suppressed=found.suppressed,
        kinds={kind.value: people for kind, people in found.kinds.items()},
        causes={cause.value: people for cause, people in found.causes.items()},
        domains=[Counted.model_validate(one) for one in found.domains],
    )


@routes.get(RULES, PAPERS, Of.NEWSLETTER)
def show_return_rules(call: Calling, newsletter_id: int) -> RulesAnswer:
    """Show when an address is kept out from which mail of a newsletter came back."""
    with call.reading() as tx:
        return RulesAnswer.model_validate(rulebook.rules_of(tx, newsletter_id))


@routes.put(RULES, PAPERS, Of.NEWSLETTER)
def set_return_rules(call: Calling, newsletter_id: int, given: RulesGiven) -> RulesAnswer:
    """Let a newsletter go by other rules from now on; what followed already stays."""
    wanted = checked(Rules(**given.model_dump()))
    with call.acting() as acting:
        paper = newsletters.by_id(acting.tx, newsletter_id)
        rulebook.set_rules(acting.tx, paper.id, wanted)
        acting.record("returns.policy", f"newsletter {paper.slug}", **asdict(wanted))
    return RulesAnswer.model_validate(wanted)


def _answer(one: Line) -> ReturnAnswer:
    return ReturnAnswer.model_validate(one)
