"""What a relay's answer means: the table, line by line."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.letters.letter import LetterKind
from newsletter.mail.delivery import (
    GIVE_UP_AFTER,
    LONGEST_PAUSE,
    MOST_LOSSES,
    Delivery,
    DeliveryState,
    Phase,
    Reply,
    Verdict,
    defer,
    enhanced_status,
    judge,
    lane,
    refusal_before_sending,
)

S = DeliveryState
P = Phase
NOW = datetime(2020, 2, 3, 8, 0, tzinfo=UTC)
SILENCE = 0


def verdict_on(phase: Phase, code: int, text: str = "", attempts: int = 0, losses: int = 0) -> Verdict:
    """Judge a reply in the middle of the spread."""
    return judge(Reply(phase, code, enhanced_status(code, text), text), attempts, NOW, 0.5, losses)


@pytest.mark.parametrize(
    ("phase", "code", "text", "state"),
    [
        (P.CONNECT, SILENCE, "", S.PENDING),
        (P.CONNECT, 421, "4.3.2 busy", S.PENDING),
        (P.CONNECT, 454, "4.7.0 login later", S.PENDING),
        (P.CONNECT, 535, "5.7.8 no", S.PENDING),
        (P.CONNECT, 554, "5.7.1 go away", S.PENDING),
        (P.MAIL, SILENCE, "", S.PENDING),
        (P.MAIL, 421, "4.3.2 busy", S.PENDING),
        (P.MAIL, 451, "4.3.0 disk", S.PENDING),
        (P.MAIL, 550, "5.7.1 not you", S.PENDING),
        (P.RCPT, SILENCE, "", S.PENDING),
        (P.RCPT, 421, "4.3.2 busy", S.PENDING),
        (P.RCPT, 450, "4.2.0 grey", S.DEFERRED),
        (P.RCPT, 452, "4.2.2 full", S.DEFERRED),
        (P.RCPT, 550, "5.1.1 unknown", S.REFUSED),
        (P.RCPT, 550, "5.7.1 policy", S.REFUSED),
        (P.RCPT, 552, "5.2.2 full", S.REFUSED),
        (P.DATA, SILENCE, "", S.PENDING),
        (P.DATA, 421, "4.3.2 busy", S.PENDING),
        (P.DATA, 451, "4.7.1 later", S.DEFERRED),
        (P.DATA, 554, "5.5.1 no", S.REFUSED),
        (P.DATA, 250, "what", S.PENDING),
        (P.BODY, SILENCE, "", S.UNCERTAIN),
        (P.BODY, 354, "again", S.UNCERTAIN),
        (P.BODY, 421, "4.3.2 busy", S.PENDING),
        (P.BODY, 451, "4.7.1 later", S.DEFERRED),
        (P.BODY, 452, "4.3.1 disk", S.DEFERRED),
        (P.BODY, 554, "5.7.1 spam", S.REFUSED),
        (P.BODY, 554, "5.7.26 neither SPF nor DKIM", S.PENDING),
        (P.BODY, 552, "5.3.4 too big", S.PENDING),
        (P.BODY, 554, "5.6.0 malformed", S.PENDING),
        (P.BODY, 250, "2.0.0 queued", S.ACCEPTED),
        (P.BODY, 251, "", S.ACCEPTED),
    ],
)
def test_outcome_by_phase_and_code(phase: Phase, code: int, text: str, state: DeliveryState) -> None:
    """Every line of the table of outcomes."""
    assert state == verdict_on(phase, code, text).state


@pytest.mark.parametrize(
    ("phase", "code", "slows", "pauses"),
    [
        (P.CONNECT, SILENCE, True, False),
        (P.CONNECT, 535, True, False),
        (P.MAIL, 421, True, False),
        (P.MAIL, 451, True, False),
        (P.MAIL, 550, False, True),
        (P.RCPT, 421, True, False),
        (P.RCPT, 450, False, False),
        (P.RCPT, 550, False, False),
        (P.BODY, 421, True, False),
        (P.BODY, 554, False, False),
        (P.BODY, SILENCE, False, False),
    ],
)
def test_what_it_means_for_others(phase: Phase, code: int, *, slows: bool, pauses: bool) -> None:
    """The relay is slowed by its own trouble, the mailing paused by what everybody would hear."""
    verdict = verdict_on(phase, code)

    assert (slows, pauses) == (verdict.slows_relay, verdict.pauses_mailing)


@pytest.mark.parametrize(
    ("code", "text", "suppresses"),
    [
        (550, "5.1.1 no such user", True),
        (550, "5.1.2 no such domain", True),
        (553, "5.1.3 bad syntax", True),
        (550, "5.1.6 moved", True),
        (556, "5.1.10 null mx", True),
        (550, "5.2.1 disabled", True),
        (553, "5.1.7 your sender", False),
        (550, "5.1.8 your domain", False),
        (552, "5.2.2 full", False),
        (550, "5.7.1 blocked", False),
        (550, "5.7.26 unauthenticated", False),
        (550, "5.7.515 unauthenticated", False),
        (550, "no such user", True),
        (550, "5.0.0 User unknown", True),
        (550, "5.4.4 Host or domain name not found", True),
        (550, "mailbox unavailable: over quota, user unknown to us", False),
        (550, "5.7.1 user unknown to our policy", False),
        (450, "4.1.1 perhaps", False),
        (250, "5.1.1 odd", False),
    ],
)
@pytest.mark.parametrize("phase", [P.RCPT, P.BODY])
def test_only_a_dead_address_is_suppressed(phase: Phase, code: int, text: str, *, suppresses: bool) -> None:
    """Never for policy, for a full mailbox, or for what is about us."""
    assert suppresses == verdict_on(phase, code, text).suppresses


@given(
    phase=st.sampled_from(Phase),
    code=st.one_of(st.just(SILENCE), st.integers(200, 599)),
    attempts=st.integers(0, 40),
    jitter=st.floats(0, 1),
    losses=st.integers(0, 9),
)
def test_rules_hold_for_every_answer(phase: Phase, code: int, attempts: int, jitter: float, losses: int) -> None:
    """Accepted only after the dot; uncertain only after the dot; relay's trouble burns nothing; what waits has a time."""
    verdict = judge(Reply(phase, code, "", ""), attempts, NOW, jitter, losses)

    assert verdict.state is not S.ACCEPTED or (phase is P.BODY and 200 <= code < 300)
    assert verdict.state is not S.UNCERTAIN or phase is P.BODY
    assert verdict.state in {S.PENDING, S.DEFERRED, S.REFUSED, S.UNCERTAIN, S.ACCEPTED}
    assert verdict.burns_attempt is (verdict.state is not S.PENDING)
    assert (verdict.not_before is not None) is (verdict.state in {S.PENDING, S.DEFERRED})
    assert verdict.not_before is None or NOW <= verdict.not_before <= NOW + LONGEST_PAUSE * 1.2


