"""What can be done with an issue, and what is said when it was done."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from newsletter.issues.model import EDITABLE, Issue, IssueState, Newsletter
from newsletter.staff.permissions import Actor, Permission, allowed
from newsletter.web.desk.frame import Said

S = IssueState


@dataclass(frozen=True, slots=True)
class Step:
    """A button: a form that acts at once, or a link to a page that asks first."""

    words: str
    # The last part of the form's address; empty for a link.
    verb: str = ""
    href: str = ""
    is_first: bool = False
    # Looks like a link: possible, and rarely what one came for.
    is_quiet: bool = False


SAID: Mapping[str, Said] = MappingProxyType(
    {
        "approved": Said(
            "Approved. What the preview shows is frozen and will be sent byte for byte; any edit takes the approval back."
        ),
        "approved_unread": Said(
            "Approved as it stands. A feed could not be read, so whether its posts were changed since is not known.",
            is_done=False,
        ),
        "drafted": Said("Drafted. Later posts of the month are added by themselves."),
        "drafted_unread": Said(
            "Drafted of the posts that are here. A feed could not be read; what it brings later is added by itself.",
            is_done=False,
        ),
        "blocked": Said("Not approved: something below must be mended first, or set aside with a reason.", is_done=False),
        "chosen": Said("Its readers are chosen. Who is in a segment is asked again when it is sent."),
        "scheduled": Said("The time is set."),
        "sending": Said("It is on its way. You may close this page; the mailing goes on."),
        "paused": Said("Paused. Nobody else gets it until you resume.", is_done=False),
        "resumed": Said("It goes on."),
        "cancelled": Said("Cancelled."),
    },
)


def steps(issue: Issue, newsletter: Newsletter, readers: str, actor: Actor, *, is_blocked: bool) -> tuple[Step, ...]:
    """Give the buttons for an issue that goes to *readers*, as far as *actor* may press them; at most one is the first."""
    found = _approving(issue, actor, is_blocked=is_blocked) if issue.state in {S.DRAFT, S.IN_REVIEW, S.HELD} else ()
    if allowed(actor, Permission.SEND, newsletter.id):
        found = (*found, *_sending(issue, readers), *_cancelling(issue))
    if issue.state is S.SENT:
        found = (Step("Read it in the archive", href=f"/archive/{newsletter.slug}/{issue.number}"),)
    return found


def _approving(issue: Issue, actor: Actor, *, is_blocked: bool) -> tuple[Step, ...]:
    if is_blocked or not allowed(actor, Permission.APPROVE, issue.newsletter_id):
        return ()
    return (Step("Approve for sending", verb="approve", is_first=True),)


def _sending(issue: Issue, readers: str) -> tuple[Step, ...]:
    if issue.state in {S.APPROVED, S.SCHEDULED}:
        # With a time it goes out by itself, so sending is not the next thing to do.
        return (Step(f"Send to {readers} now …", href=f"/desk/issues/{issue.id}/send", is_first=issue.send_at is None),)
    if issue.state is not S.SENDING:
        return ()
    if issue.is_paused:
        return (Step("Resume", verb="resume", is_first=True),)
    return (Step("Pause", verb="pause"),)


def _cancelling(issue: Issue) -> tuple[Step, ...]:
    href = f"/desk/issues/{issue.id}/cancel"
    if issue.state is S.SENDING:
        return (Step("Cancel the rest …", href=href, is_quiet=True),)
    return (Step("Cancel this issue …", href=href, is_quiet=True),) if issue.state in EDITABLE else ()
