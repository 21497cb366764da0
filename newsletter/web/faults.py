"""What went wrong, as a page says it: one table from errors to a status and a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.database import DatabaseAway
from newsletter.errors import (
    AlreadyThere,
    ArticleNotFound,
    BadValue,
    Blocked,
    InstanceMismatch,
    InUse,
    IssueNotFound,
    JournalUnwritable,
    NewsletterError,
    NewsletterNotFound,
    NotFound,
    NotPermitted,
    Outdated,
    RelayMissing,
    WrongState,
)
from newsletter.languages.catalogue import later
from newsletter.staff.refusals import LinkVoid, SlowDown
from subscribers.errors import (
    AddressRefused,
    ImportNotFound,
    ListArchived,
    ListNotFound,
    SubscriberNotFound,
    SubscribersError,
    TokenInvalid,
)
from subscribers.oneline import one_line
from subscribers.sentence import say

# Of a name that a stranger gave to a field.
LONGEST_FIELD = 40

# Seconds after which a page that is out of breath may be asked again.
RETRY_AFTER = 30


class PageError(Exception):
    """Root of what only a web page can have wrong."""


class PageNotFound(PageError):  # noqa: N818 -- named for the outcome, as HTTP does
    """Nothing has this address."""


class LinkUsedUp(PageNotFound):
    """A link into the desk that was used, or that a former start printed."""


class NotShown(PageError):  # noqa: N818 -- named for the outcome
    """No newsletter of this name has its issues on the web."""


class WrongMethod(PageError):  # noqa: N818 -- named for the outcome
    """The address exists and is not for this method."""


class DeskClosed(PageError):  # noqa: N818 -- named for the outcome
    """A page of the desk without a session."""


class StepOver(PageError):  # noqa: N818 -- named for the outcome
    """What was under way at the door took too long, or was never begun in this browser."""


class Forged(PageError):  # noqa: N818 -- named for the outcome
    """A form that no page of this session made."""


class FieldsUnknown(PageError):  # noqa: N818 -- named for the outcome
    """A form with fields that its page does not have."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(say("The page has no field %(names)s. Nothing was changed.", names=one_line(names[0], LONGEST_FIELD)))


class FieldDoubled(PageError):  # noqa: N818 -- named for the outcome
    """A form with two values for one field."""


class FormDamaged(PageError):  # noqa: N818 -- named for the outcome
    """A body that cannot be read as a form."""


class BodyTooLarge(PageError):  # noqa: N818 -- named for the outcome
    """More bytes than any form of ours has."""


class HungUp(PageError):  # noqa: N818 -- named for the outcome
    """Who asked went away before the body was whole; nobody reads the answer."""


class LinkRunOut(PageError):  # noqa: N818 -- named for the outcome
    """A link that was good once."""


class TooOften(PageError):  # noqa: N818 -- named for the outcome
    """Mail is asked for more often than people do: from one network, for one domain or list."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to fail, in words; whoever shows it says them in the reader's language."""

    status: int
    title: str
    # Empty: the error's own sentence, which was written for people.
    text: str = ""
    # Seconds after which it is worth asking again; 0: not by waiting.
    retry_after: int = 0
    # Nobody foresaw it; it is logged.
    is_bug: bool = False


BUG = Fault(
    500,
    later("Something broke here"),
    later(
        "It was written down for the people who run this service. Nothing you sent was half done. "
        "You can go back and try again."
    ),
    is_bug=True,
)

FOREIGN_HOST = Fault(
    400,
    later("This address is not ours"),
    later(
        "The request names a host that this service does not answer for. Follow the link of the mail, "
        "or set NEWSLETTER_PUBLIC_URL if this is your own installation."
    ),
)

_NOT_NOW = Fault(
    503,
    later("This cannot be written down now"),
    later("Nothing was changed. The people who run this service can see why; try again in a minute."),
    retry_after=RETRY_AFTER,
    is_bug=True,
)

