"""What the checks of the preflight are handed: the issue, its letter taken apart, and facts that somebody gathered before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from newsletter.feeds.model import Feed, Post
from newsletter.issues.model import Article, Issue, Newsletter
from newsletter.issues.revised import Change
from newsletter.letters.compose import Composition
from newsletter.letters.letter import Draft
from newsletter.letters.links import Links
from newsletter.review.caniemail import Support
from newsletter.review.contribution import Contribution
from newsletter.review.finding import Commands, Finding, Mend
from newsletter.review.page import Page, read_page
from subscribers.sentence import say


class Verdict(StrEnum):
    """What became of asking for a link."""

    FINE = "fine"
    # Gone, or never there: 404, 410, a host that nobody knows, a place that readers cannot reach.
    DEAD = "dead"
    # It may be a bad day: 5xx, no answer in time, a certificate that proves nothing.
    TROUBLE = "trouble"
    # The server does not let programs look (401, 403, 429 …), so nobody can tell.
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class LinkState:
    """What a link answered when it was last asked for."""

    url: str
    verdict: Verdict
    # The status after all redirects; 0: there was no answer.
    status: int
    # Where redirects led at last; empty without any.
    leads_to: str
    # Whether all of them said that it has moved for good.
    is_moved: bool
    # Completes "The address …" where it is not fine.
    reason: str
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class LastIssue:
    """The issue of this newsletter that went out before."""

    title: str
    subject: str
    preheader: str
    # Links in its letter, as `addresses.likeness` writes them.
    links: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reach:
    """How many people get the issue, and how many got the one before."""

    people: int
    # None: there was none before.
    before: int | None


@dataclass(frozen=True, slots=True)
class SenderTrouble:
    """What the DNS lacks by which receivers tell that mail is the sender's."""

    text: str
    mend: str
    # Receivers are told to turn such mail away.
    is_blocking: bool


@dataclass(frozen=True, slots=True)
class Remark:
    """A reviewer's comment that nobody called done."""

    id: int
    author: str
    text: str
    # None: it is about the whole issue.
    article_id: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the issue itself. What nobody gathered is empty, and its checks find nothing."""

    # Posts that no issue carries and this one could.
    left_out: Sequence[Post] = ()
    # What feeds say otherwise since the issue took their posts.
    changes: Sequence[Change] = ()
    # Keys of what this instance may know of its readers.
    attributes: Collection[str] = ()
    last: LastIssue | None = None
    # By address.
    links: Mapping[str, LinkState] = field(default_factory=dict)
    # Bytes of pictures, by the address the letter shows them from.
    weights: Mapping[str, int] = field(default_factory=dict)
    # Pictures that the letter shows from our own address, and that are not there.
    gone: Collection[str] = ()
    # What editors know pictures by, by the same address; that itself says nothing.
    names: Mapping[str, str] = field(default_factory=dict)
    reach: Reach | None = None
    sender: Sequence[SenderTrouble] = ()
    # What mail programs can do; None: there are no data.
    support: Support | None = None
    # Articles of posts whose text an editor wrote anew, by their ids.
    rewritten: Collection[int] = ()
    # Feeds of the newsletter that could not be read when they were last asked for, or never were.
    unread: Sequence[Feed] = ()
    # What guests were asked to write for it.
    contributions: Sequence[Contribution] = ()
    remarks: Sequence[Remark] = ()
    # When it is looked at; None: no matter.
    now: datetime | None = None


NOTHING_GATHERED = Facts()


@dataclass(frozen=True, slots=True)
class Inspected:
    """An issue under inspection."""

    issue: Issue
    newsletter: Newsletter
    composition: Composition
    page: Page
    facts: Facts
    # The addresses of our own pages.
    own: Links

    @property
    def draft(self) -> Draft:
        """The letter."""
        return self.composition.draft

    @property
    def commands(self) -> Commands:
        """The commands that mend it."""
        return Commands(self.issue.id)

    def article(self, article_id: int | None) -> Article | None:
        """Give an article of the issue by its id."""
        return next((one for one in self.issue.articles if one.id == article_id), None)

    def place(self, article_id: int | None) -> str:
        """Name an article at the head of a sentence: `“Athens in August”: `; nothing for what belongs to none."""
        article = self.article(article_id)
        return f"“{article.title}”: " if article is not None else ""

    def owed_by(self, asked: Contribution, what: str) -> str:
        """Say who owes *what*, and since or until when: `Ann Other owes a text since 24 January`."""
        due = asked.due_at.astimezone(ZoneInfo(self.newsletter.zone))
        is_late = self.facts.now is not None and asked.due_at < self.facts.now
        facts = {"who": asked.typed.byline or say("A guest"), "what": what, "day": f"{due.day} {due:%B}"}
        if is_late:
            return say("%(who)s owes %(what)s since %(day)s", **facts)
        return say("%(who)s owes %(what)s until %(day)s", **facts)

    def mend_text(self, article_id: int | None, words: str) -> Mend:
        """Say that the text of an article is to be changed; of what belongs to none, the templates are."""
        if article_id is None:
            return Mend(words)
        return Mend(words, self.commands.edit("--text FILE", article=article_id))


def inspected(issue: Issue, newsletter: Newsletter, composition: Composition, facts: Facts, own: Links) -> Inspected:
    """Take the letter of an issue apart for the checks."""
    page = read_page(composition.draft, {article.id for article in issue.articles})
    return Inspected(issue, newsletter, composition, page, facts, own)


# What a module of checks gives.
Found = Sequence[Finding]
