"""How often the links of an issue were followed; and by whom, of those who allow it, for whoever looks after people."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from starlette.responses import Response, StreamingResponse

from newsletter.issues import newsletters, store
from newsletter.languages.catalogue import Words, later
from newsletter.mail import clickbook
from newsletter.mail.clickbook import Followed, NamedClick
from newsletter.staff import audit
from newsletter.web.desk import frame
from newsletter.web.desk.figures.sheet import Cell, Line, Sheet, count
from newsletter.web.visits import LARGEST_NUMBER, Site, Visit
from subscribers.spreadsheet import write_row
from subscribers.transaction import Transaction

KEY = "clicks"
ROWS = 50

# Rows of a file that are read at a time.
PIECE = 500

_COLUMNS = (later("Link"), later("By people"), later("By programs"), later("People who allow it"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of people begins: behind this click, in the order of links."""

    link_id: int = 0
    subscription_id: int = 0

    @classmethod
    def read(cls, text: str) -> Self:
        """Read one as `link-subscription`; whatever else stands there is the beginning."""
        link, _, subscription = text.partition("-")
        return cls(_number(link), _number(subscription))

    @classmethod
    def behind(cls, last: NamedClick) -> Self:
        """Give the one behind a click."""
        return cls(last.link_id, last.subscription_id)

    def __str__(self) -> str:
        return f"{self.link_id}-{self.subscription_id}"


def sheet(tx: Transaction, letter_id: int, words: Words) -> Sheet | None:
    """Give the table of an issue's links; None: they are not counted."""
    found = clickbook.of_letter(tx, letter_id)
    if not found:
        return None
    people, machines = sum(one.people for one in found), sum(one.machines for one in found)
    told = words.ngettext(
        "People followed its links %(num)s time, as far as they can be told from programs.",
        "People followed its links %(num)s times, as far as they can be told from programs.",
        people,
    )
    return Sheet(
        KEY,
        words.gettext("How often its links were followed"),
        tuple(map(words.gettext, _COLUMNS)),
        tuple(
            Line(one.link.url, tuple(count(number, words=words) for number in (one.people, one.machines, one.named)))
            for one in found
        ),
        summary=told,
        total=Line(words.gettext("All links"), (count(people, words=words), count(machines, words=words), Cell("")))
        if len(found) > 1
        else None,
        notes=(
            words.gettext(
                "Clicks are counted, not people: whoever follows a link twice counts twice. Programs that look through mail "
                "before it is read are counted apart, as far as they can be told. Links in plain text are not counted."
            ),
        ),
    )


def people(site: Site, visit: Visit) -> Response:
    """Show who followed which links, a page of them."""
    after = Place.read(visit.query.get("after", ""))
    # That somebody looked stands in the audit, as it does where the command shows it.
    with site.application.database.write() as tx:
        issue = store.load(tx, visit.number("issue_id"))
        newsletter = newsletters.by_id(tx, issue.newsletter_id)
        behind = Followed(after.subscription_id, after.link_id)
        found = clickbook.named_of_letter(tx, issue.letter_id, behind, ROWS + 1) if issue.letter_id is not None else ()
        shown = found[:ROWS]
        audit.record(tx, visit.actor, "clicks.people", f"issue {issue.id}", {"clicks": len(shown)}, visit.now)
    return frame.page(
        site,
        visit,
        "desk/figures/clicks.html",
        here=frame.Area.FIGURES,
        issue=issue,
        newsletter=newsletter,
        clicks=shown,
        more=f"/desk/issues/{issue.id}/figures/clicks?after={Place.behind(shown[-1])}" if len(found) > ROWS else "",
        is_first=after == Place(),
    )


def people_file(site: Site, visit: Visit) -> Response:
    """Give all of them as CSV, written while it is read; that it was taken stands in the audit."""
    with site.application.database.write() as tx:
        issue = store.load(tx, visit.number("issue_id"))
        audit.record(tx, visit.actor, "clicks.people", f"issue {issue.id}", {"file": True}, visit.now)
    headers = {"Content-Disposition": f'attachment; filename="issue-{issue.id}-clicks-of-people.csv"'}
    return StreamingResponse(_pieces(site, issue.letter_id), headers=headers, media_type="text/csv; charset=utf-8")


def _pieces(site: Site, letter_id: int | None) -> Iterator[str]:
    yield write_row(clickbook.NAMED_COLUMNS)
    after = Followed(0, 0)
    while letter_id is not None:
        # A transaction each: whoever takes their yes back meanwhile is not among what is still to come.
        with site.application.database.read() as tx:
            found = clickbook.named_of_letter(tx, letter_id, after, PIECE)
        yield "".join(write_row(one.cells) for one in found)
        if len(found) < PIECE:
            return
        after = Followed(found[-1].subscription_id, found[-1].link_id)


def _number(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) < len(str(LARGEST_NUMBER))
    return int(text) if is_number else 0
