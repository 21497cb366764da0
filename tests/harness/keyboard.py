"""A page gone about by real keys alone; at each stop of Tab the focus must be seen.

keys = Keys(page)
keys.to(page.get_by_role("link", name="Compose"))
keys.press("Enter")
"""

from dataclasses import dataclass

from playwright.sync_api import Locator, Page

# Nobody presses Tab oftener than this for one step. A page of the desk has a third of these stops.
MOST_STOPS = 90

# The element that has the focus, unless it is seen and has an outline. A letter in a frame is a page of its own; the calendar
# in a field of dates has the browser's ring, and the field none meanwhile.
_UNSEEN = """
() => {
  const one = document.activeElement;
  if (one.tagName === 'IFRAME' || one.matches('[type^=date]:not(:focus-visible)')) return '';
  const [style, box] = [getComputedStyle(one), one.getBoundingClientRect()];
  const isSeen = one !== document.body && one.checkVisibility({visibilityProperty: true, opacityProperty: true})
    && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return isSeen && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 ? '' : one.outerHTML.slice(0, 300);
}
"""


@dataclass(frozen=True, slots=True)
class Keys:
    """A keyboard at one page."""

    page: Page

    def to(self, target: Locator, *, back: bool = False) -> None:
        """Press Tab, or Shift+Tab, until *target* has the focus."""
        # What Enter opened may be on its way still.
        target.wait_for()
        for _ in range(MOST_STOPS):
            self.press("Shift+Tab" if back else "Tab")
            self.sees()
            if target.evaluate("one => one === document.activeElement"):
                return
        raise AssertionError(f"No stop of Tab is at {target}.")

    def press(self, *names: str) -> None:
        """Press keys."""
        for name in names:
            self.page.keyboard.press(name)

    def type(self, text: str) -> None:
        """Type over what stands in the field."""
        self.press("Control+a")
        self.page.keyboard.type(text)

    def sees(self) -> None:
        """Fail unless something has the focus, and is seen to have it."""
        unseen = self.page.evaluate(_UNSEEN)

        assert not unseen, f"The focus is not seen: {unseen}"

    def follow(self, target: Locator, *, back: bool = False) -> None:
        """Go to a link or button, and press Enter."""
        self.to(target, back=back)
        self.press("Enter")
