"""Decides what a failed reading means: how to say it, and when to try again."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from zoneinfo import ZoneInfo

from subscribers.sentence import say

FIRST_WAIT = timedelta(minutes=15)
LONGEST_WAIT = timedelta(days=1)
# A server may ask for more patience than we would have, but not for more than a month.
LONGEST_RETRY_AFTER = timedelta(days=31)
# 410: the owner says that the feed will not come back; looked at now and then in case the owner was wrong.
GONE_WAIT = timedelta(days=31)
# Beyond this the wait has long reached its longest.
_MOST_DOUBLINGS = 10

_WORDS = {
    HTTPStatus.UNAUTHORIZED: say("asks for a password"),
    HTTPStatus.FORBIDDEN: say("refuses to be read"),
    HTTPStatus.NOT_FOUND: say("is not there any more"),
    HTTPStatus.GONE: say("is gone for good, as its owner says"),
    HTTPStatus.TOO_MANY_REQUESTS: say("asks us to come back later"),
    HTTPStatus.SERVICE_UNAVAILABLE: say("is busy or under maintenance"),
}


def status_words(status: int) -> str:
    """Say what a status other than success means, to complete "The feed …"."""
    try:
        known = HTTPStatus(status)
    except ValueError:
        return say("answered %(status)s, which means nothing", status=status)
    if known in _WORDS:
        return say("answered %(status)s: it %(words)s", status=status, words=_WORDS[known])
    return say("answered %(status)s (%(phrase)s)", status=status, phrase=known.phrase)


def next_try(failures: int, status: int, headers: Mapping[str, str], now: datetime) -> datetime:
    """Give the moment before which the feed is left alone.

    Args:
        failures: how often in a row it has failed, this time included.
        status: of the answer, 0 when there was none.
        headers: of the answer, by lower-case name.
        now: the present moment.

    """
    asked = retry_after(headers, now)
    if asked is not None:
        return now + min(asked, LONGEST_RETRY_AFTER)
    if status == HTTPStatus.GONE:
        return now + GONE_WAIT
    doublings = min(max(failures - 1, 0), _MOST_DOUBLINGS)
    return now + min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """Give the patience that the server asks for (RFC 9110 10.2.3), None when it asks for none."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdecimal():
        # Of any number of digits the first nine are enough to be more than a month.
        return min(timedelta(seconds=int(text[:9])), LONGEST_RETRY_AFTER)
    moment = _http_date(text)
    if moment is None:
        return None
    # Against the server's own clock: ours may differ.
    server_now = _http_date(headers.get("date", "")) or now
    return max(moment - server_now, timedelta())


def trouble(reason: str, again_at: datetime, zone: str) -> str:
    """Say to an editor what is wrong with a feed and when it is tried again."""
    local = again_at.astimezone(ZoneInfo(zone))
    place = zone.rpartition("/")[2].replace("_", " ")
    return say(
        "The feed %(reason)s. What was gathered before is kept. Next try %(local)s %(day)s %(local2)s %(place)s.",
        reason=reason,
        local=f"{local:%a}",
        day=local.day,
        local2=f"{local:%b %Y, %H:%M}",
        place=place,
    )


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
