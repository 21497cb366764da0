"""What went wrong, as a program reads it: one table from errors to `application/problem+json` (RFC 9457)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import structlog
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from newsletter.database import DatabaseAway
from newsletter.errors import (
    AlreadyThere,
    BadValue,
    Blocked,
    InstanceMismatch,
    InUse,
    JournalUnwritable,
    NewsletterError,
    NotFound,
    NotPermitted,
    Outdated,
    OwnWork,
    RelayMissing,
    TookTooLong,
    WrongState,
)
from newsletter.staff.permissions import Permission
from newsletter.web.faults import BodyTooLarge, HungUp, PageNotFound, TooOften
from subscribers.errors import (
    AddressRefused,
    AnswerMissing,
    AnswerRefused,
    AttributeExists,
    AttributeNotFound,
    AttributeUnfit,
    BasisMissing,
    DomainRefused,
    FileUnreadable,
    ImportNotFound,
    ListExists,
    ListNotFound,
    ListUnfit,
    ListUnnamed,
    PauseRefused,
    RuleRefused,
    SegmentExists,
    SegmentNotFound,
    SegmentUnnamed,
    SubscriberNotFound,
    SubscribersError,
    SubscriptionNotFound,
    TopicNotFound,
    TopicUnfit,
)

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
# Where each kind is explained; an address of this API.
EXPLAINED = "/api/v1/docs#problem-"

# Seconds after which what is out of breath may be asked again.
RETRY_AFTER = 30

METHOD_NOT_ALLOWED = 405
BAD_REQUEST = 400


class ApiError(Exception):
    """Root of what only a program's request can have wrong."""


class KeyMissing(ApiError):  # noqa: N818 -- named for the outcome, as HTTP does
    """A request without a key, or with one that opens nothing."""


class ScopeMissing(ApiError):  # noqa: N818 -- named for the outcome
    """The key does not let this through, whatever its account may do."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission
        super().__init__(f"The key has not the scope {permission.value}. Make one that has it.")


class KeyTooNarrow(ApiError):  # noqa: N818 -- named for the outcome
    """The key is for single newsletters, and what is asked is about all of them."""


class TooManyRequests(ApiError):  # noqa: N818 -- named for the outcome
    """More requests than a key may make in the time."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(f"Too many requests came in a short time. Nothing was changed. Try again in {seconds} s.")


class BodyUnreadable(ApiError):  # noqa: N818 -- named for the outcome
    """A body that is no JSON, or says one thing twice."""


class BodyTooSlow(ApiError):  # noqa: N818 -- named for the outcome
    """A body that stopped coming, or comes too slowly."""


class NoRoom(ApiError):  # noqa: N818 -- named for the outcome
    """A file for which the disk has no room."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing in a request that cannot be used."""

    # Where it stands: `body/name`, `query/limit`.
    at: str
    reason: str


class Invalid(ApiError):  # noqa: N818 -- named for the outcome
    """A request that is not as its description says."""

    def __init__(self, wrong: Sequence[Wrong]) -> None:
        self.wrong = tuple(wrong)
        first = wrong[0]
        super().__init__(f"{first.at}: {first.reason}")


class RepeatMisnamed(ApiError):  # noqa: N818 -- named for the outcome
    """An Idempotency-Key that cannot be one."""


class RepeatDiffers(ApiError):  # noqa: N818 -- named for the outcome
    """An Idempotency-Key that was used for another request."""


class RepeatUnderWay(ApiError):  # noqa: N818 -- named for the outcome
    """The same request is being answered at this moment."""


class AnswerLost(ApiError):  # noqa: N818 -- named for the outcome
    """The same request was done, and its answer got lost."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One way to fail."""

    status: int
    # The last part of its type, for programs; it never changes.
    name: str
    title: str
    # Empty: the error's own sentence, which was written for people.
    detail: str = ""
    # Seconds after which it is worth asking again; 0: not by waiting.
    retry_after: int = 0
    # Nobody foresaw it; it is logged.
    is_bug: bool = False
    # What else there is to know of it.
    more: Mapping[str, object] = field(default_factory=dict)


BUG = Problem(
    500,
    "internal",
    "Something broke here",
    "It was written down for the people who run this service. You can try again.",
    is_bug=True,
)

_NOT_NOW = Problem(503, "not-now", "This cannot be written down now", retry_after=RETRY_AFTER, is_bug=True)
_ABSENT = Problem(404, "not-found", "There is no such thing here")
_TAKEN = Problem(409, "already-there", "It is there already")
_UNUSABLE = Problem(422, "value-refused", "This value cannot be used")

