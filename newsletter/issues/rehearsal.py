"""What would be drafted of what a feed says now, without keeping any of it; pure."""

from collections.abc import Sequence
from datetime import datetime

from newsletter.feeds.model import Entry, Post
from newsletter.issues.bylines import Register
from newsletter.issues.filing import Filed, file, planned_places
from newsletter.issues.model import Month, Newsletter
from newsletter.issues.schedule import start_of


def rehearse(newsletter: Newsletter, entries: Sequence[Entry], month: Month, register: Register, now: datetime) -> Filed:
    """Say where each entry of *month*, cut in the newsletter's zone, would fall by its plan, the oldest first."""
    begin, end = start_of(month, newsletter.zone), start_of(month.following, newsletter.zone)
    of_month = sorted((one for one in entries if begin <= one.published_at < end), key=lambda one: one.published_at)
    posts = [Post(number, 0, entry, now, None) for number, entry in enumerate(of_month, 1)]
    return file(planned_places(newsletter.plan), posts, register)
