"""Messages that came back: recorded once, attributed, acted on."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, update

from newsletter.database import Database
from newsletter.mail.delivery import DeliveryState
from newsletter.people import mailto
from newsletter.returns import apply, returnbook
from newsletter.returns.apply import Event
from newsletter.returns.fate import Fate, Followed
from newsletter.returns.model import CameBy, Kind, Reading
from newsletter.tables.mail import delivery
from newsletter.tables.returns import return_message
from subscribers import register, suppression
from subscribers.address import parse
from subscribers.model import EVERY_LIST, Reason, SubscriptionState
from subscribers.tokens import Keyring
from tests.harness import mailroom, people, returned
from tests.harness.mailroom import Mailroom
from tests.harness.returned import COMPLAINT, DEAD, FULL

NOBODY = "b-" + "a" * 26 + "@returns.example.org"


def test_a_dead_address_is_kept_out_at_once(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """On every list, and what is on its way to it is kept back; nobody else is touched."""
    with database.write() as tx:
        ann = returned.delivery_of(tx, "ann", room.letter_id)
        again = mailroom.plan(tx, room.newsletter_id, room.list_id, now, mailroom.a_draft(subject="February"))
        taken = returned.take(tx, keyring, returned.bounce(returned.address(keyring, ann).upper()), DEAD, now)

        assert (Fate.APPLIED, Followed.SUPPRESSED) == (taken.fate, taken.followed)
        assert Reason.BOUNCED is suppression.reason_of(tx, keyring.hash_address("ann@example.net"), EVERY_LIST)
        assert suppression.reason_of(tx, keyring.hash_address("bob@example.net"), EVERY_LIST) is None
        states = mailroom.states(tx, again)
        assert (DeliveryState.SKIPPED, DeliveryState.PENDING) == (states["ann"], states["bob"])


def test_the_same_bytes_change_nothing_and_other_bytes_of_the_same_nothing_more(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """Mail servers deliver twice, and a lifted suppression stays lifted."""
    with database.write() as tx:
        ann = returned.delivery_of(tx, "ann", room.letter_id)
        raw = returned.bounce(returned.address(keyring, ann))
        fates = [returned.take(tx, keyring, raw, DEAD, now).fate]
        suppression.lift(tx, keyring.hash_address("ann@example.net"), now, list_id=EVERY_LIST)
        fates += [returned.take(tx, keyring, one, DEAD, now).fate for one in (raw, raw + b"Seen: twice\r\n")]

        assert [Fate.APPLIED, Fate.REPEATED, Fate.AGAIN] == fates
        assert [("bounce", "suppressed")] == returned.facts(tx)
        assert suppression.reason_of(tx, keyring.hash_address("ann@example.net"), EVERY_LIST) is None


def test_what_carries_no_token_of_ours_counts_for_nothing(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """Whatever address it names; it is kept, to be looked at."""
    with database.write() as tx:
        returned.delivery_of(tx, "ann", room.letter_id)
        cases = [("ann@example.net", DEAD), (NOBODY, COMPLAINT), (NOBODY + ".", Reading(Kind.UNREADABLE))]
        fates = [returned.take(tx, keyring, returned.bounce(to), reading, now).fate for to, reading in cases]
        kept = tx.execute(select(func.count()).select_from(return_message)).scalar_one()

        assert [Fate.UNATTRIBUTED, Fate.UNATTRIBUTED, Fate.UNREADABLE] == fates
        assert ([], 3) == (returned.facts(tx), kept)


def test_of_what_is_nobodys_the_beginning_is_kept(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """As much as is ever looked at: a stranger's mail to twenty addresses takes no room for twenty. Ours stays whole."""
    with database.write() as tx:
        ann = returned.address(keyring, returned.delivery_of(tx, "ann", room.letter_id))
        for to in (NOBODY, ann):
            returned.take(tx, keyring, returned.bounce(to) + b"x" * 2_000_000, DEAD, now)
        rows = tx.execute(select(return_message.c.size, return_message.c.raw).order_by(return_message.c.id)).all()
        kept = [len(returnbook.unpacked(row.raw)) for row in rows]

        assert (1_000_000, rows[1].size) == (kept[0], kept[1])
        assert all(row.size > 2_000_000 for row in rows)


