"""What the desk says of mail that came back: what it is, why, what followed, and what became of the message."""

from collections.abc import Mapping
from types import MappingProxyType

from newsletter.languages.catalogue import later
from newsletter.returns.browsing import Line
from newsletter.returns.fate import Fate, Followed
from newsletter.returns.model import CameBy, Cause, Kind
from newsletter.web.desk.issue.states import ShownState

K = Kind
C = Cause
F = Followed

# As it stands in a line of a list.
KINDS: Mapping[Kind, ShownState] = MappingProxyType(
    {
        K.BOUNCE: ShownState(later("did not arrive"), "stopped"),
        K.DELAY: ShownState(later("is late"), "waits"),
        K.DELIVERED: ShownState(later("arrived"), "done"),
        K.COMPLAINT: ShownState(later("called spam"), "stopped"),
        K.OPT_OUT: ShownState(later("asked their provider to leave"), "gone"),
        K.AUTH_REPORT: ShownState(later("report about our proof of origin"), "waits"),
        K.UNSUBSCRIBE: ShownState(later("left by mail"), "gone"),
        K.AUTO_REPLY: ShownState(later("automatic answer"), "begun"),
        K.CHALLENGE: ShownState(later("asks whether a person wrote"), "begun"),
        K.REPLY: ShownState(later("answer by a person"), "moves"),
        K.UNREADABLE: ShownState(later("cannot be read"), "waits"),
    }
)

# The same as the choices of a filter.
CHOICES: Mapping[Kind, str] = MappingProxyType(
    {
        K.BOUNCE: later("Did not arrive"),
        K.COMPLAINT: later("Called spam"),
        K.UNSUBSCRIBE: later("Left by mail"),
        K.OPT_OUT: later("Left by their provider"),
        K.REPLY: later("Answers by people"),
        K.AUTO_REPLY: later("Automatic answers"),
        K.CHALLENGE: later("Questions whether a person wrote"),
        K.DELAY: later("Late"),
        K.DELIVERED: later("Arrived"),
        K.AUTH_REPORT: later("Reports about our proof of origin"),
        K.UNREADABLE: later("Unreadable"),
    }
)

CAUSES: Mapping[Cause, str] = MappingProxyType(
    {
        C.ADDRESS_DEAD: later("The address does not exist any more"),
        C.FULL: later("The mailbox is full"),
        C.POLICY: later("The provider refused us"),
        C.AUTHENTICATION: later("Nothing proved who it is from"),
        C.CONTENT: later("Refused for what is in it, or for its size"),
        C.TEMPORARY: later("Out of reach for too long"),
        C.UNKNOWN: later("Nothing tells why"),
    }
)

# What is done about each, by the usual rules.
CONSEQUENCES: Mapping[Cause, str] = MappingProxyType(
    {
        C.ADDRESS_DEAD: later("They are never written to again; it can be lifted on their page."),
        C.FULL: later("A point against the address. Nobody is kept out for one."),
        C.POLICY: later("It is about us, so nobody is kept out for it. Look at the words of the servers below."),
        C.AUTHENTICATION: later("It is about us, so nobody is kept out for it. Look at the sending domains."),
        C.CONTENT: later("It is about the issue, so nobody is kept out for it."),
        C.TEMPORARY: later("A point against the address. Nobody is kept out for one."),
        C.UNKNOWN: later("A point against the address. Nobody is kept out for one."),
    }
)

FOLLOWED: Mapping[Followed, ShownState] = MappingProxyType(
    {
        F.NOTED: ShownState(later("noted"), "begun"),
        F.POINT: ShownState(later("a point"), "waits"),
        F.PROBE_OWED: ShownState(later("one more mail will ask"), "waits"),
        F.PROBED: ShownState(later("one more mail asked"), "waits"),
        F.SUPPRESSED: ShownState(later("never written to again"), "stopped"),
        F.LEFT: ShownState(later("off the list, as they said"), "gone"),
        F.OURS: ShownState(later("about us, not about them"), "begun"),
    }
)

FATES: Mapping[Fate, ShownState] = MappingProxyType(
    {
        Fate.REPEATED: ShownState(later("was here before"), "gone"),
        Fate.AGAIN: ShownState(later("known already"), "gone"),
        Fate.APPLIED: ShownState(later("counted"), "done"),
        Fate.UNATTRIBUTED: ShownState(later("nobody’s: counts for nothing"), "waits"),
        Fate.WAITING: ShownState(later("waits for its delivery"), "begun"),
        Fate.FORWARDED: ShownState(later("forwarded"), "done"),
        Fate.HELD: ShownState(later("kept, not forwarded"), "waits"),
        Fate.UNREADABLE: ShownState(later("kept to be looked at"), "waits"),
    }
)

CAME_BY: Mapping[CameBy, str] = MappingProxyType(
    {
        CameBy.IMAP: later("the mailbox"),
        CameBy.SMTP: later("the port that takes mail"),
        CameBy.FILE: later("a file, or a pipe of a mail server"),
        CameBy.SES: later("a report of Amazon SES"),
        CameBy.POSTMARK: later("a report of Postmark"),
        CameBy.MAILGUN: later("a report of Mailgun"),
        CameBy.SENDGRID: later("a report of SendGrid"),
        CameBy.BREVO: later("a report of Brevo"),
        CameBy.MAILJET: later("a report of Mailjet"),
    }
)

# Where the mark stood by which a message was recognised, by the names of `Where`.
FOUND_BY: Mapping[str, str] = MappingProxyType(
    {
        "envelope": later("the address it was delivered to"),
        "delivered_to": later("the address it was delivered to, as its mail server wrote it down"),
        "to": later("the address it is written to"),
        "answered": later("the mail it answers"),
        "returned": later("the mail of ours that stands in it"),
    }
)


def cause(line: Line) -> str:
    """Say why it did not arrive; nothing of what still may."""
    return CAUSES[line.cause] if line.cause is not None and line.kind is Kind.BOUNCE else ""


def outcome(line: Line) -> ShownState:
    """Say what came of a message: what followed for the person, or why nothing did."""
    if line.followed is not None and line.fate in {None, Fate.APPLIED}:
        return FOLLOWED[line.followed]
    return FATES[line.fate or Fate.APPLIED]
