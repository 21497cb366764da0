"""The verbs of giving sections to people: who may be given one, what is said of each, and how an editor says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsletter.errors import BadValue, WrongState
from newsletter.issues import calendar, reminders, store
from newsletter.issues.duties import OF_OWNERS
from newsletter.issues.model import IN_THE_MAKING, Issue, Section
from newsletter.review import charges, contributions, guests
from newsletter.review.charge import Charge, Known, Owner, Progress, asked_of, progress
from newsletter.review.contribution import OWED, Contribution, ContributionState
from newsletter.review.guests import GuestPurpose
from newsletter.staff import accounts
from newsletter.staff.permissions import Permission, allowed
from subscribers.sentence import say
from subscribers.transaction import Transaction

# What is due later is meant for another issue, or a slip of the year.
LONGEST_AHEAD = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Wish:
    """What an editor wants to say of a section, and what was said of it when they looked."""

    wanted: Charge
    seen: Charge


@dataclass(frozen=True, slots=True)
class Contest:
    """A section that somebody else gave to somebody meanwhile; nothing was kept."""

    section: Section
    theirs: Charge


@dataclass(frozen=True, slots=True)
class Assigned:
    """What was changed; nothing, where something is contested."""

    changed: tuple[Section, ...] = ()
    contested: tuple[Contest, ...] = ()


def known_of(tx: Transaction, issue: Issue) -> Known:
    """Read what is known of the sections of an issue beside what stands in it."""
    links = {one.id: one for one in guests.links_of(tx, issue.id, GuestPurpose.CONTRIBUTION) if one.revoked_at is None}
    asked = [
        one
        for one in contributions.contributions_of(tx, issue.id)
        if one.state is not ContributionState.WITHDRAWN and one.link_id in links
    ]
    staff = [one for one in accounts.all_accounts(tx) if allowed(one.actor, Permission.EDIT, issue.newsletter_id)]
    return Known(
        charges=charges.charges_of(tx, issue.id),
        asked=asked,
        guests={number: Owner(one.name or one.address, link_id=number) for number, one in links.items()},
        addresses={number: one.address for number, one in links.items()},
        staff={one.id: Owner(one.name, account_id=one.id) for one in staff},
        dates=calendar.dates_of_issue(tx, issue),
    )


def progress_of(tx: Transaction, issue: Issue) -> tuple[Progress, ...]:
    """Tell of each section of an issue who sees to it, by when, and how far it is."""
    return progress(issue, known_of(tx, issue))


def named(said: Charge, known: Known) -> Owner | None:
    """Give whom somebody named, while they can be; None: nobody, or somebody who is gone."""
    if said.account_id is not None:
        return known.staff.get(said.account_id)
    return known.guests.get(said.link_id) if said.link_id is not None else None


def told(one: Progress) -> Mapping[str, object]:
    """Give what the audit keeps of what was said of a section; of a guest, no address."""
    said = one.charge
    owner = one.owner.name if one.owner is not None and said.account_id is not None else ""
    return {
        "section": one.section.title,
        "owner": owner or (say("a guest") if said.link_id is not None else say("as usual")),
        "due_at": said.due_at.isoformat() if said.due_at is not None else say("as usual"),
    }


def assign(tx: Transaction, issue_id: int, wishes: Mapping[int, Wish], by: str, now: datetime) -> Assigned:
    """Give sections of an issue, by their ids, to people and days; all of them, or none where one is contested.

    It is no edit: the issue stays at its version. A guest who owes the text sees the new day on their page and is reminded
    by it.

    Raises:
        IssueNotFound: there is none of this id.
        WrongState: it is approved, being sent, or was.
        BadValue: somebody may not see to it, or the deadline cannot be.

    """
    charges.hold(tx, issue_id)
    issue = store.load(tx, issue_id)
    if issue.state not in IN_THE_MAKING:
        raise WrongState(issue_id, say("given to people"), issue.state.words)
    known = known_of(tx, issue)
    changes = [(one, wishes[one.id]) for one in issue.sections if one.id in wishes and _is_new(one, wishes[one.id], known)]
    contested = tuple(Contest(one, _now(one, known)) for one, wish in changes if not _now(one, known).says_as(wish.seen))
    if contested:
        return Assigned(contested=contested)
    for section, wish in changes:
        _require_owner(section, wish, known)
        _require_day(issue, section, wish, now)
        _keep(tx, issue, section, wish.wanted, by, now)
    return Assigned(tuple(section for section, _ in changes))


def _now(section: Section, known: Known) -> Charge:
    return known.charges.get(section.id, Charge())


def _is_new(section: Section, wish: Wish, known: Known) -> bool:
    return not wish.wanted.says_as(wish.seen) and not wish.wanted.says_as(_now(section, known))


def _require_owner(section: Section, wish: Wish, known: Known) -> None:
    wanted = wish.wanted
    # Whoever was named stays named, also when they may not any more: that is said beside it, and ends nothing.
    if (wanted.account_id, wanted.link_id) == (wish.seen.account_id, wish.seen.link_id):
        return
    if wanted.account_id is not None and wanted.account_id not in known.staff:
        raise BadValue(say("owner"), section.title, say("goes to somebody who may edit this newsletter"))
    if wanted.link_id is not None and all(one.link_id != wanted.link_id for one in asked_of(section, known.asked)):
        raise BadValue(say("owner"), section.title, say("goes to a guest who was asked for its text, and to no other"))


def _require_day(issue: Issue, section: Section, wish: Wish, now: datetime) -> None:
    due_at = wish.wanted.due_at
    if due_at is None or due_at == wish.seen.due_at:
        return
    if due_at <= now:
        raise BadValue(say("deadline"), section.title, say("has passed already; choose a later one"))
    if issue.send_at is not None and due_at > issue.send_at:
        raise BadValue(say("deadline"), section.title, say("comes after the issue goes out; choose an earlier one"))
    if due_at > now + LONGEST_AHEAD:
        raise BadValue(say("deadline"), section.title, say("is more than a year away; choose an earlier one"))


def _keep(tx: Transaction, issue: Issue, section: Section, wanted: Charge, by: str, now: datetime) -> None:
    charges.keep(tx, issue.id, section.id, wanted, by, now)
    line = next(one for one in progress_of(tx, issue) if one.section.id == section.id)
    if wanted.due_at is not None:
        for one in _owing_guests(line, contributions.contributions_of(tx, issue.id)):
            _postpone(tx, one, wanted.due_at)
    if line.owner is not None and line.owner.account_id is not None:
        # Of a new day, or a section that is theirs from now on, they have not been told.
        reminders.forget(tx, issue.id, OF_OWNERS, line.owner.account_id)


def _owing_guests(line: Progress, asked: Sequence[Contribution]) -> Sequence[Contribution]:
    its = [one for one in asked_of(line.section, asked) if one.state in OWED]
    if line.charge.account_id is not None:
        # The editor's own day; the guest keeps theirs.
        return ()
    return [one for one in its if line.charge.link_id in {None, one.link_id}]


def _postpone(tx: Transaction, one: Contribution, due_at: datetime) -> None:
    link = guests.find(tx, one.link_id, GuestPurpose.CONTRIBUTION)
    if due_at > link.ends_at:
        raise BadValue(
            say("deadline"),
            one.section,
            say("comes after the guest's link ends, %(ends_at)s; ask them anew", ends_at=f"{link.ends_at:%Y-%m-%d}"),
        )
    contributions.postpone(tx, one, due_at)
