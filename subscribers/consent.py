"""What a person said, when, by which door and in which words: the evidence of consent."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from subscribers.oneline import one_line

# The wording is ours or the operator's; a browser may call itself anything of any length.
LONGEST_WORDING = 4_000
LONGEST_NETWORK = 64
LONGEST_AGENT = 300
LONGEST_FORM = 100
# RFC 5646 4.4.1: enough for any tag in use.
LONGEST_LANGUAGE = 35
# RFC 5322 2.1.1: a line of a message is no longer.
LONGEST_MESSAGE_ID = 998


class Act(StrEnum):
    """What was done about writing to a person."""

    REQUESTED = "requested"
    # The mail that asks for the yes was planned; its Message-ID stands in the evidence.
    MAILED = "mailed"
    CONFIRMED = "confirmed"
    # They want something else than before: topics, how often, another address. The wording says what.
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"
    # That it is kept which links they follow: a yes of its own, and its no.
    CLICKS_ALLOWED = "clicks-allowed"
    CLICKS_REFUSED = "clicks-refused"
    # Taken over from elsewhere, on the basis that stands in the wording.
    IMPORTED = "imported"
    # Entered by the staff, on the basis that stands in the wording.
    ADDED = "added"
    # The import that had put them on the list was undone by the staff; nobody had written to them by then.
    UNDONE = "undone"
    ERASED = "erased"
    # Never written down: what stands in a row that was changed behind our back is none of these words.
    UNREADABLE = "unreadable"

    @classmethod
    def _missing_(cls, _value: object) -> "Act":
        # Whoever looks at a person must be shown that, and must still be able to hand out, stop and erase.
        return cls.UNREADABLE


# Says nothing about whether somebody wants to be written to.
ABOUT_CLICKS = frozenset({Act.CLICKS_ALLOWED, Act.CLICKS_REFUSED})


class Door(StrEnum):
    """Where the act came in."""

    FORM = "form"
    # A script on another site; the words are those it was given to show.
    API = "api"
    LINK = "link"
    # RFC 8058: the mail program's own button.
    ONE_CLICK = "one-click"
    # A mail: ours to the person, or theirs to us.
    MAIL = "mail"
    # `import` is a word of the language.
    IMPORT_ = "import"
    COMMAND = "command"
    # As among the acts.
    UNREADABLE = "unreadable"

    @classmethod
    def _missing_(cls, _value: object) -> "Door":
        return cls.UNREADABLE


@dataclass(frozen=True, slots=True)
class Evidence:
    """What proves an act, apart from its time."""

    door: Door
    # The exact words on the page the button stood on, or the stated basis of an import.
    wording: str = ""
    # The network address the act came from, and what the browser said of itself.
    network: str = ""
    agent: str = ""
    # Which form of ours it was, where there are several.
    form: str = ""
    # In which language the wording is.
    language: str = ""
    # Of the mail that asked for the yes, with its angle brackets.
    message_id: str = ""

    def kept(self) -> "Evidence":
        """Give it as it is kept: each part on one line of bounded length."""
        return Evidence(
            door=self.door,
            wording=one_line(self.wording, LONGEST_WORDING),
            network=one_line(self.network, LONGEST_NETWORK),
            agent=one_line(self.agent, LONGEST_AGENT),
            form=one_line(self.form, LONGEST_FORM),
            language=one_line(self.language, LONGEST_LANGUAGE),
            message_id=one_line(self.message_id, LONGEST_MESSAGE_ID),
        )


@dataclass(frozen=True, slots=True)
class Consent:
    """One act as recorded; there are only ever more of them."""

    id: int
    act: Act
    at: datetime
    # None when it is about no list or about all of them.
    list_id: int | None
    evidence: Evidence
    # SHA-256 of the wording, by which one version is told from another; empty without a wording.
    version: str
    # Its place in the chain of the person's acts, from 1 on, and the digest that holds it there (`subscribers.chain`).
    chain: int
    seq: int
    digest: str
