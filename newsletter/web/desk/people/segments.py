"""Segments: rules about people under a name, made of rows or written as text, counted while they are made."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.responses import RedirectResponse, Response

from newsletter.errors import TookTooLong
from newsletter.issues import newsletters, selection
from newsletter.languages.catalogue import Words, later
from newsletter.people import segments as verbs
from newsletter.staff import audit
from newsletter.web.desk import frame, meanwhile
from newsletter.web.desk.frame import Area, Said
from newsletter.web.desk.issue.audience import Option
from newsletter.web.desk.meanwhile import CONFLICT, SEEN_FIELD, Asked, Both
from newsletter.web.desk.people import rules
from newsletter.web.desk.people.acts import SEE_OTHER
from newsletter.web.desk.people.rules import COMPARISONS
from newsletter.web.faults import PageNotFound
from newsletter.web.spelled import people
from newsletter.web.visits import Site, Visit, whole_number
from subscribers import register
from subscribers.errors import RuleRefused, SegmentExists, SegmentUnnamed
from subscribers.model import MailingList
from subscribers.segments import rows, store, writing
from subscribers.segments.checking import Vocabulary
from subscribers.segments.rows import Row, Sheet
from subscribers.segments.rule import LONGEST_TEXT, Fate, Field, Rule
from subscribers.segments.store import Segment
from subscribers.transaction import Transaction

HERE = "/desk/people/segments"
UNPROCESSABLE = 422

# Seconds somebody waits for a number, and people that are shown with it.
LONGEST_COUNT = 2.0
SAMPLE = 5

SAID: Mapping[str, Said] = {
    "made": Said(later("The segment is kept. Whom it is true of is asked anew each time.")),
    "changed": Said(later("The rule is kept. Issues that were approved keep the rule they were approved with.")),
    "removed": Said(later("The segment is removed. Issues that were sent to it still know its rule.")),
}

_FIELDS: Mapping[str, str] = {
    Field.LANGUAGE: later("Language"),
    Field.NAME: later("Name"),
    Field.ADDRESS: later("Address, before the @"),
    Field.DOMAIN: later("Domain of the address"),
    Field.JOINED: later("Known since"),
    "confirmed": later("Said yes to any list"),
    "everybody": later("Everybody"),
}
_FATES: Mapping[str, str] = {
    Fate.GOT: later("Got"),
    Fate.MISSED: later("Missed"),
    Fate.BOUNCED: later("Could not be reached with"),
    Fate.PERHAPS: later("May have got"),
}

# However it was made, its rule is compared as text.
_ASKED: meanwhile.Form = {"rule": Asked(later("Rule"))}


@dataclass(frozen=True, slots=True)
class Editor:
    """The form as it stands."""

    name: str
    # None: the rule is written as text.
    sheet: Sheet | None
    text: str
    list_id: str
    # What is wrong with the name, and with the rule as a whole.
    wrong_name: str = ""
    wrong_rule: str = ""
    # What was counted; empty: nothing was asked.
    counted: str = ""
    sample: tuple[store.Person, ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether nothing is said against it."""
        return not (self.wrong_name or self.wrong_rule) and (self.sheet is None or self.sheet.is_right)


@dataclass(frozen=True, slots=True)
class Line:
    """A segment in the list."""

    segment: Segment
    rule: str
    # Issues that are still to be sent to it.
    used_by: tuple[int, ...]


def show(site: Site, visit: Visit) -> Response:
    """Show all segments, each with its rule and what uses it."""
    with site.application.database.read() as tx:
        zone = newsletters.zone_of_house(tx)
        lines = tuple(Line(one, writing.text(one.rule), selection.waiting_for(tx, one.id)) for one in store.all_segments(tx))
    said = SAID.get(visit.query.get("said", ""))
    return frame.page(site, visit, "desk/people/segments.html", here=Area.PEOPLE, said=said, lines=lines, zone=zone)


def new(site: Site, visit: Visit) -> Response:
    """Show an empty form."""
    as_text = visit.query.get("as") == "text"
    return _page(site, visit, Editor("", None if as_text else Sheet(), "", ""), None)


