"""Who sees to a section of an issue, by when, and how far it is: as an editor said, else as is usual; pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.issues.model import Issue, Section, SectionKind
from newsletter.issues.practice import Milestone, Stage
from newsletter.review.contribution import OWED, Contribution, ContributionState

C = ContributionState


class Stand(StrEnum):
    """How far a section is."""

    WRITTEN = "written"
    UNWRITTEN = "unwritten"
    EMPTY = "empty"
    # Empty, and it must not be.
    MISSING = "missing"
    # A guest writes it.
    INVITED = "invited"
    WRITING = "writing"
    HANDED_IN = "handed_in"
    EDITED = "edited"
    AGREED = "agreed"
    # The editors wrote it themselves, and a guest may send it still.
    WRITTEN_MEANWHILE = "written_meanwhile"

    @property
    def words(self) -> str:
        """The stand as a person reads it."""
        return self.value.replace("_", " ")


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who sees to a section."""

    name: str
    # Of the staff, or a guest by a link; neither: who is named by an article, and is told of nothing.
    account_id: int | None = None
    link_id: int | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """What an editor said of a section: who sees to it and by when; a part that is None is as usual."""

    account_id: int | None = None
    link_id: int | None = None
    due_at: datetime | None = None
    # Who said so, and when.
    set_by: str = ""
    set_at: datetime | None = None

    def says_as(self, other: "Charge") -> bool:
        """Whether both name the same owner and the same deadline."""
        return (self.account_id, self.link_id, self.due_at) == (other.account_id, other.link_id, other.due_at)


AS_USUAL = Charge()


@dataclass(frozen=True, slots=True)
class Progress:
    """One section on its way."""

    section: Section
    charge: Charge
    # None: the editors, all of them.
    owner: Owner | None
    # As it would be if nobody had said anything.
    usual_owner: Owner | None
    usual_due_at: datetime | None
    stand: Stand
    # So many of its articles are there.
    written: int
    # Somebody has to do something for it still.
    is_owed: bool

    @property
    def due_at(self) -> datetime | None:
        """By when; None: nobody said."""
        return self.charge.due_at or self.usual_due_at

    def is_late(self, now: datetime) -> bool:
        """Whether it should be there by now."""
        return self.is_owed and self.due_at is not None and self.due_at <= now


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the issue itself."""

    # By the ids of sections.
    charges: Mapping[int, Charge]
    # Texts that guests were asked for and that still count, with who they are by their links.
    asked: Sequence[Contribution]
    guests: Mapping[int, Owner]
    # Of these guests, by the same.
    addresses: Mapping[int, str]
    # Of the staff who may edit the newsletter, by the ids of their accounts.
    staff: Mapping[int, Owner]
    dates: Sequence[Milestone]


def progress(issue: Issue, known: Known) -> tuple[Progress, ...]:
    """Tell of each section of an issue who sees to it, by when, and how far it is."""
    return tuple(_progress(section, known) for section in issue.sections)


def asked_of(section: Section, asked: Sequence[Contribution]) -> list[Contribution]:
    """Give the texts that guests were asked for in a section."""
    return [one for one in asked if one.section.casefold() == section.title.casefold()]


def _progress(section: Section, known: Known) -> Progress:
    charge = known.charges.get(section.id, AS_USUAL)
    its = asked_of(section, known.asked)
    chosen = _chosen(charge, its, known)
    written = sum(not article.is_placeholder for article in section.articles)
    mine = [one for one in its if chosen is not None and one.link_id == chosen.link_id] or its
    # Of several texts the one that is furthest from being there.
    first = min(mine, key=lambda one: (list(C).index(one.state), one.due_at), default=None)
    stand = _stand(section, written) if first is None else _stand_of_guest(section, first, known.asked)
    # Empty is as good as any other state, until somebody is to fill it.
    is_wanted = chosen is not None or charge.due_at is not None
    return Progress(
        section=section,
        charge=charge,
        owner=chosen or _usual_owner(section, its, known),
        usual_owner=_usual_owner(section, its, known),
        usual_due_at=_usual_due(first, known.dates),
        stand=stand,
        written=written,
        is_owed=_is_owed(stand, is_wanted=is_wanted),
    )


def _chosen(charge: Charge, its: Sequence[Contribution], known: Known) -> Owner | None:
    """Give who was named, if they can see to it still: an account may be gone or see less, a guest be asked no more."""
    if charge.account_id is not None:
        return known.staff.get(charge.account_id)
    if any(one.link_id == charge.link_id for one in its):
        return known.guests.get(charge.link_id or 0)
    return None


def _usual_owner(section: Section, its: Sequence[Contribution], known: Known) -> Owner | None:
    links = list(dict.fromkeys(one.link_id for one in its))
    if links:
        names = ", ".join(dict.fromkeys(known.guests[link].name for link in links))
        return Owner(names, link_id=links[0] if len(links) == 1 else None)
    if section.kind is SectionKind.LETTER:
        named = ", ".join(dict.fromkeys(one.byline for one in section.articles if one.byline))
        return Owner(named) if named else None
    return None


def _usual_due(first: Contribution | None, dates: Sequence[Milestone]) -> datetime | None:
    if first is not None:
        return first.due_at
    return next((date.at for date in dates if date.stage is Stage.CONTRIBUTIONS), None)


def _stand(section: Section, written: int) -> Stand:
    if any(article.is_placeholder for article in section.articles):
        return Stand.UNWRITTEN
    if written:
        return Stand.WRITTEN
    return Stand.MISSING if section.is_required else Stand.EMPTY


def _stand_of_guest(section: Section, first: Contribution, asked: Sequence[Contribution]) -> Stand:
    # A letter is one text: once it is there nobody waits for another. Elsewhere a guest's text is one of several.
    theirs = {one.article_id for one in asked}
    by_editors = [one for one in section.articles if not one.is_placeholder and one.id not in theirs]
    if section.kind is SectionKind.LETTER and first.state in OWED and len(by_editors) == len(section.articles) > 0:
        return Stand.WRITTEN_MEANWHILE
    return Stand(first.state.value)


_OWED = frozenset({Stand.UNWRITTEN, Stand.MISSING, *(Stand(state.value) for state in OWED)})


def _is_owed(stand: Stand, *, is_wanted: bool) -> bool:
    return stand in _OWED or (is_wanted and stand is Stand.EMPTY)
