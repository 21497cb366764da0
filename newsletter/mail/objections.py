"""Notices when a relay refuses a letter and not its people: the mailing is stopped before everybody has been refused."""

import re
from collections import Counter, deque

from newsletter.mail.delivery import Phase, Reply

# Of the latest final answers …
WINDOW = 200
# … more than one in so many refused in the same words are no accident, where the words are about the letter or about us.
ONE_IN = 20
# So many at least: in a small mailing one refusal is one in twenty. In a row they are no accident whatever they say: a
# relay that is set up wrongly calls everybody unknown, and everybody would be suppressed for good.
FEWEST = 10

# Some relays answer with pages; the difference is at the beginning.
_LONGEST_WORDS = 200
# What differs from one message to the next: addresses, and the marks by which the relay's own log finds it.
_OF_ONE_MESSAGE = re.compile(r"\S*[@\d]\S*")


class Objections:
    """The latest final answers to one letter."""

    def __init__(self) -> None:
        self._latest: deque[str] = deque(maxlen=WINDOW)

    def grow(self, reply: Reply) -> bool:
        """Take in one answer; True when it would be the same for everybody.

        Then all is forgotten: who lets the mailing go on has looked, and is not stopped by the first refusal.
        """
        if reply.phase in {Phase.CONNECT, Phase.MAIL} or reply.code // 100 not in {2, 5}:
            # Before anybody was named, or not final.
            return False
        words = _refusal(reply)
        self._latest.append(words)
        if not words or not (self._is_in_a_row(words) or (_is_about_us(reply) and self._is_often(words))):
            return False
        self._latest.clear()
        return True

    def _is_in_a_row(self, words: str) -> bool:
        return len(self._latest) >= FEWEST and all(self._latest[-back] == words for back in range(1, FEWEST + 1))

    def _is_often(self, words: str) -> bool:
        count = Counter(self._latest)[words]
        return count >= FEWEST and count * ONE_IN > len(self._latest)


def _refusal(reply: Reply) -> str:
    """Give what refusals of one kind have in common; empty when the answer is none."""
    if reply.code // 100 != 5:  # noqa: PLR2004 -- 5yz
        return ""
    return f"{reply.code} {reply.enhanced} {in_common(reply.text)}"


def in_common(text: str) -> str:
    """Give the words of an answer that it has in common with others of its kind."""
    return " ".join(_OF_ONE_MESSAGE.sub("", text).split())[:_LONGEST_WORDS]


def _is_about_us(reply: Reply) -> bool:
    """Whether a refusal speaks of the letter or its sender: RFC 3463 3.8 (policy), or after the letter was seen.

    Not of the recipient's address and mailbox (3.2, 3.3), but for 5.1.7 and 5.1.8, which are the sender's.
    """
    if reply.enhanced.startswith(("5.1.", "5.2.")):
        return reply.enhanced in {"5.1.7", "5.1.8"}
    return reply.phase is Phase.BODY or reply.enhanced.startswith("5.7.")
