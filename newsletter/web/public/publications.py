"""What the public pages say about newsletters and their lists."""

from dataclasses import dataclass

from newsletter.archive.index import PublishedIssue, published
from newsletter.issues import newsletters
from newsletter.issues.model import Newsletter
from newsletter.web.faults import NotShown
from newsletter.web.speech import FIELD, Speech
from newsletter.web.subjects import Subject
from newsletter.web.visits import Visit
from subscribers import register
from subscribers.address import EmailAddress
from subscribers.model import MailingList, Subscriber
from subscribers.transaction import Transaction

# So many issues stand on the front page; the archive has all.
MOST_RECENT = 3


@dataclass(frozen=True, slots=True)
class Publication:
    """A newsletter as its readers see it."""

    newsletter: Newsletter
    list: MailingList
    # Newest first.
    issues: tuple[PublishedIssue, ...]

    @property
    def description(self) -> str:
        """What it is about, in the list's words."""
        return self.list.description

    @property
    def subscribe(self) -> str:
        """Where its form is; empty when nobody may join by themselves."""
        return f"/subscribe/{self.list.slug}" if self.list.has_form else ""

    @property
    def is_shown(self) -> bool:
        """Whether its issues are read on the web."""
        return self.newsletter.is_shown

    @property
    def latest(self) -> PublishedIssue | None:
        """The newest issue."""
        return self.issues[0] if self.issues else None

    @property
    def recent(self) -> tuple[PublishedIssue, ...]:
        """The newest issues."""
        return self.issues[:MOST_RECENT]


def publications(tx: Transaction) -> tuple[Publication, ...]:
    """Give all newsletters that anybody may get or read, in the order they were made."""
    found = (publication(tx, newsletter) for newsletter in newsletters.all_newsletters(tx))
    return tuple(one for one in found if one.subscribe or one.is_shown)


def publication(tx: Transaction, newsletter: Newsletter) -> Publication:
    """Give one newsletter with its list, and its published issues when they are shown."""
    issues = published(tx, newsletter.id) if newsletter.is_shown else ()
    return Publication(newsletter, register.list_by_id(tx, newsletter.list_id), issues)


def shown_newsletters(tx: Transaction) -> tuple[Newsletter, ...]:
    """Give the newsletters whose issues are read on the web, in the order they were made."""
    return tuple(newsletter for newsletter in newsletters.all_newsletters(tx) if newsletter.is_shown)


def shown_newsletter(tx: Transaction, slug: str) -> Newsletter:
    """Give the newsletter of this slug.

    Raises:
        NotShown: there is none, or its issues are read by mail only; nobody is told which.

    """
    found = next((one for one in shown_newsletters(tx) if one.slug == slug), None)
    if found is None:
        raise NotShown
    return found


def speech_about(visit: Visit, subject: Subject, person: Subscriber | None = None) -> Speech:
    """Choose how to speak about a list, to *person* when it is known who looks."""
    return visit.ear.speech(
        person=person.language if person is not None else "",
        list_=subject.list.language,
        newsletter=subject.newsletter.language,
        shown=visit.text(FIELD),
    )


def masked(address: EmailAddress) -> str:
    """Give an address so that its owner knows it and nobody else learns it: `a…@example.org`."""
    return f"{address.text[:1]}…@{address.domain}"
