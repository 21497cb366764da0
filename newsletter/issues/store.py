"""Issues in SQL: read, listed, and led from state to state."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, insert, select, update

from newsletter.errors import IssueNotFound, Outdated, WrongState
from newsletter.issues import alerts, contents, selection, tidings, versions
from newsletter.issues.model import EDITABLE, ENDED, Issue, IssueState, Section, require_step
from newsletter.issues.schedule import SlotState
from newsletter.tables.issues import article, issue, slot
from subscribers.sentence import say
from subscribers.transaction import Transaction

S = IssueState

# What an edit takes back to the draft; a held issue stays held until somebody takes it up.
UNDER_WAY = (S.IN_REVIEW, S.APPROVED, S.SCHEDULED)

# From here on the slot of an issue has done its duty.
_BEYOND_ITS_SLOT = frozenset({S.SENDING, S.CANCELLED})


@dataclass(frozen=True, slots=True)
class IssueLine:
    """An issue as one line of a list, without what is in it."""

    id: int
    newsletter_id: int
    number: int
    title: str
    subject: str
    state: IssueState
    is_paused: bool
    month: str
    version: int
    # How many articles it shows.
    articles: int
    send_at: datetime | None
    letter_id: int | None
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Opening:
    """What a new issue begins with."""

    title: str
    subject: str
    preheader: str = ""
    # The month it covers as "2020-01", empty for a one-off.
    month: str = ""
    slot_key: str | None = None
    send_at: datetime | None = None


def load(tx: Transaction, issue_id: int) -> Issue:
    """Give an issue with everything in it.

    Raises:
        IssueNotFound: there is none of this id.

    """
    row = tx.execute(select(issue).where(issue.c.id == issue_id)).one_or_none()
    if row is None:
        raise IssueNotFound(issue_id)
    return _issue(row, contents.sections_of(tx, issue_id))


def version_of(tx: Transaction, issue_id: int) -> int:
    """Give the version that an issue is at.

    Raises:
        IssueNotFound: there is none of this id.

    """
    found = tx.execute(select(issue.c.version).where(issue.c.id == issue_id)).scalar_one_or_none()
    if found is None:
        raise IssueNotFound(issue_id)
    return int(found)


def newsletter_of(tx: Transaction, issue_id: int) -> int:
    """Give the newsletter of an issue, by its id.

    Raises:
        IssueNotFound: there is none of this id.

    """
    found = tx.execute(select(issue.c.newsletter_id).where(issue.c.id == issue_id)).scalar_one_or_none()
    if found is None:
        raise IssueNotFound(issue_id)
    return int(found)


def issues_of(tx: Transaction, newsletter_id: int | None, limit: int = 50) -> tuple[IssueLine, ...]:
    """List the issues of one newsletter, or of all (None), the newest first."""
    return _lines(tx, issue.c.newsletter_id == newsletter_id if newsletter_id is not None else None, limit)


def issues_in(tx: Transaction, states: frozenset[IssueState], limit: int = 50) -> tuple[IssueLine, ...]:
    """List the issues that stand in one of *states*, the newest first."""
    return _lines(tx, issue.c.state.in_(states), limit)


def page_of(
    tx: Transaction, newsletter_id: int, state: IssueState | None, before: int | None, limit: int
) -> tuple[IssueLine, ...]:
    """List *limit* issues of one newsletter, the highest number first and below *before*; with a *state* only those in it."""
    wanted = [issue.c.newsletter_id == newsletter_id]
    if state is not None:
        wanted.append(issue.c.state == state)
    if before is not None:
        wanted.append(issue.c.number < before)
    found = _listed().where(*wanted).order_by(issue.c.number.desc()).limit(limit)
    return tuple(_line(row) for row in tx.execute(found))


def counts_of(tx: Transaction, newsletter_id: int) -> Mapping[IssueState, int]:
    """Count the issues of one newsletter by their states; states without any are not there."""
    query = select(issue.c.state, func.count().label("issues")).where(issue.c.newsletter_id == newsletter_id)
    return {IssueState(row.state): row.issues for row in tx.execute(query.group_by(issue.c.state))}


def waiting(tx: Transaction, newsletter_id: int) -> tuple[IssueLine, ...]:
    """List the issues of one newsletter that have not gone out and may be edited, the newest first."""
    return _lines(tx, and_(issue.c.newsletter_id == newsletter_id, issue.c.state.in_(EDITABLE)), limit=None)


def issue_of_slot(tx: Transaction, newsletter_id: int, slot_key: str) -> int | None:
    """Give the id of the issue that was drafted for a slot, None when there is none yet."""
    return tx.execute(
        select(issue.c.id).where(issue.c.newsletter_id == newsletter_id, issue.c.slot_key == slot_key),
    ).scalar_one_or_none()


def open_issue(tx: Transaction, newsletter_id: int, opening: Opening, now: datetime) -> int:
    """Begin an issue with the newsletter's next number; gives its id. The caller holds the turn."""
    number = select(func.coalesce(func.max(issue.c.number), 0) + 1).where(issue.c.newsletter_id == newsletter_id)
    made: int = tx.execute(
        insert(issue)
        .values(
            newsletter_id=newsletter_id,
            number=number.scalar_subquery(),
            title=opening.title,
            subject=opening.subject,
            preheader=opening.preheader,
            state=S.DRAFT,
            is_paused=False,
            month=opening.month,
            slot_key=opening.slot_key,
            version=1,
            send_at=opening.send_at,
            created_at=now,
            updated_at=now,
        )
        .returning(issue.c.id),
    ).scalar_one()
    versions.begin(tx, made, 1, now, "drafted")
    tidings.note(tx, tidings.Kind.DRAFTED, load(tx, made), now)
    return made


