"""How ready an issue is: its sections with who owes them by when, the dates on its way, and what keeps it from going out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from newsletter.issues.model import IN_THE_MAKING, Issue, IssueState, Section
from newsletter.issues.practice import Milestone
from newsletter.languages.catalogue import Words, later
from newsletter.review import charging, comments
from newsletter.review.charge import Progress, Stand, progress
from newsletter.staff.permissions import Permission, allowed
from newsletter.web.desk.issue.states import ShownState
from newsletter.web.visits import Visit
from subscribers.transaction import Transaction

S = IssueState

STANDS: Mapping[Stand, ShownState] = MappingProxyType(
    {
        Stand.WRITTEN: ShownState(later("written"), "done"),
        Stand.UNWRITTEN: ShownState(later("not written"), "waits"),
        Stand.EMPTY: ShownState(later("empty"), "begun"),
        Stand.MISSING: ShownState(later("empty, and it must not be"), "waits"),
        Stand.INVITED: ShownState(later("asked for"), "begun"),
        Stand.WRITING: ShownState(later("being written"), "moves"),
        Stand.HANDED_IN: ShownState(later("handed in, to be edited"), "waits"),
        Stand.EDITED: ShownState(later("with its author for a last look"), "moves"),
        Stand.AGREED: ShownState(later("agreed"), "done"),
        Stand.WRITTEN_MEANWHILE: ShownState(later("written; a guest was asked, too"), "done"),
    }
)
LATE = ShownState(later("overdue"), "waits")


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section on its way."""

    id: int
    title: str
    # Who owes it.
    owner: str
    # By when; None where nobody said or nobody owes it any more.
    due_at: datetime | None
    state: ShownState
    articles: int
    # Nobody else owes it.
    is_of_editors: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Something that keeps an issue from going out, in a sentence, and the page where it is mended."""

    text: str
    # Empty: it is mended nowhere.
    href: str = ""


@dataclass(frozen=True, slots=True)
class Readiness:
    """How an issue stands."""

    sections: tuple[SectionLine, ...]
    dates: tuple[Milestone, ...]
    # What keeps it from going out, as far as it shows without composing it.
    blocks: tuple[Block, ...]
    open_comments: int
    # Whoever looks may give its sections to people.
    may_assign: bool

    @property
    def done(self) -> int:
        """How many sections need nobody any more."""
        return sum(line.state.mark == "done" for line in self.sections)

    @property
    def is_owed(self) -> bool:
        """Whether somebody who is named owes a section, or it is overdue: then all of them are shown."""
        return any(line.due_at is not None and (not line.is_of_editors or line.state is LATE) for line in self.sections)


def of_issue(tx: Transaction, issue: Issue, visit: Visit) -> Readiness:
    """Tell how ready an issue is, in the words of *visit*."""
    known = charging.known_of(tx, issue)
    said = len(comments.open_comments(tx, issue.id))
    lines = tuple(line(one, visit) for one in progress(issue, known))
    return Readiness(
        sections=lines,
        dates=tuple(known.dates),
        blocks=tuple(_blocks(issue, lines, said, visit.words)),
        open_comments=said,
        may_assign=issue.state in IN_THE_MAKING and allowed(visit.actor, Permission.EDIT, issue.newsletter_id),
    )


def line(one: Progress, visit: Visit) -> SectionLine:
    """Tell of one section in the words of *visit*."""
    return SectionLine(
        id=one.section.id,
        title=one.section.title,
        owner=one.owner.name if one.owner is not None else visit.words.gettext("The editors"),
        due_at=one.due_at if one.is_owed else None,
        state=LATE if one.is_late(visit.now) else STANDS[one.stand],
        articles=one.written,
        is_of_editors=one.owner is None,
    )


def _blocks(issue: Issue, lines: Sequence[SectionLine], open_comments: int, words: Words) -> Sequence[Block]:
    here = f"/desk/issues/{issue.id}"
    found = [
        Block(words.gettext("%(section)s is not written yet", section=section.title), _place(here, section))
        for section in issue.sections
        if section.is_required and all(article.is_placeholder for article in section.articles)
    ]
    found += [
        Block(words.gettext("%(section)s is overdue from %(owner)s", section=line.title, owner=line.owner), f"{here}/owners")
        for line in lines
        if line.state is LATE and not line.is_of_editors
    ]
    if issue.state in {S.APPROVED, S.SCHEDULED}:
        return found
    if open_comments:
        said = words.ngettext("%(num)s comment waits for an answer", "%(num)s comments wait for an answer", open_comments)
        found.append(Block(said, f"{here}/review#comments"))
    return [*found, Block(words.gettext("Nobody has approved it yet"), f"{here}/review")]


def _place(here: str, section: Section) -> str:
    """Give where a section is written: in the text that waits for it, else among the cards."""
    waiting = next((article.id for article in section.articles if article.is_placeholder), None)
    return f"{here}/compose#s{section.id}" if waiting is None else f"{here}/articles/{waiting}"
