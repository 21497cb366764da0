"""What the desk says of people: states, reasons and acts, each in a word with its mark."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar

from newsletter.languages.catalogue import Words, later
from newsletter.mail.delivery import DeliveryState
from newsletter.people.datarequests import Kind
from newsletter.web.desk.issue.audience import Option
from newsletter.web.desk.issue.states import ShownState
from subscribers.consent import Act, Door
from subscribers.model import EVERY_LIST, Reason, SubscriptionState
from subscribers.narrowing import Kept, Source
from subscribers.verification import Fault, Finding

# What a select sends: a text, or a word of one of ours.
Key = TypeVar("Key", bound=str)

S = SubscriptionState
D = DeliveryState

STATES: Mapping[SubscriptionState, ShownState] = MappingProxyType(
    {
        S.REQUESTED: ShownState(later("asked, not confirmed"), "waits"),
        S.CONFIRMED: ShownState(later("confirmed"), "done"),
        S.WITHDRAWN: ShownState(later("left"), "gone"),
    }
)

REASONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.UNSUBSCRIBED: later("unsubscribed"),
        Reason.BOUNCED: later("mail came back"),
        Reason.COMPLAINED: later("called our mail spam"),
        Reason.ERASED: later("was erased"),
        Reason.MANUAL: later("kept out by the staff"),
    }
)

# Why everybody in a file may be kept out; an erasure is more than that.
FILE_REASONS = (Reason.MANUAL, Reason.UNSUBSCRIBED, Reason.BOUNCED, Reason.COMPLAINED)

KEPT: Mapping[Kept, str] = MappingProxyType(
    {
        Kept.OUT: later("kept out, for any reason"),
        Kept.NOT: later("not kept out"),
        Kept.UNSUBSCRIBED: later("unsubscribed"),
        Kept.BOUNCED: later("mail came back for good"),
        Kept.COMPLAINED: later("called our mail spam"),
        Kept.MANUAL: later("kept out by the staff"),
    }
)

SOURCES: Mapping[Source, str] = MappingProxyType(
    {
        Source.FORM: later("signed up by a form"),
        Source.IMPORT_: later("came with an import"),
        Source.STAFF: later("added by the staff"),
    }
)

ACTS: Mapping[Act, str] = MappingProxyType(
    {
        Act.REQUESTED: later("asked to join"),
        Act.MAILED: later("was asked by mail"),
        Act.CONFIRMED: later("said yes"),
        Act.CHANGED: later("changed what they want"),
        Act.WITHDRAWN: later("said no"),
        Act.CLICKS_ALLOWED: later("allowed that their clicks are kept"),
        Act.CLICKS_REFUSED: later("did not want their clicks kept any more"),
        Act.IMPORTED: later("came with an import"),
        Act.ADDED: later("was added by the staff"),
        Act.UNDONE: later("the import was undone"),
        Act.ERASED: later("was erased"),
        Act.UNREADABLE: later("something that cannot be read any more"),
    }
)

DOORS: Mapping[Door, str] = MappingProxyType(
    {
        Door.FORM: later("form"),
        Door.API: later("form on another site"),
        Door.LINK: later("link in a mail"),
        Door.ONE_CLICK: later("button of the mail program"),
        Door.MAIL: later("mail"),
        Door.IMPORT_: later("import"),
        Door.COMMAND: later("the staff"),
        Door.UNREADABLE: later("a way that cannot be read any more"),
    }
)

# What does not fit in the evidence of one person, behind the number of the act.
_MISFITS: Mapping[Fault, str] = MappingProxyType(
    {
        Fault.ACT_MISSING: later("is missing"),
        Fault.ACT_CHANGED: later("is not what was recorded, or does not stand where it was"),
        Fault.WORDING_CHANGED: later("has words that are not those that were recorded"),
        Fault.ORIGIN_CHANGED: later("has another network address or browser than was recorded"),
        Fault.PERSON_CHANGED: later("was said under another address than the person has now"),
    }
)

# What became of a letter on its way to one person.
FATES: Mapping[str, ShownState] = MappingProxyType(
    {
        D.PENDING: ShownState(later("waits"), "begun"),
        D.LEASED: ShownState(later("waits"), "begun"),
        D.SENDING: ShownState(later("is being sent"), "moves"),
        D.ACCEPTED: ShownState(later("accepted"), "done"),
        D.DEFERRED: ShownState(later("tried again later"), "waits"),
        D.REFUSED: ShownState(later("refused"), "stopped"),
        D.UNCERTAIN: ShownState(later("nobody knows"), "waits"),
        D.SKIPPED: ShownState(later("not sent"), "gone"),
        D.CANCELLED: ShownState(later("cancelled"), "gone"),
    }
)


KINDS: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.ACCESS: later("what is held about them"),
        Kind.CHANGE: later("to have something put right"),
        Kind.STOP: later("to be written to no more"),
        Kind.ERASURE: later("to be forgotten"),
    }
)


def options(spoken: Words, texts: Mapping[Key, str], chosen: str, nothing: str) -> tuple[Option, ...]:
    """Give the lines of a select, the first one for none of *texts*."""
    lines = (Option(value, spoken.gettext(text), is_chosen=value == chosen) for value, text in texts.items())
    return (Option("", spoken.gettext(nothing), is_chosen=not chosen), *lines)


def named(spoken: Words, names: Mapping[str, str], chosen: str, nothing: str) -> tuple[Option, ...]:
    """Give the lines of a select that people gave the names of; of the first one, for none of them, a text."""
    lines = (Option(value, name, is_chosen=value == chosen) for value, name in names.items())
    return (Option("", spoken.gettext(nothing), is_chosen=not chosen), *lines)


def chosen_from(spoken: Words, reasons: Iterable[Reason]) -> tuple[Option, ...]:
    """Give some reasons as the lines of a select."""
    return tuple(Option(one.value, spoken.gettext(REASONS[one])) for one in reasons)


def scopes(spoken: Words, names: Mapping[int, str], *, has_every: bool) -> tuple[Option, ...]:
    """Give lists as the lines of a select, and before them all there are or will be."""
    of_lists = tuple(Option(str(list_id), name) for list_id, name in names.items())
    return (Option(str(EVERY_LIST), spoken.gettext("Every list there is or will be")), *of_lists) if has_every else of_lists


def kept_out(spoken: Words, reasons: Iterable[tuple[int, Reason]], names: Mapping[int, str]) -> tuple[str, ...]:
    """Say why somebody is kept out, and of what."""
    return tuple(_kept_out(spoken, list_id, reason, names) for list_id, reason in reasons)


def _kept_out(spoken: Words, list_id: int, reason: Reason, names: Mapping[int, str]) -> str:
    why = spoken.gettext(REASONS[reason])
    return why if list_id == EVERY_LIST else f"{why} ({names.get(list_id) or spoken.gettext('a list')})"


def misfit(words: Words, found: Finding) -> str:
    """Say what does not fit in the evidence of a person."""
    if found.fault not in _MISFITS or found.seq is None:
        return words.gettext("They stand on a list as confirmed, and no yes to it is written down.")
    said = words.gettext(_MISFITS[found.fault])
    return words.gettext("Act %(number)s %(misfit)s.", number=found.seq, misfit=said)
