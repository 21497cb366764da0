from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from newsletter.database import Database
from subscribers import register, suppression
from subscribers.address import parse
from subscribers.consent import Act, Door, Evidence
from subscribers.errors import ListExists, ListNotFound, ListUnnamed, SubscriberNotFound
from subscribers.model import Reason, SubscriptionState
from subscribers.outcomes import (
    Added,
    AlreadyConfirmed,
    AlreadyThere,
    AlreadyWithdrawn,
    ConfirmationDue,
    Confirmed,
    Expired,
    Suppressed,
    TooSoon,
    Unknown,
    Withdrawn,
)
from subscribers.tokens import Keyring
from tests.harness.people import COMMAND, FORM, LINK, ONE_CLICK, a_list, ask, audience_of, join, later, take_in_file

ANN = "Ann@x.test"


def test_list_is_found_by_name_slug_and_id(database: Database, now: datetime) -> None:
    """The name counts more than the slug of another."""
    with database.write() as tx:
        friends = register.create_list(tx, " Friends &\nfamily ", now, description="Once a month", is_public=False)
        odd = register.create_list(tx, "friends-family", now)

        assert "Friends & family" == friends.name
        assert "friends-family" == friends.slug
        assert "friends-family-2" == odd.slug
        assert not friends.is_public
        assert friends == register.find_list(tx, "Friends & family")
        assert odd == register.find_list(tx, "friends-family")
        assert odd == register.list_by_id(tx, odd.id)
        assert (friends, odd) == register.all_lists(tx)


def test_list_of_a_taken_name_is_refused(database: Database, now: datetime) -> None:
    """And the transaction can go on."""
    with database.write() as tx:
        made = a_list(tx, now)
        with pytest.raises(ListExists, match="Friends"):
            a_list(tx, now)

        assert (made,) == register.all_lists(tx)


def test_unknown_list_is_told(database: Database) -> None:
    """By the name that was asked for."""
    with database.read() as tx:
        with pytest.raises(ListNotFound, match="nobody"):
            register.find_list(tx, "nobody")
        with pytest.raises(ListNotFound):
            register.find_list(tx, "\x00\ud800")
        with pytest.raises(ListNotFound, match="7"):
            register.list_by_id(tx, 7)


def test_asking_alone_puts_nobody_in_the_audience(database: Database, keyring: Keyring, now: datetime) -> None:
    """Whoever typed the address, it says nothing about its owner."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        due = ask(tx, keyring, friends, ANN, now)

        assert [] == audience_of(tx, friends)
        assert SubscriptionState.REQUESTED == register.subscriptions_of(tx, due.subscriber.id)[0].state


def test_confirming_is_the_yes(database: Database, keyring: Keyring, now: datetime) -> None:
    """With the evidence of both steps."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        due = ask(tx, keyring, friends, ANN, now)
        outcome = register.confirm(tx, keyring, due.confirmation_id, now + timedelta(hours=1), LINK)
        said = register.consent_of(tx, keyring.hash_address("ann@x.test"))

        assert isinstance(outcome, Confirmed)
        assert outcome.subscription.is_confirmed
        assert now + timedelta(hours=1) == outcome.subscription.confirmed_at
        assert [ANN] == audience_of(tx, friends)
        assert [(Act.REQUESTED, FORM), (Act.CONFIRMED, LINK)] == [(one.act, one.evidence) for one in said]


def test_pressing_twice_is_already(database: Database, keyring: Keyring, now: datetime) -> None:
    """As long as it is true."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        due = ask(tx, keyring, friends, ANN, now)
        first = register.confirm(tx, keyring, due.confirmation_id, now, LINK)
        second = register.confirm(tx, keyring, due.confirmation_id, now + timedelta(days=90), LINK)

        assert isinstance(first, Confirmed)
        assert AlreadyConfirmed(first.subscription, first.subscriber) == second
        assert 2 == len(register.consent_of(tx, keyring.hash_address("ann@x.test")))


def test_own_yes_of_whom_an_import_confirmed_is_written_down(database: Database, keyring: Keyring, now: datetime) -> None:
    """Once: it proves more than the basis of a file."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        due = ask(tx, keyring, friends, ANN, now)
    take_in_file(database.write, keyring, friends, [b"email\n", b"ann@x.test\n"], now)
    with database.write() as tx:
        pressed = [register.confirm(tx, keyring, due.confirmation_id, now, LINK) for _ in range(2)]
        said = register.consent_of(tx, keyring.hash_address("ann@x.test"))

        assert [AlreadyConfirmed] * 2 == [type(one) for one in pressed]
        assert [Act.REQUESTED, Act.IMPORTED, Act.CONFIRMED] == [one.act for one in said]
        assert LINK == said[-1].evidence


