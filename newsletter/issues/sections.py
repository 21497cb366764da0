"""What an editor does to the sections of an issue: added, renamed, laid out otherwise, put in another order, taken away."""

from dataclasses import dataclass, fields, replace
from datetime import datetime

from newsletter.errors import AlreadyThere, BadValue
from newsletter.issues import contents, store
from newsletter.issues.model import Issue, Look, Section, SectionKind, SectionPlan
from newsletter.issues.plan import LONGEST_TITLE, MOST_ARTICLES, MOST_SECTIONS, MOST_WORDS, USUAL_SHOW
from subscribers.oneline import one_line
from subscribers.sentence import say
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class SectionChange:
    """What is to become of a section; None leaves a part as it is."""

    title: str | None = None
    kind: SectionKind | None = None
    look: Look | None = None
    # 0: all posts.
    most: int | None = None
    # 0: as the theme has them.
    words: int | None = None
    is_required: bool | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is to be changed."""
        return all(getattr(self, one.name) is None for one in fields(self))


def add_section(
    tx: Transaction,
    issue_id: int,
    title: str,
    kind: SectionKind,
    now: datetime,
    *,
    change: SectionChange | None = None,
    place: int | None = None,
    expected_version: int | None = None,
) -> Issue:
    """Add a section to an issue, laid out as *change* says, at a place counted from 1 or at the end.

    Raises:
        IssueNotFound: there is no issue of this id.
        WrongState: it is being sent, was sent or cancelled.
        Outdated: it is not at `expected_version` any more. So for every edit.
        AlreadyThere: the issue has a section of this title.
        BadValue: the title is empty, a number cannot be, or there are too many sections.

    """
    known = store.begin_edit(tx, issue_id, now, expected_version)
    if len(known.sections) >= MOST_SECTIONS:
        raise BadValue(say("section"), title, say("an issue has %(most)s sections at most", most=MOST_SECTIONS))
    title = _free_title(known, title, None)
    # Its own, whatever the plan has under this title.
    made = contents.add_section(tx, issue_id, SectionPlan(title, kind, show=USUAL_SHOW[kind]), "")
    if change is not None:
        contents.save_section(tx, _changed(contents.section_of(tx, made), replace(change, title=None)))
    if place is not None:
        _put(tx, known, made, place)
    return store.load(tx, issue_id)


def edit_section(
    tx: Transaction,
    issue_id: int,
    title: str,
    change: SectionChange,
    now: datetime,
    *,
    expected_version: int | None = None,
) -> Issue:
    """Rename a section, or lay it out in another way; posts that come late still find it.

    Raises:
        SectionNotFound: the issue has none of this title.
        AlreadyThere: it has another one of the new title.
        BadValue: the new title is empty, or a number cannot be.

    """
    known = store.begin_edit(tx, issue_id, now, expected_version)
    contents.save_section(tx, changed(known, known.section_called(title), change))
    return store.load(tx, issue_id)


def changed(known: Issue, found: Section, change: SectionChange) -> Section:
    """Give a section of an issue as a change would make it; nothing is written.

    Raises:
        AlreadyThere: the issue has another one of the new title.
        BadValue: the new title is empty, or a number cannot be.

    """
    if change.title is not None:
        change = replace(change, title=_free_title(known, change.title, found))
    return _changed(found, change)


def move_section(
    tx: Transaction, issue_id: int, title: str, place: int, now: datetime, *, expected_version: int | None = None
) -> Issue:
    """Put a section at another place, counted from 1; one beyond the end is the end.

    Raises:
        SectionNotFound: the issue has none of this title.
        BadValue: the place is no place.

    """
    known = store.begin_edit(tx, issue_id, now, expected_version)
    _put(tx, known, known.section_called(title).id, place)
    return store.load(tx, issue_id)


def remove_section(
    tx: Transaction, issue_id: int, title: str, now: datetime, *, into: str | None = None, expected_version: int | None = None
) -> Issue:
    """Take a section away; what it shows goes *into* another one.

    Articles that were dropped from it go along, so that they are not offered again.

    Raises:
        SectionNotFound: the issue has none of this title.
        BadValue: it shows articles and nobody said where they go, or it is the only one.

    """
    known = store.begin_edit(tx, issue_id, now, expected_version)
    found = known.section_called(title)
    others = [section for section in known.sections if section.id != found.id]
    if not others:
        raise BadValue(say("section"), found.title, say("is the only one of the issue"))
    if into is None and found.articles:
        count = len(found.articles)
        shows = "1 article" if count == 1 else say("%(count)s articles", count=count)
        raise BadValue(
            say("section"), found.title, say("shows %(shows)s; say into which section they go, or drop them first", shows=shows)
        )
    target = others[-1] if into is None else known.section_called(into)
    if target.id == found.id:
        raise BadValue(say("section"), found.title, say("cannot go into itself"))
    contents.remove_section(tx, found.id, target.id)
    contents.arrange_sections(tx, [section.id for section in others])
    return store.load(tx, issue_id)


def _changed(section: Section, change: SectionChange) -> Section:
    _require_count("most", change.most, MOST_ARTICLES)
    _require_count("words", change.words, MOST_WORDS)
    return replace(
        section,
        title=section.title if change.title is None else change.title,
        kind=section.kind if change.kind is None else change.kind,
        look=section.look if change.look is None else change.look,
        most=section.most if change.most is None else change.most,
        words=section.words if change.words is None else change.words,
        is_required=section.is_required if change.is_required is None else change.is_required,
    )


def _require_count(what: str, count: int | None, largest: int) -> None:
    if count is not None and not 0 <= count <= largest:
        raise BadValue(what, count, say("write a number up to %(largest)s, or 0 for no limit of its own", largest=largest))


def _free_title(known: Issue, title: str, found: Section | None) -> str:
    title = one_line(title, LONGEST_TITLE)
    if not title:
        raise BadValue(say("title"), repr(title), say("is empty"))
    taken = {section.title.casefold() for section in known.sections if found is None or section.id != found.id}
    if title.casefold() in taken:
        raise AlreadyThere(say("section"), title)
    return title


def _put(tx: Transaction, known: Issue, section_id: int, place: int) -> None:
    if place < 1:
        raise BadValue(say("place"), place, say("places are counted from 1"))
    others = [section.id for section in known.sections if section.id != section_id]
    contents.arrange_sections(tx, [*others[: place - 1], section_id, *others[place - 1 :]])
