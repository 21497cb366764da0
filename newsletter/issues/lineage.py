"""What one article was: the versions of its issue at which it became something else, whatever else was saved between."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from newsletter.issues import contents, differences, versions
from newsletter.issues.model import Issue
from newsletter.issues.snapshot import Label, digest_of
from newsletter.issues.versions import Trace
from subscribers.transaction import Transaction

# Lines on one page.
PAGE = 30
# So many saves of the issue are looked at for one page: what came of an old article is found on the next ones.
MOST_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Turn:
    """A version at which an article became something else."""

    label: Label
    # Empty where nobody said who it was.
    written_by: str
    written_at: datetime
    # What it was something else at; None: it came with this one, or what was before is not known.
    before: Label | None
    # What of it changed, in an editor's words, such as "title".
    parts: tuple[str, ...]
    # It is what the article says now.
    is_current: bool


@dataclass(frozen=True, slots=True)
class Lineage:
    """One page of what an article was, the newest first."""

    turns: tuple[Turn, ...]
    # The version behind which the next page begins; 0: there is none.
    behind: int


@dataclass(frozen=True, slots=True)
class _Step:
    """A trace, and the one it is compared with."""

    trace: Trace
    before: Trace | None


def of_article(tx: Transaction, known: Issue, article_id: int, behind: int = 0) -> Lineage:
    """Give what an article was, the newest first; with *behind* only what was before that version.

    What was kept aside stands beside the version it was meant for.

    Raises:
        ArticleNotFound: the issue has none of this id.

    """
    now = contents.article_of(tx, known.id, article_id)
    traces = versions.traces(tx, known, now, behind=behind, limit=MOST_LOOKED_AT + 1)
    is_cut = len(traces) > MOST_LOOKED_AT
    steps: list[_Step] = []
    last = 0
    for version, found in _by_version(traces, is_cut=is_cut):
        if len(steps) >= PAGE:
            return _page(tx, known, article_id, steps, last)
        steps += found
        last = version
    return _page(tx, known, article_id, steps, last if is_cut else 0)


def _by_version(traces: Sequence[Trace], *, is_cut: bool) -> Iterator[tuple[int, list[_Step]]]:
    """Give what each version and what was kept aside beside it made of the article; of the last one of a cut list nothing."""
    groups = [(version, tuple(some)) for version, some in groupby(traces, key=lambda one: one.label.version)]
    for place, (version, some) in enumerate(groups):
        is_last = place + 1 == len(groups)
        if is_last and is_cut and place:
            return
        own, before = some[0], None if is_last else groups[place + 1][1][0]
        found: list[_Step] = []
        if own.name and (before is None or own.name != before.name):
            found.append(_Step(own, before if before is not None and before.name else None))
        found += [_Step(one, own) for one in some[1:] if one.name and one.name != own.name]
        yield version, found


def _page(tx: Transaction, known: Issue, article_id: int, steps: Sequence[_Step], behind: int) -> Lineage:
    now = contents.article_of(tx, known.id, article_id)
    current = digest_of(now)
    named = {one.name for step in steps for one in (step.trace, step.before) if one is not None}
    said = {**versions.articles_called(tx, known.id, named), current: now}

    def turn(step: _Step) -> Turn:
        after, before = step.trace, step.before
        return Turn(
            label=after.label,
            written_by=after.written_by,
            written_at=after.written_at,
            before=before.label if before is not None else None,
            parts=tuple(differences.parts(said[before.name], said[after.name])) if before is not None else (),
            is_current=after.name == current,
        )

    return Lineage(tuple(map(turn, steps)), behind)
