"""Asking for the link to one's preferences by mail: the answer is the same whether the address is known."""

from starlette.responses import Response

from newsletter.letters.letter import LetterKind
from newsletter.people import asking
from newsletter.web.faults import PageNotFound, TooOften
from newsletter.web.public import floods, refusals
from newsletter.web.public.publications import speech_about
from newsletter.web.public.wishes import HONEYPOT
from newsletter.web.subjects import Subject, subject_of
from newsletter.web.visits import Site, Visit
from subscribers import register
from subscribers.address import EmailAddress, parse
from subscribers.errors import AddressRefused
from subscribers.limits import Asker


def form(site: Site, visit: Visit) -> Response:
    """Ask for the address."""
    return _form(site, visit, _subject(site, visit))


def request(site: Site, visit: Visit) -> Response:
    """Mail the link, if there is somebody to mail it to."""
    subject = _subject(site, visit)
    if not visit.text(HONEYPOT):
        try:
            address = parse(visit.text("email"))
        except AddressRefused as error:
            return _form(site, visit, subject, error.reason)
        _send(site, visit, subject, address)
    return site.pages.spoken(speech_about(visit, subject), "public/link_sent.html", newsletter=subject.newsletter)


def _send(site: Site, visit: Visit, subject: Subject, address: EmailAddress) -> None:
    application = site.application
    # Composed before it is known whether anybody gets it, so that the time it takes tells nothing.
    letter = application.notice(LetterKind.LINK, subject.newsletter, subject.list, speech_about(visit, subject).words)
    with application.database.write() as tx:
        asker = Asker(visit.network, address, subject.list.id)
        is_too_much = floods.is_too_much(tx, application.keyring, asker, subject, visit.now)
        if not is_too_much:
            asking.link(tx, application.keyring, letter, subject.newsletter, address, visit.now)
    if is_too_much:
        raise TooOften


def _subject(site: Site, visit: Visit) -> Subject:
    slug = str(visit.path["list_slug"])
    with site.application.database.read() as tx:
        list_ = register.find_list(tx, slug)
        if list_.slug != slug:
            # Found by its name it would have a second address.
            raise PageNotFound
        return subject_of(tx, list_)


def _form(site: Site, visit: Visit, subject: Subject, trouble: str = "") -> Response:
    speech = speech_about(visit, subject)
    return site.pages.spoken(
        speech,
        "public/link.html",
        422 if trouble else 200,
        newsletter=subject.newsletter,
        list=subject.list,
        email=visit.text("email"),
        trouble=refusals.said(speech.words, trouble),
    )
