"""How the pages of the settings answer: what stands beside them, what was just done, and what could not be taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from starlette.responses import HTMLResponse, RedirectResponse, Response

from newsletter.errors import AlreadyThere, BadValue, ImageNotFound, InUse, RenderFailed
from newsletter.issues import newsletters
from newsletter.staff import audit
from newsletter.staff.permissions import Actor, Permission, allowed
from newsletter.web.desk import frame
from newsletter.web.desk.frame import Said
from newsletter.web.visits import Of, Site, Visit
from subscribers.errors import (
    AddressRefused,
    AttributeExists,
    AttributeUnfit,
    DomainRefused,
    ListArchived,
    ListExists,
    ListUnfit,
    ListUnnamed,
    TopicUnfit,
)
from subscribers.transaction import Transaction

P = Permission
SEE_OTHER = 303
UNPROCESSABLE = 422

# What somebody typed and can type otherwise: the page comes back with it, and with the reason.
REFUSALS = (
    BadValue,
    AlreadyThere,
    ImageNotFound,
    InUse,
    RenderFailed,
    AddressRefused,
    AttributeExists,
    AttributeUnfit,
    DomainRefused,
    ListArchived,
    ListExists,
    ListUnfit,
    ListUnnamed,
    TopicUnfit,
)

# Of values that are repeated in an error.
_LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the settings, as the list beside each page shows it."""

    key: str
    words: str
    href: str
    permission: Permission
    # Whether a role in some newsletter is enough.
    of: Of = Of.INSTANCE


PARTS = (
    Part("newsletters", "Newsletters", "/desk/settings/newsletters", P.MANAGE_NEWSLETTERS, Of.ANY_NEWSLETTER),
    Part("feeds", "Feeds", "/desk/settings/feeds", P.MANAGE_NEWSLETTERS, Of.ANY_NEWSLETTER),
    Part("lists", "Lists and forms", "/desk/settings/lists", P.MANAGE_PEOPLE, Of.ANY_NEWSLETTER),
    Part("questions", "Questions", "/desk/settings/questions", P.MANAGE_PEOPLE),
    Part("relays", "Relays", "/desk/settings/relays", P.MANAGE_RELAYS),
    Part("domains", "Sending domains", "/desk/settings/domains", P.MANAGE_RELAYS),
    Part("languages", "Languages", "/desk/settings/languages", P.MANAGE_NEWSLETTERS),
    Part("retention", "Retention", "/desk/settings/retention", P.MANAGE_INSTANCE),
    Part("staff", "Staff", "/desk/settings/staff", P.MANAGE_STAFF),
    Part("audit", "Audit log", "/desk/settings/audit", P.MANAGE_STAFF),
    Part("system", "System health", "/desk/settings/system", P.MANAGE_INSTANCE),
)

