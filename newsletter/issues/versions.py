"""The versions of issues in SQL: every save is one, with its author and its moment; none is ever changed or forgotten.

A version is begun by the save that makes it (`store.begin_edit`), and what the issue was is written down when the next save
begins. So whatever an edit does is in its version, and no edit can leave it out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, delete, func, insert, or_, select, update

# SQLite took over PostgreSQL's ON CONFLICT word for word, and SQLAlchemy writes this construct for both.
from sqlalchemy.dialects.postgresql import insert as upsert

from newsletter.errors import VersionNotFound
from newsletter.issues import authors, contents, differences
from newsletter.issues.model import Article, Issue
from newsletter.issues.snapshot import (
    Label,
    Readers,
    Snapshot,
    Spelled,
    Written,
    article_in,
    digest_in,
    digest_of,
    digests,
    packed,
    read,
    snapshot_of,
    spell,
)
from newsletter.tables.issues import issue_list, issue_segment, issue_topic
from newsletter.tables.review import issue_part, issue_version
from subscribers.tables.lists import mailing_list, topic
from subscribers.tables.segments import segment
from subscribers.transaction import Transaction

# What is said of a version of which nobody wrote down what was done.
UNTOLD = ""

# Of a list of changes this much is told in a line.
LONGEST_DEED = 300


@dataclass(frozen=True, slots=True)
class Version:
    """One version as a line of a list."""

    label: Label
    # Empty where nobody said who it was.
    written_by: str
    written_at: datetime
    # What was done, in words.
    deed: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """What an article was at one version, by the name of the part."""

    label: Label
    written_by: str
    written_at: datetime
    # Empty: the issue had it not.
    name: str


@dataclass(frozen=True, slots=True)
class Walk:
    """How far one can go back and forth among what an issue was."""

    # Versions; 0: not further.
    back: int
    forth: int


def begin(tx: Transaction, issue_id: int, version: int, now: datetime, deed: str = UNTOLD) -> None:
    """Begin a version; its author is whoever signed the transaction."""
    _put(tx, issue_id, Label(version), authors.author(tx), now, deed)


def say_restored(tx: Transaction, known: Issue, version: int) -> None:
    """Write down that what an issue is now is what it was at a version."""
    tx.execute(update(issue_version).where(*_is(known.id, Label(known.version))).values(restored=version))


def walk(tx: Transaction, known: Issue) -> Walk:
    """Give where a step back leads, and where a step forth leads while nothing was edited since somebody went back.

    A restore is a step where it leads to the version next to the one that the issue was like; any other leads on to
    something new, as an edit does.
    """
    its = issue_version.c
    own = (its.issue_id == known.id, its.side == 0)
    edited = select(func.coalesce(func.max(its.version), 0)).where(*own, its.restored.is_(None)).scalar_subquery()
    rows = tx.execute(select(its.version, its.restored).where(*own, its.version >= edited).order_by(its.version))
    top = at = known.version
    for row in rows:
        if row.restored is None or abs(row.restored - at) != 1 or row.restored > top:
            top = at = row.version
        else:
            at = row.restored
    return Walk(at - 1, at + 1 if at < top else 0)


def turn(tx: Transaction, left: Issue, now: datetime, deed: str = UNTOLD) -> None:
    """Write down what an issue was before the edit that begins now, and begin its next version.

    *left* has its contents of before, and the number of the version that begins.
    """
    before = Label(left.version - 1)
    close(tx, left, before)
    begin(tx, left.id, left.version, now, deed)


def close(tx: Transaction, known: Issue, label: Label | None = None) -> None:
    """Write down what an issue is now, under its version."""
    label = label or Label(known.version)
    snapshot = present(tx, known)
    spelled = spell(snapshot)
    row = tx.execute(select(issue_version).where(*_is(known.id, label))).one_or_none()
    if row is None:
        # From before there were versions.
        _put(tx, known.id, label, authors.NOBODY, known.created_at, UNTOLD)
    if row is None or row.deed == UNTOLD:
        tx.execute(
            update(issue_version).where(*_is(known.id, label)).values(deed=_deed(tx, known.id, label, snapshot, spelled))
        )
    _keep(tx, known.id, label, spelled)


def keep_aside(tx: Transaction, issue_id: int, version: int, snapshot: Snapshot, now: datetime, deed: str) -> Label:
    """Keep what was to be saved over a version and came too late; gives what it is called."""
    last = select(func.coalesce(func.max(issue_version.c.side), 0)).where(
        issue_version.c.issue_id == issue_id, issue_version.c.version == version
    )
    label = Label(version, tx.execute(last).scalar_one() + 1)
    _put(tx, issue_id, label, authors.author(tx), now, deed)
    _keep(tx, issue_id, label, spell(snapshot))
    return label


def versions_of(tx: Transaction, known: Issue, *, behind: Label | None = None, limit: int | None = None) -> tuple[Version, ...]:
    """Give the versions of an issue, the newest first, what was kept aside beside what it was meant for.

    With *behind* only those that come after it in this order; with *limit* so many at most.
    """
    its, order = issue_version.c, (issue_version.c.version.desc(), issue_version.c.side)
    asked = select(issue_version).where(its.issue_id == known.id).order_by(*order).limit(limit)
    if behind is not None:
        asked = asked.where(or_(its.version < behind.version, and_(its.version == behind.version, its.side > behind.side)))
    rows = tx.execute(asked)
    return tuple(_line(tx, known, row) for row in rows.all())


def told(tx: Transaction, known: Issue, label: Label) -> Version:
    """Give one version of an issue as a line.

    Raises:
        VersionNotFound: it has none that is called so.

    """
    row = tx.execute(select(issue_version).where(*_is(known.id, label))).one_or_none()
    if row is None:
        raise VersionNotFound(label)
    return _line(tx, known, row)


def traces(tx: Transaction, known: Issue, one: Article, *, behind: int = 0, limit: int) -> tuple[Trace, ...]:
    """Give what an article was at the versions of an issue, the newest first, as far as they are known.

    What was kept aside comes behind the version it was meant for. With *behind* only what was before that version; of so many
    versions at most.
    """
    its = issue_version.c
    asked = select(its.version, its.side, its.written_by, its.written_at, its.document).where(its.issue_id == known.id)
    is_current = and_(its.version == known.version, its.side == 0)
    asked = asked.where(or_(is_current, its.document.is_not(None)))
    if behind:
        asked = asked.where(its.version < behind)

    found = []
    for row in tx.execute(asked.order_by(its.version.desc(), its.side).limit(limit)):
        label = Label(row.version, row.side)
        name = digest_of(one) if label == Label(known.version) else digest_in(row.document, one.id)
        found.append(Trace(label, row.written_by, row.written_at, name))
    return tuple(found)


def articles_called(tx: Transaction, issue_id: int, names: Collection[str]) -> Mapping[str, Article]:
    """Give what articles said by the names of their parts, without where they stood."""
    return {name: article_in(body) for name, body in _parts(tx, issue_id, names).items()}


def latest(tx: Transaction, known: Issue) -> Version:
    """Give the version that an issue is now: who made it, when, and what was done."""
    label = Label(known.version)
    its = issue_version.c
    said = select(its.written_by, its.written_at, its.deed).where(*_is(known.id, label))
    row = tx.execute(said).one_or_none()
    if row is None:
        # From before there were versions.
        return Version(label, authors.NOBODY, known.updated_at, UNTOLD, is_current=True)
    return _current(tx, known, Version(label, row.written_by, row.written_at, row.deed, is_current=False))


def version_of(tx: Transaction, known: Issue, label: Label) -> Snapshot:
    """Give what an issue was at a version.

    Raises:
        VersionNotFound: it has none that is called so.

    """
    if label == Label(known.version):
        return present(tx, known)
    document = tx.execute(select(issue_version.c.document).where(*_is(known.id, label))).scalar_one_or_none()
    if document is None:
        raise VersionNotFound(label)
    return read(Written(document, _parts(tx, known.id, digests(document))))


def article_at(tx: Transaction, known: Issue, article_id: int, label: Label) -> Article:
    """Give an article as it was at a version, without where it stood.

    Raises:
        VersionNotFound: the issue has none that is called so, or the article was not in it.

    """
    if label == Label(known.version):
        return contents.article_of(tx, known.id, article_id)
    document = tx.execute(select(issue_version.c.document).where(*_is(known.id, label))).scalar_one_or_none()
    name = digest_in(document, article_id) if document is not None else ""
    if not name:
        raise VersionNotFound(label)
    return replace(articles_called(tx, known.id, [name])[name], id=article_id)


def is_as_at(tx: Transaction, known: Issue, article_id: int, version: int) -> bool:
    """Whether an article says what it said when the issue was at *version*, whatever became of the others since.

    Raises:
        ArticleNotFound: the issue has none of this id.

    """
    if version == known.version:
        return True
    asked = select(issue_version.c.document).where(*_is(known.id, Label(version)))
    document = tx.execute(asked).scalar_one_or_none()
    article = contents.article_of(tx, known.id, article_id)
    return document is not None and digest_in(document, article_id) == digest_of(article)


def present(tx: Transaction, known: Issue) -> Snapshot:
    """Give what an issue is now."""
    return snapshot_of(known, contents.dropped_of(tx, known.id), _readers(tx, known.id))


def authors_since(tx: Transaction, issue_id: int, version: int) -> Mapping[str, int]:
    """Give who made any version of an issue after *version*, with the last one each made.

    What was kept aside does not count: nobody reads it.
    """
    made = (issue_version.c.issue_id == issue_id, issue_version.c.version > version, issue_version.c.side == 0)
    last = func.max(issue_version.c.version).label("last")
    rows = tx.execute(select(issue_version.c.written_by, last).where(*made).group_by(issue_version.c.written_by))
    return {row.written_by: row.last for row in rows}


def put_readers(tx: Transaction, issue_id: int, readers: Readers) -> bool:
    """Let an issue be for these people instead of those before; False, and nothing is changed, when one of the ways is gone.

    An issue whose segment vanished would go to everybody.
    """
    if not _are_there(tx, readers):
        return False
    segments = {**dict.fromkeys(readers.included, False), **dict.fromkeys(readers.excluded, True)}
    tables = {
        issue_topic: [{"issue_id": issue_id, "topic_id": one} for one in readers.topics],
        issue_list: [{"issue_id": issue_id, "list_id": one, "position": place} for place, one in enumerate(readers.lists, 1)],
        issue_segment: [{"issue_id": issue_id, "segment_id": one, "is_excluded": is_out} for one, is_out in segments.items()],
    }
    for table, rows in tables.items():
        tx.execute(delete(table).where(table.c.issue_id == issue_id))
        if rows:
            tx.execute(insert(table), rows)
    return True


def _are_there(tx: Transaction, readers: Readers) -> bool:
    wanted = ((topic, readers.topics), (mailing_list, readers.lists), (segment, (*readers.included, *readers.excluded)))
    for table, ids in wanted:
        found = tx.execute(select(table.c.id).where(table.c.id.in_(ids))).scalars().all() if ids else []
        if set(found) != set(ids):
            return False
    return True


def _readers(tx: Transaction, issue_id: int) -> Readers:
    segments = tx.execute(
        select(issue_segment.c.segment_id, issue_segment.c.is_excluded)
        .where(issue_segment.c.issue_id == issue_id)
        .order_by(issue_segment.c.segment_id)
    ).all()
    topics = select(issue_topic.c.topic_id).where(issue_topic.c.issue_id == issue_id).order_by(issue_topic.c.topic_id)
    lists = select(issue_list.c.list_id).where(issue_list.c.issue_id == issue_id).order_by(issue_list.c.position)
    return Readers(
        topics=tuple(tx.execute(topics).scalars()),
        lists=tuple(tx.execute(lists).scalars()),
        included=tuple(row.segment_id for row in segments if not row.is_excluded),
        excluded=tuple(row.segment_id for row in segments if row.is_excluded),
    )


def _line(tx: Transaction, known: Issue, row: Row[Any]) -> Version:
    one = Version(Label(row.version, row.side), row.written_by, row.written_at, row.deed, is_current=False)
    return _current(tx, known, one) if one.label == Label(known.version) else one


def _current(tx: Transaction, known: Issue, version: Version) -> Version:
    """Say of the version that is the issue now what was done, which is written down when it is left."""
    if version.deed:
        return replace(version, is_current=True)
    snapshot = present(tx, known)
    return replace(version, deed=_deed(tx, known.id, version.label, snapshot, spell(snapshot)), is_current=True)


def _deed(tx: Transaction, issue_id: int, label: Label, snapshot: Snapshot, spelled: Spelled) -> str:
    """Say what was done since the version before; of that, only what is not the same is read."""
    before = Label(label.version - 1)
    document = tx.execute(select(issue_version.c.document).where(*_is(issue_id, before))).scalar_one_or_none()
    if document is None:
        return UNTOLD
    others = [name for name in digests(document) if name not in spelled.articles]
    earlier = read(Written(document, _parts(tx, issue_id, others)), spelled.articles)
    deed = differences.told(earlier, snapshot)
    return deed if len(deed) <= LONGEST_DEED else deed[:LONGEST_DEED]


def _put(tx: Transaction, issue_id: int, label: Label, by: str, now: datetime, deed: str) -> None:
    tx.execute(
        insert(issue_version).values(
            issue_id=issue_id,
            version=label.version,
            side=label.side,
            written_by=by,
            written_at=now,
            deed=deed[:LONGEST_DEED],
        )
    )


def _keep(tx: Transaction, issue_id: int, label: Label, spelled: Spelled) -> None:
    """Write down a version, and those of its parts that are not there; most are, from the versions before."""
    its = issue_part.c
    there = frozenset(tx.execute(select(its.digest).where(its.issue_id == issue_id, its.digest.in_(spelled.texts))).scalars())
    texts = {digest: text for digest, text in spelled.texts.items() if digest not in there}
    rows = [{"issue_id": issue_id, "digest": digest, "body": packed(text)} for digest, text in texts.items()]
    if rows:
        tx.execute(upsert(issue_part).on_conflict_do_nothing(), rows)
    tx.execute(update(issue_version).where(*_is(issue_id, label)).values(document=dict(spelled.document)))


def _parts(tx: Transaction, issue_id: int, names: Collection[str]) -> Mapping[str, bytes]:
    wanted = (issue_part.c.issue_id == issue_id, issue_part.c.digest.in_(names))
    rows = tx.execute(select(issue_part.c.digest, issue_part.c.body).where(*wanted))
    return {row.digest: bytes(row.body) for row in rows}


def _is(issue_id: int, label: Label) -> tuple[Any, ...]:
    its = issue_version.c
    return (its.issue_id == issue_id, its.version == label.version, its.side == label.side)
