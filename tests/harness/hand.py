"""What somebody goes about a page with: a mouse, or real keys alone. A journey that is written for a hand is gone by both.

with Way("keys", PHONE).open(browser) as hand:
    hand.page.goto(…)
    hand.write("Address", "ann@example.org")
    hand.press("Sign in")
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, FilePayload, Locator, Page

from tests.harness.looks import DESKTOP, PHONE

# Nobody presses Tab oftener than this for one step. A page of the desk has a third of these stops.
MOST_STOPS = 90

MOST_OF_A_PAGE = 300

# A page asks every two seconds how far something is; a machine may be busy. In milliseconds.
PATIENCE = 20_000

_STOP = Path(__file__).with_name("stop.js").read_text()

# For a moment after the focus the editor puts its cursor back to where it was; fingers are slower.
_SETTLED = "() => new Promise((resolve) => { setTimeout(resolve, 50); })"


@dataclass(slots=True)
class Hand(ABC):
    """Something that uses what is seen on a page; what is used is named by its words, or found by the journey."""

    page: Page

    def press(self, what: str | Locator) -> None:
        """Press a button, follow a link or unfold a fold."""
        self._press(self._thing(what))

    def fill(self, fields: Mapping[str, str]) -> None:
        """Write into fields by their labels."""
        for label, text in fields.items():
            self.write(label, text)

    def write(self, field: str | Locator, text: str) -> None:
        """Write over what stands in a field."""
        self.go_to(field)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def add(self, field: str | Locator, text: str) -> None:
        """Write behind what stands in a field, or in the editor."""
        self.go_to(field)
        self.page.evaluate(_SETTLED)
        self.page.keyboard.press("Control+End")
        self.page.keyboard.type(text)

    def bring(self, field: str, file: FilePayload) -> None:
        """Choose a file: the window in which that is done is the system's."""
        chosen = self._field(field)
        self._go(chosen)
        chosen.set_input_files(file)

    def go_to(self, field: str | Locator) -> None:
        """Have the focus in a field."""
        self._go(self._field(field))

    def tick(self, box: str | Locator) -> None:
        """Tick a box, or choose one of several; its words may go on with a hint."""
        self._tick(self.page.get_by_label(box) if isinstance(box, str) else box)

    @abstractmethod
    def choose(self, field: str, option: str) -> None:
        """Choose from a list by the words of an option."""

    @abstractmethod
    def date(self, field: str, moment: str) -> None:
        """Set a date, or a date and a time, as ISO 8601 writes it."""

    @abstractmethod
    def rest_on(self, thing: Locator) -> None:
        """Be where it could be pressed."""

    @abstractmethod
    def is_on(self, thing: Locator) -> bool:
        """Whether it could be pressed still."""

    @abstractmethod
    def _press(self, thing: Locator) -> None: ...

    @abstractmethod
    def _go(self, thing: Locator) -> None: ...

    @abstractmethod
    def _tick(self, box: Locator) -> None: ...

    def _thing(self, what: str | Locator) -> Locator:
        if isinstance(what, Locator):
            return what
        named = self.page.get_by_role("button", name=what).or_(self.page.get_by_role("link", name=what))
        return named.or_(self.page.locator("summary", has_text=what)).filter(visible=True).first

    def _field(self, what: str | Locator) -> Locator:
        return self.page.get_by_label(what, exact=True) if isinstance(what, str) else what


@dataclass(slots=True)
class Mouse(Hand):
    """A mouse, or a thumb; and a keyboard to type with."""

    def choose(self, field: str, option: str) -> None:
        """Choose from a list by the words of an option."""
        self._field(field).select_option(label=option)

    def date(self, field: str, moment: str) -> None:
        """Set a date, or a date and a time."""
        self._field(field).fill(moment)

    def rest_on(self, thing: Locator) -> None:
        """Point at it."""
        thing.hover()

    def is_on(self, thing: Locator) -> bool:
        """Whether it is there still."""
        return thing.is_visible()

    def _press(self, thing: Locator) -> None:
        thing.click()

    def _go(self, thing: Locator) -> None:
        thing.click()

    def _tick(self, box: Locator) -> None:
        box.check()


