"""The state of an issue as the desk shows it: a mark and a word."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from newsletter.issues.model import Issue, IssueState
from newsletter.issues.practice import Stage
from newsletter.languages.catalogue import later

S = IssueState


@dataclass(frozen=True, slots=True)
class ShownState:
    """A word, and the shape before it; colour only repeats them."""

    # Marked by `later`.
    words: str
    # One of the marks in frontend/css/parts.css.
    mark: str


_SHOWN: Mapping[IssueState, ShownState] = MappingProxyType(
    {
        S.DRAFT: ShownState(later("draft"), "begun"),
        S.IN_REVIEW: ShownState(later("in review"), "begun"),
        S.APPROVED: ShownState(later("approved"), "ready"),
        S.SCHEDULED: ShownState(later("scheduled"), "ready"),
        S.SENDING: ShownState(later("sending"), "moves"),
        S.SENT: ShownState(later("sent"), "done"),
        S.CANCELLED: ShownState(later("cancelled"), "gone"),
        S.HELD: ShownState(later("held"), "waits"),
    },
)

PAUSED = ShownState(later("paused"), "waits")

# What happens on the way of an issue, as a line of its calendar says it.
STAGES: Mapping[Stage, str] = MappingProxyType(
    {
        Stage.DRAFT: later("draft opens"),
        Stage.CONTRIBUTIONS: later("contributions due"),
        Stage.REVIEW: later("review starts"),
        Stage.APPROVAL: later("approval due"),
        Stage.SENDING: later("sent"),
    },
)


def shown(state: IssueState, *, is_paused: bool) -> ShownState:
    """Give the state for the eye."""
    return PAUSED if is_paused else _SHOWN[state]


@dataclass(frozen=True, slots=True)
class Standing:
    """A clause after the state, marked by `later`, and what it speaks of."""

    text: str
    # Stands in it as `moment`.
    at: datetime | None = None
    # How many get the issue: stands in it as `readers`.
    readers: str = ""


_STANDING: Mapping[IssueState, str] = MappingProxyType(
    {
        S.HELD: later("its time came and nobody had approved it, so it was not sent"),
        S.SENT: later("mailed %(moment)s"),
        S.CANCELLED: later("since %(moment)s"),
        S.SENDING: later("to %(readers)s"),
    },
)


def standing(issue: Issue, readers: str) -> Standing:
    """Say what the state means for this issue, which goes to *readers*: `412 people`."""
    if issue.state is S.SENDING and issue.is_paused:
        return Standing(later("nobody else gets it until it is resumed"))
    if issue.state in _STANDING:
        return Standing(_STANDING[issue.state], issue.updated_at if issue.state is S.CANCELLED else issue.sent_at, readers)
    if issue.state in {S.APPROVED, S.SCHEDULED}:
        return (
            Standing(later("goes out %(moment)s"), issue.send_at)
            if issue.send_at
            else Standing(later("and it has no time yet"))
        )
    if issue.send_at:
        return Standing(later("due %(moment)s, and sent only if it is approved"), issue.send_at)
    return Standing(later("without a time"))
