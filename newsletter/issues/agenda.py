"""What happens when the time of a slot or of an issue comes: drafted, sent, held or missed; nothing silently."""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from newsletter.errors import BadValue, WrongState
from newsletter.feeds.model import Post
from newsletter.issues import alerts, calendar, newsletters, store
from newsletter.issues.draft import draft_month, missed_key, pool
from newsletter.issues.model import Issue, IssueState, Month, Newsletter
from newsletter.issues.schedule import Due, Slot, SlotState, WhenEmpty, start_of
from subscribers.sentence import say
from subscribers.transaction import Transaction

_IN_COPY = say("the original may have sent it")


class Step(StrEnum):
    """What is to be done with an issue whose time has come."""

    SEND = "send"
    HOLD = "hold"
    MISS = "miss"


def draft_claimed(tx: Transaction, claimed: Slot, token: str, now: datetime) -> Issue | None:
    """Do what a claimed slot asks for, after the feeds were gathered; gives its issue if it has one now.

    A month with too few posts is skipped or held, as the schedule says, once nothing can be added to it any more; before
    that the slot is given back and tried again. A worker that lost its lease changes nothing.
    """
    if not calendar.renew_claim(tx, claimed, token, now):
        return None
    newsletter = newsletters.by_id(tx, claimed.newsletter_id)
    if has_enough(tx, claimed):
        return _drafted(tx, newsletter, claimed, token, now)
    found = _found(tx, newsletter, claimed)
    if not _is_over(newsletter, claimed, now):
        calendar.release_draft(tx, claimed, token, now, say("%(found)s yet", found=found))
        return None
    if claimed.when_empty is WhenEmpty.SKIP:
        calendar.finish_draft(tx, claimed, token, SlotState.SKIPPED, None, found)
        return None
    return _held_empty(tx, newsletter, claimed, token, now, found)


def has_enough(tx: Transaction, claimed: Slot) -> bool:
    """Whether a slot has its issue already, or there are as many posts for it as its schedule wants."""
    if store.issue_of_slot(tx, claimed.newsletter_id, claimed.slot_key) is not None:
        return True
    newsletter = newsletters.by_id(tx, claimed.newsletter_id)
    return len(_posts(tx, newsletter, claimed)) >= claimed.practice.least


def decide(due: Due, *, is_approved: bool, now: datetime) -> Step:
    """Decide what becomes of an issue whose time has come."""
    if not is_approved:
        return Step.HOLD
    # What was promised for Monday morning is not sent on Wednesday without asking.
    return Step.MISS if due.is_late(now) else Step.SEND


def hold(tx: Transaction, due: Due, now: datetime) -> Issue:
    """Hold an issue that nobody had approved when its time came, and tell a person.

    It is not sent until an editor takes it up, has it approved, and sends it or gives it a new time.
    """
    known = store.load(tx, due.issue_id)
    if known.state is IssueState.APPROVED:
        # Its approval does not hold, so it is a draft.
        known = store.set_state(tx, known, IssueState.DRAFT, now)
    held = store.set_state(tx, known, IssueState.HELD, now)
    calendar.settle(tx, due, SlotState.HELD, say("not approved in time"))
    newsletter = newsletters.by_id(tx, due.newsletter_id)
    text = say(
        "%(called)s was not approved when its time came, %(moment)s. It was not sent and is held. Approve it, then send "
        "it or give it a new time.",
        called=_called(newsletter, known),
        moment=_moment(due.send_at, newsletter.zone),
    )
    alerts.raise_alert(tx, held_key(known.id), text, now, newsletter_id=newsletter.id, issue_id=known.id)
    return held


def miss(tx: Transaction, due: Due, now: datetime) -> Issue:
    """Leave an approved issue unsent whose time passed too long ago, and tell a person; its approval stands."""
    newsletter = newsletters.by_id(tx, due.newsletter_id)
    known = _left_unsent(tx, due, say("nobody was there when its time came"), now)
    text = say(
        "%(called)s was due %(moment)s, when no worker was running. That is too long ago to send it without asking. It "
        "is approved: send it, or give it a new time.",
        called=_called(newsletter, known),
        moment=_moment(due.send_at, newsletter.zone),
    )
    alerts.raise_alert(tx, _missed_issue_key(known.id), text, now, newsletter_id=newsletter.id, issue_id=known.id)
    return known


