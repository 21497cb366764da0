"""Lists at the desk: made, described, archived, and how many stand on them, counted apart because a million takes a second."""

from collections.abc import Mapping

from starlette.responses import Response

from newsletter.errors import TookTooLong
from newsletter.issues import newsletters
from newsletter.languages.catalogue import Words, later
from newsletter.languages.model import LANGUAGES
from newsletter.staff.permissions import Actor, allowed
from newsletter.web.desk import meanwhile
from newsletter.web.desk.meanwhile import SEEN_FIELD, Asked, Both
from newsletter.web.desk.settings import sheets
from newsletter.web.spelled import people
from newsletter.web.visits import Site, Visit
from subscribers import audience, listbook, register
from subscribers.model import MailingList
from subscribers.transaction import Transaction

HERE = "/desk/settings/lists"
P = sheets.P

# A million people take one or two seconds; nobody waits longer for a number.
LONGEST_COUNT = 5.0
UNCOUNTED = later("more people than could be counted in five seconds")

_ASKED: meanwhile.Form = {
    "name": Asked(later("Name")),
    "description": Asked(later("What people read before they join")),
    "is_public": Asked(later("Public"), meanwhile.TICKED),
    "language": Asked(
        later("Language of its pages and notices"), {"": later("The newsletter’s")} | {one.tag: one.name for one in LANGUAGES}
    ),
    "sender_name": Asked(later("Sender’s name")),
    "sender_address": Asked(later("Sender’s address")),
}
_FIELDS = tuple(_ASKED)


def address(list_id: int) -> str:
    """Give where a list is set up."""
    return f"{HERE}/{list_id}"


def tabs(one: MailingList, words: Words) -> tuple[tuple[str, str, str], ...]:
    """Give the pages of one list, as the macro of the desk takes them."""
    here = address(one.id)
    return (
        ("details", words.gettext("Details"), here),
        ("form", words.gettext("Form"), f"{here}/form"),
        ("topics", words.gettext("Topics"), f"{here}/topics"),
        ("notices", words.gettext("Notices"), f"{here}/notices"),
    )


def show_all(site: Site, visit: Visit) -> Response:
    """Show the lists that are the actor's to set up."""
    with site.application.database.read() as tx:
        rows = [(one, _papers(tx, one)) for one in lists_of(tx, visit.actor)]
    return sheets.page(
        site, visit, "lists", at="lists", rows=rows, can_make=allowed(visit.actor, P.MANAGE_PEOPLE), languages=LANGUAGES
    )


def lists_of(tx: Transaction, actor: Actor) -> tuple[MailingList, ...]:
    """Give the lists that somebody may set up: of their newsletters, or all."""
    wanted = actor.newsletters(P.MANAGE_PEOPLE)
    if wanted is None:
        return register.all_lists(tx)
    of_papers = {one.list_id for one in newsletters.all_newsletters(tx) if one.id in wanted}
    return tuple(one for one in register.all_lists(tx) if one.id in of_papers)


def count(site: Site, visit: Visit) -> Response:
    """Say how many people may be written to on a list, on a page of its own that others take the number from."""
    with site.application.database.read() as tx:
        one = _list(tx, visit)
    return sheets.page(site, visit, "list_count", at="lists", list=one, people=counted(site, visit, one))


def counted(site: Site, visit: Visit, one: MailingList) -> str:
    """Say how many people may be written to on a list, as far as a page can wait for it."""
    try:
        with site.application.database.read(within=LONGEST_COUNT) as tx:
            return people(audience.count(tx, one.id), visit.words)
    except TookTooLong:
        return visit.words.gettext(UNCOUNTED)


def ask(site: Site, visit: Visit) -> Response:
    """Show the form of a new list."""
    return _new(site, visit, dict.fromkeys(_FIELDS, "") | {"is_public": "1"})


