"""Joining by form: the answer is the same whatever we know about the address."""

from starlette.responses import Response

from newsletter.letters import notices
from newsletter.letters.letter import Draft
from newsletter.people import joining
from newsletter.web.faults import PageNotFound, TooOften
from newsletter.web.public.publications import Subject, subject_of
from newsletter.web.visits import Site, Visit
from subscribers import register
from subscribers.address import EmailAddress, parse
from subscribers.consent import Door, Evidence
from subscribers.errors import AddressRefused
from subscribers.outcomes import ConfirmationDue

# A field that only machines see and fill in.
HONEYPOT = "website"


def form(site: Site, visit: Visit) -> Response:
    """Show the form of a list."""
    return _form(site, _subject(site, visit))


def request(site: Site, visit: Visit) -> Response:
    """Take the wish to join, and ask the owner of the address by mail."""
    subject = _subject(site, visit)
    if visit.text(HONEYPOT):
        return _requested(site, subject)
    if not site.pace.admits(visit.network):
        raise TooOften
    try:
        address = parse(visit.text("email"))
    except AddressRefused as error:
        return _form(site, subject, visit, trouble=error.reason)
    ask(site, subject, address, visit.text("name"), visit, Evidence(Door.FORM, wording(subject), visit.network, visit.agent))
    return _requested(site, subject)


def ask(site: Site, subject: Subject, address: EmailAddress, name: str, visit: Visit, evidence: Evidence) -> bool:
    """Write the wish down and plan the mail that asks for the yes; gives whether a mail was planned."""
    # Composed before it is known whether anybody gets it, so that the time it takes tells nothing.
    draft = confirmation_draft(site, subject)
    application = site.application
    with application.database.write() as tx:
        outcome = joining.join(tx, application.keyring, draft, subject.newsletter, address, name, visit.now, evidence)
    return isinstance(outcome, ConfirmationDue)


def confirmation_draft(site: Site, subject: Subject) -> Draft:
    """Compose the mail that asks for the yes."""
    application = site.application
    seed = application.keyring.derive("slots")
    return notices.confirmation(application.templates, subject.newsletter, subject.list, application.links, seed)


def wording(subject: Subject) -> str:
    """Give the words of the consent, as they stand on the page and in the evidence."""
    sender = subject.newsletter.sender_name
    source = "" if sender == subject.called else f" from {sender}"
    return (
        f"By pressing the button I ask to get {subject.called} by mail{source}. "
        "I can leave at any time by the link in every issue."
    )


def _subject(site: Site, visit: Visit) -> Subject:
    with site.application.database.read() as tx:
        list_ = register.find_list(tx, str(visit.path["list_slug"]))
        # Found by its name it would have a second address.
        if not list_.has_form or list_.slug != visit.path["list_slug"]:
            raise PageNotFound
        return subject_of(tx, list_)


def _form(site: Site, subject: Subject, visit: Visit | None = None, trouble: str = "") -> Response:
    return site.pages.page_with(
        422 if trouble else 200,
        "public/subscribe.html",
        newsletter=subject.newsletter,
        list=subject.list,
        called=subject.called,
        email=visit.text("email") if visit else "",
        name=visit.text("name") if visit else "",
        trouble=trouble,
        wording=wording(subject),
    )


def _requested(site: Site, subject: Subject) -> Response:
    return site.pages.page("public/requested.html", newsletter=subject.newsletter, list=subject.list, called=subject.called)