# The first line that fits counts, so what is narrow stands above what is wide. What readers see, too, is in their catalogue
# (`later`); what only the staff sees is in the desk's (`say`).
_TABLE: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Fault], ...] = (
    (
        LinkUsedUp,
        Fault(
            404,
            say("This link opens nothing any more"),
            say(
                "It works once, and until the service is started anew; each start prints another. "
                "Whoever has an account signs in with address and password."
            ),
        ),
    ),
    (
        PageNotFound,
        Fault(404, later("There is no such page"), later("The address may have been cut off, or the page was never here.")),
    ),
    (
        NotShown,
        Fault(
            404,
            later("That is not in the archive"),
            later("There is no newsletter of this name here, or it is read by mail only."),
        ),
    ),
    (
        WrongMethod,
        Fault(405, later("That cannot be done here"), later("The address exists, and takes another kind of request.")),
    ),
    (
        DeskClosed,
        Fault(
            403,
            say("You are signed out"),
            say("Nothing was changed. Sign in in another window, come back to the page you wrote on, and send it again."),
        ),
    ),
    (
        Forged,
        Fault(
            403,
            say("This form was not accepted"),
            say(
                "It did not come from a page of your session. Nothing was changed. Reload the page and press the button again."
            ),
        ),
    ),
    (
        StepOver,
        Fault(
            409,
            say("That took too long"),
            say("Ten minutes are over, or it was begun in another browser. Nothing was changed; begin again."),
        ),
    ),
    (FieldsUnknown, Fault(422, say("This form has a field too many"))),
    (
        FieldDoubled,
        Fault(
            422,
            later("This form says something twice"),
            later(
                "One of its fields came with two values, and nobody can know which of them is meant. Nothing was changed. "
                "Go back and send it again."
            ),
        ),
    ),
    (
        FormDamaged,
        Fault(
            400,
            later("This form could not be read"),
            later("It arrived damaged. Nothing was changed. Go back and send it again."),
        ),
    ),
    (
        BodyTooLarge,
        Fault(413, later("That is too much"), later("The form holds more than this page takes. Nothing was changed.")),
    ),
    (HungUp, Fault(400, later("This form did not arrive whole"), later("Nothing was changed. Go back and send it again."))),
    (
        TooOften,
        Fault(
            429,
            later("Slower, please"),
            later("Too many requests came in a short time. Nothing was changed. Try again in half a minute."),
            retry_after=RETRY_AFTER,
        ),
    ),
    (
        LinkRunOut,
        Fault(
            410,
            later("This link has run out"),
            later("It was used, or its time is over. Nothing was changed. Ask for a new one where you asked for this."),
        ),
    ),
    (
        TokenInvalid,
        Fault(404, later("This link is not valid"), later("It may have been cut off. Copy it whole from the mail.")),
    ),
    (AddressRefused, Fault(422, say("This address cannot be used"))),
    (ListArchived, Fault(404, later("This list is closed"), later("Nobody can join it any more. Nothing was changed."))),
    (ListNotFound, Fault(404, later("There is no such list"), later("It may have been closed, or the address was cut off."))),
    (
        (SubscriberNotFound),
        Fault(404, later("This link is not valid any more"), later("The person it was made for is not known here any more.")),
    ),
    (
        (NewsletterNotFound, IssueNotFound, ArticleNotFound),
        Fault(
            404, later("There is no such thing here"), later("The address may have been cut off, or the page was never here.")
        ),
    ),
    ((NotFound, ImportNotFound), Fault(404, say("There is no such thing here"))),
    (
        LinkVoid,
        Fault(
            404,
            say("This link opens nothing any more"),
            say(
                "It was used, its time is over, or it was cut off. Ask an administrator for a new one, or choose "
                "“Forgotten your password?” where you sign in."
            ),
        ),
    ),
    (SlowDown, Fault(429, say("Slower, please"))),
    (NotPermitted, Fault(403, say("This is not yours to do"))),
    (Blocked, Fault(409, say("Something must be mended first"))),
    (Outdated, Fault(409, say("The issue was changed meanwhile"))),
    (WrongState, Fault(409, say("That is not possible now"))),
    (AlreadyThere, Fault(409, say("It is there already"))),
    (InUse, Fault(409, say("It is needed"))),
    (BadValue, Fault(422, say("This value cannot be used"))),
    (RelayMissing, Fault(409, say("There is no mail server yet"))),
    # The key of the instance was changed since this process was started: it must write nothing more.
    (InstanceMismatch, _NOT_NOW),
    (JournalUnwritable, _NOT_NOW),
    (NewsletterError, Fault(409, say("That did not work"))),
    (SubscribersError, Fault(409, say("That did not work"))),
    (
        DatabaseAway,
        Fault(
            503,
            later("The database does not answer"),
            later("Nothing was changed. This is usually over in a minute; try again then."),
            retry_after=RETRY_AFTER,
        ),
    ),
)


def fault_of(error: Exception) -> Fault:
    """Find the line of the table for *error*; what has none is a bug."""
    for kind, fault in _TABLE:
        if isinstance(error, kind):
            return fault if fault.text else _in_its_words(fault, error)
    return BUG


def _in_its_words(fault: Fault, error: Exception) -> Fault:
    retry_after = error.seconds if isinstance(error, SlowDown) else fault.retry_after
    return Fault(fault.status, fault.title, str(error), retry_after)
