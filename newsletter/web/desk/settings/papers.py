"""Newsletters: made, listed, and what each says of itself, who approves it and whether it is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import available_timezones

from starlette.responses import Response

from newsletter.errors import BadValue
from newsletter.issues import calendar, newsletters
from newsletter.issues.model import Archive, Newsletter
from newsletter.languages.catalogue import Words, later
from newsletter.languages.model import LANGUAGES
from newsletter.staff.permissions import allowed
from newsletter.web.desk import meanwhile
from newsletter.web.desk.meanwhile import SEEN_FIELD, Asked, Both
from newsletter.web.desk.settings import sheets
from newsletter.web.visits import Site, Visit, whole_number
from subscribers import register
from subscribers.model import MailingList
from subscribers.sentence import say
from subscribers.transaction import Transaction

HERE = "/desk/settings/newsletters"

# What stands in the form of a new one.
_OF_NEW = ("name", "sender_name", "sender_address", "reply_to", "postal_address", "zone", "language", "list_id", "list_name")
_OF_OLD = (
    *("name", "language", "sender_name", "sender_address", "reply_to", "postal_address", "archive", "second_person"),
    "counts_clicks",
)
# A box that is not ticked is not sent.
_TICKS = frozenset({"second_person", "counts_clicks"})

NEW_LIST = "new"

ARCHIVES: Mapping[str, str] = {
    Archive.AS_LIST: later("Where its list is public"),
    Archive.PUBLIC: later("Always"),
    Archive.OFF: later("Never: read by mail only"),
}
_ASKED: meanwhile.Form = {
    "name": Asked(later("Name")),
    "language": Asked(later("Language"), {one.tag: one.name for one in LANGUAGES}),
    "sender_name": Asked(later("Sender’s name")),
    "sender_address": Asked(later("Sender’s address")),
    "reply_to": Asked(later("Answers go to")),
    "postal_address": Asked(later("Postal address")),
    "second_person": Asked(later("A second person approves"), meanwhile.TICKED),
    "archive": Asked(later("Its issues on the web"), ARCHIVES),
    "counts_clicks": Asked(later("Count how often links are followed"), meanwhile.TICKED),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A newsletter in the list of them."""

    newsletter: Newsletter
    list_name: str
    # When its next issue is due; None: it has no calendar.
    next_at: datetime | None


def tabs(newsletter: Newsletter, words: Words) -> tuple[tuple[str, str, str], ...]:
    """Give the pages of one newsletter, as the macro of the desk takes them."""
    here = address(newsletter.id)
    return (
        ("details", words.gettext("Details"), here),
        ("sections", words.gettext("Sections"), f"{here}/sections"),
        ("calendar", words.gettext("Calendar"), f"{here}/calendar"),
        ("look", words.gettext("Look"), f"{here}/look"),
        ("returns", words.gettext("What comes back"), f"{here}/returns"),
    )


def address(newsletter_id: int) -> str:
    """Give where a newsletter is set up."""
    return f"{HERE}/{newsletter_id}"


def show_all(site: Site, visit: Visit) -> Response:
    """Show the newsletters that are the actor's to set up."""
    wanted = visit.actor.newsletters(sheets.P.MANAGE_NEWSLETTERS)
    with site.application.database.read() as tx:
        rows = [_row(tx, one, visit.now) for one in newsletters.all_newsletters(tx) if wanted is None or one.id in wanted]
    can_make = allowed(visit.actor, sheets.P.MANAGE_NEWSLETTERS)
    return sheets.page(site, visit, "newsletters", at="newsletters", rows=rows, can_make=can_make)


def ask(site: Site, visit: Visit) -> Response:
    """Show the form of a new newsletter."""
    typed = dict.fromkeys(_OF_NEW, "") | {"zone": "Europe/Amsterdam", "language": "en"}
    return _new(site, visit, typed)


def create(site: Site, visit: Visit) -> Response:
    """Make a newsletter."""
    typed = {name: visit.form.get(name, "").strip() for name in _OF_NEW}
    try:
        with site.application.database.write() as tx:
            mailing_list = _list(tx, visit, typed)
            made = newsletters.create(
                tx,
                name=typed["name"],
                sender_name=typed["sender_name"] or typed["name"],
                sender_address=typed["sender_address"],
                list_id=mailing_list.id,
                postal_address=typed["postal_address"],
                zone=typed["zone"],
                reply_to=typed["reply_to"],
                language=typed["language"],
                now=visit.now,
            )
            sheets.record(tx, visit, "newsletter.create", f"newsletter {made.name}", list=mailing_list.name)
    except sheets.REFUSALS as error:
        return _new(site, visit, typed, error)
    return sheets.done(address(made.id), "created")


def show(site: Site, visit: Visit) -> Response:
    """Show what a newsletter says of itself."""
    with site.application.database.read() as tx:
        known = newsletters.by_id(tx, visit.number("newsletter_id"))
    return _details(site, visit, known, _fields(known))


