"""What the desk says of people: states, reasons and acts, each in a word with its mark."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from newsletter.mail.delivery import DeliveryState
from newsletter.people.datarequests import Kind
from newsletter.web.desk.issue.audience import Option
from newsletter.web.desk.issue.states import ShownState
from subscribers.consent import Act, Door
from subscribers.model import EVERY_LIST, Reason, SubscriptionState
from subscribers.narrowing import Kept, Source

S = SubscriptionState
D = DeliveryState

STATES: Mapping[SubscriptionState, ShownState] = MappingProxyType(
    {
        S.REQUESTED: ShownState("asked, not confirmed", "waits"),
        S.CONFIRMED: ShownState("confirmed", "done"),
        S.WITHDRAWN: ShownState("left", "gone"),
    }
)

REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.UNSUBSCRIBED: "unsubscribed",
        Reason.BOUNCED: "mail came back",
        Reason.COMPLAINED: "called our mail spam",
        Reason.ERASED: "was erased",
        Reason.MANUAL: "kept out by the staff",
    }
)

# Why everybody in a file may be kept out; an erasure is more than that.
FILE_REASONS = (Reason.MANUAL, Reason.UNSUBSCRIBED, Reason.BOUNCED, Reason.COMPLAINED)

KEPT: Mapping[Kept, str] = MappingProxyType(
    {
        Kept.OUT: "kept out, for any reason",
        Kept.NOT: "not kept out",
        Kept.UNSUBSCRIBED: "unsubscribed",
        Kept.BOUNCED: "mail came back for good",
        Kept.COMPLAINED: "called our mail spam",
        Kept.MANUAL: "kept out by the staff",
    }
)

SOURCES: Mapping[Source, str] = MappingProxyType(
    {Source.FORM: "signed up by a form", Source.IMPORT_: "came with an import", Source.STAFF: "added by the staff"}
)

ACTS: Mapping[Act, str] = MappingProxyType(
    {
        Act.REQUESTED: "asked to join",
        Act.MAILED: "was asked by mail",
        Act.CONFIRMED: "said yes",
        Act.CHANGED: "changed what they want",
        Act.WITHDRAWN: "said no",
        Act.IMPORTED: "came with an import",
        Act.ADDED: "was added by the staff",
        Act.UNDONE: "the import was undone",
        Act.ERASED: "was erased",
    }
)

DOORS: Mapping[Door, str] = MappingProxyType(
    {
        Door.FORM: "form",
        Door.API: "form on another site",
        Door.LINK: "link in a mail",
        Door.ONE_CLICK: "button of the mail program",
        Door.MAIL: "mail",
        Door.IMPORT_: "import",
        Door.COMMAND: "the staff",
    }
)

# What became of a letter on its way to one person.
FATES: Mapping[str, ShownState] = MappingProxyType(
    {
        D.PENDING: ShownState("waits", "begun"),
        D.LEASED: ShownState("waits", "begun"),
        D.SENDING: ShownState("is being sent", "moves"),
        D.ACCEPTED: ShownState("accepted", "done"),
        D.DEFERRED: ShownState("tried again later", "waits"),
        D.REFUSED: ShownState("refused", "stopped"),
        D.UNCERTAIN: ShownState("nobody knows", "waits"),
        D.SKIPPED: ShownState("not sent", "gone"),
        D.CANCELLED: ShownState("cancelled", "gone"),
    }
)


KINDS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.ACCESS: "what is held about them",
        Kind.CHANGE: "to have something put right",
        Kind.STOP: "to be written to no more",
        Kind.ERASURE: "to be forgotten",
    }
)


def options(words: Mapping[str, str], chosen: str, nothing: str) -> tuple[Option, ...]:
    """Give the lines of a select, the first one for none of *words*."""
    lines = (Option(value, said, is_chosen=value == chosen) for value, said in words.items())
    return (Option("", nothing, is_chosen=not chosen), *lines)


def kept_out(reasons: Iterable[tuple[int, Reason]], names: Mapping[int, str]) -> tuple[str, ...]:
    """Say why somebody is kept out, and of what."""
    return tuple(
        REASONS[reason] if list_id == EVERY_LIST else f"{REASONS[reason]} ({names.get(list_id, 'a list')})"
        for list_id, reason in reasons
    )
