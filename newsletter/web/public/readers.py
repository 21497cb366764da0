"""Whoever holds a link of their own: who they are, in whose name they are written to, and what comes to them."""

from dataclasses import dataclass

from newsletter.languages.catalogue import Words, words_for
from newsletter.web.public.publications import speech_about
from newsletter.web.speech import Speech
from newsletter.web.subjects import Subject, find_subject, subject_for
from newsletter.web.visits import Visit
from subscribers import register
from subscribers.model import Subscriber
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Reader:
    """A person in front of a page about themselves."""

    person: Subscriber
    subject: Subject
    speech: Speech
    # What the newsletters they get are called.
    called: tuple[str, ...]

    @property
    def mail_words(self) -> Words:
        """The language in which they are written to."""
        return words_for(self.person.language, self.subject.list.language, self.subject.newsletter.language)


def reader(visit: Visit, tx: Transaction, subscriber_id: int) -> Reader:
    """Give the person of this id, as a page about them needs it.

    Raises:
        SubscriberNotFound: nobody has this id.
        PageNotFound: there is no newsletter.

    """
    person = register.subscriber_by_id(tx, subscriber_id)
    subject = subject_for(tx, person)
    on = [one.list_id for one in register.subscriptions_of(tx, person.id) if one.is_confirmed]
    found = [find_subject(tx, register.list_by_id(tx, list_id)) for list_id in on]
    called = tuple(dict.fromkeys(one.called for one in found if one is not None))
    return Reader(person, subject, speech_about(visit, subject, person), called)
