"""The audit log: what was done by whom, looked through page by page, and taken along as a file."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from functools import partial
from urllib.parse import urlencode

from starlette.responses import Response, StreamingResponse

from newsletter.errors import BadValue
from newsletter.issues import newsletters
from newsletter.issues.recurrence import instant
from newsletter.languages.catalogue import Words
from newsletter.staff import audit
from newsletter.staff.audit import Asked, Entry
from newsletter.web.desk.settings import acts, sheets
from newsletter.web.visits import LARGEST_NUMBER, Site, Visit
from subscribers.oneline import one_line
from subscribers.sentence import say
from subscribers.spreadsheet import write_row

PAGE = 50
# Of an export, read in one transaction.
BATCH = 1_000
LONGEST_FILTER = 200

COLUMNS = ("id", "at", "actor", "act", "subject", "detail", "words")
_FILTERS = ("actor", "act", "subject", "since", "until")


@dataclass(frozen=True, slots=True)
class Line:
    """An act as the page shows it."""

    entry: Entry
    # What was done, in words.
    words: str
    # What else is known of it.
    detail: str
    # All that were done of its kind, beside what is asked for otherwise.
    its_kind: str


def show(site: Site, visit: Visit) -> Response:
    """Show a page of the log, the latest acts first."""
    typed, refused = _typed(visit), None
    with site.application.database.read() as tx:
        zone = newsletters.zone_of_house(tx)
        try:
            asked = _asked(typed, zone)
        except BadValue as error:
            asked, refused = Asked(), error
        found = audit.page(tx, asked, _before(visit), PAGE + 1)
    shown, query = found[:PAGE], {key: text for key, text in typed.items() if text}
    later = f"?{urlencode({**query, 'before': shown[-1].id})}" if len(found) > PAGE else ""
    return sheets.page(
        site,
        visit,
        "audit",
        at="audit",
        refused=refused,
        entries=[_line(entry, typed, visit.words) for entry in shown],
        acts={act: acts.said(act, visit.words) for act in acts.WORDS},
        typed=typed,
        later=later,
        is_later=_before(visit) is not None,
        first=f"/desk/settings/audit?{urlencode(query)}" if query else "/desk/settings/audit",
        is_filtered=bool(query),
        csv=f"/desk/settings/audit.csv?{urlencode(query)}",
        json=f"/desk/settings/audit.json?{urlencode(query)}",
        zone=zone,
    )


def csv(site: Site, visit: Visit) -> Response:
    """Give the acts that are asked for as a table, the latest first."""
    return _file(site, visit, "csv", "text/csv; charset=utf-8", partial(_csv, visit.words))


def json_lines(site: Site, visit: Visit) -> Response:
    """Give the acts that are asked for as one JSON array, the latest first."""
    return _file(site, visit, "json", "application/json", _json)


def _file(
    site: Site, visit: Visit, suffix: str, kind: str, write: Callable[[Iterator[Entry]], Iterator[str]]
) -> StreamingResponse:
    with site.application.database.read() as tx:
        asked = _asked(_typed(visit), newsletters.zone_of_house(tx))
    name = f"audit-{visit.now:%Y-%m-%d}.{suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(write(_all(site, asked)), media_type=kind, headers=headers)


def _all(site: Site, asked: Asked) -> Iterator[Entry]:
    # A transaction for each batch: a slow reader of the file holds nothing open.
    before: int | None = None
    while True:
        with site.application.database.read() as tx:
            found = audit.page(tx, asked, before, BATCH)
        yield from found
        if len(found) < BATCH:
            return
        before = found[-1].id


def _csv(words: Words, entries: Iterator[Entry]) -> Iterator[str]:
    yield write_row(COLUMNS)
    for one in entries:
        detail = json.dumps(dict(one.detail), ensure_ascii=False)
        yield write_row((str(one.id), one.at.isoformat(), one.actor, one.act, one.subject, detail, acts.said(one.act, words)))


def _json(entries: Iterator[Entry]) -> Iterator[str]:
    before = "[\n"
    for one in entries:
        yield before + json.dumps(asdict(one) | {"at": one.at.isoformat()}, ensure_ascii=False)
        before = ",\n"
    yield "[]\n" if before == "[\n" else "\n]\n"


def _typed(visit: Visit) -> Mapping[str, str]:
    return {name: one_line(visit.query.get(name, ""), LONGEST_FILTER) for name in _FILTERS}


def _asked(typed: Mapping[str, str], zone: str) -> Asked:
    since, until = (_day(typed[name], zone, name) for name in ("since", "until"))
    # The last day counts to its end.
    return Asked(typed["actor"], typed["act"], typed["subject"], since, until and until + timedelta(days=1))


def _day(text: str, zone: str, what: str) -> datetime | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        return instant(datetime(day.year, day.month, day.day), zone)  # noqa: DTZ001 -- wall time
    except (ValueError, OverflowError) as error:
        raise BadValue(say("day (%(what)s)", what=what), text, say("write it as 2020-02-03")) from error


def _before(visit: Visit) -> int | None:
    text = visit.query.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(LARGEST_NUMBER)) else None


def _line(entry: Entry, typed: Mapping[str, str], words: Words) -> Line:
    asked = {name: text for name, text in {**typed, "act": entry.act}.items() if text}
    return Line(entry, acts.said(entry.act, words), _detail(entry, words), f"/desk/settings/audit?{urlencode(asked)}")


def _detail(entry: Entry, words: Words) -> str:
    """Give what else is known of an act, on one line."""
    return "; ".join(f"{key.replace('_', ' ')}: {_spelled(value, words)}" for key, value in entry.detail.items() if value != "")


def _spelled(value: object, words: Words) -> str:
    if isinstance(value, bool):
        return words.gettext("yes") if value else words.gettext("no")
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_spelled(each, words)}" for key, each in value.items()) or words.gettext("none")
    if isinstance(value, list):
        return ", ".join(map(str, value)) or words.gettext("none")
    return words.gettext("none") if value is None else str(value)
