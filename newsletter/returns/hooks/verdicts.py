"""From what a provider calls a bounce to a reading: the words of the server decide where they tell anything; pure."""

from newsletter.mail.causes import judge
from newsletter.returns.model import LONGEST_REASON, Cause, Kind, Reading, Recipient
from subscribers.oneline import one_line

# Of what a provider calls it: alone; and beside words of a server in which nothing is recognised.
BY_CLASS = 0.8
BESIDE_WORDS = 0.6
# Its class says nothing of the address either.
GUESSED = 0.5

# Below, words say as little as a class does.
_TELLING = 0.5

# What provider and person did themselves.
SURE = 1.0


def bounce(usual: Cause, words: str, status: str = "", address: str = "", confidence: float = BY_CLASS) -> Reading:
    """Read a bounce that its provider puts among *usual* ones, with the *words* of the server."""
    return _failed(Kind.BOUNCE, usual, words, status, address, confidence)


def for_good(words: str, status: str = "", address: str = "") -> Reading:
    """Read a bounce of which its provider only says that it is for good: without any words, that nobody is there.

    With words in which nothing is recognised nobody can tell whether it is of the address, or of us: it counts, and is no
    reason to never write there again.
    """
    usual = Cause.UNKNOWN if words.strip() else Cause.ADDRESS_DEAD
    return bounce(usual, words, status, address, GUESSED if words.strip() else BY_CLASS)


def by_class(cause: Cause, name: str, address: str = "", confidence: float = BY_CLASS) -> Reading:
    """Read a bounce of which there is only what its provider calls it."""
    return Reading(Kind.BOUNCE, cause, "", _line(name), confidence, _recipients(address, "", _line(name), cause))


def delay(usual: Cause, words: str, status: str = "", address: str = "") -> Reading:
    """Read of mail that is still tried."""
    return _failed(Kind.DELAY, usual, words, status, address, BY_CLASS)


def told(kind: Kind, words: str = "", address: str = "") -> Reading:
    """Read what has no cause: a complaint, a no, that it arrived, an answer by a machine."""
    return Reading(kind, None, "", _line(words), SURE, _recipients(address, "", "", Cause.UNKNOWN))


def unreadable(why: str) -> Reading:
    """Read what is kept, and tells nothing."""
    return Reading(Kind.UNREADABLE, None, "", _line(why), SURE)


def _failed(kind: Kind, usual: Cause, words: str, status: str, address: str, confidence: float) -> Reading:
    said = _line(words)
    status = _line(status)[:20]
    cause = usual
    if said or status:
        judged = judge(said, status, is_over=kind is Kind.BOUNCE)
        status = judged.status or status
        if judged.cause is not Cause.UNKNOWN and judged.confidence >= _TELLING:
            cause, confidence = judged.cause, judged.confidence
        elif said:
            confidence = min(confidence, BESIDE_WORDS)
    return Reading(kind, cause, status, said, confidence, _recipients(address, status, said, cause))


def _recipients(address: str, status: str, words: str, cause: Cause) -> tuple[Recipient, ...]:
    return (Recipient(_line(address), "", status, words, cause),) if address else ()


def _line(text: str) -> str:
    return one_line(text, LONGEST_REASON)
