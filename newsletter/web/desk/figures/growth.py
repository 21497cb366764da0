"""How many stood on a newsletter's list at the end of each month."""

from dataclasses import replace
from datetime import datetime

from newsletter.errors import TookTooLong
from newsletter.issues.model import Month, Newsletter
from newsletter.issues.schedule import start_of
from newsletter.languages.catalogue import Words
from newsletter.web.desk.figures import reading
from newsletter.web.desk.figures.sheet import Chart, Line, Sheet, count
from newsletter.web.spelled import month
from newsletter.web.visits import Site, Visit
from subscribers import daybook

KEY = "size"

# A million people take one or two seconds; nobody waits longer for a table.
LONGEST_COUNT = 10.0


def sheet(site: Site, visit: Visit, newsletter: Newsletter) -> Sheet:
    """Give the table of a newsletter's list; a number may be an hour old, because all people are walked for it."""
    words = visit.words
    months = reading.months_until(reading.this_month(newsletter, visit.now))
    ends = tuple(min(start_of(one.following, newsletter.zone), visit.now) for one in months)
    hour = visit.now.replace(minute=0, second=0, microsecond=0)
    nothing = Sheet(
        KEY,
        words.gettext("How large the list was"),
        (words.gettext("Month"), words.gettext("People at its end")),
        (),
        empty=words.gettext("Nobody has stood on this list in thirteen months."),
        notes=(
            words.gettext(
                "Counted from those who are still known here: whoever was erased since is in no month, and whoever left and "
                "came back counts from when they came back. The numbers may be an hour old."
            ),
        ),
    )
    try:
        sizes = site.sizes.get((newsletter.list_id, newsletter.zone), hour, lambda: _sizes(site, newsletter.list_id, ends))
    except TookTooLong:
        told = words.gettext(
            "The people of this list could not be counted within %(seconds)s seconds. Try again when less is mailed.",
            seconds=f"{LONGEST_COUNT:g}",
        )
        return replace(nothing, empty=told)
    # Months before the first person are none of this list.
    first = next((at for at, people in enumerate(sizes) if people), len(sizes))
    lines = tuple(_line(months, sizes, at, words) for at in range(len(sizes) - 1, first - 1, -1))
    return replace(
        nothing, lines=lines, summary=_said(sizes[-1], sizes[first], months[first], words) if lines else "", chart=_chart(lines)
    )


def _sizes(site: Site, list_id: int, ends: tuple[datetime, ...]) -> tuple[int, ...]:
    with site.application.database.read(within=LONGEST_COUNT) as tx:
        return daybook.sizes(tx, list_id, ends)


def _line(months: tuple[Month, ...], sizes: tuple[int, ...], at: int, words: Words) -> Line:
    is_now = at == len(sizes) - 1
    about = words.gettext("So far.") if is_now else ""
    return Line(month(months[at], words), (count(sizes[at], sizes[at - 1] if at else None, words=words),), about=about)


def _chart(lines: tuple[Line, ...]) -> Chart | None:
    return Chart("lines", (0,)) if len(lines) > 1 else None


def _said(now: int, before: int, since: Month, words: Words) -> str:
    return words.ngettext(
        "%(num)s person stands on the list now; at the end of %(month)s it was %(before)s.",
        "%(num)s people stand on the list now; at the end of %(month)s it was %(before)s.",
        now,
        month=month(since, words),
        before=words.number(before),
    )
