"""The state of an issue as the desk shows it: a mark and a word."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from newsletter.issues.model import Issue, IssueState

S = IssueState


@dataclass(frozen=True, slots=True)
class ShownState:
    """A word, and the shape before it; colour only repeats them."""

    words: str
    # One of the marks in frontend/css/parts.css.
    mark: str


_MARKS: Mapping[IssueState, str] = MappingProxyType(
    {
        S.DRAFT: "begun",
        S.IN_REVIEW: "begun",
        S.APPROVED: "ready",
        S.SCHEDULED: "ready",
        S.SENDING: "moves",
        S.SENT: "done",
        S.CANCELLED: "gone",
        S.HELD: "waits",
    },
)

PAUSED = ShownState("paused", "waits")


def shown(state: IssueState, *, is_paused: bool) -> ShownState:
    """Give the state for the eye."""
    if is_paused:
        return PAUSED
    return ShownState(state.words, _MARKS[state])


@dataclass(frozen=True, slots=True)
class Standing:
    """A clause after the state, and the moment it speaks of."""

    text: str
    at: datetime | None = None
    # Behind the moment.
    rest: str = ""


def standing(issue: Issue, readers: str) -> Standing:
    """Say what the state means for this issue, which goes to *readers*: `412 people`."""
    if issue.state is S.HELD:
        return Standing("its time came and nobody had approved it, so it was not sent")
    if issue.state is S.SENT:
        return Standing("mailed", issue.sent_at)
    if issue.state is S.CANCELLED:
        return Standing("since", issue.updated_at)
    if issue.state is S.SENDING:
        return Standing("nobody else gets it until it is resumed" if issue.is_paused else f"to {readers}")
    if issue.state in {S.APPROVED, S.SCHEDULED}:
        return Standing("goes out", issue.send_at) if issue.send_at else Standing("and it has no time yet")
    return Standing("due", issue.send_at, ", and sent only if it is approved") if issue.send_at else Standing("without a time")