def begin_edit(
    tx: Transaction, issue_id: int, now: datetime, expected_version: int | None, *, deed: str = versions.UNTOLD
) -> Issue:
    """Void the approval, lead the issue back to the draft, begin its next version, and give it for editing.

    Comes before the edit itself: what the issue was is written down here, and on PostgreSQL the row stays locked, so two
    editors save one after the other. *deed* says what is done; without it that is found out by comparing.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it is being sent, was sent or cancelled.
        Outdated: it is not at `expected_version` any more.

    """
    is_ours = issue.c.version == expected_version if expected_version is not None else issue.c.version > 0
    touched = tx.execute(
        update(issue)
        .where(issue.c.id == issue_id, issue.c.state.in_(EDITABLE), is_ours)
        .values(
            state=case((issue.c.state.in_(UNDER_WAY), S.DRAFT.value), else_=issue.c.state),
            letter_id=None,
            version=issue.c.version + 1,
            updated_at=now,
        ),
    )
    known = load(tx, issue_id)
    if touched.rowcount:
        versions.turn(tx, known, now, deed)
        return known
    if known.state not in EDITABLE:
        raise WrongState(issue_id, "edited", known.state.words)
    raise Outdated(issue_id, known.version, expected_version or 0, _done_since(tx, known, expected_version or 0))


def hold(tx: Transaction, issue_id: int) -> None:
    """Let nobody else change an issue until the transaction ends."""
    tx.execute(select(issue.c.id).where(issue.c.id == issue_id).with_for_update())


def require_version(tx: Transaction, issue_id: int, expected_version: int) -> None:
    """Hold an issue until the transaction ends, for an edit in several steps.

    Raises:
        IssueNotFound: there is none of this id.
        Outdated: it is not at `expected_version` any more.

    """
    hold(tx, issue_id)
    version = version_of(tx, issue_id)
    if version != expected_version:
        raise Outdated(issue_id, version, expected_version, _done_since(tx, load(tx, issue_id), expected_version))


def save_head(tx: Transaction, issue_id: int, *, title: str, subject: str, preheader: str) -> None:
    """Write what stands above the sections."""
    tx.execute(update(issue).where(issue.c.id == issue_id).values(title=title, subject=subject, preheader=preheader))


def set_send_at(tx: Transaction, issue_id: int, at: datetime | None) -> None:
    """Write when an issue is to be sent; None takes its time away."""
    tx.execute(update(issue).where(issue.c.id == issue_id).values(send_at=at))


def set_state(tx: Transaction, known: Issue, wanted: IssueState, now: datetime) -> Issue:
    """Lead an issue to *wanted* with everything that follows from it; gives it as it is now.

    Back in the draft it has no approved letter; held, it has no time; beyond its slot (sending, cancelled) the slot is
    done and nothing waits for a person any more.

    Raises:
        WrongState: no step leads there, or somebody else was faster.

    """
    require_step(known.id, known.state, wanted)
    changed = replace(
        known,
        state=wanted,
        updated_at=now,
        letter_id=None if wanted is S.DRAFT else known.letter_id,
        send_at=None if wanted is S.HELD else known.send_at,
        # When it was first; whoever is written to later does not make an old issue a new one.
        sent_at=known.sent_at or now if wanted is S.SENT else known.sent_at,
        is_paused=known.is_paused and wanted is not S.SENT and wanted is not S.CANCELLED,
    )
    _step(tx, known, changed)
    if wanted in _BEYOND_ITS_SLOT:
        close_slot(tx, known.id, "its issue was cancelled" if wanted is S.CANCELLED else "")
        alerts.settle_issue(tx, known.id, now)
    return changed


