"""What a page has asked for and not been answered yet: whoever waits for that need not wait for silence."""

from playwright.sync_api import Page, Request

# How long Playwright hears what happens before it is asked again. In milliseconds.
_PAUSE = 10

# Two frames: what a script does behind an answer is done, and so is what follows from what it did.
_DRAWN = """
() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))
"""


class Underway:
    """The requests of a page that have no end yet; a stream never has one, so nobody waits for it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._open: set[Request] = set()
        page.on("request", self._begin)
        page.on("requestfinished", self._end)
        page.on("requestfailed", self._end)

    def settle(self) -> None:
        """Wait until a page that has loaded asks for nothing more."""
        self._page.evaluate(_DRAWN)
        while self._open:
            self._page.wait_for_timeout(_PAUSE)
            self._page.evaluate(_DRAWN)

    def _begin(self, request: Request) -> None:
        if request.is_navigation_request() and request.frame == self._page.main_frame:
            # What the page before it had asked for comes to no end.
            self._open.clear()
        if request.resource_type != "eventsource":
            self._open.add(request)

    def _end(self, request: Request) -> None:
        self._open.discard(request)