SAID: Mapping[str, Said] = MappingProxyType(
    {
        "staff-saved": Said("Saved. Where a role was changed, they sign in anew."),
        "staff-linked": Said("The link is made. It stands below; hand it over yourself.", is_done=False),
        "staff-mailed": Said("The link is made, and on its way by mail."),
        "staff-out": Said("All their sessions are over."),
        "provider-saved": Said("The provider answers, and is the one that was set. Sign in by it once before others are told."),
        "provider-gone": Said("Nobody comes in by the provider any more. Open sessions go on."),
        "staff-dropped": Said(
            "They sign in without what they lost, and set up another one on their own page. All their sessions are over."
        ),
        "staff-gone": Said("They are not on the staff any more. The audit keeps their name."),
        "created": Said("The newsletter is made. Next: give it a feed to read, and a calendar."),
        "saved": Said("Saved. Letters that are approved already stay as they are."),
        "zone": Said(
            "The time zone is changed. Issues that have a time keep their moment, and the calendar counts by its own zone."
        ),
        "list-changed": Said(
            "It goes to another list from now on. What is approved already goes to the list it was approved for."
        ),
        "plan": Said("The plan is changed. Issues that are drafted already keep their sections."),
        "calendar": Said("The calendar is changed. Issues that are drafted already keep their dates."),
        "look": Said("The look is changed. Letters that are approved already stay as they are."),
        "feed-added": Said("The feed is added. It is read within the hour, and before each draft."),
        "feed-blind": Said("The feed is added although it could not be read now. It is tried every hour.", is_done=False),
        "feed-removed": Said("The feed is not read any more. Articles made of its posts stay in their issues."),
        "feed-read": Said("The feed was read. What it brought is in the next draft."),
        "feed-unread": Said("The feed could not be read. The reason stands beside it; the drafts keep what they have.", False),
        "list-created": Said("The list is made."),
        "list-saved": Said("Saved. Letters that are approved already stay as they are."),
        "list-archived": Said("The list is archived: nobody joins it, and nothing is sent to it. Its people are kept."),
        "list-reopened": Said("The list is open again, with the people who stand on it."),
        "asked": Said("The form asks for it now."),
        "not-asked": Said("The form does not ask for it any more. What was answered stays."),
        "topic": Said("The topics are changed."),
        "notice": Said("The notice is changed, in this language."),
        "question": Said("The question is kept. A list asks it once you add it to the list's form."),
        "question-gone": Said("The question is forgotten, with its answers."),
        "relay-added": Said("The relay is added, and mail goes to it within a second. Try it once before it is needed."),
        "relay-saved": Said("The relay is changed; mailings that are under way go by it within two seconds."),
        "relay-hasty": Said(
            "The relay is kept. It is given less than ten minutes to answer a whole message; mail whose answer comes later is "
            "counted as uncertain.",
            is_done=False,
        ),
        "relay-on": Said("The relay takes mail again."),
        "relay-off": Said("The relay takes no more mail; what is on the wire ends first.", is_done=False),
        "relay-gone": Said("The relay and its login are forgotten."),
        "key-made": Said("The key is made and signs nothing yet. Publish its record, then let it sign.", is_done=False),
        "key-active": Said("The key signs from now on. Leave the record of the one before in the DNS for a week."),
        "key-retired": Said("The key signs no more. Leave its record in the DNS for a week: mail that it signed is under way."),
        "rate": Said("The rates are changed."),
    }
)


def page(
    site: Site, visit: Visit, name: str, /, *, at: str, refused: Exception | None = None, **values: object
) -> HTMLResponse:
    """Answer with the template *name* of the settings; *at* is its part, *refused* why what was typed is not taken."""
    answer = frame.page(
        site,
        visit,
        f"desk/settings/{name}.html",
        here=frame.Area.SETTINGS,
        said=SAID.get(visit.query.get("said", "")),
        parts_here=parts_of(visit.actor),
        at=at,
        refused=words_of(refused) if refused is not None else "",
        **values,
    )
    if refused is not None:
        answer.status_code = UNPROCESSABLE
    return answer


def parts_of(actor: Actor) -> tuple[Part, ...]:
    """Give the parts that are open to somebody."""
    return tuple(part for part in PARTS if _is_open(part, actor))


def _is_open(part: Part, actor: Actor) -> bool:
    if part.of is Of.INSTANCE:
        return allowed(actor, part.permission)
    return actor.newsletters(part.permission) != frozenset()


def done(path: str, said: str) -> Response:
    """Lead to a page that says what was done."""
    return led(f"{path}?said={said}")


def led(address: str) -> Response:
    """Lead to an address of ours after an act."""
    return RedirectResponse(address, SEE_OTHER)


def record(tx: Transaction, visit: Visit, act: str, subject: str, **detail: object) -> None:
    """Write an act down, in the transaction that does it."""
    audit.record(tx, visit.actor, act, subject, detail, visit.now)


def zone_of_house(tx: Transaction) -> str:
    """Give the zone in which times of the whole instance are told: the oldest newsletter's."""
    known = newsletters.all_newsletters(tx)
    return known[0].zone if known else "UTC"


def words_of(error: Exception) -> str:
    """Say why something was not taken, as a sentence for whoever typed it."""
    if isinstance(error, BadValue):
        value = "" if str(error.value).strip("'\" ") == "" else f" “{str(error.value)[:_LONGEST_SHOWN]}”"
        return f"{error.what[:1].upper()}{error.what[1:]}{value}: {error.reason.rstrip('.')}. Nothing was changed."
    return f"{str(error).rstrip('.')}. Nothing was changed."