def test_a_forged_bounce_counts_for_its_own_envelope_alone(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """Ann has her own token, and may have found Bob's."""
    with database.write() as tx:
        ann, bob = (returned.delivery_of(tx, name, room.letter_id) for name in ("ann", "bob"))
        raw = returned.bounce(returned.address(keyring, ann), message_id=f"<{returned.token(keyring, bob)}@example.org>")
        returned.take(tx, keyring, raw, DEAD, now)

        assert suppression.reason_of(tx, keyring.hash_address("bob@example.net"), EVERY_LIST) is None
        assert Reason.BOUNCED is suppression.reason_of(tx, keyring.hash_address("ann@example.net"), EVERY_LIST)


def test_what_a_machine_or_a_person_quotes_is_no_bounce(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """A mail of ours that is quoted in an answer says nothing about it."""
    with database.write() as tx:
        ann = returned.delivery_of(tx, "ann", room.letter_id)
        raw = returned.bounce("returns@example.org", message_id=f"<{returned.token(keyring, ann)}@example.org>")

        assert Fate.UNATTRIBUTED is returned.take(tx, keyring, raw, Reading(Kind.AUTO_REPLY), now).fate
        assert Fate.APPLIED is returned.take(tx, keyring, raw + b"\r\n", DEAD, now).fate


def test_a_complaint_holds_for_all_lists_and_for_a_new_address(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """A bounce holds for the address it came back from alone."""
    with database.write() as tx:
        ids = {name: returned.delivery_of(tx, name, room.letter_id) for name in ("ann", "bob")}
        for name in ids:
            people.move(tx, keyring, register.find(tx, parse(f"{name}@example.net")), f"{name}@example.com", now)
        returned.take(tx, keyring, returned.bounce(returned.address(keyring, ids["ann"])), COMPLAINT, now)
        returned.take(tx, keyring, returned.bounce(returned.address(keyring, ids["bob"])), DEAD, now)
        reasons = {
            address: suppression.reason_of(tx, keyring.hash_address(address), EVERY_LIST)
            for address in ("ann@example.net", "ann@example.com", "bob@example.net", "bob@example.com")
        }

        assert [Reason.COMPLAINED, Reason.COMPLAINED, Reason.BOUNCED, None] == list(reasons.values())


def test_an_opt_out_is_their_no_to_the_list(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """And to no other."""
    with database.write() as tx:
        ann = returned.delivery_of(tx, "ann", room.letter_id)
        taken = returned.take(tx, keyring, returned.bounce(returned.address(keyring, ann)), Reading(Kind.OPT_OUT), now)

        assert Followed.LEFT is taken.followed
        assert SubscriptionState.WITHDRAWN is mailroom.subscription_of(tx, "ann").state


def test_a_mail_to_the_address_for_leaving_is_a_no(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """Apple Mail's says that it is an automatic answer; its subject is the evidence."""
    with database.write() as tx:
        to = mailto.address(keyring, mailroom.subscription_of(tx, "ann").id, returned.DOMAIN)
        returned.delivery_of(tx, "ann", room.letter_id)
        raw = returned.mail(to, subject="unsubscribe", more="Auto-Submitted: auto-replied\r\n")
        taken = returned.take(tx, keyring, raw, Reading(Kind.AUTO_REPLY), now)
        said = register.consent_of(tx, keyring.hash_address("ann@example.net"))

        assert (Fate.APPLIED, Followed.LEFT) == (taken.fate, taken.followed)
        assert ("withdrawn", "mail", "unsubscribe") == (said[-1].act, said[-1].evidence.door, said[-1].evidence.wording)
        assert [("unsubscribe", "left")] == returned.facts(tx)


def test_a_bounce_to_the_address_for_leaving_is_nothing(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """Nothing is mailed from it."""
    with database.write() as tx:
        to = mailto.address(keyring, mailroom.subscription_of(tx, "ann").id, returned.DOMAIN)
        taken = returned.take(tx, keyring, returned.bounce(to), DEAD, now)

        assert (Fate.APPLIED, Followed.NOTED) == (taken.fate, taken.followed)
        assert SubscriptionState.CONFIRMED is mailroom.subscription_of(tx, "ann").state


def test_three_full_mailboxes_owe_a_probe(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """A point an issue, on either database; nobody is kept out for it."""
    with database.write() as tx:
        followed = []
        for month in range(3):
            letter_id = mailroom.plan(tx, room.newsletter_id, room.list_id, now, mailroom.a_draft(subject=f"Month {month}"))
            one = returned.delivery_of(tx, "ann", letter_id)
            raw = returned.bounce(returned.address(keyring, one))
            followed.append(returned.take(tx, keyring, raw, FULL, now + timedelta(days=30 * month)).followed)

        assert [Followed.POINT, Followed.POINT, Followed.PROBE_OWED] == followed
        assert suppression.reason_of(tx, keyring.hash_address("ann@example.net"), EVERY_LIST) is None


def test_what_comes_back_settles_what_nobody_knew(database: Database, keyring: Keyring, now: datetime, room: Mailroom) -> None:
    """It had been accepted."""
    with database.write() as tx:
        ann = returned.delivery_of(tx, "ann", room.letter_id)
        tx.execute(update(delivery).where(delivery.c.id == ann).values(state="uncertain"))
        returned.take(tx, keyring, returned.bounce(returned.address(keyring, ann)), FULL, now)

        assert DeliveryState.ACCEPTED is mailroom.states(tx, room.letter_id)["ann"]


def event(keyring: Keyring, delivery_id: int, now: datetime, reading: Reading = DEAD) -> Event:
    """Give what a provider says of a delivery."""
    message_id = f"<{returned.token(keyring, delivery_id)}@example.org>"
    return Event(CameBy.POSTMARK, b"{}", "17", "", message_id, reading, now)


def test_an_event_before_its_delivery_is_settled_waits(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """And is applied later, once, however often it comes."""
    with database.write() as tx:
        ann = returned.delivery_of(tx, "ann", room.letter_id)
        tx.execute(update(delivery).where(delivery.c.id == ann).values(state="sending"))
        fates = [apply.take_event(tx, keyring, event(keyring, ann, now), now).fate for _ in range(3)]
        early = apply.replay_waiting(tx, keyring, now + apply.LOOK_AGAIN)
        tx.execute(update(delivery).where(delivery.c.id == ann).values(state="accepted"))
        late = [apply.replay_waiting(tx, keyring, now + timedelta(minutes=minutes)) for minutes in (5, 10)]

        assert [Fate.WAITING, Fate.REPEATED, Fate.REPEATED] == fates
        assert (0, [1, 0]) == (early, late)
        assert [("bounce", "suppressed")] == returned.facts(tx)


def test_an_event_whose_delivery_never_comes_is_given_up(
    database: Database, keyring: Keyring, now: datetime, room: Mailroom
) -> None:
    """As after a restored backup; it is listed with what is nobody's."""
    with database.write() as tx:
        fate = apply.take_event(tx, keyring, event(keyring, 10**6, now), now).fate
        done = [apply.replay_waiting(tx, keyring, now + timedelta(days=days)) for days in (1, 8, 9)]
        kept = tx.execute(select(return_message.c.fate)).scalar_one()

        assert (Fate.WAITING, [0, 1, 0], "unattributed") == (fate, done, kept)
