"""Newsletters, as they are."""

from datetime import datetime

from pydantic import Field

from newsletter.issues import newsletters
from newsletter.issues.model import Archive, Newsletter
from newsletter.staff.permissions import Permission
from newsletter.web.api import paging
from newsletter.web.api.calls import Calling
from newsletter.web.api.fields import Answer
from newsletter.web.api.paging import Cursor, Limit, Page
from newsletter.web.api.routing import Routes
from newsletter.web.visits import Of

VIEW = Permission.VIEW

routes = Routes("newsletters", "What is mailed, to which list, and in whose name.")


class NewsletterAnswer(Answer):
    """A newsletter."""

    id: int
    slug: str = Field(description="As it stands in the addresses of its archive.")
    name: str
    list_id: int
    sender_name: str
    sender_address: str
    reply_to: str
    postal_address: str
    language: str
    zone: str
    needs_second_person: bool
    archive: Archive
    counts_clicks: bool
    created_at: datetime


@routes.get("/newsletters", VIEW, Of.ANY_NEWSLETTER)
def list_newsletters(call: Calling, cursor: Cursor = None, limit: Limit = paging.USUAL) -> Page[NewsletterAnswer]:
    """List the newsletters that the key reaches, in the order they were made."""
    seen = call.newsletters(VIEW)
    with call.reading() as tx:
        known = [one for one in newsletters.all_newsletters(tx) if seen is None or one.id in seen]
    shown, more = paging.page_of(known, lambda one: one.id, cursor, limit)
    return Page(items=[_answer(one) for one in shown], next=more)


@routes.get("/newsletters/{newsletter_id:int}", VIEW, Of.NEWSLETTER)
def show_newsletter(call: Calling, newsletter_id: int) -> NewsletterAnswer:
    """Show one newsletter."""
    with call.reading() as tx:
        return _answer(newsletters.by_id(tx, newsletter_id))


def _answer(known: Newsletter) -> NewsletterAnswer:
    return NewsletterAnswer.model_validate(known)