def miss_overdue(tx: Transaction, now: datetime) -> tuple[Slot, ...]:
    """Call the slots missed that nobody drafted in time, and tell a person of each; gives them."""
    missed = calendar.overdue(tx, now)
    for slot in missed:
        calendar.settle(tx, slot, SlotState.MISSED, say("nobody was there to draft it"))
        newsletter = newsletters.by_id(tx, slot.newsletter_id)
        command = f"newsletter issues draft {newsletter.slug} --month {slot.month}"
        text = say(
            "%(name)s has no issue for %(words)s: it was due %(moment)s and could not be drafted in time. Draft it by "
            "hand if it is still wanted: %(command)s",
            name=newsletter.name,
            words=slot.month.words,
            moment=_moment(slot.send_at, newsletter.zone),
            command=command,
        )
        alerts.raise_alert(tx, missed_key(newsletter.id, slot.month), text, now, newsletter_id=newsletter.id)
    return missed


def miss_in_copy(tx: Transaction, now: datetime) -> int:
    """Call everything missed whose time passed while nobody mailed from here, because the original may have sent it.

    An issue is left unsent whether it is approved or not; gives how many issues and slots that are.
    """
    calendar.record_slots(tx, now)
    issues = calendar.due(tx, now)
    for due in issues:
        _miss_issue_in_copy(tx, due, now)
    slots = calendar.undrafted(tx, now)
    for slot in slots:
        calendar.settle(tx, slot, SlotState.MISSED, _IN_COPY)
        newsletter = newsletters.by_id(tx, slot.newsletter_id)
        text = say(
            "%(name)s has no issue for %(words)s here: its time was %(moment)s, and the instance this one is a copy of may "
            "have sent it. Draft it by hand if it did not.",
            name=newsletter.name,
            words=slot.month.words,
            moment=_moment(slot.send_at, newsletter.zone),
        )
        alerts.raise_alert(tx, missed_key(newsletter.id, slot.month), text, now, newsletter_id=newsletter.id)
    return len(issues) + len(slots)


def _miss_issue_in_copy(tx: Transaction, due: Due, now: datetime) -> None:
    newsletter = newsletters.by_id(tx, due.newsletter_id)
    known = _left_unsent(tx, due, _IN_COPY, now)
    text = say(
        "%(called)s was due %(moment)s, and the instance this one is a copy of may have sent it. It was not sent from here: "
        "cancel it if it went out, else send it or give it a new time.",
        called=_called(newsletter, known),
        moment=_moment(due.send_at, newsletter.zone),
    )
    alerts.raise_alert(tx, _missed_issue_key(known.id), text, now, newsletter_id=newsletter.id, issue_id=known.id)


def _left_unsent(tx: Transaction, due: Due, why: str, now: datetime) -> Issue:
    known = store.load(tx, due.issue_id)
    if known.state is IssueState.SCHEDULED:
        known = store.set_state(tx, known, IssueState.APPROVED, now)
    store.set_send_at(tx, known.id, None)
    # It does not go out by itself any more.
    alerts.settle_alert(tx, refused_key(known.id), now)
    calendar.settle(tx, due, SlotState.MISSED, why)
    return store.load(tx, known.id)


def _missed_issue_key(issue_id: int) -> str:
    return f"issue-missed:{issue_id}"


def refused_key(issue_id: int) -> str:
    """Give the key of the alert that an issue is due and cannot be sent."""
    return f"issue-refused:{issue_id}"


def held_key(issue_id: int) -> str:
    """Give the key of the alert that an issue is held."""
    return f"issue-held:{issue_id}"