def test_confirmation_expires(database: Database, keyring: Keyring, now: datetime) -> None:
    """After seven days it opens nothing; before, it does."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        due = ask(tx, keyring, friends, ANN, now)

        assert Expired() == register.confirm(tx, keyring, due.confirmation_id, now + timedelta(days=7), LINK)
        assert [] == audience_of(tx, friends)
        in_time = now + timedelta(days=7, seconds=-1)
        assert isinstance(register.confirm(tx, keyring, due.confirmation_id, in_time, LINK), Confirmed)


def test_unknown_confirmation_opens_nothing(database: Database, keyring: Keyring, now: datetime) -> None:
    """The person may have been erased."""
    with database.write() as tx:
        assert Expired() == register.confirm(tx, keyring, 7, now, LINK)


def test_asking_again_too_soon_does_nothing(database: Database, keyring: Keyring, now: datetime) -> None:
    """On any list, in any spelling."""
    with database.write() as tx:
        friends, others = a_list(tx, now).id, a_list(tx, now, "Others").id
        ask(tx, keyring, friends, ANN, now)
        again = register.request(tx, keyring, others, parse("ANN@X.test"), "Bob", now + timedelta(minutes=14), FORM)

        assert TooSoon(now + timedelta(minutes=15)) == again
        assert 1 == len(register.consent_of(tx, keyring.hash_address("ann@x.test")))


def test_three_confirmations_a_day_are_enough(database: Database, keyring: Keyring, now: datetime) -> None:
    """The fourth waits until the first is a day old."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        for hours in (0, 1, 2):
            ask(tx, keyring, friends, ANN, now + timedelta(hours=hours))
        fourth = register.request(tx, keyring, friends, parse(ANN), "", now + timedelta(hours=3), FORM)
        next_day = register.request(tx, keyring, friends, parse(ANN), "", now + timedelta(days=1), FORM)

        assert TooSoon(now + timedelta(days=1)) == fourth
        assert isinstance(next_day, ConfirmationDue)


def test_confirmed_person_is_not_asked_and_not_renamed(database: Database, keyring: Keyring, now: datetime) -> None:
    """A stranger who types the address changes nothing."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        joined = join(tx, keyring, friends, ANN, now)
        outcome = register.request(tx, keyring, friends, parse("ann@x.test"), "Buy now", later(now), FORM)

        assert AlreadyConfirmed(joined.subscription, joined.subscriber) == outcome


def test_name_of_an_unconfirmed_person_is_the_last_one_typed(database: Database, keyring: Keyring, now: datetime) -> None:
    """Whoever typed the address first does not name its owner."""
    with database.write() as tx:
        friends, others = a_list(tx, now).id, a_list(tx, now, "Others").id
        ask(tx, keyring, friends, ANN, now, "Buy\r\nnow")
        due = ask(tx, keyring, friends, ANN, now + timedelta(hours=1), "Ann")
        register.confirm(tx, keyring, due.confirmation_id, now + timedelta(hours=1), LINK)
        kept = ask(tx, keyring, others, ANN, now + timedelta(hours=2), "Somebody else")

        assert "Ann" == due.subscriber.name
        assert "Ann" == kept.subscriber.name
        assert "Ann" == register.find(tx, parse(ANN)).name


@pytest.mark.parametrize("reason", [Reason.BOUNCED, Reason.COMPLAINED, Reason.MANUAL])
def test_suppressed_address_is_not_even_asked(database: Database, keyring: Keyring, now: datetime, reason: Reason) -> None:
    """Only the staff can lift that; no row is made."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        suppression.suppress(tx, keyring.hash_address("ann@x.test"), reason, now)

        assert Suppressed(reason) == register.request(tx, keyring, friends, parse(ANN), "Ann", now, FORM)
        with pytest.raises(SubscriberNotFound):
            register.find(tx, parse(ANN))


