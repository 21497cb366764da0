"""What is asked of an import, what a row says, and what became of it all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from subscribers.intake import Taken


class Standing(StrEnum):
    """What a file says of a person's wish, from nothing to the strongest no."""

    GOOD = "good"
    # Asked, and has not confirmed.
    PENDING = "pending"
    LEFT = "left"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class TermsCells:
    """What a row says of how much of a list somebody takes, as it stands there."""

    cadence: str = ""
    paused_until: str = ""
    topics: str = ""


@dataclass(slots=True)
class PersonRow:
    """What a row says of a person, as it stands there; one for each row of a million, so it is not frozen (half the time)."""

    # As an editor counts lines; the header is 1.
    number: int
    email: str
    name: str
    language: str
    standing: Standing
    requested_at: str
    confirmed_at: str
    # Why the row could not be read as it stands; empty for nearly all.
    damage: str
    consent_words: str = ""
    # What stands in the columns of attributes, by their keys, where any is filled.
    answers: Mapping[str, str] | None = None
    # Where any of it is filled.
    terms: TermsCells | None = None
    # Left by themselves as well, beside a stronger no.
    has_left: bool = False
    # By which door and form they consented before.
    consent_way: str = ""


@dataclass(frozen=True, slots=True)
class ImportOrder:
    """What an import is asked to do."""

    list_id: int
    # Why these people may be written to; kept with each as evidence.
    basis: str
    # They have consented already; else they must confirm first.
    is_confirmed: bool
    # What is known of people changes to what stands in the file; else only people are added.
    updates: bool = False
    # Titles of columns and what they hold, where the file is not understood by itself.
    columns: Mapping[str, str] = field(default_factory=dict)
    # What the bytes mean; empty: found out.
    encoding: str = ""
    # The file is no spreadsheet's: an apostrophe at the beginning of a cell belongs to it.
    is_raw: bool = False
    # What the file is called, for people.
    source: str = ""


class ImportState(StrEnum):
    """How far an import is."""

    # Begun; running now, or stopped in the middle, to be continued with the same file.
    RUNNING = "running"
    FINISHED = "finished"
    UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was found in a file by looking at its rows alone."""

    rows: int = 0
    # Stood in the file before.
    duplicates: int = 0
    refused: int = 0
    cleaned: int = 0


@dataclass(frozen=True, slots=True)
class Import:
    """One import as it is remembered."""

    id: int
    order: ImportOrder
    # Of the whole content of the file, by which it is known again.
    fingerprint: str
    # Which program wrote the file, as far as it was recognised.
    kind: str
    state: ImportState
    begun_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None
    seen: Seen
    taken: Taken


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was left out."""

    # As an editor counts lines; the header is 1.
    row: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Cleaning:
    """A cell that could not be taken as it stands; the person was kept with the cleaned one."""

    row: int
    before: str
    # Empty when nothing of it could be taken.
    after: str
    # Of what: `name`, `cadence`, `pause`, `choice of topics`, or the key of an attribute.
    field: str = "name"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What became of the rows of a file.

    Everybody is in one of seven: added + confirmed + updated + there + said_no + duplicates + refused = rows.
    """

    # Of the import; None when it was only rehearsed.
    id: int | None
    kind: str
    # Which column was taken for what, and which were left alone.
    columns: Mapping[str, str]
    ignored: tuple[str, ...]
    # The row up to which an earlier run had come; 0 when there was none.
    continued_at: int
    rows: int
    # New on the list.
    added: int
    # Had asked to join, and the stated basis confirms it.
    confirmed: int
    # Stood on the list before, and something known of them was changed.
    updated: int
    # Stood on the list before as they do now.
    there: int
    # Withdrew, is suppressed, or is marked so in the file.
    said_no: int
    # Stood in the file before.
    duplicates: int
    refused: int
    cleaned: int
    # The first of each.
    refusals: tuple[Refusal, ...]
    cleanings: tuple[Cleaning, ...]
