"""The mails that say goodbye, composed before the no is taken."""

from collections.abc import Iterable

import structlog

from newsletter.errors import RenderFailed
from newsletter.languages.catalogue import words_for
from newsletter.letters.letter import Draft, LetterKind
from newsletter.people.withdraw import Goodbyes
from newsletter.web.subjects import Subject
from newsletter.web.visits import Site
from subscribers.model import Subscriber

log = structlog.get_logger()


def goodbyes(site: Site, person: Subscriber, subjects: Iterable[Subject | None]) -> Goodbyes:
    """Give the mail for each list that a newsletter is mailed to; a broken template must not keep anybody on a list."""
    composed = ((subject, _goodbye(site, person, subject)) for subject in subjects if subject is not None)
    return {subject.list.id: draft for subject, draft in composed if draft is not None}


def _goodbye(site: Site, person: Subscriber, subject: Subject) -> Draft | None:
    words = words_for(person.language, subject.list.language, subject.newsletter.language)
    try:
        return site.application.notice(LetterKind.GOODBYE, subject.newsletter, subject.list, words)
    except RenderFailed:
        log.exception("somebody leaves without a goodbye", list=subject.list.slug)
        return None
