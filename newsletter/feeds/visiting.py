"""Visits a web page that an editor wants to tell of."""

import asyncio
from http import HTTPStatus

from newsletter.confined import Child, ChildFailed
from newsletter.errors import NewsletterError
from newsletter.feeds import patience
from newsletter.feeds.addresses import feed_address
from newsletter.feeds.webpage import NotAPage, WebPage, read_page
from newsletter.outbound import Fetched, FetchFailed, FetchPolicy, fetch
from subscribers.sentence import say

# A page nested 200,000 deep takes its parser longer than anybody waits.
SECONDS = 10.0
MEMORY_MB = 512

ACCEPT = ("Accept", "text/html, application/xhtml+xml;q=0.9, */*;q=0.1")


class PageUnreadable(NewsletterError):  # noqa: N818 -- named for the outcome
    """The page could not be had, or is none; the reason completes the sentence "The page …"."""

    def __init__(self, url: str, reason: str) -> None:
        self.url = url
        self.reason = reason
        super().__init__(say("%(url)s %(reason)s. Nothing was added.", url=url, reason=reason))


async def visit(url: str, policy: FetchPolicy, child: Child, *, seconds: float = SECONDS) -> WebPage:
    """Give what the page at *url* says of itself.

    Args:
        url: as an editor typed or pasted it.
        policy: what fetching may cost and where it may go.
        child: the process in which the page is read.
        seconds: how long reading may take.

    Raises:
        BadValue: the text is no address of the web.
        PageUnreadable: no answer, another status than success, or no page that says anything of itself.

    """
    address = feed_address(url, "page")
    try:
        answer = await fetch(address, policy, (ACCEPT,))
    except FetchFailed as failed:
        raise PageUnreadable(address, failed.reason) from failed
    if answer.status != HTTPStatus.OK:
        raise PageUnreadable(address, patience.status_words(answer.status))
    found = await asyncio.to_thread(_read, child, answer, seconds)
    if isinstance(found, NotAPage):
        raise PageUnreadable(address, found.reason)
    return found


def _read(child: Child, answer: Fetched, seconds: float) -> WebPage | NotAPage:
    content_type = answer.headers.get("content-type", "")
    try:
        return child.run(read_page, answer.body, content_type, answer.url, seconds=seconds, memory_mb=MEMORY_MB)
    except ChildFailed as failed:
        return NotAPage(say("could not be taken apart: the parser %(reason)s", reason=failed.reason))
