"""What the mail catcher caught: every envelope in its order, each message in a file of its own."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from newsletter.clock import Clock

# A catcher that somebody forgot must not fill the disk: 5,000 letters of 60 KB are 300 MB.
MOST_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message as it was handed over: who sent it, to whom, when. Its content is in a file beside."""

    number: int
    sender: str
    recipients: tuple[str, ...]
    caught_at: datetime
    size: int


class Envelopes:
    """A folder of caught mail: `envelopes.jsonl`, one line each, and `000001.eml` onwards; survives a restart."""

    def __init__(self, folder: Path, clock: Clock, *, most_kept: int = MOST_KEPT) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._clock = clock
        self._most_kept = most_kept
        self._index = folder / "envelopes.jsonl"
        self._kept = _read_index(self._index) if self._index.exists() else []

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def is_full(self) -> bool:
        """Whether nothing more is taken."""
        return len(self._kept) >= self._most_kept

    def all(self) -> tuple[Envelope, ...]:
        """Give every envelope, in the order they were caught."""
        return tuple(self._kept)

    def find(self, number: int) -> Envelope | None:
        """Give envelope *number*, counted from 1; None where there is none."""
        return self._kept[number - 1] if 1 <= number <= len(self._kept) else None

    def content(self, envelope: Envelope) -> bytes:
        """Give the message exactly as it was received."""
        return self._file(envelope.number).read_bytes()

    def keep(self, sender: str, recipients: tuple[str, ...], content: bytes) -> Envelope:
        """Write a message down; the envelope counts only once its content is in its file."""
        envelope = Envelope(len(self._kept) + 1, sender, recipients, self._clock(), len(content))
        self._file(envelope.number).write_bytes(content)
        with self._index.open("a", encoding="utf-8") as index:
            index.write(json.dumps({**asdict(envelope), "caught_at": envelope.caught_at.isoformat()}) + "\n")
        self._kept.append(envelope)
        return envelope

    def _file(self, number: int) -> Path:
        return self.folder / f"{number:06d}.eml"


def _read_index(path: Path) -> list[Envelope]:
    return [_read_line(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _read_line(line: str) -> Envelope:
    facts = json.loads(line)
    return Envelope(
        number=facts["number"],
        sender=facts["sender"],
        recipients=tuple(facts["recipients"]),
        caught_at=datetime.fromisoformat(facts["caught_at"]),
        size=facts["size"],
    )
