"""When a relay is taken to refuse a letter, and not its people."""

from itertools import repeat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.delivery import Phase, Reply
from newsletter.mail.objections import FEWEST, ONE_IN, WINDOW, Objections

SPAM = Reply(Phase.BODY, 554, "5.7.1", "5.7.1 looks like spam")
NO_RELAYING = Reply(Phase.RCPT, 554, "5.7.1", "5.7.1 <ann@example.net>: Relay access denied")
TAKEN = Reply(Phase.BODY, 250, "2.0.0", "2.0.0 queued as 7A")
NO_SUCH_USER = Reply(Phase.BODY, 550, "5.1.1", "5.1.1 no such user")


def first_stop(*replies: Reply) -> int:
    """Give the answer, counted from 1, at which the mailing would be paused; 0 for none."""
    objections = Objections()
    return next((number for number, reply in enumerate(replies, 1) if objections.grow(reply)), 0)


@pytest.mark.parametrize(
    "reply",
    [
        SPAM,
        NO_RELAYING,
        NO_SUCH_USER,
        Reply(Phase.RCPT, 550, "", "relay not permitted"),
        Reply(Phase.DATA, 554, "", "no valid recipients"),
    ],
)
def test_what_everybody_is_refused_with_is_noticed(reply: Reply) -> None:
    """Before the list is used up, and before everybody is suppressed as unknown."""
    assert FEWEST == first_stop(*repeat(reply, 50))


def test_refusals_that_name_the_message_are_the_same() -> None:
    """Relays add the address and the mark of their own log."""
    replies = [
        Reply(Phase.BODY, 554, "5.7.1", f"5.7.1 <r{number}@example.net> looks like spam, see id={number:x}")
        for number in range(50)
    ]

    assert FEWEST == first_stop(*replies)


@pytest.mark.parametrize("reply", [SPAM, NO_RELAYING, Reply(Phase.BODY, 550, "5.1.8", "5.1.8 sender unknown")])
def test_one_in_twenty_is_not_enough_and_more_is(reply: Reply) -> None:
    """The others are taken: the relay objects to some of them."""
    now_and_then = [*repeat(TAKEN, ONE_IN - 1), reply] * 30
    too_often = [*repeat(TAKEN, ONE_IN - 2), reply] * 30

    assert 0 == first_stop(*now_and_then)
    assert 0 < first_stop(*too_often) <= WINDOW


@pytest.mark.parametrize(
    "reply",
    [
        NO_SUCH_USER,
        Reply(Phase.BODY, 552, "5.2.2", "5.2.2 mailbox full"),
        Reply(Phase.RCPT, 550, "", "mailbox unavailable"),
    ],
)
def test_old_list_with_many_dead_addresses_is_mailed_to_its_end(reply: Reply) -> None:
    """Every second one is refused for a reason of its own."""
    assert 0 == first_stop(*[reply, TAKEN] * WINDOW)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(Phase.BODY, 451, "4.7.1", "4.7.1 try again later"),
        Reply(Phase.BODY, 0, "", "the relay closed the connection"),
        Reply(Phase.MAIL, 550, "5.7.1", "5.7.1 not from you"),
        TAKEN,
    ],
)
def test_what_is_no_refusal_of_a_person_does_not_count(reply: Reply) -> None:
    """A delay, silence, a refusal before anybody was named (which pauses by itself)."""
    assert 0 == first_stop(*repeat(reply, 2 * WINDOW))


def test_what_is_not_final_does_not_break_a_row() -> None:
    """A greylisted person between the refused ones."""
    later = Reply(Phase.RCPT, 450, "4.2.0", "4.2.0 greylisted")

    assert 2 * FEWEST == first_stop(*[later, NO_SUCH_USER] * 50)


def test_old_refusals_are_forgotten_when_the_mailing_is_let_go_on() -> None:
    """The next single refusal does not stop it again."""
    objections = Objections()
    stops = [objections.grow(SPAM) for _ in range(2 * FEWEST)]

    assert [FEWEST, 2 * FEWEST] == [number for number, stop in enumerate(stops, 1) if stop]


@given(st.lists(st.sampled_from([SPAM, TAKEN, NO_SUCH_USER]), max_size=3 * WINDOW))
def test_mailing_is_stopped_exactly_when_too_many_of_the_latest_refuse(replies: list[Reply]) -> None:
    """Compared with the rule as it is written down."""
    objections = Objections()
    latest: list[Reply] = []
    for reply in replies:
        latest = [*latest, reply][-WINDOW:]
        refused = latest.count(SPAM)
        is_often = reply is SPAM and refused >= FEWEST and refused > len(latest) / ONE_IN
        is_in_a_row = reply is not TAKEN and latest[-FEWEST:] == [reply] * FEWEST

        assert (is_often or is_in_a_row) == objections.grow(reply)
        if is_often or is_in_a_row:
            latest = []
