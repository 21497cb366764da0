"""Errors as pages."""

import pytest
from sqlalchemy.exc import IntegrityError, OperationalError

from newsletter.errors import BadValue, IssueNotFound, NotPermitted, RelayMissing, WrongState
from newsletter.web.faults import BodyTooLarge, DeskClosed, Forged, PageNotFound, TooOften, fault_of
from subscribers.errors import ListNotFound, TokenInvalid


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (PageNotFound(), 404),
        (TokenInvalid(), 404),
        (ListNotFound("x"), 404),
        (IssueNotFound(5), 404),
        (DeskClosed(), 403),
        (Forged(), 403),
        (NotPermitted("ann", "send", ["publisher"]), 403),
        (WrongState(5, "sent", "draft"), 409),
        (RelayMissing(), 409),
        (BodyTooLarge(), 413),
        (BadValue("time", "x", "no time"), 422),
        (TooOften(), 429),
        (OperationalError("SELECT secret", {}, Exception("gone")), 503),
        (IntegrityError("SELECT secret", {}, Exception("dup")), 500),
        (RuntimeError("secret"), 500),
    ],
)
def test_status_of_an_error(error: Exception, status: int) -> None:
    """One table for all pages."""
    assert status == fault_of(error).status


def test_an_error_of_ours_speaks_for_itself() -> None:
    """Its sentence was written for people."""
    assert "Issue 5 is draft; it cannot be sent now." == fault_of(WrongState(5, "sent", "draft")).text


@pytest.mark.parametrize("error", [RuntimeError("secret"), OperationalError("SELECT secret", {}, Exception("secret"))])
def test_internals_stay_inside(error: Exception) -> None:
    """What a bug or a driver says is for the log."""
    assert "secret" not in fault_of(error).text
