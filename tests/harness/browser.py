"""A Chromium for tests: found on the PATH, or the one that Playwright installed.

`python -m tests.harness.browser` prints where it is, or fails.
"""

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_ARGUMENTS = (
    # Containers run as root, and give little shared memory.
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    # Nothing of the browser's own goes over the network.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_chromium() -> Path | None:
    """Give the path of a Chromium, if there is one."""
    for name in _NAMES:
        if found := shutil.which(name):
            return Path(found)
    with sync_playwright() as playwright:
        installed = Path(playwright.chromium.executable_path)
    return installed if installed.exists() else None


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start a headless Chromium, and end it."""
    path = find_chromium()
    if path is None:
        pytest.fail("There is no Chromium for the tests: run scripts/browser, or install the package chromium.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_ARGUMENTS)
        yield browser
        browser.close()


# Not for the session: while Playwright's blocking interface is open, its event loop counts as running in this thread,
# and every test that calls asyncio.run would fail. Starting anew costs a module one second.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a headless Chromium for the tests of one module; import this fixture where it is used."""
    with open_browser() as opened:
        yield opened


if __name__ == "__main__":
    chromium = find_chromium()
    sys.exit("no Chromium found" if chromium is None else print(chromium))  # noqa: T201 -- its result
