"""What can be done with an issue, and what is said when it was done."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from newsletter.issues.model import Issue, IssueState, Newsletter
from newsletter.languages.catalogue import later
from newsletter.staff.permissions import Actor, Permission, allowed
from newsletter.web.desk.frame import Said

S = IssueState


@dataclass(frozen=True, slots=True)
class Step:
    """A link to where something is done."""

    # Marked by `later`.
    words: str
    href: str
    is_first: bool = False
    # Looks like a link: possible, and rarely what one came for.
    is_quiet: bool = False


SAID: Mapping[str, Said] = MappingProxyType(
    {
        "approved": Said(
            later("Approved. What the preview shows is frozen and will be sent exactly so; any edit takes the approval back.")
        ),
        "approved_unread": Said(
            later("Approved as it stands. A feed could not be read, so whether its posts were changed since is not known."),
            is_done=False,
        ),
        "begun": Said(later("Begun, and empty. The composer is where its sections and texts are put in.")),
        "drafted": Said(later("Drafted. Later posts of the month are added by themselves.")),
        "drafted_unread": Said(
            later("Drafted of the posts that are here. A feed could not be read; what it brings later is added by itself."),
            is_done=False,
        ),
        "blocked": Said(
            later("Not approved: something below must be mended first, or set aside with a reason."), is_done=False
        ),
        "assigned": Said(later("Saved. Whoever owns a section is named below and on the board, and reminded of it.")),
        "unassigned": Said(later("Nothing was changed.")),
        "chosen": Said(later("Its readers are chosen. Who is in a segment is asked again when it is sent.")),
        "scheduled": Said(
            later(
                "The time is set. Until then you can give it another, or none; for a minute “Undo” brings back what was before."
            )
        ),
        "ordered": Said(later("It goes out in a minute. Until then you can take it back as if nothing had happened.")),
        "undone": Said(later("Taken back. The issue stands as it stood before, and nobody got anything.")),
        "unscheduled": Said(later("It is off the schedule. It is approved, and goes out when somebody says so.")),
        "rate": Said(later("The rate is changed. It holds for everything that goes to this mail server.")),
        "invited": Said(later("A mail with the link is on its way.")),
        "revoked": Said(later("The link opens nothing any more. What was said by it stays.")),
        "commented": Said(later("Your comment stands below. Reviewers read it too.")),
        "resolved": Said(later("Done. Its author reads the answer by the same link.")),
        "proofed": Said(later("A proof is on its way. It is not counted as sent.")),
        "settled": Said(later("They are counted as accepted, by your word.")),
        "resent": Said(later("They are mailed again in a minute. Until then you can take it back as if nothing had happened.")),
        "rest": Said(later("They get it in a minute. Until then you can take it back as if nothing had happened.")),
        "ordered_already": Said(later("That is ordered already. It happens once."), is_done=False),
        "order_undone": Said(later("Taken back. Nobody was mailed by it.")),
        "rest_nobody": Said(later("There is nobody left who could get it."), is_done=False),
        "paused": Said(later("Paused. Nobody else gets it until you resume."), is_done=False),
        "resumed": Said(later("It goes on.")),
        "cancelled": Said(later("Cancelled.")),
    },
)


def steps(issue: Issue, newsletter: Newsletter, actor: Actor, *, is_blocked: bool) -> tuple[Step, ...]:
    """Give what is to be done next with an issue, as far as *actor* may do it; at most one is the first."""
    base = f"/desk/issues/{issue.id}"
    if issue.state is S.SENT:
        return (Step(later("Read it in the archive"), href=f"/archive/{newsletter.slug}/{issue.number}"),)
    if issue.state is S.SENDING:
        return (Step(later("Watch the mailing"), href=f"{base}/send", is_first=True),)
    if issue.state is S.CANCELLED:
        return ()
    found: tuple[Step, ...] = ()
    if issue.state in {S.APPROVED, S.SCHEDULED}:
        # With a time it goes out by itself, so sending is not the next thing to do.
        found = (
            Step(
                later("Who gets it when") if issue.send_at else later("Send …"),
                href=f"{base}/send",
                is_first=issue.send_at is None,
            ),
        )
    elif allowed(actor, Permission.APPROVE, newsletter.id):
        words = later("See what must be mended") if is_blocked else later("Review and approve")
        found = (Step(words, href=f"{base}/review", is_first=True),)
    else:
        found = (Step(later("Review"), href=f"{base}/review"),)
    if allowed(actor, Permission.SEND, newsletter.id):
        found = (*found, Step(later("Cancel this issue …"), href=f"{base}/cancel", is_quiet=True))
    return found