def edit(site: Site, visit: Visit) -> Response:
    """Show the form of a segment: as rows where it goes into them, else as text."""
    with site.application.database.read() as tx:
        known = _segment(tx, visit)
        sheet = rows.sheet_of(known.rule, store.vocabulary(tx))
    as_text = visit.query.get("as") == "text"
    return _page(site, visit, Editor(known.name, None if as_text else sheet, writing.text(known.rule), ""), known)


def make(site: Site, visit: Visit) -> Response:
    """Keep a new segment, or show the form with the rows changed, counted, or what is wrong with them."""
    with site.application.database.read() as tx:
        editor, rule = _read(tx, visit, visit.text("name"))
    if visit.text("act") != "save" or rule is None:
        return _page(site, visit, _counted(site, visit, editor, rule), None)
    try:
        with site.application.database.write() as tx:
            made = verbs.create(tx, visit.text("name"), writing.text(rule), visit.actor.name, visit.now)
            audit.record(tx, visit.actor, "segment.create", f"segment {made.name}", {"rule": writing.text(rule)}, visit.now)
    except (SegmentUnnamed, SegmentExists) as error:
        return _page(site, visit, replace(editor, wrong_name=str(error)), None)
    return RedirectResponse(f"{HERE}?said=made", SEE_OTHER)


def change(site: Site, visit: Visit) -> Response:
    """Keep another rule under the name, or show the form with the rows changed, counted, or what is wrong with them."""
    with site.application.database.read() as tx:
        known = _segment(tx, visit)
        editor, rule = _read(tx, visit, known.name)
    if visit.text("act") != "save" or rule is None:
        return _page(site, visit, _counted(site, visit, editor, rule), known)
    with site.application.database.write() as tx:
        known = store.hold(tx, known.name)
        both = meanwhile.look(_ASKED, visit.text(SEEN_FIELD), _told(known.rule), _told(rule), visit.words)
        if both is not None:
            return _page(site, visit, editor, known, both)
        verbs.edit(tx, known.name, writing.text(rule), visit.now)
        audit.record(tx, visit.actor, "segment.edit", f"segment {known.name}", {"rule": writing.text(rule)}, visit.now)
    return RedirectResponse(f"{HERE}?said=changed", SEE_OTHER)


def remove(site: Site, visit: Visit) -> Response:
    """Let a segment go, unless an issue that is still to be sent is for it."""
    with site.application.database.write() as tx:
        gone = verbs.remove(tx, _segment(tx, visit).name, visit.now)
        audit.record(tx, visit.actor, "segment.remove", f"segment {gone.name}", {"rule": writing.text(gone.rule)}, visit.now)
    return RedirectResponse(f"{HERE}?said=removed", SEE_OTHER)


def _told(rule: Rule) -> Mapping[str, str]:
    return {"rule": writing.text(rule)}


def _segment(tx: Transaction, visit: Visit) -> Segment:
    found = [one for one in store.by_ids(tx, [visit.number("segment_id")]) if one.removed_at is None]
    if not found:
        raise PageNotFound
    return found[0]


def _read(tx: Transaction, visit: Visit, name: str) -> tuple[Editor, Rule | None]:
    """Read the form; gives it with what is wrong at its place, and the rule when nothing is."""
    act = visit.text("act")
    editor = Editor(name, None, visit.form.get("rule", "")[:LONGEST_TEXT], visit.text("list"))
    if "rule" in visit.form:
        rule, wrong = _rule(tx, visit, editor.text)
        return replace(editor, wrong_rule=wrong), rule
    known = store.vocabulary(tx)
    sheet = rules.changed(rules.read_form(visit.form), act)
    if act not in {"save", "count"}:
        return replace(editor, sheet=sheet), None
    groups = tuple(replace(one, rows=tuple(_judged(tx, visit, row, known) for row in one.rows)) for one in sheet.groups)
    sheet = replace(sheet, groups=groups)
    if not sheet.is_right:
        return replace(editor, sheet=sheet), None
    rule, wrong = _rule(tx, visit, rows.text(sheet, known))
    return replace(editor, sheet=sheet, wrong_rule=wrong), rule


