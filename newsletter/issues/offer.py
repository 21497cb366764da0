"""The pool: what feeds have to offer an issue, and which issue carries what already."""

from dataclasses import dataclass
from datetime import datetime

from newsletter.feeds import sameness
from newsletter.feeds import store as feeds
from newsletter.feeds.model import Post
from newsletter.issues import taken
from newsletter.issues.taken import Place
from subscribers.sentence import say
from subscribers.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Offered:
    """A post, and what has become of it."""

    post: Post
    # Where it is carried; None while it is free.
    place: Place | None
    # The same in other feeds of the newsletter, or copied by another site.
    copies: tuple[Post, ...] = ()

    @property
    def is_free(self) -> bool:
        """Whether an issue can take it."""
        return self.place is None and self.post.vanished_at is None

    @property
    def words(self) -> str:
        """What has become of it, for an editor."""
        if self.place is not None:
            return say(
                "carried in %(title)s (issue %(issue_id)s, %(words)s)",
                title=self.place.title,
                issue_id=self.place.issue_id,
                words=self.place.state.words,
            )
        return say("not in its feed any more") if self.post.vanished_at is not None else "free"


def offer(tx: Transaction, newsletter_id: int, start: datetime, end: datetime) -> tuple[Offered, ...]:
    """Give the posts of a newsletter's feeds from *start* up to but without *end*, oldest first, each of them once."""
    places = taken.places(tx, newsletter_id)
    found = []
    for group in sameness.groups(feeds.all_between(tx, newsletter_id, start, end)):
        place = next((place for post in group if (place := places.of(post)) is not None), None)
        first = next((post for post in group if post.vanished_at is None), group[0])
        found.append(Offered(first, place, tuple(post for post in group if post is not first)))
    return tuple(found)