def test_pauses_grow_and_are_spread() -> None:
    """Five minutes, doubled, never more than eight hours; a fifth more or less."""
    pauses = [(defer(attempts, NOW, 0.5).not_before or NOW) - NOW for attempts in range(9)]

    assert [5, 10, 20, 40, 80, 160, 320, 480, 480] == [pause / timedelta(minutes=1) for pause in pauses]
    assert (timedelta(minutes=4), timedelta(minutes=6)) == tuple(
        (defer(0, NOW, jitter).not_before or NOW) - NOW for jitter in (0, 1)
    )


def test_it_is_given_up_after_three_days() -> None:
    """Not before, and said."""
    waited, attempts = timedelta(), 0
    while (verdict := defer(attempts, NOW, 0.5)).state is S.DEFERRED:
        waited += (verdict.not_before or NOW) - NOW
        attempts += 1

    assert S.REFUSED == verdict.state
    assert GIVE_UP_AFTER <= waited < GIVE_UP_AFTER + LONGEST_PAUSE
    assert "72 hours" in verdict.note


@pytest.mark.parametrize("phase", [P.RCPT, P.DATA, P.BODY])
def test_relay_that_always_goes_away_at_one_person_is_that_persons_matter(phase: Phase) -> None:
    """Else one address that brings a server down would hold up everybody for ever."""
    assert S.PENDING == verdict_on(phase, 421, losses=MOST_LOSSES - 1).state
    assert S.DEFERRED == verdict_on(phase, 421, losses=MOST_LOSSES).state


def test_relay_that_is_away_is_nobodys_matter() -> None:
    """However often."""
    assert S.PENDING == verdict_on(P.MAIL, SILENCE, losses=99).state


@pytest.mark.parametrize(
    ("code", "text", "status"),
    [
        (550, "5.1.1 no", "5.1.1"),
        (450, "4.7.32 later", "4.7.32"),
        (550, "5.1.1", "5.1.1"),
        (550, "4.1.1 confused", ""),
        (550, "no 5.1.1", ""),
        (550, "5.1 no", ""),
        (550, "5.1.1.1 no", ""),
        (550, "5.a.1 no", ""),
        (550, "", ""),
        (250, "2.0.0 ok", "2.0.0"),
    ],
)
def test_enhanced_status_is_read_where_it_stands(code: int, text: str, status: str) -> None:
    """At the head, and only of the code's own class."""
    assert status == enhanced_status(code, text)


@pytest.mark.parametrize(
    ("email", "smtputf8", "may_go"),
    [
        ("ann@example.net", False, True),
        ("o'hara+tag@example.net", False, True),
        ("jörg@example.net", True, True),
        ("jörg@example.net", False, False),
        ("", True, False),
        ("ann", True, False),
        ("a@x>\r\nRSET", True, False),
        ("a b@x", True, False),
        ("a\u202e@x", True, False),
    ],
)
def test_addresses_are_looked_at_once_more(email: str, *, smtputf8: bool, may_go: bool) -> None:
    """Before a relay hears of them."""
    delivery = Delivery(1, 1, 1, 1, 1, email, "", "", 0, 0)

    assert may_go is (refusal_before_sending(delivery, smtputf8=smtputf8) == "")


def test_lanes_put_notices_first() -> None:
    """Then proofs, then issues."""
    kinds = [LetterKind.ISSUE, LetterKind.PROOF, LetterKind.WELCOME, LetterKind.CONFIRMATION]

    assert [2, 1, 0, 0] == [lane(kind) for kind in kinds]
