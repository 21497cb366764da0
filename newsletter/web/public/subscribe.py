"""Joining by form, on our page or on somebody else's: the answer is the same whatever we know about the address."""

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from newsletter.letters.links import Links
from newsletter.web.pages import Pages
from newsletter.web.public import details, stamps, wishes
from newsletter.web.public.details import Field
from newsletter.web.public.publications import speech_about
from newsletter.web.public.wishes import Unfit, wording
from newsletter.web.speech import Speech
from newsletter.web.subjects import Subject
from newsletter.web.visits import Site, Visit
from subscribers.consent import Door, Evidence


def form(site: Site, visit: Visit) -> Response:
    """Show the form of a list."""
    return _form(site, _subject(site, visit), visit)


def request(site: Site, visit: Visit) -> Response:
    """Take the wish to join, and ask the owner of the address by mail.

    A form on another site has no stamp of ours, and a program is too quick: both get a page with one more button.
    """
    subject = _subject(site, visit)
    speech = speech_about(visit, subject)
    if not visit.text(wishes.HONEYPOT) and not stamps.is_good(site.application.keyring, visit.text(stamps.FIELD), visit.now):
        return _once_more(site, subject, visit)
    evidence = Evidence(Door.FORM, wording(subject, speech.words), visit.network, visit.agent, language=speech.language.tag)
    unfit = wishes.take(site, subject, visit, evidence, speech.words)
    if unfit is not None:
        return _form(site, subject, visit, unfit)
    return site.pages.spoken(
        speech, "public/requested.html", newsletter=subject.newsletter, list=subject.list, called=subject.called
    )


def embed(site: Site, visit: Visit) -> Response:
    """Show the form as HTML to be copied into another site, in the language of this page."""
    subject = _subject(site, visit)
    speech = speech_about(visit, subject)
    return site.pages.spoken(
        speech,
        "public/embed.html",
        newsletter=subject.newsletter,
        list=subject.list,
        called=subject.called,
        snippet=snippet(site.pages, site.application.links, subject, speech, _fields(site, subject, {})),
        action=site.application.links.subscribe(subject.list.slug),
    )


def snippet(pages: Pages, links: Links, subject: Subject, speech: Speech, fields: Sequence[Field]) -> str:
    """Give the form of a list as plain HTML for any site: no script, no cookie, nothing loaded from here."""
    return pages.render(
        speech,
        "public/_snippet.html",
        action=links.subscribe(subject.list.slug),
        called=subject.called,
        fields=fields,
        wording=wording(subject, speech.words),
    )


def _subject(site: Site, visit: Visit) -> Subject:
    return wishes.open_list(site, str(visit.path["list_slug"]))


def _form(site: Site, subject: Subject, visit: Visit, unfit: Unfit | None = None) -> Response:
    speech = speech_about(visit, subject)
    return site.pages.spoken(
        speech,
        "public/subscribe.html",
        422 if unfit is not None else 200,
        newsletter=subject.newsletter,
        list=subject.list,
        called=subject.called,
        email=visit.text("email"),
        name=visit.text("name"),
        fields=_fields(site, subject, visit.form),
        trouble=unfit.reason if unfit is not None else "",
        troubled=unfit.field if unfit is not None else "",
        wording=wording(subject, speech.words),
        stamp=_stamp(site, visit),
    )


def _once_more(site: Site, subject: Subject, visit: Visit) -> Response:
    speech = speech_about(visit, subject)
    return site.pages.spoken(
        speech,
        "public/once_more.html",
        newsletter=subject.newsletter,
        list=subject.list,
        called=subject.called,
        email=visit.text("email"),
        name=visit.text("name"),
        fields=_fields(site, subject, visit.form),
        wording=wording(subject, speech.words),
        stamp=_stamp(site, visit),
    )


def _fields(site: Site, subject: Subject, form: Mapping[str, str]) -> tuple[Field, ...]:
    with site.application.database.read() as tx:
        return details.fields(tx, [subject.list.id], None, form)


def _stamp(site: Site, visit: Visit) -> str:
    return stamps.stamp(site.application.keyring, visit.now)