@dataclass(slots=True)
class Keys(Hand):
    """Keys alone. At each stop of Tab the focus is seen; and no swap within a page loses it."""

    # The page on which the focus was last; on one that has just come, nothing has it yet.
    _known: float = 0

    def choose(self, field: str, option: str) -> None:
        """Choose from a list by typing the words of an option."""
        self.go_to(field)
        self.page.keyboard.type(option)

    def date(self, field: str, moment: str) -> None:
        """Type month, day and year, and in the next stop the time."""
        self.go_to(field)
        at = datetime.fromisoformat(moment)
        self.page.keyboard.type(f"{at:%m%d%Y}")
        if "T" in moment:
            self.page.keyboard.press("Tab")
            self.page.keyboard.type(f"{at:%I%M%p}")

    def rest_on(self, thing: Locator) -> None:
        """Have the focus there."""
        self._go(thing)

    def is_on(self, thing: Locator) -> bool:
        """Whether it has the focus."""
        return bool(self._look(thing)["isThere"])

    def walk_back(self) -> int:
        """Go from the foot of the page to its head by Shift+Tab; gives how many stops there are."""
        for stops in range(MOST_OF_A_PAGE):
            self.page.keyboard.press("Shift+Tab")
            stop: dict[str, Any] = self.page.locator("body").evaluate(_STOP)
            if stops and stop["isNowhere"]:
                return stops
            assert not stop["unseen"], f"The focus is not seen: {stop['unseen']}"
        raise AssertionError("The page has no end.")

    def _press(self, thing: Locator) -> None:
        self._go(thing)
        self.page.keyboard.press("Enter")

    def _tick(self, box: Locator) -> None:
        self._go(box)
        if not box.is_checked():
            self.page.keyboard.press("Space")

    def _go(self, thing: Locator) -> None:
        # What the last key opened may be on its way still.
        thing.wait_for()
        stop = self._look(thing, is_first=True)
        if stop["isNew"] and stop["isInMain"]:
            stop = self._skip(thing)
        is_back = stop["isPast"]
        for _ in range(MOST_STOPS):
            if stop["isThere"]:
                return
            # Tab reaches one of what belongs together, and arrows the others.
            step = "ArrowRight" if stop["isBeside"] else "Shift+Tab" if is_back else "Tab"
            self.page.keyboard.press(step)
            stop = self._look(thing)
        raise AssertionError(f"No stop of Tab is at {thing}.")

    def _skip(self, thing: Locator) -> dict[str, Any]:
        """Leave the head of a page by the first of its links; a page that was opened at a place in it begins there."""
        self.page.keyboard.press("Tab")
        stop = self._look(thing)
        if not stop["isSkip"]:
            return stop
        self.page.keyboard.press("Enter")
        return stop | {"isPast": False}

    def _look(self, thing: Locator, *, is_first: bool = False) -> dict[str, Any]:
        """Tell where the focus is; fail where it is not seen."""
        stop: dict[str, Any] = thing.evaluate(_STOP)
        stop["isNew"] = stop["isNowhere"] and stop["page"] != self._known
        self._known = stop["page"]

        assert not stop["unseen"] or (is_first and stop["isNew"]), f"The focus is not seen: {stop['unseen']}"
        return stop


@dataclass(frozen=True, slots=True)
class Way:
    """What a journey is gone with, and how wide the window is."""

    hand: Literal["mouse", "keys"]
    width: int

    def __str__(self) -> str:
        return f"{self.hand}-{self.width}"

    @contextmanager
    def open(self, browser: Browser) -> Iterator[Hand]:
        """Take a tab of a browser of its own in hand."""
        context = browser.new_context(viewport={"width": self.width, "height": 844}, reduced_motion="reduce")
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        yield Keys(page) if self.hand == "keys" else Mouse(page)
        context.close()


BY_KEYS = (Way("keys", DESKTOP), Way("keys", PHONE))
WAYS = (Way("mouse", DESKTOP), Way("mouse", PHONE), *BY_KEYS)

# Enough for a journey on whose pages nothing is in another place at another width.
CROSSED = (Way("mouse", DESKTOP), Way("keys", PHONE))
