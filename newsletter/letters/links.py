"""The addresses of our own pages, as they stand in letters; pure."""

from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Links:
    """Builds links from the public address of this instance, never from a request's Host header."""

    # Such as "https://news.example.org"; a path below a shared host is fine.
    public_url: str

    @property
    def host(self) -> str:
        """The name of the machine readers see."""
        return urlsplit(self.public_url).hostname or "localhost"

    def home(self) -> str:
        """Give the front door."""
        return self._at("/")

    def unsubscribe(self, token: str) -> str:
        """Give the place where one person leaves one list: a page with a button, and the address of the one-click POST."""
        return self._at(f"/u/{token}")

    def preferences(self, token: str) -> str:
        """Give the place where one person sees and changes everything kept of them."""
        return self._at(f"/p/{token}")

    def confirm(self, token: str) -> str:
        """Give the place where one person confirms one subscription by a button."""
        return self._at(f"/c/{token}")

    def data(self, token: str) -> str:
        """Give the place where one person gets everything that is kept of them, for a day."""
        return self._at(f"/d/{token}")

    def move(self, token: str) -> str:
        """Give the place where a new address says yes to getting a person's mail."""
        return self._at(f"/m/{token}")

    def move_back(self, token: str) -> str:
        """Give the place where the old address takes back that a person's mail goes elsewhere."""
        return self._at(f"/b/{token}")

    def review(self, token: str) -> str:
        """Give the place where somebody without an account looks one issue over."""
        return self._at(f"/r/{token}")

    def contribution(self, token: str) -> str:
        """Give the place where somebody without an account writes for one issue."""
        return self._at(f"/w/{token}")

    def door(self, token: str) -> str:
        """Give the place where somebody of the staff chooses a password."""
        return self._at(f"/desk/link/{token}")

    def provider_back(self) -> str:
        """Give the place where an identity provider sends the staff back to."""
        return self._at("/desk/sign-in/provider/back")

    def archive(self) -> str:
        """Give the list of newsletters that can be read on the web."""
        return self._at("/archive/")

    def newsletter(self, slug: str) -> str:
        """Give the list of published issues of one newsletter."""
        return self._at(f"/archive/{slug}/")

    def issue(self, slug: str, number: int) -> str:
        """Give the page of one published issue."""
        return self._at(f"/archive/{slug}/{number}")

    def article(self, slug: str, number: int, article: str) -> str:
        """Give the page of one article of a published issue."""
        return self._at(f"/archive/{slug}/{number}/{article}")

    def pdf(self, slug: str, number: int) -> str:
        """Give a published issue as it is printed."""
        return self._at(f"/archive/{slug}/{number}.pdf")

    def json_feed(self, slug: str) -> str:
        """Give the JSON feed of a newsletter's published issues."""
        return self._at(f"/archive/{slug}/feed.json")

    def sitemap(self) -> str:
        """Give the list of all public pages, for search engines."""
        return self._at("/sitemap.xml")

    def feed(self, slug: str) -> str:
        """Give the Atom feed of a newsletter's published issues."""
        return self._at(f"/archive/{slug}/atom.xml")

    def images(self) -> str:
        """Give what the addresses of all our images begin with."""
        return self._at("/images/")

    def event(self, token: str) -> str:
        """Give the calendar file of one event of an issue."""
        return self._at(f"/events/{token}.ics")

    def click(self, token: str, person: str = "") -> str:
        """Give where a counted link of a letter leads; for *person*, a token of theirs, who allowed it."""
        return self._at(f"/l/{token}/{person}" if person else f"/l/{token}")

    def read(self, token: str) -> str:
        """Give the page of one issue that is not in a public archive, for whoever got it."""
        return self._at(f"/read/{token}")

    def shelf(self, slug: str, *, is_shown: bool) -> str:
        """Give the list of published issues of one newsletter; nothing where it is not on the web."""
        return self.newsletter(slug) if is_shown else ""

    def calendar(self, token: str) -> str:
        """Give the calendar file of a newsletter's dates, for its staff."""
        return self._at(f"/calendar/{token}.ics")

    def desk_issue(self, issue_id: int) -> str:
        """Give the page of the desk about one issue."""
        return self._at(f"/desk/issues/{issue_id}")

    def subscribe(self, list_slug: str) -> str:
        """Give the form of one mailing list."""
        return self._at(f"/subscribe/{list_slug}")

    def _at(self, path: str) -> str:
        return self.public_url.rstrip("/") + path
