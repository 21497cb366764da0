"""What endpoints are given and what the route table is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum, auto

from starlette.responses import Response

from newsletter.bootstrap import Application
from newsletter.clock import Clock, system_clock
from newsletter.languages.catalogue import Words
from newsletter.letters.compose import Composition
from newsletter.mail.refusalbook import Refused
from newsletter.mail.replies import Replies
from newsletter.returns.hooks.certificates import Certificates
from newsletter.returns.tallies import Told
from newsletter.staff.permissions import Actor, Permission
from newsletter.staff.provider import Metadata
from newsletter.staff.sessions import Session
from newsletter.watching.watcher import Watch
from newsletter.web.auth import FirstKey
from newsletter.web.clicks import Clicks
from newsletter.web.cookies import Cookie
from newsletter.web.faults import PageNotFound
from newsletter.web.forms import LARGEST_UPLOAD
from newsletter.web.knocks import Knocks
from newsletter.web.lately import Lately
from newsletter.web.pages import DESK_SPEECH, Pages
from newsletter.web.porter import Porter
from newsletter.web.presence import Presence
from newsletter.web.reports import FinalReports
from newsletter.web.speech import Ear
from newsletter.web.speed import Speed
from newsletter.web.streams import Streams
from subscribers.tokens import Purpose

# The methods of a line of the route table.
GET = ("GET",)
POST = ("POST",)

# Each is as large as a letter with all its articles, twice.
MOST_COMPOSITIONS = 6

# The largest number a page's address may hold; a database would choke on a larger one.
LARGEST_NUMBER = 2**40


@dataclass(frozen=True, slots=True)
class Site:
    """What all endpoints share."""

    application: Application
    pages: Pages
    first_key: FirstKey
    reports: FinalReports
    speed: Speed
    # Whether the clock of the worker in this process goes.
    health: Callable[[], bool]
    # Carries imports on behind the pages.
    porter: Porter
    # Counts clicks behind the pages.
    clicks: Clicks
    presence: Presence
    # What Amazon signs its notices by.
    certificates: Certificates
    # Tells whoever collects metrics.
    watch: Watch
    # Who called in a provider's name.
    knocks: Knocks = field(default_factory=Knocks)
    streams: Streams = field(default_factory=Streams)
    replies: Lately[Replies] = field(default_factory=Lately)
    refusals: Lately[tuple[Refused, ...]] = field(default_factory=Lately)
    returned: Lately[Told] = field(default_factory=Lately)
    # How many stood on a list at the end of each month.
    sizes: Lately[tuple[int, ...]] = field(default_factory=Lately)
    # What the identity provider says of itself.
    providers: Lately[Metadata] = field(default_factory=Lately)
    # Letters of issues that are being worked on.
    compositions: Lately[Composition] = field(default_factory=lambda: Lately(MOST_COMPOSITIONS))
    # Whether the process is about to end: streams end first.
    is_stopping: Callable[[], bool] = lambda: False
    # Of this machine, whatever the application's clock shows: sessions, links and codes of the door go by it.
    wall: Clock = system_clock


@dataclass(frozen=True, slots=True)
class Visit:
    """One request, read and vetted."""

    now: datetime
    # The same moment by the clock of this machine.
    wall: datetime
    # What stands in the address where the route has a name in braces.
    path: Mapping[str, str | int]
    query: Mapping[str, str]
    # The last value of each field of a POST.
    form: Mapping[str, str]
    # Evidence of where a consent came from.
    network: str
    agent: str
    ear: Ear
    # Whether a cookie of this answer may ask for TLS.
    is_secure: bool = False
    # Whether a page of ours led here, as far as the browser tells; one that tells nothing is believed.
    is_from_ours: bool = True
    session: Session | None = None
    # Asked by a program before anybody wants to see it: HEAD, and what browsers load beforehand.
    is_ahead: bool = False
    # How an answer may be packed, as the browser says it.
    encodings: str = ""
    # As far as the browser sent them.
    cookies: Mapping[Cookie, str] = field(repr=False, default_factory=dict)
    # What the desk says its texts with.
    words: Words = DESK_SPEECH.words
    # By the names of their fields; only for pages that take files.
    files: Mapping[str, bytes] = field(repr=False, default_factory=dict)
    # What they are called, likewise; to be told, never to be opened.
    file_names: Mapping[str, str] = field(repr=False, default_factory=dict)

    # As it came, with what else was said by name in lower case; only for pages that read it themselves.
    body: bytes = field(repr=False, default=b"")
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)

    @property
    def token(self) -> str:
        """The token in the address."""
        return str(self.path["token"])

    @property
    def actor(self) -> Actor:
        """Who is at the desk; only for pages with a permission, which nobody sees without a session."""
        assert self.session is not None
        return self.session.actor

    @property
    def csrf(self) -> str:
        """What the forms of this page must carry; only for pages with a permission."""
        assert self.session is not None
        return self.session.csrf

    def number(self, name: str) -> int:
        """Give the number in the address.

        Raises:
            PageNotFound: nothing can have so large a number.

        """
        return number_in(self.path, name)

    def text(self, name: str) -> str:
        """Give the field *name* of the form without surrounding space; empty when it is not there."""
        return self.form.get(name, "").strip()


def number_in(path: Mapping[str, str | int], name: str) -> int:
    """Give the number that stands in an address as *name*.

    Raises:
        PageNotFound: nothing can have so large a number.

    """
    number = int(path[name])
    if number > LARGEST_NUMBER:
        raise PageNotFound
    return number


def whole_number(text: str) -> int | None:
    """Give the number that a field or an address says in digits; None: none, or a larger one than anything has."""
    # Length first: Python refuses to read thousands of digits, and databases a number of twenty.
    return int(text) if len(text) <= len(str(LARGEST_NUMBER)) and text.isascii() and text.isdecimal() else None


class Of(Enum):
    """What a page of the desk is of: whose permission is asked for, before anything else is read.

    Something that is not there answers 404, and so does what belongs to newsletters in which the actor has no role at
    all; a role that is too small answers 403.
    """

    # Takes a role on the whole instance.
    INSTANCE = auto()
    # A role in some newsletter is enough; the page shows what `actor.newsletters(permission)` names, and nothing else.
    ANY_NEWSLETTER = auto()
    # Whoever is signed in, whatever their roles: their own account.
    ACCOUNT = auto()
    NEWSLETTER = auto()
    ISSUE = auto()
    # With the issue it is in before it, as are all things of an issue.
    ARTICLE = auto()
    SECTION = auto()
    FEED = auto()
    # Belongs to every newsletter that its people get.
    LIST = auto()
    # Belongs where its list does.
    IMPORT = auto()
    # Belongs where the lists do that the person is or was on.
    SUBSCRIBER = auto()
    # Belongs to the newsletter that it came back from; what is nobody's, to whoever has a role on the whole instance.
    RETURN = auto()


Endpoint = Callable[[Site, Visit], Response]


@dataclass(frozen=True, slots=True)
class Page:
    """One line of the route table."""

    path: str
    methods: tuple[str, ...]
    # An ordinary function; it runs in a thread, so that a slow database never stops the loop.
    endpoint: Endpoint
    # None: open to everybody. Else: a session at the desk whose actor has it.
    permission: Permission | None
    # Where it is needed; of no meaning for what is open to everybody.
    of: Of = Of.INSTANCE
    # A body that cannot be read as a form is taken as an empty one.
    takes_any_body: bool = False
    # Files are read from whoever has a token of this purpose in the address, and from nobody else.
    takes_files: Purpose | None = None
    # Files are read from whoever may see this page of the desk.
    takes_uploads: bool = False
    # What is typed there is as long as an article may be, and not as a form is.
    takes_articles: bool = False
    # Bytes of the whole form with its files.
    largest_upload: int = LARGEST_UPLOAD
    # The answer leaves so many seconds after the question, whatever was found out meanwhile.
    answers_after: float = 0.0
    # The names of the fields and files it takes; one with another name is answered with 422. A name that ends with "*" stands
    # for all that begin so. None, of readers' pages alone: all are taken, and the endpoint looks at those it knows.
    fields: tuple[str, ...] | None = None
    # For machines: the body is given as it came, up to so many bytes, and everything is answered in JSON.
    takes_raw: int = 0
    # For scripts on other sites: takes JSON as well as a form, answers everything in JSON, and lets every page read it.
    speaks_json: bool = False
    # Told as events whenever what the endpoint gives is another; only for pages with a permission.
    is_stream: bool = False
