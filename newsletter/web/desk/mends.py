"""What waits for a person, with the page where it is mended."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from newsletter.errors import RelayMissing
from newsletter.issues.alerts import Alert
from newsletter.languages.catalogue import Words, later
from newsletter.staff.permissions import Actor, Permission, allowed, require
from newsletter.web.faults import PageNotFound

P = Permission

# By how the key of an alert begins: the words of the link, where it leads, and what it takes to mend it there. {subject} is
# what stands behind the colon.
_MENDS = {
    "relay-down": (later("Look at the mail servers"), "/desk/settings/relays", P.MANAGE_RELAYS),
    "feed": (later("Look at the feeds"), "/desk/settings/feeds", P.MANAGE_NEWSLETTERS),
    "slot-waits": (later("Look at the feeds"), "/desk/settings/feeds", P.MANAGE_NEWSLETTERS),
    "clock": (later("Look at the system"), "/desk/settings/system", P.MANAGE_INSTANCE),
    "templates": (later("Look at the system"), "/desk/settings/system", P.MANAGE_INSTANCE),
    "evidence": (later("Look at it"), "/desk/people/{subject}", P.MANAGE_PEOPLE),
    "flood": (later("Look at the lists"), "/desk/settings/lists", P.MANAGE_NEWSLETTERS),
    "departures": (later("Look at the people"), "/desk/people", P.MANAGE_PEOPLE),
    "notices-refused": (later("Look at the mail servers"), "/desk/settings/relays", P.MANAGE_RELAYS),
    "issue-comments": (later("Read them"), "/desk/issues/{issue}/review#comments", P.VIEW),
    "issue-uncertain": (later("Settle them"), "/desk/issues/{issue}/uncertain", P.SEND),
    "issue-held": (later("Review and approve it"), "/desk/issues/{issue}/review", P.VIEW),
    "issue-missed": (later("Send it or give it a time"), "/desk/issues/{issue}/send", P.VIEW),
    "digest-refused": (later("Look at the newsletter"), "/desk/settings/newsletters/{newsletter}", P.MANAGE_NEWSLETTERS),
    "issue-refused": (later("See why"), "/desk/issues/{issue}/send", P.VIEW),
    "further-rest": (later("Look at the mailing"), "/desk/issues/{issue}/send", P.VIEW),
    "further-uncertain": (later("Look at the mailing"), "/desk/issues/{issue}/send", P.VIEW),
    "returned": (later("Look at what came back"), "/desk/issues/{issue}/figures", P.VIEW),
    "returned-answers": (later("Look at the newsletter"), "/desk/settings/newsletters/{newsletter}", P.MANAGE_NEWSLETTERS),
    "complaints-near": (later("Look at what came back"), "/desk/issues/{issue}/figures", P.VIEW),
    "complaints-over": (later("Look at what came back"), "/desk/issues/{issue}/figures", P.VIEW),
    "complaints-far-over": (later("Look at what came back"), "/desk/issues/{issue}/figures", P.VIEW),
    "returns": (later("Look at what comes back"), "/desk/settings/returns", P.MANAGE_INSTANCE),
    "hook": (later("Look at the webhook"), "/desk/settings/webhooks/{subject}", P.MANAGE_INSTANCE),
    "hook-off": (later("Look at the webhook"), "/desk/settings/webhooks/{subject}", P.MANAGE_INSTANCE),
    "unpacked": (later("Look at its readers"), "/desk/issues/{issue}/send", P.VIEW),
    "mailing-paused": (later("Look at the mailing"), "/desk/issues/{issue}/send", P.VIEW),
}

# Those that nobody's work ends, or that outlive what they are about: a person says that they are dealt with. All others go with
# their cause, and would only be hidden.
_BY_HAND = frozenset(
    {
        "clock",
        "complaints-far-over",
        "complaints-near",
        "complaints-over",
        "departures",
        "digest-late",
        "feed",
        "flood",
        "further-rest",
        "further-uncertain",
        "notices-refused",
        "returned",
        "returned-answers",
        "slot-missed",
        "slot-waits",
        "unpacked",
    }
)

# What alerts tell those who work by command; the desk has a link instead.
_COMMAND = re.compile(r": newsletter [a-z][a-z -]* \S+(?: --\S+(?: \S+)?)*$")


@dataclass(frozen=True, slots=True)
class Waiting:
    """An alert on the board."""

    text: str
    raised_at: datetime
    # Where it is mended, and in which words; empty where only a command does, or it is not theirs to do.
    href: str
    words: str
    # Where it is settled by a button; empty where it goes by itself, or is not theirs to settle.
    settle: str = ""


def no_relay(missing: RelayMissing, words: Words) -> str:
    """Say why nothing is mailed, without the commands that mend it: there is a page for that."""
    if missing.disabled:
        named = words.beside(missing.disabled)
        return words.gettext("No mail server is given mail (%(relays)s), so nothing is mailed.", relays=named)
    return words.gettext("No mail server is connected, so nothing is mailed.")


def seen_by(actor: Actor, alerts: Iterable[Alert]) -> list[Alert]:
    """Give those of *alerts* that are about what *actor* may see: what is of no newsletter is for whoever runs the instance."""
    mine = actor.newsletters(P.VIEW)
    if mine is None:
        return list(alerts)
    return [one for one in alerts if one.newsletter_id in mine]


def mended(actor: Actor, alert: Alert) -> Waiting:
    """Give an alert with the link that mends it."""
    text = _COMMAND.sub(".", alert.text)
    _, _, subject = alert.key.partition(":")
    words, path, permission = _mend(alert)
    settle = f"/desk/alerts/{alert.id}/settle" if _may_settle(actor, alert) else ""
    is_theirs = allowed(actor, permission, alert.newsletter_id)
    # A person by their number; of nobody whom one could look at there is no page.
    has_place = alert.issue_id is not None if "{issue}" in path else subject.isdecimal() or "{subject}" not in path
    if not (is_theirs and has_place):
        return Waiting(text, alert.raised_at, "", "", settle)
    return Waiting(
        text, alert.raised_at, path.format(issue=alert.issue_id, newsletter=alert.newsletter_id, subject=subject), words, settle
    )


def require_settling(actor: Actor, alert: Alert) -> None:
    """Let *actor* settle an alert by hand.

    Raises:
        PageNotFound: it goes by itself, with its cause.
        NotPermitted: a role of theirs is too small for it, or for what mends it.

    """
    if _kind(alert) not in _BY_HAND:
        raise PageNotFound
    for permission in _to_settle(alert):
        require(actor, permission, alert.newsletter_id)


def _may_settle(actor: Actor, alert: Alert) -> bool:
    return _kind(alert) in _BY_HAND and all(allowed(actor, one, alert.newsletter_id) for one in _to_settle(alert))


def _to_settle(alert: Alert) -> tuple[Permission, Permission]:
    # As the command asks for, and what the page takes where it is mended: nobody puts away what others have to see to.
    return P.EDIT, _mend(alert)[2]


def _mend(alert: Alert) -> tuple[str, str, Permission]:
    return _MENDS.get(_kind(alert), (later("Open the issue"), "/desk/issues/{issue}", P.VIEW))


def _kind(alert: Alert) -> str:
    return alert.key.partition(":")[0]
