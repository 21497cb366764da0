"""The mails that say goodbye, composed before the no is taken."""

from collections.abc import Iterable

import structlog

from newsletter.errors import RenderFailed
from newsletter.languages.catalogue import words_for
from newsletter.letters import notices
from newsletter.letters.letter import Draft
from newsletter.people.withdraw import Goodbyes
from newsletter.web.public.publications import Subject
from newsletter.web.visits import Site
from subscribers.model import Subscriber

log = structlog.get_logger()


def goodbyes(site: Site, person: Subscriber, subjects: Iterable[Subject | None]) -> Goodbyes:
    """Give the mail for each list that a newsletter is mailed to; a broken template must not keep anybody on a list."""
    composed = ((subject, _goodbye(site, person, subject)) for subject in subjects if subject is not None)
    return {subject.list.id: draft for subject, draft in composed if draft is not None}


def _goodbye(site: Site, person: Subscriber, subject: Subject) -> Draft | None:
    application = site.application
    words = words_for(person.language, subject.list.language, subject.newsletter.language)
    seed = application.keyring.derive("slots")
    try:
        templates = application.templates.speaking(words)
        return notices.goodbye(templates, subject.newsletter, subject.list, application.links, seed)
    except RenderFailed:
        log.exception("somebody leaves without a goodbye", list=subject.list.slug)
        return None