def save(site: Site, visit: Visit) -> Response:
    """Change what a newsletter says of itself, who approves it, and whether it is shown."""
    newsletter_id = visit.number("newsletter_id")
    typed = {name: visit.form.get(name, "").strip() for name in _OF_OLD}
    with site.application.database.read() as tx:
        known = newsletters.by_id(tx, newsletter_id)
    try:
        with site.application.database.write() as tx:
            newsletters.take_turn(tx, newsletter_id)
            known = newsletters.by_id(tx, newsletter_id)
            both = _both(visit, known, typed)
            if both is not None:
                return _details(site, visit, known, both.merged, both=both)
            # Where its list has a sender of its own, the form shows that and does not ask.
            is_own = "sender_address" in visit.form
            changed = newsletters.edit(
                tx,
                newsletter_id,
                name=typed["name"] if "name" in visit.form else None,
                language=typed["language"] or None,
                sender_name=typed["sender_name"] if is_own else None,
                sender_address=typed["sender_address"] if is_own else None,
                reply_to=typed["reply_to"],
                postal_address=typed["postal_address"],
                needs_second_person=bool(typed["second_person"]),
                archive=_archive(typed["archive"]),
                counts_clicks=bool(typed["counts_clicks"]),
            )
            sheets.record(
                tx,
                visit,
                "newsletter.edit",
                f"newsletter {changed.name}",
                **({"before": known.name} if known.name != changed.name else {}),
                language=changed.language,
                second_person=changed.needs_second_person,
                archive=changed.archive.value,
                counts_clicks=changed.counts_clicks,
            )
    except sheets.REFUSALS as error:
        return _details(site, visit, known, typed, error)
    return sheets.done(address(newsletter_id), "saved")


def _both(visit: Visit, known: Newsletter, typed: Mapping[str, str]) -> Both | None:
    # What the form did not ask was not typed.
    mine = {name: text for name, text in typed.items() if text or name in visit.form or name in _TICKS}
    return meanwhile.look(_ASKED, visit.text(SEEN_FIELD), _fields(known), mine, visit.words)


def _fields(known: Newsletter) -> Mapping[str, str]:
    return {
        "name": known.name,
        "language": known.language,
        "sender_name": known.sender_name,
        "sender_address": known.sender_address,
        "reply_to": known.reply_to,
        "postal_address": known.postal_address,
        "archive": known.archive.value,
        "second_person": "1" if known.needs_second_person else "",
        "counts_clicks": "1" if known.counts_clicks else "",
    }


def _details(
    site: Site,
    visit: Visit,
    known: Newsletter,
    typed: Mapping[str, str],
    refused: Exception | None = None,
    both: Both | None = None,
) -> Response:
    with site.application.database.read() as tx:
        mailing_list = register.list_by_id(tx, known.list_id)
    return sheets.page(
        site,
        visit,
        "newsletter",
        at="newsletters",
        refused=refused,
        both=both,
        seen=meanwhile.stamp(_ASKED, _fields(known)) if refused is None else visit.text(SEEN_FIELD),
        newsletter=known,
        tabs=tabs(known, visit.words),
        list=mailing_list,
        # What a list says of its sender counts more, and is changed there.
        has_sender=bool(mailing_list.sender_name or mailing_list.sender_address),
        typed=typed,
        languages=LANGUAGES,
        # It may be one of those that the house does not speak; then it is shown as it is.
        is_spoken=any(typed["language"] in (one.tag, one.code) for one in LANGUAGES),
        archives=sheets.spoken(visit, ARCHIVES),
    )


def _new(site: Site, visit: Visit, typed: Mapping[str, str], refused: Exception | None = None) -> Response:
    with site.application.database.read() as tx:
        lists = [one for one in register.all_lists(tx) if not one.is_archived]
    return sheets.page(
        site,
        visit,
        "newsletter_new",
        at="newsletters",
        refused=refused,
        typed=typed,
        lists=lists,
        languages=LANGUAGES,
        zones=sorted(available_timezones()),
    )


def _list(tx: Transaction, visit: Visit, typed: Mapping[str, str]) -> MailingList:
    chosen = whole_number(typed["list_id"])
    if chosen is not None:
        return register.list_by_id(tx, chosen)
    name = typed["list_name"] or visit.words.gettext("Readers of %(newsletter)s", newsletter=typed["name"])
    made = register.create_list(tx, name, visit.now)
    sheets.record(tx, visit, "list.create", f"list {made.name}")
    return made


def _archive(text: str) -> Archive:
    if text not in set(Archive):
        raise BadValue(say("archive"), text, say("is one of %(archive)s", archive=", ".join(Archive)))
    return Archive(text)


def _row(tx: Transaction, one: Newsletter, now: datetime) -> Row:
    coming = calendar.upcoming(tx, one.id, now, count=1)
    return Row(one, register.list_by_id(tx, one.list_id).name, coming[0].send_at if coming else None)
