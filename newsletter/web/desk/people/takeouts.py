"""The people somebody looks for, and those of a segment, as a file: exactly those, and how many is said before."""

from collections.abc import Mapping, Sequence

from starlette.responses import Response

from newsletter.errors import BadValue, TookTooLong
from newsletter.languages.catalogue import later
from newsletter.people import segments
from newsletter.staff import audit
from newsletter.web.desk import frame
from newsletter.web.desk.frame import Area
from newsletter.web.desk.issue.audience import Option
from newsletter.web.desk.people import browse, counting, exports
from newsletter.web.desk.people.asked import Asked, asked
from newsletter.web.desk.people.scope import seen_lists
from newsletter.web.faults import PageNotFound
from newsletter.web.spelled import people
from newsletter.web.visits import Site, Visit, whole_number
from subscribers import directory, register, topicbook
from subscribers.errors import RuleRefused
from subscribers.exchange.exporting import export_people
from subscribers.model import MailingList
from subscribers.segments import store, writing
from subscribers.segments.store import Segment
from subscribers.sentence import say
from subscribers.slug import slug
from subscribers.transaction import Transaction

# Seconds somebody waits for a number.
LONGEST_COUNT = 2.0

# What an audit, which is kept for ever, says in place of an address or a name that was looked for.
_TYPED = "…"

# What was typed or ticked, in words.
_SAID: Mapping[str, str] = {
    "q": later("begins with “%(text)s”"),
    "language": later("speaks %(text)s"),
    "since": later("known since %(text)s"),
    "import": later("brought by import %(text)s"),
}


def form(site: Site, visit: Visit) -> Response:
    """Say who was looked for and how many they are, and offer the file."""
    with site.application.database.read() as tx:
        seen = seen_lists(tx, visit)
        question = asked(tx, visit, seen)
        known = [one for one in register.all_lists(tx) if seen is None or one.id in seen]
        topics = [topic for one in known for topic in topicbook.of_list(tx, one.id)]
    filters = browse.filters(visit, question, known, topics)
    return frame.page(
        site,
        visit,
        "desk/people/takeout.html",
        here=Area.PEOPLE,
        trouble="",
        counted=counting.counted(site, visit, question.wanted) if question.is_counted else "",
        counting=_with_count(question.file),
        asked_for=_asked_for(visit, question, filters),
        segment=None,
        where=question.file,
        back=question.address(),
    )


def take(site: Site, visit: Visit) -> Response:
    """Give everybody it is true of as CSV; that it was taken, and by which filters, stands in the audit."""
    is_raw = "raw" in visit.form
    with site.application.database.write() as tx:
        seen = seen_lists(tx, visit)
        question = asked(tx, visit, seen)
        filters = {name: _TYPED if name == "q" else text for name, text in question.fields.items()}
        audit.record(tx, visit.actor, "subscribers.export", "people", {"filters": filters, "raw": is_raw}, visit.now)
    ids = directory.everybody(question.wanted)
    return exports.file("people", export_people(site.application.database.read, ids, seen, is_raw=is_raw))


def segment_form(site: Site, visit: Visit) -> Response:
    """Say how many a segment is true of, among all or on a list, and offer the file."""
    list_id = _list_id(visit.query.get("list", ""))
    with site.application.database.read() as tx:
        known = _segment(tx, visit)
        lists = register.all_lists(tx)
        trouble = _trouble(tx, visit, known)
    if list_id is not None and list_id not in {one.id for one in lists}:
        raise PageNotFound
    where = f"/desk/people/segments/{known.id}/export"
    is_counted = visit.query.get("count") == "1" and not trouble
    return frame.page(
        site,
        visit,
        "desk/people/takeout.html",
        here=Area.PEOPLE,
        trouble=trouble,
        counted=_counted(site, visit, known, list_id) if is_counted else "",
        counting=_with_count(f"{where}?list={list_id}" if list_id else where),
        segment=known,
        rule=writing.text(known.rule),
        lists=_scopes(visit, lists, list_id),
        list_id=list_id or "",
        where=where,
        back=f"/desk/people/segments/{known.id}",
    )


def take_segment(site: Site, visit: Visit) -> Response:
    """Give everybody a segment is true of as CSV; that it was taken stands in the audit."""
    is_raw, list_id = "raw" in visit.form, _list_id(visit.text("list"))
    with site.application.database.write() as tx:
        known = _segment(tx, visit)
        of_list = register.list_by_id(tx, list_id) if list_id is not None else None
        ids = segments.everybody(tx, known.rule, of_list.id if of_list else None, visit.now)
        details = {"rule": writing.text(known.rule), "list": of_list.name if of_list else None, "raw": is_raw}
        audit.record(tx, visit.actor, "subscribers.export", f"segment {known.name}", details, visit.now)
    name = slug(known.name, "segment")
    return exports.file(name, export_people(site.application.database.read, ids, None, is_raw=is_raw))


def _segment(tx: Transaction, visit: Visit) -> Segment:
    found = [one for one in store.by_ids(tx, [visit.number("segment_id")]) if one.removed_at is None]
    if not found:
        raise PageNotFound
    return found[0]


def _trouble(tx: Transaction, visit: Visit, known: Segment) -> str:
    """Say why nobody can be taken: the rule speaks of what there is not any more. Empty: it can be asked."""
    try:
        segments.everybody(tx, known.rule, None, visit.now)
    except RuleRefused as error:
        return visit.words.gettext("%(problem)s Nobody can be taken until the rule is changed.", problem=error)
    return ""


def _with_count(address: str) -> str:
    """Give the address of a page with the number on it, which of very many people takes a moment."""
    return f"{address}{'&' if '?' in address else '?'}count=1"


def _list_id(text: str) -> int | None:
    """Read among whose people somebody asks; None: among all. What is no number must not become all."""
    number = whole_number(text)
    if text and number is None:
        raise BadValue(say("list"), text[:40], say("choose one of those offered"))
    return number


def _scopes(visit: Visit, lists: Sequence[MailingList], list_id: int | None) -> tuple[Option, ...]:
    everybody = Option("", visit.words.gettext("All who are known"), is_chosen=list_id is None)
    those_on = (
        Option(str(one.id), visit.words.gettext("Those on %(list)s", list=one.name), is_chosen=one.id == list_id)
        for one in lists
    )
    return (everybody, *those_on)


def _counted(site: Site, visit: Visit, known: Segment, list_id: int | None) -> str:
    try:
        with site.application.database.read(within=LONGEST_COUNT) as tx:
            seen = segments.look(tx, known.rule, list_id, 0, visit.now)
    except TookTooLong:
        return visit.words.gettext("Too many to be counted while you wait")
    return people(seen.people, visit.words).capitalize()


def _asked_for(visit: Visit, question: Asked, filters: browse.Filters) -> tuple[str, ...]:
    """Say by what people are looked for."""
    typed = [visit.words.gettext(_SAID[name], text=text) for name, text in question.fields.items() if name in _SAID]
    selects = (filters.lists, filters.states, filters.topics, filters.sources, filters.kept)
    chosen = [one.words for options in selects for one in options if one.is_chosen and one.value]
    refused = [visit.words.gettext("A relay refused mail to them")] if "returned" in question.fields else []
    return (*typed, *chosen, *refused)
