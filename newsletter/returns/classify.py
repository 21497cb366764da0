"""What a returned message is: the one question to ask of raw bytes, and it always has an answer; pure."""

from dataclasses import replace

from newsletter.returns import automatic, dsn, feedback, parts, textual
from newsletter.returns.model import LONGEST_REASON, Kind, Reading
from newsletter.returns.parts import Mail
from subscribers.oneline import one_line

# Structure first, then what machines say of themselves, then words. Unsubscribes stand before answers of machines, because
# Apple's say that they are such; challenges before words, because they say that nothing was delivered.
_READERS = (feedback.read, dsn.read, automatic.leaving, automatic.challenge, textual.read, automatic.answer)


def read(raw: bytes) -> Reading:
    """Tell what a message is; never raises, whatever somebody sent."""
    try:
        mail = parts.read(raw)
        return unreadable(mail.trouble) if mail.trouble else _read(mail)
    except Exception as error:  # noqa: BLE001 -- the door to whatever strangers send: a bug in here must not hold up the rest
        return unreadable(f"It could not be read ({type(error).__name__}).")


def _read(mail: Mail) -> Reading:
    for ask in _READERS:
        reading = ask(mail)
        if reading is not None:
            return _on_one_line(reading)
    return _on_one_line(automatic.reply(mail))


def _on_one_line(reading: Reading) -> Reading:
    # It is shown on terminals and kept by databases, which bear no controls.
    reason = one_line(reading.reason[: 2 * LONGEST_REASON], LONGEST_REASON)
    return reading if reason == reading.reason else replace(reading, reason=reason)


def unreadable(why: str) -> Reading:
    """Give the reading of what cannot be read."""
    return Reading(Kind.UNREADABLE, reason=why)
