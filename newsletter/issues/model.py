"""The nouns of making an issue, and its life as a table of transitions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import MINYEAR, date, datetime
from enum import StrEnum
from typing import Any

from newsletter.errors import BadValue, SectionNotFound, WrongState
from subscribers.oneline import one_line
from subscribers.sentence import say

# Spelled here and not asked of the locale: a title must not depend on which machine drafted it.
MONTH_NAMES = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])", re.ASCII)


class IssueState(StrEnum):
    """Where an issue stands between its draft and the inbox."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    SENT = "sent"
    CANCELLED = "cancelled"
    HELD = "held"

    @property
    def words(self) -> str:
        """The state as a person reads it."""
        return _WORDS[self]

    @property
    def done(self) -> str:
        """What was done to an issue that comes to be in this state, for sentences such as "it cannot be sent"."""
        return _DONE.get(self, self.words)


S = IssueState

_WORDS: Mapping[IssueState, str] = {
    S.DRAFT: say("draft"),
    S.IN_REVIEW: say("in review"),
    S.APPROVED: say("approved"),
    S.SCHEDULED: say("scheduled"),
    S.SENDING: say("sending"),
    S.SENT: say("sent"),
    S.CANCELLED: say("cancelled"),
    S.HELD: say("held"),
}
# Where the state's own name is no word for it.
_DONE: Mapping[IssueState, str] = {S.DRAFT: say("edited"), S.IN_REVIEW: say("put in review"), S.SENDING: say("sent")}

# Every step an issue may take. What is not here cannot happen.
TRANSITIONS: Mapping[IssueState, frozenset[IssueState]] = {
    S.DRAFT: frozenset({S.IN_REVIEW, S.CANCELLED, S.HELD}),
    S.IN_REVIEW: frozenset({S.DRAFT, S.APPROVED, S.CANCELLED, S.HELD}),
    # Any edit voids the approval and leads back to the draft.
    S.APPROVED: frozenset({S.DRAFT, S.SCHEDULED, S.SENDING, S.CANCELLED}),
    S.SCHEDULED: frozenset({S.DRAFT, S.APPROVED, S.SENDING, S.CANCELLED, S.HELD}),
    # From the freeze of the audience on there is no way back to editing.
    S.SENDING: frozenset({S.SENT, S.CANCELLED}),
    S.SENT: frozenset(),
    S.CANCELLED: frozenset(),
    # Its slot came and nobody had approved it: an editor takes it up again, or lets it go.
    S.HELD: frozenset({S.DRAFT, S.IN_REVIEW, S.CANCELLED}),
}

# The one way back from the end, and not a step an issue may take by itself: somebody has its mailing opened again for people
# who have not got it (store.send_again), and it is being sent until they are settled too.
ENDED = frozenset({S.SENT, S.CANCELLED})

# Nobody has said yet that it may go out, so somebody owes it something.
IN_THE_MAKING = frozenset({S.DRAFT, S.IN_REVIEW, S.HELD})

EDITABLE = frozenset({S.DRAFT, S.IN_REVIEW, S.APPROVED, S.SCHEDULED, S.HELD})


def require_step(issue_id: int, state: IssueState, wanted: IssueState) -> None:
    """Raise WrongState unless *state* may become *wanted*."""
    if wanted not in TRANSITIONS[state]:
        raise WrongState(issue_id, wanted.done, state.words)


class SectionKind(StrEnum):
    """How a section is filled and shown."""

    # Written by a contributor, shown in full.
    LETTER = "letter"
    # Posts with an excerpt, or own text.
    ARTICLES = "articles"
    # Titles only.
    HEADLINES = "headlines"
    # What happens when and where; in the order of its dates.
    EVENTS = "events"
    # A few words of the editors about the issue itself.
    NOTE = "note"
    # What should not be overlooked, in a box.
    NOTICE = "notice"
    # Who pays for it.
    SPONSORS = "sponsors"


class Look(StrEnum):
    """How a section is laid out."""

    # As the theme lays out a section of this kind at this place.
    AUTO = "auto"
    LETTER = "letter"
    # The first article large, the others as features.
    LEAD = "lead"
    FEATURES = "features"
    # Two beside each other, picture above title.
    CARDS = "cards"
    # One below the other, without pictures.
    ITEMS = "items"
    # Titles with a line of text at most.
    LINKS = "links"
    HEADLINES = "headlines"
    EVENTS = "events"
    NOTE = "note"
    NOTICE = "notice"
    SPONSORS = "sponsors"


class Show(StrEnum):
    """How much of an article the letter carries."""

    EXCERPT = "excerpt"
    FULL = "full"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Rule:
    """What a post must have to fall into a section; every stated condition must hold, any of several values suffices."""

    # Categories and tags: feeds do not tell one from the other. Compared whole and without case; * stands for anything.
    categories: tuple[str, ...] = ()
    # Compared with the whole title, without case; * stands for anything.
    titles: tuple[str, ...] = ()
    # True: the title names an author. False: it does not. None: either.
    byline: bool | None = None


@dataclass(frozen=True, slots=True)
class SectionPlan:
    """One section of a newsletter's plan; `plan` tells which posts fall into it."""

    title: str
    kind: SectionKind
    rules: tuple[Rule, ...] = ()
    # Takes every post that no rule of any section fits.
    takes_rest: bool = False
    # A missing letter or an empty section blocks the approval.
    is_required: bool = False
    show: Show = Show.EXCERPT
    look: Look = Look.AUTO
    # So many posts at most; what is beyond falls to the section that takes the rest. 0: all.
    most: int = 0
    # How long the excerpts are. 0: as the theme has them.
    words: int = 0


