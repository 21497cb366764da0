"""What is set at newsletters: made, changed, moved, with their themes and the plan of their sections."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field

from newsletter.issues import listchange, newsletters, plan, planning, zonechange
from newsletter.issues.model import Archive, Look, SectionKind, SectionPlan, Show
from newsletter.staff.permissions import Permission
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer, Given, Line, Number, Words
from newsletter.web.api.problems import Invalid, Wrong
from newsletter.web.api.resources.newsletters import NewsletterAnswer
from newsletter.web.api.routing import Routes
from newsletter.web.api.scope import require_list
from newsletter.web.visits import Of
from subscribers import register

PAPERS = Permission.MANAGE_NEWSLETTERS
ONE = "/newsletters/{newsletter_id:int}"

# More than any plan has, of one section and of one rule.
MOST_RULES, MOST_TEXTS = 50, 200

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


class PlanRule(Given):
    """Which posts fall into a section: those for which all that is stated holds; of several texts one suffices."""

    categories: Annotated[list[Line], Field(max_length=MOST_TEXTS)] | None = Field(None, description="`*` stands for anything.")
    titles: Annotated[list[Line], Field(max_length=MOST_TEXTS)] | None = None
    byline: bool | None = None


class PlanSection(Given):
    """A section of the plan, by the names that a file has for it; what is left out is as usual."""

    title: Line
    kind: SectionKind | None = None
    look: Look | None = None
    show: Show | None = None
    required: bool | None = None
    rest: bool | None = Field(None, description="Takes every post that no rule fits; one section at most.")
    words: Annotated[int, Field(ge=0, le=plan.MOST_WORDS)] | None = None
    most: Annotated[int, Field(ge=0, le=plan.MOST_ARTICLES)] | None = None
    rule: Annotated[list[PlanRule], Field(max_length=MOST_RULES)] | None = None


class Plan(Given):
    """All sections of a newsletter, in their order."""

    sections: Annotated[list[PlanSection], Field(min_length=1, max_length=plan.MOST_SECTIONS)]
    stamp: Line | None = Field(None, description="Only if the plan is still the one that was answered with this stamp.")


class PlanAnswer(Answer):
    """The plan of sections, by the names that a file has for it."""

    sections: list[dict[str, Any]]
    stamp: str = Field(description="Another one whenever anybody changes the plan.")


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
    return _plan(known.plan)


@routes.put(f"{ONE}/plan", PAPERS, Of.NEWSLETTER)
def set_plan(call: Calling, newsletter_id: int, given: Plan) -> PlanAnswer:
    """Draft issues of a newsletter by another plan from now on; issues that are drafted keep their sections."""
    wanted = plan.read_plan([one.model_dump(mode="json", exclude_none=True) for one in given.sections])
    with call.acting() as acting:
        newsletters.take_turn(acting.tx, newsletter_id)
        known = newsletters.by_id(acting.tx, newsletter_id)
        if given.stamp is not None and given.stamp != planning.stamp(known.plan):
            raise Invalid([Wrong("body/stamp", "is of a plan that was changed meanwhile; look at it again")])
        newsletters.set_plan(acting.tx, known.id, wanted)
        acting.record("newsletter.plan", f"newsletter {known.name}", sections=[one.title for one in wanted])
    return _plan(wanted)


def _plan(known: Sequence[SectionPlan]) -> PlanAnswer:
    return PlanAnswer(sections=[planning.table_of(one) for one in known], stamp=planning.stamp(known))
