"""An issue as it would be once what is being typed were saved: held against the same rules, and written nowhere."""

from collections.abc import Callable
from dataclasses import replace

from newsletter.errors import Outdated, WrongState
from newsletter.issues import changes, conflicts, contents, editing, sections, snapshot, store, versions
from newsletter.issues.changes import Change
from newsletter.issues.model import EDITABLE, Article, Issue, Section
from newsletter.issues.sections import SectionChange
from newsletter.issues.snapshot import Snapshot
from subscribers.transaction import Transaction


def with_head(
    tx: Transaction, issue_id: int, seen: int, *, title: str | None, subject: str | None, preheader: str | None
) -> Issue:
    """Give an issue with other lines above its sections, typed by somebody who saw it at version *seen*.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it is being sent, was sent or cancelled. So for all of these.
        Outdated: somebody else changed the same since. So for all of these.
        BadValue: the title is empty.

    """
    known = _open(tx, issue_id)
    _require_part_as_at(tx, known, snapshot.head, seen)
    return editing.headed(known, title=title, subject=subject, preheader=preheader)


def with_article(tx: Transaction, issue_id: int, article_id: int, seen: int, change_of: Callable[[Article], Change]) -> Issue:
    """Give an issue with one article as *change_of* would have it; one that is left out stays out.

    Raises:
        ArticleNotFound: the issue has none of this id.
        ImageNotFound: the library has no image of a key.
        BadValue: a part cannot be as it is wanted.

    """
    known = _open(tx, issue_id)
    if not versions.is_as_at(tx, known, article_id, seen):
        raise Outdated(issue_id, known.version, seen)
    before = contents.article_of(tx, issue_id, article_id)
    after = changes.changed(tx, known, article_id, change_of(before))
    return _with_sections(known, lambda section: _with_article(section, after))


def with_section(tx: Transaction, issue_id: int, section_id: int, seen: int, change: SectionChange) -> Issue:
    """Give an issue with one section laid out otherwise; one that was removed meanwhile leaves it as it is.

    Raises:
        AlreadyThere: the issue has another section of the new title.
        BadValue: the new title is empty, or a number cannot be.

    """
    known = _open(tx, issue_id)
    _require_part_as_at(tx, known, snapshot.section(section_id), seen)
    return _with_sections(
        known, lambda section: sections.changed(known, section, change) if section.id == section_id else section
    )


def _open(tx: Transaction, issue_id: int) -> Issue:
    known = store.load(tx, issue_id)
    if known.state not in EDITABLE:
        raise WrongState(issue_id, "edited", known.state.words)
    return known


def _require_part_as_at(tx: Transaction, known: Issue, part: Callable[[Snapshot], object], seen: int) -> None:
    if conflicts.over_part(tx, known.id, part, seen) != known.version:
        raise Outdated(known.id, known.version, seen)


def _with_sections(known: Issue, change: Callable[[Section], Section]) -> Issue:
    return replace(known, sections=tuple(change(section) for section in known.sections))


def _with_article(section: Section, after: Article) -> Section:
    return replace(section, articles=tuple(after if one.id == after.id else one for one in section.articles))
