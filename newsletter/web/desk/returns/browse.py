"""What came back lately, the newest first: of all kinds or one, of one issue, and what waits for somebody to look."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlencode

from starlette.responses import Response

from newsletter.errors import BadValue, NotFound
from newsletter.issues import newsletters, store
from newsletter.languages.catalogue import later
from newsletter.returns import browsing
from newsletter.returns.browsing import Asked, Line
from newsletter.returns.fate import Fate
from newsletter.returns.model import Kind
from newsletter.staff.permissions import Permission, includes
from newsletter.web.desk import frame
from newsletter.web.desk.frame import Area
from newsletter.web.desk.issue.audience import Option
from newsletter.web.desk.issue.states import ShownState
from newsletter.web.desk.returns import words
from newsletter.web.visits import Site, Visit, whole_number
from subscribers.sentence import say
from subscribers.transaction import Transaction

HERE = "/desk/returns"
PAGE = 50

# Of what waits for a look, so many are counted.
MOST_COUNTED = 1_000

# Issues of each newsletter that can be chosen.
MOST_ISSUES = 13

# What is shown by what became of it, by the word in the address.
BY_FATE: Mapping[str, tuple[str, frozenset[Fate]]] = MappingProxyType(
    {
        "nobody": (later("Nobody’s: counts for nothing"), frozenset({Fate.UNATTRIBUTED})),
        "answers-held": (later("Answers that were not forwarded"), frozenset({Fate.HELD})),
        "waiting": (later("Waiting for their delivery"), frozenset({Fate.WAITING})),
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    """Something that came back, as a row of the table."""

    line: Line
    kind: ShownState
    # Why it did not arrive; empty for what is no bounce.
    cause: str
    outcome: ShownState


@dataclass(frozen=True, slots=True)
class Heap:
    """What waits for somebody to look, and where it is listed."""

    show: str
    count: int


def show(site: Site, visit: Visit) -> Response:
    """Show a page of what came back."""
    for name in visit.query:
        if name not in {"show", "issue", "before"}:
            raise BadValue(say("filter"), name[:40], say("what came back is not found by that"))
    chosen = visit.query.get("show", "")
    seen = visit.actor.newsletters(Permission.MANAGE_PEOPLE)
    with site.application.database.read() as tx:
        issues = _issues(tx, visit)
        issue_id = _issue(tx, visit)
        page = browsing.page(tx, _asked(tx, chosen, issue_id, seen), _before(visit), PAGE)
        heaps = _heaps(tx) if seen is None else ()
        is_empty = browsing.is_empty(tx)
        zone = newsletters.zone_of_house(tx)
    return frame.page(
        site,
        visit,
        "desk/returns/browse.html",
        here=Area.PEOPLE,
        rows=tuple(row(one) for one in page.lines),
        page=page,
        is_empty=is_empty,
        is_narrowed=bool(chosen or issue_id),
        heaps={one.show: one.count for one in heaps},
        most_counted=MOST_COUNTED,
        kinds=_kinds(visit, chosen, has_all=seen is None),
        issues=_options(visit, issues, issue_id),
        chosen=chosen,
        more=_more(chosen, issue_id, page.more),
        looked=browsing.WINDOW,
        runs_instance=includes(visit.actor.role, Permission.MANAGE_INSTANCE),
        zone=zone,
    )


def row(line: Line) -> Row:
    """Give a line in words."""
    return Row(line, words.KINDS[line.kind], words.cause(line), words.outcome(line))


def _asked(tx: Transaction, chosen: str, issue_id: int, seen: frozenset[int] | None) -> Asked:
    letters = _letters(tx, issue_id) if issue_id else None
    if not chosen:
        return Asked(letters=letters, newsletters=seen)
    if chosen in BY_FATE:
        return Asked(fates=BY_FATE[chosen][1], letters=letters, newsletters=seen)
    if chosen not in set(Kind):
        raise BadValue(say("filter"), chosen[:40], say("what came back is not found by that"))
    return Asked(Kind(chosen), letters=letters, newsletters=seen)


def _heaps(tx: Transaction) -> tuple[Heap, ...]:
    return tuple(Heap(name, browsing.waiting(tx, fates, MOST_COUNTED)) for name, (_, fates) in BY_FATE.items())


def _kinds(visit: Visit, chosen: str, *, has_all: bool) -> tuple[Option, ...]:
    say_ = visit.words.gettext
    # What is nobody's is shown to whoever looks after everybody.
    by_fate = {name: text for name, (text, _) in BY_FATE.items() if has_all or name == "answers-held"}
    every = Option("", say_(later("Everything")), is_chosen=not chosen)
    some = {**by_fate, **{kind.value: text for kind, text in words.CHOICES.items()}}
    return (every, *(Option(name, say_(text), is_chosen=name == chosen) for name, text in some.items()))


def _issues(tx: Transaction, visit: Visit) -> Mapping[int, str]:
    """Give the issues that were mailed last, of each newsletter whose people the visitor looks after."""
    seen = visit.actor.newsletters(Permission.MANAGE_PEOPLE)
    papers = [one for one in newsletters.all_newsletters(tx) if seen is None or one.id in seen]
    return {
        line.id: f"{paper.name}: {line.title}" if len(papers) > 1 else line.title
        for paper in papers
        for line in store.issues_of(tx, paper.id, MOST_ISSUES)
        if line.letter_id is not None
    }


def _issue(tx: Transaction, visit: Visit) -> int:
    """Read which issue is asked for; 0: none, or one that the visitor does not see."""
    text = visit.query.get("issue", "")
    if not text:
        return 0
    number = whole_number(text)
    if number is None:
        raise BadValue(say("issue"), text[:40], say("choose one of those offered"))
    try:
        of_newsletter = store.newsletter_of(tx, number)
    except NotFound:
        of_newsletter = 0
    seen = visit.actor.newsletters(Permission.MANAGE_PEOPLE)
    if not of_newsletter or (seen is not None and of_newsletter not in seen):
        raise BadValue(say("issue"), text[:40], say("choose one of those offered"))
    return number


def _letters(tx: Transaction, issue_id: int) -> frozenset[int]:
    known = store.load(tx, issue_id).letter_id
    return frozenset({known} if known is not None else ())


def _options(visit: Visit, issues: Mapping[int, str], issue_id: int) -> tuple[Option, ...]:
    offered = dict(issues)
    if issue_id and issue_id not in offered:
        # Come to from its figures; it is an old one.
        offered[issue_id] = visit.words.gettext("the issue you came from")
    every = Option("", visit.words.gettext("Any issue"), is_chosen=not issue_id)
    return (every, *(Option(str(number), title, is_chosen=number == issue_id) for number, title in offered.items()))


def _before(visit: Visit) -> int | None:
    text = visit.query.get("before", "")
    if not text:
        return None
    number = whole_number(text)
    if number is None:
        raise BadValue(say("before"), text[:40], say("pages follow each other by the links on them"))
    return number


def _more(chosen: str, issue_id: int, before: int | None) -> str:
    if before is None:
        return ""
    asked = {"show": chosen, "issue": str(issue_id) if issue_id else "", "before": str(before)}
    return f"{HERE}?{urlencode({name: value for name, value in asked.items() if value})}"
