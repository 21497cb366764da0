"""What the door refuses.

- Refused
  - LastAdministrator(name)    nobody would be left who could let anybody in
  - OwnRole(name)              nobody gives themselves another role
  - LinkVoid                   a link to the door that opens nothing
  - PasskeyRefused             what a browser says of a passkey is not true here
  - PasskeyCopied(name, of)    a passkey counted backwards, so somebody has another one of it
  - ProviderRefused(reason)    what the identity provider says does not hold
  - NotOnStaff(name)           whom the identity provider knows, and nobody here
  - SlowDown(wait)             too many attempts failed before
- NotFound: KeyNotFound        no key of the API of this id
"""

import math
from datetime import timedelta

from newsletter.errors import NotFound, Refused
from subscribers.sentence import say


class LastAdministrator(Refused):
    """Nobody would be left who could let anybody in."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(say("%(name)s is the last administrator; make somebody else one first.", name=name))


class OwnRole(Refused):
    """Somebody would give themselves another role."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(say("%(name)s cannot change their own role; another administrator can.", name=name))


class LinkVoid(Refused):
    """A link to the door that opens nothing: used, over, or not ours."""

    def __init__(self) -> None:
        super().__init__(say("This link opens nothing any more. Ask for a new one."))


class PasskeyRefused(Refused):
    """What a browser says of a passkey is not true here: another place, challenge, key or owner, or damaged."""

    def __init__(self) -> None:
        super().__init__(say("This passkey was not accepted. Nothing was changed; try again, or sign in with your password."))


class PasskeyCopied(Refused):
    """A passkey counted backwards: somebody has another one of it."""

    def __init__(self, name: str, account_id: int) -> None:
        self.name, self.account_id = name, account_id
        super().__init__(
            say(
                "The passkey “%(name)s” counted backwards, so somebody else may have a copy of it. It opens nothing any "
                "more, and your sessions were ended when that was seen. Sign in with your password, and make another "
                "passkey.",
                name=name,
            )
        )


class ProviderRefused(Refused):
    """What the identity provider says does not hold; the reason completes the sentence "The provider …"."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(say("The provider %(reason)s. Nothing was changed.", reason=reason))


class NotOnStaff(Refused):
    """Somebody whom the identity provider knows, and who is nobody here."""

    def __init__(self, name: str) -> None:
        super().__init__(
            say(
                "%(name)s knows you, and nobody on the staff here has the address that it verified for you, or somebody "
                "else came in with it before. Ask an administrator for a link.",
                name=name,
            )
        )


class SlowDown(Refused):
    """Too many attempts at the door failed; this one was not looked at."""

    def __init__(self, wait: timedelta) -> None:
        # Whole seconds, and never none: a browser that asks again too early waits again.
        self.seconds = max(1, math.ceil(wait.total_seconds()))
        super().__init__(
            say("Too many attempts failed. Try again in %(seconds)s s; nothing was changed.", seconds=self.seconds)
        )


class KeyNotFound(NotFound):
    """No key of the API of this id."""

    what = say("key")