def test_complaint_between_asking_and_confirming_counts(database: Database, keyring: Keyring, now: datetime) -> None:
    """The link of a suppressed address opens nothing."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        due = ask(tx, keyring, friends, ANN, now)
        suppression.suppress(tx, keyring.hash_address("ann@x.test"), Reason.COMPLAINED, now)

        assert Expired() == register.confirm(tx, keyring, due.confirmation_id, now, LINK)
        assert [] == audience_of(tx, friends)


def test_withdrawing_is_the_no(database: Database, keyring: Keyring, now: datetime) -> None:
    """From one list, with its evidence; pressing twice is answered the same way."""
    with database.write() as tx:
        friends, others = a_list(tx, now).id, a_list(tx, now, "Others").id
        joined = join(tx, keyring, friends, ANN, now)
        join(tx, keyring, others, ANN, later(now))
        first = register.withdraw(tx, keyring, joined.subscription.id, later(now), ONE_CLICK)
        second = register.withdraw(tx, keyring, joined.subscription.id, later(now) + timedelta(days=1), ONE_CLICK)
        said = register.consent_of(tx, keyring.hash_address("ann@x.test"))

        assert isinstance(first, Withdrawn)
        assert SubscriptionState.WITHDRAWN == first.subscription.state
        assert later(now) == first.subscription.withdrawn_at
        assert AlreadyWithdrawn(first.subscription, first.subscriber) == second
        assert [] == audience_of(tx, friends)
        assert [ANN] == audience_of(tx, others)
        assert (Act.WITHDRAWN, friends, ONE_CLICK) == (said[-1].act, said[-1].list_id, said[-1].evidence)
        assert 5 == len(said)


def test_withdrawing_from_nothing_is_unknown(database: Database, keyring: Keyring, now: datetime) -> None:
    """An erased person's link is harmless."""
    with database.write() as tx:
        assert Unknown() == register.withdraw(tx, keyring, 7, now, ONE_CLICK)


def test_old_confirmation_does_not_undo_a_withdrawal(database: Database, keyring: Keyring, now: datetime) -> None:
    """Neither a used link nor one that still lies in the inbox."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        unused = ask(tx, keyring, friends, ANN, now)
        used = ask(tx, keyring, friends, ANN, now + timedelta(hours=1))
        register.confirm(tx, keyring, used.confirmation_id, now + timedelta(hours=1), LINK)
        register.withdraw(tx, keyring, used.subscription_id, now + timedelta(hours=2), ONE_CLICK)

        for due in (unused, used):
            assert Expired() == register.confirm(tx, keyring, due.confirmation_id, now + timedelta(hours=3), LINK)
        assert [] == audience_of(tx, friends)


def test_who_left_may_come_back_by_confirming_again(database: Database, keyring: Keyring, now: datetime) -> None:
    """Asking alone is not enough; the confirmation takes the no back."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        joined = join(tx, keyring, friends, ANN, now)
        register.withdraw(tx, keyring, joined.subscription.id, now, ONE_CLICK)
        due = ask(tx, keyring, friends, ANN, later(now))

        assert [] == audience_of(tx, friends)

        back = register.confirm(tx, keyring, due.confirmation_id, later(now), LINK)

        assert isinstance(back, Confirmed)
        assert back.subscription.withdrawn_at is None
        assert [ANN] == audience_of(tx, friends)
        assert not suppression.is_suppressed(tx, keyring.hash_address("ann@x.test"), friends)


def test_staff_adds_people_on_a_stated_basis(database: Database, keyring: Keyring, now: datetime) -> None:
    """Confirmed, or waiting for their own yes."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        ann = register.add(tx, keyring, friends, parse(ANN), "Ann", now, COMMAND, is_confirmed=True)
        bob = register.add(tx, keyring, friends, parse("bob@x.test"), "Bob", now, COMMAND, is_confirmed=False)
        said = register.consent_of(tx, keyring.hash_address("ann@x.test"))

        assert isinstance(ann, Added)
        assert isinstance(bob, Added)
        assert [ANN] == audience_of(tx, friends)
        assert [(Act.ADDED, COMMAND)] == [(one.act, one.evidence) for one in said]
        again = register.add(tx, keyring, friends, parse(ANN), "Other", now, COMMAND, is_confirmed=True)
        assert AlreadyThere(ann.subscription, ann.subscriber) == again


def test_staff_confirms_who_had_asked(database: Database, keyring: Keyring, now: datetime) -> None:
    """On a basis of their own."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        ask(tx, keyring, friends, ANN, now)
        waiting = register.add(tx, keyring, friends, parse(ANN), "", now, COMMAND, is_confirmed=False)
        added = register.add(tx, keyring, friends, parse(ANN), "", now, COMMAND, is_confirmed=True)

        assert isinstance(waiting, AlreadyThere)
        assert isinstance(added, Added)
        assert [ANN] == audience_of(tx, friends)


