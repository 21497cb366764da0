"""What a person said, when, by which door and in which words: the evidence of consent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Act(StrEnum):
    """What was done about writing to a person."""

    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    # Taken over from elsewhere, on the basis that stands in the wording.
    IMPORTED = "imported"
    # Entered by the staff, on the basis that stands in the wording.
    ADDED = "added"
    ERASED = "erased"


class Door(StrEnum):
    """Where the act came in."""

    FORM = "form"
    LINK = "link"
    # RFC 8058: the mail program's own button.
    ONE_CLICK = "one-click"
    # `import` is a word of the language.
    IMPORT_ = "import"
    COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What proves an act, apart from its time."""

    door: Door
    # The exact words on the page the button stood on, or the stated basis of an import.
    wording: str = ""
    # The network address the act came from, and what the browser said of itself.
    network: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Consent:
    """One act as recorded; there are only ever more of them."""

    id: int
    act: Act
    at: datetime
    # None when the list, or the link to it, is gone.
    list_id: int | None
    evidence: Evidence
