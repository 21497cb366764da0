"""Clicks of people: a yes to being counted by name and its no, and what is written down of many clicks at once."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from newsletter.mail import clickbook
from newsletter.mail.clickbook import Followed, LinkDay, Often
from newsletter.mail.clicking import Click
from subscribers import clickconsent
from subscribers.consent import Evidence
from subscribers.tokens import Keyring
from subscribers.transaction import Transaction


def allow(tx: Transaction, keyring: Keyring, subscription_id: int, now: datetime, evidence: Evidence) -> bool:
    """Let it be kept from now on which links of a list's letters somebody follows; False: it was so, or they are not on it."""
    return clickconsent.allow(tx, keyring, subscription_id, now, evidence)


def refuse(tx: Transaction, keyring: Keyring, subscription_id: int, now: datetime, evidence: Evidence) -> bool:
    """Keep it no longer, forget what was kept, and mail their name behind no link any more. False: it was not kept."""
    refused = clickconsent.refuse(tx, keyring, subscription_id, now, evidence)
    clickbook.forget(tx, subscription_id)
    clickbook.name_no_more(tx, subscription_id)
    return refused


def leave(tx: Transaction, subscription_ids: Collection[int]) -> None:
    """Forget what was kept of people whom a file takes off a list."""
    if subscription_ids:
        clickbook.forget_all(tx, subscription_ids)


def keep(tx: Transaction, clicks: Sequence[Click], are_machines: Sequence[bool]) -> None:
    """Write down clicks: a number for each link and day, and who it was for those alone who allow it at this moment.

    Of newsletters that do not count at this moment nothing is written, whatever their letters were approved with.
    """
    # People before links, as everybody who writes about people does.
    allowing = clickconsent.hold_allowing(tx, {one.subscription_id for one in clicks if one.subscription_id is not None})
    counted = clickbook.hold_counted(tx, {one.link_id for one in clicks})
    counts: Counter[LinkDay] = Counter()
    named: dict[Followed, Often] = {}
    for one, is_machine in zip(clicks, are_machines, strict=True):
        if one.link_id not in counted:
            continue
        counts[LinkDay(one.link_id, one.at.astimezone(UTC).date().isoformat(), is_machine)] += 1
        # What a scanner follows is nobody's doing.
        if is_machine or one.subscription_id is None or one.subscription_id not in allowing:
            continue
        who = Followed(one.subscription_id, one.link_id)
        before = named.get(who, Often(one.at, 0))
        named[who] = Often(min(before.first_at, one.at), before.clicks + 1)
    clickbook.add_named(tx, named)
    clickbook.add(tx, counts)
