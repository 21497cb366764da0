"""The rules that the books of a mailing must keep, tried on values."""

from dataclasses import replace

import pytest

from newsletter.issues.model import IssueState
from newsletter.mail.conservation import Books, Fault, findings
from newsletter.mail.delivery import DeliveryState

S = DeliveryState
NONE = dict.fromkeys((state.value for state in DeliveryState), 0)

SENT = Books(
    issue_id=5,
    issue_state=IssueState.SENT,
    is_paused=False,
    mailing_state="finished",
    audience=10,
    rows=10,
    counts=NONE | {"accepted": 8, "refused": 1, "uncertain": 1},
    addresses_twice=0,
    people_twice=0,
    held_by_dead=0,
    attempts_wrong=0,
    accepted_without_word=0,
    times_wrong=0,
    counters={},
)
SENDING = replace(SENT, issue_state=IssueState.SENDING, mailing_state="open", counts=NONE | {"pending": 4, "sending": 6})


def faults(books: Books) -> list[Fault]:
    """Give the rules that do not hold."""
    return [finding.fault for finding in findings(books)]


@pytest.mark.parametrize(
    "books",
    [
        SENT,
        SENDING,
        replace(SENDING, is_paused=True, mailing_state="paused"),
        replace(SENT, issue_state=IssueState.CANCELLED, mailing_state="cancelled", counts=NONE | {"cancelled": 10}),
        # On the wire when it was cancelled.
        replace(
            SENT, issue_state=IssueState.CANCELLED, mailing_state="cancelled", counts=NONE | {"cancelled": 9, "sending": 1}
        ),
        # Sent, mailed again for some, and that was cancelled.
        replace(SENT, mailing_state="cancelled", counts=NONE | {"accepted": 9, "cancelled": 1}),
        replace(SENT, counters={"accepted": 8, "refused": 1, "uncertain": 1}),
        replace(SENT, audience=0, rows=0, counts=NONE),
    ],
)
def test_healthy_books_have_no_findings(books: Books) -> None:
    """At whatever moment of a mailing they are looked at."""
    assert () == findings(books)


@pytest.mark.parametrize(
    ("books", "fault", "words"),
    [
        (replace(SENT, audience=11), Fault.SUM, "The audience is 11 and there are 10 rows: 1 are missing."),
        (replace(SENT, audience=8), Fault.SUM, "2 are too many"),
        (replace(SENT, counts=NONE | {"accepted": 9}), Fault.SUM, "The states hold 9 rows together, and there are 10."),
        (replace(SENT, counts=NONE | {"accepted": 9, "lost": 1}), Fault.STATE, "1 rows are in no known state (lost)."),
        (replace(SENT, addresses_twice=2), Fault.TWICE, "2 addresses have more than one row."),
        (replace(SENT, people_twice=1), Fault.TWICE, "1 people have more than one row."),
        (replace(SENDING, held_by_dead=3), Fault.DEAD_WORKER, "3 rows are held by a worker that is dead"),
        (replace(SENT, attempts_wrong=1), Fault.ATTEMPTS, "1 rows count other tries"),
        (replace(SENT, accepted_without_word=1_200), Fault.NO_WORD, "1,200 rows are called accepted without a word"),
        (replace(SENT, times_wrong=1), Fault.TIMES, "1 rows lack the moment"),
        (replace(SENT, issue_state=IssueState.SENDING), Fault.ISSUE, "The issue is sending and its mailing is finished."),
        (replace(SENT, issue_state=IssueState.DRAFT), Fault.ISSUE, "The issue is draft"),
        (replace(SENDING, is_paused=True), Fault.ISSUE, "The issue is paused and its mailing is open."),
        (replace(SENDING, mailing_state="paused"), Fault.ISSUE, "The issue is not paused and its mailing is paused."),
        (replace(SENT, counts=NONE | {"accepted": 9, "sending": 1}), Fault.LEFT_BEHIND, "1 rows still wait"),
        (
            replace(SENT, mailing_state="cancelled", counts=NONE | {"accepted": 9, "deferred": 1}),
            Fault.LEFT_BEHIND,
            "the mailing is cancelled: nobody mails them",
        ),
        (
            replace(SENT, counters={"accepted": 9, "refused": 1, "uncertain": 1}),
            Fault.COUNTERS,
            "The mailer counted 9 accepted, and there are 8 rows.",
        ),
    ],
)
def test_each_rule_is_told_when_it_does_not_hold(books: Books, fault: Fault, words: str) -> None:
    """In a plain sentence, and by itself alone."""
    [finding] = findings(books)

    assert fault is finding.fault
    assert words in finding.text


def test_all_findings_are_told_at_once() -> None:
    """Not the first one only."""
    assert [Fault.SUM, Fault.TWICE, Fault.TIMES] == faults(replace(SENT, audience=9, addresses_twice=1, times_wrong=1))
