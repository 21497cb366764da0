"""The way of a fresh instance from nothing to its first issue: what is done, and where the next step is."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.feeds import store as feeds
from newsletter.issues import schedulebook
from newsletter.issues.model import Newsletter
from newsletter.languages.catalogue import later
from subscribers import audience
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Beginning:
    """One step on the way; what it says is marked by `later`."""

    words: str
    # Why, in a sentence.
    text: str
    # Empty: something else comes first.
    href: str
    is_done: bool
    # The one to take now.
    is_next: bool = False


def steps(tx: Transaction, seen: Sequence[Newsletter], *, has_relay: bool) -> tuple[Beginning, ...]:
    """Give the way, of which the first step that is not done is the next."""
    first = seen[0] if seen else None
    has_feed = first is not None and bool(feeds.feeds_of(tx, first.id))
    has_people = first is not None and audience.has_anybody(tx, first.list_id)
    has_calendar = first is not None and schedulebook.schedule_of(tx, first.id) is not None
    home = f"/desk/settings/newsletters/{first.id}" if first is not None else "/desk/settings/newsletters/new"
    issue = f"/desk/newsletters/{first.id}/begin" if first is not None else ""
    found = (
        (
            later("Make a newsletter"),
            later("Its name, its sender, and its plan of sections."),
            "/desk/settings/newsletters/new",
            bool(seen),
        ),
        (
            later("Add the feed it is made of"),
            later("Posts of a blog become articles by themselves."),
            "/desk/settings/feeds",
            has_feed,
        ),
        (later("Bring its people"), later("Import a list, or put a form on your pages."), "/desk/people/imports", has_people),
        (later("Connect a mail server"), later("Without one nothing is mailed."), "/desk/settings/relays", has_relay),
        (
            later("Say when it comes out"),
            later("Its draft is made some days before, by itself."),
            f"{home}/calendar",
            has_calendar,
        ),
        (
            later("Begin the first issue"),
            later("Of the posts of a month, or of nothing but what you write."),
            issue,
            False,
        ),
    )
    upcoming = next((place for place, (*_, is_done) in enumerate(found) if not is_done), len(found))
    return tuple(
        Beginning(words, text, href, is_done, is_next=place == upcoming)
        for place, (words, text, href, is_done) in enumerate(found)
    )
