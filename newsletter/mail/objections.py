"""Notices when a relay objects to a letter itself: one mailing is stopped before everybody has been refused."""

import re
from collections import Counter, deque

from newsletter.mail.delivery import Phase, Reply

# Of the latest messages that the relay read to the end …
WINDOW = 200
# … more than one in so many refused in the same words are no accident, …
ONE_IN = 20
# … when there are at least these: in a small mailing one refusal is one in twenty.
FEWEST = 10

# Some relays answer with pages; the difference is at the beginning.
_LONGEST_WORDS = 200
# What differs from one message to the next: addresses, and the marks by which the relay's own log finds it.
_OF_ONE_MESSAGE = re.compile(r"\S*[@\d]\S*")


class Objections:
    """The answers to one letter after its final dot, the latest ones."""

    def __init__(self) -> None:
        self._latest: deque[str] = deque(maxlen=WINDOW)

    def grow(self, reply: Reply) -> bool:
        """Take in one answer; True when the letter is objected to, and not its people.

        Then all is forgotten: who lets the mailing go on has looked, and is not stopped by the first refusal.
        """
        if reply.phase is not Phase.BODY:
            # Who is refused before the body has not been shown the letter.
            return False
        words = _objection(reply)
        self._latest.append(words)
        count = Counter(self._latest)[words] if words else 0
        if count < FEWEST or count * ONE_IN <= len(self._latest):
            return False
        self._latest.clear()
        return True


def _objection(reply: Reply) -> str:
    """Give what refusals of one kind have in common; empty when the answer is none, or speaks of the address."""
    if reply.code // 100 != 5 or _is_of_mailbox(reply.enhanced):  # noqa: PLR2004 -- 5yz
        return ""
    said = _OF_ONE_MESSAGE.sub("", reply.text.removeprefix(reply.enhanced))
    return f"{reply.code} {reply.enhanced} {' '.join(said.split())[:_LONGEST_WORDS]}"


def _is_of_mailbox(enhanced: str) -> bool:
    # RFC 3463 3.2 and 3.3: the recipient's address (but 5.1.7 and 5.1.8 are the sender's), and the recipient's mailbox.
    return enhanced.startswith(("5.1.", "5.2.")) and enhanced not in {"5.1.7", "5.1.8"}
