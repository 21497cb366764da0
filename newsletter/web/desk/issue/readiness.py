"""How ready an issue is: its sections with who owes them by when, the dates on its way, and what keeps it from going out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from newsletter.issues import calendar
from newsletter.issues.model import Issue, IssueState, Section, SectionKind
from newsletter.issues.practice import Milestone, Stage
from newsletter.languages.catalogue import Words, later
from newsletter.review import comments, contributions, guests
from newsletter.review.contribution import OWED, Contribution, ContributionState
from newsletter.review.guests import GuestLink, GuestPurpose
from newsletter.web.desk.issue.states import ShownState
from newsletter.web.visits import Visit
from subscribers.transaction import Transaction

S = IssueState
C = ContributionState


_WRITTEN = ShownState(later("written"), "done")
_UNWRITTEN = ShownState(later("not written"), "waits")
_EMPTY = ShownState(later("empty"), "begun")
_MISSING = ShownState(later("empty, and it must not be"), "waits")

_OF_GUESTS: Mapping[ContributionState, ShownState] = {
    C.INVITED: ShownState(later("asked for"), "begun"),
    C.WRITING: ShownState(later("being written"), "moves"),
    C.HANDED_IN: ShownState(later("handed in, to be edited"), "waits"),
    C.EDITED: ShownState(later("with its author for a last look"), "moves"),
    C.AGREED: ShownState(later("agreed"), "done"),
}
_LATE = ShownState(later("overdue"), "waits")


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section on its way."""

    title: str
    # Who owes it.
    owner: str
    # By when; None where nobody said or it is there already.
    due_at: datetime | None
    state: ShownState
    articles: int
    # Nobody else owes it.
    is_of_editors: bool = False


@dataclass(frozen=True, slots=True)
class Readiness:
    """How an issue stands."""

    sections: tuple[SectionLine, ...]
    dates: tuple[Milestone, ...]
    # What keeps it from going out, in sentences; as far as it shows without composing it.
    blocks: tuple[str, ...]
    open_comments: int

    @property
    def done(self) -> int:
        """How many sections need nobody any more."""
        return sum(line.state.mark == "done" for line in self.sections)


def of_issue(tx: Transaction, issue: Issue, visit: Visit) -> Readiness:
    """Tell how ready an issue is, in the words of *visit*."""
    asked = [one for one in contributions.contributions_of(tx, issue.id) if one.state is not C.WITHDRAWN]
    links = {one.id: one for one in guests.links_of(tx, issue.id, GuestPurpose.CONTRIBUTION)}
    asked = [one for one in asked if one.link_id in links and links[one.link_id].revoked_at is None]
    dates = calendar.dates_of_issue(tx, issue)
    said = len(comments.open_comments(tx, issue.id))
    lines = tuple(_line(section, asked, links, dates, visit) for section in issue.sections)
    return Readiness(lines, dates, tuple(_blocks(issue, lines, said, visit.words)), said)


def _line(
    section: Section, asked: Sequence[Contribution], links: Mapping[int, GuestLink], dates: Sequence[Milestone], visit: Visit
) -> SectionLine:
    its = [one for one in asked if one.section.casefold() == section.title.casefold()]
    written = sum(not article.is_placeholder for article in section.articles)
    if its:
        # Of several texts the one that is furthest from being there.
        first = min(its, key=lambda one: (list(C).index(one.state), one.due_at))
        names = ", ".join(dict.fromkeys(links[one.link_id].name or links[one.link_id].address for one in its))
        is_late = first.state in OWED and first.due_at <= visit.now
        due_at = first.due_at if first.state in OWED else None
        return SectionLine(section.title, names, due_at, _LATE if is_late else _OF_GUESTS[first.state], written)
    due_at = next((date.at for date in dates if date.stage is Stage.CONTRIBUTIONS), None)
    state = _state(section, written)
    is_owed = state.mark == "waits"
    is_late = is_owed and due_at is not None and due_at <= visit.now
    author = _author(section)
    return SectionLine(
        section.title,
        author or visit.words.gettext("The editors"),
        due_at if is_owed else None,
        _LATE if is_late else state,
        written,
        is_of_editors=not author,
    )


def _author(section: Section) -> str:
    """Name who writes a letter; empty for whatever the editors do."""
    if section.kind is not SectionKind.LETTER:
        return ""
    return ", ".join(dict.fromkeys(one.byline for one in section.articles if one.byline))


def _state(section: Section, written: int) -> ShownState:
    if any(article.is_placeholder for article in section.articles):
        return _UNWRITTEN
    if written:
        return _WRITTEN
    return _MISSING if section.is_required else _EMPTY


def _blocks(issue: Issue, lines: Sequence[SectionLine], open_comments: int, words: Words) -> Sequence[str]:
    found = [
        words.gettext("%(section)s is not written yet", section=section.title)
        for section in issue.sections
        if section.is_required and all(article.is_placeholder for article in section.articles)
    ]
    found += [
        words.gettext("%(section)s is overdue from %(owner)s", section=line.title, owner=line.owner)
        for line in lines
        if line.state is _LATE and not line.is_of_editors
    ]
    if issue.state in {S.APPROVED, S.SCHEDULED}:
        return found
    if open_comments:
        found.append(
            words.ngettext("%(num)s comment waits for an answer", "%(num)s comments wait for an answer", open_comments)
        )
    return [*found, words.gettext("Nobody has approved it yet")]
