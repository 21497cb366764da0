"""Whose fault a refusal is, in the words that servers use."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.mail.refusals import Fault, fault_of


@pytest.mark.parametrize(
    ("enhanced", "text", "fault"),
    [
        ("5.1.1", "5.1.1 <ann@example.net>: Recipient address rejected: User unknown", Fault.ADDRESS),
        ("5.1.10", "5.1.10 Recipient not found", Fault.ADDRESS),
        ("5.2.1", "5.2.1 The account is disabled", Fault.ADDRESS),
        ("", "No such user here", Fault.ADDRESS),
        ("", "user doesn't have a mailbox", Fault.ADDRESS),
        ("", "sorry, no mailbox here by that name", Fault.ADDRESS),
        ("5.0.0", "5.0.0 unknown recipient", Fault.ADDRESS),
        ("5.4.1", "5.4.1 Domain not found", Fault.ADDRESS),
        ("5.4.1", "5.4.1 Recipient address rejected: Access denied", Fault.RECIPIENT),
        ("5.2.2", "5.2.2 mailbox full", Fault.RECIPIENT),
        ("", "mailbox unavailable", Fault.RECIPIENT),
        ("", "user unknown: blocked for spam", Fault.RECIPIENT),
        ("5.7.1", "5.7.1 no such user, says our policy", Fault.RECIPIENT),
        ("5.7.26", "5.7.26 unauthenticated", Fault.AUTHENTICATION),
        ("5.7.515", "5.7.515 Access denied, sending domain does not pass DMARC", Fault.AUTHENTICATION),
        ("5.3.4", "5.3.4 message too big", Fault.CONTENT),
        ("5.6.0", "5.6.0 malformed", Fault.CONTENT),
        ("5.5.1", "5.5.1 no such user", Fault.RECIPIENT),
    ],
)
def test_fault_by_status_and_words(enhanced: str, text: str, fault: Fault) -> None:
    """The status decides where it says something; never is somebody suppressed for what is ours."""
    assert fault is fault_of(enhanced, text)


@given(st.text(max_size=300))
def test_policy_never_suppresses_whatever_it_says(words: str) -> None:
    """5.7.x speaks of us."""
    assert Fault.ADDRESS is not fault_of("5.7.1", words)
