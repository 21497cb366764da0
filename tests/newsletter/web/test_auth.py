"""The one-time link and the sessions behind it."""

from newsletter.staff.permissions import LOCAL_OPERATOR
from newsletter.web.auth import MOST_SESSIONS, SESSION_SECONDS, Desk, new_secret


class Ticks:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """Give the seconds so far."""
        return self.seconds


def test_the_link_opens_once() -> None:
    """Whoever finds it in a terminal's history later stands before a closed door."""
    desk = Desk("token", LOCAL_OPERATOR)

    assert desk.opens("token")
    assert desk.enter("token") is not None
    assert not desk.opens("token")
    assert desk.enter("token") is None


def test_another_token_opens_nothing_and_uses_nothing_up() -> None:
    """A guess does not close the door for its owner."""
    desk = Desk("token", LOCAL_OPERATOR)

    assert desk.enter("tokem") is None
    assert desk.enter("") is None
    assert desk.opens("token")


def test_without_a_token_there_is_no_door() -> None:
    """Not even the empty one."""
    desk = Desk(None, LOCAL_OPERATOR)

    assert not desk.opens("")
    assert desk.enter("") is None


def test_a_session_belongs_to_its_cookie() -> None:
    """Only the secret that was given out finds it."""
    desk = Desk("token", LOCAL_OPERATOR)
    secret = desk.enter("token")
    assert secret is not None
    session = desk.session(secret)

    assert session is not None
    assert LOCAL_OPERATOR == session.actor
    assert desk.session(new_secret()) is None


def test_a_session_ends_with_the_day() -> None:
    """A browser left open does not stay a key for ever."""
    ticks = Ticks()
    desk = Desk("token", LOCAL_OPERATOR, ticks)
    secret = desk.enter("token") or ""
    ticks.seconds = SESSION_SECONDS - 1

    assert desk.session(secret) is not None

    ticks.seconds = SESSION_SECONDS

    assert desk.session(secret) is None


def test_leaving_ends_the_session() -> None:
    """The cookie of a closed desk opens nothing."""
    desk = Desk("token", LOCAL_OPERATOR)
    secret = desk.enter("token") or ""
    desk.leave(secret)

    assert desk.session(secret) is None


def test_each_session_has_its_own_form_token() -> None:
    """A token read from another session's page is worth nothing here."""
    tokens = set()
    for number in range(MOST_SESSIONS):
        desk = Desk(str(number), LOCAL_OPERATOR)
        session = desk.session(desk.enter(str(number)) or "")
        assert session is not None
        assert session.owns(session.csrf)
        assert not session.owns("")
        tokens.add(session.csrf)

    assert MOST_SESSIONS == len(tokens)


def test_secrets_do_not_show_in_a_log() -> None:
    """A session that is printed by accident opens nothing."""
    desk = Desk("token", LOCAL_OPERATOR)
    session = desk.session(desk.enter("token") or "")
    assert session is not None

    assert session.csrf not in repr(session)
