"""What a browser calls itself, in two words that its owner knows it by."""

import re

from newsletter.languages.catalogue import Words
from newsletter.web.spelled import ENGLISH_WORDS

# The first that is found counts: every browser also says it is one of those below it.
_BROWSERS = (
    ("Edge", re.compile(r"Edg(?:e|A|iOS)?/")),
    ("Opera", re.compile(r"OPR/")),
    ("Samsung Internet", re.compile(r"SamsungBrowser/")),
    ("Firefox", re.compile(r"Firefox/|FxiOS/")),
    ("Chrome", re.compile(r"Chrome/|CriOS/|Chromium/")),
    ("Safari", re.compile(r"Safari/")),
)
_SYSTEMS = (
    ("iPhone", re.compile(r"iPhone")),
    ("iPad", re.compile(r"iPad")),
    ("Android", re.compile(r"Android")),
    ("Windows", re.compile(r"Windows")),
    ("Mac", re.compile(r"Macintosh|Mac OS X")),
    ("ChromeOS", re.compile(r"CrOS")),
    ("Linux", re.compile(r"Linux|X11")),
)
# Whatever else calls itself something: of that the beginning.
LONGEST = 40


def browser_in_words(agent: str, words: Words = ENGLISH_WORDS) -> str:
    """Give the browser and what it runs on: "Firefox on Linux"."""
    browser = next((name for name, pattern in _BROWSERS if pattern.search(agent)), "")
    system = next((name for name, pattern in _SYSTEMS if pattern.search(agent)), "")
    if browser and system:
        return words.gettext("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or agent[:LONGEST] or words.gettext("A browser without a name")