def send_again(tx: Transaction, known: Issue, now: datetime) -> Issue:
    """Lead an issue whose mailing is over back to sending, because somebody is still to get it; gives it as it is now.

    Raises:
        WrongState: it is not over, or somebody else was faster.

    """
    if known.state not in ENDED:
        raise WrongState(known.id, say("mailed again"), known.state.words)
    changed = replace(known, state=S.SENDING, is_paused=False, updated_at=now)
    _step(tx, known, changed)
    return changed


def approve_as(tx: Transaction, known: Issue, letter_id: int, now: datetime) -> Issue:
    """Lead an issue in review to approved: with the frozen letter the approval is for, and the rules of its segments as now.

    Raises:
        WrongState: no step leads there, or it was edited meanwhile.

    """
    require_step(known.id, known.state, S.APPROVED)
    approved = replace(known, state=S.APPROVED, letter_id=letter_id, updated_at=now)
    _step(tx, known, approved)
    selection.pin(tx, known.id)
    tidings.note(tx, tidings.Kind.APPROVED, approved, now)
    return approved


def set_paused(tx: Transaction, issue_id: int, now: datetime, *, is_paused: bool) -> None:
    """Write whether the mailing of an issue rests; saying it twice is not an error.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it is not being sent.

    """
    result = tx.execute(
        update(issue).where(issue.c.id == issue_id, issue.c.state == S.SENDING).values(is_paused=is_paused, updated_at=now),
    )
    if result.rowcount == 0:
        raise WrongState(issue_id, "paused" if is_paused else "resumed", load(tx, issue_id).state.words)


def close_slot(tx: Transaction, issue_id: int, note: str) -> None:
    """Say that the slot of an issue, if it has one, needs nobody any more."""
    tx.execute(
        update(slot)
        .where(slot.c.issue_id == issue_id, slot.c.state.in_([SlotState.DRAFTED, SlotState.HELD, SlotState.MISSED]))
        .values(state=SlotState.DONE, note=note),
    )


def _step(tx: Transaction, before: Issue, after: Issue) -> None:
    """Write *after* over *before*, unless somebody else has changed the row since it was read."""
    result = tx.execute(
        update(issue)
        .where(issue.c.id == before.id, issue.c.state == before.state, issue.c.version == before.version)
        .values(
            state=after.state,
            is_paused=after.is_paused,
            letter_id=after.letter_id,
            send_at=after.send_at,
            sent_at=after.sent_at,
            updated_at=after.updated_at,
        ),
    )
    if result.rowcount == 0:
        raise WrongState(before.id, after.state.done, load(tx, before.id).state.words)


def _done_since(tx: Transaction, known: Issue, version: int) -> list[str]:
    """Say who did what to an issue after a version, the earliest first."""
    done = [one for one in versions.versions_of(tx, known) if one.label.version > version and not one.label.side]
    return [f"{one.written_by or 'somebody'}: {one.deed or 'saved'}" for one in reversed(done)]


def _lines(tx: Transaction, condition: ColumnElement[bool] | None, limit: int | None) -> tuple[IssueLine, ...]:
    query = _listed().order_by(issue.c.created_at.desc(), issue.c.id.desc()).limit(limit)
    if condition is not None:
        query = query.where(condition)
    return tuple(_line(row) for row in tx.execute(query))


def _listed() -> Select[Any]:
    is_shown = (article.c.issue_id == issue.c.id, article.c.is_dropped == 0)
    shown = select(func.count()).where(*is_shown).correlate(issue).scalar_subquery()
    return select(issue, shown.label("articles"))


def _line(row: Row[Any]) -> IssueLine:
    return IssueLine(
        id=row.id,
        newsletter_id=row.newsletter_id,
        number=row.number,
        title=row.title,
        subject=row.subject,
        state=IssueState(row.state),
        is_paused=row.is_paused,
        month=row.month,
        version=row.version,
        articles=row.articles,
        send_at=row.send_at,
        letter_id=row.letter_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
        sent_at=row.sent_at,
    )


def _issue(row: Row[Any], sections: tuple[Section, ...]) -> Issue:
    return Issue(
        id=row.id,
        newsletter_id=row.newsletter_id,
        number=row.number,
        title=row.title,
        subject=row.subject,
        preheader=row.preheader,
        state=IssueState(row.state),
        is_paused=row.is_paused,
        month=row.month,
        slot_key=row.slot_key,
        version=row.version,
        send_at=row.send_at,
        letter_id=row.letter_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
        sent_at=row.sent_at,
        sections=sections,
    )
