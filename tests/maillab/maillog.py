"""What Postfix's own log tells of the mails it took."""

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

_LINE = re.compile(r" postfix/(?P<daemon>[\w/-]+)\[\d+\]: (?P<queue_id>[0-9A-Za-z]{6,}): (?P<rest>.*)")
_MESSAGE_ID = re.compile(r"message-id=(<[^>]*>)")


@dataclass(frozen=True, slots=True)
class MailLog:
    """A log, read."""

    # Of the mails that were taken, whatever came of them: all queue ids of one Message-ID.
    taken: dict[str, list[str]]
    text: str


def read(path: Path) -> MailLog:
    """Read a log; a mail counts as taken when it is in the queue, not when its headers were seen."""
    text = path.read_text(errors="replace") if path.exists() else ""
    message_ids: dict[str, str] = {}
    taken: defaultdict[str, list[str]] = defaultdict(list)
    queued: set[str] = set()
    for line in text.splitlines():
        found = _LINE.search(line)
        if found is None:
            continue
        queue_id, rest = found["queue_id"], found["rest"]
        if found["daemon"] == "cleanup" and (named := _MESSAGE_ID.search(rest)):
            message_ids[queue_id] = named[1]
        elif found["daemon"] == "qmgr" and "(queue active)" in rest and queue_id not in queued:
            # It comes back there for every further try.
            queued.add(queue_id)
            taken[message_ids.get(queue_id, "")].append(queue_id)
    return MailLog(dict(taken), text)
