"""What a tick does about digests: composes what is due outside any transaction, and plans it in one of its own."""

from dataclasses import replace

import structlog

from newsletter.bootstrap import Application
from newsletter.errors import NewsletterError
from newsletter.issues import alerts
from newsletter.languages.catalogue import words_for
from newsletter.letters.digest import Entry, compose_digest
from newsletter.letters.letter import Draft
from newsletter.people import digests
from newsletter.people.digests import Due
from subscribers.tokens import Purpose

log = structlog.get_logger()


def mail(application: Application) -> None:
    """Plan the digests that are due; one that cannot be is told, tried again at the next tick, and holds up no other."""
    with application.database.read() as tx:
        waiting = digests.due(tx, application.clock())
    for one in waiting:
        try:
            _plan(application, one)
        except NewsletterError as refusal:
            _tell(application, one, refusal)


def _plan(application: Application, one: Due) -> None:
    draft = None if one.reason is not None else _composed(application, one)
    with application.database.write() as tx:
        people = digests.plan(tx, one, draft, application.clock())
    log.info("digest settled", newsletter=one.newsletter.id, quarter=str(one.quarter), people=people)


def _composed(application: Application, one: Due) -> Draft:
    seed = application.keyring.derive("slots")
    templates = application.templates.speaking(words_for(one.list.language, one.newsletter.language))
    entries = one.entries if one.newsletter.is_shown else [_by_link(application, entry) for entry in one.entries]
    return compose_digest(templates, one.newsletter, one.list, one.quarter, entries, application.links, seed)


def _by_link(application: Application, entry: Entry) -> Entry:
    """Give an issue that is not in a public archive the address that only those know who get it."""
    return replace(entry, address=application.links.read(application.keyring.seal(Purpose.READ, entry.issue_id)))


def _tell(application: Application, one: Due, refusal: NewsletterError) -> None:
    log.warning("digest cannot be sent", newsletter=one.newsletter.id, quarter=str(one.quarter), reason=str(refusal))
    name, quarter, why = one.newsletter.name, one.quarter.words, str(refusal).rstrip(".")
    text = f"The digest of {name} for {quarter} cannot be sent: {why}. It goes out by itself as soon as it can."
    with application.database.write() as tx:
        key = digests.refused_key(one)
        alerts.raise_alert(tx, key, text, application.clock(), newsletter_id=one.newsletter.id)