def schedule_issue(tx: Transaction, issue_id: int, at: datetime, now: datetime) -> Issue:
    """Give an approved issue a time by hand, instead of its slot's or an earlier one.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it is not approved.
        BadValue: the time has passed.

    """
    if at <= now:
        raise BadValue(
            say("time"), at.isoformat(timespec="minutes"), say("has passed; choose a later one, or send the issue now")
        )
    known = store.load(tx, issue_id)
    if known.state not in {IssueState.APPROVED, IssueState.SCHEDULED}:
        raise WrongState(issue_id, IssueState.SCHEDULED.words, known.state.words)
    if known.state is IssueState.APPROVED:
        store.set_state(tx, known, IssueState.SCHEDULED, now)
    store.set_send_at(tx, issue_id, at)
    store.close_slot(tx, issue_id, say("given another time by hand"))
    alerts.settle_issue(tx, issue_id, now)
    return store.load(tx, issue_id)


def unschedule(tx: Transaction, issue_id: int, now: datetime) -> Issue:
    """Take the time of an approved issue away; it stays approved and goes out when somebody says so.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it is not approved.

    """
    known = store.load(tx, issue_id)
    if known.state is IssueState.SCHEDULED:
        known = store.set_state(tx, known, IssueState.APPROVED, now)
    if known.state is not IssueState.APPROVED:
        raise WrongState(issue_id, say("left without a time"), known.state.words)
    store.set_send_at(tx, issue_id, None)
    store.close_slot(tx, issue_id, say("its time was taken away by hand"))
    return store.load(tx, issue_id)


def _posts(tx: Transaction, newsletter: Newsletter, claimed: Slot) -> tuple[Post, ...]:
    return pool(tx, newsletter, claimed.month, since=calendar.skipped_before(tx, claimed))


def _found(tx: Transaction, newsletter: Newsletter, claimed: Slot) -> str:
    """Say how many posts there are where there are too few."""
    count = len(_posts(tx, newsletter, claimed))
    if count == 0:
        return say("no posts of %(words)s", words=claimed.month.words)
    posts = "1 post" if count == 1 else say("%(count)s posts", count=count)
    return say(
        "%(posts)s of %(words)s, and %(least)s are wanted", posts=posts, words=claimed.month.words, least=claimed.practice.least
    )


def _drafted(tx: Transaction, newsletter: Newsletter, claimed: Slot, token: str, now: datetime) -> Issue:
    made = _made(tx, newsletter, claimed, now, claimed.send_at)
    calendar.finish_draft(tx, claimed, token, SlotState.DRAFTED, made.id)
    return made


def _held_empty(tx: Transaction, newsletter: Newsletter, claimed: Slot, token: str, now: datetime, found: str) -> Issue:
    made = _made(tx, newsletter, claimed, now, None)
    held = store.set_state(tx, made, IssueState.HELD, now)
    calendar.finish_draft(tx, claimed, token, SlotState.HELD, held.id, found)
    text = say(
        "%(called)s has %(found)s, so it is held. Write what it should carry, or cancel it.",
        called=_called(newsletter, held),
        found=found,
    )
    alerts.raise_alert(tx, held_key(held.id), text, now, newsletter_id=newsletter.id, issue_id=held.id)
    return held


def _made(tx: Transaction, newsletter: Newsletter, claimed: Slot, now: datetime, send_at: datetime | None) -> Issue:
    """Draft the issue of a slot, with the posts of the months just before it that were skipped."""
    since = calendar.skipped_before(tx, claimed)
    return draft_month(tx, newsletter, claimed.month, now, slot_key=claimed.slot_key, send_at=send_at, since=since)


def _is_over(newsletter: Newsletter, claimed: Slot, now: datetime) -> bool:
    """Whether nothing more can come into the month of a slot that its issue could still carry."""
    return now >= min(claimed.send_at, start_of(claimed.month.following, newsletter.zone))


def _called(newsletter: Newsletter, known: Issue) -> str:
    return f"{newsletter.name}, {known.title},"


def _moment(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {Month.of(local).words}, {local:%H:%M} ({zone})"
