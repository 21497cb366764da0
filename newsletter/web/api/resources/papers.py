"""What is set at newsletters: made, changed, moved, with their themes and the plan of their sections."""

from typing import Any

from pydantic import Field

from newsletter.issues import listchange, newsletters, plan, zonechange
from newsletter.issues.model import Archive
from newsletter.staff.permissions import Permission
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer, Given, Line, Number, Words
from newsletter.web.api.resources.newsletters import NewsletterAnswer
from newsletter.web.api.routing import Routes
from newsletter.web.api.scope import require_list
from newsletter.web.visits import Of
from subscribers import register

PAPERS = Permission.MANAGE_NEWSLETTERS
ONE = "/newsletters/{newsletter_id:int}"

routes = Routes("settings", "What is set at newsletters, and the themes there are.")


class ThemeAnswer(Answer):
    """How letters can look."""

    name: str


class NewNewsletter(Given):
    """A newsletter that is to be made."""

    name: Line
    list_id: Number
    sender_name: Line = ""
    sender_address: Line
    reply_to: Line = ""
    postal_address: Words
    zone: Line = "UTC"
    language: Line = "en"


class NewsletterChange(Given):
    """What a newsletter is to say of itself; what is left out stays."""

    name: Line | None = None
    language: Line | None = None
    sender_name: Line | None = None
    sender_address: Line | None = None
    reply_to: Line | None = None
    postal_address: Words | None = None
    needs_second_person: bool | None = None
    archive: Archive | None = None
    counts_clicks: bool | None = None


class Zone(Given):
    """Another time zone."""

    zone: Line = Field(description="As `Europe/Amsterdam`.")


class ListChosen(Given):
    """Another list."""

    list_id: Number


class PlanAnswer(Answer):
    """The plan of sections, as it is kept."""

    sections: list[dict[str, Any]]


@routes.get("/themes", PAPERS, Of.ANY_NEWSLETTER)
def list_themes(call: Calling) -> list[ThemeAnswer]:
    """List the themes that letters can have."""
    return [ThemeAnswer(name=name) for name in call.application.templates.themes.names()]


@routes.post("/newsletters", PAPERS, status_code=201)
def create_newsletter(call: Calling, given: NewNewsletter) -> NewsletterAnswer:
    """Make a newsletter that is mailed to the people of one list."""
    with call.acting() as acting:
        chosen = register.list_by_id(acting.tx, given.list_id)
        made = newsletters.create(acting.tx, now=acting.now, **given.model_dump())
        acting.record("newsletter.create", f"newsletter {made.name}", list=chosen.name)
    return NewsletterAnswer.model_validate(made)


@routes.patch(ONE, PAPERS, Of.NEWSLETTER)
def change_newsletter(call: Calling, newsletter_id: int, given: NewsletterChange) -> NewsletterAnswer:
    """Change what a newsletter says of itself; letters that are approved stay as they are."""
    changes = {name: value for name, value in given.model_dump().items() if value is not None}
    with call.acting() as acting:
        changed = newsletters.edit(acting.tx, newsletter_id, **changes)
        acting.record("newsletter.edit", f"newsletter {changed.name}", fields=sorted(changes))
    return NewsletterAnswer.model_validate(changed)


@routes.post(f"{ONE}/zone", PAPERS, Of.NEWSLETTER)
def move_newsletter(call: Calling, newsletter_id: int, given: Zone) -> NewsletterAnswer:
    """Let months and times of a newsletter be cut in another zone from now on; issues that have a time keep their moment."""
    with call.acting() as acting:
        known = newsletters.by_id(acting.tx, newsletter_id)
        moved = zonechange.change(acting.tx, known.id, given.zone)
        acting.record("newsletter.zone", f"newsletter {known.name}", before=known.zone, after=moved.zone)
    return NewsletterAnswer.model_validate(moved)


@routes.post(f"{ONE}/list", PAPERS, Of.NEWSLETTER)
def choose_list(call: Calling, newsletter_id: int, given: ListChosen) -> NewsletterAnswer:
    """Let what is approved of a newsletter from now on go to another list."""
    with call.acting() as acting:
        known = newsletters.by_id(acting.tx, newsletter_id)
        former, chosen = register.list_by_id(acting.tx, known.list_id), require_list(acting.tx, call, given.list_id, PAPERS)
        moved = listchange.change(acting.tx, known.id, chosen.id)
        acting.record("newsletter.list", f"newsletter {known.name}", before=former.name, after=chosen.name)
    return NewsletterAnswer.model_validate(moved)


@routes.get(f"{ONE}/plan", PAPERS, Of.NEWSLETTER)
def show_plan(call: Calling, newsletter_id: int) -> PlanAnswer:
    """Show the plan by which issues of a newsletter are drafted."""
    with call.reading() as tx:
        known = newsletters.by_id(tx, newsletter_id)
    return PlanAnswer(sections=plan.to_document(known.plan))
