"""The look of a newsletter: its theme, what it has otherwise than that, and how well each colour is read on another."""

from typing import Annotated

from pydantic import Field

from newsletter.errors import BadValue
from newsletter.images import store as images
from newsletter.issues import newsletters
from newsletter.letters.theme import LOGO, pairs
from newsletter.staff.permissions import Permission
from newsletter.web.api.calls import Call, Calling
from newsletter.web.api.fields import Answer, Given, Line
from newsletter.web.api.problems import Invalid, Wrong
from newsletter.web.api.routing import Routes
from newsletter.web.visits import Of

PAPERS = Permission.MANAGE_NEWSLETTERS
LOOK = "/newsletters/{newsletter_id:int}/look"

# More than a theme has.
MOST_TOKENS = 200

Tokens = Annotated[dict[Line, Line], Field(max_length=MOST_TOKENS)]

routes = Routes("looks", "How the letters of a newsletter look.")


class PairAnswer(Answer):
    """A colour that stands on another one, and how well it is read there."""

    scheme: str
    front: str
    back: str
    front_colour: str
    back_colour: str
    contrast: float
    least: float


class LookAnswer(Answer):
    """How letters look."""

    theme: str
    tokens: dict[str, str] = Field(
        description="What is otherwise than the theme has it, as `accent`, `dark.accent`, `face.text`."
    )
    pairs: list[PairAnswer] = Field(description="Empty where the theme is there no more, or takes a token no more.")


class Look(Given):
    """How letters are to look."""

    theme: Line = Field(description="One of `/themes`.")
    tokens: Tokens = Field(
        {}, description="What is to be otherwise than the theme has it; what is left out is as the theme has it."
    )
    former: Tokens | None = Field(
        None, description="Only if these are still the tokens; whoever else changed them is not undone."
    )


@routes.get(LOOK, PAPERS, Of.NEWSLETTER)
def show_look(call: Calling, newsletter_id: int) -> LookAnswer:
    """Show the look of a newsletter, with the contrast of its colours."""
    return _look(call, newsletter_id)


@routes.put(LOOK, PAPERS, Of.NEWSLETTER)
def set_look(call: Calling, newsletter_id: int, given: Look) -> LookAnswer:
    """Let the letters of a newsletter look so from now on; refused where a letter could not be read in it."""
    wanted = {key.strip(): text.strip() for key, text in given.tokens.items() if text.strip()}
    with call.acting() as acting:
        newsletters.take_turn(acting.tx, newsletter_id)
        known = newsletters.by_id(acting.tx, newsletter_id)
        if given.former is not None and dict(given.former) != dict(known.tokens):
            raise Invalid([Wrong("body/former", "is not what holds: it was changed meanwhile; look at it again")])
        own = {**wanted, LOGO: images.address_of(acting.tx, wanted[LOGO])} if LOGO in wanted else wanted
        # Refused here: a letter in it could not be read, or not be composed.
        call.application.templates.in_theme(given.theme, known.slug, own)
        newsletters.edit(acting.tx, known.id, theme=given.theme, tokens=own)
        acting.record("newsletter.edit", f"newsletter {known.name}", theme=given.theme, tokens=own)
    return _look(call, newsletter_id)


def _look(call: Call, newsletter_id: int) -> LookAnswer:
    with call.reading() as tx:
        known = newsletters.by_id(tx, newsletter_id)
    themes = call.application.templates.themes
    try:
        measured = [PairAnswer.model_validate(one) for one in pairs(themes.draft(known.theme, known.slug, known.tokens))]
    except BadValue:
        measured = []
    return LookAnswer(theme=known.theme, tokens=dict(known.tokens), pairs=measured)