def _judged(tx: Transaction, visit: Visit, row: Row, known: Vocabulary) -> Row:
    if not row.what:
        return replace(row, wrong=visit.words.gettext("Choose what it is about."))
    return replace(row, wrong=_rule(tx, visit, rows.condition(row, known))[1])


def _rule(tx: Transaction, visit: Visit, text: str) -> tuple[Rule | None, str]:
    try:
        return verbs.read(tx, text), ""
    except RuleRefused as error:
        reason = f"{error.reason[:1].upper()}{error.reason[1:]}"
        if error.at is None:
            return None, f"{reason}."
        return None, visit.words.gettext("%(reason)s (at character %(place)s).", reason=reason, place=error.at + 1)


def _counted(site: Site, visit: Visit, editor: Editor, rule: Rule | None) -> Editor:
    if rule is None or visit.text("act") != "count":
        return editor
    list_id = whole_number(editor.list_id)
    try:
        with site.application.database.read(within=LONGEST_COUNT) as tx:
            seen = verbs.look(tx, rule, list_id, SAMPLE, visit.now)
    except TookTooLong:
        return replace(editor, counted=visit.words.gettext("Too many to be counted while you wait"))
    return replace(editor, counted=people(seen.people, visit.words).capitalize(), sample=seen.sample)


def _page(site: Site, visit: Visit, editor: Editor, known: Segment | None, both: Both | None = None) -> Response:
    # Over what was shown first, however often rows were added or people counted.
    seen = visit.form.get(SEEN_FIELD, "") if both is None else ""
    with site.application.database.read() as tx:
        vocabulary = store.vocabulary(tx)
        lists = register.all_lists(tx)
        used_by = selection.waiting_for(tx, known.id) if known is not None else ()
    answer = frame.page(
        site,
        visit,
        "desk/people/segment.html",
        here=Area.PEOPLE,
        editor=editor,
        known=known,
        both=both,
        seen=seen or (meanwhile.stamp(_ASKED, _told(known.rule)) if known is not None else ""),
        where=HERE + (f"/{known.id}" if known is not None else "/new"),
        whats=_whats(visit.words, vocabulary),
        comparisons=COMPARISONS,
        lists=(
            Option("", visit.words.gettext("All who are known"), is_chosen=not editor.list_id),
            *(_those_on(visit, one, editor) for one in lists),
        ),
        used_by=used_by,
        longest=LONGEST_TEXT,
    )
    if both is not None:
        answer.status_code = CONFLICT
    if not editor.is_right:
        answer.status_code = UNPROCESSABLE
    return answer


def _whats(spoken: Words, known: Vocabulary) -> Mapping[str, Mapping[str, str]]:
    """Give what a row can be about, by subject."""
    names = {one.id: one.name for one in known.lists}
    return {
        spoken.gettext("What is known of them"): {
            **_said(spoken, _FIELDS),
            **{f"answer-{one.key}": one.label for one in known.attributes},
        },
        spoken.gettext("Lists"): {f"list-{one.slug}": spoken.gettext("List %(list)s", list=one.name) for one in known.lists},
        spoken.gettext("When they said yes"): {
            f"confirmed-{one.slug}": spoken.gettext("Said yes to %(list)s", list=one.name) for one in known.lists
        },
        spoken.gettext("Topics"): {
            f"topic-{one.id}": spoken.gettext("Takes %(topic)s (%(list)s)", topic=one.name, list=names[one.list_id])
            for one in known.topics
        },
        spoken.gettext("Issues"): _said(spoken, _FATES),
    }


def _said(spoken: Words, texts: Mapping[str, str]) -> Mapping[str, str]:
    return {value: spoken.gettext(text) for value, text in texts.items()}


def _those_on(visit: Visit, one: MailingList, editor: Editor) -> Option:
    words = visit.words.gettext("Those on %(list)s", list=one.name)
    return Option(str(one.id), words, is_chosen=str(one.id) == editor.list_id)
