"""Fields of our forms as a browser sends them some seconds after it was shown the page."""

import re
from datetime import datetime, timedelta

from httpx2 import Response
from playwright.sync_api import Page

from newsletter.web.metering import HEADER
from newsletter.web.public import stamps
from subscribers.tokens import Keyring

# What a person takes to type an address.
TYPING = timedelta(seconds=10)


def joining(keyring: Keyring, now: datetime, email: str, **fields: str) -> dict[str, str]:
    """Give the form of a list, filled in by a person."""
    return {"email": email, "name": "", "website": "", stamps.FIELD: stamps.stamp(keyring, now - TYPING)} | fields


def told_by(answer: Response) -> tuple[int, bytes, str]:
    """Give all that an answer tells whoever sent a form: all of it but the number of the request, which is drawn."""
    headers = answer.headers.copy()
    del headers[HEADER]
    return answer.status_code, answer.content, str(headers)


def link_in(pattern: str) -> str:
    """Give the words of the link within a sentence, as a catalogue has it."""
    found = re.search(r"\[(.+)\]", pattern)
    assert found is not None, pattern
    return found[1]


def press_more(page: Page, once_more: str, done: str) -> None:
    """Press the key that a quick typist is asked for, unless the machine was slow and nobody asks."""
    asked, thanked = page.locator("h1", has_text=once_more), page.locator("h1", has_text=done)
    asked.or_(thanked).wait_for()
    if asked.count():
        # The script that listens runs when the page is whole.
        page.wait_for_load_state()
        page.keyboard.press("Tab")
    thanked.wait_for()
