"""One thing that came back: what was read in it, what followed, and the message itself, as text and as a file."""

from collections.abc import Mapping

from starlette.responses import Response

from newsletter.issues import newsletters
from newsletter.languages.catalogue import later
from newsletter.returns import browsing, marks
from newsletter.returns.browsing import Evidence
from newsletter.returns.fate import Fate
from newsletter.returns.model import CameBy
from newsletter.web.desk import frame
from newsletter.web.desk.frame import Area
from newsletter.web.desk.returns import words
from newsletter.web.faults import PageNotFound
from newsletter.web.visits import Site, Visit
from subscribers.transaction import Transaction

# Of a message on a page; the file has all of it. What a server has to say stands before the mail that it gives back.
MOST_SHOWN = 64 * 1024

# Signs that draw nothing, or turn the text around them, are shown by name: nothing in a message hides from whoever looks.
_TURNING = (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C)
_SHOWN: Mapping[int, str] = {
    **{code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\t\n"},
    0x7F: "\u2421",
    **{code: f"⟨U+{code:04X}⟩" for code in (*range(0x80, 0xA0), *_TURNING)},
}

# Why something counts for nothing.
NO_MARK = later("No mark of ours stands in it: not in the address it came to, and not in what it gives back.")
FOREIGN_MARK = later(
    "A mark stands in it that our key did not make: it is damaged, from another instance, or made up. Anybody can write a "
    "message that looks like this one, so it counts for nothing."
)
GONE = later("It names a delivery that is not known here any more, and was waited for.")


def show(site: Site, visit: Visit) -> Response:
    """Show one message with what was made of it; its bytes as text, up to a bound."""
    with site.application.database.read() as tx:
        found = _load(tx, visit)
        raw = browsing.bytes_of(tx, visit.number("return_id"), max(MOST_SHOWN, marks.LOOKED_AT))
        zone = newsletters.zone_of_house(tx)
    line = found.line
    return frame.page(
        site,
        visit,
        "desk/returns/evidence.html",
        here=Area.PEOPLE,
        one=found,
        kind=words.KINDS[line.kind],
        cause=words.cause(line),
        outcome=words.outcome(line),
        came_by=words.CAME_BY[line.came_by or CameBy.FILE],
        found_by=words.FOUND_BY.get(found.found_by, ""),
        why_nobody=_why_nobody(found, raw) if line.fate is Fate.UNATTRIBUTED else "",
        is_event=_is_event(found),
        text=shown(raw[:MOST_SHOWN]),
        is_whole=found.size <= MOST_SHOWN,
        zone=zone,
    )


def file(site: Site, visit: Visit) -> Response:
    """Give the bytes as they came, as a file that no browser opens by itself."""
    with site.application.database.read() as tx:
        found = _load(tx, visit)
        raw = browsing.bytes_of(tx, visit.number("return_id"))
    suffix = "json" if _is_event(found) else "eml"
    headers = {"Content-Disposition": f'attachment; filename="return-{found.line.id}.{suffix}"'}
    # No type that any program would show: whoever opens it has chosen to.
    return Response(raw, media_type="application/octet-stream", headers=headers)


def shown(raw: bytes) -> str:
    """Give bytes as text in which everything can be seen."""
    return raw.decode("utf-8", "replace").replace("\r\n", "\n").translate(_SHOWN)


def _load(tx: Transaction, visit: Visit) -> Evidence:
    found = browsing.evidence(tx, visit.number("return_id"))
    if found is None:
        raise PageNotFound
    return found


def _is_event(found: Evidence) -> bool:
    return found.line.came_by not in {CameBy.IMAP, CameBy.SMTP, CameBy.FILE}


def _why_nobody(found: Evidence, raw: bytes) -> str:
    if found.line.delivery_number:
        return GONE
    return FOREIGN_MARK if marks.find(raw, found.recipient) else NO_MARK
