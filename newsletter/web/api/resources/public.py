"""Joining a list, for everybody and without a key: the limits, the questions and the answers of the form."""

from typing import Annotated

from fastapi import Depends, Request
from pydantic import Field

from newsletter.web.api.fields import Answer, Given, Line, Words
from newsletter.web.api.problems import Invalid, Wrong
from newsletter.web.api.routing import Routes
from newsletter.web.public import details, stamps, wishes
from newsletter.web.public.publications import speech_about
from newsletter.web.speech import FIELD, listen
from newsletter.web.visits import Site, Visit
from subscribers.consent import LONGEST_AGENT, Door, Evidence

routes = Routes("public", "Joining a list, without a key.")


class QuestionAnswer(Answer):
    """What a form asks besides."""

    key: str
    label: str
    kind: str
    choices: list[str]
    is_required: bool


class ListAnswer(Answer):
    """What a form has to show, and to send back."""

    slug: str
    called: str
    description: str
    language: str
    wording: str = Field(description="What the person is to have read before they press the button.")
    questions: list[QuestionAnswer]
    stamp: str = Field(description="Sent back with the wish, two seconds later and within a day.")


class Wish(Given):
    """Somebody's wish to join."""

    email: Line
    name: Line = ""
    answers: Annotated[dict[Line, Words], Field(max_length=100)] = Field({}, description="By the keys of the questions.")
    stamp: Line
    language: Line = Field("", description="As the list was described in.")


class Requested(Answer):
    """The same for every address, known or not."""

    outcome: str = "requested"
    text: str


def _visit(request: Request) -> Visit:
    site: Site = request.app.state.site
    return Visit(
        now=site.application.clock(),
        wall=site.wall(),
        path={},
        query=request.query_params,
        form={},
        network=request.client.host if request.client else "",
        agent=request.headers.get("user-agent", "")[:LONGEST_AGENT],
        ear=listen(request),
    )


Visiting = Annotated[Visit, Depends(_visit)]


@routes.get("/public/lists/{slug}", None)
def describe_list(request: Request, visit: Visiting, slug: str) -> ListAnswer:
    """Say what a form for a public list has to show; in the language that is asked for (`Accept-Language`)."""
    site: Site = request.app.state.site
    subject = wishes.open_list(site, slug)
    speech = speech_about(visit, subject)
    with site.application.database.read() as tx:
        asked = details.fields(tx, [subject.list.id], None, {})
    return ListAnswer(
        slug=subject.list.slug,
        called=subject.called,
        description=subject.list.description,
        language=speech.language.code,
        wording=wishes.wording(subject, speech.words),
        questions=[
            QuestionAnswer(
                key=one.attribute.key,
                label=one.attribute.label,
                kind=one.attribute.kind.value,
                choices=list(one.attribute.choices),
                is_required=one.is_required,
            )
            for one in asked
        ],
        stamp=stamps.stamp(site.application.keyring, visit.now),
    )


@routes.post("/public/lists/{slug}/wishes", None)
def ask_to_join(request: Request, visit: Visiting, slug: str, given: Wish) -> Requested:
    """Take a wish to join: whoever has the address is asked by mail. The answer is the same for every address."""
    site: Site = request.app.state.site
    subject = wishes.open_list(site, slug)
    form = {"email": given.email, "name": given.name, FIELD: given.language}
    form |= {f"answer-{key}": text for key, text in given.answers.items()}
    visit = Visit(visit.now, visit.wall, {}, visit.query, form, visit.network, visit.agent, listen(request))
    speech = speech_about(visit, subject)
    if not stamps.is_good(site.application.keyring, given.stamp, visit.now):
        raise Invalid([Wrong("body/stamp", "is missing, too old or too fresh; wait, and send a fresh one")])
    evidence = Evidence(
        Door.API, wishes.wording(subject, speech.words), visit.network, visit.agent, language=speech.language.tag
    )
    unfit = wishes.take(site, subject, visit, evidence, speech.words)
    if unfit is not None:
        raise Invalid([Wrong(f"body/{unfit.field.replace('answer-', 'answers/')}", str(unfit.reason))])
    return Requested(text=speech.words.gettext("A mail with a button is on its way."))
