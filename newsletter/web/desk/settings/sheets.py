"""How the pages of the settings answer: what stands beside them, what was just done, and what could not be taken."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from starlette.responses import HTMLResponse, RedirectResponse, Response

from newsletter.errors import AlreadyThere, BadValue, ImageNotFound, InUse, RenderFailed
from newsletter.languages.catalogue import Words, later
from newsletter.staff import audit
from newsletter.staff.permissions import Actor, Permission, allowed
from newsletter.web.desk import frame
from newsletter.web.desk.frame import Said
from newsletter.web.desk.meanwhile import CONFLICT, Both
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
K = TypeVar("K")
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
    # Marked by `later`.
    words: str
    href: str
    permission: Permission
    # Whether a role in some newsletter is enough.
    of: Of = Of.INSTANCE


PARTS = (
    Part("newsletters", later("Newsletters"), "/desk/settings/newsletters", P.MANAGE_NEWSLETTERS, Of.ANY_NEWSLETTER),
    Part("feeds", later("Feeds"), "/desk/settings/feeds", P.MANAGE_NEWSLETTERS, Of.ANY_NEWSLETTER),
    Part("lists", later("Lists and forms"), "/desk/settings/lists", P.MANAGE_PEOPLE, Of.ANY_NEWSLETTER),
    Part("questions", later("Questions"), "/desk/settings/questions", P.MANAGE_PEOPLE),
    Part("relays", later("Relays"), "/desk/settings/relays", P.MANAGE_RELAYS),
    Part("domains", later("Sending domains"), "/desk/settings/domains", P.MANAGE_RELAYS),
    Part("returns", later("What comes back"), "/desk/settings/returns", P.MANAGE_INSTANCE),
    Part("webhooks", later("Webhooks"), "/desk/settings/webhooks", P.MANAGE_INSTANCE),
    Part("images", later("Images"), "/desk/settings/images", P.EDIT),
    Part("languages", later("Languages"), "/desk/settings/languages", P.MANAGE_NEWSLETTERS),
    Part("retention", later("Retention"), "/desk/settings/retention", P.MANAGE_INSTANCE),
    Part("staff", later("Staff"), "/desk/settings/staff", P.MANAGE_STAFF),
    Part("keys", later("API keys"), "/desk/settings/keys", P.MANAGE_STAFF),
    Part("audit", later("Audit log"), "/desk/settings/audit", P.MANAGE_STAFF),
    Part("system", later("System health"), "/desk/settings/system", P.MANAGE_INSTANCE),
)

SAID: Mapping[str, Said] = MappingProxyType(
    {
        "staff-saved": Said(later("Saved. Where a role was changed, they sign in anew.")),
        "key-revoked": Said(later("The key opens nothing any more.")),
        "staff-linked": Said(later("The link is made. It stands below; hand it over yourself."), is_done=False),
        "staff-mailed": Said(later("The link is made, and on its way by mail.")),
        "staff-out": Said(later("All their sessions are over.")),
        "provider-saved": Said(
            later("The provider answers, and is the one that was set. Sign in by it once before others are told.")
        ),
        "provider-gone": Said(later("Nobody comes in by the provider any more. Open sessions go on.")),
        "staff-dropped": Said(
            later("They sign in without what they lost, and set up another one on their own page. All their sessions are over.")
        ),
        "staff-gone": Said(later("They are not on the staff any more. The audit keeps their name.")),
        "created": Said(later("The newsletter is made. Next: give it a feed to read, and a calendar.")),
        "saved": Said(later("Saved. Letters that are approved already stay as they are.")),
        "zone": Said(
            later(
                "The time zone is changed. Issues that have a time keep their moment, and the calendar counts by its own zone."
            )
        ),
        "list-changed": Said(
            later("It goes to another list from now on. What is approved already goes to the list it was approved for.")
        ),
        "plan": Said(later("The plan is changed. Issues that are drafted already keep their sections.")),
        "calendar": Said(later("The calendar is changed. Issues that are drafted already keep their dates.")),
        "look": Said(later("The look is changed. Letters that are approved already stay as they are.")),
        "feed-added": Said(later("The feed is added. It is read within the hour, and before each draft.")),
        "feed-blind": Said(
            later("The feed is added although it could not be read now. It is tried every hour."), is_done=False
        ),
        "feed-removed": Said(later("The feed is not read any more. Articles made of its posts stay in their issues.")),
        "feed-read": Said(later("The feed was read. What it brought is in the next draft.")),
        "feed-unread": Said(
            later("The feed could not be read. The reason stands beside it; the drafts keep what they have."), False
        ),
        "list-created": Said(later("The list is made.")),
        "list-saved": Said(later("Saved. Letters that are approved already stay as they are.")),
        "list-archived": Said(later("The list is archived: nobody joins it, and nothing is sent to it. Its people are kept.")),
        "list-reopened": Said(later("The list is open again, with the people who stand on it.")),
        "asked": Said(later("The form asks for it now.")),
        "not-asked": Said(later("The form does not ask for it any more. What was answered stays.")),
        "topic": Said(later("The topics are changed.")),
        "notice": Said(later("The notice is changed, in this language.")),
        "question": Said(later("The question is kept. A list asks it once you add it to the list's form.")),
        "question-gone": Said(later("The question is forgotten, with its answers.")),
        "relay-added": Said(later("The relay is added, and mail goes to it within a second. Try it once before it is needed.")),
        "relay-saved": Said(later("The relay is changed; mailings that are under way go by it within two seconds.")),
        "relay-hasty": Said(
            later(
                "The relay is kept. It is given less than ten minutes to answer a whole message; mail whose answer comes later "
                "is counted as uncertain."
            ),
            is_done=False,
        ),
        "relay-on": Said(later("The relay takes mail again.")),
        "relay-off": Said(later("The relay takes no more mail; what is on the wire ends first."), is_done=False),
        "worker-drained": Said(
            later("What is held there is finished, and nothing more is claimed. Others mail the rest."), False
        ),
        "worker-resumed": Said(later("Mail is claimed there again, within a second.")),
        "worker-gone": Said(later("That worker has ended meanwhile."), is_done=False),
        "relay-gone": Said(later("The relay and its login are forgotten.")),
        "hook-added": Said(later("The webhook is told from now on. Give the receiver its secret, and try it once.")),
        "hook-saved": Said(later("The webhook is changed; what waits for it goes by that.")),
        "hook-on": Said(later("The webhook is told again, beginning with what waits.")),
        "hook-off": Said(later("The webhook is told nothing more. What waits for it is kept."), is_done=False),
        "hook-again": Said(later("It is told again within seconds, under the same ids.")),
        "hook-again-off": Said(later("It is told again once the webhook is switched on."), is_done=False),
        "hook-gone": Said(later("The webhook is forgotten, with its secret and its log.")),
        "key-made": Said(later("The key is made and signs nothing yet. Publish its record, then let it sign."), is_done=False),
        "key-active": Said(later("The key signs from now on. Leave the record of the one before in the DNS for a week.")),
        "key-retired": Said(
            later("The key signs no more. Leave its record in the DNS for a week: mail that it signed is under way.")
        ),
        "image-saved": Said(later("Saved. Letters that are approved already stay as they are.")),
        "image-out": Said(later("It is taken out of the library: nobody is offered it any more.")),
        "image-back": Said(later("It is in the library again.")),
        "kept-for": Said(later("The periods hold from the next night on. Until then you can take them back.")),
        "kept-same": Said(later("These were the periods already.")),
        "kept-back": Said(later("It is as it was before. Nothing was forgotten by it.")),
        "kept-late": Said(
            later("A night has passed since, or somebody took it back before. Nothing was changed."), is_done=False
        ),
        "rules": Said(later("The newsletter goes by these rules from now on. What followed already stays.")),
        "rules-same": Said(later("These were the rules already.")),
        "rate": Said(later("The rates are changed.")),
    }
)


def page(
    site: Site,
    visit: Visit,
    name: str,
    /,
    *,
    at: str,
    refused: Exception | None = None,
    both: Both | None = None,
    **values: object,
) -> HTMLResponse:
    """Answer with the template *name* of the settings; *at* is its part.

    *refused* is why what was typed is not taken, *both* what somebody else saved meanwhile beside it.
    """
    answer = frame.page(
        site,
        visit,
        f"desk/settings/{name}.html",
        here=frame.Area.SETTINGS,
        said=SAID.get(visit.query.get("said", "")),
        parts_here=parts_of(visit.actor),
        at=at,
        refused=words_of(refused, visit.words) if refused is not None else "",
        both=both,
        **values,
    )
    if both is not None:
        answer.status_code = CONFLICT
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


def words_of(error: Exception, words: Words) -> str:
    """Say why something was not taken, as a sentence for whoever typed it."""
    if not isinstance(error, BadValue):
        return words.gettext("%(problem)s. Nothing was changed.", problem=words.said(str(error)).rstrip("."))
    named, reason = words.said(error.what), words.said(error.reason).rstrip(".")
    what = f"{named[:1].upper()}{named[1:]}"
    value = str(error.value).strip("'\" ")
    if not value:
        return words.gettext("%(what)s: %(reason)s. Nothing was changed.", what=what, reason=reason)
    shown = str(error.value)[:_LONGEST_SHOWN]
    return words.gettext("%(what)s “%(value)s”: %(reason)s. Nothing was changed.", what=what, value=shown, reason=reason)


def isolated(name: str) -> str:
    """Give *name* so that one written from right to left does not turn the words and numbers around it (UAX 9, 2.7)."""
    if any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in name):
        return f"\u2068{name}\u2069"
    return name


def spoken(visit: Visit, table: Mapping[K, str]) -> dict[K, str]:
    """Say the words of a table, which are marked by `later` there."""
    return {value: visit.words.gettext(text) for value, text in table.items()}
