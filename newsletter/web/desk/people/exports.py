"""People as a file, written while it is read, so that a million people need no more memory than ten."""

from collections.abc import Iterator
from itertools import islice

from starlette.responses import Response, StreamingResponse

from newsletter.staff import audit
from newsletter.web.desk import frame
from newsletter.web.desk.frame import Area
from newsletter.web.desk.issue.audience import Option
from newsletter.web.desk.people.scope import require_list, seen_lists
from newsletter.web.visits import Site, Visit, whole_number
from subscribers import register
from subscribers.exchange.exporting import export_csv

# Lines sent at a time: each is a step to another thread and back.
CHUNK = 500


def form(site: Site, visit: Visit) -> Response:
    """Show which lists there are to be taken out."""
    with site.application.database.read() as tx:
        seen = seen_lists(tx, visit)
        known = [one for one in register.all_lists(tx) if seen is None or one.id in seen]
    lists = tuple(Option(str(one.id), one.name) for one in known)
    return frame.page(site, visit, "desk/people/export.html", here=Area.PEOPLE, lists=lists)


def export(site: Site, visit: Visit) -> Response:
    """Give everybody who stands on a list as CSV; who took it stands in the audit."""
    list_id = whole_number(visit.text("list")) or 0
    is_raw = "raw" in visit.form
    with site.application.database.write() as tx:
        require_list(tx, visit, list_id)
        chosen = register.list_by_id(tx, list_id)
        audit.record(tx, visit.actor, "subscribers.export", f"list {chosen.name}", {"raw": is_raw}, visit.now)
    return file(chosen.slug, export_csv(site.application.database.read, chosen.id, is_raw=is_raw))


def file(name: str, lines: Iterator[str]) -> Response:
    """Give lines of CSV as a file of this name, written while they are read; *lines* hold nothing open in between."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(_pieces(lines), headers=headers, media_type="text/csv; charset=utf-8")


def _pieces(lines: Iterator[str]) -> Iterator[str]:
    while piece := "".join(islice(lines, CHUNK)):
        yield piece