def test_staff_does_not_bring_back_who_left(database: Database, keyring: Keyring, now: datetime) -> None:
    """Not even after a suppression was lifted: only the person's own yes does."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        joined = join(tx, keyring, friends, ANN, now)
        register.withdraw(tx, keyring, joined.subscription.id, now, ONE_CLICK)
        suppressed = register.add(tx, keyring, friends, parse(ANN), "", now, COMMAND, is_confirmed=True)
        suppression.lift(tx, keyring.hash_address("ann@x.test"), now, list_id=friends, is_own=True)
        lifted = register.add(tx, keyring, friends, parse(ANN), "", now, COMMAND, is_confirmed=True)

        assert Suppressed(Reason.UNSUBSCRIBED) == suppressed
        assert isinstance(lifted, AlreadyThere)
        assert [] == audience_of(tx, friends)


def test_edit_changes_what_is_named(database: Database, keyring: Keyring, now: datetime) -> None:
    """And cleans it."""
    with database.write() as tx:
        ann = join(tx, keyring, a_list(tx, now).id, ANN, now, "Ann").subscriber
        renamed = register.edit(tx, ann.id, name="Ann\r\nLee")
        spoken = register.edit(tx, ann.id, language="nl")

        assert ("Ann Lee", "") == (renamed.name, renamed.language)
        assert ("Ann Lee", "nl") == (spoken.name, spoken.language)
        assert spoken == register.edit(tx, ann.id)


def test_unknown_person_is_told(database: Database) -> None:
    """By address and by id."""
    with database.write() as tx:
        with pytest.raises(SubscriberNotFound, match="nobody"):
            register.find(tx, parse("nobody@x.test"))
        with pytest.raises(SubscriberNotFound, match="7"):
            register.subscriber_by_id(tx, 7)
        with pytest.raises(SubscriberNotFound, match="7"):
            register.edit(tx, 7, name="Ann")
        assert register.subscription_by_id(tx, 7) is None


def test_person_is_found_in_any_spelling(database: Database, keyring: Keyring, now: datetime) -> None:
    """And written to as typed."""
    with database.write() as tx:
        joined = join(tx, keyring, a_list(tx, now).id, "Jörg@BÜCHER.de", now)

        found = register.find(tx, parse("JÖRG@xn--bcher-kva.de"))
        assert joined.subscriber == found
        assert "Jörg@xn--bcher-kva.de" == found.address.text
        assert joined.subscription == register.subscription_by_id(tx, joined.subscription.id)


def test_evidence_is_kept_on_one_line_each(database: Database, keyring: Keyring, now: datetime) -> None:
    """A browser may call itself anything."""
    odd = Evidence(Door.FORM, "Yes,\nplease.", "192.0.2.7\x00", "\u202eX" * 500)
    with database.write() as tx:
        friends = a_list(tx, now).id
        register.request(tx, keyring, friends, parse(ANN), "", now, odd)
        kept = register.consent_of(tx, keyring.hash_address("ann@x.test"))[0].evidence

        assert ("Yes, please.", "192.0.2.7") == (kept.wording, kept.network)
        assert 300 == len(kept.agent)


def test_presses_at_the_same_time_send_one_mail(database: Database, keyring: Keyring, now: datetime) -> None:
    """Eight forms of one person at once: one confirmation is due, seven are too soon."""
    with database.write() as tx:
        friends = a_list(tx, now).id

    def press(_: int) -> str:
        with database.write() as tx:
            return type(register.request(tx, keyring, friends, parse(ANN), "", now, FORM)).__name__

    with ThreadPoolExecutor(4) as pool:
        outcomes = sorted(pool.map(press, range(8)))

    assert ["ConfirmationDue", *["TooSoon"] * 7] == outcomes


def test_no_at_the_same_time_as_yes_is_obeyed(database: Database, keyring: Keyring, now: datetime) -> None:
    """The yes that comes second finds its link used up; the no that comes second undoes the yes."""
    with database.write() as tx:
        friends = a_list(tx, now).id
        people = [ask(tx, keyring, friends, f"ann{number}@x.test", now) for number in range(6)]

    def yes(due: ConfirmationDue) -> None:
        with database.write() as tx:
            register.confirm(tx, keyring, due.confirmation_id, now, LINK)

    def no(due: ConfirmationDue) -> None:
        with database.write() as tx:
            register.withdraw(tx, keyring, due.subscription_id, now, ONE_CLICK)

    with ThreadPoolExecutor(4) as pool:
        for answer in [pool.submit(say, due) for due in people for say in (yes, no)]:
            answer.result()

    with database.read() as tx:
        hashes = [keyring.hash_address(due.subscriber.address.key) for due in people]
        standings = [register.subscriptions_of(tx, due.subscriber.id)[0].state for due in people]
        assert [] == audience_of(tx, friends)
        assert frozenset(hashes) == suppression.among(tx, hashes, friends)
        assert [SubscriptionState.WITHDRAWN] * 6 == standings


def test_list_without_a_name_is_refused(database: Database, now: datetime) -> None:
    """What is left of a name after cleaning must be something."""
    with pytest.raises(ListUnnamed), database.write() as tx:
        register.create_list(tx, " \u202e ", now)
