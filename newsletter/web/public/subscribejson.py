"""Joining as JSON, for a script on any site: the limits, the questions and the answers of the form."""

from starlette.responses import JSONResponse, Response

from newsletter.web.public import details, stamps, wishes
from newsletter.web.public.details import Field
from newsletter.web.public.publications import speech_about
from newsletter.web.public.wishes import wording
from newsletter.web.speech import FIELD
from newsletter.web.visits import Site, Visit
from subscribers.consent import Door, Evidence

# The person is to have read what `wording` says; the script shows it beside its button.
EARLY = 425
UNFIT = 422


def describe(site: Site, visit: Visit) -> Response:
    """Give what a form has to show and to send back."""
    subject = wishes.open_list(site, str(visit.path["list_slug"]))
    speech = speech_about(visit, subject)
    with site.application.database.read() as tx:
        asked = details.fields(tx, [subject.list.id], None, {})
    return JSONResponse(
        {
            "list": subject.list.slug,
            "called": subject.called,
            "description": subject.list.description,
            # Sent back, it makes the mail and the evidence speak as the form did.
            FIELD: speech.language.code,
            "wording": wording(subject, speech.words),
            "fields": ["email", "name"],
            "questions": [_question(field) for field in asked],
            **_stamp(site, visit),
        }
    )


def request(site: Site, visit: Visit) -> Response:
    """Take the wish to join; the same `requested` for every address, known or not."""
    subject = wishes.open_list(site, str(visit.path["list_slug"]))
    words = speech_about(visit, subject).words
    if not visit.text(wishes.HONEYPOT) and not stamps.is_good(site.application.keyring, visit.text(stamps.FIELD), visit.now):
        text = words.gettext(
            "The stamp is missing, too old or too fresh. Nothing was done. Wait, and send the form again with this stamp."
        )
        return JSONResponse({"error": text, **_stamp(site, visit)}, EARLY)
    evidence = Evidence(Door.API, wording(subject, words), visit.network, visit.agent, language=words.language.tag)
    unfit = wishes.take(site, subject, visit, evidence, words)
    if unfit is not None:
        return JSONResponse({"error": unfit.reason, "field": unfit.field}, UNFIT)
    return JSONResponse({"outcome": "requested", "text": words.gettext("A mail with a button is on its way.")})


def allow(site: Site, visit: Visit) -> Response:  # noqa: ARG001 -- an endpoint's signature
    """Answer a browser that asks whether a page of another site may send this (the preflight of CORS)."""
    return Response(status_code=204)


def _question(field: Field) -> dict[str, object]:
    attribute = field.attribute
    return {
        "field": field.name,
        "label": attribute.label,
        "kind": attribute.kind.value,
        "choices": list(attribute.choices),
        "is_required": field.is_required,
    }


def _stamp(site: Site, visit: Visit) -> dict[str, object]:
    token = stamps.stamp(site.application.keyring, visit.now)
    return {stamps.FIELD: token, "wait_seconds": int(stamps.LEAST_AGE.total_seconds())}
