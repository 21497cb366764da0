"""Has pictures read and written anew in the child process; a bomb ends the child and becomes a reason."""

from newsletter.confined import Child, ChildFailed
from newsletter.images.coding import MEMORY_MB, SECONDS, Wish, develop
from newsletter.images.model import MIDDLE, PLAYS, Developed, Focus, Refused
from subscribers.sentence import say


def developed(child: Child, data: bytes, url: str = "", focus: Focus = MIDDLE) -> Developed | Refused:
    """Give the image that *data* is, or why it is none; *url* says whether it is the still of a film."""
    try:
        return child.run(develop, data, Wish(focus, url.endswith(PLAYS)), seconds=SECONDS, memory_mb=MEMORY_MB)
    except ChildFailed as failed:
        return Refused(say("cannot be read: the process that tried %(reason)s", reason=failed.reason))
