"""Who may enter the desk: a one-time link opens it, a session in memory keeps it open."""

import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from newsletter.clock import monotonic
from newsletter.staff.permissions import Actor

# 256 bits: nobody guesses one, however long they try.
SECRET_BYTES = 32

# A working day. Whoever stays longer gets a new link from `newsletter serve`.
SESSION_SECONDS = 12 * 60 * 60

# One link makes one session, so there is rarely a second one; the bound is for a bug, not for people.
MOST_SESSIONS = 100


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody at the desk."""

    actor: Actor
    # Stands in every form of this session, and in no other page.
    csrf: str = field(repr=False)
    # On the clock of `monotonic`, so that a clock set forward for a demo ends nothing.
    until: float

    def owns(self, csrf: str) -> bool:
        """Whether a form with this token came from a page of this session."""
        return hmac.compare_digest(self.csrf.encode(), csrf.encode())


def new_secret() -> str:
    """Make a token for a link or a cookie."""
    return secrets.token_urlsafe(SECRET_BYTES)


class Desk:
    """Keeps the door of the desk; without a token it has none."""

    def __init__(self, token: str | None, actor: Actor, ticks: Callable[[], float] = monotonic) -> None:
        self._lock = threading.Lock()
        self._token = token
        self._actor = actor
        self._ticks = ticks
        # By hash: a dump of memory or a log of it opens no session.
        self._sessions: dict[str, Session] = {}

    def opens(self, token: str) -> bool:
        """Whether the link with *token* has not been used yet."""
        return self._token is not None and hmac.compare_digest(self._token.encode(), token.encode())

    def enter(self, token: str) -> str | None:
        """Use the link up and give the secret of a new session; None when it opens nothing."""
        with self._lock:
            if not self.opens(token) or len(self._sessions) >= MOST_SESSIONS:
                return None
            self._token = None
            secret = new_secret()
            self._sessions[_remembered(secret)] = Session(self._actor, new_secret(), self._ticks() + SESSION_SECONDS)
            return secret

    def session(self, secret: str) -> Session | None:
        """Give the session of the cookie *secret*, None when there is none or its day is over."""
        with self._lock:
            session = self._sessions.get(_remembered(secret))
            if session is not None and session.until <= self._ticks():
                del self._sessions[_remembered(secret)]
                return None
            return session

    def leave(self, secret: str) -> None:
        """End the session of the cookie *secret*."""
        with self._lock:
            self._sessions.pop(_remembered(secret), None)


def _remembered(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