class Archive(StrEnum):
    """Whether the issues of a newsletter are shown on the web."""

    # Where its list is public, and anybody may join it.
    AS_LIST = "as-list"
    PUBLIC = "public"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Newsletter:
    """The publication."""

    id: int
    name: str
    slug: str
    list_id: int
    # The list's, where that has a sender of its own.
    sender_name: str
    sender_address: str
    reply_to: str
    postal_address: str
    # IANA name: months and slots are cut by it.
    zone: str
    language: str
    plan: tuple[SectionPlan, ...]
    created_at: datetime
    # Whoever wrote in an issue since it was last approved may not approve it.
    needs_second_person: bool = False
    archive: Archive = Archive.AS_LIST
    # Whether everybody may read its issues on the web, as `archive` and its list have it.
    is_shown: bool = True
    # How its letters look, and which tokens of the theme are its own (letters.theme).
    theme: str = "federation"
    tokens: Mapping[str, str] = field(default_factory=dict)
    # Whether it is counted how often the links of its letters are followed.
    counts_clicks: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month in the site's zone."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def words(self) -> str:
        """The month as a title: "January 2020"."""
        return f"{MONTH_NAMES[self.month - 1]} {self.year}"

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read a month written as "2020-01".

        Raises:
            BadValue: it is written otherwise, or there is no such month.

        """
        match = _MONTH.fullmatch(text.strip())
        if match is None or int(match[1]) < MINYEAR:
            raise BadValue(say("month"), text, say("write it as 2020-01"))
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: date) -> "Month":
        """Give the month that *day* lies in."""
        return cls(day.year, day.month)

    @property
    def previous(self) -> "Month":
        """The month before."""
        return Month(self.year - 1, 12) if self.month == 1 else Month(self.year, self.month - 1)

    @property
    def following(self) -> "Month":
        """The month after."""
        return Month(self.year + 1, 1) if self.month == 12 else Month(self.year, self.month + 1)  # noqa: PLR2004 -- December


@dataclass(frozen=True, slots=True)
class Event:
    """When and where something happens."""

    # Local wall time "2020-02-03T09:00", or a day "2020-02-03" where it lasts all day.
    begins: str
    # Written in the same way; empty where nobody says.
    ends: str = ""
    # IANA name; empty: the newsletter's.
    zone: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Who an article may be by; stands nowhere until an editor says yes."""

    byline: str
    # Why nobody is sure, in words.
    why: str


@dataclass(frozen=True, slots=True)
class Article:
    """A post or own text as edited in an issue."""

    id: int
    section_id: int
    position: int
    post_id: int | None
    title: str
    byline: str
    link: str
    # HTML as the feed or the editor gave it, not yet made fit for mail.
    content: str
    show: Show
    is_dropped: bool
    is_placeholder: bool
    # The editor's own words about it, plain text; they stand instead of an excerpt.
    summary: str = ""
    # How long the excerpt is. 0: as the section has it.
    words: int = 0
    # Of whoever stands in the byline.
    affiliation: str = ""
    # Keys of images of the library. Without a picture of the editor's the first fit one of the content leads.
    portrait: str = ""
    picture: str = ""
    picture_alt: str = ""
    picture_credit: str = ""
    # What is said of the portrait here; empty: what the library says of it.
    portrait_alt: str = ""
    portrait_credit: str = ""
    # Rich text as an editor keeps it (ProseMirror's JSON); where there is one, `content` is what it says in HTML.
    document: Mapping[str, Any] | None = None
    event: Event | None = None
    suggestion: Suggestion | None = None
    # Name of the snippet it was copied from; empty for everything else.
    snippet: str = ""
    # An editor said that nobody is to be named; a title that seems to name somebody is no byline then.
    is_unsigned: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A titled group of articles in an issue; `articles` holds the ones not dropped, in order."""

    id: int
    position: int
    title: str
    kind: SectionKind
    is_required: bool
    articles: tuple[Article, ...]
    look: Look = Look.AUTO
    # As in the plan (SectionPlan).
    most: int = 0
    words: int = 0
    # The title of the section of the plan that it was made of; posts find it by this when an editor has renamed it.
    planned: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """One number of a newsletter."""

    id: int
    newsletter_id: int
    number: int
    title: str
    subject: str
    preheader: str
    state: IssueState
    is_paused: bool
    # "2020-01", or empty for a one-off.
    month: str
    slot_key: str | None
    version: int
    send_at: datetime | None
    letter_id: int | None
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None
    sections: tuple[Section, ...]

    @property
    def articles(self) -> tuple[Article, ...]:
        """All articles not dropped, in reading order."""
        return tuple(article for section in self.sections for article in section.articles)

    def section_called(self, title: str) -> Section:
        """Give the section of this title, in any letter case.

        Raises:
            SectionNotFound: there is none.

        """
        wanted = one_line(title).casefold()
        for section in self.sections:
            if section.title.casefold() == wanted:
                return section
        known = ", ".join(f"“{section.title}”" for section in self.sections)
        raise SectionNotFound(f"“{title}”; the issue has {known}")

    def section_of(self, article: Article) -> Section:
        """Give the section that an article stands in, or stood in before it was dropped."""
        return next(section for section in self.sections if section.id == article.section_id)
