"""Which section of an issue each post falls into: by the plan, or by the sections an earlier issue had; pure."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from newsletter.feeds.model import Post
from newsletter.issues.bylines import Credit, Register, credit
from newsletter.issues.model import Section, SectionPlan
from newsletter.issues.plan import USUAL_SHOW, section_for


@dataclass(frozen=True, slots=True)
class Place:
    """A section that posts may fall into."""

    # With the title that it has in the issue.
    planned: SectionPlan
    # Its title in the plan; empty for one that the plan does not have.
    of_plan: str
    # None while the issue does not have it.
    section_id: int | None = None
    # How many articles it has already.
    taken: int = 0


@dataclass(frozen=True, slots=True)
class Credited:
    """A post and who it is by."""

    post: Post
    credit: Credit


@dataclass(frozen=True, slots=True)
class FiledSection:
    """A section and the posts that fall into it, in the order they came in."""

    place: Place
    posts: tuple[Credited, ...]


@dataclass(frozen=True, slots=True)
class Filed:
    """Posts and where they fall."""

    # One for each place, in order.
    sections: tuple[FiledSection, ...]
    # What no section takes.
    left: tuple[Post, ...]


def planned_places(plan: Sequence[SectionPlan]) -> tuple[Place, ...]:
    """Give the places of an issue that is made by the plan."""
    return tuple(Place(planned, planned.title) for planned in plan)


def places_of(sections: Sequence[Section], plan: Sequence[SectionPlan], *, are_here: bool) -> tuple[Place, ...]:
    """Give the places of an issue that has *sections*: titles, order and looks are theirs, the rules are those of the plan.

    What the plan has and they have not comes last. Where the sections *are_here*, in the issue itself, and not in one it
    begins from, they have an id, and articles take up room.
    """
    by_title = {planned.title.casefold(): planned for planned in plan}
    places = []
    for section in sections:
        planned = by_title.pop((section.planned or section.title).casefold(), None)
        places.append(_place(section, planned, is_here=are_here))
    return (*places, *planned_places([planned for planned in plan if planned.title.casefold() in by_title]))


def file(places: Sequence[Place], posts: Sequence[Post], register: Register) -> Filed:
    """Say where each post falls; what is beyond the most of a section falls to the one that takes the rest, else is left."""
    plan = [place.planned for place in places]
    rest = next((number for number, planned in enumerate(plan) if planned.takes_rest), None)
    counts = Counter({number: place.taken for number, place in enumerate(places)})
    filed: list[list[Credited]] = [[] for _ in places]
    left = []
    for post in posts:
        credited = Credited(post, credit(post.entry, register))
        section = section_for(plan, credited.credit.title, post.entry.categories, credited.credit.byline)
        number = next((at for at, planned in enumerate(plan) if planned is section), None)
        if number is not None and plan[number].most and counts[number] >= plan[number].most:
            number = rest
        if number is None:
            left.append(post)
            continue
        filed[number].append(credited)
        counts[number] += 1
    return Filed(tuple(FiledSection(place, tuple(found)) for place, found in zip(places, filed, strict=True)), tuple(left))


def _place(section: Section, planned: SectionPlan | None, *, is_here: bool) -> Place:
    rules = planned or SectionPlan(section.title, section.kind, show=USUAL_SHOW[section.kind])
    as_there = replace(
        rules,
        title=section.title,
        kind=section.kind,
        is_required=section.is_required,
        look=section.look,
        # What takes the rest takes all of it.
        most=0 if rules.takes_rest else section.most,
        words=section.words,
    )
    of_plan = planned.title if planned is not None else ""
    return Place(as_there, of_plan, section.id if is_here else None, len(section.articles) if is_here else 0)
