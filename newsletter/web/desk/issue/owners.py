"""Who sees to which section of an issue, and by when: shown, and said by an editor for all sections at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from starlette.responses import RedirectResponse, Response

from newsletter.errors import BadValue, NewsletterError
from newsletter.issues.model import IN_THE_MAKING, Newsletter, Section
from newsletter.languages.catalogue import later
from newsletter.review import charging
from newsletter.review.charge import Charge, Known, Progress, asked_of, progress
from newsletter.review.charging import Contest, Wish
from newsletter.staff import audit
from newsletter.staff.permissions import Permission
from newsletter.web.desk import meanwhile
from newsletter.web.desk.issue import around, readiness
from newsletter.web.desk.issue.around import Tab
from newsletter.web.desk.issue.audience import Option
from newsletter.web.desk.issue.clocks import WALL, read_wall
from newsletter.web.desk.issue.readiness import SectionLine
from newsletter.web.desk.meanwhile import CONFLICT, Asked, Both
from newsletter.web.faults import fault_of
from newsletter.web.spelled import moment
from newsletter.web.visits import Site, Visit, whole_number
from subscribers.sentence import say
from subscribers.transaction import Transaction

SEE_OTHER = 303

# The fields of one section: who sees to it, by when, and what of both the page showed.
FIELDS = ("owner*", "due*", "seen*")

_ASKED: meanwhile.Form = {"owner": Asked(later("Owner")), "due": Asked(later("Deadline"))}


@dataclass(frozen=True, slots=True)
class Row:
    """One section in the form."""

    line: SectionLine
    options: tuple[Option, ...]
    # As it stands in the field.
    due: str
    # What was said when the page was made, as its form sends it back.
    seen: str
    # What holds while nothing is said; empty: nothing.
    usual_due: str
    # Who said what meanwhile, and that beside what was typed.
    contest: str = ""
    both: Both | None = None


def show(site: Site, visit: Visit) -> Response:
    """Show who sees to what."""
    return _page(site, visit)


def save(site: Site, visit: Visit) -> Response:
    """Give sections to people and days; what was typed stays in the form when that cannot be."""
    issue_id = visit.number("issue_id")
    try:
        with site.application.database.write() as tx:
            stands = around.look(tx, issue_id, visit.now)
            wishes = {one.id: _wish(visit, one, stands.newsletter) for one in stands.issue.sections if _is_sent(visit, one)}
            assigned = charging.assign(tx, issue_id, wishes, visit.actor.name, visit.now)
            _record(tx, visit, assigned.changed)
    except NewsletterError as refused:
        return _page(site, visit, trouble=str(refused), status=fault_of(refused).status)
    if assigned.contested:
        trouble = visit.words.gettext("Nothing was saved: somebody else said something of the same section meanwhile.")
        return _page(site, visit, trouble=trouble, contested=assigned.contested, status=CONFLICT)
    return RedirectResponse(f"/desk/issues/{issue_id}?said={'assigned' if assigned.changed else 'unassigned'}", SEE_OTHER)


def _record(tx: Transaction, visit: Visit, changed: Sequence[Section]) -> None:
    issue_id = visit.number("issue_id")
    issue = around.look(tx, issue_id, visit.now).issue
    lines = {one.section.id: one for one in charging.progress_of(tx, issue)}
    for section in changed:
        audit.record(tx, visit.actor, "issue.section.assign", f"issue {issue_id}", charging.told(lines[section.id]), visit.now)


def _is_sent(visit: Visit, section: Section) -> bool:
    return f"seen{section.id}" in visit.form


def _wish(visit: Visit, section: Section, newsletter: Newsletter) -> Wish:
    due = visit.text(f"due{section.id}")
    try:
        due_at = read_wall(due, newsletter.zone).at if due else None
    except BadValue as wrong:
        raise BadValue(say("deadline"), section.title, wrong.reason) from wrong
    return Wish(_charge(visit.text(f"owner{section.id}"), due_at), _seen(visit.text(f"seen{section.id}")))


def _charge(owner: str, due_at: datetime | None) -> Charge:
    kind, _, digits = owner.partition(":")
    number = whole_number(digits)
    if owner and (number is None or kind not in {"account", "guest"}):
        raise BadValue(say("owner"), owner, say("choose one of the list"))
    return Charge(number if kind == "account" else None, number if kind == "guest" else None, due_at)


def _seen(text: str) -> Charge:
    owner, _, due = text.partition("|")
    try:
        due_at = datetime.fromisoformat(due) if due else None
    except ValueError as wrong:
        raise BadValue(say("form"), text, say("was not made by this page; open it anew")) from wrong
    if due_at is not None and due_at.tzinfo is None:
        raise BadValue(say("form"), text, say("was not made by this page; open it anew"))
    return _charge(owner, due_at)


def _page(site: Site, visit: Visit, *, trouble: str = "", contested: Sequence[Contest] = (), status: int = 200) -> Response:
    with site.application.database.read() as tx:
        stands = around.look(tx, visit.number("issue_id"), visit.now)
        known = charging.known_of(tx, stands.issue)
    zone, theirs = stands.newsletter.zone, {one.section.id: one.theirs for one in contested}
    can_edit = stands.issue.state in IN_THE_MAKING and around.may(visit, Permission.EDIT, stands)
    answer = around.page(
        site,
        visit,
        "desk/issue/owners.html",
        stands,
        tab=Tab.OVERVIEW,
        rows=tuple(_row(one, known, visit, zone, theirs) for one in progress(stands.issue, known)),
        can_edit=can_edit,
        is_over=stands.issue.state not in IN_THE_MAKING,
        trouble=trouble,
        zone=zone,
    )
    answer.status_code = status
    return answer


def _row(one: Progress, known: Known, visit: Visit, zone: str, theirs: Mapping[int, Charge]) -> Row:
    number, said = one.section.id, one.charge
    kept = _fields(said, zone)
    typed = {name: visit.form.get(f"{name}{number}", text) for name, text in kept.items()}
    shown = _fields(_seen(visit.form[f"seen{number}"]), zone) if number in theirs else kept
    both = meanwhile.look(_ASKED, meanwhile.stamp(_ASKED, shown), kept, typed, visit.words)
    if both is not None:
        typed = dict(both.merged)
    return Row(
        line=readiness.line(one, visit),
        options=_options(one, known, visit, typed["owner"]),
        due=typed["due"],
        # Whoever was told of the other's word may put their own over it; on any other page nobody may over what they saw not.
        seen=_sent_back(said) if number in theirs else visit.form.get(f"seen{number}", _sent_back(said)),
        usual_due=moment(one.usual_due_at, zone, visit.words) if one.usual_due_at is not None else "",
        contest=_contest(theirs[number], known, visit, zone) if number in theirs else "",
        both=_in_words(one, known, visit, zone) if both is not None else None,
    )


def _in_words(one: Progress, known: Known, visit: Visit, zone: str) -> Both | None:
    """Give both sides by the names of people and the days that their fields mean."""
    number, usual = one.section.id, visit.words.gettext("as usual")
    names = {option.value: option.words for option in _options(one, known, visit, "")}

    def told(owner: str, due: str) -> dict[str, str]:
        return {"owner": names.get(owner, usual), "due": moment(read_wall(due, zone).at, zone, visit.words) if due else usual}

    typed = told(visit.text(f"owner{number}"), visit.text(f"due{number}"))
    return meanwhile.look(_ASKED, meanwhile.UNKNOWN, told(**_fields(one.charge, zone)), typed, visit.words)


def _fields(said: Charge, zone: str) -> dict[str, str]:
    due = said.due_at.astimezone(ZoneInfo(zone)).strftime(WALL) if said.due_at is not None else ""
    return {"owner": _owner(said), "due": due}


def _contest(theirs: Charge, known: Known, visit: Visit, zone: str) -> str:
    words, owner = visit.words, charging.named(theirs, known)
    name = owner.name if owner is not None else words.gettext("as usual")
    due = moment(theirs.due_at, zone, words) if theirs.due_at is not None else words.gettext("as usual")
    return words.gettext(
        "%(name)s saved meanwhile: owner %(owner)s, deadline %(due)s. What you changed stands here; save again to keep it.",
        name=theirs.set_by,
        owner=name,
        due=due,
    )


def _options(one: Progress, known: Known, visit: Visit, chosen: str) -> tuple[Option, ...]:
    words, usual = visit.words, one.usual_owner
    first = usual.name if usual is not None else words.gettext("The editors")
    guests = dict.fromkeys(asked.link_id for asked in asked_of(one.section, known.asked))
    people = [
        *((f"account:{number}", owner.name) for number, owner in known.staff.items()),
        *((f"guest:{link}", words.gettext("%(name)s, a guest", name=known.guests[link].name)) for link in guests),
    ]
    gone = _owner(one.charge)
    if gone and all(value != gone for value, _ in people):
        people.append((gone, words.gettext("somebody who may not edit this any more")))
    return (
        Option("", words.gettext("As usual: %(owner)s", owner=first), is_chosen=not chosen),
        *(Option(value, name, is_chosen=value == chosen) for value, name in people),
    )


def _owner(said: Charge) -> str:
    if said.account_id is not None:
        return f"account:{said.account_id}"
    return f"guest:{said.link_id}" if said.link_id is not None else ""


def _sent_back(said: Charge) -> str:
    return f"{_owner(said)}|{said.due_at.isoformat() if said.due_at is not None else ''}"
