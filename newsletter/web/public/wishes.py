"""A wish to join, whichever door it came by: vetted, counted and written down in one transaction, and answered alike."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto

from newsletter.languages.catalogue import Words
from newsletter.languages.model import first_of
from newsletter.letters.letter import Draft, LetterKind
from newsletter.people import joining
from newsletter.web.faults import PageNotFound, TooOften
from newsletter.web.public import floods, refusals
from newsletter.web.subjects import Subject, subject_of
from newsletter.web.visits import Site, Visit
from subscribers import domainrules, questions, register
from subscribers.address import EmailAddress, parse
from subscribers.attributes import Answer
from subscribers.consent import Evidence
from subscribers.errors import AddressRefused, AnswerMissing, AnswerRefused
from subscribers.limits import Asker
from subscribers.outcomes import ConfirmationDue
from subscribers.questions import Question

# A field that only machines see and fill in.
HONEYPOT = "website"


class Asked(Enum):
    """What became of a wish. The public is told of the last two only, which say nothing about a person."""

    # A mail with a button is on its way.
    BY_MAIL = auto()
    # On the list, asked often enough, or not to be written to.
    NOT_NEEDED = auto()
    # The list takes nobody of this domain.
    DOMAIN_REFUSED = auto()
    # A limit is used up; nothing was done.
    TOO_OFTEN = auto()


@dataclass(frozen=True, slots=True)
class Unfit:
    """What was typed cannot be taken, and why, in the reader's language; nothing was done."""

    reason: str
    # The name of the field in the form.
    field: str = "email"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form asks for, once it is vetted."""

    address: EmailAddress
    name: str
    asked: tuple[Question, ...]
    # By the attributes' ids.
    answers: Mapping[int, Answer]


def open_list(site: Site, slug: str) -> Subject:
    """Give the list of this slug that anybody may join.

    Raises:
        ListNotFound: there is none.
        PageNotFound: it is closed, or nothing is mailed to it.

    """
    with site.application.database.read() as tx:
        list_ = register.find_list(tx, slug)
        # Found by its name it would have a second address.
        if not list_.has_form or list_.slug != slug:
            raise PageNotFound
        return subject_of(tx, list_)


def take(site: Site, subject: Subject, visit: Visit, evidence: Evidence, words: Words) -> Unfit | None:
    """Take the wish of a form of *visit*; None: the answer is that a mail is on its way, whatever we know of the address.

    Raises:
        TooOften: a limit is used up.

    """
    if visit.text(HONEYPOT):
        return None
    wish = _wish(site, subject, visit, words)
    if isinstance(wish, Unfit):
        return wish
    asked = ask(site, subject, wish, visit, evidence, words)
    if asked is Asked.TOO_OFTEN:
        raise TooOften
    if asked is Asked.DOMAIN_REFUSED:
        return Unfit(words.gettext("This list does not take addresses at %(domain)s.", domain=wish.address.domain))
    return None


def _wish(site: Site, subject: Subject, visit: Visit, words: Words) -> Wish | Unfit:
    with site.application.database.read() as tx:
        asked = questions.questions_of(tx, subject.list.id)
    labels = {question.attribute.key: question.attribute.label for question in asked}
    try:
        address = parse(visit.text("email"))
        answers = questions.read(asked, {key: visit.text(f"answer-{key}") for key in labels})
    except AddressRefused as error:
        return Unfit(refusals.said(words, error.reason))
    except AnswerRefused as error:
        reason = words.gettext("This answer cannot be used: %(question)s", question=labels[error.key])
        return Unfit(reason, f"answer-{error.key}")
    except AnswerMissing as error:
        reason = words.gettext("This must be answered: %(question)s", question=error.label)
        return Unfit(reason, f"answer-{error.key}")
    return Wish(address, visit.text("name"), asked, answers)


def ask(site: Site, subject: Subject, wish: Wish, visit: Visit, evidence: Evidence, words: Words) -> Asked:
    """Write the wish down and plan the mail that asks for the yes, in *words*."""
    # Composed before it is known whether anybody gets it, so that the time it takes tells nothing.
    draft = confirmation_draft(site, subject, words)
    application = site.application
    asker = Asker(visit.network, wish.address, subject.list.id)
    evidence = replace(evidence, form=application.links.subscribe(subject.list.slug))
    with application.database.write() as tx:
        if domainrules.refuses(tx, subject.list.id, wish.address.domain):
            return Asked.DOMAIN_REFUSED
        if floods.is_too_much(tx, application.keyring, asker, subject, visit.now):
            return Asked.TOO_OFTEN
        outcome = joining.join(
            tx,
            application.keyring,
            draft,
            subject.newsletter,
            wish.address,
            wish.name,
            visit.now,
            evidence,
            language=_language(subject, words),
        )
        if not isinstance(outcome, ConfirmationDue):
            return Asked.NOT_NEEDED
        questions.answer_as_stranger(tx, outcome.subscriber, wish.asked, wish.answers)
    return Asked.BY_MAIL


def _language(subject: Subject, words: Words) -> str:
    """Give the language to write to the person in; empty, as the list is written, for whoever wants no other."""
    of_list = first_of(subject.list.language, subject.newsletter.language)
    return "" if words.language == of_list else words.language.code


def confirmation_draft(site: Site, subject: Subject, words: Words) -> Draft:
    """Compose the mail that asks for the yes."""
    return site.application.notice(LetterKind.CONFIRMATION, subject.newsletter, subject.list, words)


def wording(subject: Subject, words: Words) -> str:
    """Give the words of the consent, as they stand on the page and in the evidence."""
    sender = subject.newsletter.sender_name
    if sender == subject.called:
        return words.gettext(
            "By pressing the button I ask to get %(newsletter)s by mail. I can leave at any time by the link in every issue.",
            newsletter=subject.called,
        )
    return words.gettext(
        "By pressing the button I ask to get %(newsletter)s by mail from %(sender)s. "
        "I can leave at any time by the link in every issue.",
        newsletter=subject.called,
        sender=sender,
    )