def create(site: Site, visit: Visit) -> Response:
    """Make a list that people can join."""
    typed = _typed(visit)
    try:
        with site.application.database.write() as tx:
            made = register.create_list(
                tx, typed["name"], visit.now, description=typed["description"], is_public=bool(typed["is_public"])
            )
            made = listbook.edit(
                tx,
                made.id,
                language=typed["language"],
                sender_name=typed["sender_name"],
                sender_address=typed["sender_address"],
            )
            sheets.record(tx, visit, "list.create", f"list {made.name}")
    except sheets.REFUSALS as error:
        return _new(site, visit, typed, error)
    return sheets.done(address(made.id), "list-created")


def show(site: Site, visit: Visit) -> Response:
    """Show what is said of a list."""
    with site.application.database.read() as tx:
        one = _list(tx, visit)
    return _details(site, visit, one, _fields(one))


def save(site: Site, visit: Visit) -> Response:
    """Change what is said of a list."""
    typed = _typed(visit)
    with site.application.database.read() as tx:
        one = _list(tx, visit)
    try:
        with site.application.database.write() as tx:
            listbook.take_turn(tx, one.id)
            one = _list(tx, visit)
            both = meanwhile.look(_ASKED, visit.text(SEEN_FIELD), _fields(one), typed, visit.words)
            if both is not None:
                return _details(site, visit, one, both.merged, both=both)
            changed = listbook.edit(
                tx,
                one.id,
                name=typed["name"],
                description=typed["description"],
                is_public=bool(typed["is_public"]),
                language=typed["language"],
                sender_name=typed["sender_name"],
                sender_address=typed["sender_address"],
            )
            sheets.record(tx, visit, "list.edit", f"list {changed.name}")
    except sheets.REFUSALS as error:
        return _details(site, visit, one, typed, error)
    return sheets.done(address(one.id), "list-saved")


def ask_to_archive(site: Site, visit: Visit) -> Response:
    """Ask whether a list is to end, naming how many stand on it."""
    with site.application.database.read() as tx:
        one = _list(tx, visit)
        papers = _papers(tx, one)
    return sheets.page(site, visit, "list_archive", at="lists", list=one, papers=papers)


def archive(site: Site, visit: Visit) -> Response:
    """End a list; its people and their consent are kept."""
    with site.application.database.write() as tx:
        one = listbook.archive(tx, visit.number("list_id"), visit.now)
        sheets.record(tx, visit, "list.archive", f"list {one.name}")
    return sheets.done(address(one.id), "list-archived")


def reopen(site: Site, visit: Visit) -> Response:
    """Take an archived list up again."""
    with site.application.database.write() as tx:
        one = listbook.reopen(tx, visit.number("list_id"))
        sheets.record(tx, visit, "list.reopen", f"list {one.name}")
    return sheets.done(address(one.id), "list-reopened")


def _details(
    site: Site,
    visit: Visit,
    one: MailingList,
    typed: Mapping[str, str],
    refused: Exception | None = None,
    both: Both | None = None,
) -> Response:
    with site.application.database.read() as tx:
        papers = _papers(tx, one)
    return sheets.page(
        site,
        visit,
        "list",
        at="lists",
        refused=refused,
        both=both,
        seen=meanwhile.stamp(_ASKED, _fields(one)) if refused is None else visit.text(SEEN_FIELD),
        list=one,
        tabs=tabs(one, visit.words),
        typed=typed,
        papers=papers,
        languages=LANGUAGES,
    )


def _new(site: Site, visit: Visit, typed: Mapping[str, str], refused: Exception | None = None) -> Response:
    return sheets.page(site, visit, "list_new", at="lists", refused=refused, typed=typed, languages=LANGUAGES)


def _typed(visit: Visit) -> dict[str, str]:
    return {name: visit.text(name) for name in _FIELDS}


def _fields(one: MailingList) -> dict[str, str]:
    return {
        "name": one.name,
        "description": one.description,
        "language": one.language,
        "sender_name": one.sender_name,
        "sender_address": one.sender_address,
        "is_public": "1" if one.is_public else "",
    }


def _list(tx: Transaction, visit: Visit) -> MailingList:
    return register.list_by_id(tx, visit.number("list_id"))


def _papers(tx: Transaction, one: MailingList) -> tuple[str, ...]:
    return tuple(paper.name for paper in newsletters.all_of_list(tx, one.id))