# The first line that fits counts, so what is narrow stands above what is wide.
TABLE: tuple[tuple[type[Exception] | tuple[type[Exception], ...], Problem], ...] = (
    (
        KeyMissing,
        Problem(
            401,
            "key-missing",
            "A key is needed",
            "Send `Authorization: Bearer KEY` with a key that is known here, has not run out, and was not revoked.",
        ),
    ),
    (ScopeMissing, Problem(403, "scope-missing", "The key does not let this through")),
    (
        KeyTooNarrow,
        Problem(
            403,
            "key-too-narrow",
            "The key is for single newsletters",
            "What is asked for is about the whole instance. Make a key that is for all newsletters.",
        ),
    ),
    (TooManyRequests, Problem(429, "too-many-requests", "Slower, please")),
    (
        TooOften,
        Problem(
            429,
            "too-many-wishes",
            "Slower, please",
            "Too much mail was asked for in a short time. Nothing was changed.",
            retry_after=RETRY_AFTER,
        ),
    ),
    (BodyUnreadable, Problem(400, "body-unreadable", "The body could not be read")),
    (BodyTooLarge, Problem(413, "body-too-large", "That is too much", "The body is larger than this address takes.")),
    (
        BodyTooSlow,
        Problem(408, "body-too-slow", "The body came too slowly", "Nothing was changed. Send it again, by a better line."),
    ),
    (
        NoRoom,
        Problem(
            507,
            "no-room",
            "There is no room for it",
            "The disk of this service is nearly full, which was written down for the people who run it. Nothing was changed.",
            is_bug=True,
        ),
    ),
    (HungUp, Problem(400, "body-cut-off", "The body did not arrive whole", "Nothing was changed. Send it again.")),
    (Invalid, Problem(422, "invalid", "The request is not as its description says")),
    (
        RepeatMisnamed,
        Problem(
            400, "idempotency-key-unfit", "This cannot be an Idempotency-Key", "It has 1 to 200 letters, digits and signs."
        ),
    ),
    (
        RepeatDiffers,
        Problem(
            422,
            "idempotency-key-used",
            "The Idempotency-Key stands for another request",
            "It was sent before with another address or body. Nothing was changed. Choose another one for another request.",
        ),
    ),
    (
        RepeatUnderWay,
        Problem(
            409,
            "request-under-way",
            "The same request is being answered",
            "It was sent a moment ago, and is not done yet. Ask again.",
            retry_after=2,
        ),
    ),
    (
        AnswerLost,
        Problem(
            409,
            "answer-lost",
            "It was done already",
            "The same request was done before, and its answer got lost. Nothing was done a second time; look how it stands.",
        ),
    ),
    (PageNotFound, replace(_ABSENT, detail="Nothing has this address, or the key does not reach it.")),
    (
        (
            *(NotFound, ImportNotFound, ListNotFound, SubscriberNotFound, SubscriptionNotFound, AttributeNotFound),
            *(SegmentNotFound, TopicNotFound),
        ),
        _ABSENT,
    ),
    (NotPermitted, Problem(403, "not-permitted", "This is not the account's to do")),
    (OwnWork, Problem(403, "own-work", "A second person is to do this")),
    (Blocked, Problem(409, "blocked", "Something must be mended first")),
    (Outdated, Problem(409, "outdated", "It was changed meanwhile")),
    (WrongState, Problem(409, "wrong-state", "That is not possible now")),
    ((AlreadyThere, ListExists, AttributeExists, SegmentExists), _TAKEN),
    (InUse, Problem(409, "in-use", "It is needed")),
    (
        (
            *(BadValue, AddressRefused, DomainRefused, AnswerRefused, AnswerMissing, ListUnfit, ListUnnamed, PauseRefused),
            *(AttributeUnfit, TopicUnfit, BasisMissing, FileUnreadable, RuleRefused, SegmentUnnamed),
        ),
        _UNUSABLE,
    ),
    (RelayMissing, Problem(409, "relay-missing", "There is no mail server yet")),
    (TookTooLong, Problem(409, "took-too-long", "The question took too long")),
    ((InstanceMismatch, JournalUnwritable), _NOT_NOW),
    ((NewsletterError, SubscribersError), Problem(409, "refused", "That did not work")),
    (
        DatabaseAway,
        Problem(
            503,
            "database-away",
            "The database does not answer",
            "Nothing was changed. This is usually over in a minute; try again then.",
            retry_after=RETRY_AFTER,
        ),
    ),
)


def problem_of(error: Exception) -> Problem:
    """Find the line of the table for *error*; what has none is a bug."""
    if isinstance(error, HTTPException):
        return _of_http(error)
    for kind, problem in TABLE:
        if isinstance(error, kind):
            return _filled(problem, error)
    return BUG


def answer(error: Exception, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with what went wrong; what nobody foresaw is logged."""
    problem = problem_of(error)
    if problem.is_bug:
        log.error("a request of the API failed", exc_info=error)
    said = {
        "type": EXPLAINED + problem.name,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        **problem.more,
    }
    response = JSONResponse(said, problem.status, headers, MEDIA_TYPE)
    if problem.retry_after:
        response.headers["Retry-After"] = str(problem.retry_after)
    if isinstance(error, KeyMissing):
        response.headers["WWW-Authenticate"] = 'Bearer realm="newsletter"'
    if isinstance(error, HTTPException):
        response.headers.update(error.headers or {})
    return response


def kinds() -> tuple[Problem, ...]:
    """Give every kind of problem once, for who explains them."""
    known = {problem.name: problem for _, problem in TABLE}
    return (*known.values(), _METHOD, BUG)


_METHOD = Problem(405, "method-not-allowed", "That cannot be done here", "The address exists, and takes another method.")


def _of_http(error: HTTPException) -> Problem:
    if error.status_code == METHOD_NOT_ALLOWED:
        return _METHOD
    if error.status_code == BAD_REQUEST:
        return problem_of(BodyUnreadable("It is no JSON that can be read."))
    return problem_of(PageNotFound())


def _filled(problem: Problem, error: Exception) -> Problem:
    filled = problem if problem.detail else replace(problem, detail=str(error))
    if isinstance(error, TooManyRequests):
        return replace(filled, retry_after=error.seconds)
    return replace(filled, more=_more(error))


def _more(error: Exception) -> Mapping[str, object]:
    if isinstance(error, Invalid):
        return {"errors": [{"at": one.at, "reason": one.reason} for one in error.wrong]}
    if isinstance(error, ScopeMissing):
        return {"scope": error.permission.value}
    if isinstance(error, Outdated):
        return {"version": error.version}
    return {}
